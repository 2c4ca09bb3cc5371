package ingest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/ingest"
)

const annAtMercy = `{"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:mercy","value":"M-1017"}],"name":[{"family":"Moore","given":["Ann"]}],"birthDate":"1950-02-03","gender":"female"}`

// TestMatches: the same person from another sender is never joined by itself;
// staff of both find the pair in the work list, and what they decide is kept.
func TestMatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := open(t, d)
		ctx := context.Background()
		dir := t.TempDir()
		both := identity.Principal{Kind: identity.Staff, Account: "01920000-0000-7000-8000-000000000001", Name: "Desk", Roles: []identity.Role{identity.FrontDesk}}
		one := identity.Principal{Kind: identity.Staff, Account: "01920000-0000-7000-8000-000000000002", Name: "Nurse", Roles: []identity.Role{identity.Nurse}}
		team := []ingest.TeamMember{{Account: both.Account, Role: identity.FrontDesk}}
		first := h.bring(t, ingest.Options{Paths: []string{write(t, dir, "mercy.json", annAtMercy)}, Source: "mercy",
			Team: append(team, ingest.TeamMember{Account: one.Account, Role: identity.Nurse})})
		require.Zero(t, first.Alike)
		others := write(t, dir, "lakeside.ndjson", `{"resourceType":"Patient","id":"a","name":[{"family":"Moore","given":["Annie","B."]},{"use":"old","family":"Hill","given":["Ann"]}],"birthDate":"1950-02-03","gender":"female"}
{"resourceType":"Patient","id":"b","identifier":[{"system":"urn:mercy","value":"M-1017"}],"name":[{"family":"Lake","given":["Ann"]}],"birthDate":"1950-02-03","gender":"female"}
{"resourceType":"Patient","id":"c","name":[{"family":"Moore","given":["Eve"]}],"birthDate":"1950-02-03","gender":"female"}
{"resourceType":"Patient","id":"d","name":[{"family":"Wood","given":["Ann"]}],"birthDate":"1981-08-01","gender":"female"}
`)
		second := h.bring(t, ingest.Options{Paths: []string{others}, Source: "lakeside", Team: team})
		require.Equal(t, 4, second.Types["Patient"].Created, "each has a chart of their own")
		require.Positive(t, second.Alike)
		require.Contains(t, text(t, second), "Nothing was joined")
		require.Zero(t, h.count(t, `SELECT count(*) FROM chart_links`))

		items, next, err := h.store.Matches(ctx, both, "", 50)
		require.NoError(t, err)
		require.Empty(t, next)
		grades := map[string]int{}
		for _, m := range items {
			grades[m.Grade]++
			require.NotEqual(t, m.A.ID, m.B.ID)
			require.NotEqual(t, "Eve", m.A.Given)
			require.NotEqual(t, "Eve", m.B.Given)
			require.NotEmpty(t, m.A.Source)
			require.Equal(t, 1, m.A.Count)
		}
		require.Equal(t, 1, grades[ingest.Certain], "by the number of the first hospital: %v", grades)
		require.Len(t, items, second.Alike)

		// Page by page it is the same list.
		var paged []string
		for cursor := ""; ; {
			page, next, err := h.store.Matches(ctx, both, cursor, 1)
			require.NoError(t, err)
			for _, m := range page {
				paged = append(paged, m.A.ID+m.B.ID)
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		require.Len(t, paged, len(items))

		none, _, err := h.store.Matches(ctx, one, "", 50)
		require.NoError(t, err)
		require.Empty(t, none, "who works in one of two charts is not told of the other")
		pair := items[0]
		require.Equal(t, fault.NotFound, fault.KindOf(h.store.KeepApart(ctx, one, pair.A.ID, pair.B.ID)))

		require.NoError(t, h.store.KeepApart(ctx, both, pair.B.ID, pair.A.ID))
		require.Equal(t, fault.Conflict, fault.KindOf(h.store.KeepApart(ctx, both, pair.A.ID, pair.B.ID)))
		if len(items) > 1 {
			_, err = h.store.Join(ctx, both, items[1].A.ID, items[1].B.ID, "the same person")
			require.NoError(t, err)
		}
		left, _, err := h.store.Matches(ctx, both, "", 50)
		require.NoError(t, err)
		require.Len(t, left, max(len(items)-2, 0))

		// It is not asked again, also not by an import.
		again := h.bring(t, ingest.Options{Paths: []string{others}, Source: "lakeside", Team: team})
		require.Zero(t, again.Alike)
		moved := h.bring(t, ingest.Options{Paths: []string{write(t, dir, "mercy2.json", annAtMercy[:len(annAtMercy)-1]+`,"active":true}`)}, Source: "mercy"})
		require.Zero(t, moved.Alike)
	})
}

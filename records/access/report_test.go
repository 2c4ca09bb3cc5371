package access

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

func TestReportSortsAndFilters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		began := b.now()
		people := []identity.Principal{doctor, nurse, desk, through(ana, "patient/*.rs")}
		for i := range 60 {
			e := Event{Who: people[i%4], Patient: fmt.Sprintf("p%d", i%7), View: View{Role: identity.Role(fmt.Sprint(i % 3)), Emergency: i%15 == 0, Relation: CareTeam, Base: CareTeam},
				Action: []string{"read", "search", "open"}[i%3], Type: []string{"Observation", "Condition"}[i%2], Categories: Of(Category(i % 5))}
			e.Who.Address = "192.0.2.7"
			if i%10 == 3 {
				e.View, e.Action, e.Outcome = View{}, "refused", "refused"
			}
			if i%2 == 0 {
				b.tx(t, func(c *db.Conn) error { return b.RecordTx(c, e) })
			} else {
				require.NoError(t, b.Record(ctx, e))
			}
			if i%3 == 0 {
				b.clock.move(time.Minute)
			}
		}
		until := b.now().Add(time.Second)
		b.clock.move(time.Hour)
		q := ReportQuery{From: began, Until: until, Limit: 200}
		all, next, err := b.Audit(ctx, office, q)
		require.NoError(t, err)
		require.Empty(t, next)
		require.Len(t, all, 60)
		require.Equal(t, "192.0.2.7", all[0].Address)
		require.False(t, all[0].Damaged)

		// Page by page it is the same list, whatever it is sorted by.
		fields := map[string]func(*ReportRow) string{
			"time": func(r *ReportRow) string { return r.At.Format(time.RFC3339Nano) }, "who": func(r *ReportRow) string { return r.Who }, "patient": func(r *ReportRow) string { return r.Patient },
			"action": func(r *ReportRow) string { return r.Action }, "outcome": func(r *ReportRow) string { return r.Outcome }, "role": func(r *ReportRow) string { return r.Role },
			"app": func(r *ReportRow) string { return r.App }, "data": func(r *ReportRow) string { return r.Type },
		}
		require.Len(t, fields, len(ReportSorts))
		for _, sort := range ReportSorts {
			for _, up := range []bool{true, false} {
				q := ReportQuery{From: began, Until: until, Sort: sort, Ascending: up, Limit: 200}
				whole, _, err := b.Audit(ctx, office, q)
				require.NoError(t, err)
				require.True(t, slices.IsSortedFunc(whole, func(x, y ReportRow) int {
					a, b := fields[sort](&x), fields[sort](&y)
					if !up {
						a, b = b, a
					}
					if a < b {
						return -1
					} else if a > b {
						return 1
					}
					return 0
				}), sort)
				var paged []ReportRow
				for q.Limit = 7; ; {
					page, next, err := b.Audit(ctx, office, q)
					require.NoError(t, err)
					paged = append(paged, page...)
					if q.Cursor = next; next == "" {
						break
					}
				}
				require.Equal(t, whole, paged, "%s %v", sort, up)
			}
		}
		count := func(change func(*ReportQuery)) int {
			q := ReportQuery{From: began, Until: until, Limit: 200}
			change(&q)
			rows, _, err := b.Audit(ctx, office, q)
			require.NoError(t, err)
			return len(rows)
		}
		require.Equal(t, 15, count(func(q *ReportQuery) { q.Account = doctor.Account }))
		require.Equal(t, 9, count(func(q *ReportQuery) { q.Patient = "p0" }))
		require.Equal(t, 6, count(func(q *ReportQuery) { q.Refused = true }))
		require.Equal(t, 4, count(func(q *ReportQuery) { q.Emergency = true }))
		require.Equal(t, 15, count(func(q *ReportQuery) { q.App = "Steps" }))
		require.Equal(t, 6, count(func(q *ReportQuery) { q.Action = "refused" }))
		require.Equal(t, 2, count(func(q *ReportQuery) {
			q.Account, q.Action, q.Sort = doctor.Account, "open", "who"
			q.Until = began.Add(9 * time.Minute)
		}))

		// Each look stands in the log, in the patient's own when one was asked for.
		log, _, _, err := b.AccessLog(ctx, identity.Principal{Kind: identity.Person, Account: "a", Patient: "p0"}, "p0", "", 50)
		require.NoError(t, err)
		require.Equal(t, "P. Officer", log[0].Who)
		require.Equal(t, "privacy", log[0].Role)

		for _, who := range []identity.Principal{admin, doctor, ana, {}, through(office, "user/*.rs")} {
			_, _, err := b.Audit(ctx, who, q)
			require.True(t, fault.Is(err, fault.Forbidden), who.Name)
		}
		for _, bad := range []ReportQuery{{}, {From: until, Until: began}, {From: began, Until: began.AddDate(3, 0, 0)}, {From: began, Until: until, Sort: "x"}, {From: began, Until: until, Cursor: "x"}} {
			_, _, err := b.Audit(ctx, office, bad)
			require.True(t, fault.Is(err, fault.Invalid), "%+v", bad)
		}
		q.Limit = 5
		_, next, err = b.Audit(ctx, office, q)
		require.NoError(t, err)
		q.Cursor, q.Patient = next, "p1"
		_, _, err = b.Audit(ctx, office, q)
		require.True(t, fault.Is(err, fault.Invalid), "a cursor of another list")
	})
}

// A row whose body was changed is shown as such and keeps nobody from the rest.
func TestReportShowsDamagedRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		b.writes(t, "p1", 3)
		b.tx(t, func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE audit_pages SET body = ? WHERE first = 2`, []byte{0xff, 0})
			return err
		})
		for _, sort := range []string{"time", "who"} {
			rows, _, err := b.Audit(context.Background(), office, ReportQuery{From: b.now().Add(-time.Hour), Until: b.now().Add(time.Hour), Sort: sort, Refused: true})
			require.NoError(t, err)
			require.Len(t, rows, 1)
			require.True(t, rows[0].Damaged)
		}
	})
}

package ingest_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/fhir"
	"housecall/records/ingest"
)

func staff(account string, role identity.Role) identity.Principal {
	return identity.Principal{Kind: identity.Staff, Account: "01920000-0000-7000-8000-" + account, Name: "Staff", Roles: []identity.Role{role}}
}

// TestUnplaced: what came about people who are not here is decided on by the
// clinic: somebody's, a new person's, nobody's.
func TestUnplaced(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		ctx := context.Background()
		desk, nurse, other := staff("000000000001", identity.FrontDesk), staff("000000000002", identity.Nurse), staff("000000000003", identity.Nurse)
		team := []ingest.TeamMember{{Account: desk.Account, Role: identity.FrontDesk}, {Account: nurse.Account, Role: identity.Nurse}}
		h.bring(t, ingest.Options{Paths: []string{write(t, dir, "mercy.json", annAtMercy)}, Source: "mercy", Team: team})
		const lakeside = `{"resourceType":"Patient","id":"ann","name":[{"family":"Moore","given":["Ann"]}],"birthDate":"1950-02-03","gender":"female","managingOrganization":{"reference":"Organization/o9"}}
{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"a"},"subject":{"reference":"Patient/ann"},"effectiveDateTime":"2026-11-03"}
{"resourceType":"Observation","id":"o2","status":"final","code":{"text":"a"},"subject":{"reference":"Patient/ann"},"effectiveDateTime":"2026-11-09"}
{"resourceType":"Condition","id":"c1","code":{"text":"x"},"subject":{"reference":"Patient/ben","display":"Ben Hill"}}
{"resourceType":"Condition","id":"c2","code":{"text":"x"},"subject":{"reference":"Patient/spam"}}
`
		sent := write(t, dir, "lakeside.ndjson", lakeside)
		h.bring(t, ingest.Options{Paths: []string{sent}, Source: "lakeside"})
		require.Equal(t, 1, h.stored(t)["Patient"], "nobody new")

		all, next, err := h.Unplaced(ctx, desk, "", 10)
		require.NoError(t, err)
		require.Empty(t, next)
		require.Len(t, all, 3)
		by := map[string]ingest.Unplaced{}
		for _, u := range all {
			require.Equal(t, "lakeside", u.Source)
			by[u.Party] = u
		}
		ann := by["Patient/ann"]
		require.Equal(t, "Ann Moore", ann.Person.Name)
		require.Equal(t, []ingest.KindCount{{Type: "Observation", Count: 2}}, ann.Kinds)
		require.Equal(t, "2026-11-03", ann.First)
		require.Equal(t, "2026-11-09", ann.Last)
		require.Len(t, ann.Candidates, 1)
		require.Equal(t, ingest.Probable, ann.Candidates[0].Grade)
		known := ann.Candidates[0].ID
		require.Equal(t, "Ben Hill", by["Patient/ben"].Person.Name)
		require.Empty(t, by["Patient/ben"].Candidates)

		// Page by page it is the same list.
		paged := 0
		for cursor := ""; ; paged++ {
			page, next, err := h.Unplaced(ctx, desk, cursor, 1)
			require.NoError(t, err)
			require.Len(t, page, 1)
			if cursor = next; cursor == "" {
				break
			}
		}
		require.Equal(t, 2, paged)

		// Doctors and nurses see what may be of a patient of theirs; nobody else any.
		mine, _, err := h.Unplaced(ctx, nurse, "", 10)
		require.NoError(t, err)
		require.Len(t, mine, 1)
		none, _, err := h.Unplaced(ctx, other, "", 10)
		require.NoError(t, err)
		require.Empty(t, none)
		for _, who := range []identity.Principal{{Kind: identity.Person, Account: "01920000-0000-7000-8000-000000000009"}, staff("000000000004", identity.Admin), operator} {
			_, _, err = h.Unplaced(ctx, who, "", 10)
			require.Equal(t, fault.Forbidden, fault.KindOf(err))
			_, err = h.Place(ctx, who, ingest.Placing{Source: "lakeside", Party: "Patient/ann"})
			require.Equal(t, fault.Forbidden, fault.KindOf(err))
		}
		_, err = h.Place(ctx, other, ingest.Placing{Source: "lakeside", Party: "Patient/ann", Chart: known, Reason: "the same person"})
		require.Equal(t, fault.Conflict, fault.KindOf(err), "not even that it waits")
		_, err = h.Place(ctx, nurse, ingest.Placing{Source: "lakeside", Party: "Patient/ann", Chart: known})
		require.Equal(t, fault.Invalid, fault.KindOf(err), "no reason")
		require.Equal(t, 1, h.stored(t)["Patient"])

		// It is she: a chart of its own, joined with hers.
		begun, err := h.Place(ctx, nurse, ingest.Placing{Source: "lakeside", Party: "Patient/ann", Chart: known, Reason: "the same person, seen with her card"})
		require.NoError(t, err)
		chart, err := h.store.Open(ctx, desk, known, "")
		require.NoError(t, err)
		require.Equal(t, []string{begun}, chart.Joined)
		require.Equal(t, 2, h.count(t, `SELECT count(*) FROM resources WHERE type = 'Observation' AND patient_id = ?`, begun))
		_, err = h.Place(ctx, nurse, ingest.Placing{Source: "lakeside", Party: "Patient/ann", Chart: known, Reason: "the same person"})
		require.Equal(t, fault.Conflict, fault.KindOf(err), "decided already")
		matches, _, err := h.store.Matches(ctx, nurse, "", 10)
		require.NoError(t, err)
		require.Empty(t, matches, "it is not asked once more")

		// What the sender says of her later is said in the sender's chart only.
		h.bring(t, ingest.Options{Paths: []string{sent, write(t, dir, "o9.json", `{"resourceType":"Organization","id":"o9","name":"Lakeside"}`)}, Source: "lakeside"})
		require.Contains(t, h.body(t, begun), `"managingOrganization":{"reference":"Organization/`)
		require.NotContains(t, h.body(t, known), "managingOrganization")
		require.Equal(t, 2, h.count(t, `SELECT count(*) FROM resources WHERE type = 'Observation' AND patient_id = ?`, begun), "twice is once")

		// A new person.
		ben, err := h.Place(ctx, desk, ingest.Placing{Source: "lakeside", Party: "Patient/ben"})
		require.NoError(t, err)
		require.Contains(t, h.body(t, ben), "Ben Hill")
		require.Equal(t, 1, h.count(t, `SELECT count(*) FROM resources WHERE type = 'Condition' AND patient_id = ?`, ben))
		_, err = h.store.Open(ctx, desk, ben, "")
		require.NoError(t, err, "who took him in works in his chart")

		// Nobody's: it does not come back by being sent again, until the person is known.
		require.Equal(t, fault.Invalid, fault.KindOf(h.Refuse(ctx, desk, "lakeside", "Patient/spam", "")))
		require.NoError(t, h.Refuse(ctx, desk, "lakeside", "Patient/spam", "sent to the wrong clinic"))
		require.Equal(t, fault.Conflict, fault.KindOf(h.Refuse(ctx, desk, "lakeside", "Patient/spam", "sent to the wrong clinic")))
		h.bring(t, ingest.Options{Paths: []string{sent}, Source: "lakeside"})
		left, _, err := h.Unplaced(ctx, desk, "", 10)
		require.NoError(t, err)
		require.Empty(t, left)
		h.bring(t, ingest.Options{Paths: []string{write(t, dir, "spam.json", patient("spam", "Known", "1990-01-01"))}, Source: "lakeside"})
		h.bring(t, ingest.Options{Paths: []string{sent}, Source: "lakeside"})
		require.Equal(t, 2, h.stored(t)["Condition"])
	})
}

func (h *house) body(t *testing.T, patient string) string {
	t.Helper()
	var body []byte
	require.NoError(t, h.db.Read(context.Background()).QueryRow(`SELECT body FROM resources WHERE type = 'Patient' AND id = ?`, patient).Scan(&body))
	return string(body)
}

// TestConditionalParty: a person whom the sender names by identifier only.
func TestConditionalParty(t *testing.T) {
	each(t, func(t *testing.T, h *house, dir string) {
		ctx := context.Background()
		desk := staff("000000000001", identity.FrontDesk)
		h.bring(t, ingest.Options{Source: "lab", Paths: []string{write(t, dir, "lab.ndjson", observation("o1", "Patient?identifier=urn:mrn|77", "")+"\n"+observation("o2", "urn:uuid:0a0a0a0a-0000-4000-8000-000000000009", ""))}})
		all, _, err := h.Unplaced(ctx, desk, "", 10)
		require.NoError(t, err)
		require.Len(t, all, 2)
		for _, u := range all {
			begun, err := h.Place(ctx, desk, ingest.Placing{Source: u.Source, Party: u.Party})
			require.NoError(t, err, u.Party)
			require.Equal(t, 1, h.count(t, `SELECT count(*) FROM resources WHERE type = 'Observation' AND patient_id = ?`, begun), u.Party)
		}
		left, _, err := h.Unplaced(ctx, desk, "", 10)
		require.NoError(t, err)
		require.Empty(t, left)
	})
}

// TestWrittenPatientsAreMatched: a Patient that comes by another way than an
// import is compared as imported ones are, and never joined.
func TestWrittenPatientsAreMatched(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		h := open(t, d)
		feed := revoke.NewFeed(d)
		accounts, err := identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: sitekey.ForTest(), Revocations: feed, BaseURL: "http://housecall.test"})
		require.NoError(t, err)
		jobs, err := notifications.New(notifications.Deps{DB: d, Key: sitekey.ForTest(), Accounts: accounts, Poll: 20 * time.Millisecond, BaseURL: &url.URL{Scheme: "http", Host: "housecall.test"}})
		require.NoError(t, err)
		_, err = ingest.New(ingest.Deps{DB: d, Store: h.store, Access: h.access, Jobs: jobs})
		require.NoError(t, err)
		dir := t.TempDir()
		h.bring(t, ingest.Options{Source: "mercy", Paths: []string{write(t, dir, "mercy.json", annAtMercy)}})
		put := func(body string) {
			t.Helper()
			n, err := fhir.Parse([]byte(body))
			require.NoError(t, err)
			_, err = h.store.Write(ctx, operator, records.Batch{Ops: []records.Op{{Kind: records.Put, Type: "Patient", ID: n.Get("id").Str(), Node: n}}})
			require.NoError(t, err)
		}
		const ann, eve = "01920000-0000-7000-8000-0000000000a1", "01920000-0000-7000-8000-0000000000a2"
		put(`{"resourceType":"Patient","id":"` + ann + `","name":[{"family":"Moore","given":["Ann"]}],"birthDate":"1950-02-03","gender":"female"}`)
		put(`{"resourceType":"Patient","id":"` + eve + `","name":[{"family":"Wood","given":["Eve"]}]}`)
		require.Zero(t, h.count(t, `SELECT count(*) FROM chart_matches`), "nobody waited for it")
		require.NoError(t, jobs.Start(ctx))
		t.Cleanup(jobs.Stop)
		pairs := func() int { return h.count(t, `SELECT count(*) FROM chart_matches WHERE state = 1`) }
		require.Eventually(t, func() bool { return pairs() == 1 }, 20*time.Second, 20*time.Millisecond)
		// What is learned later is compared, too.
		put(`{"resourceType":"Patient","id":"` + eve + `","identifier":[{"system":"urn:mercy","value":"M-1017"}],"name":[{"family":"Moore","given":["Ann"]}],"birthDate":"1950-02-03"}`)
		require.Eventually(t, func() bool { return pairs() == 3 }, 20*time.Second, 20*time.Millisecond)
		require.Zero(t, h.count(t, `SELECT count(*) FROM chart_links`))
	})
}

package records_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
)

func report(id, patient string, results ...string) string {
	list := ""
	for i, r := range results {
		if i > 0 {
			list += ","
		}
		list += `{"reference":"Observation/` + r + `"}`
	}
	return fmt.Sprintf(`{"resourceType":"DiagnosticReport","id":"%s","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0074","code":"LAB"}]}],"code":{"text":"Blood panel"},"subject":{"reference":"Patient/%s"},"effectiveDateTime":"2026-11-20","result":[%s]}`, id, patient, list)
}

func provenance(id string, targets ...string) string {
	list := ""
	for i, r := range targets {
		if i > 0 {
			list += ","
		}
		list += `{"reference":"` + r + `"}`
	}
	return `{"resourceType":"Provenance","id":"` + id + `","target":[` + list + `],"recorded":"2026-11-20T10:00:00Z","agent":[{"who":{"display":"Laboratory"}}]}`
}

func TestRefile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		a, selfA := h.patient("Vega")
		b, selfB := h.patient("Wood")
		obs, rep, enc, stays := newID(), newID(), newID(), newID()
		h.put(`{"resourceType":"Encounter","id":"` + enc + `","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/` + a + `"}}`)
		h.put(observation(obs, a, "2823-3", "2026-11-20T08:00:00Z", 5.1, ""))
		h.put(observation(obs, a, "2823-3", "2026-11-20T08:00:00Z", 5.3, `,"encounter":{"reference":"Encounter/`+enc+`"},"performer":[{"reference":"Patient/`+a+`"}]`))
		h.put(condition(stays, a, icd, "I10", "High blood pressure"))
		h.put(report(rep, a, obs))
		alone, mixed := newID(), newID()
		_, err := h.write(feed, put(t, provenance(alone, "Observation/"+obs, "DiagnosticReport/"+rep)), put(t, provenance(mixed, "Observation/"+obs, "Condition/"+stays)))
		require.NoError(t, err)
		doctor, desk, half := h.staff(identity.Clinician, a, b), h.staff(identity.FrontDesk, a, b), h.staff(identity.Clinician, a)
		refile := func(who identity.Principal, refs ...string) ([]records.Stored, error) {
			return h.store.Refile(ctx, who, records.Refile{From: a, To: b, Refs: refs, Reason: "the laboratory took the wrong number"})
		}
		copyA, err := h.store.Changes(ctx, selfA, a, "", 500)
		require.NoError(t, err)
		copyB, err := h.store.Changes(ctx, selfB, b, "", 500)
		require.NoError(t, err)
		headA, headB := h.head(a), h.head(b)

		for name, x := range map[string]struct {
			who  identity.Principal
			refs []string
			kind fault.Kind
		}{
			"patient":        {selfA, []string{"Observation/" + obs}, fault.NotFound},
			"team of one":    {half, []string{"Observation/" + obs}, fault.NotFound},
			"front desk":     {desk, []string{"Condition/" + stays}, fault.NotFound},
			"the patient":    {doctor, []string{"Patient/" + a}, fault.Forbidden},
			"only a part":    {doctor, []string{"Observation/" + obs}, fault.Conflict},
			"only the whole": {doctor, []string{"DiagnosticReport/" + rep}, fault.Conflict},
			"unknown":        {doctor, []string{"Observation/" + newID()}, fault.NotFound},
			"twice":          {doctor, []string{"Condition/" + stays, "Condition/" + stays}, fault.Invalid},
			"nothing":        {doctor, nil, fault.Invalid},
		} {
			_, err := refile(x.who, x.refs...)
			require.Equal(t, x.kind, fault.KindOf(err), "%s: %v", name, err)
		}
		_, err = refile(doctor, "Observation/"+obs)
		require.Equal(t, "DiagnosticReport/"+rep, fault.Of(err).Issues[0].Expression, "says what belongs to it")
		require.Equal(t, headA, h.head(a))
		require.Equal(t, headB, h.head(b))

		moved, err := refile(doctor, "DiagnosticReport/"+rep, "Observation/"+obs)
		require.NoError(t, err, "%+v", fault.Of(err).Issues)
		require.Len(t, moved, 3, "the Provenance of both goes along")

		// In the right chart it begins anew, and says where it came from.
		got, err := h.store.Read(ctx, selfB, "Observation", obs)
		require.NoError(t, err)
		require.Equal(t, b, got.Patient)
		require.EqualValues(t, 3, got.Version, "no number stands for two contents")
		require.Contains(t, string(got.Body), `"subject":{"reference":"Patient/`+b+`"}`)
		require.NotContains(t, string(got.Body), a)
		require.NotContains(t, string(got.Body), enc, "what stays behind is not referred to")
		versions, err := h.store.History(ctx, selfB, "Observation", obs, 0, 10)
		require.NoError(t, err)
		require.Len(t, versions, 1)
		_, err = h.store.VRead(ctx, selfB, "Observation", obs, 2)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		ch, err := h.store.Open(ctx, selfB, b, "")
		require.NoError(t, err)
		require.Len(t, ch.Results, 1)
		page, err := h.store.Timeline(ctx, selfB, b, "", "", "", 10)
		require.NoError(t, err)
		require.Equal(t, []string{"DiagnosticReport/" + rep}, refs(page.Items), "its results stand inside the report")
		require.Len(t, page.Items[0].Children, 1)
		found, err := h.store.Search(ctx, selfB, parseQuery(t, "Provenance", "target=Observation/"+obs))
		require.NoError(t, err)
		require.Len(t, found.Items, 2)
		require.Contains(t, string(found.Items[0].Body)+string(found.Items[1].Body), "refiled from another chart")

		// In the wrong one it is not there, and never was.
		_, err = h.store.Read(ctx, selfA, "Observation", obs)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		for v := range int64(4) {
			_, err = h.store.VRead(ctx, selfA, "Observation", obs, v+1)
			require.Equal(t, fault.NotFound, fault.KindOf(err))
			_, err = h.store.VRead(ctx, half, "Observation", obs, v+1)
			require.Equal(t, fault.NotFound, fault.KindOf(err))
		}
		require.Equal(t, 0, h.count(`SELECT count(*) FROM resource_versions WHERE patient_id = ? AND id IN (?, ?) AND category >= 0`, a, obs, rep), "old versions are hidden from every list")
		for _, typ := range []string{"Observation", "DiagnosticReport"} {
			found, err := h.store.Search(ctx, half, parseQuery(t, typ, "patient="+a+"&_total=accurate"))
			require.NoError(t, err)
			require.Zero(t, found.Total)
		}
		all, err := h.store.Everything(ctx, half, a, records.EverythingOptions{})
		require.NoError(t, err)
		for _, x := range all.Items {
			require.NotContains(t, string(x.Body), obs, x.Type)
		}
		ch, err = h.store.Open(ctx, selfA, a, "")
		require.NoError(t, err)
		require.Empty(t, ch.Results)
		require.Len(t, ch.Conditions, 1)
		left, err := h.store.Read(ctx, half, "Provenance", mixed)
		require.NoError(t, err)
		require.Contains(t, string(left.Body), stays)

		// Copies on phones follow.
		next, err := h.store.Changes(ctx, selfA, a, copyA.Cursor, 500)
		require.NoError(t, err)
		require.False(t, next.Resync)
		gone := map[string]bool{}
		for _, x := range next.Items {
			if x.Body == nil {
				gone[x.Type+"/"+x.ID] = true
			}
		}
		require.True(t, gone["Observation/"+obs] && gone["DiagnosticReport/"+rep], "%v", gone)
		next, err = h.store.Changes(ctx, selfB, b, copyB.Cursor, 500)
		require.NoError(t, err)
		require.False(t, next.Resync)
		require.Len(t, next.Items, 4)

		// Both are gapless, and it stands in the audit of both.
		for _, p := range []string{a, b} {
			require.EqualValues(t, h.head(p), h.count(`SELECT count(*) FROM chart_changes WHERE patient_id = ?`, p))
			require.GreaterOrEqual(t, h.audits(p, doctor), 3)
		}

		// And back: nothing of it is lost, and no number is used twice.
		_, err = h.store.Refile(ctx, doctor, records.Refile{From: b, To: a, Refs: []string{"DiagnosticReport/" + rep, "Observation/" + obs}, Reason: "it was right before"})
		require.NoError(t, err, "%+v", fault.Of(err).Issues)
		got, err = h.store.Read(ctx, selfA, "Observation", obs)
		require.NoError(t, err)
		require.EqualValues(t, 4, got.Version)
		versions, err = h.store.History(ctx, selfA, "Observation", obs, 0, 10)
		require.NoError(t, err)
		require.Len(t, versions, 1, "what was hidden stays hidden")
		_, err = h.store.Read(ctx, selfB, "Observation", obs)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
	})
}

// TestRefileKept: what was sent, signed or booked stays where it is.
func TestRefileKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		a, _ := h.patient("Vega")
		b, _ := h.patient("Wood")
		doctor := h.staff(identity.Clinician, a, b)
		for _, body := range []string{
			`{"resourceType":"Communication","id":"%s","status":"completed","subject":{"reference":"Patient/%s"},"sent":"2026-11-20T10:00:00Z","payload":[{"contentString":"Hello"}]}`,
			`{"resourceType":"Appointment","id":"%s","status":"booked","start":"2026-12-01T10:00:00Z","end":"2026-12-01T10:20:00Z","participant":[{"actor":{"reference":"Patient/%s"},"status":"accepted"}]}`,
			`{"resourceType":"DocumentReference","id":"%s","status":"current","subject":{"reference":"Patient/%s"},"content":[{"attachment":{"contentType":"text/plain","data":"SGVsbG8="}}]}`,
		} {
			id := newID()
			st, err := h.store.Write(context.Background(), feed, records.Batch{Ops: []records.Op{put(t, fmt.Sprintf(body, id, a))}, Source: records.Own, Kept: true})
			require.NoError(t, err)
			_, err = h.store.Refile(context.Background(), doctor, records.Refile{From: a, To: b, Refs: []string{st[0].Type + "/" + id}, Reason: "wrong record"})
			require.Equal(t, fault.Invalid, fault.KindOf(err), st[0].Type)
			require.ErrorContains(t, err, "sent, signed or booked")
		}
	})
}

package records_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
)

// answered is all that a refusal tells.
func answered(t *testing.T, err error) string {
	t.Helper()
	require.Error(t, err)
	f := fault.Of(err)
	return fmt.Sprint(f.Kind, f.Code, f.Msg, f.Issues, err.Error())
}

// What was held back and then deleted was never there for who had to wait.
func TestADeletedHeldResultWasNeverThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Vega")
		id := newID()
		op := put(t, observation(id, rosa, "2823-3", "2026-11-23", 6.1, ""))
		op.ReleaseAt = h.clock().Add(48 * time.Hour)
		_, err := h.write(feed, op)
		require.NoError(t, err)
		_, err = h.write(feed, records.Op{Kind: records.Delete, Type: "Observation", ID: id})
		require.NoError(t, err)
		_, err = h.store.Read(ctx, self, "Observation", id)
		_, none := h.store.Read(ctx, self, "Observation", newID())
		require.Equal(t, answered(t, none), answered(t, err), "gone tells that it was there")
		_, err = h.store.History(ctx, self, "Observation", id, 0, 10)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		_, err = h.store.VRead(ctx, self, "Observation", id, 2)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		dbtest.Settled(t, d)
		page, err := h.store.HistoryOf(ctx, self, "Observation", records.HistoryOptions{Count: 10})
		require.NoError(t, err)
		require.Empty(t, page.Items)
		told, err := h.store.Tell(d.Read(ctx), self, records.Happened{Patient: rosa, Type: "Observation", ID: id, Version: 2, Outcome: records.Deleted})
		require.NoError(t, err)
		require.False(t, told.Seen)
		copied, err := h.store.Changes(ctx, self, rosa, "", 100)
		require.NoError(t, err)
		for _, x := range copied.Items {
			require.NotEqual(t, id, x.ID)
		}
		_, err = h.store.Read(ctx, h.staff(identity.Clinician, rosa), "Observation", id)
		require.Equal(t, fault.Gone, fault.KindOf(err), "who saw it is told")
	})
}

// A sender that deletes a result and sends it again does not get past a hold.
func TestAHoldOutlivesADeletion(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Vega")
		doctor := h.staff(identity.Clinician, rosa)
		id := newID()
		body := observation(id, rosa, "2823-3", "2026-11-23", 6.1, "")
		h.put(body)
		require.NoError(t, h.store.Hold(ctx, doctor, rosa, "Observation", id, "to be told in the visit", h.clock().Add(72*time.Hour)))
		_, err := h.write(feed, records.Op{Kind: records.Delete, Type: "Observation", ID: id})
		require.NoError(t, err)
		h.put(body)
		require.False(t, h.thereFor(self, rosa, "Observation", id))
		h.later(73 * time.Hour)
		require.True(t, h.thereFor(self, rosa, "Observation", id))
	})
}

// What was deleted stays hidden from who did not see it: a change of it is
// answered as one of what never was.
func TestWritingTellsNothingOfHiddenDeletions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		rosa, self := h.patient("Vega")
		elena := h.caregiver(rosa, self)
		id := newID()
		message := func(id, more string) string {
			return `{"resourceType":"Communication","id":"` + id + `",` + more + `"status":"completed","subject":{"reference":"Patient/` + rosa + `"}}`
		}
		h.put(message(id, restricted))
		_, err := h.write(feed, records.Op{Kind: records.Delete, Type: "Communication", ID: id})
		require.NoError(t, err)
		of := func(kind records.OpKind, id string) string {
			op := records.Op{Kind: kind, Type: "Communication", ID: id}
			if kind == records.Update {
				op = put(t, message(id, ""))
				op.Kind = kind
			}
			_, err := h.write(elena, op)
			return answered(t, err)
		}
		for _, kind := range []records.OpKind{records.Delete, records.Update, records.Patch} {
			require.Equal(t, of(kind, newID()), of(kind, id), "kind %d", kind)
		}
		_, err = h.write(elena, put(t, message(id, "")))
		require.Equal(t, fault.NotFound, fault.KindOf(err), "its number of versions tells that it was there")
	})
}

// A refusal to refile names nothing that the asker does not see.
func TestRefileNamesNothingHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		a, _ := h.patient("Vega")
		b, _ := h.patient("Wood")
		account, visit, seen := newID(), newID(), newID()
		h.put(`{"resourceType":"Account","id":"` + account + `","status":"active","subject":[{"reference":"Patient/` + a + `"}]}`)
		h.put(`{"resourceType":"Encounter","id":"` + visit + `","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + a + `"},"account":[{"reference":"Account/` + account + `"}]}`)
		h.put(`{"resourceType":"ChargeItem","id":"` + seen + `","status":"billable","code":{"text":"x"},"subject":{"reference":"Patient/` + a + `"},"account":[{"reference":"Account/` + account + `"}]}`)
		desk := h.staff(identity.FrontDesk, a, b)
		_, err := h.store.Read(context.Background(), desk, "Encounter", visit)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		_, err = h.store.Refile(context.Background(), desk, records.Refile{From: a, To: b, Refs: []string{"Account/" + account}, Reason: "the wrong number"})
		require.Equal(t, fault.Conflict, fault.KindOf(err))
		require.Contains(t, answered(t, err), seen)
		require.NotContains(t, answered(t, err), visit)
		require.NotContains(t, answered(t, err), "Encounter")
		_, err = h.store.Refile(context.Background(), desk, records.Refile{From: a, To: b, Refs: []string{"Account/" + account, "ChargeItem/" + seen}, Reason: "the wrong number"})
		require.Equal(t, fault.Forbidden, fault.KindOf(err), "it does not go away from under what they do not see")
		require.NotContains(t, answered(t, err), visit)
		require.NotContains(t, answered(t, err), "Encounter")
	})
}

// An element that is there for its reference goes with it.
func TestACutLeavesNoShell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Vega")
		elena := h.caregiver(rosa, self)
		secret, open, visit := newID(), newID(), newID()
		h.put(strings.Replace(condition(secret, rosa, icd, "I10", "Private"), `"clinicalStatus"`, restricted+`"clinicalStatus"`, 1))
		h.put(condition(open, rosa, icd, "I10", "High blood pressure"))
		h.put(`{"resourceType":"Encounter","id":"` + visit + `","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/` + rosa + `"},"diagnosis":[` +
			`{"condition":{"reference":"Condition/` + open + `"},"rank":1},{"condition":{"reference":"Condition/` + secret + `"},"use":{"text":"Discharge"},"rank":2}]}`)
		st, err := h.store.Read(ctx, elena, "Encounter", visit)
		require.NoError(t, err)
		require.Contains(t, string(st.Body), `"rank":1`)
		require.NotContains(t, string(st.Body), "Discharge")
		require.NotContains(t, string(st.Body), `"rank":2`)
		st, err = h.store.Read(ctx, self, "Encounter", visit)
		require.NoError(t, err)
		require.Contains(t, string(st.Body), "Discharge")
	})
}

// What tells of a hidden record is hidden as well.
func TestProvenanceOfWhatIsHiddenIsHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Vega")
		elena := h.caregiver(rosa, self)
		secret, open, of, both := newID(), newID(), newID(), newID()
		h.put(strings.Replace(condition(secret, rosa, icd, "I10", "Private"), `"clinicalStatus"`, restricted+`"clinicalStatus"`, 1))
		h.put(condition(open, rosa, icd, "I10", "High blood pressure"))
		h.put(provenance(of, "Condition/"+secret))
		h.put(provenance(both, "Condition/"+open))
		_, err := h.store.Read(ctx, elena, "Provenance", of)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		require.Len(t, h.search(elena, "Provenance", "recorded=2026").Items, 1)
		require.Len(t, h.search(self, "Provenance", "recorded=2026").Items, 2)
		// In one transaction too, whichever comes first, and for a result that is held back.
		with, held := newID(), newID()
		other := put(t, strings.Replace(condition(with, rosa, icd, "I10", "Private"), `"clinicalStatus"`, restricted+`"clinicalStatus"`, 1))
		result := put(t, observation(held, rosa, "2823-3", "2026-11-23", 6.1, ""))
		result.ReleaseAt = h.clock().Add(48 * time.Hour)
		_, err = h.write(feed, put(t, provenance(newID(), "Condition/"+with)), put(t, provenance(newID(), "Observation/"+held)), other, result)
		require.NoError(t, err)
		require.Len(t, h.search(elena, "Provenance", "recorded=2026").Items, 1)
		require.Len(t, h.search(self, "Provenance", "recorded=2026").Items, 3)
		require.Len(t, h.search(feed, "Provenance", "recorded=2026").Items, 4)
		// A hold takes it away as well, and a release brings it back.
		doctor, shown := h.staff(identity.Clinician, rosa), newID()
		h.put(observation(shown, rosa, "2823-3", "2026-11-23", 6.1, ""))
		h.put(provenance(newID(), "Observation/"+shown))
		require.Len(t, h.search(self, "Provenance", "recorded=2026").Items, 4)
		require.NoError(t, h.store.Hold(ctx, doctor, rosa, "Observation", shown, "to be told in the visit", h.clock().Add(24*time.Hour)))
		require.Len(t, h.search(self, "Provenance", "recorded=2026").Items, 3)
		for _, id := range []string{shown, held} {
			require.NoError(t, h.store.Release(ctx, doctor, rosa, "Observation", id))
		}
		require.Len(t, h.search(self, "Provenance", "recorded=2026").Items, 5)
	})
}

// Who is not told of the charts that one is joined with is not told of those that
// it was joined with either, in no version of the Patient.
func TestLinksAreHiddenAfterTheyEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		a, self := h.patient("Vega")
		b, _ := h.patient("Vega")
		desk, doctor := h.staff(identity.FrontDesk, a, b), h.staff(identity.Clinician, a)
		elena := h.caregiver(a, self)
		app := doctor
		app.Scopes = []string{"user/*.rs"}
		_, err := h.store.Join(ctx, desk, a, b, "same person, two imports")
		require.NoError(t, err)
		look := func(when string) {
			dbtest.Settled(t, d)
			for name, who := range map[string]identity.Principal{"caregiver": elena, "app of the doctor": app} {
				versions, err := h.store.History(ctx, who, "Patient", a, 0, 10)
				require.NoError(t, err)
				require.NotEmpty(t, versions)
				for _, v := range versions {
					require.NotContains(t, string(v.Body), b, "%s, %s: version %d", when, name, v.Version)
				}
				all, err := h.store.HistoryOf(ctx, who, "Patient", records.HistoryOptions{Count: 10})
				require.NoError(t, err)
				require.NotContains(t, bodies(all), b, "%s, %s", when, name)
			}
		}
		look("joined")
		_, err = h.store.Part(ctx, desk, a, b, "two people after all")
		require.NoError(t, err)
		look("parted")
	})
}

// Hidden versions do not end the pages of a history early.
func TestHiddenVersionsTakeNoRoomInAHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Vega")
		elena := h.caregiver(rosa, self)
		id := newID()
		body := condition(id, rosa, icd, "I10", "High blood pressure")
		h.put(body)
		for i := range 3 {
			h.put(strings.Replace(body, `"clinicalStatus"`, restricted+fmt.Sprintf(`"note":[{"text":"%d"}],"clinicalStatus"`, i), 1))
		}
		h.put(body)
		page, err := h.store.History(ctx, elena, "Condition", id, 0, 2)
		require.NoError(t, err)
		require.Len(t, page, 2)
	})
}

// A prescription is as sensitive as the medicine that it names elsewhere.
func TestAPrescriptionIsAsSensitiveAsItsMedicine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		rosa, self := h.patient("Vega")
		elena := h.caregiver(rosa, self)
		drug, order := newID(), newID()
		h.put(`{"resourceType":"Medication","id":"` + drug + `","code":{"text":"Buprenorphine 8 mg"}}`)
		h.put(`{"resourceType":"MedicationRequest","id":"` + order + `","status":"active","intent":"order","medicationReference":{"reference":"Medication/` + drug + `"},"subject":{"reference":"Patient/` + rosa + `"}}`)
		_, err := h.store.Read(ctx, elena, "MedicationRequest", order)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		all, err := h.store.Everything(ctx, elena, rosa, records.EverythingOptions{})
		require.NoError(t, err)
		require.NotContains(t, bodies(all), "Buprenorphine")
	})
}

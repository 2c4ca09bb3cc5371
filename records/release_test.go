package records_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
)

// follower keeps a copy of a chart as a phone does.
type follower struct {
	who    identity.Principal
	cursor string
	has    map[string]bool
}

// follow takes what is new; it tells whether the copy began anew.
func (h *house) follow(f *follower, patient string) (resync bool, items int) {
	h.t.Helper()
	for {
		page, err := h.store.Changes(context.Background(), f.who, patient, f.cursor, 100)
		require.NoError(h.t, err)
		if page.Resync {
			resync, f.has = true, map[string]bool{}
		}
		for _, x := range page.Items {
			items++
			f.has[x.Type+"/"+x.ID] = x.Body != nil
		}
		f.cursor = page.Cursor
		if !page.More {
			return resync, items
		}
	}
}

// thereFor tells whether a resource is there for somebody, and checks that every
// way of looking says the same.
func (h *house) thereFor(who identity.Principal, patient, typ, id string) bool {
	h.t.Helper()
	ctx := context.Background()
	_, err := h.store.Read(ctx, who, typ, id)
	there := err == nil
	if !there {
		require.Equal(h.t, fault.NotFound, fault.KindOf(err))
	}
	found, err := h.store.Search(ctx, who, parseQuery(h.t, typ, "patient="+patient+"&_id="+id+"&_total=accurate"))
	require.NoError(h.t, err)
	require.Equal(h.t, there, found.Total == 1, "search")
	all, err := h.store.Everything(ctx, who, patient, records.EverythingOptions{Types: []string{typ}})
	require.NoError(h.t, err)
	exported := false
	for _, x := range all.Items {
		exported = exported || x.ID == id
	}
	require.Equal(h.t, there, exported, "export")
	_, err = h.store.History(ctx, who, typ, id, 0, 10)
	require.Equal(h.t, there, err == nil, "history")
	_, err = h.store.Detail(ctx, who, patient, typ, id)
	require.Equal(h.t, there, err == nil, "detail")
	return there
}

func TestReleaseWish(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		p, self := h.patient("Vega")
		doctor, desk := h.staff(identity.Clinician, p), h.staff(identity.FrontDesk, p)
		mother := h.caregiver(p, self)
		before := newID()
		h.put(observation(before, p, "2823-3", "2026-11-20T08:00:00Z", 5.3, ""))
		days, err := h.store.WaitDays(ctx, self, p)
		require.NoError(t, err)
		require.Zero(t, days, "seen at once by default")
		require.True(t, h.thereFor(self, p, "Observation", before))

		for name, who := range map[string]identity.Principal{"caregiver": mother, "front desk": desk} {
			require.Equal(t, fault.Forbidden, fault.KindOf(h.store.SetWaitDays(ctx, who, p, 7)), name)
		}
		require.Equal(t, fault.NotFound, fault.KindOf(h.store.SetWaitDays(ctx, h.staff(identity.Clinician), p, 7)))
		require.Equal(t, fault.Invalid, fault.KindOf(h.store.SetWaitDays(ctx, self, p, 31)))
		require.NoError(t, h.store.SetWaitDays(ctx, self, p, 7))

		phone, work := &follower{who: self}, &follower{who: doctor}
		h.follow(phone, p)
		h.follow(work, p)
		ch, err := h.store.Open(ctx, self, p, "")
		require.NoError(t, err)
		tag := ch.ETag

		obs, rep, pressure := newID(), newID(), newID()
		h.put(observation(obs, p, "2823-3", "2026-11-23T08:00:00Z", 6.9, ""))
		h.put(report(rep, p, obs))
		require.True(t, h.thereFor(self, p, "Observation", before), "what was seen stays seen")
		for _, who := range []identity.Principal{self, mother} {
			require.False(t, h.thereFor(who, p, "Observation", obs))
			require.False(t, h.thereFor(who, p, "DiagnosticReport", rep))
		}
		require.True(t, h.thereFor(doctor, p, "Observation", obs))
		ch, err = h.store.Open(ctx, self, p, tag)
		require.NoError(t, err)
		require.True(t, ch.NotModified, "what waits moves nothing")
		resync, n := h.follow(phone, p)
		require.False(t, resync)
		require.Zero(t, n)
		h.put(observation(obs, p, "2823-3", "2026-11-23T08:00:00Z", 6.8, ""))
		require.False(t, h.thereFor(self, p, "Observation", obs), "a correction waits as well")
		h.put(`{"resourceType":"Observation","id":"` + pressure + `","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/` + p + `"},"effectiveDateTime":"2026-11-23T08:00:00Z","valueQuantity":{"value":71}}`)
		require.True(t, h.thereFor(self, p, "Observation", pressure), "only results wait")

		// The clinic sees what waits, and the clinician lets it go with all its parts.
		detail, err := h.store.Detail(ctx, doctor, p, "DiagnosticReport", rep)
		require.NoError(t, err)
		require.NotNil(t, detail.Held)
		require.False(t, detail.Held.Harm)
		held, _, err := h.store.Held(ctx, doctor, "", 10)
		require.NoError(t, err)
		require.Len(t, held, 1)
		require.Equal(t, "DiagnosticReport/"+rep, held[0].Entry.Ref)
		none, _, err := h.store.Held(ctx, desk, "", 10)
		require.NoError(t, err)
		require.Empty(t, none, "the front desk sees no results")
		for name, who := range map[string]identity.Principal{"patient": self, "front desk": desk} {
			require.Error(t, h.store.Release(ctx, who, p, "DiagnosticReport", rep), name)
		}
		h.follow(work, p)
		require.NoError(t, h.store.Release(ctx, doctor, p, "DiagnosticReport", rep))
		require.True(t, h.thereFor(self, p, "Observation", obs))
		require.True(t, h.thereFor(self, p, "DiagnosticReport", rep))
		ch, err = h.store.Open(ctx, self, p, tag)
		require.NoError(t, err)
		require.False(t, ch.NotModified)
		h.follow(phone, p)
		require.True(t, phone.has["Observation/"+obs] && phone.has["DiagnosticReport/"+rep])
		resync, _ = h.follow(work, p)
		require.False(t, resync, "nothing came or went for staff")
		detail, err = h.store.Detail(ctx, doctor, p, "DiagnosticReport", rep)
		require.NoError(t, err)
		require.Nil(t, detail.Held)

		// Nothing waits for ever.
		late := newID()
		h.put(observation(late, p, "718-7", "2026-11-23T09:00:00Z", 13.1, ""))
		require.False(t, h.thereFor(self, p, "Observation", late))
		h.later(8 * 24 * time.Hour)
		require.True(t, h.thereFor(self, p, "Observation", late))
		h.follow(phone, p)
		require.True(t, phone.has["Observation/"+late])

		// Who does not want to wait any more sees what waited.
		waits := newID()
		h.put(observation(waits, p, "718-7", "2026-11-24T09:00:00Z", 13.2, ""))
		require.False(t, h.thereFor(self, p, "Observation", waits))
		require.NoError(t, h.store.SetWaitDays(ctx, self, p, 0))
		require.True(t, h.thereFor(self, p, "Observation", waits))
		require.EqualValues(t, h.head(p), h.count(`SELECT count(*) FROM chart_changes WHERE patient_id = ?`, p))
	})
}

func TestHarmHold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		p, self := h.patient("Vega")
		doctor, nurse := h.staff(identity.Clinician, p), h.staff(identity.Nurse, p)
		obs, rep := newID(), newID()
		h.put(observation(obs, p, "2823-3", "2026-11-23T08:00:00Z", 6.9, ""))
		h.put(report(rep, p, obs))
		phone := &follower{who: self}
		h.follow(phone, p)
		require.True(t, phone.has["DiagnosticReport/"+rep])
		ch, err := h.store.Open(ctx, self, p, "")
		require.NoError(t, err)
		week := h.clock().Add(7 * 24 * time.Hour)
		const why = "danger of self-harm, told in the visit on Monday"

		require.Equal(t, fault.Forbidden, fault.KindOf(h.store.Hold(ctx, nurse, p, "DiagnosticReport", rep, why, week)))
		require.Equal(t, fault.Forbidden, fault.KindOf(h.store.Hold(ctx, self, p, "DiagnosticReport", rep, why, week)))
		require.Equal(t, fault.Invalid, fault.KindOf(h.store.Hold(ctx, doctor, p, "DiagnosticReport", rep, "", week)))
		require.Equal(t, fault.Invalid, fault.KindOf(h.store.Hold(ctx, doctor, p, "DiagnosticReport", rep, why, h.clock())))
		require.Equal(t, fault.Invalid, fault.KindOf(h.store.Hold(ctx, doctor, p, "DiagnosticReport", rep, why, h.clock().AddDate(1, 0, 0))))
		require.True(t, h.thereFor(self, p, "DiagnosticReport", rep))

		require.NoError(t, h.store.Hold(ctx, doctor, p, "DiagnosticReport", rep, why, week))
		require.False(t, h.thereFor(self, p, "DiagnosticReport", rep))
		require.False(t, h.thereFor(self, p, "Observation", obs))
		again, err := h.store.Open(ctx, self, p, ch.ETag)
		require.NoError(t, err)
		require.False(t, again.NotModified)
		require.Empty(t, again.Results)
		h.follow(phone, p)
		require.False(t, phone.has["DiagnosticReport/"+rep] || phone.has["Observation/"+obs], "it goes away on the phone")
		detail, err := h.store.Detail(ctx, nurse, p, "DiagnosticReport", rep)
		require.NoError(t, err)
		require.Equal(t, why, detail.Held.Reason)
		require.True(t, detail.Held.Harm)
		held, _, err := h.store.Held(ctx, nurse, "", 10)
		require.NoError(t, err)
		require.Len(t, held, 1)

		// The patient's own list of accesses does not tell of it.
		log, _, _, err := h.access.AccessLog(ctx, self, p, "", 100)
		require.NoError(t, err)
		for _, row := range log {
			require.Empty(t, row.Reason)
			require.NotContains(t, row.Action, "hold")
		}
		// Turning the own waiting off does not end it, and a new version stays held.
		require.NoError(t, h.store.SetWaitDays(ctx, self, p, 0))
		h.put(observation(obs, p, "2823-3", "2026-11-23T08:00:00Z", 6.7, ""))
		require.False(t, h.thereFor(self, p, "Observation", obs))
		require.False(t, h.thereFor(self, p, "DiagnosticReport", rep))

		// It ends by itself, or by a clinician's word.
		require.NoError(t, h.store.Release(ctx, nurse, p, "DiagnosticReport", rep))
		require.True(t, h.thereFor(self, p, "Observation", obs))
		require.NoError(t, h.store.Hold(ctx, doctor, p, "Observation", obs, why, week))
		require.False(t, h.thereFor(self, p, "Observation", obs))
		h.later(8 * 24 * time.Hour)
		require.True(t, h.thereFor(self, p, "Observation", obs))
		h.follow(phone, p)
		require.True(t, phone.has["Observation/"+obs])
		require.EqualValues(t, h.head(p), h.count(`SELECT count(*) FROM chart_changes WHERE patient_id = ?`, p))
	})
}

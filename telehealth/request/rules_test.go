package request

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records/access"
)

// Each cell: from a state to a state, by whom.
func TestMoves(t *testing.T) {
	clinic := map[State][]State{
		Requested:  {Received, OnHold, Accepted, InProgress, Completed, Rejected},
		Received:   {OnHold, Accepted, InProgress, Completed, Rejected},
		OnHold:     {Accepted, InProgress, Completed, Rejected},
		Accepted:   {OnHold, InProgress, Completed, Rejected},
		InProgress: {OnHold, Completed, Rejected},
	}
	patient := map[State][]State{
		Requested: {Cancelled}, Received: {Cancelled}, OnHold: {Received, Cancelled}, Accepted: {Cancelled}, InProgress: {Cancelled},
	}
	for _, from := range States {
		for _, to := range States {
			want := ""
			switch {
			case slices.Contains(clinic[from], to):
				want = ClinicSide
			case slices.Contains(patient[from], to):
				want = PatientSide
			}
			require.Equal(t, want, mover(from, to), "%s to %s", from, to)
			if !from.open() {
				require.Empty(t, mover(from, to), "what is over stays over")
			}
		}
	}
	require.Empty(t, mover("draft", Received))
	require.Empty(t, mover(Requested, "draft"))
}

// Who may ask for and answer what, and write the new prescription.
func TestWhoAsksAndAnswers(t *testing.T) {
	all := access.Everything
	team := func(base access.Relation, role identity.Role, act access.CategorySet) access.View {
		return access.View{Base: base, Relation: base, Role: role, See: all, Act: act}
	}
	proxy := func(see, act access.CategorySet, can access.Powers) access.View {
		return access.View{Base: access.Proxy, Relation: access.Proxy, See: see, Act: act, Can: can}
	}
	for _, c := range []struct {
		name                  string
		view                  access.View
		asks, answers, issues []Kind
	}{
		{"the patient", access.View{Base: access.Self, See: all}, Kinds, nil, nil},
		{"a caregiver with everything", proxy(all, access.Of(access.Medicines, access.Appointments, access.Documents), access.AllPowers), Kinds, nil, nil},
		{"a caregiver for medicines", proxy(all, access.Of(access.Medicines), access.PowerMedicines), []Kind{Refill, Renewal}, nil, nil},
		{"a caregiver for visits", proxy(all, access.Of(access.Appointments), access.PowerScheduling), []Kind{Visit}, nil, nil},
		{"a caregiver for documents", proxy(all, access.Of(access.Documents), access.PowerDocuments), []Kind{Form}, nil, nil},
		{"a caregiver who may share", proxy(all, 0, access.PowerShare), []Kind{Record}, nil, nil},
		{"one who may share and sees no appointments", proxy(access.Of(access.Medicines), 0, access.PowerShare), nil, nil, nil},
		{"a caregiver who only looks", proxy(all, 0, 0), nil, nil, nil},
		{"a clinician", team(access.CareTeam, identity.Clinician, all), nil, Kinds, []Kind{Refill, Renewal}},
		{"a nurse", team(access.CareTeam, identity.Nurse, all), nil, Kinds, []Kind{Refill}},
		{"the front desk", team(access.ClinicStaff, identity.FrontDesk, access.Of(access.Demographics, access.Appointments, access.Coverage)), nil, []Kind{Visit, Record}, nil},
		{"the front desk with more rights than it has", team(access.ClinicStaff, identity.FrontDesk, all), nil, []Kind{Visit, Record}, nil},
		{"who broke the glass", team(access.EmergencyAccess, identity.Clinician, all), nil, nil, nil},
		{"a feed", team(access.Feed, "", all), nil, nil, nil},
		{"nobody", access.View{}, nil, nil, nil},
	} {
		for _, k := range Kinds {
			require.Equal(t, slices.Contains(c.asks, k), mayAsk(&c.view, k), "%s asks for %s", c.name, k)
			require.Equal(t, slices.Contains(c.answers, k), decides(&c.view, k), "%s answers %s", c.name, k)
			require.Equal(t, slices.Contains(c.issues, k), issues(&c.view, k), "%s prescribes for %s", c.name, k)
			for _, from := range States {
				for _, to := range States {
					side := mover(from, to)
					want := side == ClinicSide && slices.Contains(c.answers, k) || side == PatientSide && slices.Contains(c.asks, k)
					require.Equal(t, want, slices.Contains(next(&c.view, k, from), to), "%s: %s from %s to %s", c.name, k, from, to)
				}
			}
		}
	}
}

func TestAPrescriptionHoldsThroughItsLastDay(t *testing.T) {
	now := time.Date(2026, 3, 10, 23, 0, 0, 0, time.UTC)
	for end, want := range map[string]bool{"": false, "2026-03-10": false, "2026-03-09": true, "2026-03-11": false, "2026-03": false, "2026-02": true, "2026": false, "2025": true, "2026-03-09T12:00:00Z": true, "2026-03-10T01:00:00Z": false} {
		require.Equal(t, want, expired(end, now), end)
	}
}

// A page that sees no medicines, or nothing sensitive, is not told of what it does not see.
func TestTopicsTellOnlyThoseWhoSee(t *testing.T) {
	medicines, visits := access.Of(access.Medicines), access.Of(access.Appointments)
	plain := topics("p", access.Class{Category: access.Medicines})
	secret := topics("p", access.Class{Category: access.Medicines, Labels: access.MentalHealth})
	require.Contains(t, plain, topic("p", access.Everything, false))
	require.Contains(t, plain, topic("p", medicines, true))
	require.NotContains(t, plain, topic("p", visits, false))
	require.Contains(t, secret, topic("p", medicines|visits, false))
	require.NotContains(t, secret, topic("p", medicines, true))
}

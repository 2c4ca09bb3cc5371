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
)

// TestJoinedWith: who works in both charts sees that they are joined, by whom and
// why, and what would have to be assigned; nobody else does.
func TestJoinedWith(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		a, self := h.patient("Vega")
		b, _ := h.patient("Vega")
		before, inA, inB := newID(), newID(), newID()
		h.put(condition(before, b, icd, "I10", "High blood pressure"))
		desk := h.staff(identity.FrontDesk, a, b)
		doctor := h.staff(identity.Clinician, a)
		mother := h.caregiver(a, self)
		_, err := h.store.Join(ctx, desk, a, b, "same person, two imports")
		require.NoError(t, err)
		h.put(condition(inA, a, icd, "E11.9", "Diabetes"))
		h.put(condition(inB, b, icd, "J45.909", "Asthma"))

		for name, who := range map[string]identity.Principal{"patient": self, "caregiver": mother, "stranger": h.staff(identity.Nurse)} {
			_, err := h.store.JoinedWith(ctx, who, a)
			require.Equal(t, fault.NotFound, fault.KindOf(err), name)
		}
		list, err := h.store.JoinedWith(ctx, doctor, a)
		require.NoError(t, err)
		require.Len(t, list, 1)
		j := list[0]
		require.Equal(t, b, j.With.ID)
		require.False(t, j.First, "the chart that is open is the one to go on with")
		require.Equal(t, "same person, two imports", j.Reason)
		require.Equal(t, 2, j.WrittenCount)
		there := map[string]bool{}
		for _, w := range j.Written {
			require.NotNil(t, w.Entry)
			there[w.Ref] = w.There
		}
		require.Equal(t, map[string]bool{"Condition/" + inA: false, "Condition/" + inB: true}, there, "not what was there before")
		list, err = h.store.JoinedWith(ctx, doctor, b)
		require.NoError(t, err)
		require.Equal(t, a, list[0].With.ID)
		require.True(t, list[0].First)

		list, err = h.store.JoinedWith(ctx, desk, a)
		require.NoError(t, err)
		require.Zero(t, list[0].WrittenCount, "the front desk is not told of diagnoses, not even how many")
		require.Empty(t, list[0].Written)

		// What is shown here says in which of the two it is.
		detail, err := h.store.Detail(ctx, doctor, a, "Condition", inB)
		require.NoError(t, err)
		require.Equal(t, b, detail.Chart)
		detail, err = h.store.Detail(ctx, doctor, a, "Condition", inA)
		require.NoError(t, err)
		require.Empty(t, detail.Chart)

		written, err := h.store.Part(ctx, desk, a, b, "two people after all")
		require.NoError(t, err)
		require.EqualValues(t, 2, written)
		list, err = h.store.JoinedWith(ctx, doctor, a)
		require.NoError(t, err)
		require.Empty(t, list)
	})
}

// TestHeldBy: staff see who holds a result back.
func TestHeldBy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		ctx := context.Background()
		p, self := h.patient("Vega")
		doctor := h.staff(identity.Clinician, p)
		require.NoError(t, d.InTx(ctx, func(c *db.Conn) error {
			_, err := c.Exec(`INSERT INTO accounts (id, email, name, kind, roles, patient, practitioner, locale, password, active, created_at) VALUES (?,'','Dr. Gray',2,'clinician','','','','',?,0)`, doctor.Account, true)
			return err
		}))
		lab := newID()
		h.put(observation(lab, p, "2823-3", "2026-11-20T08:00:00Z", 5.3, ""))
		require.NoError(t, h.store.Hold(ctx, doctor, p, "Observation", lab, "to be told in the visit", time.Now().Add(72*time.Hour)))
		detail, err := h.store.Detail(ctx, doctor, p, "Observation", lab)
		require.NoError(t, err)
		require.NotNil(t, detail.Held)
		require.True(t, detail.Held.Harm)
		require.Equal(t, "Dr. Gray", detail.Held.By)
		require.Equal(t, "to be told in the visit", detail.Held.Reason)
		_, err = h.store.Detail(ctx, self, p, "Observation", lab)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
	})
}

package message_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/telehealth/message"
)

// Colleagues see who has a conversation open; the patient's side sees that somebody
// has, where the clinic allows it; and nobody sees the patient's side.
func TestWhoIsThereIsKnownWhileTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		id := k.begin("question", "When is my visit?")
		nobody := message.Presence{People: []string{}}
		here := func(who string, on, shown bool) message.Presence {
			t.Helper()
			p := k.rosa
			switch who {
			case "hale":
				p = k.hale
			case "ash":
				p = k.ash
			}
			out, err := k.Here(ctx, p, k.rosa.Patient, id, on, shown)
			require.NoError(t, err)
			return out
		}
		require.Equal(t, nobody, here("rosa", true, true))
		require.Equal(t, nobody, here("hale", true, true), "of the patient's side nobody is told")
		require.Equal(t, message.Presence{People: []string{k.hale.Name}}, here("ash", true, false))
		require.Equal(t, nobody, here("rosa", true, true), "the clinic does not want it")
		_, err := k.MayFollowPresence(ctx, k.rosa, k.rosa.Patient+"/"+id)
		require.True(t, fault.Is(err, fault.NotFound), "not even when")
		k.ShowPresence = true
		require.Equal(t, message.Presence{People: []string{}, Team: true}, here("rosa", true, true))
		here("hale", false, false)
		require.Equal(t, nobody, here("rosa", true, true), "who is left does not show it")
		here("ash", true, true)
		require.True(t, here("rosa", true, true).Team)
		k.move(time.Minute)
		require.Equal(t, nobody, here("rosa", true, true), "their page said nothing any more")
		require.Equal(t, nobody, here("hale", true, true))

		for _, where := range []string{newID(), "x"} {
			_, err := k.Here(ctx, k.hale, k.rosa.Patient, where, true, true)
			require.True(t, fault.Is(err, fault.NotFound))
		}
		_, err = k.MayFollowPresence(ctx, k.rosa, newID()+"/"+id)
		require.True(t, fault.Is(err, fault.NotFound))
	})
}

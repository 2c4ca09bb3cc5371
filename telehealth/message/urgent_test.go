package message_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth/message"
	"housecall/telehealth/pool"
	"housecall/telehealth/triage"
)

func TestWordsOfDangerAreAskedBeforeAndPassedOnAfterwards(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		in := message.In{ID: newID(), Topic: "question", Text: "Desde la mañana tengo dolor en el pecho y no puedo respirar", Ask: true}
		_, err := k.Send(ctx, k.rosa, k.rosa.Patient, in)
		require.Equal(t, "call-emergency", fault.Of(err).Code)
		require.NotContains(t, err.Error(), "pecho")
		var n int
		require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM threads`).Scan(&n))
		require.Zero(t, n, "nothing was sent yet")
		_, err = k.Send(ctx, k.rosa, k.rosa.Patient, message.In{ID: newID(), Topic: "question", Text: "I want to die", Ask: true})
		require.Equal(t, "call-crisis", fault.Of(err).Code)
		_, err = k.Send(ctx, k.rosa, k.rosa.Patient, message.In{ID: newID(), Topic: "question", Text: "I have no chest pain", Ask: true})
		require.NoError(t, err)

		in.Ask, in.Told = false, true
		m, err := k.Send(ctx, k.rosa, k.rosa.Patient, in)
		require.NoError(t, err)
		in.Told = false
		again, err := k.Send(ctx, k.rosa, k.rosa.Patient, in)
		require.NoError(t, err)
		require.Equal(t, m.ID, again.ID, "asked or not, it is the same message")

		got := k.thread(k.ash, m.Thread)
		require.Equal(t, "urgent", got.Priority)
		require.Equal(t, []string{"danger emergency told " + triage.Version, "route Care team standard"}, k.way(m.Thread))
		steps, err := k.Steps(ctx, k.hale, k.rosa.Patient, m.Thread)
		require.NoError(t, err)
		require.Equal(t, "breathing heart", steps[0].Note)
		require.Empty(t, k.thread(k.rosa, m.Thread).Priority)
		require.True(t, k.thread(k.rosa, m.Thread).Urgent, "who wrote knows that the clinic knows")
		require.Equal(t, 1, k.told(k.ash, m.Thread))
		for range 2 {
			k.move(5 * time.Minute)
			require.NoError(t, k.Mind(ctx))
		}
		require.Equal(t, 3, k.told(k.ash, m.Thread), "nobody has it: they are told again")
		_, err = k.Claim(ctx, k.birch, k.rosa.Patient, m.Thread)
		require.NoError(t, err)
		k.move(time.Hour)
		require.NoError(t, k.Mind(ctx))
		require.Equal(t, 3, k.told(k.ash, m.Thread), "somebody has it")

		// It gets worse while the nurse who has the thread is at home.
		k.write(k.birch, m.Thread, "Did somebody look at you?")
		k.write(k.rosa, m.Thread, "Yes. But now he passed out.")
		require.Nil(t, k.thread(k.ash, m.Thread).ClaimedBy)
		require.Equal(t, 4, k.told(k.ash, m.Thread))

		// What the clinic writes is not read for danger.
		quiet := k.begin("question", "When is my visit?")
		k.write(k.hale, quiet, "Do you have chest pain?")
		require.Equal(t, "routine", k.thread(k.hale, quiet).Priority)
	})
}

func TestWordsOfDangerDoNotWaitForTheirTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		tomorrow := k.Now().Add(24 * time.Hour)
		in := message.HoldIn{In: message.In{ID: newID(), Topic: "question", Text: "My chest hurts", Ask: true}, At: tomorrow}
		_, err := k.Hold(ctx, k.rosa, k.rosa.Patient, in)
		require.Equal(t, "call-emergency", fault.Of(err).Code)
		waits, err := k.HeldOf(ctx, k.rosa, k.rosa.Patient)
		require.NoError(t, err)
		require.Empty(t, waits)
		in.Ask, in.Told = false, true
		for range 2 { // the line was bad
			h, err := k.Hold(ctx, k.rosa, k.rosa.Patient, in)
			require.NoError(t, err)
			require.Equal(t, "sent", h.State)
		}
		require.Equal(t, "urgent", k.thread(k.ash, in.ID).Priority)
		require.Equal(t, 1, k.told(k.ash, in.ID))
		steps, err := k.Steps(ctx, k.hale, k.rosa.Patient, in.ID)
		require.NoError(t, err)
		require.Equal(t, "told "+triage.Version, steps[0].Reason)

		// What waits already, and gets such words, waits no more.
		calm := message.HoldIn{In: message.In{ID: newID(), Topic: "question", Text: "See you on Monday"}, At: tomorrow}
		h, err := k.Hold(ctx, k.rosa, k.rosa.Patient, calm)
		require.NoError(t, err)
		require.Equal(t, "waits", h.State)
		worse := calm
		worse.Text, worse.Version = "I cannot breathe", h.Version
		h, err = k.Hold(ctx, k.rosa, k.rosa.Patient, worse)
		require.NoError(t, err)
		require.Equal(t, "sent", h.State)
		require.Equal(t, 1, k.thread(k.ash, calm.ID).Count)
		k.move(25 * time.Hour)
		require.NoError(t, k.Deliver(ctx))
		require.Equal(t, 1, k.thread(k.ash, calm.ID).Count, "once")

		// What the clinic puts off waits, whatever it says.
		h, err = k.Hold(ctx, k.hale, k.rosa.Patient, message.HoldIn{In: message.In{ID: newID(), Thread: in.ID, Text: "Call us if you have chest pain"}, At: k.Now().Add(time.Hour)})
		require.NoError(t, err)
		require.Equal(t, "waits", h.State)
	})
}

func TestWhoIsOnCallFindsTheChartOpen(t *testing.T) {
	dbtest.EachAtOnce(t, func(t *testing.T, d *db.DB) {
		k, ctx := newClinic(t, d), context.Background()
		owl := k.employ("Owl", identity.Nurse)
		onCall, err := k.Pools.Save(ctx, k.admin, pool.Pool{Name: "On call"})
		require.NoError(t, err)
		k.member(onCall.ID, owl)
		was, err := k.Pools.Escalations(ctx, k.admin)
		require.NoError(t, err)
		require.Equal(t, pool.UrgentEscalation, was[0].Name, "there is one from the first day")
		_, err = k.Pools.SaveEscalation(ctx, k.admin, pool.Escalation{Name: pool.UrgentEscalation, From: "arrival", Until: "claimed", Clock: "wall", Then: "repeat", Version: was[0].Version,
			Steps: []pool.Rung{{Pool: onCall.ID, Minutes: 5}, {Minutes: 5}}})
		require.NoError(t, err)

		calm := k.begin("question", "When is my visit?")
		_, err = k.Thread(ctx, owl, k.rosa.Patient, calm, "", 25)
		require.True(t, fault.Is(err, fault.NotFound), "being on call opens nothing by itself")
		id := k.begin("question", "My chest hurts")
		require.NoError(t, k.Mind(ctx))
		require.Equal(t, 1, k.told(owl, id))
		require.Equal(t, id, k.thread(owl, id).ID)
		for _, q := range []message.InboxQuery{{}, {Pool: onCall.ID}, {View: message.InboxUnclaimed}} {
			q.Limit = 10
			list, _, counts, err := k.Inbox(ctx, owl, q)
			require.NoError(t, err)
			require.Len(t, list, 1, "only what is urgent: %+v", q)
			require.Equal(t, id, list[0].ID)
			require.Equal(t, message.Counts{All: 1, Unclaimed: 1}, counts)
		}
		_, err = k.Claim(ctx, owl, k.rosa.Patient, id)
		require.NoError(t, err)
		k.move(49 * time.Hour)
		list, _, _, err := k.Inbox(ctx, owl, message.InboxQuery{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, list)
		_, err = k.Thread(ctx, owl, k.rosa.Patient, id, "", 25)
		require.True(t, fault.Is(err, fault.NotFound), "after two days it is closed to them again")
	})
}

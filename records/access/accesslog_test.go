package access

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

func (b *bench) did(t testing.TB, who identity.Principal, v View, action string, cats CategorySet, count int) {
	t.Helper()
	v.Patient = "pat-ana"
	require.NoError(t, b.Record(context.Background(), Event{Who: who, Patient: "pat-ana", View: v, Action: action, Categories: cats, Count: count}))
}

var (
	asDoctor = View{Relation: CareTeam, Base: CareTeam, Role: identity.Clinician}
	asProxy  = View{Relation: Proxy, Base: Proxy, Kinship: "mother", Grant: "g"}
)

func TestAccessLogFolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		began := b.now()
		b.did(t, doctor, asDoctor, "open", Of(Results), 1)
		b.clock.move(time.Minute)
		b.did(t, dora, asProxy, "read", Of(Medicines), 1)
		b.clock.move(time.Minute)
		b.did(t, doctor, asDoctor, "read", Of(Vitals), 4)
		b.tx(t, func(c *db.Conn) error {
			return b.RecordTx(c, Event{Who: doctor, Patient: "pat-ana", View: asDoctor, Action: "create", Categories: Of(Conditions)})
		})
		b.clock.move(9 * time.Minute)
		b.did(t, doctor, asDoctor, "history", Of(Results), 1)
		b.did(t, nurse, View{}, "read", Of(Results), 1)
		require.NoError(t, b.Record(ctx, Event{Who: nurse, Patient: "pat-ana", Action: "refused", Outcome: "refused"}))
		require.NoError(t, b.Record(ctx, Event{Who: doctor, Patient: "pat-dora", View: asDoctor, Action: "read"}))

		rows, next, in, err := b.AccessLog(ctx, ana, "pat-ana", "", 50)
		require.NoError(t, err)
		require.Empty(t, next)
		require.True(t, in.Complete)
		require.Len(t, rows, 6)
		byWhat := map[string][]AccessRow{}
		for _, r := range rows {
			byWhat[r.Who+" "+r.Action] = append(byWhat[r.Who+" "+r.Action], r)
		}
		looks := byWhat["Dr Okafor read"]
		require.Len(t, looks, 2, "ten minutes make a line, counted from its newest")
		require.Equal(t, 2, looks[0].Count, "times, not resources")
		require.Equal(t, []string{"results", "vitals"}, looks[0].What)
		require.Equal(t, began.Add(2*time.Minute), *looks[0].Until)
		require.Equal(t, "clinician", looks[0].Role)
		require.Equal(t, 1, looks[1].Count)
		require.Nil(t, looks[1].Until)
		require.Len(t, byWhat["Dr Okafor create"], 1, "writes are there as well, from their own table")
		require.Equal(t, "mother", byWhat["Dora read"][0].Relation)
		require.Equal(t, "proxy", byWhat["Dora read"][0].Role)
		require.Len(t, byWhat["N. Lee refused"], 1)
		require.Equal(t, "nurse", byWhat["N. Lee refused"][0].Role)

		rows, _, _, err = b.AccessLog(ctx, ana, "pat-ana", "", 50)
		require.NoError(t, err)
		require.Equal(t, "Ana", rows[0].Who, "looking at the list stands in the list")
		require.Equal(t, "self", rows[0].Role)

		b.sealed(t)
		_, _, in, err = b.AccessLog(ctx, ana, "pat-ana", "", 50)
		require.NoError(t, err)
		require.True(t, in.Complete)
		require.Zero(t, in.Pending)
		require.NotZero(t, in.SealedUpTo)
	})
}

// Page by page or at once, the lines and their counts are the same.
func TestAccessLogPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		people := []identity.Principal{doctor, nurse, dora, desk, office}
		var events []Event
		for i := range 900 {
			e := Event{Who: people[(i*i+i/7)%5], Patient: "pat-ana", View: asDoctor, Action: []string{"read", "search"}[i%2], Categories: Of(Category(i % 9))}
			events = append(events, e)
			if len(events) >= 1+i%9 {
				if i%2 == 0 {
					b.tx(t, func(c *db.Conn) error { return b.RecordTx(c, events...) })
				} else {
					require.NoError(t, b.Record(ctx, events...))
				}
				events = nil
				b.clock.move(time.Duration(i%13) * 31 * time.Second)
			}
		}
		in := b.rowsOf(ctx, "pat-ana", newest)
		all, _, more, err := foldRows(in, nil, 1e6)
		require.NoError(t, err)
		require.False(t, more)
		require.Greater(t, len(all), 20)
		for _, limit := range []int{1, 3, 10} {
			var got []AccessRow
			for at := (logCursor{From: newest}); ; {
				lines, to, more, err := foldRows(b.rowsOf(ctx, "pat-ana", at.From), at.Open, limit)
				require.NoError(t, err)
				got = append(got, lines...)
				if !more {
					break
				}
				at = to
			}
			require.Equal(t, all, got, limit)
		}
		rows, next, _, err := b.AccessLog(ctx, ana, "pat-ana", "", 5)
		require.NoError(t, err)
		require.Equal(t, all[:5], rows)
		rows, _, _, err = b.AccessLog(ctx, ana, "pat-ana", next, 5)
		require.NoError(t, err)
		require.Equal(t, all[5:10], rows)
		_, _, _, err = b.AccessLog(ctx, dora, "pat-dora", next, 5)
		require.True(t, fault.Is(err, fault.Invalid), "a cursor of another chart")
	})
}

func TestWhoMaySeeTheLog(t *testing.T) {
	b := started(t, dbtest.SQLite(t))
	ctx := context.Background()
	b.tx(t, func(c *db.Conn) error {
		if err := b.JoinTeamTx(c, admin, doctor.Account, "pat-ana", identity.Clinician, time.Time{}); err != nil {
			return err
		}
		in := grantFor(dora, b.now())
		in.Can |= PowerShare
		_, err := b.GrantTx(c, ana, in)
		return err
	})
	for _, who := range []identity.Principal{ana, dora, office} {
		_, _, _, err := b.AccessLog(ctx, who, "pat-ana", "", 5)
		require.NoError(t, err, who.Name)
	}
	for _, who := range []identity.Principal{doctor, nurse, admin, {}, through(ana, "patient/*.rs")} {
		_, _, _, err := b.AccessLog(ctx, who, "pat-ana", "", 5)
		noChart(t, err)
		_, _, err = b.Proofs(ctx, who, "pat-ana", "", 5)
		noChart(t, err)
	}
	rows, _, _, err := b.AccessLog(ctx, ana, "pat-ana", "", 50)
	require.NoError(t, err)
	refused := 0
	for _, r := range rows {
		if r.Action == "refused" {
			refused++
		}
	}
	require.Equal(t, 5, refused, "each refusal stands in the list")
}

func TestProofsAreCheckedOffline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		for i := range 30 {
			b.writes(t, "pat-ana", 1)
			b.looks(t, []string{"pat-ana", "pat-dora"}[i%2], 1)
			b.clock.move(time.Second)
		}
		b.sealed(t)
		key := b.PublicKey()
		var all []Proof
		for cursor := ""; ; {
			page, next, err := b.Proofs(ctx, ana, "pat-ana", cursor, 20)
			require.NoError(t, err)
			all = append(all, page...)
			if cursor = next; next == "" {
				break
			}
		}
		require.GreaterOrEqual(t, len(all), 45)
		for _, p := range all {
			text, err := json.Marshal(p)
			require.NoError(t, err)
			var sent Proof
			require.NoError(t, json.Unmarshal(text, &sent))
			got, err := VerifyProof(key, sent)
			require.NoError(t, err)
			require.Equal(t, "pat-ana", got.Patient)
			require.Contains(t, string(got.Entry), "Dr Okafor")
			require.Positive(t, got.Place)

			bad := sent
			bad.Leaf = append([]byte{}, sent.Leaf...)
			bad.Leaf[len(bad.Leaf)-40]++
			_, err = VerifyProof(key, bad)
			require.Error(t, err)
			bad = sent
			bad.Index++
			_, err = VerifyProof(key, bad)
			require.Error(t, err)
			bad = sent
			bad.Checkpoint.Size++
			_, err = VerifyProof(key, bad)
			require.Error(t, err)
			_, err = VerifyProof(key[:5], sent)
			require.Error(t, err)
		}
		_, err := readLeaf([]byte("short"))
		require.Error(t, err)
	})
}

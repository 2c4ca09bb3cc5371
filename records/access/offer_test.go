package access

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

func (b *bench) offer(t testing.TB) (o Offer, secret string) {
	t.Helper()
	b.tx(t, func(c *db.Conn) (err error) {
		o, secret, err = b.OfferTx(c, ana, OfferInput{Patient: "pat-ana", Name: "My daughter", Relation: "mother", See: Of(Medicines), Can: PowerMedicines, End: b.now().AddDate(0, 6, 0)})
		return err
	})
	return o, secret
}

func (b *bench) accept(who identity.Principal, secret string) (o Offer, err error) {
	err = b.db.InTx(context.Background(), func(c *db.Conn) error { o, err = b.AcceptTx(c, who, secret); return err })
	return o, err
}

func TestAnInvitationIsAcceptedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		in := OfferInput{Patient: "pat-ana", Name: "Dora", Relation: "mother", See: Of(Medicines), End: b.now().AddDate(1, 0, 0)}
		for _, who := range []identity.Principal{{}, dora, doctor, admin, office, job, through(ana, "patient/*.cruds")} {
			err := d.InTx(ctx, func(c *db.Conn) error { _, _, err := b.OfferTx(c, who, in); return err })
			noChart(t, err)
			_, err = b.Offers(ctx, who, "pat-ana")
			noChart(t, err)
		}
		endless := in
		endless.End = time.Time{}
		err := d.InTx(ctx, func(c *db.Conn) error { _, _, err := b.OfferTx(c, ana, endless); return err })
		require.True(t, fault.Is(err, fault.Invalid))

		o, secret := b.offer(t)
		require.Equal(t, b.now().Add(OfferLife), o.ExpiresAt)
		_, err = b.view(dora, "pat-ana")
		noChart(t, err)
		for range 2 { // opening consumes nothing
			seen, err := b.OpenOffer(ctx, dora, secret)
			require.NoError(t, err)
			require.Equal(t, Of(Medicines, Demographics), seen.See)
		}
		for name, bad := range map[string]error{
			"nobody": second(b.OpenOffer(ctx, identity.Principal{}, secret)), "an app": second(b.OpenOffer(ctx, through(dora, "user/*.cruds"), secret)),
			"a job": second(b.OpenOffer(ctx, job, secret)), "another secret": second(b.OpenOffer(ctx, dora, secret+"x")), "no secret": second(b.OpenOffer(ctx, dora, "")),
		} {
			require.True(t, fault.Is(bad, fault.NotFound), name)
		}
		_, err = b.accept(ana, secret)
		require.True(t, fault.Is(err, fault.Conflict), "not by who invites")

		done, err := b.accept(dora, secret)
		require.NoError(t, err)
		v, err := b.view(dora, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Of(Medicines, Demographics), v.See)
		require.Equal(t, done.Grant, v.Grant)
		require.Equal(t, AllLabels, v.Hide)
		for _, who := range []identity.Principal{dora, doctor} {
			_, err = b.accept(who, secret)
			require.True(t, fault.Is(err, fault.NotFound), "a link works once")
		}
		gs, err := b.GrantsOf(ctx, ana, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, "Dora", gs[0].Name, "the patient sees which account it was")
		require.Equal(t, "My daughter", gs[0].InvitedAs)
		require.Equal(t, ana.Account, gs[0].CreatedBy)
		offers, err := b.Offers(ctx, ana, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, OfferAccepted, offers[0].State)

		var kept int
		require.NoError(t, d.Read(ctx).QueryRow(`SELECT count(*) FROM grant_offers WHERE secret = ?`, []byte(secret)).Scan(&kept))
		require.Zero(t, kept, "only a digest is kept")
	})
}

func second[T any](_ T, err error) error { return err }

func TestInvitationsThatCannotBeAccepted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		withdraw := func(who identity.Principal, id string) error {
			return d.InTx(ctx, func(c *db.Conn) error { return b.WithdrawTx(c, who, "pat-ana", id) })
		}
		o, secret := b.offer(t)
		for _, who := range []identity.Principal{dora, admin, job} {
			require.True(t, fault.Is(withdraw(who, o.ID), fault.NotFound))
		}
		require.NoError(t, withdraw(ana, o.ID))
		require.True(t, fault.Is(withdraw(ana, o.ID), fault.Conflict))
		_, err := b.accept(dora, secret)
		require.True(t, fault.Is(err, fault.NotFound), "taken back")

		_, secret = b.offer(t)
		b.clock.move(OfferLife)
		_, err = b.accept(dora, secret)
		require.True(t, fault.Is(err, fault.NotFound), "too old")
		offers, err := b.Offers(ctx, ana, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, []OfferState{OfferExpired, OfferWithdrawn}, []OfferState{offers[0].State, offers[1].State})

		_, secret = b.offer(t)
		b.tx(t, func(c *db.Conn) error { _, err := b.GrantTx(c, ana, grantFor(dora, b.now())); return err })
		_, err = b.accept(dora, secret)
		require.True(t, fault.Is(err, fault.Conflict), "one running grant each")

		for range maxOffers - 1 {
			b.offer(t)
		}
		err = d.InTx(ctx, func(c *db.Conn) error {
			_, _, err := b.OfferTx(c, ana, OfferInput{Patient: "pat-ana", Name: "D", Relation: "mother", See: Of(Medicines), End: b.now().AddDate(0, 1, 0)})
			return err
		})
		require.True(t, fault.Is(err, fault.Conflict))
		_, err = b.OpenOffer(ctx, doctor, strings.Repeat("x", 10_000))
		require.True(t, fault.Is(err, fault.NotFound))
	})
}

func TestAGuestOfOneVisit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := started(t, d)
		ctx := context.Background()
		b.tx(t, func(c *db.Conn) error {
			if err := b.JoinTeamTx(c, job, desk.Account, "pat-ana", identity.FrontDesk, time.Time{}); err != nil {
				return err
			}
			return b.JoinTeamTx(c, job, doctor.Account, "pat-ana", identity.Clinician, time.Time{})
		})
		opens := b.now().Add(time.Hour)
		in := VisitOffer{Patient: "pat-ana", Appointment: "app-1", Name: "Dora", Relation: "sister", Start: opens, End: opens.Add(2 * time.Hour)}
		invite := func(who identity.Principal) (secret string, err error) {
			err = d.InTx(ctx, func(c *db.Conn) error { _, secret, err = b.OfferVisitTx(c, who, in); return err })
			return secret, err
		}
		for _, who := range []identity.Principal{dora, nurse, admin, office, {}} {
			_, err := invite(who)
			noChart(t, err)
		}
		_, err := invite(desk)
		require.True(t, fault.Is(err, fault.Forbidden))
		secret, err := invite(doctor)
		require.NoError(t, err)
		_, err = b.accept(dora, secret)
		require.NoError(t, err)

		_, err = b.view(dora, "pat-ana")
		noChart(t, err) // the doors are not open yet
		b.clock.move(time.Hour)
		v, err := b.view(dora, "pat-ana")
		require.NoError(t, err)
		require.Equal(t, Of(Demographics, Appointments), v.See)
		require.Zero(t, v.Act)
		require.Equal(t, PowerVisits, v.Can)
		require.Equal(t, AllLabels, v.Hide)
		require.True(t, v.HoldResults)
		require.Equal(t, in.End.UnixMicro(), v.ChangesAt)
		charts, err := b.Charts(ctx, dora, 10)
		require.NoError(t, err)
		require.Contains(t, charts, "pat-ana")
		people, err := b.Subjects(ctx, dora)
		require.NoError(t, err)
		require.Len(t, people, 2)

		b.tx(t, func(c *db.Conn) error { _, err := b.GrantTx(c, ana, grantFor(dora, b.now())); return err })
		v, err = b.view(dora, "pat-ana")
		require.NoError(t, err)
		require.True(t, v.See.Has(Results), "a grant goes before it")
		b.tx(t, func(c *db.Conn) error { _, err := b.RevokeTx(c, dora, "pat-ana", v.Grant); return err })

		secret, err = invite(ana)
		require.NoError(t, err)
		b.tx(t, func(c *db.Conn) error { return b.EndVisitGrantsTx(c, job, "pat-ana", "app-2") })
		_, err = b.view(dora, "pat-ana")
		require.NoError(t, err, "another visit's end")
		b.tx(t, func(c *db.Conn) error { return b.EndVisitGrantsTx(c, job, "pat-ana", "app-1") })
		_, err = b.view(dora, "pat-ana")
		noChart(t, err)
		_, err = b.accept(nurse, secret)
		require.True(t, fault.Is(err, fault.NotFound), "an invitation to it is over too")

		secret, err = invite(ana)
		require.NoError(t, err)
		_, err = b.accept(dora, secret)
		require.NoError(t, err)
		b.clock.move(2 * time.Hour)
		_, err = b.view(dora, "pat-ana")
		noChart(t, err) // nobody ended it, and it is over
	})
}

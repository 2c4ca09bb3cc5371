package demo_test

import (
	"context"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/cmd/housecall/demo"
	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/identity/sitetest"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/telehealth/message"
	"housecall/telehealth/pool"
	"housecall/telehealth/schedule"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestLoadTwiceIsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		rev := revoke.NewFeed(d)
		require.NoError(t, rev.Start(ctx))
		t.Cleanup(rev.Stop)
		acc, err := access.New(access.Deps{DB: d, Key: sitekey.ForTest(), Revocations: rev, Now: time.Now, Node: "test"})
		require.NoError(t, err)
		require.NoError(t, acc.Start(ctx))
		t.Cleanup(acc.Stop)
		ids, err := identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: sitekey.ForTest(), Revocations: rev, BaseURL: "http://localhost:8080"})
		require.NoError(t, err)
		blobs, err := blob.Open(ctx, blob.Config{Dir: t.TempDir(), Key: sitekey.ForTest()})
		require.NoError(t, err)
		t.Cleanup(func() { _ = blobs.Close() })
		store, err := records.New(records.Deps{DB: d, Access: acc, Key: sitekey.ForTest(), Blobs: blobs})
		require.NoError(t, err)
		base, err := url.Parse("http://localhost:8080")
		require.NoError(t, err)
		hub, err := notifications.NewHub(notifications.Config{Key: sitekey.ForTest().Secret("hub")})
		require.NoError(t, err)
		notices, err := notifications.New(notifications.Deps{DB: d, Hub: hub, Key: sitekey.ForTest(), Accounts: ids, Poll: 20 * time.Millisecond, BaseURL: base})
		require.NoError(t, err)
		messages, err := message.New(message.Deps{DB: d, Records: store, Access: acc, Notices: notices, Key: sitekey.ForTest(), Accounts: ids})
		require.NoError(t, err)
		booking, err := schedule.New(schedule.Deps{DB: d, Records: store, Access: acc, Notices: notices, Key: sitekey.ForTest()})
		require.NoError(t, err)
		now := time.Now()
		clinic := demo.Build(now)
		logins := clinic.Logins()
		parts := demo.Parts{DB: d, Identity: ids, Access: acc, Records: store, Notices: notices, Messages: messages, Schedule: booking}
		require.NoError(t, demo.Load(ctx, parts, clinic, logins, now))
		changes := count(t, d)
		require.NoError(t, demo.Load(ctx, parts, clinic, logins, now))
		require.Equal(t, changes, count(t, d), "the second load changes nothing")

		elena, err := ids.AccountByEmail(ctx, "caregiver@housecall.test")
		require.NoError(t, err)
		who := identity.Principal{Kind: identity.Person, Account: elena.ID, Name: elena.Name, Patient: elena.Patient}
		rosa, err := ids.AccountByEmail(ctx, "patient@housecall.test")
		require.NoError(t, err)
		nurse, err := ids.AccountByEmail(ctx, "nurse@housecall.test")
		require.NoError(t, err)
		quill := identity.Principal{Kind: identity.Staff, Account: nurse.ID, Name: nurse.Name, Roles: nurse.Roles}
		pools, err := messages.Pools.Of(d.Read(ctx), quill)
		require.NoError(t, err)
		require.Len(t, pools, 3, "each is made once")
		for _, p := range pools {
			members, err := messages.Pools.Members(ctx, quill, p.ID)
			require.NoError(t, err)
			require.Len(t, members, 2, p.Name)
		}
		medicines := pools[slices.IndexFunc(pools, func(p pool.Named) bool { return p.Name == "Medicines" })]
		waiting, _, _, err := messages.Inbox(ctx, quill, message.InboxQuery{View: message.InboxUnclaimed, Pool: medicines.ID, Limit: 10})
		require.NoError(t, err)
		require.Len(t, waiting, 1)
		require.Equal(t, "Mama's evening pills", waiting[0].Subject)

		chart, err := store.Open(ctx, who, rosa.Patient, "")
		require.NoError(t, err)
		require.NotEmpty(t, chart.Results)
		require.NotEmpty(t, chart.Attention)
		require.Equal(t, "Rosa Caléndula", chart.Patient.Name)
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	require.NoError(t, d.Read(context.Background()).QueryRow(`SELECT count(*) FROM chart_changes`).Scan(&n))
	return n
}

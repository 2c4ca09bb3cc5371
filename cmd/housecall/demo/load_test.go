package demo_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/cmd/housecall/demo"
	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
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
		ids, err := identity.New(identity.Deps{DB: d, Key: sitekey.ForTest(), Revocations: rev, BaseURL: "http://localhost:8080"})
		require.NoError(t, err)
		store, err := records.New(records.Deps{DB: d, Access: acc, Key: sitekey.ForTest()})
		require.NoError(t, err)
		clinic := demo.Build(time.Now())
		logins := clinic.Logins()
		parts := demo.Parts{DB: d, Identity: ids, Access: acc, Records: store}
		require.NoError(t, demo.Load(ctx, parts, clinic, logins))
		changes := count(t, d)
		require.NoError(t, demo.Load(ctx, parts, clinic, logins))
		require.Equal(t, changes, count(t, d), "the second load changes nothing")

		elena, err := ids.AccountByEmail(ctx, "caregiver@housecall.test")
		require.NoError(t, err)
		who := identity.Principal{Kind: identity.Person, Account: elena.ID, Name: elena.Name, Patient: elena.Patient}
		rosa, err := ids.AccountByEmail(ctx, "patient@housecall.test")
		require.NoError(t, err)
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

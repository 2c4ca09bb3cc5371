package main

import (
	"context"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
	"housecall/records/access"
)

// A flood of requests without a token leaves few rows and stays countable; the log
// is verified beside the server; a patient's file is checked without it.
func TestAuditCommands(t *testing.T) {
	eachDatabase(t, func(t *testing.T, cfg Config) {
		a := start(t, cfg)
		ctx := context.Background()
		for range 20 {
			res, err := http.Get(a.URL() + "/fhir/Patient")
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Equal(t, http.StatusUnauthorized, res.StatusCode)
		}
		officer := identity.Principal{Kind: identity.Staff, Account: "p", Roles: []identity.Role{identity.Privacy}}
		now := time.Now()
		rows, _, err := a.Access.Audit(ctx, officer, access.ReportQuery{From: now.Add(-time.Hour), Until: now.Add(time.Hour), Refused: true, Limit: 50})
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, "401 fhir signed_out", rows[0].Detail)
		require.NotEmpty(t, rows[0].Address)

		patient := uuid.NewString()
		who := identity.Principal{Kind: identity.Person, Account: "acc", Name: "Ana", Patient: patient}
		require.NoError(t, a.Access.Record(ctx, access.Event{Who: who, Patient: patient, Action: "open"}))
		file := filepath.Join(t.TempDir(), "access-log.json")
		require.Eventually(t, func() bool {
			write, err := a.Access.ExportLog(ctx, who, patient)
			require.NoError(t, err)
			f, err := os.Create(file)
			require.NoError(t, err)
			require.NoError(t, write(ctx, f))
			require.NoError(t, f.Close())
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			return strings.Contains(string(text), "Ana")
		}, 10*time.Second, 50*time.Millisecond)

		out, _, code := command(t, cfg, "audit", "verify")
		require.Zero(t, code, out)
		require.Contains(t, out, "whole and unchanged")
		_, said, code := command(t, cfg, "audit", "gap", "--reason", "restored")
		require.Equal(t, 1, code)
		require.Contains(t, said, "there is no gap")
		key := base64.StdEncoding.EncodeToString(a.Access.PublicKey())
		a.Stop()

		elsewhere := testConfig(t)
		out, _, code = command(t, elsewhere, "audit", "check", file, "--key", key)
		require.Zero(t, code, out)
		require.Contains(t, out, "as the clinic signed them")
		require.NoDirExists(t, elsewhere.Data, "it needs nothing of a server")
		out, _, code = command(t, elsewhere, "audit", "check", file)
		require.Zero(t, code)
		require.Contains(t, out, key, "without the key it says which it took")
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), "Ana", "Eve", 1)), 0o600))
		_, said, code = command(t, elsewhere, "audit", "check", file, "--key", key)
		require.Equal(t, 1, code)
		require.Contains(t, said, "row ")
	})
}

package access

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/revoke"
	"housecall/internal/sitekey"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// clock is a clock that tests move.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC).UnixMicro())
	return c
}
func (c *clock) now() time.Time       { return time.UnixMicro(c.at.Load()).UTC() }
func (c *clock) move(d time.Duration) { c.at.Add(d.Microseconds()) }
func (c *clock) to(year int, m, day int) {
	c.at.Store(time.Date(year, time.Month(m), day, 12, 0, 0, 0, time.UTC).UnixMicro())
}

type bench struct {
	*Service
	clock *clock
	db    *db.DB
	file  string
}

// newBench makes a service that runs nothing yet; started is one that does.
func newBench(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{clock: newClock(), db: d, file: filepath.Join(t.TempDir(), "checkpoints")}
	s, err := New(Deps{DB: d, Key: sitekey.ForTest(), Revocations: revoke.NewFeed(d), Now: b.clock.now, Node: "test", CheckpointFile: b.file})
	require.NoError(t, err)
	b.Service = s
	return b
}

func started(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := newBench(t, d)
	require.NoError(t, b.revocations.Start(context.Background()))
	require.NoError(t, b.Start(context.Background()))
	t.Cleanup(func() { b.Stop(); b.revocations.Stop() })
	return b
}

func (b *bench) tx(t testing.TB, f func(c *db.Conn) error) {
	t.Helper()
	require.NoError(t, b.db.InTx(context.Background(), f))
}

// patient puts a Patient into a chart, as little as access asks for.
func (b *bench) patient(t testing.TB, id string) {
	t.Helper()
	b.tx(t, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO resources (patient_id, type, id, version, n, last_updated, category, index_rules, body) VALUES (?, 'Patient', ?, 1, 1, 1, 0, 1, ?)`, id, id, []byte("{}"))
		return err
	})
}

func (b *bench) view(who identity.Principal, patient string) (View, error) {
	return b.ViewOf(b.db.Read(context.Background()), who, patient)
}

var (
	ana    = identity.Principal{Kind: identity.Person, Account: "acc-ana", Name: "Ana", Patient: "pat-ana"}
	dora   = identity.Principal{Kind: identity.Person, Account: "acc-dora", Name: "Dora", Patient: "pat-dora"}
	doctor = identity.Principal{Kind: identity.Staff, Account: "acc-doc", Name: "Dr Okafor", Roles: []identity.Role{identity.Clinician}}
	nurse  = identity.Principal{Kind: identity.Staff, Account: "acc-nurse", Name: "N. Lee", Roles: []identity.Role{identity.Nurse}}
	desk   = identity.Principal{Kind: identity.Staff, Account: "acc-desk", Name: "F. Desk", Roles: []identity.Role{identity.FrontDesk}}
	admin  = identity.Principal{Kind: identity.Staff, Account: "acc-admin", Name: "A. Dmin", Roles: []identity.Role{identity.Admin}}
	office = identity.Principal{Kind: identity.Staff, Account: "acc-priv", Name: "P. Officer", Roles: []identity.Role{identity.Privacy}}
	job    = identity.SystemPrincipal("import")
)

// through is the principal acting through an app with these scopes.
func through(p identity.Principal, scopes ...string) identity.Principal {
	p.Client, p.ClientName, p.Scopes = "app-1", "Steps", append([]string{}, scopes...)
	return p
}

func grantFor(who identity.Principal, now time.Time) GrantInput {
	return GrantInput{Patient: "pat-ana", Account: who.Account, Name: who.Name, Relation: "mother", Basis: Consent,
		See: Of(Demographics, Conditions, Medicines, Results, Messages), Can: PowerMessages | PowerMedicines, End: now.AddDate(1, 0, 0)}
}

func noChart(t testing.TB, err error) {
	t.Helper()
	require.True(t, fault.Is(err, fault.NotFound), "%v", err)
	require.Equal(t, NoChart().Error(), err.Error(), "the same words as for a chart that does not exist")
}

func TestNewNeedsItsParts(t *testing.T) {
	_, err := New(Deps{})
	require.Error(t, err)
}

func TestCursorsBelongToOneList(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t))
	c := b.sealCursor("panel a", []byte("x"))
	got, err := b.openCursor("panel a", c)
	require.NoError(t, err)
	require.Equal(t, "x", string(got))
	for _, wrong := range []string{"", "!", c[:len(c)-2], c + "AA"} {
		_, err = b.openCursor("panel a", wrong)
		require.True(t, fault.Is(err, fault.Invalid), wrong)
	}
	_, err = b.openCursor("panel b", c)
	require.True(t, fault.Is(err, fault.Invalid))
}

package message_test

import (
	"context"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

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
	"housecall/records/fhir"
	"housecall/telehealth/message"
	"housecall/telehealth/pool"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var feed = identity.SystemPrincipal("test")

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// clinic is a clinic with a clock of its own: Rosa, her doctor Hale in her team, and
// the nurses Ash and Birch in the standard pool, which is joined to her chart.
type clinic struct {
	*message.Service
	t     testing.TB
	db    *db.DB
	store *records.Store
	ids   *identity.Service
	rosa  identity.Principal
	hale  identity.Principal
	ash   identity.Principal
	birch identity.Principal
	admin identity.Principal

	mu sync.Mutex
	at time.Time
}

func (k *clinic) now() time.Time { k.mu.Lock(); defer k.mu.Unlock(); return k.at }

func (k *clinic) move(d time.Duration) { k.mu.Lock(); defer k.mu.Unlock(); k.at = k.at.Add(d) }

func newClinic(t testing.TB, d *db.DB) *clinic {
	t.Helper()
	ctx, key := context.Background(), sitekey.ForTest()
	k := &clinic{t: t, db: d, at: time.Now().Truncate(time.Second)}
	rev := revoke.NewFeed(d)
	acc, err := access.New(access.Deps{DB: d, Key: key, Revocations: rev, Node: "test", Now: k.now})
	require.NoError(t, err)
	k.ids, err = identity.New(identity.Deps{HashKiB: sitetest.HashKiB, DB: d, Key: key, Revocations: rev, BaseURL: "http://housecall.test"})
	require.NoError(t, err)
	blobs, err := blob.Open(ctx, blob.Config{Dir: t.TempDir(), Key: key})
	require.NoError(t, err)
	t.Cleanup(func() { _ = blobs.Close() })
	k.store, err = records.New(records.Deps{DB: d, Access: acc, Key: key, Blobs: blobs})
	require.NoError(t, err)
	u, _ := url.Parse("http://housecall.test")
	notices, err := notifications.New(notifications.Deps{DB: d, Key: key, Accounts: k.ids, Poll: 20 * time.Millisecond, BaseURL: u, Now: k.now})
	require.NoError(t, err)
	k.Service, err = message.New(message.Deps{DB: d, Records: k.store, Access: acc, Notices: notices, Key: key, Accounts: k.ids, Now: k.now})
	require.NoError(t, err)
	require.NoError(t, rev.Start(ctx))
	t.Cleanup(rev.Stop)
	require.NoError(t, acc.Start(ctx))
	t.Cleanup(acc.Stop)

	k.rosa = k.patient("Rosa")
	k.hale, k.ash, k.birch = k.employ("Hale", identity.Clinician), k.employ("Ash", identity.Nurse), k.employ("Birch", identity.Nurse)
	k.admin = k.employ("Loam", identity.Admin)
	k.tx(func(c *db.Conn) error {
		return acc.JoinTeamTx(c, feed, k.hale.Account, k.rosa.Patient, identity.Clinician, time.Time{})
	})
	k.member(pool.Standard, k.ash, k.birch)
	return k
}

func (k *clinic) tx(f func(c *db.Conn) error) {
	k.t.Helper()
	require.NoError(k.t, k.db.InTx(context.Background(), f))
}

func (k *clinic) patient(name string) identity.Principal {
	k.t.Helper()
	id := newID()
	n, err := fhir.Parse([]byte(`{"resourceType":"Patient","id":"` + id + `","name":[{"family":"Marin","given":["` + name + `"]}],"birthDate":"1952-03-02"}`))
	require.NoError(k.t, err)
	_, err = k.store.Write(context.Background(), feed, records.Batch{Ops: []records.Op{{Kind: records.Put, Node: n}}, Source: "urn:test"})
	require.NoError(k.t, err)
	a, err := k.ids.CreateAccount(context.Background(), identity.NewAccount{Email: name + id + "@housecall.test", Name: name, Kind: identity.Person, Patient: id})
	require.NoError(k.t, err)
	return identity.Principal{Kind: identity.Person, Account: a.ID, Name: name, Patient: id}
}

func (k *clinic) employ(name string, role identity.Role) identity.Principal {
	k.t.Helper()
	a, err := k.ids.CreateAccount(context.Background(), identity.NewAccount{Email: name + newID() + "@housecall.test", Name: name, Kind: identity.Staff, Roles: []identity.Role{role}})
	require.NoError(k.t, err)
	return identity.Principal{Kind: identity.Staff, Account: a.ID, Name: name, Roles: []identity.Role{role}}
}

func (k *clinic) member(id string, all ...identity.Principal) {
	k.t.Helper()
	for _, who := range all {
		require.NoError(k.t, k.Pools.Join(context.Background(), feed, access.NewPoolMember{Pool: id, Account: who.Account, Role: who.Roles[0]}))
	}
}

// pool makes one and joins it to Rosa's chart.
func (k *clinic) pool(name string, r pool.Rules, escalation string, all ...identity.Principal) pool.Pool {
	k.t.Helper()
	p, err := k.Pools.Save(context.Background(), k.admin, pool.Pool{Name: name, Rules: r, Escalation: escalation})
	require.NoError(k.t, err)
	k.tx(func(c *db.Conn) error {
		return k.Access.JoinChartTx(c, feed, p.ID, k.rosa.Patient, time.Time{}, time.Time{})
	})
	k.member(p.ID, all...)
	return p
}

func (k *clinic) begin(topic, text string) string {
	k.t.Helper()
	m, err := k.Send(context.Background(), k.rosa, k.rosa.Patient, message.In{ID: newID(), Topic: topic, Subject: "A question", Text: text})
	require.NoError(k.t, err)
	return m.Thread
}

func (k *clinic) write(who identity.Principal, thread, text string) message.Message {
	k.t.Helper()
	m, err := k.Send(context.Background(), who, k.rosa.Patient, message.In{ID: newID(), Thread: thread, Text: text})
	require.NoError(k.t, err)
	return m
}

func (k *clinic) thread(who identity.Principal, id string) message.Thread {
	k.t.Helper()
	p, err := k.Thread(context.Background(), who, k.rosa.Patient, id, "", 25)
	require.NoError(k.t, err)
	return p.Thread
}

// way is what became of a thread, step by step.
func (k *clinic) way(id string) (out []string) {
	k.t.Helper()
	steps, err := k.Steps(context.Background(), k.hale, k.rosa.Patient, id)
	require.NoError(k.t, err)
	for _, x := range steps {
		out = append(out, x.Kind+" "+x.To+" "+x.Reason)
	}
	return out
}

// told counts what somebody was told of a thread.
func (k *clinic) told(who identity.Principal, thread string) (n int) {
	k.t.Helper()
	require.NoError(k.t, k.db.Read(context.Background()).QueryRow(`SELECT count(*) FROM notices WHERE account = ? AND ref = ?`, who.Account, "thread/"+thread).Scan(&n))
	return n
}

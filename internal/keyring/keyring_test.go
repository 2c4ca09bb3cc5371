package keyring_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/keyring"
	"housecall/internal/sitekey"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var columns = []keyring.Column{
	{Table: "devices", Name: "push_token", By: "id", Purpose: "tokens", Label: "push token "},
	{Table: "outside_sessions", Name: "refresh", By: "request", Purpose: "others", Label: "refresh "},
	{Table: "site_keys", Name: "kept", By: "id", Purpose: keyring.KeptPurpose},
}

// node is a node of a site, whose clock is the test's.
type node struct {
	*keyring.Keeper
	t    *testing.T
	dir  string
	past *atomic.Int64 // how far the clock went on
	acts []string
}

func newNode(t *testing.T, d *db.DB, name, dir string, form sitekey.Form) (*node, error) {
	n := &node{t: t, dir: dir, past: new(atomic.Int64)}
	k, err := keyring.Open(context.Background(), keyring.Config{DB: d, Dir: dir, Node: name, Form: form, Columns: columns,
		Now: func() time.Time { return time.Now().Add(time.Duration(n.past.Load())) },
		Record: func(_ *db.Conn, who identity.Principal, action, detail string) error {
			n.acts = append(n.acts, strings.TrimSpace(who.Name+" "+action+" "+detail))
			return nil
		}})
	if err != nil {
		return nil, err
	}
	n.Keeper = k
	return n, nil
}

func begin(t *testing.T, d *db.DB, name, dir string) *node {
	t.Helper()
	n, err := newNode(t, d, name, dir, sitekey.AES256GCM)
	require.NoError(t, err)
	n.look()
	return n
}

func (n *node) look() {
	n.t.Helper()
	require.NoError(n.t, n.Look(context.Background(), identity.Principal{}))
}

var boss = identity.Principal{Name: "Boss"}

func (n *node) rotate() (sitekey.ID, []string) {
	n.t.Helper()
	id, without, err := n.Rotate(context.Background(), boss)
	require.NoError(n.t, err)
	return id, without
}

func (n *node) retire(id sitekey.ID) error {
	return n.Retire(context.Background(), boss, id, func() error { return nil })
}

// fill seals so many values and gives them, by their place.
func fill(t *testing.T, d *db.DB, r *sitekey.Ring, from, n int) {
	t.Helper()
	require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
		for i := from; i < from+n; i++ {
			id := fmt.Sprintf("d%05d", i)
			if _, err := c.Exec(`INSERT INTO devices (id, account, family, platform, name, version, push_token, created_at, last_at) VALUES (?, 'a', 'f', 'ios', '', '', ?, 1, 1)`,
				id, r.Sealer("tokens").Seal([]byte("token of "+id), "push token "+id)); err != nil {
				return err
			}
		}
		_, err := c.Exec(`INSERT INTO devices (id, account, family, platform, name, version, push_token, created_at, last_at) VALUES (?, 'a', 'f', 'ios', '', '', ?, 1, 1)`, fmt.Sprintf("none%d", from), []byte{})
		return err
	}))
}

// opened tells how many values a ring opens, each of which must be right.
func opened(t *testing.T, d *db.DB, r *sitekey.Ring) (good, bad int) {
	t.Helper()
	rows, err := d.Read(context.Background()).Query(`SELECT id, push_token FROM devices WHERE length(push_token) > 0`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		var sealed []byte
		require.NoError(t, rows.Scan(&id, &sealed))
		plain, err := r.Sealer("tokens").Open(sealed, "push token "+id)
		if err != nil {
			bad++
			continue
		}
		require.Equal(t, "token of "+id, string(plain))
		good++
	}
	require.NoError(t, rows.Err())
	return good, bad
}

func quiet(int64, int64) {}

// What was sealed before a key was replaced is opened after it; after it was sealed anew
// nothing opens with the old key alone; only then may the old key go.
func TestAKeyIsReplaced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		n := begin(t, d, "a", t.TempDir())
		first := n.Ring().Current()
		fill(t, d, n.Ring(), 0, 450)
		require.ErrorContains(t, n.retire(first.ID()), "seals all that is new")

		id, without := n.rotate()
		require.Empty(t, without)
		require.Equal(t, id, n.Ring().Current().ID(), "a site of one node seals with it at once")
		require.Equal(t, []string{"Boss create site key:" + id.String(), "Boss update site key:" + id.String()}, n.acts)
		fill(t, d, n.Ring(), 450, 50)
		good, bad := opened(t, d, n.Ring())
		require.Equal(t, []int{500, 0}, []int{good, bad})
		good, _ = opened(t, d, sitekey.NewRing(first))
		require.Equal(t, 450, good, "the rest is under the new one")

		require.ErrorContains(t, n.retire(first.ID()), "sealed until")
		n.past.Store(int64(2 * time.Hour))
		n.look()
		err := n.retire(first.ID())
		require.True(t, fault.Is(err, fault.Conflict))
		require.ErrorContains(t, err, "450 in devices.push_token")

		// It is stopped in the middle and goes on.
		stopped, stop := context.WithCancel(ctx)
		var most int64
		_, err = n.Reseal(stopped, func(done, total int64) { most = total; stop() })
		require.ErrorIs(t, err, context.Canceled)
		require.EqualValues(t, 450, most)
		good, _ = opened(t, d, sitekey.NewRing(first))
		require.Equal(t, 250, good, "so many of the 450 are left")
		done, err := n.Reseal(ctx, quiet)
		require.NoError(t, err)
		require.EqualValues(t, 250, done.Done)
		require.Empty(t, done.Unreadable)
		good, bad = opened(t, d, n.Ring())
		require.Equal(t, []int{500, 0}, []int{good, bad})
		good, _ = opened(t, d, sitekey.NewRing(first))
		require.Zero(t, good, "nothing opens with the old key alone")

		// One value comes late and holds it.
		late := sitekey.NewRing(first)
		fill(t, d, late, 900, 1)
		require.ErrorContains(t, n.retire(first.ID()), "1 in devices.push_token")
		_, err = n.Reseal(ctx, quiet)
		require.NoError(t, err)
		require.NoError(t, n.retire(first.ID()))
		text, err := os.ReadFile(filepath.Join(n.dir, sitekey.FileName))
		require.NoError(t, err)
		require.Len(t, bytes.Fields(text), 1, "it is gone from the file")
		good, bad = opened(t, d, n.Ring())
		require.Equal(t, []int{501, 0}, []int{good, bad})
		_, here := n.Ring().Find(first.ID())
		require.False(t, here)
		for _, purpose := range sitekey.Kept {
			require.Equal(t, first.Derive(purpose, 32), n.Ring().Secret(purpose).Lasting(), "what checks what is old stays")
		}
		require.ErrorContains(t, n.retire(first.ID()), "retired already")

		// So it is after a start, and after the next key as well.
		n = begin(t, d, "a", n.dir)
		require.Equal(t, first.Derive("audit mac", 32), n.Ring().Secret("audit mac").Of(first.ID()))
		second := n.Ring().Current()
		n.rotate()
		n.past.Store(int64(5 * time.Hour))
		n.look()
		done, err = n.Reseal(ctx, quiet)
		require.NoError(t, err)
		require.EqualValues(t, 502, done.Done, "what the first key left is sealed anew, too")
		require.NoError(t, n.retire(second.ID()))
		n = begin(t, d, "a", n.dir)
		require.Equal(t, first.Derive("audit mac", 32), n.Ring().Secret("audit mac").Of(first.ID()))
		require.Equal(t, second.Derive("audit mac", 32), n.Ring().Secret("audit mac").Of(second.ID()))
		good, bad = opened(t, d, n.Ring())
		require.Equal(t, []int{501, 0}, []int{good, bad})
	})
}

// The form changes as the key does, there and back.
func TestTheFormIsChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		n := begin(t, d, "a", dir)
		fill(t, d, n.Ring(), 0, 10)
		for _, form := range []sitekey.Form{sitekey.XChaCha20Poly1305, sitekey.AES256GCM} {
			n, err := newNode(t, d, "a", dir, form)
			require.NoError(t, err)
			n.look()
			good, bad := opened(t, d, n.Ring())
			require.Equal(t, []int{10, 0}, []int{good, bad})
			done, err := n.Reseal(context.Background(), quiet)
			require.NoError(t, err)
			require.EqualValues(t, 10, done.Done)
			good, bad = opened(t, d, n.Ring())
			require.Equal(t, []int{10, 0}, []int{good, bad})
			var headed int
			require.NoError(t, d.Read(context.Background()).QueryRow(`SELECT count(*) FROM devices WHERE substr(push_token, 1, 7) = ?`, sitekey.Head(n.Ring().Current().ID(), sitekey.XChaCha20Poly1305)).Scan(&headed))
			require.Equal(t, map[sitekey.Form]int{sitekey.XChaCha20Poly1305: 10, sitekey.AES256GCM: 0}[form], headed)
			done, err = n.Reseal(context.Background(), quiet)
			require.NoError(t, err)
			require.Zero(t, done.Done, "nothing is left")
		}
	})
}

// What nothing opens stays as it is, is named, and holds up nothing else.
func TestWhatCannotBeOpenedStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := begin(t, d, "a", t.TempDir())
		first := n.Ring().Current().ID()
		fill(t, d, n.Ring(), 0, 300)
		broken := []byte("this was never sealed by anybody")
		require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
			_, err := c.Exec(`UPDATE devices SET push_token = ? WHERE id = 'd00001'`, broken)
			return err
		}))
		n.rotate()
		done, err := n.Reseal(context.Background(), quiet)
		require.NoError(t, err)
		require.EqualValues(t, 299, done.Done)
		require.Equal(t, []keyring.Left{{What: "devices.push_token", Count: 1}}, done.Unreadable)
		var kept []byte
		require.NoError(t, d.Read(context.Background()).QueryRow(`SELECT push_token FROM devices WHERE id = 'd00001'`).Scan(&kept))
		require.Equal(t, broken, kept)
		n.past.Store(int64(2 * time.Hour))
		n.look()
		require.ErrorContains(t, n.retire(first), "1 in devices.push_token")
	})
}

// Two nodes, each with a file of its own: a new key seals when both have it, and neither
// meets what it cannot open. Without the file, nothing is sealed with the new key.
func TestNodesComeToKnowAKey(t *testing.T) {
	d := dbtest.Postgres(t)
	a := begin(t, d, "a", t.TempDir())
	other := t.TempDir()
	copyFile := func() {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(a.dir, sitekey.FileName))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(other, sitekey.FileName), text, 0o600))
		at := time.Now().Add(time.Second) // as a clock that moves would have it
		require.NoError(t, os.Chtimes(filepath.Join(other, sitekey.FileName), at, at))
	}
	copyFile()
	b := begin(t, d, "b", other)
	first := a.Ring().Current()

	second, without := a.rotate()
	require.Equal(t, []string{"b"}, without)
	a.look()
	b.look()
	for _, n := range []*node{a, b} {
		require.Equal(t, first, n.Ring().Current())
		require.NoError(t, n.Problem())
	}
	_, _, err := a.Rotate(context.Background(), boss)
	require.ErrorContains(t, err, "waits for b")
	_, here := a.Ring().Find(second)
	require.True(t, here, "it can open it before anybody seals with it")

	copyFile()
	b.look()
	require.Equal(t, second, b.Ring().Current().ID(), "the last to have it is the first to use it")
	fill(t, d, b.Ring(), 0, 5)
	good, bad := opened(t, d, a.Ring()) // which has not looked yet
	require.Equal(t, []int{5, 0}, []int{good, bad})
	fill(t, d, a.Ring(), 10, 5) // under the old one
	a.look()
	good, bad = opened(t, d, b.Ring())
	require.Equal(t, []int{10, 0}, []int{good, bad})
	require.Equal(t, second, a.Ring().Current().ID())

	// One retires it; the other lets go of it, and of its line.
	for _, n := range []*node{a, b} {
		n.past.Store(int64(2 * time.Hour))
		n.look()
		n.look()
	}
	_, err = b.Reseal(context.Background(), quiet)
	require.NoError(t, err)
	require.NoError(t, b.retire(first.ID()))
	a.look()
	for _, n := range []*node{a, b} {
		keys, err := sitekey.Load("", n.dir)
		require.NoError(t, err)
		require.Len(t, keys, 1)
		_, here := n.Ring().Find(first.ID())
		require.False(t, here)
	}

	// A node that comes with the old file alone may not start, and changes nothing.
	late := t.TempDir()
	require.NoError(t, sitekeyFile(late, first))
	_, err = newNode(t, d, "c", late, sitekey.AES256GCM)
	require.ErrorContains(t, err, second.String())
	require.ErrorIs(t, err, keyring.ErrMissing)
}

func sitekeyFile(dir string, key sitekey.Key) error {
	if _, err := sitekey.Load("", dir); err != nil {
		return err
	}
	return sitekey.Change(dir, func([]sitekey.Key) []sitekey.Key { return []sitekey.Key{key} })
}

// A database is put back with the keys of its time, and says which one is missing.
func TestAMissingKeyIsNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := begin(t, d, "a", t.TempDir())
		first := n.Ring().Current()
		fill(t, d, n.Ring(), 0, 3)
		second, _ := n.rotate()
		path := filepath.Join(n.dir, sitekey.FileName)
		both, err := os.ReadFile(path)
		require.NoError(t, err)
		lines := bytes.SplitAfter(both, []byte("\n"))
		for name, c := range map[string]struct {
			file    []byte
			missing string
		}{"the old one": {lines[1], first.ID().String()}, "the new one": {lines[0], second.String()}} {
			require.NoError(t, os.WriteFile(path, c.file, 0o600))
			_, err := newNode(t, d, "a", n.dir, sitekey.AES256GCM)
			require.ErrorIs(t, err, keyring.ErrMissing, name)
			require.ErrorContains(t, err, c.missing)
			_, err = keyring.Stand(context.Background(), d, "", n.dir)
			require.ErrorContains(t, err, c.missing)
			require.NoError(t, os.Chtimes(path, time.Now(), time.Now().Add(time.Minute)))
			n.look()
			require.ErrorContains(t, n.Problem(), c.missing, "and a running node says so, too")
			require.NoError(t, os.WriteFile(path, both, 0o600))
			n.look()
			require.NoError(t, n.Problem())
		}
		x, err := keyring.Stand(context.Background(), d, "", n.dir)
		require.NoError(t, err)
		require.Equal(t, keyring.Standing{Made: true, Written: true, Current: second.String(), Old: []string{first.ID().String()}}, x)
		elsewhere := t.TempDir() // all that a restore needs: the database and the file
		require.NoError(t, os.WriteFile(filepath.Join(elsewhere, sitekey.FileName), both, 0o600))
		good, bad := opened(t, d, begin(t, d, "b", elsewhere).Ring())
		require.Equal(t, []int{3, 0}, []int{good, bad})
		list, err := n.List(context.Background())
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.EqualValues(t, []int64{3, 0}, []int64{keyring.Things(list[0].Under), keyring.Things(list[1].Under)})
	})
}

// A site whose database knows a key by its check alone, as the version before wrote it.
func TestASiteOfBeforeGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		keys, err := sitekey.Load("", dir)
		require.NoError(t, err)
		require.NoError(t, d.InTx(context.Background(), func(c *db.Conn) error {
			_, err := c.Exec(`INSERT INTO site (name, value, at) VALUES ('site key', ?, 1)`, keys[0].Check())
			return err
		}))
		fill(t, d, sitekey.NewRing(keys[0]), 0, 3)
		_, err = newNode(t, d, "a", t.TempDir(), sitekey.AES256GCM)
		require.ErrorIs(t, err, keyring.ErrMissing)
		n := begin(t, d, "a", dir)
		require.Equal(t, keys[0], n.Ring().Current())
		n.rotate()
		good, bad := opened(t, d, n.Ring())
		require.Equal(t, []int{3, 0}, []int{good, bad})
	})
}

// Keys from the environment are not written anywhere; a new one is added by whoever
// sets it.
func TestKeysFromTheEnvironment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		from := t.TempDir()
		_, err := sitekey.Load("", from)
		require.NoError(t, err)
		setting := func() string {
			text, err := os.ReadFile(filepath.Join(from, sitekey.FileName))
			require.NoError(t, err)
			return strings.Join(strings.Fields(string(text)), " ")
		}
		dir := t.TempDir()
		open := func() *keyring.Keeper {
			k, err := keyring.Open(context.Background(), keyring.Config{DB: d, Setting: setting(), Dir: dir, Node: "a", Columns: columns})
			require.NoError(t, err)
			require.NoError(t, k.Look(context.Background(), boss))
			return k
		}
		k := open()
		_, _, err = k.Rotate(context.Background(), boss)
		require.ErrorContains(t, err, "HOUSECALL_SITE_KEY")
		second := sitekey.New()
		require.NoError(t, sitekey.Change(from, func(keys []sitekey.Key) []sitekey.Key { return append(keys, second) }))
		require.Equal(t, second, open().Ring().Current())
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, files)
	})
}

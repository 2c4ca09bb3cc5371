// Package keyring says which of a site's keys seals and which only open. The keys are
// in the data folder or the environment of each node; their names, and what each is
// for, are in the database, which all nodes read. A new key seals from the moment at
// which every node that is up has it, so that none meets what it cannot open.
package keyring

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
)

const (
	lookEvery = time.Second
	tellEvery = 20 * time.Second
	goneAfter = time.Minute // a node that has not told for so long is not waited for
)

// Config is what a Keeper works with.
type Config struct {
	DB      *db.DB
	Setting string // HOUSECALL_SITE_KEY; empty: the file in Dir
	Dir     string // the data folder
	Node    string
	Form    sitekey.Form // in which is sealed
	Columns []Column     // all that is sealed and stored
	Now     func() time.Time
	Settle  time.Duration // how long after it sealed last a key can be retired; 0: an hour

	// Record keeps in the log of accesses what is done with keys.
	Record func(c *db.Conn, who identity.Principal, action, detail string) error
}

// Keeper keeps the ring of this node as the database says.
type Keeper struct {
	cfg  Config
	ring *sitekey.Ring

	mu      sync.Mutex // of a look
	keys    []sitekey.Key
	read    time.Time // when the file of the keys was written that was read last
	rows    []row
	told    time.Time
	problem error

	cancel context.CancelFunc
	done   chan struct{}
}

// row is a key as the database knows it.
type row struct {
	id             sitekey.ID
	n              int64
	added, current int64
	retired        int64
	kept           string
}

// ErrMissing tells that this node lacks a key.
var ErrMissing = errors.New("a site key is missing")

// Open reads the keys and what the database says of them. It refuses to go on when one
// is missing: what it sealed would be unreadable, so nothing may start.
func Open(ctx context.Context, cfg Config) (*Keeper, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	k := &Keeper{cfg: cfg}
	known, rows, err := read(cfg.DB.Read(ctx))
	if err != nil {
		return nil, err
	}
	if err := present(cfg.Setting, cfg.Dir, known, rows); err != nil {
		return nil, err
	}
	if err := k.load(); err != nil {
		return nil, err
	}
	err = cfg.DB.InTx(ctx, func(c *db.Conn) error {
		if err := lock(c); err != nil {
			return err
		}
		known, rows, err := read(c)
		if err == nil && known == "" {
			known = k.keys[0].Check()
			_, err = c.Exec(`INSERT INTO site (name, value, at) VALUES ('site key', ?, ?)`, known, k.now())
		}
		if err == nil {
			err = fits(k.keys, known, rows)
		}
		if err == nil && len(rows) == 0 {
			i := slices.IndexFunc(k.keys, func(x sitekey.Key) bool { return x.Check() == known })
			err = insert(c, row{id: k.keys[i].ID(), n: 1, added: k.now(), current: k.now()})
		}
		return err
	})
	if err == nil {
		err = k.turn(ctx)
	}
	return k, err
}

// Ring is the ring that follows.
func (k *Keeper) Ring() *sitekey.Ring { return k.ring }

func (k *Keeper) now() int64 { return k.cfg.Now().UnixMicro() }

// present tells when the file is missing under which the database was written: a new
// one must not be made.
func present(setting, dir, known string, rows []row) error {
	path := filepath.Join(dir, sitekey.FileName)
	if _, err := os.Stat(path); setting == "" && (known != "" || len(rows) > 0) && errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s is not there, and the database was written under one. Put the file back, or set HOUSECALL_SITE_KEY", ErrMissing, path)
	}
	return nil
}

// fits tells which key is missing, of those that may have sealed something.
func fits(keys []sitekey.Key, known string, rows []row) error {
	if len(rows) == 0 {
		if !slices.ContainsFunc(keys, func(k sitekey.Key) bool { return k.Check() == known }) {
			return errOther
		}
		return nil
	}
	missing := missing(keys, rows)
	if len(missing) == 0 {
		return nil
	}
	if !slices.ContainsFunc(rows, func(r row) bool { return holds(keys, r.id) }) {
		return errOther
	}
	return fmt.Errorf("%w: the database holds things that are sealed under the key %s. Put its line back into %s, from your copy or from another node, or add it to HOUSECALL_SITE_KEY after a space", ErrMissing, strings.Join(missing, ", "), sitekey.FileName)
}

var errOther = errors.New("the site key does not fit the database, which was written under another one. Put the right site.key back, or set HOUSECALL_SITE_KEY")

// missing are keys that something may be sealed under and that are not here.
func missing(keys []sitekey.Key, rows []row) (out []string) {
	for _, r := range rows {
		if r.retired == 0 && r.current > 0 && !holds(keys, r.id) {
			out = append(out, r.id.String())
		}
	}
	return out
}

func holds(keys []sitekey.Key, id sitekey.ID) bool {
	return slices.ContainsFunc(keys, func(k sitekey.Key) bool { return k.ID() == id })
}

// load reads the keys of this node.
func (k *Keeper) load() error {
	keys, err := sitekey.Load(k.cfg.Setting, k.cfg.Dir)
	if err != nil {
		return err
	}
	if k.cfg.Setting == "" {
		info, err := os.Stat(filepath.Join(k.cfg.Dir, sitekey.FileName))
		if err != nil {
			return err
		}
		k.read = info.ModTime()
	}
	k.keys = keys
	return nil
}

// changed tells whether the file was written since.
func (k *Keeper) changed() bool {
	if k.cfg.Setting != "" {
		return false
	}
	info, err := os.Stat(filepath.Join(k.cfg.Dir, sitekey.FileName))
	return err == nil && !info.ModTime().Equal(k.read)
}

func read(c *db.Conn) (known string, rows []row, err error) {
	err = c.QueryRow(`SELECT value FROM site WHERE name = 'site key'`).Scan(&known)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", nil, err
	}
	err = c.Each(`SELECT id, n, added_at, current_at, retired_at, kept FROM site_keys ORDER BY n`, func(r *sql.Rows) error {
		var x row
		var id string
		var kept []byte
		err := r.Scan(&id, &x.n, &x.added, &x.current, &x.retired, &kept)
		if err == nil {
			x.id, err = sitekey.ParseID(id)
		}
		x.kept = string(kept)
		rows = append(rows, x)
		return err
	})
	return known, rows, err
}

func insert(c *db.Conn, x row) error {
	_, err := c.Exec(`INSERT INTO site_keys (id, n, added_at, current_at, retired_at) VALUES (?, ?, ?, ?, 0)`, x.id.String(), x.n, x.added, x.current)
	return err
}

// lock lets one node at a time change what the database says. SQLite has one writer.
func lock(c *db.Conn) error {
	if c.Dialect != db.Postgres {
		return nil
	}
	_, err := c.Exec(`SELECT pg_advisory_xact_lock(7062)`)
	return err
}

// current is the row of the key that seals: the newest that ever did.
func current(rows []row) row {
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].current > 0 && rows[i].retired == 0 {
			return rows[i]
		}
	}
	return row{}
}

// ended is when another key began to seal in place of this one; 0: none did.
func ended(rows []row, r row) int64 {
	for _, x := range rows {
		if x.n > r.n && x.current > 0 {
			return x.current
		}
	}
	return 0
}

// turn makes the ring what the database says.
func (k *Keeper) turn(ctx context.Context) error {
	_, rows, err := read(k.cfg.DB.Read(ctx))
	if err != nil {
		return err
	}
	k.rows = rows
	st := sitekey.State{Form: k.cfg.Form, Until: map[sitekey.ID]int64{}}
	for _, r := range rows {
		if until := ended(rows, r); r.current > 0 && until > 0 {
			st.Until[r.id] = until + k.settle().Microseconds()
		}
	}
	usable := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.retired > 0 || !holds(k.keys, r.id) })
	seals := current(usable)
	if seals.n == 0 {
		return errOther
	}
	take := func(r row) {
		i := slices.IndexFunc(k.keys, func(x sitekey.Key) bool { return x.ID() == r.id })
		st.Keys = append(st.Keys, k.keys[i])
	}
	take(seals)
	for _, r := range slices.Backward(usable) {
		if r.id != seals.id {
			take(r)
		}
	}
	st.First = rows[0].id
	if k.ring == nil {
		k.ring = sitekey.NewRing(st.Keys...)
	}
	if st.Kept, err = k.unseal(st, rows); err != nil {
		return err
	}
	k.ring.Set(st)
	return nil
}

// Start follows the database and the file of the keys, until Stop.
func (k *Keeper) Start(ctx context.Context) error {
	if err := k.Look(ctx, identity.Principal{}); err != nil {
		return err
	}
	ctx, k.cancel = context.WithCancel(context.WithoutCancel(ctx))
	k.done = make(chan struct{})
	go func() {
		defer close(k.done)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		troubled := false
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			err := k.Look(ctx, identity.Principal{})
			if err == nil {
				err = k.Problem()
			}
			if err != nil && !troubled && ctx.Err() == nil {
				slog.Error("the site keys are not as they should be; looking on", "err", err)
			}
			troubled = err != nil
		}
	}()
	return nil
}

// Stop ends that, and says that this node is no more waited for. It may be called
// twice, or before Start.
func (k *Keeper) Stop() {
	if k.cancel == nil {
		return
	}
	k.cancel()
	<-k.done
	k.cancel = nil
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = k.cfg.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM site_key_nodes WHERE node = ?`, k.cfg.Node)
		return err
	})
}

// Problem tells what keeps this node from opening all that is sealed; nil: nothing.
func (k *Keeper) Problem() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.problem
}

// Look takes in what changed: keys that were put into the file, keys that others added
// or retired. It is on somebody's behalf when a command calls it.
func (k *Keeper) Look(ctx context.Context, who identity.Principal) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changed() {
		if err := k.load(); err != nil {
			return err
		}
		k.told = time.Time{}
	}
	_, rows, err := read(k.cfg.DB.Read(ctx))
	if err != nil {
		return err
	}
	waits := slices.ContainsFunc(rows, func(r row) bool { return r.current == 0 && r.retired == 0 })
	late := k.told.IsZero() || k.cfg.DB.Dialect == db.Postgres && k.cfg.Now().Sub(k.told) >= tellEvery
	if waits || late {
		if err := k.cfg.DB.InTx(ctx, func(c *db.Conn) error { return k.tell(c, who) }); err != nil {
			return err
		}
		k.told = k.cfg.Now()
		if _, rows, err = read(k.cfg.DB.Read(ctx)); err != nil {
			return err
		}
	}
	if !slices.Equal(rows, k.rows) || late {
		sealed := k.ring.Current().ID()
		if err := k.turn(ctx); err != nil {
			return err
		}
		if k.ring.Current().ID() != sealed {
			k.told = time.Time{} // that it seals with another one
		}
		k.problem = fits(k.keys, "", rows)
	}
	return k.forget(rows)
}

// tell says which keys this node has, adds those that are new, and lets the newest seal
// once every node has it.
func (k *Keeper) tell(c *db.Conn, who identity.Principal) error {
	if err := lock(c); err != nil {
		return err
	}
	_, rows, err := read(c)
	if err != nil {
		return err
	}
	var held []string
	for _, x := range k.keys {
		held = append(held, x.ID().String())
	}
	if _, err := c.Exec(`INSERT INTO site_key_nodes (node, held, sealing, seen_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (node) DO UPDATE SET held = excluded.held, sealing = excluded.sealing, seen_at = excluded.seen_at`,
		k.cfg.Node, strings.Join(held, " "), k.ring.Current().ID().String(), k.now()); err != nil {
		return err
	}
	if !holds(k.keys, current(rows).id) {
		return nil // whoever lacks the key that seals has none to add
	}
	for _, x := range k.keys {
		if slices.ContainsFunc(rows, func(r row) bool { return r.id == x.ID() }) {
			continue
		}
		r := row{id: x.ID(), n: rows[len(rows)-1].n + 1, added: k.now()}
		if err := insert(c, r); err != nil {
			return err
		}
		if err := k.record(c, who, "create", r.id); err != nil {
			return err
		}
		rows = append(rows, r)
	}
	last := rows[len(rows)-1]
	if last.current > 0 || last.retired > 0 {
		return nil
	}
	without, err := k.without(c, last.id)
	if err != nil || len(without) > 0 {
		return err
	}
	if _, err := c.Exec(`UPDATE site_keys SET current_at = ? WHERE id = ?`, k.now(), last.id.String()); err != nil {
		return err
	}
	return k.record(c, who, "update", last.id)
}

func (k *Keeper) record(c *db.Conn, who identity.Principal, action string, id sitekey.ID) error {
	if k.cfg.Record == nil {
		return nil
	}
	return k.cfg.Record(c, who, action, "site key:"+id.String())
}

// Recorder says where what is done with keys is kept. Call it before Start.
func (k *Keeper) Recorder(record func(c *db.Conn, who identity.Principal, action, detail string) error) {
	k.cfg.Record = record
}

// without are the nodes that are up and lack a key.
func (k *Keeper) without(c *db.Conn, id sitekey.ID) (nodes []string, err error) {
	if c.Dialect == db.SQLite {
		return nil, nil // one process works on it, this one
	}
	err = c.Each(`SELECT node, held FROM site_key_nodes WHERE seen_at > ? ORDER BY node`, func(r *sql.Rows) error {
		var node, held string
		err := r.Scan(&node, &held)
		if !slices.Contains(strings.Fields(held), id.String()) {
			nodes = append(nodes, node)
		}
		return err
	}, k.cfg.Now().Add(-goneAfter).UnixMicro())
	return nodes, err
}

// forget takes keys that were retired out of the file, here as on the node on which
// that was said.
func (k *Keeper) forget(rows []row) error {
	if k.cfg.Setting != "" {
		return nil
	}
	retired := func(x sitekey.Key) bool {
		return slices.ContainsFunc(rows, func(r row) bool { return r.id == x.ID() && r.retired > 0 })
	}
	if !slices.ContainsFunc(k.keys, retired) || !holds(k.keys, current(rows).id) {
		return nil
	}
	if err := sitekey.Change(k.cfg.Dir, func(keys []sitekey.Key) []sitekey.Key { return slices.DeleteFunc(keys, retired) }); err != nil {
		return err
	}
	return k.load()
}

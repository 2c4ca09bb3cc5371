package keyring

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
)

// KeptPurpose is what the keys that a retired key leaves behind are sealed for; the
// label is its name.
const KeptPurpose = "site keys kept"

// settled is how long a key must not have sealed before it can be retired: longer than
// anything takes from being sealed to being written.
const settled = time.Hour

func (k *Keeper) settle() time.Duration { return cmp.Or(k.cfg.Settle, settled) }

// Info is a key, for people.
type Info struct {
	ID                        sitekey.ID
	Added, Current, RetiredAt time.Time // zero: not yet
	Seals                     bool
	Missing                   bool     // on this node
	Without                   []string // nodes that it waits for
	Under                     []Left   // what is sealed under it
}

// Left is how much of a kind is sealed under a key.
type Left struct {
	What  string // table and column
	Count int64
}

// Things is how many there are of all kinds.
func Things(list []Left) (n int64) {
	for _, l := range list {
		n += l.Count
	}
	return n
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// List tells of each key, the oldest first.
func (k *Keeper) List(ctx context.Context) (list []Info, err error) {
	c := k.cfg.DB.Read(ctx)
	_, rows, err := read(c)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		x := Info{ID: r.id, Added: moment(r.added), Current: moment(r.current), RetiredAt: moment(r.retired), Seals: current(rows).id == r.id}
		_, here := k.ring.Find(r.id)
		if x.Missing = !here && r.retired == 0; r.current == 0 && r.retired == 0 {
			if x.Without, err = k.without(c, r.id); err != nil {
				return nil, err
			}
		}
		if x.Under, err = k.under(c, rows, r); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// Rotate makes a new key and puts it into the file. It seals as soon as every node that
// is up has it; on a site of one node that is at once. without are those that lack it.
func (k *Keeper) Rotate(ctx context.Context, who identity.Principal) (made sitekey.ID, without []string, err error) {
	if k.cfg.Setting != "" {
		return made, nil, fault.New(fault.Conflict, "The keys come from HOUSECALL_SITE_KEY. On each node add a new one to it, after a space (make one with: openssl rand -base64 32), keep the old ones in it, and restart the nodes one after the other. The new key seals once all of them have it.")
	}
	if err := k.Look(ctx, who); err != nil {
		return made, nil, err
	}
	k.mu.Lock()
	waits := k.rows[len(k.rows)-1]
	k.mu.Unlock()
	if waits.current == 0 && waits.retired == 0 {
		without, err := k.without(k.cfg.DB.Read(ctx), waits.id)
		if err != nil {
			return made, nil, err
		}
		return made, nil, fault.Newf(fault.Conflict, "The key %s is new already and waits for %s. Copy %s there.", waits.id, strings.Join(without, ", "), sitekey.FileName)
	}
	key := sitekey.New()
	if err := sitekey.Change(k.cfg.Dir, func(keys []sitekey.Key) []sitekey.Key { return append(keys, key) }); err != nil {
		return made, nil, err
	}
	k.mu.Lock()
	k.read = time.Time{} // whatever the file system's clock says
	k.mu.Unlock()
	if err := k.Look(ctx, who); err != nil {
		return key.ID(), nil, err
	}
	without, err = k.without(k.cfg.DB.Read(ctx), key.ID())
	return key.ID(), without, err
}

// Retire ends a key, when nothing is sealed under it any more: it goes from the files of
// all nodes. What checks the log of accesses of its time, and codes that people wrote
// down, stays, sealed under the current key. ready tells whether other parts can do
// without it.
func (k *Keeper) Retire(ctx context.Context, who identity.Principal, id sitekey.ID, ready func() error) error {
	err := k.cfg.DB.InTx(ctx, func(c *db.Conn) error {
		if err := lock(c); err != nil {
			return err
		}
		_, rows, err := read(c)
		if err != nil {
			return err
		}
		r, err := k.mayRetire(c, rows, id)
		if err == nil {
			err = ready()
		}
		if err != nil {
			return err
		}
		key, here := k.ring.Find(id)
		if !here {
			return fault.Newf(fault.Conflict, "This node does not have the key %s. Run this on one that has it.", id)
		}
		kept, err := k.seal(key)
		if err != nil {
			return err
		}
		if _, err := c.Exec(`UPDATE site_keys SET retired_at = ?, kept = ? WHERE id = ?`, k.now(), kept, r.id.String()); err != nil {
			return err
		}
		return k.record(c, who, "delete", id)
	})
	if err != nil {
		return err
	}
	return k.Look(ctx, who)
}

// mayRetire says what a key is still needed for.
func (k *Keeper) mayRetire(c *db.Conn, rows []row, id sitekey.ID) (r row, err error) {
	for _, x := range rows {
		if x.id == id {
			r = x
		}
	}
	since := ended(rows, r)
	switch {
	case r.n == 0:
		return r, fault.Newf(fault.NotFound, "There is no key %s. See: housecall key list", id)
	case r.retired > 0:
		return r, fault.Newf(fault.Conflict, "The key %s is retired already.", id)
	case current(rows).id == id:
		return r, fault.Newf(fault.Conflict, "The key %s seals all that is new. Make another one first: housecall key rotate", id)
	case r.current > 0 && k.cfg.Now().Sub(moment(since)) < k.settle():
		return r, fault.Newf(fault.Conflict, "The key %s sealed until %s. Something that was sealed then may still be on its way into the database: retire it from %s on.", id, moment(since).Format(time.RFC3339), moment(since).Add(k.settle()).Format(time.RFC3339))
	}
	if r.current > 0 {
		err = c.Each(`SELECT node FROM site_key_nodes WHERE sealing = ? AND seen_at > ?`, func(row *sql.Rows) error {
			var node string
			if err := row.Scan(&node); err != nil {
				return err
			}
			return fault.Newf(fault.Conflict, "The node %s still seals with the key %s. See its log.", node, id)
		}, id.String(), k.cfg.Now().Add(-k.settle()).UnixMicro())
		if err != nil {
			return r, err
		}
	}
	left, err := k.under(c, rows, r)
	if err != nil || len(left) == 0 {
		return r, err
	}
	var text []string
	for _, l := range left {
		text = append(text, fmt.Sprintf("%d in %s", l.Count, l.What))
	}
	return r, fault.Newf(fault.Conflict, "Under the key %s there are still: %s. Seal them anew: housecall key reseal", id, strings.Join(text, ", "))
}

// seal gives what a retired key leaves behind.
func (k *Keeper) seal(key sitekey.Key) ([]byte, error) {
	kept := map[string][]byte{}
	for _, p := range sitekey.Kept {
		kept[p] = key.Derive(p, 32)
	}
	b, err := json.Marshal(kept)
	return k.ring.Sealer(KeptPurpose).Seal(b, key.ID().String()), err
}

func (k *Keeper) unseal(st sitekey.State, rows []row) (map[sitekey.ID]map[string][]byte, error) {
	with := sitekey.NewRing(st.Keys...)
	with.Set(st)
	sealer, out := with.Sealer(KeptPurpose), map[sitekey.ID]map[string][]byte{}
	for _, r := range rows {
		if r.retired == 0 {
			continue
		}
		b, err := sealer.Open([]byte(r.kept), r.id.String())
		var kept map[string][]byte
		if err == nil {
			err = json.Unmarshal(b, &kept)
		}
		if err != nil {
			return nil, fmt.Errorf("what the retired key %s left behind cannot be opened: %w", r.id, err)
		}
		out[r.id] = kept
	}
	return out, nil
}

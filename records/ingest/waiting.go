package ingest

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/records/fhir"
)

// newlyWaiting leaves out what waits already with the same content, what a better
// content waits for, and what somebody refused.
func newlyWaiting(c *db.Conn, source string, items []*item) ([]*item, error) {
	sids := make([]string, len(items))
	for i, it := range items {
		sids[i] = it.sid
	}
	there := map[string]content{}
	for chunk := range slices.Chunk(distinct(sids), lookupChunk) {
		in, arg := list(c, chunk)
		err := c.Each(`SELECT source_id, type, digest, standing, updated, weight FROM import_waiting WHERE source = ? AND source_id `+in, func(rows *sql.Rows) error {
			var sid, typ string
			var digest []byte
			var k content
			if err := rows.Scan(&sid, &typ, &digest, &k.standing, &k.updated, &k.weight); err != nil {
				return err
			}
			k.digest = string(digest)
			there[typ+"/"+sid] = k
			return nil
		}, source, arg)
		if err != nil {
			return nil, err
		}
	}
	refusals, err := seenBefore(c, source, sids)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(items, func(it *item) bool {
		k, ok := there[it.key()]
		return refusals[it.key()+"\x00"+it.content.digest] || ok && (k.digest == it.content.digest || !it.content.replaces(k))
	}), nil
}

// park keeps resources that wait, with what they wait for.
func park(c *db.Conn, source string, items []*item, now time.Time) error {
	if len(items) == 0 {
		return nil
	}
	type want struct{ sid, typ, target string }
	var wants []want
	bodies := make([][]byte, len(items))
	places := make([]string, len(items))
	for i, it := range items {
		had := map[string]bool{}
		for j := range it.refs {
			f := &it.refs[j]
			if f.found != nil || f.form == external && f.at == nil || f.at != nil && f.at.stands() || f.at == it {
				continue
			}
			key := f.target.key()
			if f.at != nil {
				key = f.at.key()
			}
			if !had[key] {
				had[key] = true
				wants = append(wants, want{it.sid, it.typ, key})
			}
		}
		it.restore()
		bodies[i] = it.node.Append(nil)
		place, err := json.Marshal(it.place)
		if err != nil {
			return err
		}
		places[i] = string(place)
	}
	at := now.UnixMicro()
	const head = `INSERT INTO import_waiting (source, since, source_id, type, party, digest, standing, updated, weight, place, body) `
	const tail = ` ON CONFLICT DO NOTHING` // another import keeps the same at the same time
	const wantHead = `INSERT INTO import_wants (source, source_id, type, target) `
	if c.Dialect == db.SQLite {
		for i, it := range items {
			if _, err := c.Exec(head+`VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`+tail, source, at, it.sid, it.typ, it.party(),
				[]byte(it.content.digest), it.content.standing, it.content.updated, it.content.weight, places[i], bodies[i]); err != nil {
				return err
			}
		}
		for _, w := range wants {
			if _, err := c.Exec(wantHead+`VALUES (?, ?, ?, ?)`+tail, source, w.sid, w.typ, w.target); err != nil {
				return err
			}
		}
		return nil
	}
	var sids, types, parties []string
	var digests [][]byte
	var standing, updated, weight []int64
	for _, it := range items {
		sids, types, parties, digests = append(sids, it.sid), append(types, it.typ), append(parties, it.party()), append(digests, []byte(it.content.digest))
		standing, updated, weight = append(standing, it.content.standing), append(updated, it.content.updated), append(weight, it.content.weight)
	}
	if _, err := c.Exec(head+`SELECT ?::text, ?::bigint, * FROM unnest(?::text[], ?::text[], ?::text[], ?::bytea[], ?::smallint[], ?::bigint[], ?::bigint[], ?::text[], ?::bytea[])`+tail,
		source, at, sids, types, parties, digests, standing, updated, weight, places, bodies); err != nil {
		return err
	}
	sids, types = nil, nil
	var targets []string
	for _, w := range wants {
		sids, types, targets = append(sids, w.sid), append(types, w.typ), append(targets, w.target)
	}
	_, err := c.Exec(wantHead+`SELECT ?::text, * FROM unnest(?::text[], ?::text[], ?::text[])`+tail, source, sids, types, targets)
	return err
}

// dropWaiting takes what went in, or is refused, out of those that wait.
func dropWaiting(c *db.Conn, source string, items []*item) error {
	if len(items) == 0 {
		return nil
	}
	for _, table := range [...]string{"import_waiting", "import_wants"} {
		if c.Dialect == db.SQLite {
			for _, it := range items {
				if _, err := c.Exec(`DELETE FROM `+table+` WHERE source = ? AND source_id = ? AND type = ?`, source, it.sid, it.typ); err != nil {
					return err
				}
			}
			continue
		}
		sids, types := make([]string, len(items)), make([]string, len(items))
		for i, it := range items {
			sids[i], types[i] = it.sid, it.typ
		}
		if _, err := c.Exec(`DELETE FROM `+table+` w USING unnest(?::text[], ?::text[]) AS k(source_id, type) WHERE w.source = ? AND w.source_id = k.source_id AND w.type = k.type`, sids, types, source); err != nil {
			return err
		}
	}
	return nil
}

// waiter is a resource that waits, without its body.
type waiter struct {
	sid, typ, party string
	wants           []string
	out             bool // something that it wants is not here
}

func (w *waiter) key() string { return w.typ + "/" + w.sid }

// queue reads who waits for what.
func queue(c *db.Conn, source string) (map[string]*waiter, error) {
	all := map[string]*waiter{}
	err := c.Each(`SELECT source_id, type, party FROM import_waiting WHERE source = ?`, func(rows *sql.Rows) error {
		w := &waiter{}
		if err := rows.Scan(&w.sid, &w.typ, &w.party); err != nil {
			return err
		}
		all[w.key()] = w
		return nil
	}, source)
	if err != nil || len(all) == 0 {
		return all, err
	}
	names := map[string]string{}
	err = c.Each(`SELECT source_id, type, target FROM import_wants WHERE source = ?`, func(rows *sql.Rows) error {
		var sid, typ, target string
		if err := rows.Scan(&sid, &typ, &target); err != nil {
			return err
		}
		if same, ok := names[target]; ok {
			target = same
		} else {
			names[target] = target
		}
		if w := all[typ+"/"+sid]; w != nil {
			w.wants = append(w.wants, target)
		}
		return nil
	}, source)
	return all, err
}

// releasable finds those whose wants are all here, or among those that go in
// together with them. So a circle of references, across patients too, goes in
// when nothing outside of it is missing. lacking counts, for what is neither here
// nor waiting itself, who wants it.
func (r *run) releasable(c *db.Conn, source string, all map[string]*waiter) (ready []*waiter, lacking map[string]int, err error) {
	byID := map[string][]*waiter{}
	for _, w := range all {
		byID[w.sid] = append(byID[w.sid], w)
	}
	among := func(key string) []*waiter { // waiters that a want may mean
		if t := parseKey(key); t.typ == "" {
			return byID[t.id]
		}
		if w := all[key]; w != nil {
			return []*waiter{w}
		}
		return nil
	}
	outside := map[string]bool{}
	var sids []string
	for _, w := range all {
		for _, key := range w.wants {
			if _, had := outside[key]; had {
				continue
			}
			outside[key] = false
			if t := parseKey(key); t.query == "" {
				sids = append(sids, t.id)
			}
		}
	}
	found, err := lookup(c, source, sids)
	if err != nil {
		return nil, nil, err
	}
	for key := range outside {
		t := parseKey(key)
		switch {
		case t.query != "":
			m, err := r.identified(c, source, t)
			if err != nil {
				return nil, nil, err
			}
			outside[key] = len(m) > 0
		case t.typ != "":
			m := pick(found, t.typ, t.id)
			outside[key] = m != nil && m.stored
		default:
			outside[key] = slices.ContainsFunc(found[t.id], func(m *mapped) bool { return m.stored })
		}
	}
	lacking = map[string]int{}
	users := map[*waiter][]*waiter{}
	var bad []*waiter
	for _, w := range all {
		for _, key := range w.wants {
			if outside[key] {
				continue
			}
			peers := among(key)
			if len(peers) == 0 {
				lacking[key]++
				if !w.out {
					w.out = true
					bad = append(bad, w)
				}
			}
			for _, p := range peers {
				users[p] = append(users[p], w)
			}
		}
	}
	for len(bad) > 0 {
		w := bad[0]
		bad = bad[1:]
		for _, user := range users[w] {
			if !user.out {
				user.out = true
				bad = append(bad, user)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if w := all[key]; !w.out {
			ready = append(ready, w)
		}
	}
	return ready, lacking, nil
}

// drainChunk is how many waiting resources are read at once.
const drainChunk = 2000

// drain lets in what has everything by now, round by round until nothing moves.
func (r *run) drain(ctx context.Context, source string) error {
	for {
		c := r.db.Read(ctx)
		all, err := queue(c, source)
		if err != nil || len(all) == 0 {
			return err
		}
		ready, _, err := r.releasable(c, source, all)
		if err != nil || len(ready) == 0 {
			return err
		}
		promised := make(map[string]bool, len(ready))
		parties := map[string][]*waiter{}
		for _, w := range ready {
			promised[w.key()] = true
			parties[w.party] = append(parties[w.party], w)
		}
		moved := int64(0)
		for _, party := range slices.Sorted(maps.Keys(parties)) {
			for chunk := range slices.Chunk(parties[party], drainChunk) {
				u, err := unpark(r.db.Read(ctx), source, chunk)
				if err != nil {
					return err
				}
				u.promised = promised
				if err := r.resolve(ctx, u); err != nil {
					return err
				}
				if err := r.commit(ctx, u); err != nil {
					return err
				}
				if err := r.tally(u); err != nil {
					return err
				}
				for _, it := range u.items {
					if it.state != waiting {
						moved++
					}
					delete(promised, it.key())
				}
				r.progress(moved, int64(len(ready)), "waiting")
			}
		}
		if moved == 0 {
			return nil
		}
	}
}

// unpark reads waiting resources back.
func unpark(c *db.Conn, source string, ws []*waiter) (*unit, error) {
	u := &unit{source: source, drained: true}
	wanted := make(map[string]bool, len(ws))
	sids := make([]string, len(ws))
	for i, w := range ws {
		wanted[w.key()], sids[i] = true, w.sid
	}
	in, arg := list(c, distinct(sids))
	err := c.Each(`SELECT source_id, type, digest, standing, updated, weight, place, body FROM import_waiting WHERE source = ? AND source_id `+in+` ORDER BY type, source_id`, func(rows *sql.Rows) error {
		var sid, typ, where string
		var digest, body []byte
		var k content
		if err := rows.Scan(&sid, &typ, &digest, &k.standing, &k.updated, &k.weight, &where, &body); err != nil {
			return err
		}
		if !wanted[typ+"/"+sid] {
			return nil
		}
		n, err := fhir.Parse(body)
		if err != nil {
			return err
		}
		var place Place
		if err := json.Unmarshal([]byte(where), &place); err != nil {
			return err
		}
		it := makeItem(n, Place{}, "")
		k.digest = string(digest)
		it.place, it.sid, it.content = place, sid, k
		u.items = append(u.items, it)
		return nil
	}, source, arg)
	if err != nil {
		return nil, err
	}
	u.index()
	return u, nil
}

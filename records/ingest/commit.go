package ingest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/access"
)

// commitLog remembers what the last units changed, so that a unit which was
// resolved beside them knows whether its answers still hold.
type commitLog struct {
	mu    sync.Mutex
	first int
	keys  []map[string]struct{}
}

const logLength = 64

func (l *commitLog) now() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first + len(l.keys)
}

func (l *commitLog) add(keys map[string]struct{}) {
	if len(keys) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys = append(l.keys, keys)
	if len(l.keys) > logLength {
		l.keys, l.first = l.keys[1:], l.first+1
	}
}

// touched tells whether one of the keys was changed since.
func (l *commitLog) touched(since int, keys func(func(string) bool) bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if since < l.first {
		return true
	}
	recent := l.keys[since-l.first:]
	if len(recent) == 0 {
		return false
	}
	return keys(func(k string) bool {
		return slices.ContainsFunc(recent, func(m map[string]struct{}) bool { _, ok := m[k]; return ok })
	})
}

// stale tells whether a unit has to be resolved again.
func (r *run) stale(u *unit) bool { return r.log.touched(u.snapshot, u.restsOn) }

// restsOn tells whether what was found out about the unit rests on one of the
// keys.
func (u *unit) restsOn(is func(string) bool) bool {
	for _, it := range u.items {
		if it.sid != "" && is(it.key()) {
			return true
		}
		for _, i := range it.missing {
			if is(it.refs[i].target.key()) {
				return true
			}
		}
	}
	return false
}

// keys are the names under which others look for the items in these states.
func (u *unit) keys(states ...state) map[string]struct{} {
	keys := map[string]struct{}{}
	for _, it := range u.items {
		if !slices.Contains(states, it.state) {
			continue
		}
		keys[it.key()] = struct{}{}
		keys["/"+it.sid] = struct{}{}
		for _, k := range it.identifiers() {
			keys[k] = struct{}{}
		}
	}
	return keys
}

// part is what goes into one chart in one transaction.
type part struct {
	chart string
	items []*item
}

// partBytes bounds a transaction beside the store's own bound of changes.
const partBytes = 48 << 20

func (u *unit) parts() []part {
	by := map[string][]*item{}
	var several []part
	for _, it := range u.items {
		if it.state == open && it.several { // by itself, when all its patients are there
			several = append(several, part{"", []*item{it}})
		} else if it.state == open {
			by[it.chart] = append(by[it.chart], it)
		}
	}
	var out []part
	for chart, items := range by {
		var bytes int64
		from := 0
		for i, it := range items {
			bytes += it.content.weight
			if i-from == records.MaxOps || bytes > partBytes && i > from {
				out = append(out, part{chart, items[from:i]})
				from, bytes = i, it.content.weight
			}
		}
		out = append(out, part{chart, items[from:]})
	}
	// The shared chart first: everything else refers to it.
	slices.SortStableFunc(out, func(a, b part) int { return cmp.Compare(a.chart, b.chart) })
	slices.SortStableFunc(several, func(a, b part) int { return cmp.Compare(pointing(a.items[0]), pointing(b.items[0])) })
	return append(out, several...)
}

// pointing orders what is about those whose records it names after those records.
func pointing(it *item) int {
	return slices.Index([]string{"List", "Provenance"}, it.typ)
}

// commit writes a unit: the shared chart, then each patient's resources
// together, then what waits.
func (r *run) commit(ctx context.Context, u *unit) error {
	if r.stale(u) {
		if err := r.resolve(ctx, u); err != nil {
			return err
		}
	}
	for attempt := 1; ; attempt++ {
		err := r.writeParts(ctx, u)
		if err == nil {
			break
		}
		if !errors.Is(err, errRace) || attempt == 5 {
			return err
		}
		if err := r.resolve(ctx, u); err != nil {
			return err
		}
	}
	if err := r.settle(ctx, u); err != nil {
		return err
	}
	r.log.add(u.keys(committed, waiting))
	return nil
}

func (r *run) writeParts(ctx context.Context, u *unit) error {
	for _, p := range u.parts() {
		err := r.writePart(ctx, u, p)
		if records.Raced(err) {
			return errRace
		}
		switch fault.KindOf(err) {
		case fault.Invalid, fault.Forbidden, fault.NotFound, fault.Conflict, fault.Gone, fault.TooLarge:
			// The store refuses what was in order by itself: this patient is set aside as a whole.
			for _, it := range p.items {
				it.refuse(reasonsOf(err)...)
			}
			u.spread(u.users())
		default:
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) writePart(ctx context.Context, u *unit, p part) error {
	items := slices.DeleteFunc(slices.Clone(p.items), func(it *item) bool { return it.state != open })
	if len(items) == 0 {
		return nil
	}
	inside := make(map[*item]bool, len(items))
	ready := make([]*records.Prepared, len(items))
	ids := make([]idRow, 0, len(items))
	for i, it := range items {
		inside[it], ready[i] = true, it.prepared
		ids = append(ids, idRow{it.sid, it.typ, it.id, it.content})
	}
	for _, it := range items {
		for i := range it.refs {
			f := &it.refs[i]
			if at := f.at; at != nil && !inside[at] && !at.stands() {
				ids = append(ids, idRow{sid: at.sid, typ: at.typ, id: at.id})
			}
			if f.later != nil {
				ids = append(ids, idRow{sid: f.later.sid, typ: f.later.typ, id: f.later.id})
			}
		}
	}
	var stored []records.Stored
	var alike int64
	err := r.db.InTx(ctx, func(c *db.Conn) error {
		if err := saveIDs(c, u.source, slices.Clone(ids)); err != nil {
			return err
		}
		var err error
		if stored, err = r.store.WritePreparedTx(c, r.who, ready); err != nil {
			return err
		}
		for _, it := range items {
			if it.supersede != "" {
				if err := saveSeen(c, u.source, it.sid, it.typ, it.supersede); err != nil {
					return err
				}
			}
		}
		if r.anyWaiting.Load() || u.drained {
			if err := dropWaiting(c, u.source, items); err != nil {
				return err
			}
		}
		if alike, err = r.suggest(c, items, stored); err != nil {
			return err
		}
		if err := r.join(c, p.chart); err != nil || r.also == nil {
			return err
		}
		return r.also(c, p.chart)
	})
	if err != nil {
		return err
	}
	r.alike.Add(alike)
	for i, it := range items {
		if it.typ == "Patient" && stored[i].Outcome == records.Created && r.opts.Workers > 1 {
			r.newcomersMu.Lock()
			r.newcomers = append(r.newcomers, it.id)
			r.newcomersMu.Unlock()
		}
		it.state, it.outcome = committed, stored[i].Outcome
		it.known = &mapped{source: u.source, sid: it.sid, typ: it.typ, id: it.id, content: it.content, chart: p.chart, stored: true}
		it.prepared = nil
	}
	return nil
}

// join puts the team of the import into the patient's care team.
func (r *run) join(c *db.Conn, chart string) error {
	if _, done := r.joined.Load(chart); chart == "" || len(r.opts.Team) == 0 || done {
		return nil
	}
	team, err := r.access.TeamOf(c, chart)
	if err != nil {
		return err
	}
	for _, m := range r.opts.Team {
		if slices.ContainsFunc(team, func(t access.Member) bool { return t.Account == m.Account && t.Role == m.Role }) {
			continue
		}
		if err := r.access.JoinTeamTx(c, r.who, m.Account, chart, m.Role, time.Time{}); err != nil {
			return err
		}
	}
	c.After(func() { r.joined.Store(chart, true) })
	return nil
}

// settle keeps what waits, and does what is left to do for what did not move.
func (r *run) settle(ctx context.Context, u *unit) error {
	var parked, gone []*item
	var charts []string
	for _, it := range u.items {
		switch {
		case it.state == waiting && !u.drained:
			parked = append(parked, it)
		case it.state == refused && u.drained:
			gone = append(gone, it)
		case it.state == refused && it.clash:
			r.clashed.Store(u.source+" "+it.key(), true)
		case it.typ == "Patient" && it.state == unchanged && it.chart != "" && len(r.opts.Team) > 0:
			charts = append(charts, it.chart)
		}
	}
	if len(parked)+len(gone)+len(charts)+len(u.seen) == 0 {
		return nil
	}
	if len(parked) > 0 {
		var err error
		if parked, err = newlyWaiting(r.db.Read(ctx), u.source, parked); err != nil {
			return err
		}
	}
	return r.db.InTx(ctx, func(c *db.Conn) error {
		for _, it := range u.seen {
			if err := saveSeen(c, u.source, it.sid, it.typ, it.content.digest); err != nil {
				return err
			}
		}
		for _, chart := range charts {
			if err := r.join(c, chart); err != nil {
				return err
			}
		}
		if err := dropWaiting(c, u.source, append(gone, parked...)); err != nil {
			return err
		}
		if len(parked) > 0 {
			r.anyWaiting.Store(true)
		}
		return park(c, u.source, parked, r.now())
	})
}

package records

import (
	"database/sql"
	"errors"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// liveCharts gives the charts that have a part of a resource now, sorted.
func liveCharts(c *db.Conn, typ, id string) (charts []string, err error) {
	err = c.Each(`SELECT k.patient_id FROM resource_charts k JOIN resources r ON r.patient_id = k.patient_id AND r.type = k.type AND r.id = k.id
		WHERE k.type = ? AND k.id = ? AND NOT r.deleted ORDER BY k.patient_id`, func(r *sql.Rows) error {
		var p string
		err := r.Scan(&p)
		charts = append(charts, p)
		return err
	}, typ, id)
	return charts, err
}

// seat says where each change of what may be about several patients lives, and
// which charts it touches. Those that live in the shared chart wait for each
// other here, in order and before any chart is locked: which charts they touch
// does not change any more then.
func (s *Store) seat(c *db.Conn, who identity.Principal, changes []*change, own *owning) error {
	var whole []*change
	for i, ch := range changes {
		if ch.none || !severalTypes[ch.Type] {
			continue
		}
		if err := s.seatOne(c, who, ch, own); err != nil {
			return &OpError{i, err}
		}
		if own.err != nil {
			return own.err
		}
		if ch.whole {
			whole = append(whole, ch)
		}
	}
	if err := lockWhole(c, whole); err != nil {
		return err
	}
	for _, ch := range whole {
		at, found, err := locate(c, ch.Type, ch.ID)
		if err != nil {
			return err
		}
		if found != ch.placed || at != ch.from {
			return errMoved
		}
		charts := slices.Clone(ch.names)
		if found && at != "" {
			charts = append(charts, at)
		} else if found {
			live, err := liveCharts(c, ch.Type, ch.ID)
			if err != nil {
				return err
			}
			charts = append(charts, live...)
		}
		slices.Sort(charts)
		ch.charts = slices.Compact(charts)
	}
	return nil
}

func (s *Store) seatOne(c *db.Conn, who identity.Principal, ch *change, own *owning) error {
	at, found, err := "", false, error(nil)
	if ch.Kind != Create || ch.found {
		if at, found, err = locate(c, ch.Type, ch.ID); err != nil {
			return err
		}
	}
	ch.placed, ch.from = found, at
	shared := false
	switch {
	case ch.homeless() && !found:
		return notFound()
	case ch.homeless():
		ch.names = ch.also
		shared = at == "" || len(ch.also) > 1
		ch.patient = at
	default:
		if ch.names, shared, err = namesOf(ch.Node, own.charts); err != nil {
			return err
		}
		ch.patient = ""
		if !shared && len(ch.names) == 1 {
			ch.patient = ch.names[0]
		}
	}
	switch {
	case !found:
		ch.whole = shared
	case at == "":
		if ch.Type == "List" && !shared {
			if !who.Everywhere() {
				return notFound()
			}
			return otherChart(ch.Type)
		}
		ch.whole = true
	default:
		ch.whole = shared && slices.Contains(ch.names, at)
	}
	if ch.whole {
		ch.patient = ""
	}
	return nil
}

// wholeLocks is how many locks there are for resources about several patients, so
// that a transaction with many of them does not fill the table of locks.
const wholeLocks = 1024

func lockWhole(c *db.Conn, whole []*change) error {
	if c.Dialect == db.SQLite || len(whole) == 0 { // one writer
		return nil
	}
	keys := make([]int64, len(whole))
	for i, ch := range whole {
		h := fnv.New32a()
		h.Write([]byte(ch.Type + "/" + ch.ID))
		keys[i] = int64(h.Sum32() % wholeLocks)
	}
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		if _, err := c.Exec(`SELECT pg_advisory_xact_lock(?::int, ?::int)`, 18, k); err != nil {
			return err
		}
	}
	return nil
}

// stillNamed looks again, under the locks, at what records it is about whose
// charts were found before.
func (s *Store) stillNamed(c *db.Conn, changes []*change, own *owning) error {
	for _, ch := range changes {
		if ch.none || ch.homeless() || !pointsTo(ch.Type) {
			continue
		}
		names, _, err := namesOf(ch.Node, own.charts)
		if err == nil {
			err = own.err
		}
		if err != nil {
			return err
		}
		if !slices.Equal(names, ch.names) {
			return errMoved
		}
	}
	return nil
}

// taken tells whether an id was given to somebody else meanwhile: the locator has
// each once, whichever chart it is in.
func taken(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "23505" && pg.ConstraintName == "resource_locator_pkey" ||
		err != nil && strings.Contains(err.Error(), "UNIQUE constraint failed: resource_locator.")
}

// Raced tells whether a write failed only because others were quicker, so that
// it may be tried again.
func Raced(err error) bool { return errors.Is(err, errMoved) }

// division is a resource about several patients on its way into their charts.
type division struct {
	own    *owning
	old    map[string]*current // parts by chart, also those that are deleted
	sees   []string            // charts whose part the writer sees
	hidden []string            // what their views hide there
	parts  []*change
}

// writeWhole decides on a change of what is about several patients, and makes it
// and its parts ready.
func (s *Store) writeWhole(c *db.Conn, who identity.Principal, ch *change, views map[string]*access.View, own *owning, locked map[string]*head, done map[string]*change, at int64) (*division, error) {
	d, err := s.parted(c, who, ch, views, own)
	if err != nil {
		return nil, err
	}
	if ch.found {
		return d, ch.foundWhole()
	}
	cut := d.cut(who, ch)
	if err := d.expects(ch, cut); err != nil {
		return nil, err
	}
	if err := s.complete(c, who, ch, views[""], d.hidden, cut); err != nil {
		return nil, err
	}
	if ch.Kind != Delete {
		names, shared, err := namesOf(ch.Node, own.charts)
		if err == nil {
			err = own.err
		}
		switch {
		case err != nil:
			return nil, err
		case ch.Type == "List" && !shared, ch.from != "" && !slices.Contains(names, ch.from):
			return nil, otherChart(ch.Type)
		case slices.ContainsFunc(names, func(p string) bool { return !slices.Contains(ch.charts, p) }):
			ch.also = names // a patch names more: with their charts, too
			return nil, errMoved
		}
		ch.names = names
	}
	if err := s.borrow(c, ch, done); err != nil {
		return nil, err
	}
	if err := s.divide(c, ch, d, views, done); err != nil {
		return nil, err
	}
	if err := s.apply(ch, views[""], nil, at); err != nil {
		return nil, err
	}
	if ch.outcome == Unchanged {
		d.parts = nil
		return d, nil
	}
	if !who.Everywhere() && ch.byParts && len(d.parts) == 0 { // what it changes is in nobody's part
		return nil, fault.New(fault.Forbidden, "You can read this, but not change it.").WithCode("role")
	}
	s.followWhole(ch, d, views, locked)
	return d, nil
}

// foundWhole is the answer to a create whose criteria found it.
func (ch *change) foundWhole() error {
	if ch.old == nil || ch.old.deleted {
		return errMoved
	}
	ch.class, ch.outcome, ch.version, ch.at, ch.body = ch.old.class, Unchanged, ch.old.version, ch.old.updated, ch.old.body
	return nil
}

// parted finds what there is of a resource in the charts, and what of it the
// writer sees.
func (s *Store) parted(c *db.Conn, who identity.Principal, ch *change, views map[string]*access.View, own *owning) (*division, error) {
	d := &division{own: own, old: map[string]*current{}}
	if ch.old != nil && ch.old.patient != "" { // it was about one
		d.old[ch.old.patient] = ch.old
	}
	for part := range slices.Chunk(ch.charts, 400) {
		err := c.Each(`SELECT patient_id, version, category, labels, release_at, deleted, last_updated, index_rules, body FROM resources
			WHERE type = ? AND id = ? AND patient_id IN `+db.Placeholders(1, len(part)), func(r *sql.Rows) error {
			var cur current
			if err := r.Scan(&cur.patient, &cur.version, &cur.class.Category, &cur.class.Labels, &cur.releaseAt, &cur.deleted, &cur.updated, &cur.indexRules, &cur.body); err != nil {
				return err
			}
			d.old[cur.patient] = &cur
			return nil
		}, append([]any{ch.Type, ch.ID}, anys(part)...)...)
		if err != nil {
			return nil, err
		}
	}
	if ch.old == nil || who.Everywhere() {
		return d, nil
	}
	now := micros(s.now())
	for _, p := range ch.charts {
		cur, v := d.old[p], views[p]
		if cur == nil || v == nil || cur.deleted && !ch.old.deleted || !v.Sees(ch.Type, ch.ID, cur.class, cur.releaseAt, now) {
			continue
		}
		d.sees = append(d.sees, p)
		hidden, err := s.hidden(c, v)
		if err != nil {
			return nil, err
		}
		d.hidden = append(d.hidden, hidden...)
	}
	if len(ch.charts) > 0 && d.sees == nil {
		return nil, notFound()
	}
	return d, nil
}

// cut is how the writer sees the version before; nil: as it is.
func (d *division) cut(who identity.Principal, ch *change) *cutting {
	if who.Everywhere() || ch.old == nil || ch.old.deleted || len(ch.charts) == 0 {
		return nil
	}
	return &cutting{charts: d.sees, owning: d.own}
}

// expects checks If-Match against the version that the writer saw.
func (d *division) expects(ch *change, cut *cutting) error {
	ch.saw = 0
	if ch.IfMatch == 0 || cut == nil {
		return nil
	}
	old, err := fhir.Parse(ch.old.body)
	if err != nil {
		return err
	}
	if ch.saw = ch.old.version; cut.show(old) != old {
		ch.saw = 0
		for _, p := range d.sees {
			ch.saw = max(ch.saw, d.old[p].version)
		}
	}
	return d.own.err
}

// divide makes the parts of a change and decides on each: who may not change what
// a chart has of it may not change it.
func (s *Store) divide(c *db.Conn, ch *change, d *division, views map[string]*access.View, done map[string]*change) error {
	ch.byParts, ch.anew = len(ch.charts) > 0, false
	for _, p := range ch.charts {
		was := d.old[p]
		if was != nil && was.deleted && ch.Kind == Delete {
			continue
		}
		part := &change{Op: Op{Kind: Put, Type: ch.Type, ID: ch.ID, ReleaseAt: ch.ReleaseAt}, patient: p, source: ch.source, placed: true, old: was}
		named := slices.Contains(ch.names, p)
		switch {
		case ch.Kind == Delete || !named:
			if was == nil || was.deleted {
				continue
			}
			part.Kind, part.class = Delete, was.class
		default:
			shown := (&cutting{charts: []string{p}, owning: d.own}).show(ch.Node)
			if d.own.err != nil {
				return d.own.err
			}
			part.Node = frontMatter(shown.Clone())
			if err := s.shape(part); err != nil {
				return err
			}
			if err := s.borrow(c, part, done); err != nil {
				return err
			}
			same, err := part.same()
			if err != nil {
				return err
			}
			if same {
				continue
			}
		}
		v := views[p]
		if v == nil || !v.MayWrite(part.class) || was != nil && !was.deleted && !v.MayWrite(was.class) {
			return fault.New(fault.Forbidden, "You can read this, but not change it.").WithCode("role")
		}
		if was == nil || was.deleted {
			ch.anew = true
		}
		d.parts = append(d.parts, part)
	}
	return nil
}

// same tells whether a part is what it was. The order of members is its writer's:
// it may be another one for every writer.
func (ch *change) same() (bool, error) {
	was := ch.old
	if was == nil || was.deleted || !ch.class.Same(was.class) || was.indexRules != indexRules {
		return false, nil
	}
	old, err := fhir.Parse(was.body)
	if err != nil {
		return false, err
	}
	sealBody(ch.Node, was.version, was.updated)
	return ch.Node.Equal(old), nil
}

// followWhole gives the parts the version of the whole, and their numbers in
// their charts.
func (s *Store) followWhole(ch *change, d *division, views map[string]*access.View, locked map[string]*head) {
	now := micros(s.now())
	for _, part := range d.parts {
		v, h := views[part.patient], locked[part.patient]
		part.version, part.at, part.outcome = ch.version, ch.at, Updated
		if part.old == nil || part.old.deleted {
			part.outcome = Created
		}
		part.release = s.releaseOf(part, v, h)
		if part.Kind == Delete {
			part.outcome, part.body = Deleted, tombstone(part.Type, part.ID, part.version, part.at)
		} else {
			part.body = sealBody(part.Node, part.version, part.at)
		}
		part.number(h, now)
	}
	for _, p := range ch.charts { // it comes after what was written while it was about one of them
		ch.tx = max(ch.tx, locked[p].tx)
	}
}

// shownTo is what the writer reads of what they wrote.
func (s *Store) shownTo(who identity.Principal, ch *change, d *division, views map[string]*access.View, st *Stored) error {
	if who.Everywhere() || len(ch.charts) == 0 || ch.body == nil || ch.outcome == Deleted {
		return nil
	}
	version := map[string]int64{}
	for p, cur := range d.old {
		if !cur.deleted {
			version[p] = cur.version
		}
	}
	class := map[string]access.Class{}
	for _, part := range d.parts {
		delete(version, part.patient)
		if part.outcome != Deleted {
			version[part.patient], class[part.patient] = part.version, part.class
		}
	}
	k := &cutting{owning: d.own}
	seen := int64(0)
	for p, n := range version {
		cl, fresh := class[p]
		if !fresh {
			cl = d.old[p].class
		}
		if v := views[p]; v != nil && v.Holds(ch.Type, ch.ID) && v.SeesClass(cl) {
			k.charts, seen = append(k.charts, p), max(seen, n)
		}
	}
	n, err := fhir.Parse(ch.body)
	if err != nil {
		return err
	}
	if shown := k.show(n); shown != n {
		st.Version = seen
		st.Body = sealBody(shown.Clone(), seen, micros(st.LastUpdated))
	}
	if st.Body, err = cutHidden(st.Body, d.hidden); err != nil {
		return err
	}
	return d.own.err
}

package records

import (
	"context"
	"database/sql"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// partRow is a part of a resource about several patients, or a version of one.
type partRow struct {
	patient   string
	version   int64
	updated   int64
	class     access.Class
	releaseAt int64
	deleted   bool
	view      *access.View
}

// showing is what somebody sees of a resource about several patients: the parts
// in the charts that are open to them.
type showing struct {
	s       *Store
	c       *db.Conn
	who     identity.Principal
	typ, id string
	parts   []partRow // that they see, deleted ones too
	owning  *owning
}

// showing finds what somebody sees; nil when it is nothing of that kind: it has
// no parts, or a system asks, which reads the whole.
func (s *Store) showing(c *db.Conn, who identity.Principal, typ, id string) (*showing, error) {
	if who.Everywhere() || !severalTypes[typ] {
		return nil, nil
	}
	var all []partRow
	err := c.Each(`SELECT k.patient_id, r.version, r.last_updated, r.category, r.labels, r.release_at, r.deleted
		FROM resource_charts k JOIN resources r ON r.patient_id = k.patient_id AND r.type = k.type AND r.id = k.id
		WHERE k.type = ? AND k.id = ? ORDER BY k.patient_id`, func(r *sql.Rows) error {
		var p partRow
		err := r.Scan(&p.patient, &p.version, &p.updated, &p.class.Category, &p.class.Labels, &p.releaseAt, &p.deleted)
		all = append(all, p)
		return err
	}, typ, id)
	if err != nil || all == nil {
		return nil, err
	}
	x := &showing{s: s, c: c, who: who, typ: typ, id: id, owning: &owning{c: c}}
	now := micros(s.now())
	for _, p := range all {
		v, err := s.viewForRead(c, who, p.patient, typ)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if v.Sees(typ, id, p.class, p.releaseAt, now) {
			p.view = v
			x.parts = append(x.parts, p)
		}
	}
	return x, nil
}

// live are the parts that are there now.
func (x *showing) live() []partRow {
	return slices.DeleteFunc(slices.Clone(x.parts), func(p partRow) bool { return p.deleted })
}

// account leaves an audit row in each chart of which something is shown.
func (x *showing) account(ctx context.Context, action string, count int) error {
	var events []access.Event
	for _, p := range x.parts {
		events = append(events, access.Event{Who: x.who, Patient: p.patient, View: *p.view, Action: action, Type: x.typ, ID: x.id, Categories: categoryBit(p.class.Category), Count: count, Outcome: "ok"})
	}
	return x.s.access.Record(ctx, events...)
}

// read gives the current version, as Read does.
func (x *showing) read(ctx context.Context) (Stored, error) {
	if len(x.parts) == 0 {
		return Stored{}, x.s.refuse(ctx, x.who, "", x.typ, x.id, notFound())
	}
	if err := x.account(ctx, "read", 1); err != nil {
		return Stored{}, err
	}
	live := x.live()
	if len(live) == 0 {
		return Stored{}, gone()
	}
	return x.body(live, 0)
}

// body puts together what the given parts show of a version of the whole (0: the
// current one). Its version is the newest of theirs, so that it moves when they do.
func (x *showing) body(parts []partRow, version int64) (Stored, error) {
	newest := slices.MaxFunc(parts, func(a, b partRow) int { return int(a.version - b.version) })
	st := Stored{Type: x.typ, ID: x.id, Version: newest.version, LastUpdated: fromMicros(newest.updated), Outcome: Updated}
	if len(parts) == 1 {
		st.Patient = newest.patient
		err := x.c.QueryRow(`SELECT body FROM resource_versions WHERE patient_id = ? AND type = ? AND id = ? AND version = ?`, newest.patient, x.typ, x.id, newest.version).Scan(&st.Body)
		if err != nil {
			return st, err
		}
		return x.cutHidden(st, parts)
	}
	query, args := `SELECT version, last_updated, body FROM resource_versions WHERE patient_id = '' AND type = ? AND id = ?`, []any{x.typ, x.id}
	if version != 0 {
		query, args = query+` AND version <= ?`, append(args, version)
	}
	var at, updated int64
	var body []byte
	if err := x.c.QueryRow(query+` ORDER BY version DESC LIMIT 1`, args...).Scan(&at, &updated, &body); err != nil {
		return st, err
	}
	n, err := fhir.Parse(body)
	if err != nil {
		return st, err
	}
	k := &cutting{owning: x.owning}
	for _, p := range parts {
		k.charts = append(k.charts, p.patient)
	}
	if shown := k.show(n); shown == n {
		st.Version, st.LastUpdated, st.Body = at, fromMicros(updated), body
	} else {
		st.Body = sealBody(shown.Clone(), newest.version, newest.updated)
	}
	if k.owning.err != nil {
		return st, k.owning.err
	}
	return x.cutHidden(st, parts)
}

func (x *showing) cutHidden(st Stored, parts []partRow) (Stored, error) {
	for _, p := range parts {
		var err error
		if st.Body, err = x.s.cut(x.c, p.view, st.Body); err != nil {
			return st, err
		}
	}
	return st, nil
}

// history gives versions from `from` downwards, as Store.history does.
func (x *showing) history(ctx context.Context, from int64, limit int, at *Span) ([]Stored, error) {
	if len(x.parts) == 0 {
		return nil, x.s.refuse(ctx, x.who, "", x.typ, x.id, notFound())
	}
	rows, err := x.versions(from)
	if err != nil {
		return nil, err
	}
	var out []Stored
	for i := 0; i < len(rows) && len(out) < limit; {
		version, updated := rows[i].version, rows[i].updated
		after := i // the rows of this version end here
		for after < len(rows) && rows[after].version == version {
			after++
		}
		shown := latestOf(rows[i:])
		st := Stored{Type: x.typ, ID: x.id, Version: version, LastUpdated: fromMicros(updated), Outcome: Updated}
		if len(shown) == 0 {
			st.Outcome, st.Body = Deleted, tombstone(x.typ, x.id, version, updated)
		} else if st, err = x.body(shown, version); err != nil {
			return nil, err
		} else if after == len(rows) {
			st.Outcome = Created
		}
		st.Version, st.LastUpdated = version, fromMicros(updated)
		end := int64(0) // when it was replaced
		if len(out) > 0 {
			end = micros(out[len(out)-1].LastUpdated)
		}
		if at == nil || updated < at.To && (st.Outcome != Deleted || updated >= at.From) && (end == 0 || end > at.From) {
			out = append(out, st)
		}
		i = after
	}
	return out, x.account(ctx, "history", len(out))
}

// versions lists what is seen of all parts, newest first.
func (x *showing) versions(from int64) ([]partRow, error) {
	views := map[string]*access.View{}
	args := []any{x.typ, x.id}
	for _, p := range x.parts {
		views[p.patient] = p.view
		args = append(args, p.patient)
	}
	query := `SELECT patient_id, version, last_updated, kind, category, labels, release_at FROM resource_versions
		WHERE type = ? AND id = ? AND patient_id IN ` + db.Placeholders(1, len(x.parts))
	if from > 0 {
		query, args = query+` AND version <= ?`, append(args, from)
	}
	now := micros(x.s.now())
	var out []partRow
	err := x.c.Each(query+` ORDER BY version DESC, patient_id`, func(r *sql.Rows) error {
		var p partRow
		var kind int64
		if err := r.Scan(&p.patient, &p.version, &p.updated, &kind, &p.class.Category, &p.class.Labels, &p.releaseAt); err != nil {
			return err
		}
		p.view, p.deleted = views[p.patient], outcomeOf[kind] == Deleted
		if p.view.Sees(x.typ, x.id, p.class, p.releaseAt, now) {
			out = append(out, p)
		}
		return nil
	}, args...)
	return out, err
}

// latestOf takes of rows, newest first, the first one of each chart, without
// those that are deleted.
func latestOf(rows []partRow) (out []partRow) {
	seen := map[string]bool{}
	for _, p := range rows {
		if seen[p.patient] {
			continue
		}
		seen[p.patient] = true
		if !p.deleted {
			out = append(out, p)
		}
	}
	return out
}

// showAll puts in the place of each part in a list what the principal sees of
// that resource in all charts, and leaves each resource in the list once. It gives
// the audit rows of the charts that come in by that.
func (s *Store) showAll(c *db.Conn, who identity.Principal, items []Stored, action string) ([]Stored, []access.Event, error) {
	if who.Everywhere() || !slices.ContainsFunc(items, func(st Stored) bool { return st.Patient != "" && severalTypes[st.Type] }) {
		return items, nil, nil
	}
	var events []access.Event
	there := map[string]bool{}
	out := make([]Stored, 0, len(items))
	for _, st := range items {
		if st.Patient == "" || !severalTypes[st.Type] {
			out = append(out, st)
			continue
		}
		key := st.Type + "/" + st.ID
		if there[key] {
			continue
		}
		there[key] = true
		x, err := s.showing(c, who, st.Type, st.ID)
		if err != nil {
			return nil, nil, err
		}
		if x != nil {
			if live := x.live(); len(live) > 1 {
				from := st.Patient
				if st, err = x.body(live, 0); err != nil {
					return nil, nil, err
				}
				st.Patient = from
				for _, p := range live {
					if p.patient != from {
						events = append(events, access.Event{Who: who, Patient: p.patient, View: *p.view, Action: action, Type: x.typ, Categories: categoryBit(p.class.Category), Count: 1, Outcome: "ok"})
					}
				}
			}
		}
		out = append(out, st)
	}
	return out, events, nil
}

// notPart is the condition that a row (alias a) of resources is no part of what
// is whole in the shared chart.
func notPart(a string) string {
	return "NOT EXISTS (SELECT 1 FROM resource_charts k WHERE k.patient_id = " + a + ".patient_id AND k.type = " + a + ".type AND k.id = " + a + ".id)"
}

// notPartVersion is the same for a row of resource_versions: what was written
// before there was a whole is no part of it.
const notPartVersion = "(v.patient_id = '' OR NOT EXISTS (SELECT 1 FROM resource_versions w WHERE w.patient_id = '' AND w.type = v.type AND w.id = v.id AND w.version = v.version))"

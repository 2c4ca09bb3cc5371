package records

import (
	"context"
	"errors"
	"fmt"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Read gives the current version of a resource. What is not there and what may
// not be seen is NotFound alike; what was deleted is Gone for whoever could have
// seen it.
func (s *Store) Read(ctx context.Context, who identity.Principal, typ, id string) (Stored, error) {
	c := s.db.Read(ctx)
	if x, err := s.showing(c, who, typ, id); err != nil {
		return Stored{}, err
	} else if x != nil {
		return x.read(ctx)
	}
	st, v, err := s.readable(ctx, c, who, typ, id)
	if err != nil {
		return Stored{}, err
	}
	st.Body, err = s.cut(c, v, st.Body)
	return st, err
}

// readable decides on reading the current version and leaves the row of it. The
// body is whole: who hands it on cuts out what the view hides.
func (s *Store) readable(ctx context.Context, c *db.Conn, who identity.Principal, typ, id string) (Stored, *access.View, error) {
	st, cur, v, err := s.reads(c, who, typ, id)
	if err != nil && st.Version > 0 {
		err = s.refuse(ctx, who, st.Patient, typ, id, err)
	}
	if err != nil {
		return Stored{}, nil, err
	}
	if err := s.seen(ctx, who, v, "read", typ, id, categoryBit(cur.class.Category), 1); err != nil {
		return Stored{}, nil, err
	}
	if cur.deleted {
		return Stored{}, nil, gone()
	}
	return st, v, nil
}

// reads decides on reading the current version of what is there.
func (s *Store) reads(c *db.Conn, who identity.Principal, typ, id string) (Stored, current, *access.View, error) {
	if err := allowed(who, typ, 'r'); err != nil {
		return Stored{}, current{}, nil, err
	}
	st, cur, err := scanCurrent(c, typ, id)
	if err != nil {
		return Stored{}, cur, nil, err
	}
	v, err := s.viewForRead(c, who, st.Patient, typ)
	if err == nil && !v.Sees(typ, id, cur.class, cur.releaseAt, micros(s.now())) {
		err = notFound()
	}
	return st, cur, v, err
}

func scanCurrent(c *db.Conn, typ, id string) (Stored, current, error) {
	st := Stored{Type: typ, ID: id}
	var cur current
	err := c.QueryRow(`SELECT r.patient_id, r.version, r.last_updated, r.category, r.labels, r.release_at, r.deleted, r.body
		FROM resource_locator l JOIN resources r ON r.patient_id = l.patient_id AND r.type = l.type AND r.id = l.id
		WHERE l.type = ? AND l.id = ?`, typ, id).
		Scan(&st.Patient, &st.Version, &cur.updated, &cur.class.Category, &cur.class.Labels, &cur.releaseAt, &cur.deleted, &st.Body)
	if isNoRows(err) {
		return st, cur, notFound()
	}
	st.LastUpdated = fromMicros(cur.updated)
	return st, cur, err
}

// VRead gives one version. A version is seen by its own labels and by those of
// the current one: what was labelled later hides its past too.
func (s *Store) VRead(ctx context.Context, who identity.Principal, typ, id string, version int64) (Stored, error) {
	page, _, err := s.history(ctx, who, typ, id, version, 1, nil)
	if err != nil {
		return Stored{}, err
	}
	if len(page) == 0 || page[0].Version != version {
		return Stored{}, notFound()
	}
	if page[0].Outcome == Deleted {
		return Stored{}, fault.New(fault.Gone, "This version is a deletion.")
	}
	return page[0], nil
}

// History gives the versions of a resource, newest first, from the version
// before (0: the newest) on, at most limit.
func (s *Store) History(ctx context.Context, who identity.Principal, typ, id string, before int64, limit int) ([]Stored, error) {
	versions, _, err := s.HistoryAt(ctx, who, typ, id, nil, before, limit)
	return versions, err
}

// HistoryAt is History of the versions that were current at some time in the span.
// It tells whether there may be more, for which there is no room.
func (s *Store) HistoryAt(ctx context.Context, who identity.Principal, typ, id string, at *Span, before int64, limit int) (versions []Stored, full bool, err error) {
	if before > 0 {
		before--
		if before == 0 {
			return nil, false, nil
		}
	}
	return s.history(ctx, who, typ, id, before, limit, at)
}

// history gives versions from `from` downwards; 0 is the newest.
func (s *Store) history(ctx context.Context, who identity.Principal, typ, id string, from int64, limit int, at *Span) (out []Stored, full bool, err error) {
	if err := allowed(who, typ, 'r'); err != nil {
		return nil, false, err
	}
	limit = min(max(limit, 1), 1000)
	c := s.db.Read(ctx)
	st, cur, err := scanCurrent(c, typ, id)
	if err != nil {
		return nil, false, err
	}
	if st.Patient == "" {
		if x, err := s.showing(c, who, typ, id); err != nil {
			return nil, false, err
		} else if x != nil {
			out, err = x.history(ctx, from, limit, at)
			return out, false, err
		}
	}
	now := micros(s.now())
	v, err := s.viewForRead(c, who, st.Patient, typ)
	if err == nil && !v.Sees(typ, id, cur.class, cur.releaseAt, now) {
		err = notFound()
	}
	if err != nil {
		return nil, false, s.refuse(ctx, who, st.Patient, typ, id, err)
	}
	if from == 0 {
		from = st.Version
	}
	scope, args := `v.patient_id = ?`, []any{st.Patient}
	if st.Patient == "" && severalTypes[typ] { // with what was written while it was about one patient
		scope = `(v.patient_id = ? OR v.patient_id IN (SELECT k.patient_id FROM resource_charts k WHERE k.type = ? AND k.id = ?) AND ` + notPartVersion + `)`
		args = append(args, typ, id)
	}
	seen, more := visibleSQL(v, now, "v") // here, so that what is hidden takes no room in a page
	args = append(append(args, typ, id, from), more...)
	current, more := at.current(who)
	rows, err := c.Query(`SELECT version, last_updated, kind, body FROM resource_versions v
		WHERE `+scope+` AND type = ? AND id = ? AND version <= ? AND v.category >= 0`+seen+current+` ORDER BY version DESC LIMIT ?`, append(append(args, more...), limit)...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	bytes := 0
	for rows.Next() {
		if full = bytes > pageBytes; full {
			break
		}
		x := Stored{Patient: st.Patient, Type: typ, ID: id}
		var updated, kind int64
		if err := rows.Scan(&x.Version, &updated, &kind, &x.Body); err != nil {
			return nil, false, err
		}
		x.LastUpdated, x.Outcome = fromMicros(updated), outcomeOf[kind]
		out = append(out, x)
		bytes += len(x.Body)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, false, err
	}
	for i := range out {
		if out[i].Body, err = s.cut(c, v, out[i].Body); err != nil {
			return nil, false, err
		}
	}
	return out, full, s.seen(ctx, who, v, "history", typ, id, categoryBit(cur.class.Category), len(out))
}

// allowed checks an app's scopes before anything is looked up.
func allowed(who identity.Principal, typ string, action byte) error {
	if !who.AllowsFHIR(typ, action) {
		return fault.New(fault.Forbidden, "This app was not allowed to see this kind of record.").WithCode("scope")
	}
	return nil
}

// viewForRead decides about a chart and a type in it. In the shared chart only
// the clinic's public types are for everybody.
func (s *Store) viewForRead(c *db.Conn, who identity.Principal, patient, typ string) (*access.View, error) {
	v, err := s.access.ViewOf(c, who, patient)
	if err != nil {
		return nil, err
	}
	if patient == "" && !publicShared[typ] && !who.Everywhere() {
		return nil, notFound()
	}
	if !v.AllowsType(typ, 'r') && !v.AllowsType(typ, 's') {
		return nil, notFound()
	}
	return &v, nil
}

// seen leaves the audit row of a read and waits until it is kept: nobody reads
// what cannot be accounted for.
func (s *Store) seen(ctx context.Context, who identity.Principal, v *access.View, action, typ, id string, cats access.CategorySet, count int) error {
	if len(v.Beside) == 0 {
		return s.access.Record(ctx, access.Event{Who: who, Patient: v.Patient, View: *v, Action: action, Type: typ, ID: id, Categories: cats, Count: count, Outcome: "ok"})
	}
	var events []access.Event // one for each chart of the view
	for _, one := range v.All() {
		events = append(events, access.Event{Who: who, Patient: one.Patient, View: *one, Action: action, Type: typ, ID: id, Categories: cats & one.See, Count: count, Outcome: "ok"})
	}
	return s.access.Record(ctx, events...)
}

// refuse leaves the audit row of a refusal and passes the refusal on.
func (s *Store) refuse(ctx context.Context, who identity.Principal, patient, typ, id string, why error) error {
	if k := fault.KindOf(why); k != fault.NotFound && k != fault.Forbidden {
		return why
	}
	if err := s.access.Record(ctx, access.Event{Who: who, Patient: patient, Action: "refused", Type: typ, ID: id, Count: 1, Outcome: "refused"}); err != nil {
		return fmt.Errorf("audit of a refusal: %w", err)
	}
	return notFound()
}

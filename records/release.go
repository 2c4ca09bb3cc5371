package records

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Results are seen at once. Two things make them wait: the patient may ask to
// hear of new results from the clinician first, for a number of days at most, so
// that nothing waits for ever; and a clinician may hold one back that would harm,
// with a reason and an end. The patient is not told of either: a result that
// waits is not there for them, in no list, count, search, export or copy.

// Bounds of waiting.
const (
	MaxWaitDays = 30
	maxHold     = 180 * 24 * time.Hour
)

// Held tells that a result waits.
type Held struct {
	Until  time.Time `json:"until"`
	Harm   bool      `json:"harm"`             // a clinician holds it back
	Reason string    `json:"reason,omitempty"` // of a clinician, for staff only
	By     string    `json:"by,omitempty"`     // the clinician who holds it back
}

// HeldResult is a line of the clinic's list of what waits.
type HeldResult struct {
	Held
	Patient string `json:"patient"`
	Name    string `json:"name"`
	Entry   Entry  `json:"entry"`
}

// releaseOf says from when patients see a new version: a given moment; else not
// before the version that it replaces; else, for what comes in as a new result,
// after the time that the patient asked for. A deletion of what waits waits as
// well: it would tell that there was something. So does what is sent once more
// after it was deleted.
func (s *Store) releaseOf(ch *change, v *access.View, h *head) int64 {
	waits := ch.old != nil && ch.old.releaseAt > ch.at
	switch {
	case ch.Kind == Delete && waits:
		return ch.old.releaseAt
	case ch.Kind == Delete:
		return 0
	case !ch.ReleaseAt.IsZero():
		return micros(ch.ReleaseAt)
	case ch.old != nil && (!ch.old.deleted || waits):
		return ch.old.releaseAt
	case h != nil && h.waitDays > 0 && ch.class.Category == access.Results && v.Base != access.Self && v.Base != access.Proxy:
		return micros(fromMicros(ch.at).AddDate(0, 0, int(h.waitDays)))
	}
	return 0
}

// WaitDays tells for how many days new results wait for the clinician's word; 0:
// they are seen at once.
func (s *Store) WaitDays(ctx context.Context, who identity.Principal, patient string) (int, error) {
	c := s.db.Read(ctx)
	v, h, err := s.enter(c, who, patient)
	if err == nil && !mayWish(v) {
		err = notFound()
	}
	if err != nil {
		return 0, s.refuse(ctx, who, patient, "Patient", patient, err)
	}
	return int(h.waitDays), s.seen(ctx, who, v, "read", "Patient", patient, access.Of(access.Results), 1)
}

// mayWish: it is the patient's own wish. Their care team writes it down for them.
func mayWish(v *access.View) bool { return v.Relation == access.Self || v.Treats() }

// SetWaitDays writes down the patient's wish, in all charts of theirs that are
// joined. Without waiting, what waits only by the wish is released.
func (s *Store) SetWaitDays(ctx context.Context, who identity.Principal, patient string, days int) error {
	if days < 0 || days > MaxWaitDays {
		return fault.Newf(fault.Invalid, "Results can wait for at most %d days.", MaxWaitDays)
	}
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		linked, err := access.Linked(c, patient)
		if err != nil {
			return err
		}
		charts := append(linked, patient)
		slices.Sort(charts)
		if patient == "" {
			return notFound()
		}
		locked, err := s.lockCharts(c, who, charts, nil, micros(s.now()))
		if err != nil {
			return asAbsent(err)
		}
		rel := newReleasing(micros(s.now()))
		for _, p := range charts {
			v, err := s.access.ViewOf(c, who, p)
			if p != patient && fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return asAbsent(err)
			}
			if !mayWish(&v) {
				if p != patient {
					continue
				}
				return fault.New(fault.Forbidden, "Only the patient can decide this.").WithCode("role")
			}
			if _, err := c.Exec(`UPDATE charts SET wait_days = ? WHERE patient_id = ?`, days, p); err != nil {
				return err
			}
			rel.events = append(rel.events, access.Event{Who: who, Patient: p, View: v, Action: "update", Type: "Patient", ID: p, Categories: access.Of(access.Demographics), Detail: "release wish"})
			if days > 0 {
				continue
			}
			held, err := s.heldIn(c, p, `AND NOT EXISTS (SELECT 1 FROM release_holds x WHERE x.patient_id = r.patient_id AND x.type = r.type AND x.id = r.id AND x.until > ?)`, rel.at)
			if err != nil {
				return err
			}
			for _, w := range held {
				rel.move(locked[p], w, rel.at)
			}
		}
		return s.finishRelease(c, rel, locked)
	})
	if err != nil {
		return s.refusals(ctx, who, "release wish", err, patient)
	}
	return nil
}

// Release lets the patient see a result now, with all that is part of it.
func (s *Store) Release(ctx context.Context, who identity.Principal, patient, typ, id string) error {
	return s.setRelease(ctx, who, patient, typ, id, "release", func(c *db.Conn, _ *access.View, list []waiting) (int64, error) {
		for _, w := range list {
			if _, err := c.Exec(`DELETE FROM release_holds WHERE patient_id = ? AND type = ? AND id = ?`, w.patient, w.typ, w.id); err != nil {
				return 0, err
			}
		}
		return micros(s.now()), nil
	})
}

// Hold keeps a result from the patient, with all that is part of it, because it
// would harm them to read it alone. Only clinicians do that, with a reason and an
// end.
func (s *Store) Hold(ctx context.Context, who identity.Principal, patient, typ, id, reason string, until time.Time) error {
	reason, err := ReasonGiven(reason)
	if err != nil {
		return err
	}
	if now := s.now(); !until.After(now) || until.After(now.Add(maxHold)) {
		return fault.New(fault.Invalid, "Please give a day within the next six months until which this is held back.").WithIssues(fault.Issue{Code: "value", Expression: "until"})
	}
	return s.setRelease(ctx, who, patient, typ, id, "hold", func(c *db.Conn, v *access.View, list []waiting) (int64, error) {
		if v.Role != identity.Clinician {
			return 0, fault.New(fault.Forbidden, "Only doctors can hold a result back.").WithCode("role")
		}
		for _, w := range list {
			_, err := c.Exec(`INSERT INTO release_holds (patient_id, type, id, reason, until, created_by, created_at) VALUES (?,?,?,?,?,?,?)
				ON CONFLICT (patient_id, type, id) DO UPDATE SET reason = excluded.reason, until = excluded.until, created_by = excluded.created_by, created_at = excluded.created_at`,
				w.patient, w.typ, w.id, reason, micros(until), who.Account, micros(s.now()))
			if err != nil {
				return 0, err
			}
		}
		return micros(until), nil
	})
}

func (s *Store) setRelease(ctx context.Context, who identity.Principal, patient, typ, id, what string, when func(*db.Conn, *access.View, []waiting) (int64, error)) error {
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		home, found, err := locate(c, typ, id)
		if err != nil {
			return err
		}
		if !found || home == "" {
			return notFound()
		}
		if home != patient { // shown with a chart that it is joined with
			linked, err := access.Linked(c, patient)
			if err != nil {
				return err
			}
			if !slices.Contains(linked, home) {
				return notFound()
			}
		}
		// Who does not see it is not told that it is there, whatever they may do.
		seen, err := s.access.ViewOf(c, who, home)
		if err != nil {
			return asAbsent(err)
		}
		if here, err := s.resultAndParts(c, home, typ, id); err != nil {
			return err
		} else if len(here) == 0 || !seen.Sees(typ, id, here[0].class, here[0].releaseAt, micros(s.now())) {
			return notFound()
		}
		locked, views, err := s.workIn(c, who, true, home)
		if err != nil {
			return err
		}
		v := views[home]
		rel := newReleasing(micros(s.now()))
		list, err := s.resultAndParts(c, home, typ, id)
		if err != nil {
			return err
		}
		if len(list) == 0 || !v.Sees(typ, id, list[0].class, list[0].releaseAt, rel.at) {
			return notFound()
		}
		if !v.MayWrite(list[0].class) {
			return fault.New(fault.Forbidden, "You can read this, but not change it.").WithCode("role")
		}
		if list[0].class.Category != access.Results && list[0].class.Category != access.Documents && list[0].releaseAt == 0 {
			return fault.New(fault.Invalid, "Only results and documents are held back.")
		}
		at, err := when(c, v, list)
		if err != nil {
			return err
		}
		for _, one := range list {
			rel.move(locked[home], one, at)
		}
		// The patient's list of accesses tells of a change, and not that something waits.
		rel.events = append(rel.events, access.Event{Who: who, Patient: home, View: *v, Action: "update", Type: typ, ID: id, Categories: categoryBit(list[0].class.Category), Count: len(list), Detail: what})
		return s.finishRelease(c, rel, locked)
	})
	if err != nil {
		return s.refusals(ctx, who, what, err, patient)
	}
	return nil
}

// waiting is a resource whose release is changed.
type waiting struct {
	patient, typ, id string
	version          int64
	class            access.Class
	releaseAt        int64
}

const waitingColumns = `r.patient_id, r.type, r.id, r.version, r.category, r.labels, r.release_at FROM resources r`

func scanWaiting(rows *sql.Rows) (w waiting, err error) {
	err = rows.Scan(&w.patient, &w.typ, &w.id, &w.version, &w.class.Category, &w.class.Labels, &w.releaseAt)
	return w, err
}

// heldIn gives what waits in a chart.
func (s *Store) heldIn(c *db.Conn, patient, and string, args ...any) (out []waiting, err error) {
	err = c.Each(`SELECT `+waitingColumns+` WHERE r.patient_id = ? AND r.release_at > ? AND NOT r.deleted `+and+` ORDER BY r.type, r.id`, func(rows *sql.Rows) error {
		w, err := scanWaiting(rows)
		out = append(out, w)
		return err
	}, append([]any{patient, micros(s.now())}, args...)...)
	return out, err
}

// resultAndParts gives a resource, what stands in a report as part of it, and what
// tells where it comes from.
func (s *Store) resultAndParts(c *db.Conn, patient, typ, id string) (out []waiting, err error) {
	err = c.Each(`SELECT `+waitingColumns+` WHERE r.patient_id = ? AND NOT r.deleted AND (r.type = ? AND r.id = ?
		OR (r.type, r.id) IN (SELECT e.type, e.id FROM entries e WHERE e.patient_id = ? AND e.part_of = ?)
		OR r.type = 'Provenance' AND r.id IN (SELECT x.id FROM search_ref x WHERE x.patient_id = ? AND x.type = 'Provenance' AND x.param = 'target' AND x.target_type = ? AND x.target_id = ?))`, func(rows *sql.Rows) error {
		w, err := scanWaiting(rows)
		out = append(out, w)
		return err
	}, patient, typ, id, patient, typ+"/"+id, patient, typ, id)
	slices.SortStableFunc(out, func(a, b waiting) int { // itself first
		return cmp.Or(cmp.Compare(rankOf(a, typ, id), rankOf(b, typ, id)), strings.Compare(a.id, b.id))
	})
	if len(out) > 0 && rankOf(out[0], typ, id) != 0 {
		out = nil
	}
	return out, err
}

func rankOf(w waiting, typ, id string) int {
	if w.typ == typ && w.id == id {
		return 0
	}
	return 1
}

// releasing collects changes of release.
type releasing struct {
	at     int64
	steps  []db.Step
	events []access.Event
}

func newReleasing(at int64) *releasing { return &releasing{at: at} }

// changeRelease is the kind of a row in chart_changes.
const changeRelease = 5

// move makes a resource visible to patients from then on, as the next change of
// its chart. Who waits for releases did not see what was held back; for them it
// comes in or goes away, and for staff nothing but the moment changes.
func (r *releasing) move(h *head, w waiting, to int64) {
	was, will := w.releaseAt > r.at, to > r.at
	if !was && !will {
		return // seen already
	}
	h.n++
	h.holds++
	before := int64(w.class.Category)
	if was {
		before = int64(access.NoCategory)
	}
	h.heads.set(w.class, was, h.n)
	h.heads.set(w.class, will, h.n)
	key := []any{w.patient, w.typ, w.id}
	r.steps = append(r.steps,
		db.Step{SQL: `UPDATE resources SET release_at = ?, n = ? WHERE patient_id = ? AND type = ? AND id = ?`, Args: append([]any{to, h.n}, key...)},
		db.Step{SQL: `UPDATE resource_versions SET release_at = ? WHERE patient_id = ? AND type = ? AND id = ? AND (version = ? OR release_at > ?)`, Args: append(append([]any{to}, key...), w.version, to)},
		db.Step{SQL: `UPDATE entries SET release_at = ? WHERE patient_id = ? AND type = ? AND id = ?`, Args: append([]any{to}, key...)},
		db.Step{SQL: `INSERT INTO chart_changes (patient_id, n, type, id, version, kind, before_category, before_labels, after_category, after_labels, at) VALUES (?,?,?,?,?,?,?,?,?,?,?)`,
			Args: []any{w.patient, h.n, w.typ, w.id, w.version, changeRelease, before, int64(w.class.Labels), int64(w.class.Category), int64(w.class.Labels), r.at}})
}

func (s *Store) finishRelease(c *db.Conn, r *releasing, locked map[string]*head) error {
	if err := c.Run(r.steps); err != nil {
		return err
	}
	return s.commitRows(c, newRows(), locked, r.events)
}

// heldOf tells staff whether a result waits.
func (s *Store) heldOf(c *db.Conn, v *access.View, typ, id string) (*Held, error) {
	if v.HoldResults {
		return nil, nil
	}
	now := micros(s.now())
	var until int64
	var reason, by sql.NullString
	err := c.QueryRow(`SELECT r.release_at, x.reason, a.name FROM resources r LEFT JOIN release_holds x ON x.patient_id = r.patient_id AND x.type = r.type AND x.id = r.id AND x.until > ?
		LEFT JOIN accounts a ON a.id = x.created_by
		WHERE r.patient_id = ? AND r.type = ? AND r.id = ? AND r.release_at > ?`, now, v.Patient, typ, id, now).Scan(&until, &reason, &by)
	if isNoRows(err) {
		return nil, nil
	}
	return &Held{Until: fromMicros(until), Harm: reason.Valid, Reason: reason.String, By: by.String}, err
}

// Held lists what waits in the charts of a staff member's care teams, the
// earliest end first.
func (s *Store) Held(ctx context.Context, who identity.Principal, cursor string, limit int) (items []HeldResult, next string, err error) {
	limit = min(max(limit, 1), 100)
	c := s.db.Read(ctx)
	about := "held " + who.Account
	var cur struct {
		At      int64  `json:"a"`
		Patient string `json:"p"`
		ID      string `json:"i"`
	}
	if cursor != "" {
		if err := s.seals.open(about, cursor, &cur); err != nil {
			return nil, "", err
		}
	}
	now := micros(s.now())
	team, args := s.access.TeamSQL(who, "r.patient_id")
	args = append(args, now, cur.At, cur.Patient, cur.ID, limit+1)
	type line struct {
		HeldResult
		typ, id string
		class   access.Class
		at      int64
	}
	var lines []line
	err = c.Each(`SELECT r.patient_id, r.type, r.id, r.category, r.labels, r.release_at, e.body FROM resources r
		JOIN entries e ON e.patient_id = r.patient_id AND e.type = r.type AND e.id = r.id
		WHERE `+team+` AND r.release_at > ? AND NOT r.deleted AND e.part_of = '' AND (r.release_at, r.patient_id, r.id) > (?, ?, ?)
		ORDER BY r.release_at, r.patient_id, r.id LIMIT ?`, func(rows *sql.Rows) error {
		var l line
		var body []byte
		if err := rows.Scan(&l.Patient, &l.typ, &l.id, &l.class.Category, &l.class.Labels, &l.at, &body); err != nil {
			return err
		}
		err := json.Unmarshal(body, &l.Entry)
		lines = append(lines, l)
		return err
	}, args...)
	if err != nil {
		return nil, "", err
	}
	if len(lines) > limit {
		lines = lines[:limit]
		last := lines[limit-1]
		cur.At, cur.Patient, cur.ID = last.at, last.Patient, last.id
		next = s.seals.seal(about, cur)
	}
	var events []access.Event
	for i := range lines {
		l := &lines[i]
		v, err := s.viewForRead(c, who, l.Patient, l.typ)
		if fault.Is(err, fault.NotFound) || err == nil && (!v.Works() || !v.Sees(l.typ, l.id, l.class, l.at, now)) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		held, err := s.heldOf(c, v, l.typ, l.id)
		if err != nil {
			return nil, "", err
		}
		if held == nil {
			continue
		}
		p, err := s.patient(c, v)
		if err != nil {
			return nil, "", err
		}
		one := []Entry{l.Entry}
		if err := s.fill(c, v, one); err != nil {
			return nil, "", err
		}
		items = append(items, HeldResult{Held: *held, Patient: l.Patient, Name: p.Name, Entry: one[0]})
		events = append(events, access.Event{Who: who, Patient: l.Patient, View: *v, Action: "read", Type: l.typ, ID: l.id, Categories: categoryBit(l.class.Category), Count: 1})
	}
	return items, next, s.access.Record(ctx, events...)
}

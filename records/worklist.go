package records

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// The work list of the clinic: charts that may be of the same person, and what
// was written while two charts were shown as one. Nothing in it is done by
// itself. Who works in both charts sees a line of it, and nobody else.

// Match is a pair of charts that may be of the same person.
type Match struct {
	A     Candidate `json:"a"`
	B     Candidate `json:"b"`
	Score float64   `json:"score"` // from 0 to 1
	Grade string    `json:"grade" enum:"certain,probable,possible"`
	Since time.Time `json:"since"`
}

// Candidate is one of the two, with what tells people apart.
type Candidate struct {
	Patient
	Source string    `json:"source,omitempty"` // where it came from
	Since  time.Time `json:"since"`            // the chart was begun
	Count  int       `json:"count"`            // what is in it
}

// SuggestTx puts a pair into the work list. A pair that was decided on before, or
// is in it, is left alone.
func (s *Store) SuggestTx(c *db.Conn, a, b string, score float64, grade string) (added bool, err error) {
	a, b = inOrderOf(a, b)
	n, err := c.Exec(`INSERT INTO chart_matches (chart_a, chart_b, score, grade, state, created_at) VALUES (?,?,?,?,1,?) ON CONFLICT (chart_a, chart_b) DO NOTHING`,
		a, b, int64(score*100+0.5), grade, micros(s.now()))
	return n > 0, err
}

const maxWorkPage = 50

type workCursor struct {
	At int64  `json:"a"`
	P  string `json:"p"`
	Q  string `json:"q"`
	ID string `json:"i,omitempty"`
}

// Matches lists pairs that may be of the same person, the oldest first.
func (s *Store) Matches(ctx context.Context, who identity.Principal, cursor string, limit int) (items []Match, next string, err error) {
	limit = min(max(limit, 1), maxWorkPage)
	c := s.db.Read(ctx)
	about := "matches " + who.Account
	var cur workCursor
	if cursor != "" {
		if err := s.seals.open(about, cursor, &cur); err != nil {
			return nil, "", err
		}
	}
	inA, args := s.access.TeamSQL(who, "m.chart_a")
	inB, more := s.access.TeamSQL(who, "m.chart_b")
	args = append(append(args, more...), cur.At, cur.P, cur.Q, limit+1)
	type pair struct {
		a, b, grade string
		score, at   int64
	}
	var pairs []pair
	err = c.Each(`SELECT m.chart_a, m.chart_b, m.score, m.grade, m.created_at FROM chart_matches m WHERE m.state = 1 AND `+inA+` AND `+inB+`
		AND (m.created_at, m.chart_a, m.chart_b) > (?, ?, ?) ORDER BY m.created_at, m.chart_a, m.chart_b LIMIT ?`, func(r *sql.Rows) error {
		var p pair
		err := r.Scan(&p.a, &p.b, &p.score, &p.grade, &p.at)
		pairs = append(pairs, p)
		return err
	}, args...)
	if err != nil {
		return nil, "", err
	}
	if len(pairs) > limit {
		pairs = pairs[:limit]
		last := pairs[limit-1]
		next = s.seals.seal(about, workCursor{At: last.at, P: last.a, Q: last.b})
	}
	var events []access.Event
	for _, p := range pairs {
		m := Match{Score: float64(p.score) / 100, Grade: p.grade, Since: fromMicros(p.at)}
		whole := true
		for chart, to := range map[string]*Candidate{p.a: &m.A, p.b: &m.B} {
			one, v, err := s.CandidateTx(c, who, chart)
			if fault.Is(err, fault.NotFound) {
				whole = false
				continue
			}
			if err != nil {
				return nil, "", err
			}
			*to = one
			events = append(events, access.Event{Who: who, Patient: chart, View: *v, Action: "read", Type: "Patient", ID: chart, Categories: access.Of(access.Demographics), Count: 1, Detail: "match"})
		}
		if whole {
			items = append(items, m)
		}
	}
	return items, next, s.access.Record(ctx, events...)
}

func (s *Store) candidate(c *db.Conn, v *access.View) (Candidate, error) {
	p, err := s.patient(c, v)
	if err != nil {
		return Candidate{}, err
	}
	out := Candidate{Patient: p}
	var begun int64
	var source string
	if err := c.QueryRow(`SELECT c.created_at, r.source FROM charts c JOIN resources r ON r.patient_id = c.patient_id AND r.type = 'Patient' AND r.id = c.patient_id WHERE c.patient_id = ?`, v.Patient).Scan(&begun, &source); err != nil {
		return out, err
	}
	out.Since = fromMicros(begun)
	if source != "" {
		one := []Entry{{Sources: []Source{{URI: source}}}}
		if err := s.fill(c, v, one); err != nil {
			return out, err
		}
		out.Source = one[0].Sources[0].Name
	}
	cond, args := visibleSQL(v, micros(s.now()), "r")
	return out, c.QueryRow(`SELECT count(*) FROM resources r WHERE r.patient_id = ? AND NOT r.deleted`+cond, append([]any{v.Patient}, args...)...).Scan(&out.Count)
}

// KeepApart remembers that two charts are of two people: it is not asked again.
func (s *Store) KeepApart(ctx context.Context, who identity.Principal, a, b string) error {
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		_, views, err := s.workIn(c, who, false, a, b)
		if err != nil {
			return err
		}
		first, second := inOrderOf(a, b)
		n, err := c.Exec(`UPDATE chart_matches SET state = 3, done_by = ?, done_at = ? WHERE chart_a = ? AND chart_b = ? AND state = 1`, who.Account, micros(s.now()), first, second)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "This was decided already.")
		}
		if err != nil {
			return err
		}
		var events []access.Event
		for _, p := range []string{first, second} {
			events = append(events, access.Event{Who: who, Patient: p, View: *views[p], Action: "update", Type: "Patient", ID: p, Categories: access.Of(access.Demographics), Count: 1, Detail: "kept apart"})
		}
		return s.access.RecordTx(c, events...)
	})
	if err != nil {
		return s.refusals(ctx, who, "keep apart", err, a, b)
	}
	return nil
}

// Assign is something that was written while two charts were shown as one.
type Assign struct {
	Patient Patient   `json:"patient"` // where it is
	Other   Patient   `json:"other"`   // where it may belong
	Ref     string    `json:"ref"`
	Entry   *Entry    `json:"entry,omitempty"` // none for what no screen shows
	Since   time.Time `json:"since"`
}

// Assigns lists what has to be assigned, the oldest first.
func (s *Store) Assigns(ctx context.Context, who identity.Principal, cursor string, limit int) (items []Assign, next string, err error) {
	limit = min(max(limit, 1), maxWorkPage)
	c := s.db.Read(ctx)
	about := "assigns " + who.Account
	var cur workCursor
	if cursor != "" {
		if err := s.seals.open(about, cursor, &cur); err != nil {
			return nil, "", err
		}
	}
	here, args := s.access.TeamSQL(who, "m.patient_id")
	there, more := s.access.TeamSQL(who, "m.other")
	args = append(append(args, more...), cur.At, cur.P, cur.Q, cur.ID, limit+1)
	type line struct {
		patient, other, typ, id string
		at, release             int64
		class                   access.Class
		body                    []byte
	}
	var lines []line
	err = c.Each(`SELECT m.patient_id, m.other, m.type, m.id, m.created_at, r.category, r.labels, r.release_at, e.body FROM chart_assigns m
		JOIN resources r ON r.patient_id = m.patient_id AND r.type = m.type AND r.id = m.id AND NOT r.deleted
		LEFT JOIN entries e ON e.patient_id = m.patient_id AND e.type = m.type AND e.id = m.id
		WHERE m.state = 1 AND `+here+` AND `+there+` AND (m.created_at, m.patient_id, m.type, m.id) > (?, ?, ?, ?)
		ORDER BY m.created_at, m.patient_id, m.type, m.id LIMIT ?`, func(r *sql.Rows) error {
		var l line
		err := r.Scan(&l.patient, &l.other, &l.typ, &l.id, &l.at, &l.class.Category, &l.class.Labels, &l.release, &l.body)
		lines = append(lines, l)
		return err
	}, args...)
	if err != nil {
		return nil, "", err
	}
	if len(lines) > limit {
		lines = lines[:limit]
		last := lines[limit-1]
		next = s.seals.seal(about, workCursor{At: last.at, P: last.patient, Q: last.typ, ID: last.id})
	}
	now := micros(s.now())
	var events []access.Event
	for _, l := range lines {
		v, err := s.viewForRead(c, who, l.patient, l.typ)
		if err == nil && (!v.Works() || !v.Sees(l.typ, l.id, l.class, l.release, now)) {
			err = notFound()
		}
		var w *access.View
		if err == nil {
			w, err = s.viewForRead(c, who, l.other, "Patient")
		}
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		a := Assign{Ref: l.typ + "/" + l.id, Since: fromMicros(l.at)}
		if a.Patient, err = s.patient(c, v); err == nil {
			a.Other, err = s.patient(c, w)
		}
		if err != nil {
			return nil, "", err
		}
		if l.body != nil {
			one := make([]Entry, 1)
			if err := json.Unmarshal(l.body, &one[0]); err != nil {
				return nil, "", err
			}
			if err := s.fill(c, v, one); err != nil {
				return nil, "", err
			}
			one[0].Sources = slices.Concat([]Source{}, one[0].Sources)
			a.Entry = &one[0]
		}
		items = append(items, a)
		events = append(events, access.Event{Who: who, Patient: l.patient, View: *v, Action: "read", Type: l.typ, ID: l.id, Categories: categoryBit(l.class.Category), Count: 1},
			access.Event{Who: who, Patient: l.other, View: *w, Action: "read", Type: "Patient", ID: l.other, Categories: access.Of(access.Demographics), Count: 1})
	}
	return items, next, s.access.Record(ctx, events...)
}

// Stay takes something off the list that is where it belongs. What belongs into
// the other chart is refiled.
func (s *Store) Stay(ctx context.Context, who identity.Principal, patient, other, typ, id string) error {
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		_, views, err := s.workIn(c, who, false, patient, other)
		if err == nil && (!fhir.IsType(typ) || !fhir.ValidID(id)) {
			err = notFound()
		}
		if err != nil {
			return err
		}
		n, err := c.Exec(`UPDATE chart_assigns SET state = 2, done_by = ?, done_at = ? WHERE patient_id = ? AND other = ? AND type = ? AND id = ? AND state = 1`,
			who.Account, micros(s.now()), patient, other, typ, id)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "This was decided already.")
		}
		if err != nil {
			return err
		}
		return s.access.RecordTx(c, access.Event{Who: who, Patient: patient, View: *views[patient], Action: "update", Type: typ, ID: id, Count: 1, Detail: "assigned"})
	})
	if err != nil {
		return s.refusals(ctx, who, "assign", err, patient, other)
	}
	return nil
}

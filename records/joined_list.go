package records

import (
	"context"
	"database/sql"
	"encoding/json"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Joined is a chart that is joined with the one that is open, for who puts
// charts in order.
type Joined struct {
	Link
	By    string    `json:"by,omitempty"` // who joined them
	With  Candidate `json:"with"`         // the other chart
	First bool      `json:"first"`        // the other chart is the one to go on with
	// What was written since: somebody has to assign it when the two are separated.
	Written      []Written `json:"written"` // the newest of it
	WrittenCount int       `json:"writtenCount"`
}

// Written is something that was written into one of two joined charts.
type Written struct {
	Ref   string `json:"ref"`
	There bool   `json:"there"`           // in the other chart, not in the one that is open
	Entry *Entry `json:"entry,omitempty"` // none for what no screen shows
}

const writtenShown = 20

// JoinedWith lists the charts that this one was joined with by a decision. Who
// works in both sees it, and nobody else.
func (s *Store) JoinedWith(ctx context.Context, who identity.Principal, patient string) (out []Joined, err error) {
	var events []access.Event
	err = s.db.InReadTx(ctx, func(c *db.Conn) error {
		out, events = nil, nil
		v, _, err := s.enter(c, who, patient)
		if err == nil && !v.Works() {
			err = notFound()
		}
		if err != nil {
			return err
		}
		events = append(events, access.Event{Who: who, Patient: patient, View: *v, Action: "read", Type: "Patient", ID: patient, Categories: access.Of(access.Demographics), Count: 1, Detail: "joined"})
		type mark struct{ survivor, other int64 }
		var marks []mark
		err = c.Each(`SELECT l.id, l.survivor, l.other, l.reason, l.created_at, COALESCE(a.name, ''), l.survivor_n, l.other_n FROM chart_links l LEFT JOIN accounts a ON a.id = l.created_by
			WHERE l.ended_at = 0 AND (l.survivor = ? OR l.other = ?) ORDER BY l.created_at, l.id`, func(r *sql.Rows) error {
			var j Joined
			var m mark
			var at int64
			err := r.Scan(&j.ID, &j.Survivor, &j.Other, &j.Reason, &at, &j.By, &m.survivor, &m.other)
			j.CreatedAt, j.First, j.Written = fromMicros(at), j.Other == patient, []Written{}
			out, marks = append(out, j), append(marks, m)
			return err
		}, patient, patient)
		if err != nil {
			return err
		}
		kept := out[:0]
		for i, j := range out {
			here, there := marks[i].survivor, marks[i].other
			other := j.Other
			if j.First {
				here, there, other = there, here, j.Survivor
			}
			var w *access.View
			j.With, w, err = s.CandidateTx(c, who, other)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			for _, in := range []struct {
				view  *access.View
				since int64
				there bool
			}{{v, here, false}, {w, there, true}} {
				if err := s.writtenSince(c, in.view, in.since, in.there, &j); err != nil {
					return err
				}
			}
			kept = append(kept, j)
			events = append(events, access.Event{Who: who, Patient: other, View: *w, Action: "read", Type: "Patient", ID: other, Categories: access.Of(access.Demographics), Count: 1, Detail: "joined"})
		}
		out = kept
		return nil
	})
	if err != nil {
		return nil, s.refuse(ctx, who, patient, "Patient", patient, err)
	}
	return out, s.access.Record(ctx, events...)
}

// writtenSince adds what was written into a chart after a change of it.
func (s *Store) writtenSince(c *db.Conn, v *access.View, since int64, there bool, j *Joined) error {
	cond, args := visibleSQL(v, micros(s.now()), "r")
	args = append([]any{v.Patient, since}, args...)
	const from = ` FROM resources r LEFT JOIN entries e ON e.patient_id = r.patient_id AND e.type = r.type AND e.id = r.id
		WHERE r.patient_id = ? AND r.n > ? AND NOT r.deleted AND r.type NOT IN ('Patient', 'Provenance')`
	var n int
	if err := c.QueryRow(`SELECT count(*)`+from+cond, args...).Scan(&n); err != nil {
		return err
	}
	j.WrittenCount += n
	var entries []Entry
	var at []int
	err := c.Each(`SELECT r.type, r.id, e.body`+from+cond+` ORDER BY r.n DESC LIMIT ?`, func(r *sql.Rows) error {
		var typ, id string
		var body []byte
		if err := r.Scan(&typ, &id, &body); err != nil {
			return err
		}
		if body != nil {
			var e Entry
			if err := json.Unmarshal(body, &e); err != nil {
				return err
			}
			entries, at = append(entries, e), append(at, len(j.Written))
		}
		j.Written = append(j.Written, Written{Ref: typ + "/" + id, There: there})
		return nil
	}, append(args, writtenShown)...)
	if err != nil {
		return err
	}
	if err := s.fill(c, v, entries); err != nil {
		return err
	}
	for i := range entries {
		if entries[i].Sources == nil {
			entries[i].Sources = []Source{}
		}
		j.Written[at[i]].Entry = &entries[i]
	}
	return nil
}

// CandidateTx gives what tells the person of a chart from others, to who works
// there as staff.
func (s *Store) CandidateTx(c *db.Conn, who identity.Principal, patient string) (Candidate, *access.View, error) {
	v, err := s.viewForRead(c, who, patient, "Patient")
	if err == nil && !v.Works() {
		err = notFound()
	}
	if err != nil {
		return Candidate{}, nil, err
	}
	one, err := s.candidate(c, v)
	return one, v, err
}

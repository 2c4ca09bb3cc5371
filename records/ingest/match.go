package ingest

import (
	"context"
	"database/sql"
	"errors"

	"housecall/internal/db"
	"housecall/records"
	"housecall/records/fhir"
)

// maxCandidates bounds the charts that one new Patient is compared with, by each
// way of finding them.
const maxCandidates = 50

// suggest compares the new Patients of a transaction with everybody who is here,
// and puts those that may be the same person into the work list. It joins
// nothing: each has a chart of its own until somebody says otherwise.
func (r *run) suggest(c *db.Conn, items []*item, stored []records.Stored) (found int64, err error) {
	for i, it := range items {
		if it.typ != "Patient" || stored[i].Outcome != records.Created {
			continue
		}
		n, err := r.suggestFor(c, it.id)
		if err != nil {
			return 0, err
		}
		found += n
	}
	return found, nil
}

// worthComparing is who may be the person that a Patient tells of.
var worthComparing = records.Candidates{Most: maxCandidates, Worthless: func(v string) bool { return placeholder(letters(v)) }}

func (r *run) suggestFor(c *db.Conn, id string) (found int64, err error) {
	n, err := patientNode(c, id)
	if n == nil || err != nil {
		return 0, err
	}
	candidates, err := worthComparing.Find(c, n)
	if err != nil {
		return 0, err
	}
	for _, other := range candidates {
		if other == id {
			continue
		}
		m, err := patientNode(c, other)
		if err != nil {
			return 0, err
		}
		if m == nil {
			continue
		}
		score, grade := Score(n, m)
		if grade == CertainlyNot {
			continue
		}
		added, err := r.store.SuggestTx(c, id, other, score, grade)
		if err != nil {
			return 0, err
		}
		if added {
			found++
		}
	}
	return found, nil
}

func patientNode(c *db.Conn, id string) (*fhir.Node, error) {
	var body []byte
	err := c.QueryRow(`SELECT body FROM resources WHERE patient_id = ? AND type = 'Patient' AND id = ? AND NOT deleted`, id, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return fhir.Parse(body)
}

// suggestLate compares once more those that came in side by side: neither of
// two transactions sees the other's patient.
func (r *run) suggestLate(ctx context.Context) error {
	for _, id := range r.newcomers {
		var found int64
		err := r.db.InTx(ctx, func(c *db.Conn) (err error) {
			found, err = r.suggestFor(c, id)
			return err
		})
		if err != nil {
			return err
		}
		r.alike.Add(found)
	}
	return nil
}

package ingest

import (
	"context"
	"database/sql"
	"errors"
	"slices"

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

func (r *run) suggestFor(c *db.Conn, id string) (found int64, err error) {
	n, err := patientNode(c, id)
	if n == nil || err != nil {
		return 0, err
	}
	candidates, err := candidatesFor(c, n)
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

// candidatesFor finds who is worth comparing: by identifier; by birth date and
// one of the names; by family and given name, for a birth date with a slip in it.
func candidatesFor(c *db.Conn, n *fhir.Node) ([]string, error) {
	var out []string
	take := func(query string, args ...any) error {
		return c.Each(query+` LIMIT ?`, func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
			return err
		}, append(args, maxCandidates)...)
	}
	for _, x := range n.Get("identifier").Items() {
		system, value := x.Get("system").Str(), x.Get("value").Str()
		if system == "" || placeholder(letters(value)) {
			continue
		}
		if err := take(`SELECT id FROM search_token WHERE type = 'Patient' AND param = 'identifier' AND code = ? AND system = ? AND across`, value, system); err != nil {
			return nil, err
		}
	}
	var family, given []string
	for _, name := range n.Get("name").Items() {
		if f := fhir.Fold(name.Get("family").Str()); f != "" {
			family = append(family, f)
		}
		for _, g := range name.Get("given").Items() {
			if f := fhir.Fold(g.Str()); f != "" {
				given = append(given, f)
			}
		}
	}
	if len(family)+len(given) == 0 {
		return out, nil
	}
	if lo, _, ok := fhir.DateRange(n.Get("birthDate").Str()); ok {
		in, arg := list(c, distinct(slices.Concat(family, given)))
		if err := take(`SELECT d.id FROM search_date d WHERE d.type = 'Patient' AND d.param = 'birthdate' AND d.lo = ? AND d.across AND EXISTS (
			SELECT 1 FROM search_string s WHERE s.patient_id = d.patient_id AND s.type = 'Patient' AND s.param IN ('family', 'given') AND s.norm `+in+`)`, lo, arg); err != nil {
			return nil, err
		}
	}
	if len(family) > 0 && len(given) > 0 {
		inFamily, families := list(c, distinct(family))
		inGiven, givens := list(c, distinct(given))
		if err := take(`SELECT f.id FROM search_string f WHERE f.type = 'Patient' AND f.param = 'family' AND f.norm `+inFamily+` AND f.across AND EXISTS (
			SELECT 1 FROM search_string g WHERE g.patient_id = f.patient_id AND g.type = 'Patient' AND g.param = 'given' AND g.norm `+inGiven+`)`, families, givens); err != nil {
			return nil, err
		}
	}
	return out, nil
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

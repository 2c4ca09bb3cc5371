package records

import (
	"database/sql"
	"errors"

	"housecall/records/access"
	"housecall/records/fhir"
)

// hiddenIn lists what the chart holds and the principal does not see.
func (x *searcher) hiddenIn(patient string) ([]string, error) {
	if h, ok := x.hidden[patient]; ok {
		return h, nil
	}
	var h []string
	for i := range x.sc.views {
		if v := &x.sc.views[i]; v.Patient == patient {
			var err error
			if h, err = x.s.hidden(x.c, v); err != nil {
				return nil, err
			}
			break
		}
	}
	if x.wide != nil && patient != "" && x.viewIn(patient) == nil {
		v := *x.wide
		v.Patient = patient
		var err error
		if h, err = x.s.hidden(x.c, &v); err != nil {
			return nil, err
		}
	}
	if x.hidden == nil {
		x.hidden = map[string][]string{}
	}
	x.hidden[patient] = h
	return h, nil
}

// node reads a body as the principal sees it.
func (x *searcher) node(patient string, body []byte) (*fhir.Node, error) {
	hidden, err := x.hiddenIn(patient)
	if err != nil {
		return nil, err
	}
	if body, err = cutHidden(body, hidden); err != nil {
		return nil, err
	}
	return fhir.Parse(body)
}

// filtered reads rows until so many have been looked at and fit. Chunks grow when
// few fit.
func (x *searcher) filtered(typ string, w *clause, o order, cur *searchCursor, limit int) (found, error) {
	twice := len(x.sc.views) > 1 && (severalTypes[typ] || anySeveral(x.types))
	if len(w.late) == 0 && !twice {
		return x.rows(typ, w, o, cur, limit)
	}
	out, had := found{width: len(o.keys)}, map[string]bool{}
	if cur != nil && typ != "" {
		had[typ+"/"+cur.ID] = true
	}
	for chunk := min(max(2*limit, 100), 5000); ; chunk = min(4*chunk, 5000) {
		if x.bodies <= 0 {
			more, err := x.rows(typ, w, o, cur, 1)
			if err == nil && len(more.items) > 0 {
				err = tooCostly()
			}
			return out, err
		}
		most := min(chunk, x.bodies)
		rows, err := x.rows(typ, w, o, cur, most)
		if err != nil {
			return out, err
		}
		for i := range rows.items {
			name := rows.items[i].Type + "/" + rows.items[i].ID
			if twice && had[name] {
				continue
			}
			fits := true
			if len(w.late) > 0 {
				x.bodies--
				n, err := x.node(rows.items[i].Patient, rows.items[i].Body)
				if err != nil {
					return out, err
				}
				fits = w.fits(n)
			}
			if fits {
				had[name] = true
				if out.full = out.bytes > pageBytes && len(out.items) > 1; out.full {
					return out, nil
				}
				if out.take(&rows, i); len(out.items) == limit {
					return out, nil
				}
			}
		}
		if len(rows.items) < most && !rows.full {
			return out, nil
		}
		at := rows.cursor(len(rows.items) - 1)
		cur = &at
	}
}

// count counts what a search finds.
func (x *searcher) count(w *clause) (int, error) {
	if len(w.late) == 0 {
		var n int
		what := "count(*)"
		if len(x.sc.views) > 1 { // a resource may have a row in several charts
			what = "count(DISTINCT r.type || '/' || r.id)"
		}
		err := x.c.QueryRow("SELECT "+what+" FROM resources r WHERE "+w.String(), w.args...).Scan(&n)
		return n, err
	}
	found := map[string]bool{}
	err := x.each("r", w, func(_, id string, _ *fhir.Node) { found[id] = true })
	return len(found), err
}

// look calls f for each resource t that a condition leaves.
func (x *searcher) look(w *clause, f func(patient, id string, n *fhir.Node)) error {
	return x.each("t", w, f)
}

func (x *searcher) each(alias string, w *clause, f func(patient, id string, n *fhir.Node)) error {
	type row struct {
		patient, id string
		body        []byte
	}
	var last row
	for first := true; ; first = false {
		query := "SELECT " + alias + ".patient_id, " + alias + ".id, " + alias + ".body FROM resources " + alias + " WHERE " + w.String()
		args := append([]any(nil), w.args...)
		if !first {
			query, args = query+" AND ("+alias+".id, "+alias+".patient_id) > (?, ?)", append(args, last.id, last.patient)
		}
		limit, bytes := min(5000, x.bodies+1), 0
		var rows []row
		err := x.c.Each(query+" ORDER BY "+alias+".id, "+alias+".patient_id LIMIT ?", func(r *sql.Rows) error {
			if bytes > pageBytes {
				return errFull
			}
			err := r.Scan(&last.patient, &last.id, &last.body)
			rows = append(rows, last)
			bytes += len(last.body)
			last.body = nil
			return err
		}, append(args, limit)...)
		full := errors.Is(err, errFull)
		if err != nil && !full {
			return err
		}
		for _, r := range rows {
			if x.bodies--; x.bodies < 0 {
				return tooCostly()
			}
			n, err := x.node(r.patient, r.body)
			if err != nil {
				return err
			}
			if w.fits(n) {
				f(r.patient, r.id, n)
			}
		}
		if len(rows) < limit && !full {
			return nil
		}
	}
}

// viewIn gives the view by which the principal sees a chart in this search; nil
// for a system, which has none of each.
func (x *searcher) viewIn(patient string) *access.View {
	for i := range x.sc.views {
		if x.sc.views[i].Patient == patient {
			return &x.sc.views[i]
		}
	}
	if patient == "" && x.shared != nil && x.shared.See != 0 {
		return x.shared
	}
	return nil
}

package records

import (
	"bytes"
	"database/sql"

	"housecall/internal/db"
	"housecall/records/access"
	"housecall/records/fhir"
)

// visibleSQL is the condition by which the view sees rows of resources or
// entries (alias a). A view that sees everything adds nothing.
func visibleSQL(v *access.View, now int64, a string) (string, []any) {
	cond, args := "", []any(nil)
	if v.See != access.Everything {
		cond += " AND ((1 << " + a + ".category) & ?) <> 0"
		args = append(args, int64(v.See))
	}
	if v.Hide != 0 {
		cond += " AND (" + a + ".labels & ?) = 0"
		args = append(args, int64(v.Hide))
	}
	if v.Parts != 0 {
		cond += " AND ((" + a + ".labels & ?) <> 0 OR ((1 << " + a + ".category) & ?) = 0)"
		args = append(args, int64(v.Facets), int64(v.Parts))
	}
	if v.HoldResults {
		cond += " AND " + a + ".release_at <= ?"
		args = append(args, now)
	}
	only, more := onlySQL(v, a)
	return cond + only, append(args, more...)
}

// onlySQL is View.Holds as a condition on rows that have a type and an id.
func onlySQL(v *access.View, a string) (string, []any) {
	if v.Visits == nil {
		return "", nil
	}
	args := make([]any, len(v.Visits))
	for i := range v.Visits {
		args[i] = v.Visits[i].Appointment
	}
	visits := "FALSE"
	if len(args) > 0 {
		visits = a + ".type = 'Appointment' AND " + a + ".id IN " + db.Placeholders(1, len(args))
	}
	return " AND (" + a + ".type = 'Patient' OR " + visits + ")", args
}

// hidden lists what the chart holds and the view does not see, as Type/id.
func (s *Store) hidden(c *db.Conn, v *access.View) ([]string, error) {
	if v.Patient == "" {
		return nil, nil
	}
	cond, args := visibleSQL(v, micros(s.now()), "r")
	if cond == "" && v.Carries() {
		return nil, nil
	}
	h, err := readHead(c, v.Patient)
	if err != nil {
		return nil, err
	}
	var out []string
	if h.links > 0 && !v.Carries() {
		linked, parted, err := linksOf(c, v.Patient) // old versions of the Patient name those of before
		if err != nil {
			return nil, err
		}
		for _, p := range append(linked, parted...) {
			out = append(out, "Patient/"+p)
		}
	}
	if cond == "" || !h.mayHide(v) {
		return out, nil
	}
	err = c.Each(`SELECT type, id FROM resources r WHERE patient_id = ? AND NOT (TRUE`+cond+`)`, func(r *sql.Rows) error {
		var typ, id string
		if err := r.Scan(&typ, &id); err != nil {
			return err
		}
		out = append(out, typ+"/"+id)
		return nil
	}, append([]any{v.Patient}, args...)...)
	return out, err
}

// cut takes out of a body every reference to what the view does not see, so that
// an encounter does not tell that there is a hidden note. Where R4 wants a
// reference it becomes a masked one, so that the answer stays valid. Only bodies
// that hold one are decoded.
func (s *Store) cut(c *db.Conn, v *access.View, body []byte) ([]byte, error) {
	hidden, err := s.hidden(c, v)
	if err != nil {
		return nil, err
	}
	return cutHidden(body, hidden)
}

// hitsOf gives what of the hidden the body may refer to; nil: nothing.
func hitsOf(body []byte, hidden []string) map[string]bool {
	var hits map[string]bool
	for _, h := range hidden {
		if bytes.Contains(body, []byte(h)) {
			if hits == nil {
				hits = map[string]bool{}
			}
			hits[h] = true
		}
	}
	return hits
}

func cutHidden(body []byte, hidden []string) ([]byte, error) {
	hits := hitsOf(body, hidden)
	if hits == nil {
		return body, nil
	}
	n, err := fhir.Parse(body)
	if err != nil {
		return nil, err
	}
	fhir.Mask(n, isHidden(hits))
	return n.Append(make([]byte, 0, len(body))), nil
}

// isHidden tells of a value whether it is a reference to something hidden.
func isHidden(hits map[string]bool) func(*fhir.Node) bool {
	return func(n *fhir.Node) bool {
		t, id, _, ok := fhir.SplitReference(n.Get("reference").Str())
		return ok && hits[t+"/"+id]
	}
}

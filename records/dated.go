package records

import (
	"database/sql"

	"housecall/internal/db"
	"housecall/records/access"
)

// Dated is a resource with the main date of its type.
type Dated struct {
	ID   string
	At   int64 // microseconds
	Body []byte
}

// Dated lists what a view sees of one type from a place in its order on: newest
// first or oldest first. The caller has entered the chart.
func (s *Store) Dated(c *db.Conn, v *access.View, typ string, from Dated, newest bool, limit int) ([]Dated, error) {
	if !v.AllowsType(typ, 's') && !v.AllowsType(typ, 'r') {
		return nil, nil
	}
	cond, cargs := visibleSQL(v, micros(s.now()), "r")
	place := ` AND (r.sort_at > ? OR r.sort_at = ? AND r.id > ?) ORDER BY r.sort_at, r.id LIMIT ?`
	if newest {
		place = ` AND (r.sort_at < ? OR r.sort_at = ? AND r.id < ?) ORDER BY r.sort_at DESC, r.id DESC LIMIT ?`
	}
	args := append([]any{v.Patient, typ}, cargs...)
	args = append(args, from.At, from.At, from.ID, limit)
	var out []Dated
	err := c.Each(`SELECT r.id, r.sort_at, r.body FROM resources r WHERE r.patient_id = ? AND r.type = ? AND NOT r.deleted`+cond+place, func(r *sql.Rows) error {
		var d Dated
		err := r.Scan(&d.ID, &d.At, &d.Body)
		out = append(out, d)
		return err
	}, args...)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Body, err = s.cut(c, v, out[i].Body); err != nil {
			return nil, err
		}
	}
	return out, nil
}

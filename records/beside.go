package records

import (
	"context"
	"database/sql"
	"fmt"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// What follows is for packages that keep lists beside the chart (threads of
// messages, slots, visits): they know ids and order, the record keeps what was
// said. They come in by the same door, with the same decision and audit.

// Enter decides whether somebody may look at resources of the type in a chart.
func (s *Store) Enter(c *db.Conn, who identity.Principal, patient, typ string) (*access.View, error) {
	if patient == "" {
		return nil, notFound()
	}
	return s.viewForRead(c, who, patient, typ)
}

// EnterTx takes the chart's lock and decides under it. What it is entered for
// is written in the same transaction.
func (s *Store) EnterTx(c *db.Conn, who identity.Principal, patient, typ string) (*access.View, error) {
	if patient == "" {
		return nil, notFound()
	}
	query := `SELECT patient_id FROM charts WHERE patient_id = ?`
	if c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	err := c.QueryRow(query, patient).Scan(&patient)
	if isNoRows(err) {
		return nil, access.NoChart()
	}
	if err != nil {
		return nil, err
	}
	return s.viewForRead(c, who, patient, typ)
}

// Bodies gives those of the resources that are there and that the view sees.
func (s *Store) Bodies(c *db.Conn, v *access.View, typ string, ids []string) (map[string][]byte, error) {
	out, err := s.Uncut(c, v, typ, ids)
	if err != nil {
		return nil, err
	}
	hidden, err := s.hidden(c, v)
	if err != nil {
		return nil, err
	}
	for id, body := range out {
		if out[id], err = cutHidden(body, hidden); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Uncut gives what Bodies gives, as it is stored: with its references to what the
// view does not see. It is for changing a part of a resource and writing it back
// under the chart's lock, and is shown to nobody.
func (s *Store) Uncut(c *db.Conn, v *access.View, typ string, ids []string) (map[string][]byte, error) {
	out := make(map[string][]byte, len(ids))
	now := micros(s.now())
	for len(ids) > 0 {
		part := ids[:min(len(ids), 400)]
		ids = ids[len(part):]
		args := []any{v.Patient, typ}
		for _, id := range part {
			args = append(args, id)
		}
		err := c.Each(`SELECT id, category, labels, release_at, body FROM resources WHERE patient_id = ? AND type = ? AND NOT deleted AND id IN `+db.Placeholders(1, len(part)), func(r *sql.Rows) error {
			var id string
			var class access.Class
			var release int64
			var body []byte
			if err := r.Scan(&id, &class.Category, &class.Labels, &release, &body); err != nil {
				return err
			}
			if v.Sees(typ, id, class, release, now) {
				out[id] = body
			}
			return nil
		}, args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Seen tells which of the resources the view sees.
func (s *Store) Seen(c *db.Conn, v *access.View, typ string, ids []string) (map[string]bool, error) {
	out := make(map[string]bool, len(ids))
	cond, more := visibleSQL(v, micros(s.now()), "r")
	for len(ids) > 0 {
		part := ids[:min(len(ids), 400)]
		ids = ids[len(part):]
		args := []any{v.Patient, typ}
		for _, id := range part {
			args = append(args, id)
		}
		err := c.Each(`SELECT r.id FROM resources r WHERE r.patient_id = ? AND r.type = ? AND NOT r.deleted AND r.id IN `+db.Placeholders(1, len(part))+cond, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			out[id] = true
			return err
		}, append(args, more...)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ClassTx tells what kind of data a resource is, for telling people of it who
// would see it.
func (s *Store) ClassTx(c *db.Conn, patient, typ, id string) (class access.Class, err error) {
	err = c.QueryRow(`SELECT category, labels FROM resources WHERE patient_id = ? AND type = ? AND id = ?`, patient, typ, id).Scan(&class.Category, &class.Labels)
	if isNoRows(err) {
		err = notFound()
	}
	return class, err
}

// Looked leaves the audit row of what was read after Enter, and waits until it
// is kept.
func (s *Store) Looked(ctx context.Context, who identity.Principal, v *access.View, action, typ, id string, cats access.CategorySet, count int) error {
	return s.seen(ctx, who, v, action, typ, id, cats, count)
}

// Refuse leaves the audit row of a refusal and passes the refusal on as it is.
func (s *Store) Refuse(ctx context.Context, who identity.Principal, patient, typ, id string, why error) error {
	if k := fault.KindOf(why); k != fault.NotFound && k != fault.Forbidden {
		return why
	}
	if err := s.access.Record(ctx, access.Event{Who: who, Patient: patient, Action: "refused", Type: typ, ID: id, Count: 1, Outcome: "refused"}); err != nil {
		return fmt.Errorf("audit of a refusal: %w", err)
	}
	return why
}

// PatientOf tells whose chart was entered, as far as the view sees it.
func (s *Store) PatientOf(c *db.Conn, v *access.View) (Patient, error) { return s.patient(c, v) }

package records

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"housecall/internal/db"
	"housecall/records/fhir"
)

// Stores tells whether resources of the type are kept here.
func Stores(typ string) bool { return fhir.IsType(typ) && !notStored[typ] }

// SearchesBy tells whether Search answers the parameter.
func SearchesBy(p *fhir.Param) bool { return p.Supported() }

// OpError is the fault of one change of a batch; Index counts from 0.
type OpError struct {
	Index int
	Err   error
}

func (e *OpError) Error() string { return "change " + strconv.Itoa(e.Index) + ": " + e.Err.Error() }

func (e *OpError) Unwrap() error { return e.Err }

// Marks gives for each chart a word that moves when anything in it does, by a
// change or by the clock alone, for those who watch charts for others. It is no
// ETag: it knows no viewer and never leaves the server.
func (s *Store) Marks(ctx context.Context, patients []string) (map[string]string, error) {
	now := s.now()
	day := now.UTC().Format(time.DateOnly)
	out := make(map[string]string, len(patients))
	for len(patients) > 0 {
		part := patients[:min(len(patients), 500)]
		patients = patients[len(part):]
		args := []any{micros(now)}
		for _, p := range part {
			args = append(args, p)
		}
		err := s.db.Read(ctx).Each(`SELECT c.patient_id, c.head, CASE WHEN c.holds = 0 THEN 0 ELSE
			(SELECT count(*) FROM resources r WHERE r.patient_id = c.patient_id AND r.release_at > 0 AND r.release_at <= ?) END
			FROM charts c WHERE c.patient_id IN `+db.Placeholders(1, len(part)), func(r *sql.Rows) error {
			var p string
			var head, released int64
			err := r.Scan(&p, &head, &released)
			out[p] = day + " " + itoa(head) + " " + itoa(released)
			return err
		}, args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

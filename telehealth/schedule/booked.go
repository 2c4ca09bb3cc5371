package schedule

import (
	"database/sql"
	"errors"
	"time"

	"housecall/internal/db"
)

// Booked is the row of an appointment that was booked here.
type Booked struct {
	ID, Patient, Slot, Practitioner, Account, Name, Specialty string
	StartsAt, EndsAt                                          int64
	Mode                                                      Mode
	Place, Status, BookedBy                                   string
	Digest                                                    []byte
	Changes                                                   int64

	State                                                State
	WaitingSince, StartedAt, EndedAt, Talked, TalksSince int64
	Behind                                               int
	Note                                                 string

	Group string // of a group visit; the time is taken by the group, not by this
}

const bookedColumns = `a.id, a.patient_id, a.slot, a.practitioner, a.account, a.name, a.specialty, a.starts_at, a.ends_at, a.mode, a.place, a.status, a.booked_by, a.digest, a.changes,
	a.state, a.waiting_since, a.started_at, a.ended_at, a.talked, a.talks_since, a.behind, a.note, a.group_id`

func (b *Booked) columns() []any {
	return []any{&b.ID, &b.Patient, &b.Slot, &b.Practitioner, &b.Account, &b.Name, &b.Specialty, &b.StartsAt, &b.EndsAt, &b.Mode, &b.Place, &b.Status, &b.BookedBy, &b.Digest, &b.Changes,
		&b.State, &b.WaitingSince, &b.StartedAt, &b.EndedAt, &b.Talked, &b.TalksSince, &b.Behind, &b.Note, &b.Group}
}

// BookedTx reads the row of an appointment and, when it is to be changed, locks
// it. The chart's lock comes first.
func BookedTx(c *db.Conn, patient, id string, change bool) (*Booked, error) {
	query := `SELECT ` + bookedColumns + ` FROM appointments a WHERE a.id = ? AND a.patient_id = ?`
	if change && c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var b Booked
	err := c.QueryRow(query, id, patient).Scan(b.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound()
	}
	return &b, err
}

// listBooked reads rows; rest begins behind FROM appointments a.
func listBooked(c *db.Conn, rest string, args ...any) ([]*Booked, error) {
	var out []*Booked
	err := c.Each(`SELECT `+bookedColumns+` FROM appointments a `+rest, func(r *sql.Rows) error {
		var b Booked
		err := r.Scan(b.columns()...)
		out = append(out, &b)
		return err
	}, args...)
	return out, err
}

func (b *Booked) insert(c *db.Conn) error {
	_, err := c.Exec(`INSERT INTO appointments (id, patient_id, slot, practitioner, account, name, specialty, starts_at, ends_at, mode, place, status, booked_by, digest, changes, group_id) VALUES `+db.Placeholders(1, 16),
		b.ID, b.Patient, b.Slot, b.Practitioner, b.Account, b.Name, b.Specialty, b.StartsAt, b.EndsAt, string(b.Mode), b.Place, b.Status, b.BookedBy, b.Digest, b.Changes, b.Group)
	return err
}

// GuestTime is when somebody who was invited to this visit alone may be there: from
// when its doors open until it cannot be begun any more. It ends before that with
// the visit.
func (b *Booked) GuestTime() (from, until time.Time) {
	return time.UnixMicro(b.StartsAt).Add(-DoorsOpen), time.UnixMicro(b.EndsAt).Add(DoorsClose)
}

// SaveTx writes what can change.
func (b *Booked) SaveTx(c *db.Conn) error {
	_, err := c.Exec(`UPDATE appointments SET slot = ?, practitioner = ?, account = ?, name = ?, specialty = ?, starts_at = ?, ends_at = ?, place = ?, status = ?, changes = ?,
		state = ?, waiting_since = ?, started_at = ?, ended_at = ?, talked = ?, talks_since = ?, behind = ?, note = ? WHERE id = ?`,
		b.Slot, b.Practitioner, b.Account, b.Name, b.Specialty, b.StartsAt, b.EndsAt, b.Place, b.Status, b.Changes,
		string(b.State), b.WaitingSince, b.StartedAt, b.EndedAt, b.Talked, b.TalksSince, b.Behind, b.Note, b.ID)
	return err
}

package recording

import (
	"context"
	"database/sql"
	"errors"

	"housecall/internal/db"
)

// Why a recording ended.
const (
	WhyStopped   = "stopped"   // by who holds the visit
	WhyRefused   = "refused"   // somebody said no
	WhyWithdrawn = "withdrawn" // somebody said yes before
	WhyEnded     = "ended"     // with the visit
	WhyRoom      = "room"      // nobody was there any more
	WhyDisk      = "disk"      // it could not be kept
	WhyFull      = "full"      // it reached its bound
)

// States of a recording.
const (
	asked = "asked"
	on    = "on"
	over  = "over"
)

type row struct {
	id, visit, patient, state, text, askedBy string
	askedAt, beganAt, beatAt, endedAt        int64
	why                                      string
	bytes                                    int64
	filedAt, expiresAt, goneAt               int64
}

const columns = `id, visit, patient_id, state, text, asked_by, asked_at, began_at, beat_at, ended_at, why, bytes, filed_at, expires_at, gone_at`

func (r *row) fields() []any {
	return []any{&r.id, &r.visit, &r.patient, &r.state, &r.text, &r.askedBy, &r.askedAt, &r.beganAt, &r.beatAt, &r.endedAt, &r.why, &r.bytes, &r.filedAt, &r.expiresAt, &r.goneAt}
}

func (s *Service) list(ctx context.Context, where string, args ...any) (list []*row, err error) {
	err = s.DB.Read(ctx).Each(`SELECT `+columns+` FROM visit_recordings WHERE `+where, func(q *sql.Rows) error {
		r := &row{}
		err := q.Scan(r.fields()...)
		list = append(list, r)
		return err
	}, args...)
	return list, err
}

// newest is the last one of a visit; nil: none was asked for.
func newest(c *db.Conn, visit string) (*row, error) {
	r := &row{}
	err := c.QueryRow(`SELECT `+columns+` FROM visit_recordings WHERE visit = ? ORDER BY asked_at DESC, id DESC LIMIT 1`, visit).Scan(r.fields()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return r, err
}

// here are those who are in the room or about to come in; agreed tells of each
// whether they said yes to this recording since they were let in.
const here = `SELECT p.seat, p.name, p.state, COALESCE(a.answer = 'yes' AND a.at >= p.admitted_at, FALSE) FROM visit_people p
	LEFT JOIN visit_recording_answers a ON a.recording = ? AND a.seat = p.seat WHERE p.visit = ? AND p.state IN ('admitted', 'in', 'left')`

// agreement gives the seats of those who agreed, and the names of those in the room
// who did not.
func agreement(c *db.Conn, recording, visit string) (agreed, missing []string, present int, err error) {
	err = c.Each(here, func(q *sql.Rows) error {
		var seat, name, state string
		var yes bool
		err := q.Scan(&seat, &name, &state, &yes)
		if state == "in" {
			present++
		}
		switch {
		case yes:
			agreed = append(agreed, seat)
		case state == "in":
			missing = append(missing, name)
		}
		return err
	}, recording, visit)
	return agreed, missing, present, err
}

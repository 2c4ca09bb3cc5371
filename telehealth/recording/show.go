package recording

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// RecordedFile is one track of a recording, to be played together with the others.
type RecordedFile struct {
	Binary      string `json:"binary"`
	Name        string `json:"name" doc:"Whose it is"`
	Role        string `json:"role"`
	Kind        string `json:"kind" enum:"audio,camera,screen"`
	ContentType string `json:"contentType"`
	StartMs     int64  `json:"startMs" doc:"When it begins, since the earliest of them began"`
	LengthMs    int64  `json:"lengthMs"`
	Bytes       int64  `json:"bytes"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
}

// Agreed is what somebody said to it.
type Agreed struct {
	Name   string    `json:"name"`
	Role   string    `json:"role"`
	Answer string    `json:"answer" enum:"yes,no,withdrawn"`
	At     time.Time `json:"at"`
}

// Recording is one that was filed.
type Recording struct {
	ID        string         `json:"id"`
	Visit     string         `json:"visit"`
	BeganAt   time.Time      `json:"beganAt"`
	EndedAt   time.Time      `json:"endedAt"`
	Why       string         `json:"why" enum:"stopped,refused,withdrawn,ended,room,disk,full" doc:"Why it ended"`
	Broken    bool           `json:"broken,omitempty" doc:"A server went while it ran, or it could not be kept any more: a part is missing"`
	ExpiresAt time.Time      `json:"expiresAt" doc:"When it is deleted"`
	Files     []RecordedFile `json:"files"`
	Agreed    []Agreed       `json:"agreed"`
}

// Show gives a recording to whoever sees its document in the chart.
func (s *Service) Show(ctx context.Context, who identity.Principal, patient, id string) (Recording, error) {
	out := Recording{ID: id, Files: []RecordedFile{}, Agreed: []Agreed{}}
	var view *access.View
	err := s.DB.InReadTx(ctx, func(c *db.Conn) (err error) {
		if view, err = s.Records.Enter(c, who, patient, "DocumentReference"); err != nil {
			return err
		}
		seen, err := s.Records.Seen(c, view, "DocumentReference", []string{id})
		if err == nil && !seen[id] {
			err = fault.New(fault.NotFound, "We could not find that.")
		}
		if err != nil {
			return err
		}
		r := &row{}
		err = c.QueryRow(`SELECT `+columns+` FROM visit_recordings WHERE id = ? AND patient_id = ? AND filed_at > 0 AND gone_at = 0`, id, patient).Scan(r.fields()...)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "We could not find that.")
		}
		if err != nil {
			return err
		}
		out.Visit, out.BeganAt, out.EndedAt, out.Why, out.ExpiresAt = r.visit, moment(r.beganAt), moment(r.endedAt), r.why, moment(r.expiresAt)
		files, err := s.filesOf(c, id)
		if err != nil {
			return err
		}
		out.Broken = broken(files)
		for _, f := range files {
			out.Files = append(out.Files, RecordedFile{f.blob, f.name, f.role, f.kind, f.track.Codec.ContentType(), (f.began - files[0].began) / 1000, f.length, f.bytes, f.track.Width, f.track.Height})
		}
		return c.Each(`SELECT name, role, answer, at FROM visit_recording_answers WHERE recording = ? ORDER BY at, seat LIMIT 100`, func(q *sql.Rows) error {
			var a Agreed
			var at int64
			err := q.Scan(&a.Name, &a.Role, &a.Answer, &at)
			a.At = moment(at)
			out.Agreed = append(out.Agreed, a)
			return err
		}, id)
	})
	if err != nil {
		return Recording{}, s.Records.Refuse(ctx, who, patient, "DocumentReference", id, err)
	}
	return out, s.Records.Looked(ctx, who, view, "read", "DocumentReference", id, access.Of(access.Documents), 1)
}

package telehealth

import (
	"context"
	"database/sql"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/fhir"
	"housecall/telehealth/schedule"
)

// VisitRating is how somebody of the patient's side found a visit. It is no part of
// the record: the clinic's staff of this visit read it, and who gave it.
type VisitRating struct {
	Stars   int       `json:"stars"`
	Comment string    `json:"comment,omitempty"`
	Role    string    `json:"role,omitempty" enum:"patient,proxy"`
	At      time.Time `json:"at"`
}

const maxComment = 1000

// Rate keeps how somebody found a visit that they took part in. Said again, it takes
// the place of what they said before.
func (s *Service) Rate(ctx context.Context, who identity.Principal, patient, id string, stars int, comment string) (Visit, error) {
	comment = strings.TrimSpace(strings.ReplaceAll(comment, "\r\n", "\n"))
	switch {
	case stars < 1 || stars > 5:
		return Visit{}, fault.New(fault.Invalid, "Choose from 1 to 5 stars.")
	case !fhir.IsText(comment) || utf8.RuneCountInString(comment) > maxComment:
		return Visit{}, fault.New(fault.Invalid, "Please say it in at most 1000 characters.")
	}
	return s.change(ctx, who, patient, id, "rate", func(v *visit) error {
		if err := v.joins(); err != nil {
			return err
		}
		list, err := v.people()
		if err != nil {
			return err
		}
		p := v.mine(list)
		if p == nil || p.host || !p.wasAdmitted() || v.State != schedule.Ended {
			return fault.New(fault.Conflict, "You can say how it was after you took part in a visit.").WithCode("not_over")
		}
		_, err = v.c.Exec(`INSERT INTO visit_ratings (visit, account, role, stars, comment, at) VALUES `+db.Placeholders(1, 6)+`
			ON CONFLICT (visit, account) DO UPDATE SET role = excluded.role, stars = excluded.stars, comment = excluded.comment, at = excluded.at`,
			v.ID, v.me(), p.Role, stars, comment, v.s.now())
		return err
	})
}

// rated fills in what the viewer said and, for those who held the visit, what all said.
func (v *visit) rated(out *Visit) error {
	if v.State != schedule.Ended {
		return nil
	}
	return v.c.Each(`SELECT account, role, stars, comment, at FROM visit_ratings WHERE visit = ? ORDER BY at`, func(r *sql.Rows) error {
		var x VisitRating
		var account string
		var at int64
		err := r.Scan(&account, &x.Role, &x.Stars, &x.Comment, &at)
		x.At = moment(at)
		if account == v.me() && !v.hosts() {
			out.Rating = &x
		}
		if v.hosts() {
			out.Ratings = append(out.Ratings, x)
		}
		return err
	}, v.ID)
}

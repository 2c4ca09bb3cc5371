package telehealth

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth/schedule"
)

// Sealing is whether sound and picture of a visit are encrypted from browser to
// browser, and who said so last. The keys are the browsers' own: the server only
// tells that they are to be used.
type Sealing struct {
	On     bool      `json:"on"`
	By     string    `json:"by"`
	Mine   bool      `json:"mine"`
	At     time.Time `json:"at"`
	Cannot []string  `json:"cannot" doc:"Seats whose browsers cannot"`
}

// sealed tells whether it is: nothing that could be recorded goes through the server then.
func (v *visit) sealed() (on bool, err error) {
	err = v.c.QueryRow(`SELECT sealed FROM visit_seals WHERE visit = ?`, v.ID).Scan(&on)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return on, err
}

// sealing is nil where nobody ever asked for it.
func (v *visit) sealing() (*Sealing, *person, error) {
	s, p := &Sealing{Cannot: []string{}}, &person{}
	var at int64
	err := v.c.QueryRow(`SELECT sealed, seat, name, host, at FROM visit_seals WHERE visit = ?`, v.ID).Scan(&s.On, &p.Seat, &s.By, &p.host, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	s.At = moment(at)
	err = v.c.Each(`SELECT seat FROM visit_unsealable WHERE visit = ? ORDER BY seat LIMIT ?`, func(r *sql.Rows) error {
		var seat string
		err := r.Scan(&seat)
		s.Cannot = append(s.Cannot, seat)
		return err
	}, v.ID, 4*maxSeats)
	return s, p, err
}

// Seal has a visit encrypted from end to end, or no longer. Those who hold it may
// say so at any time; the patient's side may ask for it before it begins, and take
// that back as long as nobody else has said so too. What is recorded cannot be sealed.
func (s *Service) Seal(ctx context.Context, who identity.Principal, patient, id string, on bool) (Visit, error) {
	what := "unseal"
	if on {
		what = "seal"
	}
	return s.change(ctx, who, patient, id, what, func(v *visit) error {
		if v.group != nil {
			return fault.New(fault.Conflict, "A group visit cannot have the extra encryption.").WithCode("group")
		}
		p, err := v.seat()
		if err == nil {
			err = v.happens()
		}
		if err != nil {
			return err
		}
		was, by, err := v.sealing()
		switch {
		case err != nil:
			return err
		case was != nil && was.On == on, was == nil && !on:
			return nil
		case !v.hosts() && v.State == schedule.Live:
			return fault.New(fault.Conflict, "The visit has begun. Ask the care team to change this.").WithCode("live")
		case !v.hosts() && !on && by.Seat != p.Seat:
			return fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
		}
		if on && s.Recordings != nil {
			recorded, err := s.Recordings.OpenTx(v.c, v.ID)
			if err != nil {
				return err
			}
			if recorded {
				return fault.New(fault.Conflict, "This visit is being recorded, so it cannot have the extra encryption.").WithCode("recorded")
			}
		}
		_, err = v.c.Exec(`INSERT INTO visit_seals (visit, sealed, seat, name, host, at) VALUES `+db.Placeholders(1, 6)+`
			ON CONFLICT (visit) DO UPDATE SET sealed = excluded.sealed, seat = excluded.seat, name = excluded.name, host = excluded.host, at = excluded.at`,
			v.ID, on, p.Seat, p.Name, v.hosts(), s.now())
		return err
	})
}

// Sealable notes whether somebody's browser can take part in a visit that is
// encrypted from end to end: those who hold it are told before they let them in.
func (s *Service) Sealable(ctx context.Context, who identity.Principal, patient, id string, able bool) (Visit, error) {
	return s.change(ctx, who, patient, id, "sealable", func(v *visit) error {
		p, err := v.seat()
		if err == nil {
			err = v.happens()
		}
		if err != nil {
			return err
		}
		if able {
			_, err = v.c.Exec(`DELETE FROM visit_unsealable WHERE visit = ? AND seat = ?`, v.ID, p.Seat)
		} else {
			_, err = v.c.Exec(`INSERT INTO visit_unsealable (visit, seat) VALUES (?, ?) ON CONFLICT DO NOTHING`, v.ID, p.Seat)
		}
		return err
	})
}

// showSealing puts it into what a viewer sees.
func (v *visit) showSealing(out *Visit) error {
	s, by, err := v.sealing()
	if err != nil || s == nil {
		return err
	}
	s.Mine = by.Seat == out.Me.Seat
	if !v.hosts() { // of others only who holds it knows
		mine := []string{}
		for _, seat := range s.Cannot {
			if seat == out.Me.Seat {
				mine = append(mine, seat)
			}
		}
		s.Cannot = mine
	}
	out.Sealing = s
	return nil
}

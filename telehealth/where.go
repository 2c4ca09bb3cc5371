package telehealth

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Before they are let in, those of the patient's side say again whose visit it is and
// where the patient is now: the clinic may treat in some places only, and has to know
// where to send help.

// Whereabouts are where the patient is during a visit, and how to call back.
type Whereabouts struct {
	Country string `json:"country" maxLength:"2" doc:"ISO 3166-1, as US"`
	Region  string `json:"region,omitempty" maxLength:"3" doc:"State or province, ISO 3166-2 behind the country, as OR"`
	Address string `json:"address" maxLength:"1200" doc:"Where help would have to come"`
	Phone   string `json:"phone" maxLength:"160" doc:"At which they are called back"`
}

// Where is a place as those who hold the visit see it.
type Where struct {
	Whereabouts
	At      time.Time `json:"at" doc:"When they said so"`
	Outside bool      `json:"outside,omitempty" doc:"Not among the places where the clinic may treat"`
}

// Known is what somebody reads to say that it is right.
type Known struct {
	Name      string       `json:"name"`
	BirthDate string       `json:"birthDate,omitempty"`
	Place     *Whereabouts `json:"place,omitempty" doc:"What they said the last time, or what the record has"`
}

const (
	maxAddress = 300
	maxPhone   = 40
)

func capitals(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func (p *Whereabouts) check() error {
	p.Address = strings.TrimSpace(strings.ReplaceAll(p.Address, "\r\n", "\n"))
	p.Phone = strings.TrimSpace(p.Phone)
	wrong := func(where, text string) error {
		return fault.New(fault.Invalid, text).WithCode(where).WithIssues(fault.Issue{Code: "value", Expression: where, Text: text})
	}
	digits := len(p.Phone) - len(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, p.Phone))
	switch {
	case !capitals(p.Country, 2, 2) || !capitals(p.Region, 0, 3):
		return wrong("country", "Choose the country and the state where you are now.")
	case digits < 6 || utf8.RuneCountInString(p.Phone) > maxPhone || strings.Trim(p.Phone, "0123456789 +()-./") != "":
		return wrong("phone", "Write a telephone number at which we reach you now, with at least 6 digits.")
	case p.Address == "":
		return wrong("address", "Write where you are now: street and town, or what helps to find you.")
	case !fhir.IsText(p.Address) || utf8.RuneCountInString(p.Address) > maxAddress:
		return wrong("address", "Please write where you are in at most 300 characters.")
	}
	return nil
}

func (x *ready) place() Whereabouts { return Whereabouts{x.country, x.region, x.address, x.phone} }

// speaksForPatient: the patient, or somebody who acts for them for more than this visit.
func (v *visit) speaksForPatient() bool {
	switch v.view.Base {
	case access.Self, access.ByLink:
		return true
	case access.Proxy:
		return v.view.Visits == nil
	}
	return false
}

func onlyThem() error {
	return fault.New(fault.Forbidden, "Only the patient, or who acts for them, can say this.").WithCode("role")
}

// KnownPlace gives what is read back to who comes to a visit. Through a link nothing of
// the record is told but whose it is.
func (s *Service) KnownPlace(ctx context.Context, who identity.Principal, patient, id string) (Known, error) {
	var out Known
	var view *access.View
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, false)
		if err == nil {
			err = v.joins()
		}
		if err == nil && !v.speaksForPatient() {
			err = onlyThem()
		}
		if err != nil {
			return err
		}
		view = v.view
		person, err := s.Records.PatientOf(c, v.view)
		if err != nil {
			return err
		}
		out.Name, out.BirthDate = person.Name, person.BirthDate
		var p Whereabouts
		err = c.QueryRow(`SELECT r.country, r.region, r.address, r.phone FROM visit_ready r JOIN visit_people p ON p.visit = r.visit AND p.seat = r.seat JOIN appointments a ON a.id = r.visit
			WHERE a.patient_id = ? AND p.account = ? AND r.said_at > 0 AND (a.id = ? OR p.account <> ?) ORDER BY r.said_at DESC LIMIT 1`, patient, v.me(), id, byLink).Scan(&p.Country, &p.Region, &p.Address, &p.Phone)
		switch {
		case err == nil:
			out.Place = &p
		case !errors.Is(err, sql.ErrNoRows):
			return err
		case v.view.Base == access.Self:
			p = Whereabouts{Address: person.Address}
			if len(person.Phones) > 0 {
				p.Phone = person.Phones[0]
			}
			out.Place = &p
		}
		return nil
	})
	if err != nil {
		return Known{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return out, s.seen(ctx, who, view, id, "place")
}

// SayPlace notes that somebody confirmed whose visit it is, and where the patient is
// now. Outside of where the clinic may treat it is noted as well; whether they may
// wait all the same is the clinic's rule.
func (s *Service) SayPlace(ctx context.Context, who identity.Principal, patient, id string, p Whereabouts) (Visit, error) {
	return s.change(ctx, who, patient, id, "place", func(v *visit) error {
		seat, err := v.seat()
		if err == nil {
			err = v.happens()
		}
		if err == nil && !v.speaksForPatient() {
			err = onlyThem()
		}
		if err == nil {
			err = p.check()
		}
		if err != nil {
			return err
		}
		x, err := v.readyOf(seat.Seat)
		if err != nil {
			return err
		}
		x.said, x.country, x.region, x.address, x.phone = v.s.now(), p.Country, p.Region, p.Address, p.Phone
		return v.putReady(x)
	})
}

// placed refuses who has not said yet where the patient is, and who is where the
// clinic may not treat.
func (v *visit) placed(p *person) error {
	if !v.speaksForPatient() {
		return nil
	}
	x, err := v.readyOf(p.Seat)
	if err != nil {
		return err
	}
	if x.said == 0 {
		return fault.New(fault.Conflict, "Please say first where you are now.").WithCode("place")
	}
	rules, err := v.s.licence(v.c)
	if err == nil && rules.Outside == refuses && !rules.holds(x.country, x.region) {
		err = fault.New(fault.Conflict, "Where you are now, this clinic may not treat you by video. Please call us.").WithCode("outside")
	}
	return err
}

// MayTry lets who may take part in a visit try their line to the clinic before it.
func (s *Service) MayTry(ctx context.Context, who identity.Principal, patient, id string) error {
	v, err := s.open(s.DB.Read(ctx), who, patient, id, false)
	if err == nil {
		err = v.joins()
	}
	if err == nil {
		err = v.happens()
	}
	if err != nil {
		return s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return s.seen(ctx, who, v.view, id, "line")
}

package telehealth

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/form"
	"housecall/telehealth/schedule"
)

// What an administrator chooses about visits is a row to a name. Nobody overwrites
// what they have not read.
const (
	licenceSetting = "licence"
	formsSetting   = "forms"
)

// What happens when a patient is where the clinic may not treat.
const (
	warns   = "warn"
	refuses = "refuse"
)

// Licence is where the clinic may treat by video. Without places that is everywhere.
type Licence struct {
	Places  []string `json:"places" maxItems:"300" doc:"Countries, or states behind their country: US, US-OR"`
	Outside string   `json:"outside" enum:"warn,refuse"`
	Version int64    `json:"version"`
}

func (l *Licence) holds(country, region string) bool {
	return len(l.Places) == 0 || slices.Contains(l.Places, country) || region != "" && slices.Contains(l.Places, country+"-"+region)
}

// FormChoice says which questions are put before a kind of visit.
type FormChoice struct {
	Mode      string `json:"mode" enum:"video,clinic"`
	Specialty string `json:"specialty,omitempty" maxLength:"800" doc:"Of the clinician, in words; empty: of any"`
	Form      string `json:"form" maxLength:"40"`
}

// FormChoices are all of them, with what can be chosen.
type FormChoices struct {
	Choices     []FormChoice `json:"choices" maxItems:"100"`
	Forms       []*form.Form `json:"forms,omitempty" readOnly:"true"`
	Specialties []string     `json:"specialties,omitempty" readOnly:"true"`
	Version     int64        `json:"version"`
}

func (s *Service) setting(c *db.Conn, name string, into any) (version int64, err error) {
	var body string
	err = c.QueryRow(`SELECT body, version FROM visit_settings WHERE name = ?`, name).Scan(&body, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), into)
	}
	return version, err
}

func (s *Service) saveSetting(ctx context.Context, who identity.Principal, name string, version int64, body any) error {
	if err := manages(who); err != nil {
		return err
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`INSERT INTO visit_settings (name, body, version, changed_by, changed_at) SELECT ?, ?, 1, ?, ? WHERE CAST(? AS BIGINT) = 0
			ON CONFLICT (name) DO NOTHING`, name, string(raw), who.Account, s.now(), version)
		if err == nil && version != 0 {
			n, err = c.Exec(`UPDATE visit_settings SET body = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE name = ? AND version = ?`, string(raw), who.Account, s.now(), name, version)
		}
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "Somebody else has changed this meanwhile. Please load it again.").WithCode("version")
		}
		if err != nil {
			return err
		}
		return s.Access.RecordTx(c, access.Event{Who: who, Action: "update", Type: "Basic", Outcome: "ok", Detail: "visits " + name})
	})
}

// manages refuses all but administrators, in Housecall itself.
func manages(who identity.Principal) error {
	if who.Scopes == nil && (who.Is(identity.Admin) || who.Kind == identity.System) {
		return nil
	}
	return fault.New(fault.Forbidden, "Only an administrator can do this.").WithCode("role")
}

func (s *Service) licence(c *db.Conn) (Licence, error) {
	out := Licence{Outside: warns}
	var err error
	out.Version, err = s.setting(c, licenceSetting, &out)
	out.Places = some(out.Places)
	return out, err
}

// Licence tells administrators where the clinic may treat.
func (s *Service) Licence(ctx context.Context, who identity.Principal) (Licence, error) {
	if err := manages(who); err != nil {
		return Licence{}, err
	}
	return s.licence(s.DB.Read(ctx))
}

// SaveLicence says where the clinic may treat.
func (s *Service) SaveLicence(ctx context.Context, who identity.Principal, l Licence) (Licence, error) {
	if l.Outside != warns && l.Outside != refuses || len(l.Places) > 300 {
		return Licence{}, fault.New(fault.Invalid, "Say what happens outside of these places.")
	}
	for _, p := range l.Places {
		country, region, behind := strings.Cut(p, "-")
		if !capitals(country, 2, 2) || behind && !capitals(region, 1, 3) {
			return Licence{}, fault.New(fault.Invalid, "A place is a country, or a state behind its country.")
		}
	}
	slices.Sort(l.Places)
	l.Places = slices.Compact(l.Places)
	version := l.Version
	l.Version = 0
	if err := s.saveSetting(ctx, who, licenceSetting, version, l); err != nil {
		return Licence{}, err
	}
	return s.Licence(ctx, who)
}

func (s *Service) formChoices(c *db.Conn) (FormChoices, error) {
	var out FormChoices
	var err error
	out.Version, err = s.setting(c, formsSetting, &out)
	out.Choices = some(out.Choices)
	return out, err
}

// FormChoices tells administrators which questions are put before which visits.
func (s *Service) FormChoices(ctx context.Context, who identity.Principal) (FormChoices, error) {
	if err := manages(who); err != nil {
		return FormChoices{}, err
	}
	c := s.DB.Read(ctx)
	out, err := s.formChoices(c)
	if err != nil {
		return out, err
	}
	out.Forms, out.Specialties = form.All(), []string{}
	return out, c.Each(`SELECT DISTINCT specialty FROM slots WHERE starts_at > ? AND specialty <> '' ORDER BY specialty LIMIT 100`, func(r *sql.Rows) error {
		var x string
		err := r.Scan(&x)
		out.Specialties = append(out.Specialties, x)
		return err
	}, s.now())
}

// SaveFormChoices says which questions are put before which visits.
func (s *Service) SaveFormChoices(ctx context.Context, who identity.Principal, in FormChoices) (FormChoices, error) {
	seen := map[string]bool{}
	for _, x := range in.Choices {
		kind := x.Mode + " " + x.Specialty
		if x.Mode != string(schedule.Video) && x.Mode != string(schedule.Clinic) || form.Of(x.Form) == nil || len(x.Specialty) > 800 || seen[kind] || len(in.Choices) > 100 {
			return FormChoices{}, fault.New(fault.Invalid, "Choose one set of questions for each kind of visit.")
		}
		seen[kind] = true
	}
	if err := s.saveSetting(ctx, who, formsSetting, in.Version, FormChoices{Choices: some(in.Choices)}); err != nil {
		return FormChoices{}, err
	}
	return s.FormChoices(ctx, who)
}

// formFor gives the questions that are put before this visit; nil: none. What was
// chosen for the clinician's own field goes before what is for all.
func (v *visit) formFor() (*form.Form, error) {
	all, err := v.s.formChoices(v.c)
	if err != nil {
		return nil, err
	}
	for _, specialty := range []string{v.Specialty, ""} {
		for _, x := range all.Choices {
			if x.Mode == string(v.Mode) && x.Specialty == specialty {
				return form.Of(x.Form), nil
			}
		}
	}
	return nil, nil
}

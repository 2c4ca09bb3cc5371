package demo

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/message"
	"housecall/telehealth/schedule"
)

// Login is how one of the demo accounts signs in. Secrets are made anew for each
// installation.
type Login struct {
	Email, Name string
	Roles       []string
	Password    string
	TOTPSecret  string // base32; staff only
}

// Parts are the parts of the app that the demo is loaded through: the same ways
// in that everything else uses.
type Parts struct {
	DB       *db.DB
	Identity *identity.Service
	Access   *access.Service
	Records  *records.Store
	Notices  *notifications.Service
	Messages *message.Service
	Schedule *schedule.Service
}

// Logins makes fresh secrets for every account of the clinic.
func (c *Clinic) Logins() []Login {
	var out []Login
	add := func(email, name string, roles []string) {
		l := Login{Email: email, Name: name, Roles: roles, Password: password()}
		if len(roles) > 0 {
			l.TOTPSecret = secret(20)
		}
		out = append(out, l)
	}
	for _, p := range c.People {
		if p.Email != "" && p.Email != c.Caregiver.Email {
			add(p.Email, p.Name, nil)
		}
	}
	add(c.Caregiver.Email, c.Caregiver.Name, nil)
	for _, s := range c.Staff {
		add(s.Email, s.Name, s.Roles)
	}
	return out
}

// password is 80 random bits in four groups that can be read over the phone.
func password() string {
	s := strings.ToLower(secret(10))
	return s[0:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:16]
}

func secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// Load writes the clinic through the parts' own methods. It can be run again
// after it was cut off: what is there stays. now is
// when it was begun first.
func Load(ctx context.Context, p Parts, c *Clinic, logins []Login, now time.Time) error {
	feed := identity.SystemPrincipal("Demo clinic")
	source := places["alder"].source
	if err := write(ctx, p.Records, feed, source, c.Shared); err != nil {
		return fmt.Errorf("shared records: %w", err)
	}
	for _, person := range c.People {
		if err := write(ctx, p.Records, feed, source, person.Resources); err != nil {
			return fmt.Errorf("a chart: %w", err)
		}
	}
	accounts := map[string]string{}
	for _, l := range logins {
		id, err := account(ctx, p.Identity, c, l)
		if err != nil {
			return fmt.Errorf("account %s: %w", l.Email, err)
		}
		accounts[l.Email] = id
	}
	err := p.DB.InTx(ctx, func(conn *db.Conn) error {
		for _, person := range c.People {
			for _, email := range person.CareTeam {
				if err := p.Access.JoinTeamTx(conn, feed, accounts[email], person.Patient, teamRole(c, email), time.Time{}); err != nil {
					return fmt.Errorf("care team: %w", err)
				}
			}
		}
		return grants(conn, p.Access, feed, c, accounts[c.Caregiver.Email])
	})
	if err != nil {
		return err
	}
	return loadTogether(ctx, p, c, accounts, now)
}

// write stores a list in its order, in parts that a transaction takes.
func write(ctx context.Context, store *records.Store, who identity.Principal, source string, list []json.RawMessage) error {
	const most = 1000
	for len(list) > 0 {
		part := list[:min(len(list), most)]
		list = list[len(part):]
		b := records.Batch{Source: source}
		for _, raw := range part {
			n, err := fhir.Parse(raw)
			if err != nil {
				return err
			}
			b.Ops = append(b.Ops, records.Op{Kind: records.Put, Node: n})
		}
		if _, err := store.Write(ctx, who, b); err != nil {
			return fmt.Errorf("%w %v", err, fault.Of(err).Issues)
		}
	}
	return nil
}

func account(ctx context.Context, s *identity.Service, c *Clinic, l Login) (string, error) {
	if a, err := s.AccountByEmail(ctx, l.Email); err == nil {
		return a.ID, nil
	} else if !fault.Is(err, fault.NotFound) {
		return "", err
	}
	n := identity.NewAccount{Email: l.Email, Name: l.Name, Kind: identity.Person, Password: l.Password}
	for _, p := range c.People {
		if p.Email == l.Email {
			n.Patient = p.Patient
		}
	}
	if l.Email == c.Caregiver.Email {
		n.Patient = c.Caregiver.Patient
	}
	for _, st := range c.Staff {
		if st.Email == l.Email {
			n.Kind, n.Practitioner = identity.Staff, st.Practitioner
			for _, r := range st.Roles {
				n.Roles = append(n.Roles, identity.Role(r))
			}
		}
	}
	a, err := s.CreateAccount(ctx, n)
	if err != nil {
		return "", err
	}
	if l.TOTPSecret != "" {
		err = s.ImportTOTP(ctx, a.ID, l.TOTPSecret)
	}
	return a.ID, err
}

func teamRole(c *Clinic, email string) identity.Role {
	for _, s := range c.Staff {
		if s.Email == email && len(s.Roles) > 0 {
			return identity.Role(s.Roles[0])
		}
	}
	return ""
}

func grants(conn *db.Conn, acc *access.Service, who identity.Principal, c *Clinic, helper string) error {
	for _, g := range c.Caregiver.Grants {
		in := access.GrantInput{
			Account: helper, Name: c.Caregiver.Name, Patient: g.Patient, Relation: g.Relation, Basis: access.Basis(g.Basis),
			Sensitive: g.Sensitive, Start: g.Start, End: g.End, BirthDate: birthDate(c, g.Patient),
		}
		for _, w := range g.Sees {
			cat, ok := access.ParseCategory(w)
			if !ok {
				return errors.New("demo: unknown category " + w)
			}
			in.See |= access.Of(cat)
		}
		var ok bool
		if in.Can, ok = access.ParsePowers(g.Can); !ok {
			return errors.New("demo: unknown power")
		}
		if in.Basis != access.Consent {
			in.Evidence = "papers of the demonstration"
		}
		n := 0
		if err := conn.QueryRow(`SELECT count(*) FROM grants WHERE account = ? AND patient_id = ?`, helper, g.Patient).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if _, err := acc.GrantTx(conn, who, in); err != nil {
			return fmt.Errorf("grant: %w", err)
		}
	}
	return nil
}

func birthDate(c *Clinic, patient string) string {
	for _, p := range c.People {
		if p.Patient == patient {
			var v struct {
				BirthDate string `json:"birthDate"`
			}
			_ = json.Unmarshal(p.Resources[0], &v)
			return v.BirthDate
		}
	}
	return ""
}

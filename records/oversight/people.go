package oversight

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/fhir"
)

// person is what is compared of somebody.
type person struct {
	name     string
	families []string // folded
	homes    []home
}

// home is an address, folded: the street without the number, and all of it.
type home struct{ postal, street, line string }

// body is the part of a Patient or Practitioner that is looked at.
type body struct {
	Name []struct {
		Text, Family, Use string
		Given             []string
	}
	Address []struct {
		Line       []string
		PostalCode string
		City       string
	}
}

func personOf(raw []byte) person {
	var b body
	if json.Unmarshal(raw, &b) != nil {
		return person{}
	}
	var p person
	for _, n := range b.Name {
		if p.name == "" && n.Use != "old" {
			if p.name = n.Text; p.name == "" {
				p.name = strings.TrimSpace(strings.Join(append(n.Given[:len(n.Given):len(n.Given)], n.Family), " "))
			}
		}
		if f := fhir.Fold(n.Family); f != "" {
			p.families = append(p.families, f)
		}
	}
	for _, a := range b.Address {
		h := home{postal: fhir.Fold(strings.ReplaceAll(a.PostalCode, " ", "")), line: fhir.Fold(strings.Join(a.Line, " "))}
		if h.postal == "" {
			h.postal = fhir.Fold(a.City)
		}
		h.postal, _, _ = strings.Cut(h.postal, "-") // ZIP and ZIP+4
		if len(a.Line) > 0 {
			h.street = streetOf(fhir.Fold(a.Line[0]))
		}
		if h.postal != "" && h.street != "" {
			p.homes = append(p.homes, h)
		}
	}
	return p
}

// within are words after which a line says where in the house somebody lives.
var within = []string{"apt", "apartment", "unit", "suite", "ste", "floor", "fl", "piso", "apto"}

// streetOf is the line without the number of the house, and without the flat.
func streetOf(line string) string {
	var words []string
	for _, w := range strings.Fields(line) {
		if w = strings.Trim(w, ".,"); slices.Contains(within, w) {
			break
		}
		if !strings.ContainsAny(w, "0123456789#") {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

// Names are how the patients of charts are called.
func (s *Service) Names(ctx context.Context, patients []string) (map[string]string, error) {
	found, err := s.people(ctx, patients)
	names := make(map[string]string, len(found))
	for id, p := range found {
		names[id] = p.name
	}
	return names, err
}

const peoplePage = 500

func (s *Service) people(ctx context.Context, patients []string) (map[string]person, error) {
	out := map[string]person{}
	c := s.DB.Read(ctx)
	read := func(r *sql.Rows) error {
		var id string
		var raw []byte
		if err := r.Scan(&id, &raw); err != nil {
			return err
		}
		out[id] = personOf(raw)
		return nil
	}
	const query = `SELECT id, body FROM resources WHERE type = 'Patient' AND id = patient_id AND NOT deleted AND patient_id `
	if c.Dialect == db.Postgres {
		for len(patients) > 0 {
			n := min(len(patients), peoplePage)
			if err := c.Each(query+`= ANY(?::text[])`, read, patients[:n]); err != nil {
				return nil, err
			}
			patients = patients[n:]
		}
		return out, nil
	}
	for _, id := range patients {
		if err := c.Each(query+`= ?`, read, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// staffPerson is what is known of a staff member: by their Practitioner, their
// own chart, and the name of their account.
func (s *Service) staffPerson(ctx context.Context, a *identity.Account) (person, error) {
	p := person{name: a.Name}
	add := func(q person) { p.families, p.homes = append(p.families, q.families...), append(p.homes, q.homes...) }
	if a.Practitioner != "" {
		err := s.DB.Read(ctx).Each(`SELECT body FROM resources WHERE patient_id = '' AND type = 'Practitioner' AND id = ? AND NOT deleted`, func(r *sql.Rows) error {
			var raw []byte
			err := r.Scan(&raw)
			add(personOf(raw))
			return err
		}, a.Practitioner)
		if err != nil {
			return p, err
		}
	}
	if a.Patient != "" {
		own, err := s.people(ctx, []string{a.Patient})
		if err != nil {
			return p, err
		}
		add(own[a.Patient])
	}
	if words := strings.Fields(fhir.Fold(a.Name)); len(p.families) == 0 && len(words) > 1 {
		p.families = append(p.families, words[len(words)-1])
	}
	return p, nil
}

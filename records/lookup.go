package records

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Found is all that is said about somebody whom one may not read about: what was
// typed to find them, and their sex.
type Found struct {
	Patient   string `json:"patient"`
	Name      string `json:"name"`
	BirthDate string `json:"birthDate,omitempty"`
	Sex       string `json:"sex,omitempty"`
	Open      bool   `json:"open" doc:"They may open the record already"`
}

// Wanted is whom somebody looks for: by the whole name and birth date, or by a
// number that the clinic or another gave them.
type Wanted struct{ Name, BirthDate, Number string }

// maxFound is the most that one look gives: who looks for one person.
const maxFound = 5

// LookUp finds patients outside of one's own list, for an emergency or for the care
// team: only who is described exactly, as few words about them as tell them apart.
// Doctors, nurses and administrators do so. It leaves a row of how many were found
// and one in each of their charts, never what was asked for.
func (s *Store) LookUp(ctx context.Context, who identity.Principal, w Wanted) ([]Found, error) {
	if who.Scopes != nil || !who.Is(identity.Clinician) && !who.Is(identity.Nurse) && !who.Is(identity.Admin) {
		if err := s.access.Record(ctx, access.Event{Who: who, Action: "refused", Type: "Patient", Outcome: "refused", Detail: "lookup"}); err != nil {
			return nil, err
		}
		return nil, fault.New(fault.Forbidden, "Only doctors, nurses and administrators can look people up.").WithCode("role")
	}
	w.Name, w.Number = fhir.Fold(strings.TrimSpace(w.Name)), strings.TrimSpace(w.Number)
	byName := len(strings.Fields(w.Name)) >= 2
	if _, _, ok := fhir.DateRange(w.BirthDate); byName && (!ok || len(w.BirthDate) != len("2006-01-02")) || !byName && len(w.Number) < 4 {
		return nil, fault.New(fault.Invalid, "Give the whole name and the birth date, or the record number.")
	}
	c := s.db.Read(ctx)
	ids, err := wantedIDs(c, w, byName)
	if err != nil {
		return nil, err
	}
	out := []Found{}
	var events []access.Event
	for _, id := range ids {
		st, cur, err := scanCurrent(c, "Patient", id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		n, err := fhir.Parse(st.Body)
		if err != nil {
			return nil, err
		}
		if cur.deleted || st.Patient != id || byName && !fits(n, w) {
			continue
		}
		p := PatientOf(n)
		f := Found{Patient: id, Name: p.Name, BirthDate: p.BirthDate, Sex: p.Sex}
		_, err = s.access.ViewOf(c, who, id)
		if f.Open = err == nil; err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		out = append(out, f)
		events = append(events, access.Event{Who: who, Patient: id, View: access.View{Patient: id}, Action: "search", Type: "Patient", ID: id, Categories: access.Of(access.Demographics), Detail: "lookup"})
		if len(out) == maxFound {
			break
		}
	}
	events = append(events, access.Event{Who: who, Action: "search", Type: "Patient", Detail: "lookup found " + strconv.Itoa(len(out))})
	return out, s.access.Record(ctx, events...)
}

// wantedIDs gives whom it may be: by the birth date and a family name that is in
// the name, or by the number.
func wantedIDs(c *db.Conn, w Wanted, byName bool) ([]string, error) {
	var ids []string
	take := func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}
	if !byName {
		err := c.Each(`SELECT DISTINCT id FROM search_token WHERE type = 'Patient' AND param = 'identifier' AND code = ? AND across ORDER BY id LIMIT ?`, take, w.Number, maxFound)
		return ids, err
	}
	lo, _, _ := fhir.DateRange(w.BirthDate)
	words := strings.Fields(strings.ReplaceAll(w.Name, ",", " "))
	var families []string // a family name may be of several words
	for i := range words {
		for j := i + 1; j <= len(words) && j-i <= 4; j++ {
			families = append(families, strings.Join(words[i:j], " "))
		}
	}
	in, names := c.Among("f.norm", families)
	err := c.Each(`SELECT DISTINCT d.id FROM search_date d JOIN search_string f ON f.patient_id = d.patient_id AND f.type = d.type AND f.id = d.id
		WHERE d.type = 'Patient' AND d.param = 'birthdate' AND d.lo = ? AND d.across AND f.param = 'family' AND `+in+` ORDER BY d.id LIMIT ?`, take, lo, names, maxCandidates)
	return ids, err
}

// fits tells whether the patient has that birth date and, in one of their names,
// all of what was typed and nothing else but further given names.
func fits(n *fhir.Node, w Wanted) bool {
	if n.Get("birthDate").Str() != w.BirthDate {
		return false
	}
	return slices.ContainsFunc(n.Get("name").Items(), func(name *fhir.Node) bool {
		family := fhir.Fold(name.Get("family").Str())
		var given []string
		for _, g := range name.Get("given").Items() {
			given = append(given, fhir.Fold(g.Str()))
		}
		for i := range given {
			first := strings.Join(given[:i+1], " ")
			if family != "" && (w.Name == first+" "+family || w.Name == family+", "+first) {
				return true
			}
		}
		return false
	})
}

// Called gives what patients are called, for the lists of privacy officers, who know
// no more of them. The list leaves the row of it.
func (s *Store) Called(ctx context.Context, who identity.Principal, patients []string) (map[string]Found, error) {
	if who.Scopes != nil || !who.Is(identity.Privacy) {
		return nil, access.NoChart()
	}
	out := map[string]Found{}
	c := s.db.Read(ctx)
	for _, id := range patients {
		st, cur, err := scanCurrent(c, "Patient", id)
		if fault.Is(err, fault.NotFound) || err == nil && (cur.deleted || st.Patient != id) {
			continue
		}
		if err != nil {
			return nil, err
		}
		n, err := fhir.Parse(st.Body)
		if err != nil {
			return nil, err
		}
		p := PatientOf(n)
		out[id] = Found{Patient: id, Name: p.Name, BirthDate: p.BirthDate, Sex: p.Sex}
	}
	return out, nil
}

package access

import (
	"database/sql"
	"errors"
	"slices"
	"sync"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/fhir"
)

// A backend service may be bound to a Group of patients. It works in the charts of those
// who are its members now, and in no other: decisions about it are those about somebody
// who has a list of charts, not about a system that has all. It cannot change a Group.

// groups remembers members by the version of the Group that they were read from.
type groups struct {
	mu sync.Mutex
	of map[string]members
}

type members struct {
	version  int64
	patients []string // sorted
}

const maxGroups = 200

// MembersOf gives the patients who are members of a Group now, in order; none when there
// is no such Group.
func (s *Service) MembersOf(c *db.Conn, group string) ([]string, error) {
	const from = ` FROM resource_locator l JOIN resources r ON r.patient_id = l.patient_id AND r.type = l.type AND r.id = l.id
		WHERE l.type = 'Group' AND l.id = ? AND NOT r.deleted`
	var version int64
	err := c.QueryRow(`SELECT r.version`+from, group).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s.groups.mu.Lock()
	known, ok := s.groups.of[group]
	s.groups.mu.Unlock()
	if ok && known.version == version {
		return known.patients, nil
	}
	var body []byte
	if err := c.QueryRow(`SELECT r.version, r.body`+from, group).Scan(&version, &body); err != nil {
		return nil, err
	}
	n, err := fhir.Parse(body)
	if err != nil {
		return nil, err
	}
	var patients []string
	for _, m := range n.Get("member").Items() {
		if gone, _ := m.Get("inactive").Bool(); gone {
			continue
		}
		if t, p, _, ok := fhir.SplitReference(m.Get("entity", "reference").Str()); ok && t == "Patient" {
			patients = append(patients, p)
		}
	}
	slices.Sort(patients)
	patients = slices.Compact(patients)
	s.groups.mu.Lock()
	defer s.groups.mu.Unlock()
	if s.groups.of == nil || len(s.groups.of) >= maxGroups {
		s.groups.of = map[string]members{}
	}
	s.groups.of[group] = members{version, patients}
	return patients, nil
}

// boundTie says whether a chart is one of those that a bound service works in.
func (s *Service) boundTie(c *db.Conn, who identity.Principal, patient string) (tie, error) {
	if !who.Bound() || patient == "" {
		return tie{}, nil
	}
	list, err := s.MembersOf(c, who.Group)
	_, in := slices.BinarySearch(list, patient)
	return tie{grouped: in}, err
}

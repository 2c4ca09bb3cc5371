package access

import (
	"database/sql"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// Near is somebody with an account who stands to a chart, and as what.
type Near struct {
	Account, Name string
	Practitioner  string // FHIR id of a staff member
	Relation      Relation
	Role          identity.Role // of staff
	Pool          string        // by which staff are in the team; empty: in person
	Kinship       string        // of a proxy
	See           CategorySet
	Hide          Labels // sensitive kinds that are not there for them
}

// Sees tells whether they may know of a resource of that class: nobody is told
// of what they will not find.
func (n *Near) Sees(c Class) bool { return n.See.Has(c.Category) && c.Labels&n.Hide == 0 }

// Circle lists who belongs to a chart now: its patient, the caregivers with a
// running grant, and the care team. It is for telling them that something
// waits; it decides nothing about what they may do.
func (s *Service) Circle(c *db.Conn, patient string) ([]Near, error) {
	now := s.now()
	at := micros(now)
	kept, err := keptOut(c, patient, at)
	if err != nil {
		return nil, err
	}
	var out []Near
	err = c.Each(`SELECT id, name FROM accounts WHERE patient = ? AND active`, func(r *sql.Rows) error {
		n := Near{Relation: Self}
		n.See, _ = allowed(Self, "")
		err := r.Scan(&n.Account, &n.Name)
		out = append(out, n)
		return err
	}, patient)
	if err != nil {
		return nil, err
	}
	grants, err := queryGrants(c, `WHERE patient_id = ? AND state = ? AND start_at <= ? AND end_at > ?`+enabled+` ORDER BY created_at, id LIMIT ?`, patient, Active, at, at, most)
	if err != nil {
		return nil, err
	}
	bound, _ := allowed(Proxy, "")
	for i := range grants {
		g := &grants[i]
		if kept[g.Account] || slices.ContainsFunc(out, func(n Near) bool { return n.Account == g.Account }) {
			continue
		}
		see, _, sensitive := g.SeesAt(now)
		n := Near{Account: g.Account, Name: g.Name, Relation: Proxy, Kinship: g.Relation, See: see & bound}
		if !sensitive {
			n.Hide = AllLabels
		}
		out = append(out, n)
	}
	staff, err := s.staffOf(c, patient, at)
	if err != nil {
		return nil, err
	}
	for _, n := range staff {
		if !kept[n.Account] {
			out = append(out, n)
		}
	}
	ties := map[string]tie{}
	in, list := c.Among("patient_id", []string{patient})
	err = readRestricted(c, in, list, ties)
	t := ties[patient]
	for i := range out {
		n := &out[i]
		n.See &^= t.lost(identity.Principal{Account: n.Account}, n.Relation)
	}
	return out, err
}

// staffOf lists who is in the care team of a chart now, in person or by a pool,
// each in their strongest role.
func (s *Service) staffOf(c *db.Conn, patient string, at int64) ([]Near, error) {
	var out []Near
	read := func(r *sql.Rows) error {
		n := Near{Relation: CareTeam}
		var roles string
		if err := r.Scan(&n.Account, &n.Name, &n.Practitioner, &roles, &n.Role, &n.Pool); err != nil || !slices.Contains(strings.Fields(roles), string(n.Role)) {
			return err
		}
		if n.Role == identity.FrontDesk {
			n.Relation, n.Hide = ClinicStaff, AllLabels
		}
		n.See, _ = allowed(n.Relation, n.Role)
		switch i := slices.IndexFunc(out, func(o Near) bool { return o.Account == n.Account }); {
		case i < 0:
			out = append(out, n)
		case strength(n.Role) < strength(out[i].Role):
			out[i] = n
		}
		return nil
	}
	err := c.Each(`SELECT a.id, a.name, a.practitioner, a.roles, t.role, '' FROM care_team t JOIN accounts a ON a.id = t.account
		WHERE t.patient_id = ? AND t.start_at <= ? AND (t.end_at = 0 OR t.end_at > ?) AND a.active ORDER BY a.id LIMIT ?`, read, patient, at, at, most)
	if err != nil {
		return nil, err
	}
	err = c.Each(`SELECT a.id, a.name, a.practitioner, a.roles, m.role, m.pool FROM pool_charts t JOIN pool_members m ON m.pool = t.pool
		JOIN pools p ON p.id = t.pool AND p.active JOIN accounts a ON a.id = m.account
		WHERE t.patient_id = ? AND t.start_at <= ? AND (t.end_at = 0 OR t.end_at > ?) AND m.start_at <= ? AND (m.end_at = 0 OR m.end_at > ?) AND a.active
		ORDER BY a.id, m.pool LIMIT ?`, read, patient, at, at, at, at, most)
	return out, err
}

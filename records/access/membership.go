package access

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Who changes care teams:
//
//   - An administrator adds and ends memberships of others. It opens no chart to
//     them, and nobody adds themselves, whatever roles they have.
//   - A clinician of the team adds colleagues to it: so a consultant gets in
//     without the administrator being called at night.
//   - Everybody may leave.

// Membership is somebody's time in a care team.
type Membership struct {
	Account, Name string
	Role          identity.Role
	Start, Until  time.Time // zero: until they leave
	AddedBy       string    // name
}

// At tells whether a membership runs at a time: "now", "planned" or "past".
func (m *Membership) At(now time.Time) string {
	switch {
	case !m.Until.IsZero() && !m.Until.After(now):
		return "past"
	case m.Start.After(now):
		return "planned"
	}
	return "now"
}

// NewMember is whom somebody puts into a care team.
type NewMember struct {
	Account, Patient string
	Role             identity.Role
	Start, Until     time.Time // zero: now; until they leave
}

// maxAhead is how far ahead a membership may begin.
const maxAhead = 2 * 365 * 24 * time.Hour

// AppointTx puts a colleague into a care team, now or from a time on.
func (s *Service) AppointTx(c *db.Conn, by identity.Principal, n NewMember) error {
	if err := s.lockChart(c, n.Patient); err != nil {
		return err
	}
	if err := s.mayAppoint(c, by, n.Patient); err != nil {
		return err
	}
	if by.Account == n.Account {
		return fault.New(fault.Forbidden, "Nobody can put themselves into a care team.")
	}
	now := s.now()
	if n.Start.Before(now) {
		n.Start = now
	}
	if n.Start.After(now.Add(maxAhead)) || !n.Until.IsZero() && !n.Until.After(n.Start) {
		return fault.New(fault.Invalid, "The end must be after the beginning, and the beginning within two years.")
	}
	var roles string
	err := c.QueryRow(`SELECT roles FROM accounts WHERE id = ? AND kind = ? AND active`, n.Account, int(identity.Staff)).Scan(&roles)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (!teamRole(n.Role) || !slices.Contains(strings.Fields(roles), string(n.Role))) {
		return fault.New(fault.Invalid, "Choose somebody of the clinic who works in that role.")
	}
	if err != nil {
		return err
	}
	return s.joinTx(c, by, n.Account, n.Patient, n.Role, n.Start, n.Until)
}

// mayAppoint: an administrator, for every patient that there is; a clinician of the
// team. For everybody else who may open the chart it is a matter of their role, and
// for all others there is no chart.
func (s *Service) mayAppoint(c *db.Conn, by identity.Principal, patient string) error {
	if mayManageTeam(by) {
		return isPatient(c, patient)
	}
	v, err := s.ViewOf(c, by, patient)
	if err == nil && (v.Role != identity.Clinician || v.Base != CareTeam || !v.Treats()) {
		err = fault.New(fault.Forbidden, "Only an administrator or a doctor of the team can change care teams.").WithCode("role")
	}
	return err
}

// DismissTx ends somebody's membership of a care team at once.
func (s *Service) DismissTx(c *db.Conn, by identity.Principal, account, patient string) error {
	if !mayManageTeam(by) {
		v, err := s.ViewOf(c, by, patient)
		if err != nil {
			return err
		}
		if by.Account != account || v.Base != CareTeam && v.Base != ClinicStaff {
			return notYourTeam()
		}
	}
	var one int
	now := micros(s.now())
	err := c.QueryRow(`SELECT 1 FROM care_team WHERE account = ? AND patient_id = ? AND (end_at = 0 OR end_at > ?)`, account, patient, now).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "They are not in this care team.")
	}
	if err != nil {
		return err
	}
	return s.LeaveTeamTx(c, by, account, patient)
}

// Team lists who is, will be and was in a patient's care team, those of now first.
// The patient sees it, an administrator, and who works in the chart; a caregiver
// does not, for it may tell which kind of care somebody has.
func (s *Service) Team(ctx context.Context, who identity.Principal, patient string) ([]Membership, error) {
	c := s.db.Read(ctx)
	v, err := s.seesTeam(c, who, patient)
	if err != nil {
		return nil, s.refused(ctx, who, patient, "CareTeam", err)
	}
	out, err := queryMemberships(c, patient)
	if err != nil {
		return nil, err
	}
	now := s.now()
	order := func(m *Membership) int { return slices.Index([]string{"now", "planned", "past"}, m.At(now)) }
	slices.SortStableFunc(out, func(a, b Membership) int { return order(&a) - order(&b) })
	return out, s.Record(ctx, Event{Who: who, Patient: patient, View: v, Action: "read", Type: "CareTeam", Categories: Of(Demographics), Count: len(out)})
}

// seesTeam decides who is told of a care team.
func (s *Service) seesTeam(c *db.Conn, who identity.Principal, patient string) (View, error) {
	v := View{Patient: patient, Role: identity.Admin}
	if mayManageTeam(who) {
		return v, isPatient(c, patient)
	}
	v, err := s.ViewOf(c, who, patient)
	if err == nil && (v.app || v.Base == Proxy || !v.See.Has(Demographics)) {
		err = NoChart()
	}
	return v, err
}

func queryMemberships(c *db.Conn, patient string) ([]Membership, error) {
	var out []Membership
	err := c.Each(`SELECT t.account, COALESCE(a.name, ''), t.role, t.start_at, t.end_at, COALESCE(b.name, '') FROM (
			SELECT account, role, start_at, end_at, created_by FROM care_team WHERE patient_id = ? AND (end_at = 0 OR end_at > start_at)
			UNION ALL SELECT account, role, start_at, end_at, created_by FROM care_team_past WHERE patient_id = ? AND end_at > start_at) t
		LEFT JOIN accounts a ON a.id = t.account LEFT JOIN accounts b ON b.id = t.created_by
		ORDER BY t.start_at DESC, t.account LIMIT ?`, func(r *sql.Rows) error {
		var m Membership
		var start, until int64
		err := r.Scan(&m.Account, &m.Name, &m.Role, &start, &until, &m.AddedBy)
		m.Start, m.Until = moment(start), moment(until)
		out = append(out, m)
		return err
	}, patient, patient, most)
	return out, err
}

// Colleague is somebody who can be put into a care team.
type Colleague struct {
	Account, Name string
	Roles         []identity.Role // of those that a care team knows
}

// Colleagues lists them by name, for administrators and clinicians.
func (s *Service) Colleagues(ctx context.Context, who identity.Principal) ([]Colleague, error) {
	if who.Scopes != nil || !who.Is(identity.Admin) && !who.Is(identity.Clinician) {
		return nil, fault.New(fault.Forbidden, "Only an administrator or a doctor of the team can change care teams.").WithCode("role")
	}
	var out []Colleague
	err := s.db.Read(ctx).Each(`SELECT id, name, roles FROM accounts WHERE kind = ? AND active ORDER BY name, id LIMIT ?`, func(r *sql.Rows) error {
		var k Colleague
		var roles string
		err := r.Scan(&k.Account, &k.Name, &roles)
		for _, role := range strings.Fields(roles) {
			if teamRole(identity.Role(role)) {
				k.Roles = append(k.Roles, identity.Role(role))
			}
		}
		if len(k.Roles) > 0 && k.Account != who.Account {
			out = append(out, k)
		}
		return err
	}, int(identity.Staff), maxColleagues)
	return out, err
}

const maxColleagues = 2000

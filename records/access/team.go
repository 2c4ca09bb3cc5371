package access

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Member is one staff member's place in the care team of a patient.
type Member struct {
	Account, Patient string
	Role             identity.Role
	Start            int64 // microseconds
	Until            int64 // 0: until they leave
	Version          int64
	Pool             string // by which they are in it; empty: in person
}

// teamRoles are the roles that a care team knows. Privacy officers and
// administrators are in none: nothing opens a chart to them.
func teamRole(r identity.Role) bool {
	return r == identity.Clinician || r == identity.Nurse || r == identity.FrontDesk
}

// JoinTeamTx puts a staff member into a patient's care team from now on, or
// changes their role and time there. A zero until means until they leave.
func (s *Service) JoinTeamTx(c *db.Conn, by identity.Principal, account, patient string, role identity.Role, until time.Time) error {
	if !mayManageTeam(by) {
		return notYourTeam()
	}
	if err := s.lockChart(c, patient); err != nil {
		return err
	}
	return s.joinTx(c, by, account, patient, role, s.now(), until)
}

func notYourTeam() error {
	return fault.New(fault.Forbidden, "Only an administrator can change care teams.").WithCode("role")
}

// joinTx writes a membership; one that it replaces is kept as it was. Somebody has
// one membership of a team at a time: a running one or one to come.
func (s *Service) joinTx(c *db.Conn, by identity.Principal, account, patient string, role identity.Role, start, until time.Time) error {
	now := s.now()
	if account == "" || patient == "" || !teamRole(role) || !until.IsZero() && !until.After(start) {
		return fault.New(fault.Invalid, "A care team needs a staff member, a patient, and a role of doctor, nurse or front desk.")
	}
	if err := s.pastTx(c, account, patient); err != nil {
		return err
	}
	_, err := c.Exec(`INSERT INTO care_team (account, patient_id, role, start_at, end_at, version, created_by, created_at) VALUES (?,?,?,?,?,1,?,?)
		ON CONFLICT (account, patient_id) DO UPDATE SET role = excluded.role, start_at = excluded.start_at, end_at = excluded.end_at,
		version = care_team.version + 1, created_by = excluded.created_by, created_at = excluded.created_at`,
		account, patient, string(role), micros(start), micros(until), by.Account, micros(now))
	if err != nil {
		return err
	}
	return s.changedTx(c, by, patient, "create", "CareTeam", account)
}

// pastTx keeps a membership that is about to be replaced. One that had not begun
// is not kept: nobody was in the team by it.
func (s *Service) pastTx(c *db.Conn, account, patient string) error {
	now := micros(s.now())
	_, err := c.Exec(`INSERT INTO care_team_past (id, account, patient_id, role, start_at, end_at, created_by, created_at)
		SELECT ?, account, patient_id, role, start_at, CASE WHEN end_at = 0 OR end_at > ? THEN ? ELSE end_at END, created_by, created_at
		FROM care_team WHERE account = ? AND patient_id = ? AND start_at < ?`, s.newID(), now, now, account, patient, now)
	return err
}

// LeaveTeamTx takes a staff member out of a patient's care team at once.
func (s *Service) LeaveTeamTx(c *db.Conn, by identity.Principal, account, patient string) error {
	if !mayManageTeam(by) && (by.Account != account || by.Scopes != nil) {
		return notYourTeam()
	}
	if err := s.lockChart(c, patient); err != nil {
		return err
	}
	now := micros(s.now())
	if _, err := c.Exec(`UPDATE care_team SET end_at = ?, version = version + 1 WHERE account = ? AND patient_id = ? AND (end_at = 0 OR end_at > ?)`,
		now, account, patient, now); err != nil {
		return err
	}
	return s.changedTx(c, by, patient, "delete", "CareTeam", account)
}

func mayManageTeam(by identity.Principal) bool {
	return by.Scopes == nil && (by.Kind == identity.System || by.Is(identity.Admin))
}

// TeamOf lists the present care team of a patient.
func (s *Service) TeamOf(c *db.Conn, patient string) ([]Member, error) {
	now := micros(s.now())
	return queryTeam(c, `WHERE patient_id = ? AND start_at <= ? AND (end_at = 0 OR end_at > ?) ORDER BY account LIMIT ?`, patient, now, now, most)
}

func queryTeam(c *db.Conn, where string, args ...any) ([]Member, error) {
	var out []Member
	err := c.Each(`SELECT account, patient_id, role, start_at, end_at, version FROM care_team `+where, func(r *sql.Rows) error {
		var m Member
		err := r.Scan(&m.Account, &m.Patient, &m.Role, &m.Start, &m.Until, &m.Version)
		out = append(out, m)
		return err
	}, args...)
	return out, err
}

// Panel lists the patients of a staff member's care teams, by patient id, with
// an opaque cursor to the next page.
func (s *Service) Panel(ctx context.Context, who identity.Principal, cursor string, limit int) (patients []Member, next string, err error) {
	if who.Kind != identity.Staff || who.Scopes != nil && !who.AllowsFHIR("Patient", 's') {
		return nil, "", fault.New(fault.Forbidden, "Only clinic staff have a list of patients.")
	}
	limit = min(max(limit, 1), 500)
	after := ""
	if cursor != "" {
		b, err := s.openCursor("panel "+who.Account, cursor)
		if err != nil {
			return nil, "", err
		}
		after = string(b)
	}
	roles := []any{}
	for _, r := range who.Roles {
		if teamRole(r) {
			roles = append(roles, string(r))
		}
	}
	if len(roles) == 0 {
		return nil, "", nil
	}
	now := micros(s.now())
	args := append([]any{who.Account, after, now, now}, roles...)
	patients, err = queryTeam(s.db.Read(ctx), `WHERE account = ? AND patient_id > ? AND start_at <= ? AND (end_at = 0 OR end_at > ?) AND role IN (`+
		strings.TrimSuffix(strings.Repeat("?,", len(roles)), ",")+`) ORDER BY patient_id LIMIT ?`, append(args, limit+1)...)
	if err == nil && len(patients) > limit {
		patients = patients[:limit]
		next = s.sealCursor("panel "+who.Account, []byte(patients[limit-1].Patient))
	}
	return patients, next, err
}

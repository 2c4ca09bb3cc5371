package access

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/revoke"
)

// A pool is a group of staff who answer together. Being in one opens nothing. A
// pool that is joined to the care team of a chart gives its members the relation
// that a member of the team in their role has, from when both hold until one of
// them ends: they leave the pool, or the pool is parted from the chart. Whoever is
// in the team in person too acts in the stronger of their roles.
//
//   - An administrator joins and parts pools, and says who is in them. It opens no
//     chart to them: nobody puts themselves into a pool, or one that they are in into a
//     care team.
//   - A clinician of the team joins pools to it as they add colleagues.
//   - Everybody may leave.

// NewPoolMember is whom somebody puts into a pool.
type NewPoolMember struct {
	Pool, Account string
	Role          identity.Role
	Lead          bool      // they say when its members are out, and nothing else by it
	Start, Until  time.Time // zero: now; until they leave
}

// JoinPoolTx puts a staff member into a pool, or changes their role and time there.
func (s *Service) JoinPoolTx(c *db.Conn, by identity.Principal, n NewPoolMember) error {
	now := s.now()
	if n.Start.Before(now) {
		n.Start = now
	}
	switch {
	case !mayManageTeam(by):
		return notYourTeam()
	case by.Account == n.Account && by.Kind != identity.System:
		return fault.New(fault.Forbidden, "Nobody can put themselves into a pool.")
	case n.Start.After(now.Add(maxAhead)) || !n.Until.IsZero() && !n.Until.After(n.Start):
		return fault.New(fault.Invalid, "The end must be after the beginning, and the beginning within two years.")
	}
	if err := isPool(c, n.Pool); err != nil {
		return err
	}
	var roles string
	err := c.QueryRow(`SELECT roles FROM accounts WHERE id = ? AND kind = ? AND active`, n.Account, int(identity.Staff)).Scan(&roles)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (!teamRole(n.Role) || !slices.Contains(strings.Fields(roles), string(n.Role))) {
		return fault.New(fault.Invalid, "Choose somebody of the clinic who works in that role.")
	}
	if err != nil {
		return err
	}
	if _, err := c.Exec(`INSERT INTO pool_members (pool, account, role, lead, start_at, end_at, version, created_by, created_at) VALUES (?,?,?,?,?,?,1,?,?)
		ON CONFLICT (pool, account) DO UPDATE SET role = excluded.role, lead = excluded.lead, start_at = excluded.start_at, end_at = excluded.end_at,
		version = pool_members.version + 1, created_by = excluded.created_by, created_at = excluded.created_at`,
		n.Pool, n.Account, string(n.Role), n.Lead, micros(n.Start), micros(n.Until), by.Account, micros(now)); err != nil {
		return err
	}
	return s.poolChangedTx(c, by, n.Pool, n.Account, "join")
}

// LeavePoolTx takes somebody out of a pool at once.
func (s *Service) LeavePoolTx(c *db.Conn, by identity.Principal, pool, account string) error {
	if !mayManageTeam(by) && (by.Account != account || by.Scopes != nil) {
		return notYourTeam()
	}
	now := micros(s.now())
	n, err := c.Exec(`UPDATE pool_members SET end_at = ?, version = version + 1 WHERE pool = ? AND account = ? AND (end_at = 0 OR end_at > ?)`, now, pool, account, now)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "They are not in this pool.")
	}
	return s.poolChangedTx(c, by, pool, account, "leave")
}

// poolChangedTx keeps what was done and tells every node, with the commit, that
// whatever the member may see has to be decided anew.
func (s *Service) poolChangedTx(c *db.Conn, by identity.Principal, pool, account, what string) error {
	if _, err := c.Exec(`INSERT INTO pool_changes (id, pool, at, account, what, whom) VALUES (?,?,?,?,?,?)`, s.newID(), pool, micros(s.now()), by.Account, what, account); err != nil {
		return err
	}
	if err := s.RecordTx(c, Event{Who: by, Action: "update", Type: "Person", ID: account, Detail: "pool " + what, act: true}); err != nil {
		return err
	}
	c.After(func() { s.ties.dropAccount(account) })
	c.After(s.revocations.Wake)
	return revoke.AddTx(c, revoke.Account, account)
}

func isPool(c *db.Conn, pool string) error {
	var one int
	err := c.QueryRow(`SELECT 1 FROM pools WHERE id = ? AND active`, pool).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "We could not find this pool.")
	}
	return err
}

// JoinChartTx joins a pool to the care team of a chart, from a time on (zero: now)
// until another (zero: until it is parted).
func (s *Service) JoinChartTx(c *db.Conn, by identity.Principal, pool, patient string, start, until time.Time) error {
	if err := s.lockChart(c, patient); err != nil {
		return err
	}
	if err := s.mayAppoint(c, by, patient); err != nil {
		return err
	}
	if err := s.opensToOthersTx(c, by, pool, patient); err != nil {
		return err
	}
	now := s.now()
	if start.Before(now) {
		start = now
	}
	if start.After(now.Add(maxAhead)) || !until.IsZero() && !until.After(start) {
		return fault.New(fault.Invalid, "The end must be after the beginning, and the beginning within two years.")
	}
	if err := isPool(c, pool); err != nil {
		return err
	}
	if _, err := c.Exec(`INSERT INTO pool_charts (patient_id, pool, start_at, end_at, version, created_by, created_at) VALUES (?,?,?,?,1,?,?)
		ON CONFLICT (patient_id, pool) DO UPDATE SET start_at = excluded.start_at, end_at = excluded.end_at,
		version = pool_charts.version + 1, created_by = excluded.created_by, created_at = excluded.created_at`,
		patient, pool, micros(start), micros(until), by.Account, micros(now)); err != nil {
		return err
	}
	return s.changedTx(c, by, patient, "create", "CareTeam", pool)
}

// opensToOthersTx refuses who would get in themselves by what they join: an administrator
// who is in the pool, whatever else they are, unless they treat the patient already.
func (s *Service) opensToOthersTx(c *db.Conn, by identity.Principal, pool, patient string) error {
	if by.Kind == identity.System {
		return nil
	}
	var in bool
	err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM pool_members WHERE pool = ? AND account = ? AND (end_at = 0 OR end_at > ?))`, pool, by.Account, micros(s.now())).Scan(&in)
	if err != nil || !in {
		return err
	}
	err = s.mayAppoint(c, by.Without(identity.Admin), patient)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		err = fault.New(fault.Forbidden, "Nobody can put themselves into a care team.")
	}
	return err
}

// PartChartTx parts a pool from the care team of a chart at once.
func (s *Service) PartChartTx(c *db.Conn, by identity.Principal, pool, patient string) error {
	if err := s.lockChart(c, patient); err != nil {
		return err
	}
	if err := s.mayAppoint(c, by, patient); err != nil {
		return err
	}
	now := micros(s.now())
	n, err := c.Exec(`UPDATE pool_charts SET end_at = ?, version = version + 1 WHERE patient_id = ? AND pool = ? AND (end_at = 0 OR end_at > ?)`, now, patient, pool, now)
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "This pool is not in the care team.")
	}
	return s.changedTx(c, by, patient, "delete", "CareTeam", pool)
}

// RegisterTx joins the standard pool of their clinic to the chart of somebody who
// is new here, or that of the whole installation when the clinic has none, so that
// what they write is never nobody's.
func (s *Service) RegisterTx(c *db.Conn, patient, organization string) error {
	at := micros(s.now())
	_, err := c.Exec(`INSERT INTO pool_charts (patient_id, pool, start_at, end_at, version, created_by, created_at)
		SELECT CAST(? AS TEXT), id, CAST(? AS BIGINT), 0, 1, '', CAST(? AS BIGINT) FROM pools WHERE standard AND organization IN ('', ?) ORDER BY organization DESC LIMIT 1
		ON CONFLICT DO NOTHING`, patient, at, at, organization)
	return err
}

// LendPoolTx joins a pool to a chart by a rule of the house, until a time: the pool
// that is called when a message may mean danger. A pool that stays longer is left
// as it is.
func (s *Service) LendPoolTx(c *db.Conn, pool, patient string, until time.Time) error {
	if err := s.lockChart(c, patient); err != nil {
		return err
	}
	if err := isPool(c, pool); err != nil {
		return err
	}
	now := micros(s.now())
	n, err := c.Exec(`INSERT INTO pool_charts (patient_id, pool, start_at, end_at, version, created_by, created_at) VALUES (?,?,?,?,1,'',?)
		ON CONFLICT (patient_id, pool) DO UPDATE SET start_at = excluded.start_at, end_at = excluded.end_at, version = pool_charts.version + 1
		WHERE pool_charts.end_at <> 0 AND pool_charts.end_at < excluded.end_at`, patient, pool, now, micros(until), now)
	if err != nil || n == 0 {
		return err
	}
	return s.changedTx(c, identity.Principal{Kind: identity.System, Name: "urgent messages"}, patient, "create", "CareTeam", pool)
}

// ChartPool is a pool that is joined to a chart.
type ChartPool struct {
	ID, Name     string
	Start, Until time.Time // zero: until it is parted
	Members      int       // of now
}

// PoolsOf lists the pools that are or will be in a patient's care team, to those who
// may see the team.
func (s *Service) PoolsOf(ctx context.Context, who identity.Principal, patient string) ([]ChartPool, error) {
	c := s.db.Read(ctx)
	v, err := s.seesTeam(c, who, patient)
	if err != nil {
		return nil, s.refused(ctx, who, patient, "CareTeam", err)
	}
	out, err := s.ChartPools(c, patient)
	if err != nil {
		return nil, err
	}
	return out, s.Record(ctx, Event{Who: who, Patient: patient, View: v, Action: "read", Type: "CareTeam", Categories: Of(Demographics), Count: len(out)})
}

// ChartPools lists the pools that are joined to a chart now or will be.
func (s *Service) ChartPools(c *db.Conn, patient string) ([]ChartPool, error) {
	now := micros(s.now())
	var out []ChartPool
	err := c.Each(`SELECT p.id, p.name, pc.start_at, pc.end_at, (SELECT count(*) FROM pool_members m WHERE m.pool = p.id AND m.start_at <= ? AND (m.end_at = 0 OR m.end_at > ?))
		FROM pool_charts pc JOIN pools p ON p.id = pc.pool WHERE pc.patient_id = ? AND p.active AND (pc.end_at = 0 OR pc.end_at > ?) ORDER BY p.name, p.id LIMIT ?`, func(r *sql.Rows) error {
		var x ChartPool
		var start, until int64
		err := r.Scan(&x.ID, &x.Name, &start, &until, &x.Members)
		x.Start, x.Until = moment(start), moment(until)
		out = append(out, x)
		return err
	}, now, now, patient, now, most)
	return out, err
}

// pooled reads what an account is in charts by pools that are joined to them: from
// when both hold until one of them ends.
func pooled(c *db.Conn, where string, args ...any) ([]Member, error) {
	var out []Member
	err := c.Each(`SELECT m.account, pc.patient_id, m.role, m.start_at, pc.start_at, m.end_at, pc.end_at, m.version, pc.version, m.pool
		FROM pool_members m JOIN pool_charts pc ON pc.pool = m.pool JOIN pools p ON p.id = m.pool AND p.active `+where, func(r *sql.Rows) error {
		var x Member
		var start, end, mv, cv int64
		if err := r.Scan(&x.Account, &x.Patient, &x.Role, &x.Start, &start, &x.Until, &end, &mv, &cv, &x.Pool); err != nil {
			return err
		}
		x.Start, x.Version = max(x.Start, start), mv<<20|cv
		if x.Until == 0 || end != 0 && end < x.Until {
			x.Until = end
		}
		out = append(out, x)
		return nil
	}, args...)
	return out, err
}

// strength orders the roles of a team, the strongest first.
func strength(r identity.Role) int {
	return slices.Index([]identity.Role{identity.Clinician, identity.Nurse, identity.FrontDesk}, r)
}

// place gives the membership by which somebody is in the team now: in person or by
// a pool, in the strongest role that they still have, then in person, then the one
// that lasts longest. Nil: they are not in it.
func (t *tie) place(who identity.Principal, now int64) *Member {
	var best *Member
	if t.team.runs(who, now) {
		best = &t.team
	}
	for i := range t.pools {
		m := &t.pools[i]
		if !m.runs(who, now) {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(strength(m.Role), strength(best.Role)), cmp.Compare(len(m.Pool), len(best.Pool)), cmp.Compare(best.lasts(), m.lasts())) < 0 {
			best = m
		}
	}
	return best
}

func (m *Member) lasts() int64 {
	if m.Until == 0 {
		return 1 << 62
	}
	return m.Until
}

// turn is when, after now, the clock alone may change what somebody is in the
// team: one of their memberships begins or ends. 0: never.
func (t *tie) turn(now int64) int64 {
	next := int64(0)
	for i := -1; i < len(t.pools); i++ {
		m := &t.team
		if i >= 0 {
			m = &t.pools[i]
		}
		for _, at := range [...]int64{m.Start, m.Until} {
			if m.Account != "" && at > now && (next == 0 || at < next) {
				next = at
			}
		}
	}
	return next
}

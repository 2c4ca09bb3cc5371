package access

import (
	"database/sql"
	"slices"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// ViewsOf is ViewOf of many charts: those that the principal may see, in the order
// in which they are named. The decision about each is the same as alone; what the
// database says about all of them is read at once.
func (s *Service) ViewsOf(c *db.Conn, who identity.Principal, patients []string) ([]View, error) {
	now := micros(s.now())
	ties, err := s.tiesOf(c, who, patients, now)
	if err != nil {
		return nil, err
	}
	out := make([]View, 0, len(patients))
	for _, p := range patients {
		t := ties[p]
		if who.Bound() {
			if t, err = s.boundTie(c, who, p); err != nil {
				return nil, err
			}
		}
		v, ok := viewOf(who, p, t, now)
		if !ok && !t.blocked(now) && !who.Bound() { // few: a list of charts has no others
			if v, ok, err = s.throughLink(c, who, p, now); err != nil {
				return nil, err
			}
		}
		if ok {
			out = append(out, v)
		}
	}
	return out, nil
}

// tiesOf gives the ties to charts, from memory as far as ViewOf would take them
// from there.
func (s *Service) tiesOf(c *db.Conn, who identity.Principal, patients []string, now int64) (map[string]tie, error) {
	_, inTx := c.ORM.Statement.ConnPool.(gorm.TxCommitter)
	remember := !inTx && s.revocations.Fresh()
	out := make(map[string]tie, len(patients))
	var unknown []string
	var generation uint64
	for _, p := range patients {
		if !needsTie(who, p) {
			continue
		}
		if remember {
			t, ok, g := s.ties.get(p, who.Account)
			if len(unknown) == 0 {
				generation = g // what is dropped after it is not kept below
			}
			if ok {
				out[p] = t
				continue
			}
		}
		unknown = append(unknown, p)
	}
	if len(unknown) == 0 {
		return out, nil
	}
	read, err := readTies(c, who, unknown, now)
	if err != nil {
		return nil, err
	}
	for p, t := range read {
		out[p] = t
		if remember {
			s.ties.put(p, who.Account, t, generation)
		}
	}
	return out, nil
}

// readTies reads the ties of an account to charts. A chart without one is not in
// the answer.
func readTies(c *db.Conn, who identity.Principal, patients []string, now int64) (map[string]tie, error) {
	in, list := c.Among("patient_id", patients)
	out := map[string]tie{}
	if who.Patient != "" && slices.Contains(patients, who.Patient) {
		out[who.Patient] = tie{own: true}
	}
	gs, err := queryGrants(c, `WHERE account = ? AND `+in+` AND state = ?`+enabled, who.Account, list, Active)
	if err != nil {
		return nil, err
	}
	for _, g := range gs {
		if t := out[g.Patient]; t.grant.ID == "" {
			t.grant = g
			out[g.Patient] = t
		}
	}
	vs, err := queryVisitGrants(c, `WHERE account = ? AND `+in+` AND state = ? AND end_at > ?`+enabled+` ORDER BY start_at, id`, who.Account, list, Active, now)
	if err != nil {
		return nil, err
	}
	for _, g := range vs {
		t := out[g.Patient]
		t.visits = append(t.visits, g)
		out[g.Patient] = t
	}
	blocks, err := blocksOf(c, who.Account)
	if err != nil {
		return nil, err
	}
	for _, p := range patients {
		if spans := blocks[p]; spans != nil {
			t := out[p]
			t.blocks = spans
			out[p] = t
		}
	}
	if err := readRestricted(c, in, list, out); err != nil || who.Kind != identity.Staff {
		return out, err
	}
	ms, err := queryTeam(c, `WHERE account = ? AND `+in+enabled, who.Account, list)
	if err != nil {
		return nil, err
	}
	for _, m := range ms {
		if t := out[m.Patient]; t.team.Account == "" {
			t.team = m
			out[m.Patient] = t
		}
	}
	ps, err := pooled(c, `WHERE m.account = ? AND pc.`+in+` AND (m.end_at = 0 OR m.end_at > ?) AND (pc.end_at = 0 OR pc.end_at > ?)
		AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = m.account AND NOT accounts.active) ORDER BY m.pool LIMIT ?`, who.Account, list, now, now, most*len(patients))
	if err != nil {
		return nil, err
	}
	for _, m := range ps {
		t := out[m.Patient]
		t.pools = append(t.pools, m)
		out[m.Patient] = t
	}
	err = c.Each(`SELECT patient_id, role, reason, start_at, end_at FROM emergency_access WHERE account = ? AND `+in+` AND end_at > ?`+enabled, func(r *sql.Rows) error {
		var p string
		var e emergency
		if err := r.Scan(&p, &e.role, &e.reason, &e.start, &e.until); err != nil {
			return err
		}
		t := out[p]
		t.emergency = e
		out[p] = t
		return nil
	}, who.Account, list, now)
	return out, err
}

// readRestricted adds what patients of the charts and the clinic agreed not to show.
func readRestricted(c *db.Conn, in string, list any, out map[string]tie) error {
	rs, err := queryRestrictions(c, `WHERE `+in+` AND state = ? AND towards IN ('member', 'caregiver', 'caregivers', 'apps', 'frontdesk') ORDER BY id`, list, int(Agreed))
	for _, r := range rs {
		t := out[r.Patient]
		t.restricted = append(t.restricted, r)
		out[r.Patient] = t
	}
	return err
}

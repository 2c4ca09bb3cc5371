package access

import (
	"sync"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/internal/revoke"
)

// tie is what the database says about an account and a chart. It holds no
// decision: clock, roles and scopes are looked at each time.
type tie struct {
	grant      Grant
	team       Member   // in person
	pools      []Member // by pools
	emergency  emergency
	visits     []VisitGrant
	blocks     []span        // times in which a court's paper keeps them out
	restricted []Restriction // that were agreed to and are about somebody who reads here
	own        bool          // of the account's own chart
	grouped    bool          // of the Group that a service is bound to
}

type emergency struct {
	role   identity.Role
	reason string
	start  int64
	until  int64
}

// runs tells whether the membership runs, in a role that the principal still has.
func (m *Member) runs(who identity.Principal, now int64) bool {
	return m.Account != "" && teamRole(m.Role) && who.Is(m.Role) && m.Start <= now && (m.Until == 0 || now < m.Until)
}

func (e *emergency) holds(who identity.Principal, now int64) bool {
	return e.role != "" && who.Is(e.role) && e.start <= now && now < e.until
}

func (t *tie) empty() bool {
	return !t.own && t.grant.ID == "" && t.team.Account == "" && t.pools == nil && t.emergency.role == "" && t.visits == nil && t.blocks == nil
}

// ViewOf decides what the principal may see and do in the chart. Without a
// relation the chart does not exist for them. The patient "" is the shared
// chart.
//
// Outside a transaction ties come from memory, as long as this node hears of
// revocations. Inside one they are read through it: who writes decides after
// taking the chart's head, under which grants change.
func (s *Service) ViewOf(c *db.Conn, who identity.Principal, patient string) (View, error) {
	now := micros(s.now())
	var t tie
	var err error
	if needsTie(who, patient) {
		if t, err = s.tieOf(c, who, patient, now); err != nil {
			return View{}, err
		}
	}
	if who.Bound() {
		if t, err = s.boundTie(c, who, patient); err != nil {
			return View{}, err
		}
	}
	v, ok := viewOf(who, patient, t, now)
	if !ok && !t.blocked(now) && !who.Bound() {
		if v, ok, err = s.throughLink(c, who, patient, now); err != nil {
			return View{}, err
		}
	}
	if !ok {
		return View{}, NoChart()
	}
	return v, nil
}

func needsTie(who identity.Principal, patient string) bool {
	return (who.Kind == identity.Person || who.Kind == identity.Staff) && patient != "" && (who.Patient != patient || who.ThroughApp()) && who.Account != ""
}

func (s *Service) tieOf(c *db.Conn, who identity.Principal, patient string, now int64) (tie, error) {
	_, inTx := c.ORM.Statement.ConnPool.(gorm.TxCommitter)
	if inTx || !s.revocations.Fresh() {
		return readTie(c, who, patient, now)
	}
	t, ok, generation := s.ties.get(patient, who.Account)
	if ok {
		return t, nil
	}
	t, err := readTie(c, who, patient, now)
	if err == nil {
		s.ties.put(patient, who.Account, t, generation)
	}
	return t, err
}

// enabled: a disabled account has no ties, whatever else still knows it.
const enabled = ` AND NOT EXISTS (SELECT 1 FROM accounts WHERE accounts.id = account AND NOT accounts.active)`

func readTie(c *db.Conn, who identity.Principal, patient string, now int64) (tie, error) {
	found, err := readTies(c, who, []string{patient}, now)
	return found[patient], err
}

// ties remembers ties by chart and account. What is remembered is dropped when a
// revocation says so; what was being read meanwhile is not kept.
type ties struct {
	mu         sync.RWMutex
	byChart    map[string]map[string]tie
	n          int
	generation uint64
}

const maxTies = 50_000

func (m *ties) get(patient, account string) (tie, bool, uint64) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	t, ok := m.byChart[patient][account]
	return t, ok, m.generation
}

func (m *ties) put(patient, account string, t tie, generation uint64) {
	if t.empty() {
		return // else guessing ids would fill the memory
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if generation != m.generation {
		return
	}
	if m.n >= maxTies || m.byChart == nil {
		m.byChart, m.n = map[string]map[string]tie{}, 0
	}
	of := m.byChart[patient]
	if of == nil {
		of = map[string]tie{}
		m.byChart[patient] = of
	}
	if _, had := of[account]; !had {
		m.n++
	}
	of[account] = t
}

func (m *ties) dropChart(patient string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.generation++
	m.n -= len(m.byChart[patient])
	delete(m.byChart, patient)
}

func (m *ties) dropAccount(account string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.generation++
	for _, of := range m.byChart {
		if _, had := of[account]; had {
			delete(of, account)
			m.n--
		}
	}
}

// revoked follows the feed of revocations.
func (m *ties) revoked(kind, key string) {
	switch kind {
	case revoke.Chart:
		m.dropChart(key)
	case revoke.Account:
		m.dropAccount(key)
	}
}

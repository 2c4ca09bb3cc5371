package message

import (
	"database/sql"
	"errors"
	"slices"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/pool"
)

// A thread has at every moment one owner: who has claimed it or was given it, or
// else its pool, to which it falls back. Who owns it is decided anew with each
// message that comes from the patient's side; each decision is kept with its
// reason.

// Reasons of decisions besides those of package pool.
const (
	outOfOffice = "coverage" // who had it is out
	leftTeam    = "left"     // who had it is not in the care team any more
	parted      = "parted"   // the pool is not joined to the chart any more
	answered    = "answered" // who answers takes it
)

// assign decides who owns a thread into which somebody has just written, and
// since when somebody waits.
func (s *Service) assign(c *db.Conn, t *thread, from Author, at int64, circle []access.Near) error {
	if t.pool == "" {
		if err := s.route(c, t, from); err != nil {
			return err
		}
	}
	if from.Side == ClinicSide {
		return s.answer(c, t, from, at)
	}
	if err := s.present(c, t, circle); err != nil {
		return err
	}
	if t.waitsSince == 0 {
		return s.wait(c, t, at)
	}
	return nil
}

// route finds the pool of a thread that has none yet, or no longer one that is
// joined to its chart.
func (s *Service) route(c *db.Conn, t *thread, from Author) error {
	language, err := localeOf(c, from.Account)
	if err != nil {
		return err
	}
	to, err := s.Pools.RouteTx(c, t.patient, t.topic, language)
	if err != nil {
		return err
	}
	t.pool = to.Pool.ID
	if t.priority == 0 {
		t.priority = to.Pool.First(t.topic)
	}
	return s.step(c, t, Author{}, Step{Kind: "route", pool: t.pool, To: to.Pool.Name, Reason: to.Reason})
}

func localeOf(c *db.Conn, account string) (locale string, err error) {
	if account == "" {
		return "", nil
	}
	err = c.QueryRow(`SELECT locale FROM accounts WHERE id = ?`, account).Scan(&locale)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return locale, err
}

// present makes sure that what comes in reaches somebody who is there: not a pool
// that was parted from the chart, nor somebody who has left or is out.
func (s *Service) present(c *db.Conn, t *thread, circle []access.Near) error {
	joined, err := s.Pools.JoinedTx(c, t.pool, t.patient)
	if err != nil {
		return err
	}
	if !joined {
		if err := s.route(c, t, Author{}); err != nil {
			return err
		}
	}
	if t.claimedBy == "" {
		return nil
	}
	if !inTeam(circle, t.claimedBy) {
		t.claim(Author{}, 0)
		return s.step(c, t, Author{}, Step{Kind: "release", pool: t.pool, Reason: leftTeam})
	}
	_, out, err := s.Pools.PresentTx(c, t.claimedBy)
	if err != nil || !out {
		return err
	}
	return s.give(c, t, Author{}, pool.Owner{Account: t.claimedBy}, circle, Step{Kind: "hand"})
}

// inTeam tells whether somebody answers messages of the chart.
func inTeam(circle []access.Near, account string) bool { return near(circle, account) != nil }

func near(circle []access.Near, account string) *access.Near {
	i := slices.IndexFunc(circle, func(n access.Near) bool {
		return n.Account == account && n.Relation == access.CareTeam && n.See.Has(access.Messages)
	})
	if i < 0 {
		return nil
	}
	return &circle[i]
}

// give makes somebody the owner of a thread: a person, or whoever stands in for
// them while they are out; a pool that is joined to the chart; and if that is
// nobody, the pool to which the thread falls back.
func (s *Service) give(c *db.Conn, t *thread, by Author, to pool.Owner, circle []access.Near, step Step) error {
	if to.Account != "" {
		stands, out, err := s.Pools.PresentTx(c, to.Account)
		if err != nil {
			return err
		}
		if out {
			to, step.Reason = stands, outOfOffice
		}
	}
	if n := near(circle, to.Account); n != nil {
		t.claim(Author{Account: n.Account, Name: n.Name, Role: string(n.Role)}, s.now())
		if step.Kind != "escalate" {
			if err := s.held(c, t); err != nil {
				return err
			}
		}
		step.account, step.To = n.Account, n.Name
		return s.step(c, t, by, step)
	}
	joined, err := s.Pools.JoinedTx(c, to.Pool, t.patient)
	if err != nil {
		return err
	}
	t.claim(Author{}, 0)
	if joined && to.Pool != t.pool {
		t.pool = to.Pool
		if t.waitsSince > 0 {
			if err := s.wait(c, t, t.waitsSince); err != nil {
				return err
			}
		}
	}
	p, err := s.Pools.Get(c, t.pool)
	if err != nil {
		return err
	}
	step.pool, step.To = p.ID, p.Name
	return s.step(c, t, by, step)
}

// wait says since when somebody waits, until when they are to have an answer, and
// sets the escalation going.
func (s *Service) wait(c *db.Conn, t *thread, since int64) error {
	p, err := s.Pools.Get(c, t.pool)
	if err != nil {
		return err
	}
	t.waitsSince = since
	t.dueAt = p.Due(t.topic, t.priority, moment(since)).UnixMicro()
	return s.climb(c, t, p)
}

// answer ends the waiting: by somebody of the clinic. Who answers takes the thread
// if nobody has it. How long it took is kept.
func (s *Service) answer(c *db.Conn, t *thread, from Author, at int64) error {
	if t.waitsSince > 0 {
		p, err := s.Pools.Get(c, t.pool)
		if err != nil {
			return err
		}
		if _, err := c.Exec(`INSERT INTO thread_answers (patient_id, thread, n, pool, topic, account, at, minutes) VALUES `+db.Placeholders(1, 8),
			t.patient, t.id, t.lastN, t.pool, t.topic, from.Account, at, int64(p.Rules.Hours.Between(moment(t.waitsSince), moment(at)).Minutes())); err != nil {
			return err
		}
	}
	t.rest()
	if t.claimedBy == "" && (from.Role == string(identity.Clinician) || from.Role == string(identity.Nurse)) {
		t.claim(from, at)
		return s.step(c, t, from, Step{Kind: "claim", account: from.Account, To: from.Name, Reason: answered})
	}
	return nil
}

// rest: nobody waits any more.
func (t *thread) rest() {
	t.waitsSince, t.dueAt = 0, 0
	t.ladder = ladder{}
}

// owners are those who are told of what comes in: who has the thread; else who of
// its pool is there; else, where that is nobody, all of the care team.
func (s *Service) owners(c *db.Conn, t *thread, circle []access.Near) (map[string]bool, error) {
	if t.claimedBy != "" && inTeam(circle, t.claimedBy) {
		return map[string]bool{t.claimedBy: true}, nil
	}
	of, err := membersOf(c, t.pool, s.now())
	if err != nil {
		return nil, err
	}
	present, all := map[string]bool{}, map[string]bool{}
	for i := range circle {
		a := circle[i].Account
		if !inTeam(circle, a) {
			continue
		}
		all[a] = true
		if of[a] {
			present[a] = true
		}
	}
	if len(present) > 0 {
		return present, nil
	}
	return all, nil
}

// membersOf gives who is in a pool now and not out.
func membersOf(c *db.Conn, id string, now int64) (map[string]bool, error) {
	out := map[string]bool{}
	err := c.Each(`SELECT m.account FROM pool_members m WHERE m.pool = ? AND m.start_at <= ? AND (m.end_at = 0 OR m.end_at > ?) AND m.role IN ('clinician', 'nurse')
		AND NOT EXISTS (SELECT 1 FROM coverage v WHERE v.account = m.account AND v.start_at <= ? AND v.end_at > ?) LIMIT 500`, func(r *sql.Rows) error {
		var a string
		err := r.Scan(&a)
		out[a] = true
		return err
	}, id, now, now, now, now)
	return out, err
}

package message

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/records/access"
	"housecall/telehealth/pool"
)

// Minder sees to it that nothing lies with nobody: it takes the steps of escalations
// whose time has come, hands over what lies with somebody who went out, and finds a
// new pool for threads whose pool's time in the care team is over. One node at a
// time does it, by a lease; what two do at once is still right, for each step looks
// again under the lock of its thread.
type Minder struct {
	s      *Service
	holder string
	log    *slog.Logger
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

const (
	mindEvery = 2 * time.Second
	mindLease = 15 * time.Second
	mindTime  = 10 * time.Second
	mindMost  = 200 // threads of one kind in one turn
)

// NewMinder makes a minder, which works from Start on.
func NewMinder(s *Service, log *slog.Logger) *Minder {
	return &Minder{s: s, holder: uuid.NewString(), log: log}
}

// Start begins to look from time to time.
func (m *Minder) Start(ctx context.Context) error {
	ctx, m.cancel = context.WithCancel(context.WithoutCancel(ctx))
	m.wg.Go(func() {
		every := time.NewTicker(mindEvery)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
				turn, cancel := context.WithTimeout(ctx, mindTime)
				if err := m.turn(turn); err != nil && ctx.Err() == nil {
					m.log.Warn("the inbox could not be minded", "err", err)
				}
				cancel()
			}
		}
	})
	return nil
}

// Stop ends it. It may be called before Start.
func (m *Minder) Stop() {
	if m.cancel != nil {
		m.cancel()
		m.wg.Wait()
	}
}

func (m *Minder) turn(ctx context.Context) error {
	held, now := false, m.s.Now()
	if err := m.s.DB.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE leases SET holder = ?, until = ? WHERE name = 'inbox' AND (holder = ? OR until < ?)`, m.holder, now.Add(mindLease).UnixMicro(), m.holder, now.UnixMicro())
		held = n == 1
		return err
	}); err != nil || !held {
		return err
	}
	return m.s.Mind(ctx)
}

// due is a thread that something is to be done with.
type due struct{ patient, id string }

// Mind does what is due by the service's clock.
func (s *Service) Mind(ctx context.Context) error {
	now := s.now()
	var failed error
	for _, work := range []struct {
		query string
		args  []any
		do    func(c *db.Conn, t *thread, circle []access.Near) error
	}{
		{`SELECT patient_id, id FROM threads WHERE ring_at > 0 AND ring_at <= ? ORDER BY ring_at LIMIT ?`, []any{now, mindMost}, s.ring},
		{`SELECT t.patient_id, t.id FROM coverage v JOIN threads t ON t.claimed_by = v.account AND t.claimed_by <> '' AND t.state = 1 WHERE NOT v.moved AND v.start_at <= ? AND v.end_at > ? AND t.waits_since > 0 LIMIT ?`, []any{now, now, mindMost}, s.present},
		{`SELECT t.patient_id, t.id FROM pool_charts x JOIN threads t ON t.pool = x.pool AND t.patient_id = x.patient_id AND t.state = 1 WHERE x.end_at > 0 AND x.end_at <= ? AND x.end_at > ? LIMIT ?`, []any{now, now - partedFor.Microseconds(), mindMost}, s.present},
	} {
		var list []due
		if err := s.DB.Read(ctx).Each(work.query, func(r *sql.Rows) error {
			var d due
			err := r.Scan(&d.patient, &d.id)
			list = append(list, d)
			return err
		}, work.args...); err != nil {
			return err
		}
		for _, d := range list { // one that fails holds up no other
			if err := s.mind(ctx, d, work.do); err != nil && !fault.Is(err, fault.NotFound) {
				failed = errors.Join(failed, err)
			}
		}
	}
	if failed != nil {
		return failed
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE coverage SET moved = ? WHERE NOT moved AND start_at <= ? AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.claimed_by = coverage.account AND t.claimed_by <> '' AND t.state = 1 AND t.waits_since > 0)`, true, now)
		return err
	})
}

// partedFor is how long after its end in a chart a pool's threads are looked for.
const partedFor = 7 * 24 * time.Hour

// mind does something to a thread under its lock, by a rule and for nobody.
func (s *Service) mind(ctx context.Context, d due, do func(*db.Conn, *thread, []access.Near) error) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		t, err := threadTx(c, d.patient, d.id)
		if err != nil {
			return err
		}
		circle, err := s.Access.Circle(c, d.patient)
		if err != nil {
			return err
		}
		was := *t
		if err := do(c, t, circle); err != nil || *t == was {
			return err
		}
		if t.claimedBy != was.claimedBy || t.pool != was.pool {
			if err := s.tellOwner(c, t, "", "owner/"+itoa(s.now()), circle); err != nil {
				return err
			}
		}
		if err := t.save(c); err != nil {
			return err
		}
		return s.moved(c, t)
	})
}

// ring takes the next step of a thread's escalation, if its time has come.
func (s *Service) ring(c *db.Conn, t *thread, circle []access.Near) error {
	now := s.now()
	if t.ringAt == 0 || t.ringAt > now {
		return nil
	}
	e, err := s.Pools.EscalationTx(c, t.escalation)
	if fault.Is(err, fault.NotFound) || err == nil && (t.state != open || t.waitsSince == 0) {
		t.ladder = ladder{}
		return nil
	}
	if err != nil {
		return err
	}
	p, err := s.Pools.Get(c, t.pool)
	if err != nil {
		return err
	}
	if t.rung >= len(e.Steps) {
		return s.then(c, t, &e, p, circle)
	}
	x := e.Steps[t.rung]
	t.rung++
	t.ringAt = later(&e, p, now, x.Minutes)
	step := Step{Kind: "escalate", Reason: e.Name + " " + itoa(int64(t.rung))}
	to := pool.Owner{Account: x.Account, Pool: x.Pool}
	switch {
	case to == pool.Owner{}:
		step.account, step.To = t.claimedBy, t.claimedName
		if t.claimedBy == "" {
			step.pool, step.To = p.ID, p.Name
		}
		if err := s.step(c, t, Author{}, step); err != nil {
			return err
		}
		return s.tellOwner(c, t, "", "ring/"+itoa(now), circle)
	case x.Give:
		return s.give(c, t, Author{}, to, circle, step) // whoever minds it tells them
	}
	return s.ringUp(c, t, to, circle, step)
}

// ringUp tells a person or a pool without giving them the thread.
func (s *Service) ringUp(c *db.Conn, t *thread, to pool.Owner, circle []access.Near, step Step) error {
	if to.Account != "" {
		stands, out, err := s.Pools.PresentTx(c, to.Account)
		if err != nil {
			return err
		}
		if out {
			to = stands
		}
	}
	whom := map[string]bool{to.Account: true}
	if to.Account == "" {
		var err error
		if whom, err = membersOf(c, to.Pool, s.now()); err != nil {
			return err
		}
	}
	step.account, step.pool = to.Account, to.Pool
	err := c.QueryRow(`SELECT COALESCE((SELECT name FROM accounts WHERE id = ?), (SELECT name FROM pools WHERE id = ?), '')`, to.Account, to.Pool).Scan(&step.To)
	if err != nil {
		return err
	}
	if err := s.step(c, t, Author{}, step); err != nil {
		return err
	}
	return s.tellStaff(c, t, whom, "", "ring/"+itoa(s.now()), circle)
}

// then does what an escalation says is done after its last step.
func (s *Service) then(c *db.Conn, t *thread, e *pool.Escalation, p *pool.Pool, circle []access.Near) error {
	switch e.Then {
	case "repeat":
		t.rung, t.ringAt = 0, s.now()
		return s.ring(c, t, circle)
	case "standard":
		t.ringAt, t.rung = 0, t.rung+1
		t.priority = pool.Urgent
		return s.give(c, t, Author{}, pool.Owner{Pool: pool.Standard}, circle, Step{Kind: "escalate", Reason: e.Name + " end"})
	}
	t.ringAt, t.rung = 0, t.rung+1
	return s.step(c, t, Author{}, Step{Kind: "escalate", pool: p.ID, To: p.Name, Reason: e.Name + " end"})
}

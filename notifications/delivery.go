package notifications

import (
	"context"
	"database/sql"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/notifications/carrier"
)

// delivery is what became of a notice by one network at one place.
type delivery struct {
	network  network
	endpoint string
	state    state
	attempts int
	at       time.Time
}

func deliveries(c *db.Conn, account, notice string) (list []delivery, err error) {
	err = c.Each(`SELECT network, endpoint, state, attempts, at FROM notice_deliveries WHERE account = ? AND notice = ?`, func(r *sql.Rows) error {
		var d delivery
		var at int64
		err := r.Scan(&d.network, &d.endpoint, &d.state, &d.attempts, &at)
		d.at = time.UnixMicro(at)
		list = append(list, d)
		return err
	}, account, notice)
	return list, err
}

// claim takes a notice for this run, unless another has it or the person has seen
// it meanwhile. It covers the others of the same kind that wait for the same step:
// somebody who was away is told once, not once for each message. Visits are each
// their own.
func (s *Service) claim(ctx context.Context, n waiting, w Preferences, p plan) (claimed bool, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		now := s.now().UnixMicro()
		k, err := c.Exec(`UPDATE notices SET telling = ?, telling_at = ?, step = ? WHERE account = ? AND id = ? AND telling = 1 AND seen_at = 0`, int(underWay), now, n.stepAfter(p), n.Account, n.ID)
		if claimed = k == 1; err != nil || !claimed {
			return err
		}
		// Places whose time is over because the next channel's has come.
		if _, err := c.Exec(`UPDATE notice_deliveries SET state = ?, changed_at = ? WHERE account = ? AND notice = ? AND state = 1`, int(refused), now, n.Account, n.ID); err != nil {
			return err
		}
		for _, t := range p.targets {
			if _, err := c.Exec(`INSERT INTO notice_deliveries (account, notice, network, endpoint, kind, state, attempts, class, code, at, changed_at) VALUES (?, ?, ?, ?, ?, ?, 1, '', 0, ?, ?)
				ON CONFLICT (account, notice, network, endpoint) DO UPDATE SET state = excluded.state, attempts = notice_deliveries.attempts + 1, changed_at = excluded.changed_at`,
				n.Account, n.ID, string(t.network), t.endpoint, string(n.Kind), int(underWay), now, now); err != nil {
				return err
			}
		}
		if p.again || n.Kind == Visit || n.Kind == Appointment {
			return nil
		}
		return s.coverTx(c, n, w, now)
	})
	return claimed, err
}

// coverTx covers the others, as far as they would be told in the same way.
func (s *Service) coverTx(c *db.Conn, n waiting, w Preferences, now int64) error {
	same := func(patient string) bool {
		for _, ch := range Channels {
			if w.Wants(patient, n.Kind, ch) != w.Wants(n.Patient, n.Kind, ch) {
				return false
			}
		}
		return true
	}
	var others []string
	if err := c.Each(`SELECT DISTINCT patient FROM notices WHERE account = ? AND kind = ? AND telling = 1 AND step = ?`, func(r *sql.Rows) error {
		var patient string
		err := r.Scan(&patient)
		if same(patient) {
			others = append(others, patient)
		}
		return err
	}, n.Account, string(n.Kind), n.step); err != nil {
		return err
	}
	for _, patient := range others {
		if _, err := c.Exec(`UPDATE notices SET telling = ?, telling_at = ? WHERE account = ? AND kind = ? AND telling = 1 AND step = ? AND patient = ?`, int(covered), now, n.Account, string(n.Kind), n.step, patient); err != nil {
			return err
		}
	}
	return nil
}

// settled is how a step went.
type settled struct {
	reached bool // somewhere it was taken, or may have been
	again   error
	after   time.Duration
	failed  error
}

// settle writes down what became of a step, and forgets places where nobody is.
func (s *Service) settle(ctx context.Context, n waiting, a identity.Account, p plan, results []error, last bool) (out settled, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		out = settled{}
		now := s.now().UnixMicro()
		rows := map[string]state{}
		for i, t := range p.targets {
			st, f := sent, &carrier.Error{}
			if results[i] != nil {
				f = carrier.Failure(results[i])
				st = after(f, last)
			}
			switch st {
			case sent, unknown:
				out.reached = true
			case waits:
				out.again, out.after = f, max(out.after, f.After)
			}
			if results[i] != nil {
				out.failed = f
			}
			rows[string(t.network)+t.endpoint] = st
			if _, err := c.Exec(`UPDATE notice_deliveries SET state = ?, class = ?, code = ?, changed_at = ? WHERE account = ? AND notice = ? AND network = ? AND endpoint = ? AND state = ?`,
				int(st), string(f.Class), f.Code, now, n.Account, n.ID, string(t.network), t.endpoint, int(underWay)); err != nil {
				return err
			}
			if st == gone {
				if err := s.forgetTx(c, a, t); err != nil {
					return err
				}
			}
		}
		telling := waits
		if out.again == nil && !p.more {
			telling = n.with(rows).outcome()
		}
		_, err := c.Exec(`UPDATE notices SET telling = ?, telling_at = ? WHERE account = ? AND id = ? AND telling = ?`, int(telling), now, n.Account, n.ID, int(underWay))
		return err
	})
	return out, err
}

// after is the state that a failure leads to.
func after(f *carrier.Error, last bool) state {
	switch {
	case f.Class == carrier.Gone:
		return gone
	case f.Class == carrier.Unknown:
		return unknown
	case f.Class == carrier.Refused || last:
		return refused
	}
	return waits
}

// with is the notice as it is with these states of its places.
func (n waiting) with(rows map[string]state) waiting {
	var list []delivery
	for _, d := range n.rows {
		if _, ok := rows[string(d.network)+d.endpoint]; !ok {
			list = append(list, d)
		}
	}
	for _, st := range rows {
		list = append(list, delivery{state: st})
	}
	n.rows = list
	return n
}

// pickUp takes up what an earlier run left under way. Nobody knows whether that was
// taken: mails are left alone, everything else is carried again under its id.
func (s *Service) pickUp(ctx context.Context, n *waiting) error {
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		now := s.now().UnixMicro()
		if _, err := c.Exec(`UPDATE notice_deliveries SET state = CASE WHEN network = 'mail' THEN 7 ELSE 1 END, class = 'unknown', changed_at = ? WHERE account = ? AND notice = ? AND state = 2`, now, n.Account, n.ID); err != nil {
			return err
		}
		_, err := c.Exec(`UPDATE notices SET telling = 1, telling_at = ? WHERE account = ? AND id = ? AND telling = 2`, now, n.Account, n.ID)
		return err
	})
	if err != nil {
		return err
	}
	*n, err = s.waiting(ctx, tellJob{n.Account, n.ID})
	return err
}

// end is the end of telling somebody of a notice, if it still waits. What was told
// before stays told.
func (s *Service) end(ctx context.Context, n waiting, is state) error {
	for _, d := range n.rows {
		if is == dropped && (d.state == sent || d.state == gathered) {
			is = sent
		}
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		now := s.now().UnixMicro()
		if _, err := c.Exec(`UPDATE notices SET telling = ?, telling_at = ? WHERE account = ? AND id = ? AND telling = 1`, int(is), now, n.Account, n.ID); err != nil {
			return err
		}
		_, err := c.Exec(`UPDATE notice_deliveries SET state = ?, changed_at = ? WHERE account = ? AND notice = ? AND state = 1`, int(dropped), now, n.Account, n.ID)
		return err
	})
}

func (s *Service) endIf(ctx context.Context, yes bool, n waiting) error {
	if !yes {
		return nil
	}
	return s.end(ctx, n, dropped)
}

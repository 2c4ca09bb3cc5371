package subscription

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// errLease says that another node holds the lease now.
var errLease = errors.New("subscription: the lease is another's")

// follower is a subscription as it is matched against changes.
type follower struct {
	id      string
	topic   *Topic
	filters []filter
	chart   string
	from    records.Place
}

// handOut writes down which subscriptions the next changes concern, and moves the
// place, in one transaction. It tells whether there may be more.
func (s *Service) handOut(ctx context.Context) (bool, error) {
	c := s.db.Read(ctx)
	var at records.Place
	if err := c.QueryRow(`SELECT tx, seq FROM subscription_state WHERE id = 1`).Scan(&at.Tx, &at.Seq); err != nil {
		return false, err
	}
	if at.Seq < 0 { // nobody has subscribed yet
		return false, nil
	}
	// Changes are read before the followers: a subscription that was acknowledged
	// before a change was made is among them.
	changes, err := s.records.After(ctx, at, batchEvents)
	if err != nil || len(changes) == 0 {
		return false, err
	}
	to := changes[len(changes)-1].Place
	all, err := s.followers(c)
	if err != nil {
		return false, err
	}
	byChart := map[string][]*follower{}
	for i := range all {
		byChart[all[i].chart] = append(byChart[all[i].chart], &all[i])
	}
	type concern struct {
		f *follower
		h *records.Happened
	}
	var list []concern
	for i := range changes {
		h := &changes[i]
		var concerned []*follower
		for _, f := range byChart[""] {
			if f.may(h) {
				concerned = append(concerned, f)
			}
		}
		if h.Patient != "" {
			for _, f := range byChart[h.Patient] {
				if f.may(h) {
					concerned = append(concerned, f)
				}
			}
		}
		if len(concerned) == 0 {
			continue
		}
		now, before, err := s.versions(c, h)
		if err != nil {
			return false, err
		}
		for _, f := range concerned {
			if f.wants(h, now, before) {
				list = append(list, concern{f, h})
			}
		}
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE subscription_state SET tx = ?, seq = ? WHERE id = 1 AND fence = ?`, to.Tx, to.Seq, s.fence)
		if err == nil && n == 0 {
			err = errLease
		}
		if err != nil {
			return err
		}
		waiting := map[string]bool{}
		for _, x := range list {
			n, err := c.Exec(`INSERT INTO subscription_events (subscription, tx, seq, patient_id, type, resource, version, kind, at, due)
				SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, 0 FROM subscriptions WHERE id = ? AND status <> 'off' ON CONFLICT DO NOTHING`,
				x.h.Tx, x.h.Seq, x.h.Patient, x.h.Type, x.h.ID, x.h.Version, int64(x.h.Outcome), x.h.At.UnixMicro(), x.f.id)
			if err != nil {
				return err
			}
			waiting[x.f.id] = waiting[x.f.id] || n > 0
		}
		for id := range waiting {
			if _, err := c.Exec(`UPDATE subscriptions SET next_at = CASE WHEN failures = 0 THEN ? ELSE next_at END WHERE id = ?`, s.micros(), id); err != nil {
				return err
			}
			var n int
			if err := c.QueryRow(`SELECT count(*) FROM subscription_events WHERE subscription = ? AND (number = 0 OR number > (SELECT delivered FROM subscriptions WHERE id = ?))`, id, id).Scan(&n); err != nil {
				return err
			}
			if n > s.waiting {
				if err := s.endTx(c, id, "Too much was waiting to be delivered."); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return len(changes) == batchEvents, err
}

// followers are all subscriptions that are not over.
func (s *Service) followers(c *db.Conn) ([]follower, error) {
	var out []follower
	err := c.Each(`SELECT id, topic, criteria, chart, from_tx, from_seq FROM subscriptions WHERE status <> 'off'`, func(r *sql.Rows) error {
		var f follower
		var topic, criteria string
		if err := r.Scan(&f.id, &topic, &criteria, &f.chart, &f.from.Tx, &f.from.Seq); err != nil {
			return err
		}
		if f.read(s.topics, topic, criteria) {
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

// read takes what the subscription is about. When it is not understood any more,
// the rules have changed: better nothing than too much.
func (f *follower) read(topics []Topic, topic, criteria string) bool {
	if f.topic = topicOf(topics, topic); f.topic == nil {
		return false
	}
	for line := range strings.SplitSeq(criteria, "\n") {
		if line == "" {
			continue
		}
		x, err := parseFilter(line, f.topic)
		if err != nil {
			return false
		}
		f.filters = append(f.filters, x)
	}
	return true
}

// fits looks at a change once more, as its subscriber sees it: a filter finds nothing
// by a reference that they do not see.
func (f *follower) fits(h *records.Happened, told *records.Told) bool {
	if len(f.filters) == 0 {
		return true
	}
	now, err := fhir.Parse(told.Body)
	if err != nil {
		return false
	}
	var before *fhir.Node
	if told.Before != nil {
		if before, err = fhir.Parse(told.Before); err != nil {
			return false
		}
	}
	return f.wants(h, now, before)
}

// may tells whether a change can concern the subscription, before it is looked at.
func (f *follower) may(h *records.Happened) bool {
	after := h.Tx > f.from.Tx || h.Tx == f.from.Tx && h.Seq > f.from.Seq
	return after && f.topic.concerns(h.Type, h.Outcome) && (!f.topic.Patient || h.Patient != "") &&
		(len(f.filters) == 0 || slices.ContainsFunc(f.filters, func(x filter) bool { return x.typ == h.Type }))
}

// wants looks at the version. Of a deletion, what was deleted is looked at.
func (f *follower) wants(h *records.Happened, now, before *fhir.Node) bool {
	looked := now
	if h.Outcome == records.Deleted {
		looked = before
	}
	if looked == nil || f.topic.Happens != nil && !f.topic.Happens(now, before) {
		return false
	}
	return holds(f.filters, h.Patient, looked)
}

func (s *Service) versions(c *db.Conn, h *records.Happened) (now, before *fhir.Node, err error) {
	told, err := s.records.Tell(c, identity.SystemPrincipal("subscriptions"), *h)
	if err != nil {
		return nil, nil, err
	}
	if now, err = fhir.Parse(told.Body); err == nil && told.Before != nil {
		before, err = fhir.Parse(told.Before)
	}
	return now, before, err
}

// look ends those of the subscriptions that are over: by their own end, because the
// app was cut off, or because the chart is not open to its person any more. which
// says of which; empty: of all.
func (s *Service) look(ctx context.Context, which string, args ...any) error {
	c := s.db.Read(ctx)
	type one struct{ id, family, scopes, chart string }
	var list []one
	var over []string
	err := c.Each(`SELECT id, family, scopes, chart, ends_at FROM subscriptions WHERE status <> 'off'`+which, func(r *sql.Rows) error {
		var x one
		var ends int64
		err := r.Scan(&x.id, &x.family, &x.scopes, &x.chart, &ends)
		if ends > 0 && ends <= s.micros() {
			over = append(over, x.id)
		} else {
			list = append(list, x)
		}
		return err
	}, args...)
	if err != nil {
		return err
	}
	type standing struct {
		who identity.Principal
		ok  bool
	}
	known := map[string]standing{}
	for _, x := range list {
		st, seen := known[x.family]
		if !seen {
			who, err := s.accounts.Standing(ctx, x.family)
			if err != nil && !fault.Is(err, fault.Unauthenticated) {
				return err
			}
			st = standing{who, err == nil}
			known[x.family] = st
		}
		gone := !st.ok
		if st.ok && x.chart != "" {
			st.who.Scopes = strings.Fields(x.scopes)
			_, err := s.access.ViewOf(c, st.who, x.chart)
			if gone = fault.Is(err, fault.NotFound); err != nil && !gone {
				return err
			}
		}
		if gone {
			over = append(over, x.id)
		}
	}
	for _, id := range over {
		if err := s.end(ctx, id, ""); err != nil {
			return err
		}
	}
	return nil
}

// end switches a subscription off for good, and forgets what waits for it.
func (s *Service) end(ctx context.Context, id, why string) error {
	return s.db.InTx(ctx, func(c *db.Conn) error { return s.endTx(c, id, why) })
}

func (s *Service) endTx(c *db.Conn, id, why string) error {
	if _, err := c.Exec(`UPDATE subscriptions SET status = 'off', error = ?, version = version + 1, last_updated = ?, bound = '', headers = NULL WHERE id = ? AND status <> 'off'`, why, s.micros(), id); err != nil {
		return err
	}
	_, err := c.Exec(`DELETE FROM subscription_events WHERE subscription = ? AND number = 0`, id)
	return err
}

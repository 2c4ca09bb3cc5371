package subscription

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
)

const (
	noticeBytes = 4 << 20          // resources of one notification
	heldAgain   = 10 * time.Second // what is held back may be released before its time
)

// takeUp starts calls for the hooks that are due, each on its own.
func (s *Service) takeUp(ctx, work context.Context) error {
	type due struct{ id, owner string }
	var list []due
	now := s.micros()
	err := s.db.Read(work).Each(`SELECT id, account, client FROM subscriptions WHERE channel = 'rest-hook' AND status <> 'off' AND next_at <= ? ORDER BY next_at, id LIMIT ?`, func(r *sql.Rows) error {
		var d due
		var client string
		err := r.Scan(&d.id, &d.owner, &client)
		d.owner += " " + client
		list = append(list, d)
		return err
	}, now, 4*maxInFlight)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	busy := map[string]int{}
	for _, owner := range s.inFlight {
		busy[owner]++
	}
	fence := s.fence
	for _, d := range list {
		if len(s.inFlight) >= maxInFlight {
			break
		}
		if _, calling := s.inFlight[d.id]; calling || busy[d.owner] >= maxPerTarget {
			continue
		}
		busy[d.owner]++
		s.inFlight[d.id] = d.owner
		s.done.Go(func() {
			defer func() {
				s.mu.Lock()
				delete(s.inFlight, d.id)
				s.mu.Unlock()
			}()
			if err := s.serve(ctx, d.id, guard{fence: fence}, s.call); err != nil && ctx.Err() == nil && !errors.Is(err, errLease) {
				s.log.Warn("a subscription cannot be served now", "subscription", d.id, "err", err)
			}
		})
	}
	return nil
}

// guard is by which right a subscription is served: that of the node with the
// lease, or that of the socket that took it up.
type guard struct {
	fence int64
	bound string
}

// holds looks at it under the subscription's lock.
func (g guard) holds(c *db.Conn, sub *stored) error {
	if g.bound != "" {
		if sub.bound != g.bound {
			return errLease
		}
		return nil
	}
	var fence int64
	if err := c.QueryRow(`SELECT fence FROM subscription_state WHERE id = 1`).Scan(&fence); err != nil {
		return err
	}
	if fence != g.fence {
		return errLease
	}
	return nil
}

// sender brings one notification to the subscriber; nil: it was taken.
type sender func(ctx context.Context, sub *stored, body []byte) error

// offer is what is to be sent now.
type offer struct {
	sub   *stored
	who   identity.Principal
	kind  string
	list  []event
	views []*access.View
}

// serve sends what is there for one subscription, in order, until nothing is left
// or it was not taken.
func (s *Service) serve(ctx context.Context, id string, g guard, send sender) error {
	for {
		heard := s.revoked.heard()
		o, err := s.next(ctx, id, g)
		if err != nil || o == nil {
			return err
		}
		sub := o.sub
		if sub.content != empty { // before anything leaves
			for i := range o.list {
				if o.list[i].hidden {
					continue
				}
				if err := s.records.Account(ctx, o.who, o.views[i], "subscription", o.list[i].Happened); err != nil {
					return err
				}
			}
		}
		n := notice{base: s.base, id: s.newID(), at: s.now(), sub: sub, kind: o.kind, events: o.list, content: sub.content}
		call, cancel := context.WithTimeout(ctx, time.Duration(sub.timeout)*time.Second)
		if !s.revoked.begin(o, cancel, heard) {
			cancel()
			continue
		}
		failed := send(call, sub, n.bundle())
		s.revoked.end(o)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		more, err := s.settle(ctx, o, g, failed)
		if err != nil || !more {
			return err
		}
	}
}

// next decides what is offered, and gives numbers to what is offered first. What the
// subscriber may not learn of any more is forgotten if it has no number yet. nil:
// there is nothing to do.
func (s *Service) next(ctx context.Context, id string, g guard) (*offer, error) {
	sub, err := s.load(s.db.Read(ctx), id, false)
	if err != nil || sub.status == statusOff || sub.nextAt > s.micros() {
		return nil, ignoreGone(err)
	}
	who, err := s.standing(ctx, sub)
	if fault.Is(err, fault.Unauthenticated) {
		return nil, s.end(ctx, id, "")
	}
	if err != nil {
		return nil, err
	}
	var o *offer
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		o = nil
		sub, err := s.load(c, id, true)
		if err != nil {
			return ignoreGone(err)
		}
		if err := g.holds(c, sub); err != nil {
			return err
		}
		now := s.micros()
		if sub.status == statusOff || sub.nextAt > now {
			return nil
		}
		if sub.endsAt > 0 && sub.endsAt <= now {
			return s.endTx(c, id, "")
		}
		if sub.chart != "" {
			if _, err := s.access.ViewOf(c, who, sub.chart); fault.Is(err, fault.NotFound) {
				return s.endTx(c, id, "")
			} else if err != nil {
				return err
			}
		}
		o = &offer{sub: sub, who: who, kind: handshake}
		if sub.status != statusActive { // an endpoint that failed shows first that it is back
			return nil
		}
		o.kind = occurrence
		before := sub.events
		if err := s.choose(c, o, now); err != nil {
			return err
		}
		if sub.events != before {
			if _, err := c.Exec(`UPDATE subscriptions SET events = ? WHERE id = ?`, sub.events, id); err != nil {
				return err
			}
		}
		if len(o.list) > 0 {
			return nil
		}
		if o.kind = heartbeat; sub.heartbeat > 0 && now >= sub.sentAt+sub.heartbeat*1e6 {
			return nil
		}
		o = nil
		return s.restTx(c, sub, now)
	})
	return o, err
}

// choose takes what was offered and not taken, then what is new.
func (s *Service) choose(c *db.Conn, o *offer, now int64) error {
	sub := o.sub
	rows, err := s.events(c, `subscription = ? AND number > ? ORDER BY number LIMIT ?`, sub.id, sub.delivered, sub.maxCount)
	if err != nil {
		return err
	}
	if room := sub.maxCount - int64(len(rows)); room > 0 {
		fresh, err := s.events(c, `subscription = ? AND number = 0 AND due <= ? ORDER BY tx, seq LIMIT ?`, sub.id, now, room)
		if err != nil {
			return err
		}
		rows = append(rows, fresh...)
	}
	var f follower
	known := f.read(s.topics, sub.topic, sub.criteria)
	size := 0
	for _, e := range rows {
		if size > noticeBytes {
			break
		}
		told, err := s.records.Tell(c, o.who, e.Happened)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if told.Seen && e.number == 0 {
			told.Seen = known && f.fits(&e.Happened, &told)
		}
		key := []any{sub.id, e.Tx, e.Seq}
		switch {
		case told.Seen && e.number > 0:
		case told.Seen:
			sub.events++
			e.number = sub.events
			if _, err := c.Exec(`UPDATE subscription_events SET number = ? WHERE subscription = ? AND tx = ? AND seq = ?`, append([]any{e.number}, key...)...); err != nil {
				return err
			}
		case e.number > 0:
			e.hidden = true
		case told.HeldUntil > 0:
			if _, err := c.Exec(`UPDATE subscription_events SET due = ? WHERE subscription = ? AND tx = ? AND seq = ?`, append([]any{min(told.HeldUntil, now+heldAgain.Microseconds())}, key...)...); err != nil {
				return err
			}
			continue
		default:
			if _, err := c.Exec(`DELETE FROM subscription_events WHERE subscription = ? AND tx = ? AND seq = ?`, key...); err != nil {
				return err
			}
			continue
		}
		if sub.content == fullResource && !e.hidden {
			e.body = told.Body
			size += len(e.body)
		}
		o.list, o.views = append(o.list, e), append(o.views, told.View)
	}
	return nil
}

func (s *Service) events(c *db.Conn, where string, args ...any) ([]event, error) {
	var out []event
	err := c.Each(`SELECT tx, seq, number, patient_id, type, resource, version, kind, at FROM subscription_events WHERE `+where, func(r *sql.Rows) error {
		var e event
		var kind, at int64
		err := r.Scan(&e.Tx, &e.Seq, &e.number, &e.Patient, &e.Type, &e.ID, &e.Version, &kind, &at)
		e.Outcome, e.At = records.Outcome(kind), time.UnixMicro(at).UTC()
		out = append(out, e)
		return err
	}, args...)
	return out, err
}

// restTx says when there is something to do again.
func (s *Service) restTx(c *db.Conn, sub *stored, now int64) error {
	next := int64(1) << 62
	if sub.heartbeat > 0 {
		next = sub.sentAt + sub.heartbeat*1e6
	}
	var due sql.NullInt64
	if err := c.QueryRow(`SELECT min(due) FROM subscription_events WHERE subscription = ? AND number = 0`, sub.id).Scan(&due); err != nil {
		return err
	}
	if due.Valid {
		next = min(next, max(due.Int64, now))
	}
	_, err := c.Exec(`UPDATE subscriptions SET next_at = ? WHERE id = ?`, next, sub.id)
	return err
}

// settle writes down what became of an offer, and tells whether to go on.
func (s *Service) settle(ctx context.Context, o *offer, g guard, failed error) (more bool, err error) {
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		more = false
		sub, err := s.load(c, o.sub.id, true)
		if err != nil {
			return ignoreGone(err)
		}
		if err := g.holds(c, sub); err != nil {
			return err
		}
		if sub.status == statusOff || sub.version != o.sub.version { // was ended or changed meanwhile
			return nil
		}
		now := s.micros()
		if failed == nil {
			status, delivered := statusActive, sub.delivered
			if n := len(o.list); n > 0 {
				delivered = o.list[n-1].number
			}
			_, err := c.Exec(`UPDATE subscriptions SET status = ?, error = '', version = version + ?, last_updated = CASE WHEN status = ? THEN last_updated ELSE ? END,
				delivered = ?, failures = 0, failed_at = 0, sent_at = ?, next_at = ? WHERE id = ?`,
				status, moved(sub.status, status), status, now, delivered, now, now, sub.id)
			more = err == nil
			return err
		}
		if g.bound != "" { // the socket is gone; the next one goes on here
			return nil
		}
		failures, since := sub.failures+1, sub.failedAt
		if since == 0 {
			since = now
		}
		if time.Duration(now-since)*time.Microsecond > offAfter {
			return s.endTx(c, sub.id, "The endpoint did not take notifications for a day.")
		}
		status, problem := sub.status, sub.problem
		if failures >= errorAfter {
			status, problem = statusError, "The endpoint does not take notifications. Trying on."
		}
		wait := min(s.backoff<<min(failures-1, 16), maxBackoff)
		_, err = c.Exec(`UPDATE subscriptions SET status = ?, error = ?, version = version + ?, last_updated = CASE WHEN status = ? THEN last_updated ELSE ? END,
			failures = ?, failed_at = ?, next_at = ? WHERE id = ?`,
			status, problem, moved(sub.status, status), status, now, failures, since, now+wait.Microseconds(), sub.id)
		return err
	})
	return more, err
}

func moved(from, to string) int64 {
	if from == to {
		return 0
	}
	return 1
}

func ignoreGone(err error) error {
	if isNoRows(err) {
		return nil
	}
	return err
}

// standing is the subscriber as they are now, with the scopes of the token that the
// subscription was made by.
func (s *Service) standing(ctx context.Context, sub *stored) (identity.Principal, error) {
	who, err := s.accounts.Standing(ctx, sub.family)
	who.Scopes = strings.Fields(sub.scopes)
	return who, err
}

// call is the sender of hooks.
func (s *Service) call(ctx context.Context, sub *stored, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, sub.endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	headers, err := s.headers(sub)
	if err != nil {
		return err
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Add(name, value)
	}
	req.Header.Set("Content-Type", "application/fhir+json")
	res, err := s.client.Do(req)
	if err != nil {
		return errors.New("no answer")
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

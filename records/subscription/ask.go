package subscription

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
)

// Status answers $status: how subscriptions of one's own stand, as Parameters.
func (s *Service) Status(ctx context.Context, who identity.Principal, ids, states []string) ([]records.Stored, error) {
	if err := may(who, 'r'); err != nil {
		return nil, err
	}
	all, err := s.owned(ctx, who, ids, states)
	if err != nil {
		return nil, err
	}
	out := make([]records.Stored, len(all))
	for i := range all {
		n := notice{base: s.base, id: s.newID(), at: s.now(), sub: &all[i], kind: queryState, content: empty}
		out[i] = records.Stored{Type: "Parameters", ID: n.id, Body: n.status().Append(nil)}
	}
	return out, nil
}

// Events answers $events: the notification of numbers from to until (0: no bound),
// as far back as they are kept, with the content that the subscriber may see now.
// content narrows it; empty text: as the subscription says.
func (s *Service) Events(ctx context.Context, who identity.Principal, id string, from, until int64, content string) ([]byte, error) {
	if err := may(who, 'r'); err != nil {
		return nil, err
	}
	c := s.db.Read(ctx)
	sub, err := s.mine(c, who, id, false)
	if err != nil {
		return nil, err
	}
	order := []string{empty, idOnly, fullResource}
	if content == "" {
		content = sub.content
	}
	if i := slices.Index(order, content); i < 0 {
		return nil, invalid("code-invalid", "content", "The content is empty, id-only or full-resource.")
	} else if i > slices.Index(order, sub.content) {
		return nil, invalid("business-rule", "content", "The subscription did not ask for that much.")
	}
	if until <= 0 {
		until = sub.events
	}
	rows, err := s.events(c, `subscription = ? AND number >= ? AND number <= ? ORDER BY number LIMIT ?`, id, max(from, 1), until, largestMaxCount)
	if err != nil {
		return nil, err
	}
	size := 0
	for i := range rows {
		told, err := s.records.Tell(c, who, rows[i].Happened)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if rows[i].hidden = !told.Seen; rows[i].hidden || content == empty {
			continue
		}
		if rows[i].body = told.Body; content == fullResource {
			if size += len(told.Body); size > noticeBytes && i > 0 {
				rows = rows[:i]
				break
			}
		}
		if err := s.records.Account(ctx, who, told.View, "subscription", rows[i].Happened); err != nil {
			return nil, err
		}
	}
	n := notice{base: s.base, id: s.newID(), at: s.now(), sub: sub, kind: queryEvent, events: rows, content: content}
	return n.bundle(), nil
}

const bindingTime = time.Minute

// BindingToken makes a token by which a WebSocket takes up a subscription of one's
// own. It works once and not for long.
func (s *Service) BindingToken(ctx context.Context, who identity.Principal, id string) (token string, expires time.Time, err error) {
	if err := may(who, 'r'); err != nil {
		return "", expires, err
	}
	token, expires = rand.Text(), s.now().Add(bindingTime)
	return token, expires, s.db.InTx(ctx, func(c *db.Conn) error {
		sub, err := s.mine(c, who, id, true)
		if err != nil {
			return err
		}
		if sub.channel != socket || sub.status == statusOff {
			return invalid("business-rule", "", "This subscription is not told on a websocket.")
		}
		_, err = c.Exec(`INSERT INTO subscription_tokens (hash, subscription, expires_at) VALUES (?, ?, ?)`, tokenHash(token), id, expires.UnixMicro())
		return err
	})
}

func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// Bound is a subscription that a socket took up.
type Bound struct {
	s     *Service
	id    string
	guard guard
}

// Bind takes up a subscription by its token. Another socket that had it loses it.
func (s *Service) Bind(ctx context.Context, token string) (*Bound, error) {
	refused := fault.New(fault.Unauthenticated, "This token is not valid any more.")
	if len(token) > 64 {
		return nil, refused
	}
	b := &Bound{s: s, guard: guard{bound: base64.RawURLEncoding.EncodeToString([]byte(rand.Text()))}}
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		err := c.QueryRow(`DELETE FROM subscription_tokens WHERE hash = ? AND expires_at > ? RETURNING subscription`, tokenHash(token), s.micros()).Scan(&b.id)
		if isNoRows(err) {
			return refused
		}
		if err != nil {
			return err
		}
		// The socket shakes hands anew; what was offered and not taken comes again.
		n, err := c.Exec(`UPDATE subscriptions SET bound = ?, version = version + CASE WHEN status = 'requested' THEN 0 ELSE 1 END, status = 'requested', next_at = ? WHERE id = ? AND status <> 'off'`, b.guard.bound, s.micros(), b.id)
		if err == nil && n == 0 {
			return refused
		}
		return err
	})
	return b, err
}

// Follow sends what is there and what comes, until ctx ends, the socket does not
// take it, or the subscription is not this socket's any more: it ended, its app was
// cut off, or another socket took it up.
func (b *Bound) Follow(ctx context.Context, send func(ctx context.Context, body []byte) error) error {
	tick := time.NewTicker(b.s.every)
	defer tick.Stop()
	var broken error
	for {
		err := b.s.serve(ctx, b.id, b.guard, func(ctx context.Context, _ *stored, body []byte) error {
			broken = send(ctx, body)
			return broken
		})
		if err != nil || broken != nil {
			return firstOf(err, broken)
		}
		sub, err := b.s.load(b.s.db.Read(ctx), b.id, false)
		if err != nil {
			return err
		}
		if sub.status == statusOff || sub.bound != b.guard.bound {
			return errLease
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

package message

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
)

// Accounts tells who somebody is at the moment when what they sent is delivered.
type Accounts interface {
	AccountByID(ctx context.Context, id string) (identity.Account, error)
}

const (
	lookEvery   = time.Second // after held messages whose time has come
	atATime     = 100
	deliverTime = 20 * time.Second // for one
	slowestTry  = 10 * time.Minute
)

// Start begins to deliver what was held. Every node does; the chart's lock and the
// row, which is deleted in the transaction that writes the message, see to it that
// each message is delivered once, whatever ends in between.
func (s *Service) Start(ctx context.Context) error {
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	s.done.Add(1)
	go func() {
		defer s.done.Done()
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(lookEvery + rand.N(lookEvery/4)): // nodes do not all look at once
			}
			if err := s.Deliver(ctx); err != nil && ctx.Err() == nil {
				s.log().Warn("held messages could not be looked after", "err", err)
			}
		}
	}()
	return nil
}

// Stop ends it. One that is being delivered is delivered, or tried again later.
func (s *Service) Stop() {
	if s.cancel != nil {
		s.cancel()
	}
	s.done.Wait()
}

func (s *Service) log() *slog.Logger {
	if s.Log == nil {
		return slog.Default()
	}
	return s.Log
}

// Deliver sends every held message whose time has come, in the order in which they
// were to go. Behind one that has to be tried again, those of the same writer in
// the same thread wait: they arrive as they were sent.
func (s *Service) Deliver(ctx context.Context) error {
	type place struct{ account, patient, thread string }
	blocked := map[place]bool{}
	var last held
	for {
		var due []held
		err := s.DB.Read(ctx).Each(`SELECT `+heldColumns+` FROM held_messages WHERE state = 1 AND due_at <= ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT ?`, func(r *sql.Rows) error {
			var h held
			err := r.Scan(h.columns()...)
			due = append(due, h)
			return err
		}, s.now(), last.due, last.id, atATime)
		if err != nil {
			return err
		}
		for _, h := range due {
			at := place{h.account, h.patient, h.thread}
			if h.thread == "" {
				at.thread = h.id
			}
			if blocked[at] || h.next > s.now() {
				blocked[at] = true
				continue
			}
			if err := s.deliver(ctx, h); err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				blocked[at] = true
				s.log().Warn("a held message could not be delivered yet", "try", h.tries+1, "err", err)
			}
		}
		if len(due) < atATime {
			return s.forgetTaken(ctx)
		}
		last = due[len(due)-1]
	}
}

// forgetTaken forgets what was taken back long ago.
func (s *Service) forgetTaken(ctx context.Context) error {
	now := s.now()
	if now-s.swept < time.Hour.Microseconds() {
		return nil
	}
	s.swept = now
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`DELETE FROM held_messages WHERE state = 2 AND changed_at < ?`, now-keepTaken.Microseconds())
		return err
	})
}

// deliver sends one, as who sent it may now. What they may not any more is not
// sent, and they are told.
func (s *Service) deliver(ctx context.Context, h held) error {
	ctx, cancel := context.WithTimeout(ctx, deliverTime)
	defer cancel()
	who, err := s.writer(ctx, h)
	if err == nil {
		err = s.DB.InTx(ctx, func(c *db.Conn) error { return s.deliverTx(c, who, h) })
	}
	switch kind := fault.KindOf(err); {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrDuplicatedKey), kind == fault.Conflict, kind == fault.NotFound, kind == fault.Forbidden, kind == fault.Invalid, kind == fault.Gone, kind == fault.TooLarge:
		if kind == fault.NotFound || kind == fault.Forbidden {
			_ = s.Records.Refuse(ctx, who, h.patient, communication, h.id, err)
		}
		return s.setAside(ctx, h, err)
	}
	wait := min(time.Second<<min(h.tries, 10), slowestTry)
	return errors.Join(err, s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE held_messages SET tries = tries + 1, next_at = ? WHERE account = ? AND id = ? AND state = 1`, s.now()+wait.Microseconds(), h.account, h.id)
		return err
	}))
}

// writer is who sent it, as they are now.
func (s *Service) writer(ctx context.Context, h held) (identity.Principal, error) {
	who := identity.Principal{Account: h.account, Client: h.client}
	a, err := s.Accounts.AccountByID(ctx, h.account)
	if err != nil {
		return who, err
	}
	who = identity.Principal{Kind: a.Kind, Account: a.ID, Name: a.Name, Roles: a.Roles, Patient: a.Patient, Practitioner: a.Practitioner, Locale: a.Locale, Client: h.client}
	if !a.Active {
		return who, fault.New(fault.Forbidden, "This account may not do that.")
	}
	return who, json.Unmarshal([]byte(h.scopes), &who.Scopes)
}

func (s *Service) deliverTx(c *db.Conn, who identity.Principal, h held) error {
	// The chart's lock comes first, as in every write.
	if _, err := s.Records.EnterTx(c, who, h.patient, communication); err != nil {
		return err
	}
	now, err := heldTx(c, h.account, h.id)
	if err != nil || now == nil || now.state != waits || now.due > s.now() {
		return err // sent by another node, taken back, or put off
	}
	var b heldBody
	if err := json.Unmarshal(now.body, &b); err != nil {
		return err
	}
	if err := dropHeld(c, h.account, h.id); err != nil {
		return err
	}
	b.wasOpen = b.Open
	_, err = s.sendTx(c, who, h.patient, b.Name, b.In, true)
	return err
}

func dropHeld(c *db.Conn, account, id string) error {
	_, err := c.Exec(`DELETE FROM held_messages WHERE account = ? AND id = ?`, account, id)
	return err
}

// setAside keeps what cannot be delivered for its writer, and tells them.
func (s *Service) setAside(ctx context.Context, h held, why error) error {
	text := "It could not be sent."
	var f *fault.Error
	if errors.As(why, &f) && f.Msg != "" {
		text = f.Msg
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE held_messages SET state = 3, why = ?, version = version + 1, changed_at = ? WHERE account = ? AND id = ? AND state = 1`, text, s.now(), h.account, h.id)
		if err != nil || n == 0 {
			return err
		}
		return s.Notices.PostTx(c, notifications.Notice{ID: "stuck/" + h.id, Account: h.account, Kind: notifications.Message, Patient: h.patient, Ref: ref(cmp.Or(h.thread, h.id)), At: moment(s.now())})
	})
}

// SendNow delivers a held message at once.
func (s *Service) SendNow(ctx context.Context, who identity.Principal, patient, id string) (m Message, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.enterHeld(c, who, patient, id)
		if err != nil {
			return err
		}
		h, err := heldTx(c, who.Account, id)
		switch {
		case err != nil:
			return err
		case h == nil:
			sent, was, err := s.sentBefore(c, v, who, In{ID: id})
			if err != nil {
				return notFoundOf(err)
			}
			if was == nil {
				return notFound()
			}
			m = sent // it came again
			return nil
		case h.patient != patient:
			return notFound()
		case h.state == takenBack:
			return wasTaken()
		}
		var b heldBody
		if err := json.Unmarshal(h.body, &b); err != nil {
			return err
		}
		if err := dropHeld(c, who.Account, id); err != nil {
			return err
		}
		b.wasOpen = b.Open
		m, err = s.sendTx(c, who, patient, b.Name, b.In, true)
		return err
	})
	if err != nil {
		return Message{}, s.Records.Refuse(ctx, who, patient, communication, id, err)
	}
	return m, nil
}

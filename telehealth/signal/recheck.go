package signal

import (
	"context"
	"time"

	"housecall/internal/fault"
	"housecall/telehealth/sfu"
)

// Whether somebody may still sit is decided anew all the time, by the node that
// has their socket and by the node that has the room, so that no message between
// the two has to come through.
//
// Who was sent away hears on until the next reading of the revocations, also when
// the bus is lost: the feed rings. recheckEvery is for what only the clock takes
// away.
//
// A node that cannot ask the database is more patient than one that serves a
// chart: a pause of some seconds must not tear a consultation apart, and nothing
// is disclosed by it but what is said in the room. It is no more patient than the
// lease of the room allows, since a node that could not renew for giveUp has sent
// everybody out in any case.
const (
	recheckEvery = 2 * time.Second
	askAgain     = 300 * time.Millisecond // when it could not be decided
	unsureFor    = recheckEvery + giveUp  // since it was decided last
)

// recheck asks until somebody may not stay, and tells why; or until ctx ends or
// done says so. It asks as soon as the visit moves or the alarm rings, too.
func (s *Service) recheck(ctx context.Context, x alarm, seat Seat, done func() bool, ask func(context.Context) (Seat, error)) (why string) {
	sub := s.Hub.Subscribe(s.Topic(x.visit))
	defer sub.Close()
	rings := s.alarms.add(&x)
	defer s.alarms.remove(rings)
	moved := sub.C
	t := time.NewTimer(recheckEvery)
	defer t.Stop()
	sure := time.Now()
	for {
		select {
		case <-ctx.Done():
			return ""
		case <-t.C:
		case <-rings.c:
		case _, ok := <-moved:
			if !ok {
				moved = nil
			}
		}
		if done != nil && done() {
			return ""
		}
		began := time.Now()
		why, err := over(ctx, began, sure.Add(unsureFor), seat, ask)
		switch {
		case why != "":
			return why
		case err == nil:
			sure = began
			t.Reset(recheckEvery)
		case ctx.Err() != nil:
			return ""
		case time.Since(sure) >= unsureFor:
			return sfu.WhyDrain // they ask anew, and are told
		default:
			t.Reset(min(askAgain, time.Until(sure.Add(unsureFor))))
		}
	}
}

// over tells why somebody may not stay; empty: they may. What cannot be decided
// now, which is an error, is decided a little later.
func over(ctx context.Context, now, until time.Time, seat Seat, ask func(context.Context) (Seat, error)) (string, error) {
	if limit := now.Add(dbTime); limit.Before(until) {
		until = limit
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	is, err := ask(ctx)
	if err == nil {
		if is.ID == seat.ID && is.Room == seat.Room && now.Before(is.Until) {
			return "", nil
		}
		return sfu.WhyEnded, nil
	}
	switch fault.KindOf(err) {
	case fault.Unauthenticated:
		return sfu.WhySignedOut, nil
	case fault.Conflict, fault.Gone:
		return sfu.WhyEnded, nil
	case fault.Forbidden, fault.NotFound:
		return sfu.WhyRemoved, nil
	}
	return "", err
}

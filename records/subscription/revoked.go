package subscription

import (
	"context"
	"sync"
	"time"

	"housecall/internal/revoke"
)

// What was taken back stops notifications on every node, each by itself and whoever
// holds the lease: those on their way are broken off, and subscriptions that rest on
// it end. The look at all of them, every two seconds, is for what the clock ends.

// taken is something that was taken back.
type taken struct{ kind, key string }

// revoked holds what was taken back until it was looked at, and which notifications
// are on their way.
type revoked struct {
	mu    sync.Mutex
	n     uint64 // how much was taken back so far
	wait  map[taken]struct{}
	wake  chan struct{}
	calls map[*offer]context.CancelFunc
}

func newRevoked() revoked {
	return revoked{wait: map[taken]struct{}{}, wake: make(chan struct{}, 1), calls: map[*offer]context.CancelFunc{}}
}

// Revoked follows the feed of revocations. It breaks off what is on its way and
// takes notes.
func (s *Service) Revoked(kind, key string) {
	if kind == revoke.Visit {
		return
	}
	r := &s.revoked
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n++
	r.wait[taken{kind, key}] = struct{}{}
	for o, cancel := range r.calls {
		if o.restsOn(kind, key) {
			cancel()
		}
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// restsOn tells whether what is offered may rest on what was taken back. What a
// system may see does not rest on access to single charts.
func (o *offer) restsOn(kind, key string) bool {
	switch kind {
	case revoke.Session:
		return o.sub.family == key
	case revoke.Account:
		return o.sub.account == key
	}
	if o.who.Everywhere() {
		return false
	}
	for i := range o.list {
		if o.list[i].Patient == key {
			return true
		}
	}
	return o.sub.chart == key
}

// heard is how much was taken back so far: taken before something is decided, and
// given to begin.
func (r *revoked) heard() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n
}

// begin notes that a notification is on its way, unless something was taken back
// since it was decided on: then it has to be decided on anew.
func (r *revoked) begin(o *offer, cancel context.CancelFunc, heard uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n != heard {
		return false
	}
	r.calls[o] = cancel
	return true
}

func (r *revoked) end(o *offer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.calls, o)
}

func (r *revoked) take() (all []taken) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for x := range r.wait {
		all = append(all, x)
	}
	clear(r.wait)
	return all
}

func (r *revoked) again(all []taken) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range all {
		r.wait[x] = struct{}{}
	}
}

// follow ends the subscriptions that rest on what was taken back.
func (s *Service) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.revoked.wake:
		}
		for all := s.revoked.take(); len(all) > 0; all = s.revoked.take() {
			for i, x := range all {
				if err := s.lookAt(ctx, x); err != nil {
					if ctx.Err() != nil {
						return
					}
					s.log.Warn("subscriptions could not be looked at after something was taken back; trying on", "err", err)
					s.revoked.again(all[i:])
					select {
					case <-ctx.Done():
						return
					case <-time.After(revoke.Every):
					}
					break
				}
			}
		}
	}
}

func (s *Service) lookAt(ctx context.Context, x taken) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	column := map[string]string{revoke.Session: "family", revoke.Account: "account", revoke.Chart: "chart"}[x.kind]
	if column == "" {
		return nil
	}
	return s.look(ctx, ` AND `+column+` = ?`, x.key)
}

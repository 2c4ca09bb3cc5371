package signal

import (
	"sync"

	"housecall/internal/revoke"
)

// alarm rings when something was taken back that a seat may rest on.
type alarm struct {
	session, patient, visit string
	c                       chan struct{}
}

// alarms are those of everybody who sits here or in a room that is here.
type alarms struct {
	mu  sync.Mutex
	set map[*alarm]struct{}
}

func (a *alarms) add(x *alarm) *alarm {
	x.c = make(chan struct{}, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.set == nil {
		a.set = map[*alarm]struct{}{}
	}
	a.set[x] = struct{}{}
	return x
}

func (a *alarms) remove(x *alarm) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.set, x)
}

func (x *alarm) concerns(kind, key string) bool {
	switch kind {
	case revoke.Session:
		return key == x.session
	case revoke.Chart:
		return key == x.patient
	case revoke.Visit:
		return key == x.visit
	}
	return kind == revoke.Account // few change, and not every node knows whose the session is
}

// Revoked follows the feed of revocations. It only rings: whether somebody may
// stay is decided by who hears it.
func (s *Service) Revoked(kind, key string) {
	s.alarms.mu.Lock()
	defer s.alarms.mu.Unlock()
	for x := range s.alarms.set {
		if x.concerns(kind, key) {
			select {
			case x.c <- struct{}{}:
			default:
			}
		}
	}
}

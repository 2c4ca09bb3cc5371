package sfu

import (
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/stun/v4"
)

// followAfter: who has chosen a pair checks it every two to five seconds, whatever
// browser it is.
const followAfter = time.Second

// follower goes after clients whose address changes under them, as it does when a
// phone leaves a Wi-Fi or a router forgets: the checks of the pair that they chose
// come from somewhere else then, and not every browser names it again. The library
// has checked that it is they. Before a client has chosen, it tries many pairs, and
// none is followed.
type follower struct {
	mu sync.Mutex
	of map[string]*followed // by our part of the user name, which is of one connection
}

type followed struct {
	pair string
	at   time.Time
}

func newFollower() *follower { return &follower{of: map[string]*followed{}} }

// check hears of each check of a client; true moves the connection to its pair.
func (f *follower) check(m *stun.Message, local, remote ice.Candidate, _ *ice.CandidatePair) bool {
	user, err := m.Get(stun.AttrUsername)
	if err != nil {
		return false
	}
	ours, _, _ := strings.Cut(string(user), ":")
	return f.follow(ours, local.NetworkType().String()+" "+net.JoinHostPort(remote.Address(), strconv.Itoa(remote.Port())), m.Contains(stun.AttrUseCandidate), time.Now())
}

func (f *follower) follow(ours, pair string, chosen bool, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.of[ours]
	switch {
	case x == nil && !chosen:
		return false
	case x == nil:
		f.of[ours] = &followed{pair, now}
		return false
	case x.pair == pair, chosen:
		x.pair, x.at = pair, now
		return false // the library goes by what is chosen
	case now.Sub(x.at) < followAfter:
		return false
	}
	x.pair, x.at = pair, now
	return true
}

func (f *follower) forget(ours string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.of, ours)
}

package edge

import (
	"hash/maphash"
	"strconv"
	"sync"

	"github.com/valyala/fasthttp"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// guesses slows down who shows tokens and cookies that are nobody's, before they
// are looked up. Each new one costs its network address a try, which is given
// back when it was right, so that many at one time are counted too.
//
// Two rules keep the neighbours of whoever guesses in: what held before on this
// node is looked up in any case, and the same wrong credential again (an app
// that does not notice that it was signed out) is counted for itself alone.
type guesses struct {
	places *Limiter // by network
	again  *Limiter // by network and credential
	seed   maphash.Seed

	mu        sync.Mutex
	good, bad map[uint64]struct{} // hashes of credentials, forgotten at random when there are too many
}

// uploads is whose tries are counted where the head of a request is all that is
// known, and no address.
const uploads = "uploads"

func newGuesses(places *Limiter) *guesses {
	return &guesses{
		places: places, again: NewLimiter(places.rate, max(places.burst/10, 1), places.now),
		seed: maphash.MakeSeed(), good: map[uint64]struct{}{}, bad: map[uint64]struct{}{},
	}
}

// try looks a credential up, unless too many wrong ones came from there.
func (g *guesses) try(address, credential string, look func() (identity.Principal, error)) (identity.Principal, error) {
	place, sum := network(address), maphash.String(g.seed, credential)
	g.mu.Lock()
	_, good := g.good[sum]
	_, bad := g.bad[sum]
	g.mu.Unlock()
	limiter, key := g.places, place
	if bad {
		limiter, key = g.again, place+" "+strconv.FormatUint(sum, 36)
	}
	if !good {
		if wait := limiter.Take(key); wait > 0 {
			return identity.Principal{}, &tooMany{fault: fault.New(fault.TooMany, kinds[fault.TooMany].detail), after: wait}
		}
	}
	who, err := look()
	switch wrong := fault.Is(err, fault.Unauthenticated); {
	case wrong && good: // it ended
		g.places.Take(place)
		g.note(sum, g.bad, g.good)
	case wrong:
		g.note(sum, g.bad, g.good)
	case !good:
		limiter.give(key)
		if err == nil {
			g.note(sum, g.good, g.bad)
		}
	}
	return who, err
}

// upload tells whether a request of this head is somebody's, as known finds out.
func (g *guesses) upload(h *fasthttp.RequestHeader, token string, known func() bool) bool {
	before := g.held(token)
	for _, value := range h.Cookies() {
		before = before || g.held(string(value))
	}
	if !before && g.places.Take(uploads) > 0 {
		return false
	}
	ok := known()
	if ok && !before {
		g.places.give(uploads)
	}
	return ok
}

func (g *guesses) held(credential string) bool {
	sum := maphash.String(g.seed, credential)
	g.mu.Lock()
	defer g.mu.Unlock()
	_, ok := g.good[sum]
	return ok && credential != ""
}

func (g *guesses) note(sum uint64, in, out map[uint64]struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(out, sum)
	if _, there := in[sum]; !there && len(in) >= maxBuckets {
		for old := range in {
			delete(in, old)
			break
		}
	}
	in[sum] = struct{}{}
}

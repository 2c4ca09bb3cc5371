package edge

import (
	"net/netip"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Limiter is a token bucket for each asker: the account when somebody is signed
// in, else the network address (IPv6: its /64). It is kept in memory and each
// node counts for itself; what must hold across nodes (tries at a password) is
// counted in the database.
type Limiter struct {
	rate  float64 // tokens a second
	burst float64
	most  int
	now   func() time.Time

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

const maxBuckets = 20000

// NewLimiter allows perSecond requests and burst at once. perSecond 0 allows
// everything.
func NewLimiter(perSecond, burst float64, now func() time.Time) *Limiter {
	if now == nil {
		now = time.Now
	}
	return &Limiter{rate: perSecond, burst: burst, most: maxBuckets, now: now, buckets: map[string]*bucket{}}
}

// Handler takes one token for each request. Feeds and jobs of the system are not
// counted: they are bounded by what they are connected to.
func (l *Limiter) Handler(c *fiber.Ctx) error {
	key := asker(c)
	if key == "" {
		return c.Next()
	}
	c.Locals(limiterKey{}, l)
	if wait := l.Take(key); wait > 0 {
		return &tooMany{fault: fault.New(fault.TooMany, kinds[fault.TooMany].detail), after: wait}
	}
	return c.Next()
}

type limiterKey struct{}

// asker is whose bucket a request takes from; empty: nobody's.
func asker(c *fiber.Ctx) string {
	who := Principal(c)
	switch who.Kind {
	case identity.System:
		return ""
	case identity.Person, identity.Staff:
		return "account " + who.Account + " " + who.Client
	}
	return "address " + network(who.Address)
}

// Charge makes a request that does the work of n count as n, where Handler has
// let it through as one. It is done in any case; who sends much at once waits
// afterwards until that is paid.
func Charge(c *fiber.Ctx, n int) {
	l, ok := c.Locals(limiterKey{}).(*Limiter)
	if !ok || l.rate <= 0 || n < 2 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[asker(c)]; b != nil {
		b.tokens -= float64(n - 1)
	}
}

// Take takes one token of the key and gives 0, or how long to wait for the next.
func (l *Limiter) Take(key string) time.Duration {
	if l.rate <= 0 {
		return 0
	}
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		l.makeRoom(now)
		b = &bucket{tokens: l.burst, at: now}
		l.buckets[key] = b
	}
	b.tokens = min(l.burst, b.tokens+now.Sub(b.at).Seconds()*l.rate)
	b.at = now
	if b.tokens >= 1 {
		b.tokens--
		return 0
	}
	return time.Duration((1 - b.tokens) / l.rate * float64(time.Second))
}

// give gives back what Take took.
func (l *Limiter) give(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.buckets[key]; b != nil {
		b.tokens = min(l.burst, b.tokens+1)
	}
}

// makeRoom forgets buckets that are full again; when all are in use, any of a few.
func (l *Limiter) makeRoom(now time.Time) {
	if len(l.buckets) < l.most {
		return
	}
	looked := 0
	for key, b := range l.buckets {
		if b.tokens+now.Sub(b.at).Seconds()*l.rate >= l.burst || looked >= 64 && len(l.buckets) >= l.most {
			delete(l.buckets, key)
		}
		if looked++; looked > 256 {
			return
		}
	}
}

type tooMany struct {
	fault *fault.Error
	after time.Duration
}

func (t *tooMany) Error() string             { return t.fault.Error() }
func (t *tooMany) Unwrap() error             { return t.fault }
func (t *tooMany) RetryAfter() time.Duration { return t.after }

func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() {
		return address
	}
	p, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

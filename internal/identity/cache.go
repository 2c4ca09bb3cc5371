package identity

import (
	"sync"
	"time"

	"housecall/internal/revoke"
)

const (
	cacheSize = 50_000
	cacheAge  = 30 * time.Second // names and roles changed elsewhere show after that
)

// cache remembers sessions and tokens that were found good. It forgets what the
// revocation feed names, and is not asked while the feed is not fresh. A load
// that began before a revocation never enters it: drops are numbered.
type cache struct {
	feed  *revoke.Feed
	mu    sync.RWMutex
	drops uint64
	held  map[string]*entry // by hash of the cookie or token
}

// entry is one session or token as it was when loaded.
type entry struct {
	who     Principal
	lastAt  time.Time // sessions: last activity
	expires time.Time
	loaded  time.Time
	session bool
	proven  proven // sessions: where
}

func newCache(feed *revoke.Feed) *cache {
	c := &cache{feed: feed, held: map[string]*entry{}}
	feed.Subscribe(c.drop)
	return c
}

func (c *cache) get(hash []byte, now time.Time) *entry {
	if !c.feed.Fresh() {
		return nil
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.held[string(hash)]
	if e == nil || now.Sub(e.loaded) > cacheAge || now.Before(e.loaded) {
		return nil
	}
	return e
}

// mark is taken before a load and given to put.
func (c *cache) mark() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.drops
}

func (c *cache) put(hash []byte, e *entry, mark uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops != mark {
		return
	}
	if len(c.held) >= cacheSize {
		n := cacheSize / 10
		for k := range c.held { // in no order: any tenth
			delete(c.held, k)
			if n--; n == 0 {
				break
			}
		}
	}
	c.held[string(hash)] = e
}

func (c *cache) drop(kind, key string) {
	if kind != revoke.Session && kind != revoke.Account {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	for k, e := range c.held {
		if (kind == revoke.Session && e.who.Session == key) || (kind == revoke.Account && e.who.Account == key) {
			delete(c.held, k)
		}
	}
}

func (c *cache) remove(hash []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	delete(c.held, string(hash))
}

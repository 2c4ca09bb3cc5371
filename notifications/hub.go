package notifications

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"housecall/internal/sitekey"
)

// Config is what a Hub is made from.
type Config struct {
	// URL of a NATS server or cluster that the nodes of this site share; empty:
	// a server inside this process, for a site of one node.
	URL string
	// Key hides topics from whoever listens on the bus. All nodes of a site
	// have the same ones.
	Key *sitekey.Secret
	Log *slog.Logger
}

// Hub spreads nudges to the subscriptions of this process and, over the bus, to
// those of the other nodes.
//
// Locks are taken in this order: Hub.mu, Subscription.mu. Neither is held while
// anything is sent.
type Hub struct {
	cfg  Config
	log  *slog.Logger
	bus  *bus
	lost atomic.Bool // a nudge did not get on the bus

	lanes lanes

	mu       sync.RWMutex
	watchers map[topicHash]map[*Subscription]struct{}
	topics   map[topicHash]string    // that are watched
	keyed    map[topicHash]topicHash // their names on the bus, under each key
	subs     map[*Subscription]struct{}
	stopped  bool
}

type topicHash [16]byte

// hash names a topic in this process.
func (h *Hub) hash(topic string) topicHash {
	sum := sha256.Sum256([]byte(topic))
	return topicHash(sum[:])
}

// NewHub makes a Hub. Before Start it serves this process only.
func NewHub(cfg Config) (*Hub, error) {
	if cfg.Key == nil {
		return nil, errors.New("notifications: the hub needs a key")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	h := &Hub{cfg: cfg, log: cfg.Log, watchers: map[topicHash]map[*Subscription]struct{}{}, topics: map[topicHash]string{}, keyed: map[topicHash]topicHash{}, subs: map[*Subscription]struct{}{}}
	cfg.Key.OnChange(h.rekey)
	return h, nil
}

// Start connects to the bus. A bus that does not answer is no reason not to
// start: it is tried again for ever, and Health says so.
func (h *Hub) Start(context.Context) error {
	h.mu.Lock()
	if h.stopped || h.bus != nil {
		h.mu.Unlock()
		return errors.New("notifications: the hub was started before")
	}
	b, err := openBus(h.cfg.URL, busEvents{back: h.busIsBack, missed: h.lookAgain})
	if err != nil {
		h.mu.Unlock()
		return fmt.Errorf("message bus: %w", err)
	}
	h.bus = b
	h.mu.Unlock()
	if err := h.enter(b); err != nil {
		return fmt.Errorf("message bus: %w", err)
	}
	b.flush() // from here on this node hears the others
	return nil
}

// Stop leaves the bus and ends all subscriptions.
func (h *Hub) Stop() {
	h.mu.Lock()
	b := h.bus
	h.bus, h.stopped = nil, true
	subs := make([]*Subscription, 0, len(h.subs))
	for s := range h.subs {
		subs = append(subs, s)
	}
	h.mu.Unlock()
	if b != nil {
		b.close()
	}
	for _, s := range subs {
		s.Close()
	}
}

// Health says what is wrong with the bus; nil when nodes hear each other.
func (h *Hub) Health() error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.bus == nil {
		return errors.New("the message bus was not started")
	}
	return h.bus.health()
}

// Publish nudges everybody who watches the topic. It never blocks and cannot
// fail for the caller: what a nudge announces is in the database already.
func (h *Hub) Publish(topic string) {
	h.deliver(h.hash(topic))
	h.mu.RLock()
	b := h.bus
	h.mu.RUnlock()
	if b == nil {
		return
	}
	key := h.cfg.Key.Now()
	name := nameOf(key, topic)
	if err := b.publish(subjectOf(key), append([]byte{kindTopic}, name[:]...)); err != nil && !h.lost.Swap(true) {
		h.log.Warn("nudges do not reach the message bus; other nodes will look again when it is back", "err", err)
	}
}

// Kinds of messages on the bus.
const (
	kindTopic     = 't' // followed by the hash of a topic
	kindLookAgain = 'a' // somebody's nudges were lost
)

func (h *Hub) receive(data []byte) {
	switch {
	case len(data) == 1+len(topicHash{}) && data[0] == kindTopic:
		h.mu.RLock()
		key, watched := h.keyed[topicHash(data[1:])]
		h.mu.RUnlock()
		if watched {
			h.deliver(key)
		}
	case len(data) == 1 && data[0] == kindLookAgain:
		h.lookAgain()
	}
}

func (h *Hub) deliver(key topicHash) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for s := range h.watchers[key] {
		s.push(key)
	}
}

// busIsBack: what was said meanwhile was not heard here, and what this node said
// may not have been heard elsewhere.
func (h *Hub) busIsBack() {
	h.mu.RLock()
	b := h.bus
	h.mu.RUnlock()
	if b != nil && h.lost.Swap(false) {
		if err := b.publish(subjectOf(h.cfg.Key.Now()), []byte{kindLookAgain}); err != nil {
			h.lost.Store(true)
		}
	}
	h.lookAgain()
}

// lookAgain reports every watched topic once.
func (h *Hub) lookAgain() {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for key, subs := range h.watchers {
		for s := range subs {
			s.push(key)
		}
	}
}

package notifications

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
)

// Config is what a Hub is made from.
type Config struct {
	// URL of a NATS server or cluster that the nodes of this site share; empty:
	// a server inside this process, for a site of one node.
	URL string
	// Key hides topics from whoever listens on the bus. All nodes of a site
	// have the same one.
	Key []byte
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

	mu       sync.RWMutex
	watchers map[topicHash]map[*Subscription]struct{}
	subs     map[*Subscription]struct{}
	stopped  bool
}

type topicHash [16]byte

// NewHub makes a Hub. Before Start it serves this process only.
func NewHub(cfg Config) (*Hub, error) {
	if len(cfg.Key) < 16 {
		return nil, errors.New("notifications: the key of the hub is too short")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Hub{cfg: cfg, log: cfg.Log, watchers: map[topicHash]map[*Subscription]struct{}{}, subs: map[*Subscription]struct{}{}}, nil
}

// Start connects to the bus. A bus that does not answer is no reason not to
// start: it is tried again for ever, and Health says so.
func (h *Hub) Start(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped || h.bus != nil {
		return errors.New("notifications: the hub was started before")
	}
	b, err := openBus(h.cfg.URL, h.subject(), busEvents{message: h.receive, back: h.busIsBack, missed: h.lookAgain})
	if err != nil {
		return fmt.Errorf("message bus: %w", err)
	}
	h.bus = b
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
	key := h.hash(topic)
	h.deliver(key)
	h.mu.RLock()
	b := h.bus
	h.mu.RUnlock()
	if b == nil {
		return
	}
	if err := b.publish(append([]byte{kindTopic}, key[:]...)); err != nil && !h.lost.Swap(true) {
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
		h.deliver(topicHash(data[1:]))
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
		if err := b.publish([]byte{kindLookAgain}); err != nil {
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

func (h *Hub) hash(topic string) (key topicHash) {
	m := hmac.New(sha256.New, h.cfg.Key)
	m.Write([]byte("topic "))
	m.Write([]byte(topic))
	copy(key[:], m.Sum(nil))
	return key
}

// subject is bound to the key, so that two sites on one NATS do not meet.
func (h *Hub) subject() string {
	m := hmac.New(sha256.New, h.cfg.Key)
	m.Write([]byte("subject"))
	return fmt.Sprintf("housecall.hub.%x", m.Sum(nil)[:8])
}

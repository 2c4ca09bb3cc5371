package notifications

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"

	"github.com/nats-io/nats.go"
)

// lanes are the subjects of this site on the bus, one for each site key in use. What is
// said goes out under the current key and is heard under all of them: nodes learn of a
// new key one after the other, and each has it before any speaks under it.
type lanes struct {
	mu        sync.Mutex
	heard     map[string]*nats.Subscription // subjects of nudges
	receivers []*receiver
}

// nameOf is how a topic is called on the bus.
func nameOf(key []byte, topic string) (name topicHash) {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("topic "))
	m.Write([]byte(topic))
	copy(name[:], m.Sum(nil))
	return name
}

// subjectOf is bound to the key, so that two sites on one NATS do not meet.
func subjectOf(key []byte) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("subject"))
	return fmt.Sprintf("housecall.hub.%x", m.Sum(nil)[:8])
}

// enter hears the nudges of other nodes, under each key.
func (h *Hub) enter(b *bus) error {
	h.lanes.mu.Lock()
	defer h.lanes.mu.Unlock()
	if h.lanes.heard == nil {
		h.lanes.heard = map[string]*nats.Subscription{}
	}
	return hear(b, h.lanes.heard, h.cfg.Key.All(), subjectOf, func([]byte) func(*nats.Msg) {
		return func(m *nats.Msg) { h.receive(m.Data) }
	})
}

// hear subscribes to the subjects of all keys and leaves those of others.
func hear(b *bus, heard map[string]*nats.Subscription, keys [][]byte, subject func(key []byte) string, f func(key []byte) func(*nats.Msg)) error {
	var now []string
	for _, key := range keys {
		s := subject(key)
		if now = append(now, s); heard[s] != nil {
			continue
		}
		sub, err := b.conn.Subscribe(s, f(key))
		if err != nil {
			return err
		}
		heard[s] = sub
	}
	for s, sub := range heard {
		if !slices.Contains(now, s) {
			_ = sub.Unsubscribe()
			delete(heard, s)
		}
	}
	return nil
}

// rekey follows the site's keys.
func (h *Hub) rekey() {
	h.mu.Lock()
	clear(h.keyed)
	for key, topic := range h.topics {
		h.name(key, topic)
	}
	b := h.bus
	h.mu.Unlock()
	if b == nil {
		return
	}
	err := h.enter(b)
	h.lanes.mu.Lock()
	for _, r := range h.lanes.receivers {
		if err == nil {
			err = r.hear(b, h.cfg.Key.All())
		}
	}
	h.lanes.mu.Unlock()
	if err != nil {
		h.log.Error("the message bus is not heard under a new site key; restart this node", "err", err)
	}
}

// name keeps how a topic that is watched is called under each key. It is called under
// the hub's lock.
func (h *Hub) name(key topicHash, topic string) {
	for _, k := range h.cfg.Key.All() {
		h.keyed[nameOf(k, topic)] = key
	}
}

// unname forgets that. It is called under the hub's lock.
func (h *Hub) unname(key topicHash) {
	for _, k := range h.cfg.Key.All() {
		delete(h.keyed, nameOf(k, h.topics[key]))
	}
	delete(h.topics, key)
}

package notifications

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/nats-io/nats.go"
)

// Pipes carry what one node has to say to another, for instance the signalling
// of a visit whose room is there. Unlike nudges they hold content, so it is
// sealed with a key of this site: others on the same bus can neither read it nor
// make it up. A message may be lost, and whoever listens on the bus may send an
// old one again: both ends number theirs.

// Send says something to whoever receives by the name on another node.
func (h *Hub) Send(name string, data []byte) error {
	h.mu.RLock()
	b := h.bus
	h.mu.RUnlock()
	if b == nil {
		return errors.New("the message bus was not started")
	}
	seal, subject, err := pipe(h.cfg.Key.Now(), name)
	if err != nil {
		return err
	}
	nonce := make([]byte, seal.NonceSize(), seal.NonceSize()+len(data)+seal.Overhead())
	_, _ = rand.Read(nonce)
	return b.conn.Publish(subject, seal.Seal(nonce, nonce, data, []byte(subject)))
}

// Receive calls f with what other nodes send by the name, one at a time and in
// order, until stop is called.
func (h *Hub) Receive(name string, f func(data []byte)) (stop func(), err error) {
	h.mu.RLock()
	b := h.bus
	h.mu.RUnlock()
	if b == nil {
		return nil, errors.New("the message bus was not started")
	}
	r := &receiver{name: name, f: f, heard: map[string]*nats.Subscription{}}
	h.lanes.mu.Lock()
	defer h.lanes.mu.Unlock()
	if err := r.hear(b, h.cfg.Key.All()); err != nil {
		return nil, err
	}
	h.lanes.receivers = append(h.lanes.receivers, r)
	return func() {
		h.lanes.mu.Lock()
		defer h.lanes.mu.Unlock()
		h.lanes.receivers = slices.DeleteFunc(h.lanes.receivers, func(x *receiver) bool { return x == r })
		for _, sub := range r.heard {
			_ = sub.Unsubscribe()
		}
	}, nil
}

// receiver is who receives by a name, under each key.
type receiver struct {
	name  string
	heard map[string]*nats.Subscription

	mu sync.Mutex // one at a time
	f  func(data []byte)
}

func (r *receiver) hear(b *bus, keys [][]byte) error {
	subject := func(key []byte) string {
		_, s, _ := pipe(key, r.name)
		return s
	}
	return hear(b, r.heard, keys, subject, func(key []byte) func(*nats.Msg) {
		seal, subject, err := pipe(key, r.name)
		return func(m *nats.Msg) {
			if err != nil || len(m.Data) < seal.NonceSize() {
				return
			}
			n := seal.NonceSize()
			if data, err := seal.Open(nil, m.Data[:n], m.Data[n:], []byte(subject)); err == nil {
				r.mu.Lock()
				defer r.mu.Unlock()
				r.f(data)
			}
		}
	})
}

func pipe(key []byte, name string) (cipher.AEAD, string, error) {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("pipe key"))
	block, err := aes.NewCipher(m.Sum(nil))
	if err != nil {
		return nil, "", err
	}
	seal, err := cipher.NewGCM(block)
	topic := nameOf(key, "pipe "+name)
	return seal, fmt.Sprintf("%s.%x", subjectOf(key), topic[:]), err
}

package notifications

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

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
	seal, subject, err := h.pipe(name)
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
	seal, subject, err := h.pipe(name)
	if err != nil {
		return nil, err
	}
	sub, err := b.conn.Subscribe(subject, func(m *nats.Msg) {
		n := seal.NonceSize()
		if len(m.Data) < n {
			return
		}
		if data, err := seal.Open(nil, m.Data[:n], m.Data[n:], []byte(subject)); err == nil {
			f(data)
		}
	})
	if err != nil {
		return nil, err
	}
	return func() { _ = sub.Unsubscribe() }, nil
}

func (h *Hub) pipe(name string) (cipher.AEAD, string, error) {
	m := hmac.New(sha256.New, h.cfg.Key)
	m.Write([]byte("pipe key"))
	block, err := aes.NewCipher(m.Sum(nil))
	if err != nil {
		return nil, "", err
	}
	seal, err := cipher.NewGCM(block)
	topic := h.hash("pipe " + name)
	return seal, fmt.Sprintf("%s.%x", h.subject(), topic[:]), err
}

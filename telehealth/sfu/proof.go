package sfu

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// proofFor: the library lets a certificate live for a month.
const proofFor = 24 * time.Hour

// proof is the certificate by which clients know this node; each learns its
// fingerprint through the link. One serves all connections of a day.
type proof struct {
	mu   sync.Mutex
	of   []webrtc.Certificate
	made time.Time
}

func (p *proof) now(now time.Time) ([]webrtc.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of != nil && now.Sub(p.made) < proofFor {
		return p.of, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	c, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, err
	}
	p.of, p.made = []webrtc.Certificate{*c}, now
	return p.of, nil
}

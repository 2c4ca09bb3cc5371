package main

import (
	"crypto/tls"
	"os"
	"sync"
	"time"
)

// tlsConfig is nil when a proxy does TLS or nobody does.
func (c *Config) tlsConfig() (*tls.Config, error) {
	if c.certFile == "" {
		return nil, nil
	}
	t, err := tlsOf("HOUSECALL_TLS", c.TLS, c.certFile, c.keyFile)
	if err == nil {
		t.NextProtos = []string{"http/1.1"}
	}
	return t, err
}

func tlsOf(name, value, cert, key string) (*tls.Config, error) {
	k := &keyPair{cert: cert, key: key}
	if _, err := k.get(nil); err != nil {
		return nil, wrong(name, value, "the certificate cannot be used: "+err.Error(), "/etc/housecall/cert.pem,/etc/housecall/key.pem")
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: k.get}, nil
}

// keyPair reads the certificate again when its file has changed: certificates
// are renewed every few weeks and nobody should have to restart for it.
type keyPair struct {
	cert, key string

	mu     sync.Mutex
	pair   *tls.Certificate
	of     time.Time // of the file that was read
	looked time.Time
}

func (k *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pair != nil && time.Since(k.looked) < time.Minute {
		return k.pair, nil
	}
	k.looked = time.Now()
	info, err := os.Stat(k.cert)
	if err == nil && (k.pair == nil || !info.ModTime().Equal(k.of)) {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(k.cert, k.key); err == nil {
			k.pair, k.of = &pair, info.ModTime()
		}
	}
	if k.pair != nil { // an unreadable new one: the old one goes on
		return k.pair, nil
	}
	return nil, err
}

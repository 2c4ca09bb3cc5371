package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/telehealth/turn"
)

// certify writes a certificate of this machine's names.
func certify(t *testing.T) (files string, pool *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(30 * 24 * time.Hour), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.NoError(t, os.WriteFile(cert, chain, 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	pool = x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(chain))
	return cert + "," + keyFile, pool
}

func probe(url string, a *App, port netip.AddrPort, pool *x509.CertPool) error {
	return probeFor(3*time.Second, url, a, port, pool)
}

func probeFor(d time.Duration, url string, a *App, port netip.AddrPort, pool *x509.CertPool) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	c := a.relay.keys.For("room", "seat", time.Now().Add(time.Minute))
	return turn.Probe(ctx, url, c, port, &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12})
}

// Where the program does TLS itself, its port carries the site and the relay: no
// network that lets people read web pages keeps them out of a visit.
func TestTheRelaySharesThePortOfTheSite(t *testing.T) {
	cfg := testConfig(t)
	cfg.Addr = freeAddress(t)
	_, port, err := net.SplitHostPort(cfg.Addr)
	require.NoError(t, err)
	cfg.BaseURL = "https://localhost:" + port
	var pool *x509.CertPool
	cfg.TLS, pool = certify(t)
	cfg.TURNAddr = "127.0.0.1:0"
	a := start(t, cfg)
	media := anyPort(a.Signal.Addresses())
	_, urls := a.relay.running()
	require.Len(t, urls, 3)
	require.Contains(t, urls, "turns:localhost:"+port+"?transport=tcp")
	for _, url := range urls {
		require.NoError(t, probe(url, a, media, pool), url)
	}
	web := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	for range 3 { // on one connection
		res, err := web.Get(cfg.BaseURL + "/healthz")
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		require.Equal(t, 200, res.StatusCode)
	}
	web.CloseIdleConnections()
	// Whoever joins is told the ways, by a credential of their own.
	one, two := a.relay.relays("room", "one"), a.relay.relays("room", "two")
	require.Equal(t, urls, one[0].URLs)
	require.NotEqual(t, one[0].Username, two[0].Username)
	// The page about the server's health goes through it as well.
	said := 0
	for _, c := range a.Health(context.Background()) {
		if c.Name == "relay" {
			require.Equal(t, "ok", c.Level, c.Text)
			require.True(t, strings.HasPrefix(c.Text, "Sound and picture get through"), c.Text)
			said++
		}
	}
	require.Equal(t, 3, said)
}

// Other nodes say where their media ports are; until then, and when they have been
// silent for a while, they are not reached.
func TestTheRelayReachesOtherNodes(t *testing.T) {
	cfg := testConfig(t)
	cfg.Addr, cfg.TURNAddr = freeAddress(t), "127.0.0.1:0"
	other := testConfig(t)
	other.Addr = freeAddress(t)
	a, b := start(t, cfg), start(t, other)
	there := anyPort(b.Signal.Addresses())
	_, urls := a.relay.running()
	tell := func(n node) {
		text, err := json.Marshal(n)
		require.NoError(t, err)
		a.relay.hear(text)
	}
	tell(node{Node: "two", At: time.Now().Add(-time.Hour), Ports: []netip.AddrPort{there}})
	require.ErrorIs(t, probeFor(time.Second, urls[0], a, there, nil), turn.ErrBehind, "an old word is nothing")
	tell(node{Node: "two", At: time.Now(), Ports: []netip.AddrPort{there}})
	require.NoError(t, probe(urls[0], a, there, nil))
}

func TestDoctorSaysWhatIsWrongWithTheRelay(t *testing.T) {
	about := func(change func(*Config)) string {
		cfg := testConfig(t)
		change(&cfg)
		require.NoError(t, cfg.Validate())
		var text []string
		for _, c := range lookAtVideo(context.Background(), &cfg, cfg.ICEPort, cfg.fixedRelayURLs()) {
			text = append(text, c.Level+" "+c.Name+": "+c.Text)
		}
		return strings.Join(text, "\n")
	}
	files, _ := certify(t)
	nobody := freeAddress(t)
	require.Contains(t, about(func(*Config) {}), "ok relay: Not needed")
	proxy := func(c *Config) { c.Addr, c.BaseURL, c.TLS = ":8080", "https://portal.example.org", "proxy" }
	require.Contains(t, about(proxy), "warn relay: None: a proxy does TLS")
	require.Contains(t, about(proxy), "warn video: It takes any free port")
	require.Contains(t, about(func(c *Config) { proxy(c); c.TURN = "off" }), "warn relay: Off")
	require.Contains(t, about(func(c *Config) {
		c.SiteKey = strings.Repeat("A", 43) + "="
		c.Addr, c.BaseURL, c.TLS, c.TURNTLSAddr, c.ICEPort, c.TURNHost = "127.0.0.1:1", "https://localhost:1", files, nobody, 8189, "127.0.0.1"
	}), "fail relay: It does not answer over TLS at "+nobody)
}

package turn_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	pion "github.com/pion/turn/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"housecall/telehealth/turn"
	"housecall/telehealth/turn/door"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

var keys = turn.NewKeys([]byte("0123456789abcdef0123456789abcdef"))

// port is a media port that sends back what it gets.
type port struct {
	*net.UDPConn
	at  netip.AddrPort
	got chan string
}

func media(t *testing.T, ip string) *port {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(ip)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	p := &port{c, c.LocalAddr().(*net.UDPAddr).AddrPort(), make(chan string, 100)}
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := c.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			select {
			case p.got <- string(b[:n]):
			default:
			}
			_, _ = c.WriteToUDPAddrPort(b[:n], from)
		}
	}()
	return p
}

func certificate(t *testing.T) (*tls.Config, *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func open(t *testing.T, c turn.Config, ports ...*port) *turn.Server {
	c.Keys, c.Host, c.Loopback = keys, "127.0.0.1", true
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	s, err := turn.Open(c)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	p := turn.Peers{}
	for _, m := range ports {
		p[m.at] = m.at
	}
	s.Reach(p)
	return s
}

// guest is somebody at the relay.
type guest struct {
	t      *testing.T
	client *pion.Client
}

func at(t *testing.T, url string, c turn.Credential, secure *tls.Config) *guest {
	host := strings.TrimPrefix(strings.TrimPrefix(url, "turns:"), "turn:")
	host, query, _ := strings.Cut(host, "?")
	var conn net.PacketConn
	var err error
	if query == "transport=udp" {
		conn, err = net.ListenPacket("udp4", "127.0.0.1:0")
	} else {
		var raw net.Conn
		if secure != nil {
			raw, err = tls.Dial("tcp", host, secure)
		} else {
			raw, err = net.Dial("tcp", host)
		}
		require.NoError(t, err)
		conn = pion.NewSTUNConn(raw)
	}
	require.NoError(t, err)
	client, err := pion.NewClient(&pion.ClientConfig{STUNServerAddr: host, TURNServerAddr: host, Conn: conn, Username: c.Username, Password: c.Password, Realm: turn.Realm, RTO: 50 * time.Millisecond})
	require.NoError(t, err)
	require.NoError(t, client.Listen())
	t.Cleanup(func() { client.Close(); _ = conn.Close() })
	return &guest{t, client}
}

func (g *guest) allocate() net.PacketConn {
	c, err := g.client.Allocate()
	require.NoError(g.t, err)
	g.t.Cleanup(func() { _ = c.Close() })
	return c
}

// echoes: what is sent there comes back.
func echoes(t *testing.T, c net.PacketConn, to netip.AddrPort, text string) {
	b := make([]byte, 1500)
	require.Eventually(t, func() bool {
		if _, err := c.WriteTo([]byte(text), net.UDPAddrFromAddrPort(to)); err != nil {
			return false
		}
		require.NoError(t, c.SetReadDeadline(time.Now().Add(500*time.Millisecond)))
		n, from, err := c.ReadFrom(b)
		return err == nil && string(b[:n]) == text && from.String() == to.String()
	}, patience, 10*time.Millisecond, text)
}

func soon() time.Time { return time.Now().Add(time.Minute) }

func TestAMediaPortIsReachedByEveryWay(t *testing.T) {
	t.Parallel()
	m := media(t, "127.0.0.1")
	server, client := certificate(t)
	s := open(t, turn.Config{SecureAddr: "127.0.0.1:0", TLS: server}, m)
	urls := s.URLs()
	require.Len(t, urls, 3)
	for i, url := range urls {
		var secure *tls.Config
		if strings.HasPrefix(url, "turns:") {
			secure = client
		}
		c := at(t, url, keys.For("room", "seat", soon()), secure).allocate()
		echoes(t, c, m.at, "by "+strconv.Itoa(i))
	}
	require.Equal(t, 3, s.Stats().Allocations)
	require.NotZero(t, s.Stats().Bytes)
}

// A port that is shared with web pages hands over connections that begin as STUN.
func TestAConnectionIsTakenOver(t *testing.T) {
	t.Parallel()
	m := media(t, "127.0.0.1")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = ln.Close() }()
	s := open(t, turn.Config{SharedPort: ln.Addr().(*net.TCPAddr).Port}, m)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 7)
			n, _ := c.Read(b)
			if turn.IsTURN(b[0]) {
				s.Take(c, b[:n])
			}
		}
	}()
	require.Contains(t, s.URLs(), "turns:127.0.0.1:"+strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)+"?transport=tcp")
	echoes(t, at(t, "turn:"+ln.Addr().String()+"?transport=tcp", keys.For("room", "seat", soon()), nil).allocate(), m.at, "taken over")
	for _, first := range "GHPDOC" {
		require.False(t, turn.IsTURN(byte(first)))
	}
}

// The relay reaches the media ports of this site and nothing else: not the same
// machine's other ports, not what is special, not the world.
func TestNothingElseIsReached(t *testing.T) {
	t.Parallel()
	m, other := media(t, "127.0.0.1"), media(t, "127.0.0.1")
	s := open(t, turn.Config{}, m)
	g := at(t, s.URLs()[0], keys.For("room", "seat", soon()), nil)
	c := g.allocate()
	for _, ip := range []string{
		"127.0.0.2", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.2", "198.18.0.1", "224.0.0.1", "255.255.255.255", "8.8.8.8",
		"::1", "fe80::1", "fd00::2", "fd00:ec2::254", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2001:db8::1",
	} {
		require.Error(t, g.client.CreatePermission(&net.UDPAddr{IP: net.ParseIP(ip), Port: int(m.at.Port())}), ip)
	}
	// The address is right and the port is not: also by the way of a permission that
	// was given for the address.
	echoes(t, c, m.at, "before")
	refused := s.Stats().Refused
	_, err := c.WriteTo([]byte("to another port"), net.UDPAddrFromAddrPort(other.at))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return s.Stats().Refused > refused }, patience, 5*time.Millisecond)
	echoes(t, c, m.at, "after")
	require.Empty(t, other.got)
	// A stranger who finds the relayed port out is not heard.
	refused = s.Stats().Refused
	_, err = other.WriteTo([]byte("unasked"), c.LocalAddr())
	require.NoError(t, err)
	require.Eventually(t, func() bool { return s.Stats().Refused > refused }, patience, 5*time.Millisecond)
	// A node that is no more is not reached any more.
	s.Reach(turn.Peers{})
	for len(m.got) > 0 {
		<-m.got
	}
	refused = s.Stats().Refused
	_, _ = c.WriteTo([]byte("too late"), net.UDPAddrFromAddrPort(m.at))
	require.Eventually(t, func() bool { return s.Stats().Refused > refused }, patience, 5*time.Millisecond)
	require.Empty(t, m.got)
	_, err = g.client.AllocateTCP()
	require.Error(t, err, "nothing is relayed over TCP")
}

// A node is reached by its outer address, although this machine meets it by another.
func TestAnOuterAddressIsMetInside(t *testing.T) {
	t.Parallel()
	m := media(t, "127.0.0.1")
	outer := netip.MustParseAddrPort("203.0.113.7:8189")
	s := open(t, turn.Config{})
	s.Reach(turn.Peers{outer: m.at})
	c := at(t, s.URLs()[0], keys.For("room", "seat", soon()), nil).allocate()
	echoes(t, c, outer, "hello")
	require.Equal(t, "203.0.113.7", c.LocalAddr().(*net.UDPAddr).IP.String())
}

func TestIPv6IsRelayed(t *testing.T) {
	t.Parallel()
	if c, err := net.ListenPacket("udp6", "[::1]:0"); err != nil {
		t.Log("this machine has no IPv6; the families are the same code")
		return
	} else {
		_ = c.Close()
	}
	m := media(t, "::1")
	s := open(t, turn.Config{}, m)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.ErrorIs(t, turn.Probe(ctx, s.URLs()[0], keys.For("a", "b", soon()), m.at, nil), turn.ErrBehind, "the echo is no answer, but it came that far")
	require.NotEmpty(t, m.got)
	require.Eventually(t, func() bool { return s.Stats().Allocations == 0 }, patience, 10*time.Millisecond)
}

func TestCredentialsEndAndCannotBeMade(t *testing.T) {
	t.Parallel()
	m := media(t, "127.0.0.1")
	s := open(t, turn.Config{}, m)
	good := keys.For("room", "seat", soon())
	later := keys.For("room", "seat", time.Now().Add(time.Hour))
	for name, c := range map[string]turn.Credential{
		"over":             keys.For("room", "seat", time.Now().Add(-time.Second)),
		"another site's":   turn.NewKeys([]byte("another secret another secret 12")).For("room", "seat", soon()),
		"a longer time":    {Username: later.Username, Password: good.Password},
		"no time":          {Username: "seat", Password: good.Password},
		"nobody":           {Username: ":", Password: ""},
		"another password": {Username: good.Username, Password: "x"},
	} {
		_, err := at(t, s.URLs()[0], c, nil).client.Allocate()
		require.Error(t, err, name)
	}
	require.Zero(t, s.Stats().Allocations)
	require.NotContains(t, good.Username, "seat", "it travels in the clear")
	// What was allocated ends with its credential.
	at(t, s.URLs()[0], keys.For("room", "seat", time.Now().Add(2*time.Second)), nil).allocate()
	require.Equal(t, 1, s.Stats().Allocations)
	require.Eventually(t, func() bool { return s.Stats().Allocations == 0 }, patience, 10*time.Millisecond)
}

func TestNobodyUsesTheRelayUp(t *testing.T) {
	t.Parallel()
	m := media(t, "127.0.0.1")
	s := open(t, turn.Config{Limits: turn.Limits{OfSeat: 2, All: 3, Rate: 40_000}}, m)
	one, two := keys.For("room", "one", soon()), keys.For("room", "two", soon())
	try := func(c turn.Credential) (net.PacketConn, error) {
		x, err := at(t, s.URLs()[0], c, nil).client.Allocate()
		if err == nil {
			t.Cleanup(func() { _ = x.Close() })
		}
		return x, err
	}
	first, err := try(one)
	require.NoError(t, err)
	_, err = try(one)
	require.NoError(t, err)
	_, err = try(keys.For("room", "one", soon().Add(time.Second)))
	require.Error(t, err, "a newer credential of the same seat is no more")
	second, err := try(two)
	require.NoError(t, err)
	_, err = try(two)
	require.Error(t, err, "the node is full")
	require.NotZero(t, s.Stats().Denied)
	require.NoError(t, first.Close())
	require.Eventually(t, func() bool { return s.Stats().Allocations == 2 }, patience, 10*time.Millisecond)
	third, err := try(two)
	require.NoError(t, err)
	// Too much at once is lost, and the relay goes on.
	echoes(t, second, m.at, "first")
	require.Eventually(t, func() bool {
		_, err := second.WriteTo(make([]byte, 1000), net.UDPAddrFromAddrPort(m.at))
		return err == nil && s.Stats().Slowed > 0
	}, patience, time.Millisecond)
	echoes(t, second, m.at, "still there")
	// Channels and permissions are not asked for without end.
	require.NoError(t, third.Close())
	require.Eventually(t, func() bool { return s.Stats().Allocations == 2 }, patience, 10*time.Millisecond)
	g := at(t, s.URLs()[0], one, nil)
	g.allocate()
	refused := false
	for range 100 {
		refused = refused || g.client.CreatePermission(net.UDPAddrFromAddrPort(m.at)) != nil
	}
	require.True(t, refused)
}

func TestStrangersHoldNothing(t *testing.T) {
	t.Parallel()
	m := media(t, "127.0.0.1")
	s := open(t, turn.Config{Door: door.Limits{OfOne: 3, First: 100 * time.Millisecond}}, m)
	host := strings.TrimSuffix(strings.TrimPrefix(s.URLs()[1], "turn:"), "?transport=tcp")
	cut := func(c net.Conn) {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(patience)))
		_, err := c.Read(make([]byte, 1))
		require.Error(t, err)
		ne, ok := err.(net.Error)
		require.False(t, ok && ne.Timeout(), "it is cut off by the relay")
		_ = c.Close()
	}
	for range 4 { // says nothing; the fourth is one too many
		c, err := net.Dial("tcp", host)
		require.NoError(t, err)
		defer cut(c)
	}
	require.Eventually(t, func() bool { return s.Stats().Connections == 0 }, patience, 10*time.Millisecond)
	// Broken talk ends its own connection, or is nothing.
	for _, text := range []string{"GET / HTTP/1.1\r\n\r\n", "\x00\x01\xff\xff!\x12\xa4\x42", "\x40\x00\xff\xff", strings.Repeat("\x00", 3000)} {
		c, err := net.Dial("tcp", host)
		require.NoError(t, err)
		_, _ = c.Write([]byte(text))
		_ = c.Close()
		u, err := net.Dial("udp", host)
		require.NoError(t, err)
		_, _ = u.Write([]byte(text))
		_ = u.Close()
	}
	echoes(t, at(t, s.URLs()[0], keys.For("room", "seat", soon()), nil).allocate(), m.at, "afterwards")
	require.Eventually(t, func() bool { return s.Stats().Connections == 0 }, patience, 10*time.Millisecond)
	echoes(t, at(t, s.URLs()[1], keys.For("room", "seat", soon()), nil).allocate(), m.at, "over TCP, too")
}

func TestAProbeSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	m := media(t, "127.0.0.1")
	s := open(t, turn.Config{}, m)
	probe := func(url string, c turn.Credential) error {
		ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
		defer cancel()
		return turn.Probe(ctx, url, c, m.at, nil)
	}
	good := keys.For("self", "test", soon())
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, nobody.Close())
	require.ErrorIs(t, probe("turn:"+nobody.Addr().String()+"?transport=tcp", good), turn.ErrAway)
	require.ErrorIs(t, probe(s.URLs()[0], turn.Credential{Username: good.Username, Password: "x"}), turn.ErrShut)
	require.ErrorIs(t, probe(s.URLs()[1], good), turn.ErrBehind)
}

func FuzzUserName(f *testing.F) {
	f.Add("1790000000:abcdefghijklmnop")
	f.Add(":")
	f.Add("-1:a")
	f.Add("99999999999999999999:a")
	f.Fuzz(func(t *testing.T, user string) {
		if !turn.Knows(keys, user) {
			return
		}
		at, tag, _ := strings.Cut(user, ":")
		n, err := strconv.ParseInt(at, 10, 64)
		require.NoError(t, err)
		require.Greater(t, n, time.Now().Unix()-1)
		require.NotEmpty(t, tag)
		require.LessOrEqual(t, len(user), 64)
	})
}

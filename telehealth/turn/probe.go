package turn

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
)

// Where on its way a probe ended.
var (
	ErrAway   = errors.New("nobody answers")             // not a relay, or no way to it
	ErrShut   = errors.New("the credential was refused") // another site key, or another clock
	ErrBehind = errors.New("the media port does not answer")
)

// Probe goes through a relay as a browser does, to a media port and back. A media
// port answers a question that is not about any room.
func Probe(ctx context.Context, url string, c Credential, peer netip.AddrPort, secure *tls.Config) error {
	conn, at, err := dial(ctx, url, secure)
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrAway, err)
	}
	defer func() { _ = conn.Close() }()
	client, err := turn.NewClient(&turn.ClientConfig{
		STUNServerAddr: at, TURNServerAddr: at, Conn: conn, Username: c.Username, Password: c.Password, Realm: Realm,
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}, RequestedAddressFamily: familyOf(peer),
	})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Listen(); err != nil {
		return err
	}
	relay, err := client.AllocateWithContext(ctx)
	if err != nil {
		if strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "Unauthorized") {
			return fmt.Errorf("%w (%w)", ErrShut, err)
		}
		return fmt.Errorf("%w (%w)", ErrAway, err)
	}
	defer func() { _ = relay.Close() }()
	if err := ask(ctx, relay, peer); err != nil {
		return fmt.Errorf("%w (%w)", ErrBehind, err)
	}
	return nil
}

func familyOf(a netip.AddrPort) turn.RequestedAddressFamily {
	if a.Addr().Unmap().Is4() {
		return turn.RequestedAddressFamilyIPv4
	}
	return turn.RequestedAddressFamilyIPv6
}

// ask asks a media port which address it sees (RFC 8489), a few times.
func ask(ctx context.Context, from net.PacketConn, peer netip.AddrPort) error {
	question, err := stun.Build(stun.TransactionID, stun.BindingRequest)
	if err != nil {
		return err
	}
	to := net.UDPAddrFromAddrPort(peer)
	buf := make([]byte, 1500)
	for ctx.Err() == nil {
		if _, err := from.WriteTo(question.Raw, to); err != nil {
			return err
		}
		if err := from.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
			return err
		}
		n, _, err := from.ReadFrom(buf)
		if err != nil {
			if ne := net.Error(nil); errors.As(err, &ne) && ne.Timeout() {
				continue
			}
			return err
		}
		answer := &stun.Message{Raw: buf[:n]}
		if answer.Decode() == nil && answer.Type == stun.BindingSuccess && answer.TransactionID == question.TransactionID {
			return nil
		}
	}
	return ctx.Err()
}

// Ask asks a media port over this machine's own network.
func Ask(ctx context.Context, peer netip.AddrPort) error {
	conn, err := net.ListenUDP("udp", nil)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return ask(ctx, conn, peer)
}

// dial finds a relay by its URL.
func dial(ctx context.Context, url string, secure *tls.Config) (net.PacketConn, string, error) {
	scheme, rest, _ := strings.Cut(url, ":")
	hostPort, query, _ := strings.Cut(rest, "?")
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil || scheme != "turn" && scheme != "turns" {
		return nil, "", fmt.Errorf("turn: not the URL of a relay: %s", url)
	}
	if query == "transport=udp" {
		var d net.Resolver
		ips, err := d.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, "", err
		}
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, "", err
		}
		conn, err := net.ListenUDP("udp", nil)
		return conn, netip.AddrPortFrom(ips[0].Unmap(), uint16(n)).String(), err
	}
	var raw net.Conn
	if scheme == "turns" {
		if secure == nil {
			secure = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		raw, err = (&tls.Dialer{Config: secure}).DialContext(ctx, "tcp", hostPort)
	} else {
		raw, err = (&net.Dialer{}).DialContext(ctx, "tcp", hostPort)
	}
	if err != nil {
		return nil, "", err
	}
	return turn.NewSTUNConn(raw), raw.RemoteAddr().String(), nil
}

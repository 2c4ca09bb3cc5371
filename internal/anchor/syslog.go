package anchor

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// syslog is a server of RFC 5424 over TCP (RFC 6587) or TLS (RFC 5425), with
// octet counting. The protocol has no answer: over TLS at least somebody with the
// right certificate has taken the connection.
type syslog struct {
	address, server string // server: name in the certificate; empty: no TLS
	host, node      string
}

const (
	priority   = 13*8 + 5 // log audit, notice (RFC 5424, section 6.2.1)
	closedTime = 200 * time.Millisecond
)

func openSyslog(u *url.URL, node string) (*syslog, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "-"
	}
	s := &syslog{address: u.Host, host: header(host, 255), node: header(node, 128)}
	if u.Scheme == "syslogs" {
		s.server = u.Hostname()
	}
	return s, nil
}

// header is a text for the head of a message: printable, without spaces.
func header(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r < '!' || r > '~' {
			return -1
		}
		return r
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), most)]
}

func (s *syslog) Name() string { return "syslog " + s.address }

func (s *syslog) Send(ctx context.Context, _ string, text []byte) error {
	var conn net.Conn
	var err error
	if s.server != "" {
		d := tls.Dialer{Config: &tls.Config{ServerName: s.server, MinVersion: tls.VersionTLS12}}
		conn, err = d.DialContext(ctx, "tcp", s.address)
	} else {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", s.address)
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	if at, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(at)
	}
	msg := "<" + strconv.Itoa(priority) + ">1 " + time.Now().UTC().Format("2006-01-02T15:04:05.000000Z") + " " + s.host + " housecall " + s.node + " checkpoint - " + string(text)
	if _, err := io.WriteString(conn, strconv.Itoa(len(msg))+" "+msg); err != nil {
		return err
	}
	// A server that refuses closes at once; a good one waits for more.
	_ = conn.SetReadDeadline(time.Now().Add(closedTime))
	if _, err := conn.Read(make([]byte, 1)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return errors.New("the syslog server closed the connection: " + err.Error())
	}
	return nil
}

func (s *syslog) Close() error { return nil }

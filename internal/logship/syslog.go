package logship

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Syslog is a server of RFC 5424 over TCP (RFC 6587) or TLS (RFC 5425), with octet
// counting.
type Syslog struct {
	address, server string // server: name in the certificate; empty: no TLS
	host, node      string
}

// Facilities (RFC 5424, section 6.2.1).
const (
	Local = 16 // local0: the log of the process
	Audit = 13 // log audit
)

// NewSyslog is the server of an address syslog://HOST:PORT or syslogs://HOST:PORT.
func NewSyslog(u *url.URL, node string) *Syslog {
	host, err := os.Hostname()
	if err != nil {
		host = "-"
	}
	s := &Syslog{address: u.Host, host: header(host, 255), node: header(node, 128)}
	if u.Scheme == "syslogs" {
		s.server = u.Hostname()
	}
	return s
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

// Address is where it is.
func (s *Syslog) Address() string { return s.address }

// Dial connects, over TLS only with who has the right certificate.
func (s *Syslog) Dial(ctx context.Context) (net.Conn, error) {
	if s.server != "" {
		d := tls.Dialer{Config: &tls.Config{ServerName: s.server, MinVersion: tls.VersionTLS12}}
		return d.DialContext(ctx, "tcp", s.address)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", s.address)
}

// Frame is one message as it goes over the line.
func (s *Syslog) Frame(facility, severity int, id string, at time.Time, text []byte) []byte {
	msg := "<" + strconv.Itoa(facility*8+severity) + ">1 " + at.UTC().Format("2006-01-02T15:04:05.000000Z") + " " + s.host + " housecall " + s.node + " " + id + " - " + string(text)
	return []byte(strconv.Itoa(len(msg)) + " " + msg)
}

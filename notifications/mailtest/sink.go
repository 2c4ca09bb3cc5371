// Package mailtest has a real mail server for tests, which keeps what it gets
// and can be made to misbehave.
package mailtest

import (
	"bytes"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// Mail is one that the server took.
type Mail struct {
	From, To string
	Raw      string // as it came
	ID       string
	Subject  string // decoded
	Text     string // decoded
}

// Sink is the server.
type Sink struct {
	t      testing.TB
	server *smtp.Server
	addr   string

	mu      sync.Mutex
	mails   []Mail
	tries   int
	refuse  error // answer to RCPT
	swallow bool  // take the mail and cut the line without an answer
}

// New starts a server on a free port and ends it with the test.
func New(t testing.TB) *Sink {
	t.Helper()
	s := &Sink{t: t}
	s.server = smtp.NewServer(s)
	s.server.Domain = "sink.test"
	s.server.MaxMessageBytes = 1 << 20
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	done := make(chan struct{})
	go func() { defer close(done); _ = s.server.Serve(l) }()
	// A server closed before Serve began knows nothing of its listener.
	t.Cleanup(func() { _ = s.server.Close(); _ = l.Close(); <-done })
	return s
}

// URL is the setting that sends mail here.
func (s *Sink) URL() string { return "smtp://" + s.addr + "?from=portal@clinic.test" }

// Refuse makes the server answer to each receiver with a code; 0: take mails.
func (s *Sink) Refuse(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = nil
	if code != 0 {
		s.refuse = &smtp.SMTPError{Code: code, Message: "no mail for you, whoever@you.are"}
	}
}

// Swallow makes the server take mails without saying so.
func (s *Sink) Swallow(on bool) { s.mu.Lock(); defer s.mu.Unlock(); s.swallow = on }

// Mails gives what came.
func (s *Sink) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Tries is how often somebody asked whether a mail may be sent.
func (s *Sink) Tries() int { s.mu.Lock(); defer s.mu.Unlock(); return s.tries }

// NewSession implements smtp.Backend.
func (s *Sink) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{sink: s, conn: c.Conn()}, nil
}

type session struct {
	sink     *Sink
	conn     net.Conn
	from, to string
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error { x.from = from; return nil }

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.sink.mu.Lock()
	defer x.sink.mu.Unlock()
	x.sink.tries++
	x.to = to
	return x.sink.refuse
}

func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m := Mail{From: x.from, To: x.to, Raw: string(raw)}
	if err := m.decode(raw); err != nil {
		x.sink.t.Errorf("a mail that cannot be read: %v", err)
	}
	x.sink.mu.Lock()
	defer x.sink.mu.Unlock()
	x.sink.mails = append(x.sink.mails, m)
	if x.sink.swallow {
		_ = x.conn.Close()
	}
	return nil
}

func (x *session) Reset()        {}
func (x *session) Logout() error { return nil }

func (m *Mail) decode(raw []byte) error {
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	m.ID = msg.Header.Get("Message-Id")
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err != nil {
		return err
	}
	body := msg.Body
	if strings.EqualFold(msg.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	m.Text = string(text)
	return err
}

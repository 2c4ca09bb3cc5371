package notifications

import (
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// Mailer hands mails to an SMTP server (RFC 5321).
type Mailer struct {
	host     string
	port     int
	implicit bool // TLS from the first byte (RFC 8314, section 3.3)
	plain    bool // no TLS at all, as on this machine
	user     string
	password string
	from     string
	hello    string
}

// ParseMailer reads smtp://user:password@host:port?from=portal@example.org, or
// smtps:// for TLS from the first byte. With smtp:// the server must offer
// STARTTLS, unless it is on this machine or tls=off is set, for a relay on a
// network of one's own.
func ParseMailer(raw string) (*Mailer, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.Path != "" && u.Path != "/" {
		return nil, errors.New("it must begin with smtp:// or smtps:// and name a host")
	}
	q := u.Query()
	for k := range q {
		if k != "from" && k != "tls" {
			return nil, fmt.Errorf("%q is not known in it", k)
		}
	}
	from, err := netmail.ParseAddress(q.Get("from"))
	if err != nil {
		return nil, errors.New("it must name the sender's address behind ?from=")
	}
	m := &Mailer{host: u.Hostname(), implicit: u.Scheme == "smtps", from: from.Address, user: u.User.Username()}
	_, m.hello, _ = strings.Cut(from.Address, "@")
	m.password, _ = u.User.Password()
	m.port = 587
	if m.implicit {
		m.port = 465
	}
	if p := u.Port(); p != "" {
		if m.port, err = strconv.Atoi(p); err != nil || m.port < 1 || m.port > 65535 {
			return nil, errors.New("its port is no port")
		}
	}
	switch q.Get("tls") {
	case "":
		ip := net.ParseIP(m.host)
		m.plain = !m.implicit && (m.host == "localhost" || ip != nil && ip.IsLoopback())
	case "off":
		m.plain = true
		if m.implicit || m.user != "" {
			return nil, errors.New("tls=off goes with smtp:// and without a password only")
		}
	default:
		return nil, errors.New("tls can only be off")
	}
	return m, nil
}

// Host is where the server is, for people to read.
func (m *Mailer) Host() string { return net.JoinHostPort(m.host, strconv.Itoa(m.port)) }

// smtpTime bounds connecting, and then each exchange of a mail as a whole.
const smtpTime = 15 * time.Second

func (m *Mailer) client() (*mail.Client, error) {
	opts := []mail.Option{mail.WithPort(m.port), mail.WithTimeout(smtpTime), mail.WithHELO(m.hello), mail.WithoutNoop()}
	switch {
	case m.implicit:
		opts = append(opts, mail.WithSSL())
	case m.plain:
		opts = append(opts, mail.WithTLSPolicy(mail.NoTLS))
	default:
		opts = append(opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.user != "" {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.user), mail.WithPassword(m.password))
	}
	return mail.NewClient(m.host, opts...)
}

// Check connects, says hello and proves who we are. It sends nothing.
func (m *Mailer) Check(ctx context.Context) error {
	c, err := m.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, smtpTime)
	defer cancel()
	if err := c.DialWithContext(ctx); err != nil {
		return err
	}
	_ = c.Close()
	return nil
}

// What a mail server may do with a mail other than take it. None of these name
// the receiver, as the server's own words may.
var (
	errMailLater   = errors.New("the mail server did not take a mail")
	errMailRefused = errors.New("the mail server will not take a mail")
	errMailUnknown = errors.New("the mail server did not say whether it took a mail")
)

// send hands over one mail. id is the same each time, so that servers that look
// for doubles find them.
func (m *Mailer) send(ctx context.Context, to, subject, text, id string) error {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(m.from); err != nil {
		return errMailRefused
	}
	if err := msg.To(to); err != nil {
		return errMailRefused
	}
	msg.Subject(subject)
	msg.SetMessageIDWithValue(id + "@" + m.hello)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, section 5
	msg.SetBodyString(mail.TypeTextPlain, text)
	c, err := m.client()
	if err != nil {
		return errMailLater
	}
	dial, cancel := context.WithTimeout(ctx, smtpTime)
	defer cancel()
	if err := c.DialWithContext(dial); err != nil {
		return errMailLater
	}
	defer c.Close() //nolint:errcheck // the mail is there or not by now
	err = c.Send(msg)
	if err == nil || msg.IsDelivered() {
		return nil
	}
	e, ok := errors.AsType[*mail.SendError](err)
	switch {
	case !ok:
		return errMailLater
	case e.Reason == mail.ErrSMTPDataClose && e.ErrorCode() == 0: // no answer to the end of the data
		return errMailUnknown
	case e.ErrorCode() >= 500 && e.Reason != mail.ErrSMTPMailFrom:
		return fmt.Errorf("%w (%d)", errMailRefused, e.ErrorCode())
	}
	return fmt.Errorf("%w (%d)", errMailLater, e.ErrorCode())
}

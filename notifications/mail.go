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

	"housecall/notifications/carrier"
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

// Carry implements carrier.Carrier; the target is an address. The id stays the same,
// so that servers that look for doubles find them, and comes back with a bounce.
func (m *Mailer) Carry(ctx context.Context, target string, w carrier.Word) error {
	refuse := &carrier.Error{Class: carrier.Refused, Why: "address"}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(m.from); err != nil {
		return refuse
	}
	if err := msg.To(target); err != nil {
		return refuse
	}
	msg.Subject(w.Subject)
	msg.SetMessageIDWithValue(w.ID + "@" + m.hello)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, section 5
	if w.Stop != "" {                                    // RFC 8058; its address must be https
		msg.SetGenHeader("List-Unsubscribe", "<"+w.Stop+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	msg.SetBodyString(mail.TypeTextPlain, w.Text)
	c, err := m.client()
	if err != nil {
		return &carrier.Error{Class: carrier.Later, Why: "unreachable"}
	}
	dial, cancel := context.WithTimeout(ctx, smtpTime)
	defer cancel()
	if err := c.DialWithContext(dial); err != nil {
		return &carrier.Error{Class: carrier.Later, Why: "unreachable"}
	}
	defer c.Close() //nolint:errcheck // the mail is there or not by now
	err = c.Send(msg)
	if err == nil || msg.IsDelivered() {
		return nil
	}
	e, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		return &carrier.Error{Class: carrier.Later, Why: "server"}
	}
	return refusal(e)
}

// refusal reads what a mail server said to a mail. Its own words are not repeated:
// they may name the receiver.
func refusal(e *mail.SendError) *carrier.Error {
	f := &carrier.Error{Class: carrier.Later, Code: e.ErrorCode(), Why: "server"}
	switch {
	case e.Reason == mail.ErrSMTPDataClose && f.Code == 0: // no answer to the end of the data
		f.Class = carrier.Unknown
	case e.Reason == mail.ErrSMTPRcptTo && (f.Code == 550 || f.Code == 551 || f.Code == 553): // RFC 5321, section 4.2.3: no such mailbox
		f.Class, f.Why = carrier.Gone, "address"
	case f.Code >= 500 && e.Reason != mail.ErrSMTPMailFrom:
		f.Class = carrier.Refused
	}
	return f
}

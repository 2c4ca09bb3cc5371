package carrier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// SMS tells telephones through a gateway over HTTP. Its protocol is ours and small,
// described in docs/operations.md: whoever has another gateway puts a few lines in
// between.
type SMS struct {
	client *http.Client
	url    string
	token  string
	from   string
}

// Number is a telephone number as in E.164.
var Number = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

var sender = regexp.MustCompile(`^(\+?[0-9]{3,15}|[A-Za-z0-9 ]{3,11})$`)

// ParseSMS reads https://:TOKEN@gateway.example.org/messages?from=SENDER. The client
// comes with Use.
func ParseSMS(raw string) (*SMS, error) {
	u, q, err := address(raw, "from")
	if err != nil {
		return nil, err
	}
	s := &SMS{from: q.Get("from")}
	s.token, _ = u.User.Password()
	if s.token == "" {
		return nil, errors.New("it must have the gateway's token before the host, as https://:TOKEN@host")
	}
	if s.from != "" && !sender.MatchString(s.from) {
		return nil, errors.New("from must be a number or at most 11 letters")
	}
	u.User, u.RawQuery = nil, ""
	s.url = u.String()
	return s, nil
}

// Use says through which client it goes out.
func (s *SMS) Use(client *http.Client) { s.client = client }

// Host is where it goes, for people to read.
func (s *SMS) Host() string { return host(s.url) }

type smsOut struct {
	ID   string `json:"id"`
	To   string `json:"to"`
	From string `json:"from,omitempty"`
	Text string `json:"text"`
	TTL  int    `json:"ttl"`
}

// Carry implements Carrier; the target is a number. The gateway knows an id that it
// took before and sends nothing for it.
func (s *SMS) Carry(ctx context.Context, target string, w Word) error {
	if !Number.MatchString(target) {
		return &Error{Class: Gone, Why: "number"}
	}
	text := w.Text
	if w.Link != "" {
		text += " " + w.Link
	}
	body, err := json.Marshal(smsOut{ID: w.ID, To: target, From: s.from, Text: strings.TrimSpace(text), TTL: int(w.lifetime(time.Now()).Seconds())})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", w.ID)
	got, err := exchange(s.client, r)
	if err != nil {
		return err
	}
	var said struct{ Error string }
	_ = json.Unmarshal(got.body, &said)
	why := known(said.Error, []string{"number", "blocked", "rejected"})
	switch {
	case got.code >= 200 && got.code < 300 || got.code == http.StatusConflict: // 409: it has this id already
		return nil
	case got.code == http.StatusUnprocessableEntity && (why == "number" || why == "blocked"):
		return &Error{Class: Gone, Code: got.code, Why: why}
	case got.code == http.StatusUnauthorized || got.code == http.StatusForbidden || got.code == http.StatusNotFound:
		return &Error{Class: Setup, Code: got.code, Why: "gateway"}
	case got.code == http.StatusTooManyRequests || got.code >= 500:
		return &Error{Class: Later, Code: got.code, Why: "gateway", After: got.after}
	}
	return &Error{Class: Refused, Code: got.code, Why: why}
}

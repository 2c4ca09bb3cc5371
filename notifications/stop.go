package notifications

import (
	"context"
	"encoding/base64"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// everyMail stands for all kinds: it ends the mail of the day.
const everyMail Kind = "all"

// stopURL is the address in a mail that ends mails of its kind (RFC 8058). Whoever
// has the mail may use it, without signing in, so it can do that and nothing else.
// There is none for what somebody must be told, nor on a site without https.
func (s *Service) stopURL(account string, k Kind) string {
	if !k.held() || s.BaseURL.Scheme != "https" && !s.Private {
		return ""
	}
	return s.BaseURL.String() + "/unsubscribe/" + base64.RawURLEncoding.EncodeToString(s.stops.Seal([]byte(string(k)+" "+account), ""))
}

func (s *Service) openStop(token string) (account string, k Kind, err error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil && len(b) < 300 {
		b, err = s.stops.Open(b, "")
		if kind, account, ok := strings.Cut(string(b), " "); err == nil && ok {
			return account, Kind(kind), nil
		}
	}
	return "", "", fault.New(fault.NotFound, "This link is not complete. Copy the whole of it from the mail.")
}

// Stopped tells what a link of a mail ends, and whether it has.
func (s *Service) Stopped(ctx context.Context, token string) (k Kind, stopped bool, err error) {
	account, k, err := s.openStop(token)
	if err != nil {
		return "", false, err
	}
	w, err := s.Preferences(ctx, identity.Principal{Account: account})
	if k == everyMail {
		return k, !w.Email, err
	}
	return k, !w.Email || !w.Wants("", k, Email), err
}

// StopMails ends mails of a kind, or takes that back.
func (s *Service) StopMails(ctx context.Context, token string, stop bool) error {
	account, k, err := s.openStop(token)
	if err != nil {
		return err
	}
	if _, err := s.Accounts.AccountByID(ctx, account); err != nil {
		return err
	}
	if k == everyMail {
		w, err := s.Preferences(ctx, identity.Principal{Account: account})
		if err != nil {
			return err
		}
		w.Email = !stop
		return s.SetPreferences(ctx, identity.Principal{Account: account}, w)
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		// For everybody they care for: choices for single people would say otherwise.
		if _, err := c.Exec(`DELETE FROM notice_choices WHERE account = ? AND kind = ? AND channel = ? AND patient <> '' AND chosen <> ?`, account, string(k), string(Email), !stop); stop && err != nil {
			return err
		}
		return chooseTx(c, account, Choice{"", k, Email}, !stop)
	})
}

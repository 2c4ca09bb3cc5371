package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"
)

// cookieName: with https the __Host- prefix binds a cookie to this host alone
// (RFC 6265bis section 4.1.3.2). With plain http, for trying out, the name holds
// a piece of the base URL's hash instead, as cookies are shared between ports.
func (s *Service) cookieName(suffix string) string {
	if s.base.Scheme == "https" {
		return "__Host-hc" + suffix
	}
	h := sha256.Sum256([]byte(s.base.String()))
	return "hc_" + hex.EncodeToString(h[:4]) + suffix
}

// CookieName is the name of the session cookie.
func (s *Service) CookieName() string { return s.cookieName("") }

// BrowserCookieName is the name of the cookie that binds a sign-in under way to
// the browser that began it.
func (s *Service) BrowserCookieName() string { return s.cookieName("-b") }

// Cookie makes the session cookie; an empty value deletes it. It ends with the
// browser: how long a session lasts is decided by its row.
func (s *Service) Cookie(value string) *http.Cookie { return s.cookie(s.CookieName(), value, 0) }

// BrowserCookie makes the cookie of a sign-in under way.
func (s *Service) BrowserCookie(value string) *http.Cookie {
	return s.cookie(s.BrowserCookieName(), value, time.Hour)
}

func (s *Service) cookie(name, value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true,
		Secure: s.base.Scheme == "https", SameSite: http.SameSiteLaxMode, MaxAge: int(age.Seconds()),
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// CSRF is the token a page sends with every write of the session.
func (s *Service) CSRF(session string) string { return keyed(s.csrf.Now(), session) }

// CheckCSRF tells whether the token is the session's. A page that was loaded before
// the site key changed goes on.
func (s *Service) CheckCSRF(session, token string) bool {
	return session != "" && s.csrf.Fits([]byte(token), func(key []byte) []byte { return []byte(keyed(key, session)) })
}

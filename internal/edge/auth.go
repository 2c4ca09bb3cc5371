package edge

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// SessionFunc finds who a session cookie stands for that came from somewhere. active
// says that the person did something just now: polling and sockets do not keep a
// session alive.
type SessionFunc func(ctx context.Context, cookie string, from identity.From, active bool) (identity.Principal, error)

// BearerFunc finds who an access token stands for.
type BearerFunc func(ctx context.Context, token string) (identity.Principal, error)

// Authenticate finds out who is asking. A bearer token that does not hold is
// refused at once; a session that is over leaves the request to nobody, so that
// signing in works with an old cookie around. A bearer token goes before the
// cookie. An address that shows many wrong ones is made to wait (guesses).
func Authenticate(cookieName string, session SessionFunc, token BearerFunc) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := of(c)
		if t := bearer(c); t != "" {
			who, err := r.edge.guesses.try(r.address, t, func() (identity.Principal, error) { return token(c.UserContext(), t) })
			if err != nil {
				if fault.Is(err, fault.Unauthenticated) { // and not that nobody can tell right now
					c.Set(fiber.HeaderWWWAuthenticate, `Bearer error="invalid_token"`)
				}
				return err
			}
			r.set(who)
			r.again = func(ctx context.Context) (identity.Principal, error) { return token(ctx, t) }
			if err := r.setPurpose(c); err != nil {
				return err
			}
			return c.Next()
		}
		from := identity.FromRequest(r.address, c.Get(fiber.HeaderUserAgent))
		if cookie := c.Cookies(cookieName); cookie != "" && session != nil {
			who, err := r.edge.guesses.try(r.address, cookie, func() (identity.Principal, error) {
				return session(c.UserContext(), cookie, from, c.Get("X-Activity") == "1")
			})
			switch {
			case err == nil:
				r.byCookie, r.cookie = true, cookie
				r.again = func(ctx context.Context) (identity.Principal, error) { return session(ctx, cookie, from, false) }
				r.set(who)
				if err := r.setPurpose(c); err != nil {
					return err
				}
			case !fault.Is(err, fault.Unauthenticated):
				return err
			}
		}
		return c.Next()
	}
}

func (r *request) set(who identity.Principal) {
	who.RequestID, who.Address = r.id, r.address
	r.who = who
}

// Required lets only those pass who are signed in.
func Required(c *fiber.Ctx) error {
	if Principal(c).Kind == identity.Anonymous {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
		return fault.New(fault.Unauthenticated, kinds[fault.Unauthenticated].detail).WithCode("signed_out")
	}
	return c.Next()
}

// Principal is who is asking; Anonymous when nobody signed in. It carries the
// request id and the address in any case.
func Principal(c *fiber.Ctx) identity.Principal {
	if r := of(c); r != nil {
		return r.principal()
	}
	return identity.Principal{}
}

// Who is Principal for huma's handlers, which get a context only. It is for the
// faces: what lies below them takes the principal as a parameter.
func Who(ctx context.Context) identity.Principal {
	if r, ok := ctx.Value(requestKey{}).(*request); ok && r != nil {
		return r.principal()
	}
	return identity.Principal{}
}

func (r *request) principal() identity.Principal {
	if r.who.Kind == identity.Anonymous {
		return identity.Principal{RequestID: r.id, Address: r.address}
	}
	return r.who
}

// Again gives what finds anew who is asking, for answers that take a while: it is
// Unauthenticated once the session or the token was taken back.
func Again(c *fiber.Ctx) func(context.Context) (identity.Principal, error) {
	r := of(c)
	if r == nil || r.again == nil {
		return func(context.Context) (identity.Principal, error) { return identity.Principal{}, nil }
	}
	return r.again
}

// SessionCookie is the session cookie that Principal was found by; empty when it
// was a token, or nobody.
func SessionCookie(c *fiber.Ctx) string {
	if r := of(c); r != nil {
		return r.cookie
	}
	return ""
}

// CSRF refuses unsafe requests that were authenticated by a cookie and do not
// carry the session's token in X-CSRF-Token: a browser sends cookies by itself,
// but only our own page knows the token.
func CSRF(valid func(cookie, token string) bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r := of(c)
		if safe(c.Method()) || !r.byCookie || valid(r.cookie, c.Get("X-CSRF-Token")) {
			return c.Next()
		}
		return fault.New(fault.Forbidden, "This page is out of date. Please load it again.").WithCode("csrf")
	}
}

func bearer(c *fiber.Ctx) string { return tokenOf(c.Get(fiber.HeaderAuthorization)) }

func tokenOf(header string) string {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

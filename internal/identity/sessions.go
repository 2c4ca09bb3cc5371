package identity

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// Place is one browser or app somebody is signed in on.
type Place struct {
	ID         string
	Current    bool
	Device     string
	App        string // name of the application; empty: a browser
	CreatedAt  time.Time
	LastSeenAt time.Time
	Address    string
}

const maxPlaces = 100

// Places lists where an account is signed in, latest first: live browser
// sessions, and applications that hold a refresh token.
func (s *Service) Places(ctx context.Context, who Principal) ([]Place, error) {
	var places []Place
	scan := func(r *sql.Rows) error {
		var p Place
		var created, last int64
		if err := r.Scan(&p.ID, &p.Device, &p.App, &created, &last, &p.Address); err != nil {
			return err
		}
		p.CreatedAt, p.LastSeenAt, p.Current = fromMicros(created), fromMicros(last), p.ID == who.Session
		places = append(places, p)
		return nil
	}
	now, c := s.now(), s.db.Read(ctx)
	err := c.Each(`SELECT id, device, '', created_at, last_at, address FROM sessions
		WHERE account = ? AND ended_at = 0 AND expires_at > ? AND last_at > ? ORDER BY last_at DESC LIMIT ?`,
		scan, who.Account, micros(now), micros(now.Add(-SessionIdle)), maxPlaces)
	if err == nil {
		err = c.Each(`SELECT f.id, f.device, COALESCE(c.name, f.client), f.created_at, f.last_at, f.address
			FROM token_families f LEFT JOIN oauth_clients c ON c.id = f.client
			WHERE f.account = ? AND f.offline AND f.revoked_at = 0 AND f.expires_at > ? ORDER BY f.last_at DESC LIMIT ?`,
			scan, who.Account, micros(now), maxPlaces)
	}
	slices.SortStableFunc(places, func(a, b Place) int { return b.LastSeenAt.Compare(a.LastSeenAt) })
	return places[:min(len(places), maxPlaces)], err
}

var errNoPlace = fault.New(fault.NotFound, "This sign-in has ended already.")

// EndPlace signs one of the account's own browsers or apps out. Another one than
// who asks needs a fresh proof: who found a page open must not be able to throw
// its owner out everywhere else.
func (s *Service) EndPlace(ctx context.Context, who Principal, id string) error {
	if uuid.Validate(id) != nil {
		return errNoPlace
	}
	if id != who.Session {
		if err := who.RequireRecent(s.now()); err != nil {
			return err
		}
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		var n int
		err := c.QueryRow(`SELECT (SELECT count(*) FROM sessions WHERE id = ? AND account = ? AND ended_at = 0)
			+ (SELECT count(*) FROM token_families WHERE id = ? AND account = ? AND revoked_at = 0)`,
			id, who.Account, id, who.Account).Scan(&n)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNoPlace
		}
		if err := s.recordTx(c, Act{Who: who, Action: "logout", Detail: "session:" + id}); err != nil {
			return err
		}
		return s.endSessionTx(c, id)
	})
}

// DeviceWords makes a few words of a browser's User-Agent, enough for somebody
// to know their own phone again; the long string is not kept.
func DeviceWords(agent string) string {
	browser := firstWord(agent, families)
	system := firstWord(agent, [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "Chromebook"}, {"Linux", "Linux"},
	})
	switch {
	case browser != "" && system != "":
		return browser + ", " + system
	case browser+system != "":
		return browser + system
	}
	return "Unknown device"
}

// SessionProof is how a session was proved, for the provider.
type SessionProof struct {
	AuthAt time.Time // of the sign-in, or of a later step-up
	AMR    []string
	Issuer string
	ACR    string
}

// SessionProof reads how a session was proved.
func (s *Service) SessionProof(ctx context.Context, session string) (p SessionProof, err error) {
	var at int64
	var amr string
	err = s.db.Read(ctx).QueryRow(`SELECT proved_at, amr, issuer, acr FROM sessions WHERE id = ? AND ended_at = 0`, session).Scan(&at, &amr, &p.Issuer, &p.ACR)
	p.AuthAt, p.AMR = fromMicros(at), strings.Fields(amr)
	return p, err
}

package identity

import (
	"context"
	"net/http"
	"time"

	"housecall/internal/db"
)

// deviceLife is how long a device is known after the last sign-in on it.
const deviceLife = 365 * 24 * time.Hour

// DeviceCookieName is the name of the cookie by which a device is known again. It
// opens nothing: a sign-in on the device is not slowed down by what others try.
func (s *Service) DeviceCookieName() string { return s.cookieName("-d") }

// DeviceCookie makes it. It stays when the session ends.
func (s *Service) DeviceCookie(value string) *http.Cookie {
	return s.cookie(s.DeviceCookieName(), value, deviceLife)
}

// Know remembers that somebody signed in on a device. It gives the cookie's
// value, a new one if the device had none.
func (s *Service) Know(ctx context.Context, account, device string) (string, error) {
	if len(device) != 43 {
		device = newSecret()
	}
	return device, s.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO known_devices (device, account, last_at) VALUES (?, ?, ?)
			ON CONFLICT (device, account) DO UPDATE SET last_at = excluded.last_at`, secretHash(device), account, micros(s.now()))
		if err != nil {
			return err
		}
		_, err = c.Exec(`DELETE FROM known_devices WHERE account = ? AND device NOT IN (SELECT device FROM known_devices WHERE account = ? ORDER BY last_at DESC LIMIT ?)`,
			account, account, maxPlaces)
		return err
	})
}

func (s *Service) knownDevice(ctx context.Context, account, device string) (known bool, err error) {
	if len(device) != 43 {
		device = "" // asked for all the same: the same work for everybody
	}
	err = s.db.Read(ctx).QueryRow(`SELECT EXISTS (SELECT 1 FROM known_devices WHERE device = ? AND account = ?)`, secretHash(device), account).Scan(&known)
	return known, err
}

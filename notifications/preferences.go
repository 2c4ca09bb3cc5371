package notifications

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Preferences is how somebody wants to be told. Notices in the app always come.
type Preferences struct {
	Email  bool
	Silent []Kind // told in the app only
	Quiet  Quiet
}

// IsSilent tells whether notices of the kind are told in the app only.
func (p Preferences) IsSilent(k Kind) bool { return slices.Contains(p.Silent, k) }

// Quiet are hours in which no mail is sent; it comes when they are over.
type Quiet struct {
	On       bool
	From, To int // minutes after midnight; From > To goes over midnight
	Zone     *time.Location
}

const day = 24 * 60

func (s *Service) defaults() Preferences {
	return Preferences{Email: true, Quiet: Quiet{From: 22 * 60, To: 7 * 60, Zone: s.Zone}}
}

// Preferences gives the person's own.
func (s *Service) Preferences(ctx context.Context, who identity.Principal) (Preferences, error) {
	return s.preferences(s.DB.Read(ctx), who.Account)
}

func (s *Service) preferences(c *db.Conn, account string) (Preferences, error) {
	p := s.defaults()
	var silent, zone string
	err := c.QueryRow(`SELECT email, silent, quiet, quiet_from, quiet_to, zone FROM notice_preferences WHERE account = ?`, account).
		Scan(&p.Email, &silent, &p.Quiet.On, &p.Quiet.From, &p.Quiet.To, &zone)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	for _, w := range strings.Fields(silent) {
		p.Silent = append(p.Silent, Kind(w))
	}
	if z, err := time.LoadLocation(zone); err == nil { // else it was known once: the clinic's
		p.Quiet.Zone = z
	}
	return p, nil
}

// SetPreferences changes the person's own. Mails that wait follow the new ones.
func (s *Service) SetPreferences(ctx context.Context, who identity.Principal, p Preferences) error {
	if p.Quiet.From < 0 || p.Quiet.To < 0 || p.Quiet.From >= day || p.Quiet.To >= day || p.Quiet.On && p.Quiet.From == p.Quiet.To {
		return fault.New(fault.Invalid, "Quiet hours need a beginning and another end.")
	}
	if p.Quiet.Zone == nil {
		p.Quiet.Zone = s.Zone
	}
	var silent []string
	for _, k := range Kinds {
		if p.IsSilent(k) {
			silent = append(silent, string(k))
		}
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`INSERT INTO notice_preferences (account, email, silent, quiet, quiet_from, quiet_to, zone, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (account) DO UPDATE SET email = excluded.email, silent = excluded.silent, quiet = excluded.quiet, quiet_from = excluded.quiet_from,
			quiet_to = excluded.quiet_to, zone = excluded.zone, changed_at = excluded.changed_at`,
			who.Account, p.Email, strings.Join(silent, " "), p.Quiet.On, p.Quiet.From, p.Quiet.To, p.Quiet.Zone.String(), s.now().UnixMicro())
		return err
	})
}

// Zone finds a time zone by its IANA name.
func Zone(name string) (*time.Location, error) {
	z, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fault.New(fault.Invalid, "This time zone is not known. An example: America/Chicago")
	}
	return z, nil
}

// Ends gives the end of the quiet hours that now lies in; zero: it is not quiet.
// The hours are those of a clock on the wall: in the night in which it is set
// forward or back they are an hour shorter or longer, and an end that the clock
// jumps over is where it jumps to.
func (q Quiet) Ends(now time.Time) time.Time {
	if !q.covers(now) {
		return time.Time{}
	}
	local := now.In(q.Zone)
	date := local.Day()
	if local.Hour()*60+local.Minute() >= q.To { // over midnight
		date++
	}
	end := time.Date(local.Year(), local.Month(), date, q.To/60, q.To%60, 0, 0, q.Zone)
	for !end.After(now) || q.covers(end) { // a time that comes twice or never; zones move by quarters of an hour
		end = end.Add(15 * time.Minute)
	}
	return end
}

func (q Quiet) covers(now time.Time) bool {
	local := now.In(q.Zone)
	minute := local.Hour()*60 + local.Minute()
	switch {
	case !q.On || q.From == q.To:
		return false
	case q.From < q.To:
		return q.From <= minute && minute < q.To
	}
	return minute >= q.From || minute < q.To
}

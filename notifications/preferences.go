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
	Push, Email, SMS bool
	Order            []Channel       // which is tried first, and what then
	Choices          map[Choice]bool // where they are not as usual
	Digest           Digest
	Quiet            Quiet
}

// Choice names one thing that somebody may choose: whether they are told of a kind
// by a channel; for one of the people they care for, or (Patient empty) for all.
type Choice struct {
	Patient string
	Kind    Kind
	Channel Channel
}

// Digest is one mail a day instead of one for each notice.
type Digest struct {
	On bool
	At int // minutes after midnight, in the zone of the quiet hours
}

// maxChoices bounds what one account may choose: all kinds and channels for a few
// dozen people.
const maxChoices = 600

// On tells whether a channel is on at all.
func (p Preferences) On(c Channel) bool {
	return map[Channel]bool{Push: p.Push, Email: p.Email, Text: p.SMS}[c]
}

// Wants tells whether they want to be told of a kind by a channel, about somebody.
func (p Preferences) Wants(patient string, k Kind, c Channel) bool {
	switch k {
	case Oversight: // their duty
		return c != Text
	case SignIn, Moved: // of the account itself, to the address of the account
		return c == Email
	}
	if !p.On(c) {
		return false
	}
	for _, who := range []string{patient, ""} {
		if chosen, ok := p.Choices[Choice{who, k, c}]; ok {
			return chosen
		}
	}
	return usual(k, c)
}

// Quiet are hours in which nothing rings; it does when they are over.
type Quiet struct {
	On       bool
	From, To int // minutes after midnight; From > To goes over midnight
	Zone     *time.Location
}

const day = 24 * 60

func (s *Service) defaults() Preferences {
	return Preferences{
		Push: true, Email: true, SMS: true, Order: slices.Clone(Channels), Choices: map[Choice]bool{},
		Digest: Digest{At: 8 * 60}, Quiet: Quiet{From: 22 * 60, To: 7 * 60, Zone: s.Zone},
	}
}

// Preferences gives the person's own.
func (s *Service) Preferences(ctx context.Context, who identity.Principal) (Preferences, error) {
	return s.preferences(s.DB.Read(ctx), who.Account)
}

func (s *Service) preferences(c *db.Conn, account string) (Preferences, error) {
	p := s.defaults()
	err := c.Each(`SELECT patient, kind, channel, chosen FROM notice_choices WHERE account = ?`, func(r *sql.Rows) error {
		var x Choice
		var chosen bool
		err := r.Scan(&x.Patient, &x.Kind, &x.Channel, &chosen)
		p.Choices[x] = chosen
		return err
	}, account)
	if err != nil {
		return p, err
	}
	var zone, order string
	err = c.QueryRow(`SELECT push, email, sms, channels, digest, digest_at, quiet, quiet_from, quiet_to, zone FROM notice_preferences WHERE account = ?`, account).
		Scan(&p.Push, &p.Email, &p.SMS, &order, &p.Digest.On, &p.Digest.At, &p.Quiet.On, &p.Quiet.From, &p.Quiet.To, &zone)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Order = nil
	for _, w := range strings.Fields(order) {
		p.Order = append(p.Order, Channel(w))
	}
	if z, err := time.LoadLocation(zone); err == nil { // else it was known once: the clinic's
		p.Quiet.Zone = z
	}
	return p, nil
}

// check finds what nobody can mean.
func (p *Preferences) check() error {
	if p.Quiet.From < 0 || p.Quiet.To < 0 || p.Quiet.From >= day || p.Quiet.To >= day || p.Quiet.On && p.Quiet.From == p.Quiet.To {
		return fault.New(fault.Invalid, "Quiet hours need a beginning and another end.")
	}
	if p.Digest.At < 0 || p.Digest.At >= day {
		return fault.New(fault.Invalid, "Write the time as hours and minutes. An example: 22:00")
	}
	if p.Order == nil {
		p.Order = slices.Clone(Channels)
	}
	order := slices.Clone(p.Order)
	slices.Sort(order)
	all := slices.Clone(Channels)
	slices.Sort(all)
	if !slices.Equal(order, all) {
		return fault.New(fault.Invalid, "Each way to be told has one place in the order.")
	}
	if len(p.Choices) > maxChoices {
		return fault.New(fault.TooMany, "These are too many choices.")
	}
	for x := range p.Choices {
		if !slices.Contains(Kinds, x.Kind) || !slices.Contains(Channels, x.Channel) || len(x.Patient) > 64 {
			return fault.New(fault.Invalid, "There is no such thing to choose.")
		}
	}
	return nil
}

// SetPreferences changes the person's own. What waits follows the new ones.
func (s *Service) SetPreferences(ctx context.Context, who identity.Principal, p Preferences) error {
	if err := p.check(); err != nil {
		return err
	}
	if p.Quiet.Zone == nil {
		p.Quiet.Zone = s.Zone
	}
	var order []string
	for _, c := range p.Order {
		order = append(order, string(c))
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`INSERT INTO notice_preferences (account, push, email, sms, channels, digest, digest_at, quiet, quiet_from, quiet_to, zone, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (account) DO UPDATE SET push = excluded.push, email = excluded.email, sms = excluded.sms, channels = excluded.channels, digest = excluded.digest, digest_at = excluded.digest_at,
			quiet = excluded.quiet, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, zone = excluded.zone, changed_at = excluded.changed_at`,
			who.Account, p.Push, p.Email, p.SMS, strings.Join(order, " "), p.Digest.On, p.Digest.At, p.Quiet.On, p.Quiet.From, p.Quiet.To, p.Quiet.Zone.String(), s.now().UnixMicro()); err != nil {
			return err
		}
		if _, err := c.Exec(`DELETE FROM notice_choices WHERE account = ?`, who.Account); err != nil {
			return err
		}
		for x, chosen := range p.Choices {
			if err := chooseTx(c, who.Account, x, chosen); err != nil {
				return err
			}
		}
		return nil
	})
}

func chooseTx(c *db.Conn, account string, x Choice, chosen bool) error {
	_, err := c.Exec(`INSERT INTO notice_choices (account, patient, kind, channel, chosen) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (account, patient, kind, channel) DO UPDATE SET chosen = excluded.chosen`, account, x.Patient, string(x.Kind), string(x.Channel), chosen)
	return err
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

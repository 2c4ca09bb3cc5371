package schedule

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Offered are times at which a practitioner sees people.
type Offered struct {
	Account   string // of the practitioner
	Specialty string // in words
	Place     string // where, for visits at the clinic
	Modes     []Mode
	Starts    []time.Time
	Length    time.Duration
}

// maxLength bounds how long one time is.
const maxLength = 4 * time.Hour

// Offer adds times to what can be booked. Where a practitioner already sees
// people, be it for a part of the new time, everything is left as it is: nobody is
// at two places at once. It tells how many are new.
func (s *Service) Offer(ctx context.Context, who identity.Principal, o Offered) (added int64, err error) {
	if who.Kind != identity.System && !who.Is(identity.Admin) && !who.Is(identity.FrontDesk) {
		return 0, fault.New(fault.Forbidden, "Only the front desk and administrators can offer times.").WithCode("role")
	}
	bits := 0
	for _, m := range o.Modes {
		bits |= m.bit()
	}
	if bits == 0 || o.Length < 5*time.Minute || o.Length > maxLength || len(o.Starts) == 0 || len(o.Starts) > 2000 {
		return 0, fault.New(fault.Invalid, "Say how people meet, when, and for how long (5 minutes to 4 hours).")
	}
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		added = 0
		var practitioner string
		err := c.QueryRow(`SELECT practitioner FROM accounts WHERE id = ? AND active`, o.Account).Scan(&practitioner)
		if errors.Is(err, sql.ErrNoRows) || err == nil && practitioner == "" {
			return fault.New(fault.Invalid, "This is not the account of a practitioner.")
		}
		if err != nil {
			return err
		}
		taken, err := timesOf(c, practitioner, o)
		if err != nil {
			return err
		}
		for _, t := range o.Starts {
			x := times{t.UnixMicro(), t.Add(o.Length).UnixMicro()}
			if slices.ContainsFunc(taken, x.meets) {
				continue
			}
			if _, err := c.Exec(`INSERT INTO slots (id, practitioner, account, specialty, starts_at, ends_at, modes, place) VALUES `+db.Placeholders(1, 8),
				uuid.Must(uuid.NewV7()).String(), practitioner, o.Account, o.Specialty, x.from, x.to, bits, o.Place); err != nil {
				return err
			}
			taken = append(taken, x)
			added++
		}
		return nil
	})
	return added, err
}

type times struct{ from, to int64 }

func (x times) meets(y times) bool { return x.from < y.to && y.from < x.to }

// timesOf lists when a practitioner already sees people around the times that are
// offered. Of two who offer times for one practitioner, one waits for the other.
func timesOf(c *db.Conn, practitioner string, o Offered) (out []times, err error) {
	if c.Dialect == db.Postgres {
		if _, err := c.Exec(`SELECT id FROM accounts WHERE practitioner = ? ORDER BY id FOR UPDATE`, practitioner); err != nil {
			return nil, err
		}
	}
	first, last := slices.MinFunc(o.Starts, time.Time.Compare), slices.MaxFunc(o.Starts, time.Time.Compare)
	err = c.Each(`SELECT starts_at, ends_at FROM slots WHERE practitioner = ? AND starts_at > ? AND starts_at < ?`, func(r *sql.Rows) error {
		var x times
		err := r.Scan(&x.from, &x.to)
		out = append(out, x)
		return err
	}, practitioner, first.Add(-maxLength).UnixMicro(), last.Add(o.Length).UnixMicro())
	return out, err
}

// slot is a row of slots.
type slot struct {
	id, practitioner, account, name, specialty, place, appointment string
	startsAt, endsAt                                               int64
	modes                                                          int
}

const slotColumns = `s.id, s.practitioner, s.account, a.name, s.specialty, s.place, s.appointment, s.starts_at, s.ends_at, s.modes FROM slots s JOIN accounts a ON a.id = s.account `

func (x *slot) columns() []any {
	return []any{&x.id, &x.practitioner, &x.account, &x.name, &x.specialty, &x.place, &x.appointment, &x.startsAt, &x.endsAt, &x.modes}
}

// Query is what somebody would like to book.
type Query struct {
	Practitioner string // FHIR id; empty: anybody of the care team
	Mode         Mode   // empty: any
	From         string // day of the clinic; empty: today
	Days         int    // 0: a week
}

// Free lists the free times of the patient's care team.
func (s *Service) Free(ctx context.Context, who identity.Principal, patient string, q Query) (Free, error) {
	out := Free{Practitioners: []Practitioner{}, Days: []FreeDay{}, TimeZone: s.Zone.String()}
	if q.Mode != "" && q.Mode.bit() == 0 {
		return out, fault.New(fault.Invalid, "Visits are by video or at the clinic.")
	}
	if q.Days < 1 {
		q.Days = 7
	}
	q.Days = min(q.Days, maxDays)
	now := s.Now()
	from, err := s.dayOf(q.From, now)
	if err != nil {
		return out, err
	}
	c := s.DB.Read(ctx)
	v, err := s.Enter(c, who, patient)
	if err == nil && v.Visits != nil { // they are here for one that is booked
		err = access.NoChart()
	}
	if err != nil {
		return out, s.Records.Refuse(ctx, who, patient, appointment, "", err)
	}
	out.CanBook = mayBook(v) == nil
	team, err := s.team(c, patient)
	if err != nil || len(team) == 0 {
		return out, err
	}
	if err := s.freeOf(c, &out, q, from, team); err != nil {
		return out, err
	}
	return out, s.Records.Looked(ctx, who, v, "search", "Slot", "", access.Of(access.Appointments), 0)
}

// freeOf fills in the free times of these accounts; nil: of all practitioners.
func (s *Service) freeOf(c *db.Conn, out *Free, q Query, from time.Time, team []string) error {
	cond, args := `s.appointment = '' AND a.active`, []any{}
	if bit := q.Mode.bit(); bit == 1 {
		cond += ` AND s.modes IN (1, 3)`
	} else if bit == 2 {
		cond += ` AND s.modes IN (2, 3)`
	}
	where := cond
	if team != nil {
		where += ` AND s.account IN ` + db.Placeholders(1, len(team))
		for _, a := range team {
			args = append(args, a)
		}
	}
	soonest, end := s.Now().UnixMicro(), from.AddDate(0, 0, q.Days)
	err := c.Each(`SELECT DISTINCT s.practitioner, a.name, s.specialty FROM slots s JOIN accounts a ON a.id = s.account WHERE `+where+` AND s.starts_at > ? ORDER BY a.name, s.practitioner LIMIT 50`, func(r *sql.Rows) error {
		var p Practitioner
		err := r.Scan(&p.ID, &p.Name, &p.Role)
		if !slices.ContainsFunc(out.Practitioners, func(x Practitioner) bool { return x.ID == p.ID }) {
			out.Practitioners = append(out.Practitioners, p)
		}
		return err
	}, append(slices.Clone(args), soonest)...)
	if err != nil {
		return err
	}
	if q.Practitioner != "" {
		where, args = where+` AND s.practitioner = ?`, append(args, q.Practitioner)
	}
	err = c.Each(`SELECT `+slotColumns+`WHERE `+where+` AND s.starts_at > ? AND s.starts_at >= ? AND s.starts_at < ? ORDER BY s.starts_at, s.practitioner LIMIT 2000`, func(r *sql.Rows) error {
		var x slot
		if err := r.Scan(x.columns()...); err != nil {
			return err
		}
		date := s.day(x.startsAt)
		if n := len(out.Days); n == 0 || out.Days[n-1].Date != date {
			out.Days = append(out.Days, FreeDay{Date: date})
		}
		d := &out.Days[len(out.Days)-1]
		d.Slots = append(d.Slots, Slot{x.id, moment(x.startsAt), moment(x.endsAt), x.practitioner, modesOf(x.modes)})
		return nil
	}, append(slices.Clone(args), soonest, from.UnixMicro(), end.UnixMicro())...)
	if err != nil {
		return err
	}
	var next sql.NullInt64
	if err := c.QueryRow(`SELECT min(s.starts_at) FROM slots s JOIN accounts a ON a.id = s.account WHERE `+where+` AND s.starts_at > ? AND s.starts_at >= ?`, append(args, soonest, end.UnixMicro())...).Scan(&next); err != nil {
		return err
	}
	if next.Valid {
		out.Next = s.day(next.Int64)
	}
	return nil
}

// team gives the accounts of the practitioners who treat the patient: only they
// may open the chart, so only they can be booked.
func (s *Service) team(c *db.Conn, patient string) ([]string, error) {
	circle, err := s.Access.Circle(c, patient)
	var out []string
	for _, n := range circle {
		if n.Relation == access.CareTeam && n.Practitioner != "" {
			out = append(out, n.Account)
		}
	}
	return out, err
}

// day tells on which day of the clinic something is.
func (s *Service) day(micros int64) string { return moment(micros).In(s.Zone).Format(time.DateOnly) }

// dayOf gives the beginning of a day of the clinic.
func (s *Service) dayOf(date string, now time.Time) (time.Time, error) {
	if date == "" {
		date = now.In(s.Zone).Format(time.DateOnly)
	}
	t, err := time.ParseInLocation(time.DateOnly, date, s.Zone)
	if err != nil {
		return t, fault.New(fault.Invalid, "Write the day as 2026-11-30.")
	}
	return t, nil
}

// slotTx finds a time that the patient may take.
func (s *Service) slotTx(c *db.Conn, patient, id string, mode Mode) (*slot, error) {
	var x slot
	err := c.QueryRow(`SELECT `+slotColumns+`WHERE s.id = ? AND a.active`, id).Scan(x.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, taken()
	}
	if err != nil {
		return nil, err
	}
	team, err := s.team(c, patient)
	if err != nil {
		return nil, err
	}
	switch {
	case x.appointment != "" || x.startsAt <= s.now() || !slices.Contains(team, x.account):
		return nil, taken()
	case x.modes&mode.bit() == 0:
		return nil, fault.New(fault.Invalid, "At this time people cannot meet in that way. Please choose another one.").WithCode("mode")
	}
	return &x, nil
}

// take makes its time the appointment's. Of two who try, one finds it taken, also
// when they want two times of one practitioner that overlap.
func take(c *db.Conn, b *Booked) error {
	query := `SELECT appointment FROM slots WHERE practitioner = ? AND starts_at > ? AND starts_at < ? AND ends_at > ? ORDER BY id`
	if c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	err := c.Each(query, func(r *sql.Rows) error {
		var other string
		err := r.Scan(&other)
		if err == nil && other != "" && other != b.ID {
			err = taken()
		}
		return err
	}, b.Practitioner, b.StartsAt-maxLength.Microseconds(), b.EndsAt, b.StartsAt)
	if err != nil {
		return err
	}
	n, err := c.Exec(`UPDATE slots SET appointment = ? WHERE id = ? AND appointment = ''`, b.ID, b.Slot)
	if err == nil && n == 0 {
		err = taken()
	}
	return err
}

func giveBack(c *db.Conn, id, appointment string) error {
	_, err := c.Exec(`UPDATE slots SET appointment = '' WHERE id = ? AND appointment = ?`, id, appointment)
	return err
}

func taken() error {
	return fault.New(fault.Conflict, "Somebody else has just taken this time. Please choose another one.").WithCode("slot_taken")
}

package telehealth

import (
	"database/sql"
	"encoding/json"
	"slices"

	"housecall/internal/fault"
)

// DeviceCheck is how somebody's devices and line were found before a visit: words and
// rough numbers, no address and no name of a device.
type DeviceCheck struct {
	Camera     string `json:"camera" enum:"ok,fail,skipped"`
	Microphone string `json:"microphone" enum:"ok,fail,skipped"`
	Speaker    string `json:"speaker" enum:"ok,fail,skipped"`
	Network    string `json:"network" enum:"ok,fail,skipped"`
	LineFound
}

// LineFound is what was found of a way to the clinic, as far as it was tried.
type LineFound struct {
	Reach     string `json:"reach,omitempty" enum:"direct,relay,blocked" doc:"How sound and picture get out of this network"`
	RoundTrip int    `json:"roundTrip,omitempty" minimum:"0" maximum:"60000" doc:"Milliseconds"`
	Down      int    `json:"down,omitempty" minimum:"0" maximum:"1000000" doc:"Estimate in kbit/s"`
	Up        int    `json:"up,omitempty" minimum:"0" maximum:"1000000" doc:"Estimate in kbit/s"`
	Browser   string `json:"browser,omitempty" enum:"chrome,edge,firefox,safari,samsung,other"`
	System    string `json:"system,omitempty" enum:"android,iphone,mac,windows,linux,other"`
}

var (
	checkWords = []string{"ok", "fail", "skipped"}
	reaches    = []string{"", "direct", "relay", "blocked"}
	browsers   = []string{"", "chrome", "edge", "firefox", "safari", "samsung", "other"}
	systems    = []string{"", "android", "iphone", "mac", "windows", "linux", "other"}
)

func (d *DeviceCheck) words() []string {
	return []string{d.Camera, d.Microphone, d.Speaker, d.Network}
}

// bounded refuses a check that holds anything but known words and plausible numbers.
func (d *DeviceCheck) bounded() error {
	within := func(n, most int) bool { return n >= 0 && n <= most }
	known := slices.Contains(reaches, d.Reach) && slices.Contains(browsers, d.Browser) && slices.Contains(systems, d.System) &&
		within(d.RoundTrip, 60_000) && within(d.Down, 1_000_000) && within(d.Up, 1_000_000)
	for _, w := range d.words() {
		known = known && slices.Contains(checkWords, w)
	}
	if !known {
		return fault.New(fault.Invalid, "The check of the devices is not complete.")
	}
	return nil
}

// ready is a row of visit_ready: what somebody with a seat tried and said.
type ready struct {
	seat, tried, consent            string
	said                            int64
	country, region, address, phone string
}

// ready gives what those who have a seat tried and said, by the seat.
func (v *visit) ready() (map[string]*ready, error) {
	out := map[string]*ready{}
	err := v.c.Each(`SELECT seat, tried, consent, said_at, country, region, address, phone FROM visit_ready WHERE visit = ?`, func(r *sql.Rows) error {
		var x ready
		err := r.Scan(&x.seat, &x.tried, &x.consent, &x.said, &x.country, &x.region, &x.address, &x.phone)
		out[x.seat] = &x
		return err
	}, v.ID)
	return out, err
}

// readyOf gives the row of one seat, an empty one if there is none yet.
func (v *visit) readyOf(seat string) (*ready, error) {
	all, err := v.ready()
	if err != nil {
		return nil, err
	}
	if x := all[seat]; x != nil {
		return x, nil
	}
	return &ready{seat: seat}, nil
}

func (v *visit) putReady(x *ready) error {
	_, err := v.c.Exec(`INSERT INTO visit_ready (visit, seat, tried, consent, said_at, country, region, address, phone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (visit, seat) DO UPDATE SET tried = excluded.tried, consent = excluded.consent, said_at = excluded.said_at, country = excluded.country, region = excluded.region, address = excluded.address, phone = excluded.phone`,
		v.ID, x.seat, x.tried, x.consent, x.said, x.country, x.region, x.address, x.phone)
	return err
}

// noteLine keeps what was found of somebody's line.
func (v *visit) noteLine(seat string, l LineFound) error {
	x, err := v.readyOf(seat)
	if err != nil {
		return err
	}
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	x.tried = string(body)
	return v.putReady(x)
}

// line is what was found of it; a row of another time without it has none.
func (x *ready) line() (l LineFound) {
	if x != nil && x.tried != "" {
		_ = json.Unmarshal([]byte(x.tried), &l)
	}
	return l
}

// where is what was said of where the patient is; nil: nothing was.
func (x *ready) where(rules *Licence) *Where {
	if x.said == 0 {
		return nil
	}
	return &Where{Whereabouts: x.place(), At: moment(x.said), Outside: !rules.holds(x.country, x.region)}
}

// fill adds to somebody what they tried and said, for who holds the visit; nil: nothing.
func (x *ready) fill(p *Person, rules *Licence) {
	if x == nil {
		return
	}
	if p.Check != nil {
		p.Check.LineFound = x.line()
	}
	p.Where = x.where(rules)
}

// forget takes back what was tried and said in one browser. The Consent stays in the
// chart: it was given.
func (v *visit) forget(account string) error {
	_, err := v.c.Exec(`UPDATE visit_ready SET tried = '', said_at = 0, country = '', region = '', address = '', phone = '' WHERE visit = ? AND seat IN (SELECT seat FROM visit_people WHERE visit = ? AND account = ?)`, v.ID, v.ID, account)
	return err
}

// prepare fills into a visit what people tried and said before it: for the viewer
// their own, for those who hold it everybody's.
func (v *visit) prepare(out *Visit) error {
	all, err := v.ready()
	if err != nil {
		return err
	}
	rules, err := v.s.licence(v.c)
	if err != nil {
		return err
	}
	if x := all[out.Me.Seat]; x != nil && x.said != 0 {
		out.Me.PlaceAt = momentOf(x.said)
		out.Me.Outside = rules.Outside == refuses && !rules.holds(x.country, x.region)
	}
	if !v.hosts() {
		return nil
	}
	asks := map[string]int{}
	if slices.ContainsFunc(out.People, func(p Person) bool { return p.State == SeatWaiting }) {
		if asks, err = v.unanswered(); err != nil {
			return err
		}
	}
	for i := range out.People {
		p := &out.People[i]
		if p.State == SeatWaiting {
			p.Asks = asks[p.Seat]
		}
		all[p.Seat].fill(p, &rules)
	}
	return nil
}

package telehealth

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/schedule"
)

// Who hosts a visit: the doctors and nurses of the care team. One of them leads it,
// whoever began it, until they hand it over: a nurse rooms the patient and gives the
// lead to the doctor in the same room. Everybody who hosts lets people in. Muting,
// removing, locking, choosing who is large and ending it for everybody are for doctors
// and for who leads; for every host while who leads is not in the room.

// RoomState is how those who hold a visit have set its room.
type RoomState struct {
	Lead      string `json:"lead,omitempty" doc:"Seat of who leads the visit"`
	Ready     bool   `json:"ready,omitempty" doc:"Who leads it has said that the doctor can come"`
	Locked    bool   `json:"locked,omitempty" doc:"Nobody new gets to the waiting room"`
	Spotlight string `json:"spotlight,omitempty" doc:"Seat that everybody sees large"`
}

// controls is a row of visit_controls.
type controls struct{ Lead, ReadyBy, LockedBy, Spotlight string }

// settings are how the room is set.
func (v *visit) settings() (*controls, error) {
	if v.room != nil {
		return v.room, nil
	}
	var x controls
	err := v.c.QueryRow(`SELECT lead, ready_by, locked_by, spotlight FROM visit_controls WHERE visit = ?`, v.roomID()).Scan(&x.Lead, &x.ReadyBy, &x.LockedBy, &x.Spotlight)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	v.room = &x
	return v.room, nil
}

// set changes how the room is set.
func (v *visit) set(f func(*controls)) error {
	x, err := v.settings()
	if err != nil {
		return err
	}
	was := *x
	if f(x); *x == was {
		return nil
	}
	_, err = v.c.Exec(`INSERT INTO visit_controls (visit, lead, ready_by, locked_by, spotlight) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (visit) DO UPDATE SET lead = excluded.lead, ready_by = excluded.ready_by, locked_by = excluded.locked_by, spotlight = excluded.spotlight`,
		v.roomID(), x.Lead, x.ReadyBy, x.LockedBy, x.Spotlight)
	return err
}

// roomState is what a viewer is told of that: a guest nothing before they are let in, and
// who comes to a group only whether it is locked.
func (v *visit) roomState(list []*person) (RoomState, error) {
	x, err := v.settings()
	if err != nil || v.guest != nil && !v.inside(list) {
		return RoomState{}, err
	}
	if v.group != nil && !v.hosts() && !v.inside(list) {
		return RoomState{Locked: x.LockedBy != ""}, nil
	}
	out := RoomState{Lead: x.Lead, Spotlight: x.Spotlight, Locked: x.LockedBy != ""}
	out.Ready = v.hosts() && x.ReadyBy != ""
	return out, nil
}

// inside tells whether the viewer was let in.
func (v *visit) inside(list []*person) bool {
	p := v.mine(list)
	return p != nil && p.admittedNow()
}

// shows tells whether the viewer is told of somebody else. Who has only looked is
// nobody's business, who was removed the hosts'. A guest is told of who is in the room,
// once they are.
func (v *visit) shows(p *person, list []*person) bool {
	switch {
	case p.State == SeatNone:
		return false
	case v.guest != nil:
		return p.admittedNow() && v.inside(list)
	}
	return v.hosts() || p.State != SeatRemoved
}

// patientName is what the patient is called to the viewer: to a guest by link as on the
// patient's tile, once they are in the room together.
func (v *visit) patientName(list []*person) (string, error) {
	if v.guest == nil {
		person, err := v.s.Records.PatientOf(v.c, v.view)
		return person.Name, err
	}
	for _, p := range list {
		if p.Role == patientRole && v.shows(p, list) {
			return p.Name, nil
		}
	}
	return "", nil
}

// markGuests adds to people what their invitations say of them.
func (v *visit) markGuests(list []*person) error {
	if !slices.ContainsFunc(list, func(p *person) bool { return p.Role == guestRole || p.Role == interpreterRole }) {
		return nil
	}
	guests, err := guestsOf(v.c, `WHERE visit = ? AND ended_at = 0`, v.ID)
	for _, g := range guests {
		for _, p := range list {
			if p.account == seatOfGuest(g.id) {
				p.SelfNamed, p.OtherDevice = g.selfNamed, g.browsers > 1 && p.State == SeatWaiting
			}
		}
	}
	return err
}

var (
	errRemoved = fault.New(fault.Forbidden, "The care team took you out of this visit. If you think that is a mistake, please call the clinic.").WithCode("removed")
	errLocked  = fault.New(fault.Conflict, "Nobody else can join right now. The care team wants to talk without being disturbed. Please wait a little and try again, or call the clinic.").WithCode("locked")
)

// unlocked refuses who comes anew while the room is locked. It is the patient's visit:
// they always reach the door, unless there are others.
func (v *visit) unlocked(p *person) error {
	x, err := v.settings()
	if err == nil && x.LockedBy != "" && !p.host && (p.Role != patientRole || v.group != nil) {
		err = errLocked
	}
	return err
}

// controls refuses who may not set the room.
func (v *visit) controls(list []*person) error {
	if !v.hosts() {
		return fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
	}
	x, err := v.settings()
	if err != nil || v.role() == string(identity.Clinician) {
		return err
	}
	if i := slices.IndexFunc(list, func(p *person) bool { return p.Seat == x.Lead }); i >= 0 && list[i].account != v.me() && list[i].State == SeatIn {
		return fault.New(fault.Forbidden, "Somebody else leads this visit now. Ask them to do this.").WithCode("lead")
	}
	return nil
}

// mustControl gives the people to who may set the room, and refuses others.
func (v *visit) mustControl() ([]*person, error) {
	if err := v.mustHost(); err != nil {
		return nil, err
	}
	list, err := v.people()
	if err == nil {
		err = v.controls(list)
	}
	return list, err
}

// leads makes a host who begins the visit the one who leads it.
func (v *visit) leads(p *person) error {
	return v.set(func(x *controls) {
		if x.Lead == "" {
			x.Lead = p.Seat
		}
	})
}

// comes gives the lead to the doctor who was waited for.
func (v *visit) comes() error {
	x, err := v.settings()
	if err != nil || x.ReadyBy == "" || v.role() != string(identity.Clinician) {
		return err
	}
	p, err := v.seat()
	if err != nil {
		return err
	}
	return v.hand(p)
}

// hand gives the lead to a host, and leaves its row.
func (v *visit) hand(to *person) error {
	if err := v.set(func(x *controls) { x.Lead, x.ReadyBy = to.Seat, "" }); err != nil {
		return err
	}
	return v.s.Access.RecordTx(v.c, event(v.who, v.view, "update", v.ID, "lead"))
}

// Lead hands the visit over to another host who is there, or takes it over. Without a
// seat it says that the doctor can come: whoever of the doctors is in the room leads it
// then, or the next one who comes. Nobody's call is touched by it.
func (s *Service) Lead(ctx context.Context, who identity.Principal, patient, id, seat string) (Visit, error) {
	return s.control(ctx, who, patient, id, "hand over", func(v *visit, list []*person) error {
		me, err := v.seat()
		if err != nil {
			return err
		}
		to := func(p *person) bool { return p.host && p.admittedNow() && p.Seat == seat }
		if seat == "" {
			to = func(p *person) bool {
				return p.Role == string(identity.Clinician) && p.State == SeatIn && p.Seat != me.Seat
			}
		}
		i := slices.IndexFunc(list, to)
		switch {
		case i >= 0:
			return v.hand(list[i])
		case seat != "":
			return errNotHere
		}
		return v.set(func(x *controls) { x.ReadyBy = me.Seat })
	})
}

var errNotHere = fault.New(fault.Conflict, "They are not in the visit any more.").WithCode("gone")

// Mute turns one person's microphone off, or without a seat that of everybody who does
// not host. They are told who did, and can turn it on again.
func (s *Service) Mute(ctx context.Context, who identity.Principal, patient, id, seat string) (Visit, error) {
	return s.control(ctx, who, patient, id, "mute", func(v *visit, list []*person) error {
		me, err := v.seat()
		if err != nil {
			return err
		}
		n := 0
		for _, p := range list {
			if p.Seat == me.Seat || !p.admittedNow() || seat != p.Seat && (seat != "" || p.host) {
				continue
			}
			n++
			if _, err := v.c.Exec(`UPDATE visit_people SET muted_at = ?, muted_by = ? WHERE visit = ? AND seat = ?`, max(v.s.now(), p.muted+1), me.Seat, v.ID, p.Seat); err != nil {
				return err
			}
		}
		if n == 0 && seat != "" {
			return errNotHere
		}
		return nil
	})
}

// Remove takes somebody out of the visit for good: they do not come back, by whatever
// way, unless somebody who hosts lets them in again.
func (s *Service) Remove(ctx context.Context, who identity.Principal, patient, id, seat string) (Visit, error) {
	return s.control(ctx, who, patient, id, "remove", func(v *visit, list []*person) error {
		i := slices.IndexFunc(list, func(p *person) bool { return p.Seat == seat && !p.host && p.State != SeatNone })
		if i < 0 {
			return errNotHere
		}
		p := list[i]
		p.State, p.waiting, p.admitted, p.admittedBy = SeatRemoved, 0, 0, ""
		if err := v.put(p); err != nil {
			return err
		}
		return v.set(func(x *controls) {
			if x.Spotlight == seat {
				x.Spotlight = ""
			}
		})
	})
}

// Lock keeps everybody from the waiting room who is not there yet, or opens it again.
func (s *Service) Lock(ctx context.Context, who identity.Principal, patient, id string, on bool) (Visit, error) {
	return s.control(ctx, who, patient, id, "lock", func(v *visit, _ []*person) error {
		me, err := v.seat()
		if err != nil {
			return err
		}
		return v.set(func(x *controls) {
			if x.LockedBy = ""; on {
				x.LockedBy = me.Seat
			}
		})
	})
}

// Spotlight lets everybody see one person large; without a seat each sees again whom
// they would.
func (s *Service) Spotlight(ctx context.Context, who identity.Principal, patient, id, seat string) (Visit, error) {
	return s.control(ctx, who, patient, id, "spotlight", func(v *visit, list []*person) error {
		if seat != "" && !slices.ContainsFunc(list, func(p *person) bool { return p.Seat == seat && p.admittedNow() }) {
			return errNotHere
		}
		return v.set(func(x *controls) { x.Spotlight = seat })
	})
}

// control lets who may set the room do something in it, and has every node look anew
// at who sits there and how.
func (s *Service) control(ctx context.Context, who identity.Principal, patient, id, what string, f func(*visit, []*person) error) (Visit, error) {
	return s.change(ctx, who, patient, id, what, func(v *visit) error {
		if who.Scopes != nil {
			return access.NoChart()
		}
		list, err := v.mustControl()
		if err != nil {
			return err
		}
		if v.State != schedule.Live {
			return fault.New(fault.Conflict, "This visit has not begun.").WithCode("not_live")
		}
		if err := f(v, list); err != nil {
			return err
		}
		if err := v.settle(); err != nil {
			return err
		}
		return s.Access.SeatTakenTx(v.c, v.ID)
	})
}

package telehealth

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/schedule"
	"housecall/telehealth/sfu"
	"housecall/telehealth/signal"
)

// unseen lists those in the room whose charts the viewer does not see, by the names
// that all in the room see.
func (g *gathering) unseen() (out []Person, err error) {
	known := map[string]bool{}
	for _, v := range g.members {
		known[v.ID] = true
	}
	err = g.c.Each(`SELECT p.visit, p.seat, p.called, p.state FROM visit_people p JOIN appointments a ON a.id = p.visit WHERE a.group_id = ? AND p.state IN ('in', 'admitted') ORDER BY p.seat`, func(r *sql.Rows) error {
		p := Person{Role: memberRole}
		var visit string
		err := r.Scan(&visit, &p.Seat, &p.Name, &p.State)
		if !known[visit] {
			out = append(out, p)
		}
		return err
	}, g.ID)
	return out, err
}

// own finds the viewer's seat among those of who leads.
func (g *gathering) own(leaders []*person) *person {
	if i := slices.IndexFunc(leaders, func(p *person) bool { return p.account == g.who.Account }); i >= 0 {
		return leaders[i]
	}
	return nil
}

// seat gives who leads their own seat of the group, and makes one for who has none yet.
func (g *gathering) seat() (*person, error) {
	list, err := g.door().people()
	if err != nil {
		return nil, err
	}
	if p := g.own(list); p != nil {
		return p, nil
	}
	p := &person{Person: Person{Seat: uuid.NewString(), Name: g.who.Name, Role: g.role(), State: SeatNone}, account: g.who.Account, host: true}
	_, err = g.c.Exec(`INSERT INTO visit_people (visit, seat, account, name, role, relation, host, state) VALUES `+db.Placeholders(1, 8), g.ID, p.Seat, p.account, p.Name, p.Role, "", true, string(p.State))
	return p, err
}

// controls refuses who may not set the room: doctors, and who leads; every host while
// who leads is not in it.
func (g *gathering) controls(leaders []*person) error {
	if !g.hosts() {
		return fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
	}
	x, err := g.door().settings()
	if err != nil || g.who.Is(identity.Clinician) {
		return err
	}
	if i := slices.IndexFunc(leaders, func(p *person) bool { return p.Seat == x.Lead }); i >= 0 && leaders[i].account != g.who.Account && leaders[i].State == SeatIn {
		return fault.New(fault.Forbidden, "Somebody else leads this visit now. Ask them to do this.").WithCode("lead")
	}
	return nil
}

// change lets f do something about the group as a whole, for who leads it, and shows
// it anew. what is a machine word for what is done.
func (s *Service) changeGroup(ctx context.Context, who identity.Principal, id, what string, f func(*gathering) error) (GroupVisit, error) {
	var out GroupVisit
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		g, err := s.gather(c, who, id, true)
		if err != nil {
			return err
		}
		if !g.hosts() {
			return fault.New(fault.Forbidden, "Only the care team can do this.").WithCode("role")
		}
		if err := g.happens(); err != nil {
			return err
		}
		before, err := g.outside()
		if err != nil {
			return err
		}
		if err := f(g); err != nil {
			return err
		}
		if err := g.SaveTx(c); err != nil {
			return err
		}
		after, err := g.outside()
		if err != nil {
			return err
		}
		if after != before {
			err = s.Schedule.GroupMovedTx(c, g.Group)
		} else {
			err = s.Schedule.MemberMovedTx(c, g.Group, true)
		}
		if err != nil {
			return err
		}
		if err := s.Access.RecordTx(c, g.event("update", what)); err != nil {
			return err
		}
		out, err = g.show()
		return err
	})
	if err != nil {
		return GroupVisit{}, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	return out, nil
}

// outside sums up what who has not been let in sees of a group: whether it goes on, who
// leads it, and whether somebody can still come.
func (g *gathering) outside() (string, error) {
	door := g.door()
	leaders, err := door.people()
	if err != nil {
		return "", err
	}
	room, err := door.settings()
	if err != nil {
		return "", err
	}
	out := fmt.Sprint(g.State, room.LockedBy != "")
	for _, p := range leaders {
		if p.State == SeatAdmitted || p.State == SeatIn {
			out += " " + p.Seat + " " + string(p.State)
		}
	}
	return out, nil
}

// StartGroup begins a group, or takes a seat in one that others began.
func (s *Service) StartGroup(ctx context.Context, who identity.Principal, id string) (GroupVisit, error) {
	return s.changeGroup(ctx, who, id, "start", (*gathering).begin)
}

func (g *gathering) begin() error {
	if g.s.Now().Before(g.DoorsOpenAt()) {
		return fault.New(fault.Conflict, "It is too early for this visit.").WithCode("early")
	}
	if g.State != schedule.Live {
		g.State, g.StartedAt = schedule.Live, g.s.now()
	}
	p, err := g.seat()
	if err != nil {
		return err
	}
	door := g.door()
	if p.State == SeatNone {
		if err := door.placeInGroup(p); err != nil {
			return err
		}
		p.State, p.admitted, p.admittedBy = SeatAdmitted, g.s.now(), g.who.Account
		if err := door.put(p); err != nil {
			return err
		}
	}
	x, err := door.settings()
	if err == nil && x.ReadyBy != "" && p.Role == string(identity.Clinician) {
		return door.set(func(x *controls) { x.Lead, x.ReadyBy = p.Seat, "" })
	}
	if err != nil {
		return err
	}
	return door.leads(p)
}

// leaderSeat is SeatFor of who leads.
func (s *Service) leaderSeat(c *db.Conn, who identity.Principal, id string) (signal.Seat, error) {
	g, err := s.gather(c, who, id, false)
	if err == nil && !g.hosts() {
		err = notFound()
	}
	if err == nil {
		err = g.happens()
	}
	if err != nil {
		return signal.Seat{}, err
	}
	list, err := g.door().people()
	if err != nil {
		return signal.Seat{}, err
	}
	p := g.own(list)
	if p == nil || g.State != schedule.Live || !p.admittedNow() {
		return signal.Seat{}, notAdmitted()
	}
	room, err := g.door().settings()
	return signal.Seat{
		Room: g.ID, Size: sfu.MaxGroup, ID: p.Seat, Role: p.Role, Host: true, Until: g.DoorsCloseAt(),
		Muted: p.muted, MutedBy: p.mutedBy, Spotlight: room != nil && room.Spotlight == p.Seat,
	}, err
}

// groupPresent notes who is in the room of a group: of who leads it, and in each visit
// whose people came or went. Each is noted by itself, for each is of its own chart.
func (s *Service) groupPresent(ctx context.Context, room string, seats []string, ago time.Duration) error {
	var members []*schedule.Booked
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		g, err := schedule.GroupTx(c, room, true)
		if err != nil || g.State != schedule.Live {
			return err
		}
		door := (&gathering{Group: g, s: s, c: c}).door()
		moved, err := door.present(seats)
		if err != nil {
			return err
		}
		if moved {
			if err := s.Schedule.GroupMovedTx(c, g); err != nil {
				return err
			}
		}
		members, err = schedule.MembersTx(c, room)
		return err
	})
	if err != nil {
		return err
	}
	for _, b := range members {
		if b.State == schedule.Live {
			err = errors.Join(err, s.memberPresent(ctx, b, seats, ago))
		}
	}
	return err
}

func (s *Service) memberPresent(ctx context.Context, b *schedule.Booked, seats []string, ago time.Duration) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		group, err := schedule.GroupTx(c, b.Group, true)
		if err != nil {
			return err
		}
		b, err := schedule.BookedTx(c, b.Patient, b.ID, true)
		if err != nil || b.State != schedule.Live {
			return err // it ended meanwhile
		}
		v := &visit{Booked: b, s: s, c: c, group: group}
		moved, err := v.present(seats)
		if err != nil {
			return err
		}
		talked := v.TalksSince
		if err := v.settleAt(s.now() - max(ago, 0).Microseconds()); err != nil || !moved && v.TalksSince == talked {
			return err
		}
		return v.save()
	})
}

// ofSeat finds by which member's visit somebody sits, and does something there: under
// the lock of that chart and no other, with its entry in the log of that chart.
func (s *Service) ofSeat(ctx context.Context, who identity.Principal, id, seat, what string, f func(*visit) error) error {
	var patient, member string
	err := s.DB.Read(ctx).QueryRow(`SELECT a.patient_id, a.id FROM visit_people p JOIN appointments a ON a.id = p.visit WHERE a.group_id = ? AND p.seat = ?`, id, seat).Scan(&patient, &member)
	if errors.Is(err, sql.ErrNoRows) {
		return errNotHere
	}
	if err != nil {
		return err
	}
	_, err = s.change(ctx, who, patient, member, what, func(v *visit) error {
		g, err := s.gather(v.c, who, id, false)
		if err == nil && !g.hosts() {
			err = access.NoChart()
		}
		if err != nil {
			return err
		}
		v.led = true
		return f(v)
	})
	return err
}

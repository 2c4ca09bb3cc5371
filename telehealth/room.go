package telehealth

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/schedule"
	"housecall/telehealth/signal"
)

// SeatFor tells which seat somebody has who may be in the room now. A second
// device of the same person takes the same seat.
func (s *Service) SeatFor(ctx context.Context, who identity.Principal, patient, id string) (signal.Seat, error) {
	if patient == "" {
		return s.leaderSeat(s.DB.Read(ctx), who, id)
	}
	seat, view, err := s.seatNow(s.DB.Read(ctx), who, patient, id)
	if err != nil {
		return signal.Seat{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return seat, s.seen(ctx, who, view, id, "seat")
}

// ChartOf tells in which chart a visit is; empty: it is a group, of whom who leads it
// comes. Whether somebody may see it is decided with that.
func (s *Service) ChartOf(ctx context.Context, id string) (patient string, err error) {
	err = s.DB.Read(ctx).QueryRow(`SELECT patient_id FROM appointments WHERE id = ?`, id).Scan(&patient)
	if errors.Is(err, sql.ErrNoRows) {
		if _, err := schedule.GroupTx(s.DB.Read(ctx), id, false); err != nil {
			return "", access.NoChart()
		}
		return "", nil
	}
	return patient, err
}

// SeatOf is SeatFor by the id of a live session, for the node that has the room
// of somebody whose socket is on another one. Nothing is shown by it: the look is
// in the log of accesses by SeatFor there.
func (s *Service) SeatOf(ctx context.Context, session, patient, id string) (signal.Seat, error) {
	c := s.DB.Read(ctx)
	who, err := identity.PrincipalOf(c, session, s.Now())
	if err != nil {
		return signal.Seat{}, err
	}
	if patient == "" {
		return s.leaderSeat(c, who, id)
	}
	seat, _, err := s.seatNow(c, who, patient, id)
	if err != nil {
		return signal.Seat{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	return seat, nil
}

func (s *Service) seatNow(c *db.Conn, who identity.Principal, patient, id string) (signal.Seat, *access.View, error) {
	v, err := s.open(c, who, patient, id, false)
	if err == nil {
		err = v.joins()
	}
	if err == nil {
		err = v.happens()
	}
	if err != nil {
		return signal.Seat{}, nil, err
	}
	list, err := v.people()
	if err != nil {
		return signal.Seat{}, nil, err
	}
	p := v.mine(list)
	if p != nil && p.State == SeatRemoved {
		return signal.Seat{}, nil, errRemoved
	}
	if p == nil || v.State != schedule.Live || !p.admittedNow() {
		return signal.Seat{}, nil, notAdmitted()
	}
	room, err := v.settings()
	if err != nil {
		return signal.Seat{}, nil, err
	}
	return signal.Seat{
		Room: v.roomID(), Size: v.roomSize(), ID: p.Seat, Role: p.Role, Host: p.host, Until: moment(max(v.EndsAt, v.StartedAt)).Add(schedule.DoorsClose),
		Muted: p.muted, MutedBy: p.mutedBy, Spotlight: room.Spotlight == p.Seat,
	}, v.view, nil
}

func notAdmitted() error {
	return fault.New(fault.Forbidden, "The care team has not let you in yet.").WithCode("not_admitted")
}

func (p *person) admittedNow() bool {
	return p.State == SeatAdmitted || p.State == SeatIn || p.State == SeatLeft
}

// wasAdmitted: they were let in, and not turned away afterwards.
func (p *person) wasAdmitted() bool {
	return p.admitted != 0 && p.State != SeatRefused && p.State != SeatRemoved
}

// Present notes who is in the room now, as the room itself tells: it is not
// anybody's word. Whoever was in and is not named has left.
func (s *Service) Present(ctx context.Context, room string, seats []string) error {
	return s.present(ctx, room, seats, 0)
}

// Gone notes that the node of a room died so long ago, by the last that it said:
// nobody has been in it, or talked, since then.
func (s *Service) Gone(ctx context.Context, room string, ago time.Duration) error {
	return s.present(ctx, room, nil, ago)
}

func (s *Service) present(ctx context.Context, room string, seats []string, ago time.Duration) error {
	if _, err := schedule.GroupTx(s.DB.Read(ctx), room, false); !fault.Is(err, fault.NotFound) {
		if err == nil {
			err = s.groupPresent(ctx, room, seats, ago)
		}
		return err
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		var patient string
		if err := c.QueryRow(`SELECT patient_id FROM appointments WHERE id = ?`, room).Scan(&patient); err != nil {
			return err
		}
		b, err := schedule.BookedTx(c, patient, room, true)
		if err != nil {
			return err
		}
		if b.State != schedule.Live {
			return nil // it ended meanwhile
		}
		v := &visit{Booked: b, s: s, c: c}
		moved, err := v.present(seats)
		if err != nil || !moved {
			return err
		}
		if err := v.settleAt(v.s.now() - max(ago, 0).Microseconds()); err != nil {
			return err
		}
		return v.save()
	})
}

// present notes who of this visit is in the room, and tells whether that is new.
func (v *visit) present(seats []string) (moved bool, err error) {
	list, err := v.people()
	if err != nil {
		return false, err
	}
	for _, p := range list {
		state := p.State
		switch in := slices.Contains(seats, p.Seat); {
		case in && p.admittedNow():
			p.State = SeatIn
		case !in && p.State == SeatIn:
			p.State = SeatLeft
		}
		if p.State == state {
			continue
		}
		moved = true
		if err := v.put(p); err != nil {
			return false, err
		}
	}
	return moved, nil
}

package telehealth

import (
	"context"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth/schedule"
	"housecall/telehealth/signal"
)

// SeatFor tells which seat somebody has who may be in the room now. A second
// device of the same person takes the same seat.
func (s *Service) SeatFor(ctx context.Context, who identity.Principal, patient, id string) (signal.Seat, error) {
	v, err := s.open(s.DB.Read(ctx), who, patient, id, false)
	if err == nil {
		err = v.joins()
	}
	if err == nil {
		err = v.happens()
	}
	if err != nil {
		return signal.Seat{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, err)
	}
	list, err := v.people()
	if err != nil {
		return signal.Seat{}, err
	}
	i := slices.IndexFunc(list, func(p *person) bool { return p.account == who.Account })
	if i < 0 || v.State != schedule.Live || !list[i].admittedNow() {
		return signal.Seat{}, s.Records.Refuse(ctx, who, patient, "Appointment", id, notAdmitted())
	}
	seat := signal.Seat{Room: v.ID, ID: list[i].Seat, Role: list[i].Role, Host: list[i].host, Until: moment(max(v.EndsAt, v.StartedAt)).Add(schedule.DoorsClose)}
	return seat, s.seen(ctx, who, v.view, "Appointment", id)
}

func notAdmitted() error {
	return fault.New(fault.Forbidden, "The care team has not let you in yet.").WithCode("not_admitted")
}

func (p *person) admittedNow() bool {
	return p.State == SeatAdmitted || p.State == SeatIn || p.State == SeatLeft
}

// Present notes who is in the room now, as the room itself tells: it is not
// anybody's word. Whoever was in and is not named has left.
func (s *Service) Present(ctx context.Context, room string, seats []string) error {
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
		list, err := v.people()
		if err != nil {
			return err
		}
		moved := false
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
				return err
			}
		}
		if !moved {
			return nil
		}
		if err := v.settle(); err != nil {
			return err
		}
		return v.save()
	})
}

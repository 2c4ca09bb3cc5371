package telehealth

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/schedule"
)

// AdmitToGroup lets somebody in who waits, or without a seat everybody who does. The
// group begins with it.
func (s *Service) AdmitToGroup(ctx context.Context, who identity.Principal, id, seat string) (GroupVisit, error) {
	g, err := s.StartGroup(ctx, who, id)
	if err != nil {
		return GroupVisit{}, err
	}
	seats := []string{seat}
	if seat == "" {
		seats = seats[:0]
		for _, p := range g.Visit.People {
			if p.State == SeatWaiting {
				seats = append(seats, p.Seat)
			}
		}
	}
	for _, one := range seats {
		err := s.ofSeat(ctx, who, id, one, "admit", func(v *visit) error { return v.decided(one, (*visit).letIn) })
		if err != nil && (seat != "" || !fault.Is(err, fault.Conflict)) { // of all, some may have gone meanwhile
			return GroupVisit{}, err
		}
	}
	return s.Group(ctx, who, id)
}

// RefuseInGroup turns somebody away, ReturnInGroup sends them back to the waiting room,
// and RemoveFromGroup takes them out for good.
func (s *Service) RefuseInGroup(ctx context.Context, who identity.Principal, id, seat string) (GroupVisit, error) {
	return s.decideInGroup(ctx, who, id, seat, "refuse", (*visit).turnAway)
}

// ReturnInGroup sends somebody back to the waiting room.
func (s *Service) ReturnInGroup(ctx context.Context, who identity.Principal, id, seat string) (GroupVisit, error) {
	return s.decideInGroup(ctx, who, id, seat, "return", (*visit).sendBack)
}

// RemoveFromGroup takes somebody out of the visit for good.
func (s *Service) RemoveFromGroup(ctx context.Context, who identity.Principal, id, seat string) (GroupVisit, error) {
	if err := s.mayControl(ctx, who, id); err != nil {
		return GroupVisit{}, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	return s.decideInGroup(ctx, who, id, seat, "remove", func(v *visit, p *person) error {
		p.State, p.waiting, p.admitted, p.admittedBy = SeatRemoved, 0, 0, ""
		if err := v.set(func(x *controls) {
			if x.Spotlight == seat {
				x.Spotlight = ""
			}
		}); err != nil {
			return err
		}
		return s.Access.SeatTakenTx(v.c, v.ID)
	})
}

func (s *Service) decideInGroup(ctx context.Context, who identity.Principal, id, seat, what string, f func(*visit, *person) error) (GroupVisit, error) {
	if err := s.ofSeat(ctx, who, id, seat, what, func(v *visit) error { return v.decided(seat, f) }); err != nil {
		return GroupVisit{}, err
	}
	return s.Group(ctx, who, id)
}

// mayControl refuses who may not set the room of a group.
func (s *Service) mayControl(ctx context.Context, who identity.Principal, id string) error {
	return s.DB.InReadTx(ctx, func(c *db.Conn) error {
		g, err := s.gather(c, who, id, false)
		if err != nil {
			return err
		}
		leaders, err := g.door().people()
		if err == nil {
			err = g.controls(leaders)
		}
		return err
	})
}

// controlGroup lets who may set the room do something in it, and has every node look
// anew at who sits there and how.
func (s *Service) controlGroup(ctx context.Context, who identity.Principal, id, what string, f func(*gathering, *person) error) (GroupVisit, error) {
	return s.changeGroup(ctx, who, id, what, func(g *gathering) error {
		leaders, err := g.door().people()
		if err != nil {
			return err
		}
		if err := g.controls(leaders); err != nil {
			return err
		}
		if g.State != schedule.Live {
			return fault.New(fault.Conflict, "This visit has not begun.").WithCode("not_live")
		}
		me, err := g.seat()
		if err != nil {
			return err
		}
		if err := f(g, me); err != nil {
			return err
		}
		return g.lookAnew()
	})
}

// lookAnew has every node decide anew about every seat of the group.
func (g *gathering) lookAnew() error {
	rows, err := schedule.MembersTx(g.c, g.ID)
	if err != nil {
		return err
	}
	for _, b := range rows {
		if b.State != schedule.Live {
			continue
		}
		if err := g.s.Access.SeatTakenTx(g.c, b.ID); err != nil {
			return err
		}
	}
	return g.s.Access.SeatTakenTx(g.c, g.ID)
}

// inRoom is a condition for the rows of visit_people of those who were let in.
const inRoom = `state IN ('admitted', 'in', 'left') AND (visit = ? OR visit IN (SELECT id FROM appointments WHERE group_id = ?))`

func (g *gathering) has(seat string) (bool, error) {
	var n int
	err := g.c.QueryRow(`SELECT count(*) FROM visit_people WHERE seat = ? AND `+inRoom, seat, g.ID, g.ID).Scan(&n)
	return n > 0, err
}

// MuteInGroup turns one person's microphone off, or without a seat that of everybody
// who does not lead.
func (s *Service) MuteInGroup(ctx context.Context, who identity.Principal, id, seat string) (GroupVisit, error) {
	return s.controlGroup(ctx, who, id, "mute", func(g *gathering, me *person) error {
		cond, args := `NOT host`, []any{}
		if seat != "" {
			cond, args = `seat = ?`, append(args, seat)
		}
		now := s.now()
		n, err := g.c.Exec(`UPDATE visit_people SET muted_at = CASE WHEN muted_at >= ? THEN muted_at + 1 ELSE ? END, muted_by = ? WHERE `+cond+` AND seat <> ? AND `+inRoom,
			slices.Concat([]any{now, now, me.Seat}, args, []any{me.Seat, g.ID, g.ID})...)
		if err == nil && n == 0 && seat != "" {
			err = errNotHere
		}
		return err
	})
}

// LockGroup keeps everybody from the waiting room who is not there yet, or opens it
// again.
func (s *Service) LockGroup(ctx context.Context, who identity.Principal, id string, on bool) (GroupVisit, error) {
	return s.controlGroup(ctx, who, id, "lock", func(g *gathering, me *person) error {
		return g.door().set(func(x *controls) {
			if x.LockedBy = ""; on {
				x.LockedBy = me.Seat
			}
		})
	})
}

// SpotlightInGroup lets everybody see one person large; without a seat nobody.
func (s *Service) SpotlightInGroup(ctx context.Context, who identity.Principal, id, seat string) (GroupVisit, error) {
	return s.controlGroup(ctx, who, id, "spotlight", func(g *gathering, _ *person) error {
		if seat != "" {
			if here, err := g.has(seat); err != nil || !here {
				return orElse(err, errNotHere)
			}
		}
		return g.door().set(func(x *controls) { x.Spotlight = seat })
	})
}

// LeadGroup hands the group over to another one who leads and is there, or takes it
// over.
func (s *Service) LeadGroup(ctx context.Context, who identity.Principal, id, seat string) (GroupVisit, error) {
	return s.controlGroup(ctx, who, id, "lead", func(g *gathering, me *person) error {
		leaders, err := g.door().people()
		if err != nil {
			return err
		}
		if seat == "" { // the doctor can come
			return g.door().set(func(x *controls) { x.ReadyBy = me.Seat })
		}
		if !slices.ContainsFunc(leaders, func(p *person) bool { return p.Seat == seat && p.admittedNow() }) {
			return errNotHere
		}
		return g.door().set(func(x *controls) { x.Lead, x.ReadyBy = seat, "" })
	})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// EndGroup ends a group for everybody: at once, for all charts.
func (s *Service) EndGroup(ctx context.Context, who identity.Principal, id string) (GroupVisit, error) {
	if err := s.mayControl(ctx, who, id); err != nil { // nobody else takes the locks of so many charts
		return GroupVisit{}, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		row, members, err := s.Schedule.LockGroupTx(c, who, id)
		if err != nil {
			return err
		}
		g, err := s.gather(c, who, id, true)
		if err != nil {
			return err
		}
		if g.hosts() && row.State == schedule.Ended {
			return nil // sent twice
		}
		leaders, err := g.door().people()
		if err != nil {
			return err
		}
		if err := g.controls(leaders); err != nil {
			return err
		}
		if row.State != schedule.Live {
			return fault.New(fault.Conflict, "This visit has not begun.").WithCode("not_live")
		}
		g.State, g.EndedAt = schedule.Ended, s.now()
		if err := g.SaveTx(c); err != nil {
			return err
		}
		for _, m := range members {
			if m.Booked.State == schedule.Scheduled {
				continue
			}
			v := &visit{Booked: m.Booked, s: s, c: c, who: m.Who, view: m.View.For(m.Booked.ID), group: g.Group, led: true}
			if err := v.over(); err != nil {
				return err
			}
			if err := s.Access.RecordTx(c, event(m.Who, v.view, "update", v.ID, "end")); err != nil {
				return err
			}
		}
		if _, err := c.Exec(`UPDATE visit_people SET state = ? WHERE visit = ? AND state IN ('in', 'admitted')`, string(SeatLeft), id); err != nil {
			return err
		}
		if err := s.Access.SeatTakenTx(c, id); err != nil {
			return err
		}
		if err := s.Schedule.GroupMovedTx(c, g.Group); err != nil {
			return err
		}
		return s.Access.RecordTx(c, g.event("update", "end"))
	})
	if err != nil {
		return GroupVisit{}, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	return s.Group(ctx, who, id)
}

// over ends one member's visit with the group: who was in it has had it, and who only
// waited has not.
func (v *visit) over() error {
	held := v.State == schedule.Live
	if held {
		if err := v.finish(); err != nil {
			return err
		}
		return v.save()
	}
	if v.State == schedule.Ended {
		return nil
	}
	// That they were there is kept: they are not among those who did not come.
	if _, err := v.c.Exec(`UPDATE visit_people SET state = ? WHERE visit = ? AND state = ?`, string(SeatNone), v.ID, string(SeatWaiting)); err != nil {
		return err
	}
	if err := v.settle(); err != nil {
		return err
	}
	return v.save()
}

// CancelGroup calls a group off: who leads it, made it or books for all of its members.
func (s *Service) CancelGroup(ctx context.Context, who identity.Principal, id string) (GroupVisit, error) {
	if _, err := s.gather(s.DB.Read(ctx), who, id, false); err != nil {
		return GroupVisit{}, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	err := s.Schedule.CancelGroup(ctx, who, id, func(c *db.Conn, _ *schedule.Group) error {
		g, err := s.gather(c, who, id, true)
		if err != nil {
			return err
		}
		if g.Account == who.Account || g.CreatedBy == who.Account {
			return nil
		}
		n := 0
		for _, v := range g.members {
			if v.Status != schedule.StatusCancelled && v.view.Act.Has(access.Appointments) {
				n++
			}
		}
		if n < g.booked {
			return fault.New(fault.Forbidden, "You can see this group, but not call it off.").WithCode("role")
		}
		return nil
	})
	if err != nil {
		return GroupVisit{}, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	return s.Group(ctx, who, id)
}

// GroupChat gives what was written in a group, to who leads it: by the full names of
// those they may see.
func (s *Service) GroupChat(ctx context.Context, who identity.Principal, id string) ([]ChatLine, error) {
	out := []ChatLine{}
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		g, err := s.gather(c, who, id, false)
		if err == nil && !g.hosts() {
			err = notFound()
		}
		if err != nil {
			return err
		}
		known, err := g.people()
		if err != nil {
			return err
		}
		return g.door().chatLines("", nil, func(l *chatLine) {
			if p, ok := known[l.account]; ok { // in a group a seat stands for who wrote it
				l.Mine, l.From = p.Me, Speaker{Name: p.Name, Role: p.Role}
			}
			out = append(out, l.ChatLine)
		})
	})
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, "", "Appointment", id, err)
	}
	return out, nil
}

// people are all of whom the viewer knows more than a chosen name, by their seats.
func (g *gathering) people() (map[string]Person, error) {
	shown, err := g.show()
	out := map[string]Person{}
	for _, p := range shown.Visit.People {
		if p.Role != memberRole {
			out[p.Seat] = p
		}
	}
	return out, err
}

// SayInGroup writes a line to the room or, with a seat, to who waits there.
func (s *Service) SayInGroup(ctx context.Context, who identity.Principal, id, line, seat, text string) (ChatLine, error) {
	text, err := chatText(line, text)
	if err != nil {
		return ChatLine{}, err
	}
	out := ChatLine{ID: line, Mine: true, Text: text, Seat: seat}
	_, err = s.changeGroup(ctx, who, id, "chat", func(g *gathering) error {
		me, err := g.seat()
		if err != nil {
			return err
		}
		if seat != "" {
			var patient, visit string
			err := g.c.QueryRow(`SELECT a.patient_id, a.id FROM visit_people p JOIN appointments a ON a.id = p.visit WHERE p.seat = ? AND p.state = 'waiting' AND a.group_id = ?`, seat, g.ID).Scan(&patient, &visit)
			if errors.Is(err, sql.ErrNoRows) {
				err = fault.New(fault.Conflict, "They are not in the waiting room any more.").WithCode("gone")
			}
			if err == nil {
				err = s.Schedule.MovedTx(g.c, patient, visit)
			}
			if err != nil {
				return err
			}
		}
		out.From = Speaker{Name: me.Name, Role: me.Role}
		v := g.door()
		if found, err := v.said(&out, me.Seat, nil); found || err != nil {
			return err
		}
		if err := v.full(me.Seat, true); err != nil {
			return err
		}
		return v.write(&out, me.Seat, false)
	})
	return out, err
}

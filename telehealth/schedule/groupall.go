package schedule

import (
	"context"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// What is done to all members of a group at once.

// CancelGroup calls the group off and everybody's appointment with it. The caller
// has decided that they may; a member whom they do not see is told by the house.
func (s *Service) CancelGroup(ctx context.Context, who identity.Principal, group string, may func(*db.Conn, *Group) error) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		g, members, err := s.LockGroupTx(c, who, group)
		if err != nil {
			return err
		}
		if err := may(c, g); err != nil {
			return err
		}
		if g.Status == StatusCancelled {
			return nil // sent twice
		}
		if err := g.open(s.now()); err != nil {
			return err
		}
		if g.State == Live {
			return fault.New(fault.Conflict, "This visit has begun. End it instead.").WithCode("live")
		}
		for _, m := range members {
			if m.Booked.Status != StatusBooked {
				continue
			}
			if err := s.callOffTx(c, m); err != nil {
				return err
			}
		}
		g.Status = StatusCancelled
		if err := giveBack(c, g.Slot, g.ID); err != nil {
			return err
		}
		s.tellDay(c, g)
		if err := g.SaveTx(c); err != nil {
			return err
		}
		return s.Access.RecordTx(c, access.Event{Who: who, Action: "update", Type: appointment, ID: g.ID, Outcome: "ok", Detail: "group cancelled"})
	})
}

// callOffTx cancels one member's appointment.
func (s *Service) callOffTx(c *db.Conn, m Member) error {
	b := m.Booked
	bodies, err := s.Records.Uncut(c, m.View, appointment, []string{b.ID})
	if err == nil && bodies[b.ID] == nil { // a label hides it from who asked
		m.Who = house
		if m.View, err = s.EnterTx(c, house, b.Patient); err == nil {
			bodies, err = s.Records.Uncut(c, m.View, appointment, []string{b.ID})
		}
	}
	if err == nil && bodies[b.ID] == nil {
		err = notFound()
	}
	if err != nil {
		return err
	}
	n, err := fhir.Parse(bodies[b.ID])
	if err != nil {
		return err
	}
	b.Status = StatusCancelled
	b.Changes++
	if err := s.Access.EndVisitGrantsTx(c, m.Who, b.Patient, b.ID); err != nil {
		return err
	}
	if err := s.emptyTx(c, b, true); err != nil {
		return err
	}
	n.Set("status", fhir.String(StatusCancelled))
	if _, err := s.writeTx(c, m.Who, records.Op{Kind: records.Update, Type: appointment, ID: b.ID, Node: n}); err != nil {
		return err
	}
	if err := b.SaveTx(c); err != nil {
		return err
	}
	return s.announce(c, m.Who, b)
}

// Member is one appointment of a group, with who acts in its chart: the one who asked
// or, where they may not, the house.
type Member struct {
	Booked *Booked
	View   *access.View
	Who    identity.Principal
}

var house = identity.SystemPrincipal("visits")

// LockGroupTx locks the charts of all members in their order, then the group, then
// the appointments: to do something to all of them at once.
func (s *Service) LockGroupTx(c *db.Conn, who identity.Principal, group string) (*Group, []Member, error) {
	before, err := MembersTx(c, group)
	if err != nil {
		return nil, nil, err
	}
	var out []Member
	for _, b := range before {
		m := Member{Booked: b, Who: who}
		m.View, err = s.EnterTx(c, who, b.Patient)
		if err == nil && mayBook(m.View) != nil {
			err = notFound()
		}
		if fault.Is(err, fault.NotFound) {
			m.Who = house
			m.View, err = s.EnterTx(c, house, b.Patient)
		}
		if err != nil {
			return nil, nil, err
		}
		out = append(out, m)
	}
	g, err := GroupTx(c, group, true)
	if err != nil {
		return nil, nil, err
	}
	for i, m := range out {
		if out[i].Booked, err = BookedTx(c, m.Booked.Patient, m.Booked.ID, true); err != nil {
			return nil, nil, err
		}
	}
	after, err := MembersTx(c, group)
	if err == nil && len(after) != len(before) {
		err = fault.New(fault.Conflict, "Somebody was added to this group just now. Please try again.").WithCode("changed")
	}
	return g, out, err
}

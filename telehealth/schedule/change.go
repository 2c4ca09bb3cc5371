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

// Cancel gives an appointment up; its time can be booked by others at once.
func (s *Service) Cancel(ctx context.Context, who identity.Principal, patient, id, reason string) (Appointment, error) {
	reason, err := line(reason)
	if err != nil {
		return Appointment{}, err
	}
	return s.change(ctx, who, patient, id, func(c *db.Conn, b *Booked, n *fhir.Node) (bool, error) {
		if b.Status == StatusCancelled {
			return false, nil // sent twice
		}
		if err := s.open(b); err != nil {
			return false, err
		}
		b.Status = StatusCancelled
		if err := s.Access.EndVisitGrantsTx(c, who, patient, id); err != nil {
			return false, err
		}
		if err := s.emptyTx(c, b, true); err != nil {
			return false, err
		}
		n.Set("status", fhir.String(StatusCancelled))
		if reason != "" {
			n.Set("cancelationReason", fhir.Object(fhir.Member{Key: "text", Value: fhir.String(reason)}))
		}
		return true, nil
	})
}

// Reschedule moves an appointment to another free time. The old one is given
// up only together with the new one taken.
func (s *Service) Reschedule(ctx context.Context, who identity.Principal, patient, id, to string) (Appointment, error) {
	if !fhir.IsUUID(to) {
		return Appointment{}, fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	}
	return s.change(ctx, who, patient, id, func(c *db.Conn, b *Booked, n *fhir.Node) (bool, error) {
		if b.Slot == to && b.Status == StatusBooked {
			return false, nil // sent twice
		}
		if err := s.open(b); err != nil {
			return false, err
		}
		if b.Group != "" {
			return false, fault.New(fault.Conflict, "A group visit cannot be moved. Cancel it, and ask for another one.").WithCode("group")
		}
		x, err := s.slotTx(c, patient, to, b.Mode)
		if err == nil {
			err = s.fits(c, patient, b.ID, x)
		}
		if err != nil {
			return false, err
		}
		sameDay := s.day(b.StartsAt) == s.day(x.startsAt)
		b.at(x)
		if err := s.emptyTx(c, b, sameDay); err != nil {
			return false, err
		}
		from, until := b.GuestTime()
		if err := s.Access.MoveVisitGrantsTx(c, who, patient, id, from, until); err != nil {
			return false, err
		}
		for _, links := range []string{appointment + "/" + id, access.GuestThing(id, "%")} {
			if err := identity.MovePageTx(c, patient, links, until); err != nil {
				return false, err
			}
		}
		setTimes(n, b)
		people, err := fhir.Make(map[string]any{"participant": participants(b, n.Get("participant").Items()[0].Get("actor", "display").Str())})
		if err != nil {
			return false, err
		}
		n.Set("participant", people.Get("participant"))
		return true, nil
	})
}

// emptyTx sends everybody home who waits for a visit that was moved, called off or
// is over. What they agreed to and how their devices were found holds for the day
// on which it was.
func (s *Service) emptyTx(c *db.Conn, b *Booked, sameDay bool) error {
	b.State, b.WaitingSince, b.Behind = Scheduled, 0, 0
	set := `state = 'none', waiting_since = 0, admitted_by = '', admitted_at = 0`
	if !sameDay {
		set += `, consent = '', consent_at = 0, checked = '', checked_at = 0`
	}
	_, err := c.Exec(`UPDATE visit_people SET `+set+` WHERE visit = ?`, b.ID)
	if err == nil && !sameDay { // on another day they may be elsewhere
		_, err = c.Exec(`UPDATE visit_ready SET said_at = 0, country = '', region = '', address = '', phone = '' WHERE visit = ?`, b.ID)
	}
	return err
}

// open: it has not begun, and it still holds.
func (s *Service) open(b *Booked) error {
	if b.Status != StatusBooked || b.State == Live || b.State == Ended || b.EndsAt <= s.now() {
		return fault.New(fault.Conflict, "This visit has taken place or was cancelled. It cannot be changed any more.").WithCode("over")
	}
	return nil
}

// change makes a change to an appointment and its record.
func (s *Service) change(ctx context.Context, who identity.Principal, patient, id string, f func(*db.Conn, *Booked, *fhir.Node) (bool, error)) (Appointment, error) {
	var out Appointment
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.EnterTx(c, who, patient)
		if err != nil {
			return err
		}
		b, body, err := s.find(c, v, id, true)
		if err == nil {
			err = mayBook(v)
		}
		if err != nil {
			return err
		}
		n, err := fhir.Parse(body)
		if err != nil {
			return err
		}
		slot := b.Slot
		moved, err := f(c, b, n)
		if err != nil {
			return err
		}
		if !moved {
			out, err = s.showOne(c, v, b)
			return err
		}
		b.Changes++
		if _, err := s.writeTx(c, who, records.Op{Kind: records.Update, Type: appointment, ID: id, Node: n}); err != nil {
			return err
		}
		if b.Slot != slot {
			if err := take(c, b); err != nil {
				return err
			}
		}
		if b.Slot != slot || b.Status == StatusCancelled {
			if err := giveBack(c, slot, id); err != nil {
				return err
			}
		}
		if err := b.SaveTx(c); err != nil {
			return err
		}
		if err := s.announce(c, who, b); err != nil {
			return err
		}
		out, err = s.showOne(c, v, b)
		return err
	})
	if err != nil {
		return Appointment{}, s.Records.Refuse(ctx, who, patient, appointment, id, err)
	}
	return out, nil
}

// find reads an appointment that was booked here and that the view sees: its row,
// and its record to be changed. What the view does not see of that stays in it.
func (s *Service) find(c *db.Conn, v *access.View, id string, change bool) (*Booked, []byte, error) {
	b, err := BookedTx(c, v.Patient, id, change)
	if err != nil {
		return nil, nil, err
	}
	bodies, err := s.Records.Uncut(c, v, appointment, []string{id})
	if err != nil {
		return nil, nil, err
	}
	if bodies[id] == nil {
		return nil, nil, s.missing(c, v, id)
	}
	return b, bodies[id], nil
}

// MissedTx notes that the patient did not come to a visit, or takes that back: in the
// record and in the row. The caller holds both, has decided that it may be said, and
// writes the row.
func (s *Service) MissedTx(c *db.Conn, v *access.View, who identity.Principal, b *Booked, missed bool) error {
	from, to := StatusBooked, StatusNoShow
	if !missed {
		from, to = to, from
	}
	if b.Status != from {
		return nil // sent twice
	}
	if err := mayBook(v); err != nil {
		return err
	}
	bodies, err := s.Records.Uncut(c, v, appointment, []string{b.ID})
	if err == nil && bodies[b.ID] == nil {
		err = s.missing(c, v, b.ID)
	}
	if err != nil {
		return err
	}
	n, err := fhir.Parse(bodies[b.ID])
	if err != nil {
		return err
	}
	b.Status = to
	n.Set("status", fhir.String(to))
	_, err = s.writeTx(c, who, records.Op{Kind: records.Update, Type: appointment, ID: b.ID, Node: n})
	return err
}

// FulfilledTx gives the change that says that the visit has taken place, and
// notes it in the row. The caller holds both and writes them.
func (s *Service) FulfilledTx(c *db.Conn, v *access.View, b *Booked) (records.Op, error) {
	bodies, err := s.Records.Uncut(c, v, appointment, []string{b.ID})
	if err != nil {
		return records.Op{}, err
	}
	if bodies[b.ID] == nil {
		return records.Op{}, notFound()
	}
	n, err := fhir.Parse(bodies[b.ID])
	if err != nil {
		return records.Op{}, err
	}
	if b.State == Waiting {
		if err := s.emptyTx(c, b, true); err != nil {
			return records.Op{}, err
		}
	}
	b.Status = StatusFulfilled
	n.Set("status", fhir.String(StatusFulfilled))
	return records.Op{Kind: records.Update, Type: appointment, ID: b.ID, Node: n}, nil
}

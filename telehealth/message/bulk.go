package message

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
)

// ThreadOf names a thread of a chart. From is who had it when somebody looked.
type ThreadOf struct {
	Patient string `json:"patient" maxLength:"64"`
	Thread  string `json:"thread" maxLength:"64"`
	From    string `json:"from,omitempty" maxLength:"64" doc:"Account of who had it when one looked; missing: nobody"`
}

// Bulk is one act on several threads: claim, close, priority, or hand.
type Bulk struct {
	Act      string
	Priority string
	Hand     Hand
	All      bool // all of them or none; else each for itself
	On       []ThreadOf
}

// Done is what became of one of them: the thread, or why not.
type Done struct {
	ThreadOf
	Thread Thread
	Err    error
}

const maxBulk = 100

// Bulk does the same to several threads.
func (s *Service) Bulk(ctx context.Context, who identity.Principal, b Bulk) ([]Done, error) {
	if len(b.On) == 0 || len(b.On) > maxBulk {
		return nil, fault.New(fault.Invalid, "Choose between 1 and 100 conversations.")
	}
	do := func(from string) func(*db.Conn, *thread, Author) error {
		switch b.Act {
		case "claim":
			return s.claiming
		case "close":
			return s.closing
		case "priority":
			return s.prioritizing(b.Priority)
		case "hand":
			h := b.Hand
			h.From = from
			return s.handing(h)
		}
		return nil
	}
	if do("") == nil {
		return nil, fault.New(fault.Invalid, "There is no such thing to do with a conversation.")
	}
	out := make([]Done, len(b.On))
	order := make([]int, len(b.On)) // charts are locked in one order, whoever does this at the same time
	for i, p := range b.On {
		out[i].ThreadOf, order[i] = p, i
	}
	slices.SortFunc(order, func(x, y int) int {
		return cmp.Or(cmp.Compare(b.On[x].Patient, b.On[y].Patient), cmp.Compare(b.On[x].Thread, b.On[y].Thread))
	})
	if !b.All {
		for _, i := range order {
			p := b.On[i]
			out[i].Thread, out[i].Err = s.change(ctx, who, p.Patient, p.Thread, b.Act, do(p.From))
			if k := fault.KindOf(out[i].Err); out[i].Err != nil && (k == fault.Internal || k == fault.Unavailable) {
				return nil, out[i].Err
			}
		}
		return out, nil
	}
	failed := 0
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		for _, i := range order {
			var err error
			p := b.On[i]
			if out[i].Thread, err = s.changeTx(c, who, p.Patient, p.Thread, b.Act, do(p.From)); err != nil {
				failed = i
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, b.On[failed].Patient, communication, b.On[failed].Thread, err)
	}
	return out, nil
}

// Answer sends a reply and closes the thread, both or neither. Sent again it does
// nothing; what was written since then is not closed away.
func (s *Service) Answer(ctx context.Context, who identity.Principal, patient string, in In) (out Thread, m Message, err error) {
	if err := in.check(); err != nil {
		return out, m, err
	}
	if in.Thread == "" {
		return out, m, notFound()
	}
	name, err := s.Records.NameOf(ctx, who, patient)
	if err != nil {
		return out, m, err
	}
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		if m, err = s.sendTx(c, who, patient, name, in, false); err != nil {
			return err
		}
		if m.Thread != in.Thread {
			return records.IDUsed()
		}
		out, err = s.changeTx(c, who, patient, in.Thread, "close", func(c *db.Conn, t *thread, me Author) error {
			var last string
			if err := c.QueryRow(`SELECT id FROM thread_messages WHERE patient_id = ? AND thread = ? AND n = ?`, t.patient, t.id, t.lastN).Scan(&last); err != nil || last != in.ID || t.state == closed {
				return err
			}
			return s.closing(c, t, me)
		})
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) { // the same id, at the same moment, in another chart
		err = records.IDUsed()
	}
	if err != nil {
		return out, m, s.Records.Refuse(ctx, who, patient, communication, in.ID, err)
	}
	return out, m, nil
}

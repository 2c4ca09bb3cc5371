package message

import (
	"context"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Close ends a thread until somebody writes again.
func (s *Service) Close(ctx context.Context, who identity.Principal, patient, id string) (Thread, error) {
	return s.change(ctx, who, patient, id, "close", s.closing)
}

func (s *Service) closing(c *db.Conn, t *thread, me Author) error {
	t.rest()
	t.state = closed
	return s.step(c, t, me, stepOf("close"))
}

// Reopen opens a closed thread again.
func (s *Service) Reopen(ctx context.Context, who identity.Principal, patient, id string) (Thread, error) {
	return s.change(ctx, who, patient, id, "reopen", func(c *db.Conn, t *thread, me Author) error {
		if t.state == open {
			return nil
		}
		var role string
		if err := c.QueryRow(`SELECT role FROM thread_messages WHERE patient_id = ? AND thread = ? AND n = ?`, t.patient, t.id, t.lastN).Scan(&role); err != nil {
			return err
		}
		if t.state = open; sideOf(role) == PatientSide {
			if err := s.wait(c, t, t.lastAt); err != nil {
				return err
			}
		}
		return s.step(c, t, me, stepOf("reopen"))
	})
}

// Claim makes somebody of the care team the one who takes care of a thread. Of
// two who do it at once, one gets it.
func (s *Service) Claim(ctx context.Context, who identity.Principal, patient, id string) (Thread, error) {
	return s.change(ctx, who, patient, id, "claim", s.claiming)
}

func (s *Service) claiming(c *db.Conn, t *thread, me Author) error {
	if err := me.answers(); err != nil {
		return err
	}
	if t.claimedBy == me.Account {
		return nil
	}
	circle, err := s.Access.Circle(c, t.patient)
	if err != nil {
		return err
	}
	if inTeam(circle, t.claimedBy) {
		return taken()
	} // else nobody has it, or who had it has left the team
	t.claim(me, s.now())
	if err := s.held(c, t); err != nil {
		return err
	}
	return s.step(c, t, me, Step{Kind: "claim", account: me.Account, To: me.Name})
}

// Release gives a thread back to the care team.
func (s *Service) Release(ctx context.Context, who identity.Principal, patient, id string) (Thread, error) {
	return s.change(ctx, who, patient, id, "release", func(c *db.Conn, t *thread, me Author) error {
		if err := me.answers(); err != nil {
			return err
		}
		if t.claimedBy != "" && t.claimedBy != me.Account {
			return taken()
		}
		t.claim(Author{}, 0)
		return s.step(c, t, me, stepOf("release"))
	})
}

func taken() error {
	return fault.New(fault.Conflict, "Somebody else has taken this already.").WithCode("claimed")
}

// answers: doctors and nurses take care of threads.
func (a Author) answers() error {
	if a.Role != string(identity.Clinician) && a.Role != string(identity.Nurse) {
		return notStaff()
	}
	return nil
}

// change does something to a thread without writing into it.
func (s *Service) change(ctx context.Context, who identity.Principal, patient, id, what string, f func(*db.Conn, *thread, Author) error) (out Thread, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		out, err = s.changeTx(c, who, patient, id, what, f)
		return err
	})
	if err != nil {
		return Thread{}, s.Records.Refuse(ctx, who, patient, communication, id, err)
	}
	return out, nil
}

func (s *Service) changeTx(c *db.Conn, who identity.Principal, patient, id, what string, f func(*db.Conn, *thread, Author) error) (Thread, error) {
	v, err := s.Records.EnterTx(c, who, patient, communication)
	if err == nil {
		err = mayAct(v)
	}
	if err != nil {
		return Thread{}, err
	}
	if _, err := s.find(c, who, v, id); err != nil {
		return Thread{}, err
	}
	t, err := threadTx(c, patient, id)
	if err != nil {
		return Thread{}, err
	}
	if err := f(c, t, authorOf(who, v)); err != nil {
		return Thread{}, err
	}
	if err := t.save(c); err != nil {
		return Thread{}, err
	}
	if err := s.Access.RecordTx(c, access.Event{Who: who, Patient: patient, View: *v, Action: "update", Type: communication, ID: id,
		Categories: access.Of(access.Messages), Count: 1, Outcome: "ok", Detail: what}); err != nil {
		return Thread{}, err
	}
	if err := s.moved(c, t); err != nil {
		return Thread{}, err
	}
	return s.one(c, who, v, id)
}

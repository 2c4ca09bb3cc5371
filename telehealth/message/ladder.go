package message

import (
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/notifications"
	"housecall/records/access"
	"housecall/telehealth/pool"
)

// ladder is how far the escalation of a thread has come.
type ladder struct {
	escalation string // its name; empty: none runs
	rung       int    // steps that are done
	ringAt     int64  // when the next is due; 0: none
}

// climb begins the escalation of a thread that somebody waits in, unless one runs.
// One that begins at once has its first step done: those whom it tells are told of
// the message.
func (s *Service) climb(c *db.Conn, t *thread, p *pool.Pool) error {
	e, err := s.Pools.ForTx(c, p, t.priority)
	if err != nil {
		return err
	}
	switch {
	case e == nil:
		t.ladder = ladder{}
	case t.escalation == e.Name: // goes on
	case e.Until == "claimed" && t.claimedBy != "":
		t.ladder = ladder{}
	case e.From == "due":
		t.ladder = ladder{escalation: e.Name, ringAt: t.dueAt}
	case e.Steps[0] == pool.Rung{Minutes: e.Steps[0].Minutes}:
		t.ladder = ladder{escalation: e.Name, rung: 1, ringAt: later(e, p, s.now(), e.Steps[0].Minutes)}
	default:
		t.ladder = ladder{escalation: e.Name, ringAt: s.now()}
	}
	return nil
}

// later is when so many minutes of an escalation are over.
func later(e *pool.Escalation, p *pool.Pool, from int64, minutes int) int64 {
	d := time.Duration(minutes) * time.Minute
	if e.Clock == "open" {
		return p.Rules.Hours.After(moment(from), d).UnixMicro()
	}
	return from + d.Microseconds()
}

// held: somebody has the thread now, which ends an escalation that looks for
// somebody. One that waits for an answer goes on.
func (s *Service) held(c *db.Conn, t *thread) error {
	if t.escalation == "" {
		return nil
	}
	e, err := s.Pools.EscalationTx(c, t.escalation)
	if fault.Is(err, fault.NotFound) || err == nil && e.Until == "claimed" {
		t.ladder = ladder{}
		return nil
	}
	return err
}

// tellOwner tells those who own a thread now that it waits for them.
func (s *Service) tellOwner(c *db.Conn, t *thread, not, why string, circle []access.Near) error {
	owners, err := s.owners(c, t, circle)
	if err != nil {
		return err
	}
	return s.tellStaff(c, t, owners, not, why, circle)
}

func (s *Service) tellStaff(c *db.Conn, t *thread, whom map[string]bool, not, why string, circle []access.Near) error {
	class, err := s.Records.ClassTx(c, t.patient, communication, t.id)
	if err != nil {
		return err
	}
	for i := range circle {
		n := &circle[i]
		if n.Relation != access.CareTeam || n.Account == not || !whom[n.Account] || !n.See.Has(access.Messages) || !n.Sees(class) {
			continue
		}
		if err := s.Notices.PostTx(c, notifications.Notice{ID: "message/" + t.id + "/" + why, Account: n.Account, Kind: notifications.Message, Patient: t.patient, Ref: ref(t.id), At: moment(s.now())}); err != nil {
			return err
		}
	}
	return nil
}

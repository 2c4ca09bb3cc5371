package message

import (
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth/pool"
	"housecall/telehealth/triage"
)

// Words of danger: what the patient's side writes is read by the rules of package
// triage when it is sent. Whoever writes on a page is told to call for help first,
// and may send all the same. The thread becomes urgent: whoever had it gives it
// back, so that everybody of its pool is told, and the escalation for urgent
// threads passes it on until somebody has taken it. Each of these is a step of the
// thread, which the clinic sees.

// The steps and their reasons.
const (
	dangerKind = "danger"
	dangerTold = "told" // the writer was shown whom to call, and sent it all the same
	dangerSent = "sent" // came from where nothing could be shown before
)

// lent is how long a pool that is called for an urgent thread stays joined to the
// chart.
const lent = 48 * time.Hour

// reads tells what danger the words of a message may mean. Only those of the
// patient's side are read: the clinic writes about symptoms all day.
func (in *In) reads(from Author) triage.Finding {
	if from.Side != PatientSide {
		return triage.Finding{}
	}
	return triage.Read(in.Subject, in.Text)
}

// callFirst is the answer to a page that asked: nothing was sent yet. Its code says
// whom to call; what was found is not said, for an answer may be logged.
func callFirst(f triage.Finding) error {
	return fault.New(fault.Conflict, "What you wrote sounds as if it cannot wait for an answer. Please call for help first. You can still send it.").WithCode("call-" + string(f.Help()))
}

// danger makes a thread urgent. It comes before the thread is delivered.
func (s *Service) danger(c *db.Conn, t *thread, from Author, told bool, f triage.Finding) error {
	if !f.Urgent() {
		return nil
	}
	names := make([]string, len(f.Dangers))
	for i, d := range f.Dangers {
		names[i] = string(d)
	}
	how := dangerSent
	if told {
		how = dangerTold
	}
	if err := s.step(c, t, Author{}, Step{Kind: dangerKind, To: string(f.Help()), Reason: how + " " + f.Version, Note: strings.Join(names, " ")}); err != nil {
		return err
	}
	t.priority, t.dangerAt = pool.Urgent, s.now()
	if t.claimedBy != "" {
		if err := s.step(c, t, Author{}, Step{Kind: "release", pool: t.pool, account: t.claimedBy, To: t.claimedName, Reason: dangerKind}); err != nil {
			return err
		}
		t.claim(Author{}, 0)
	}
	return nil
}

// hurry delivers what cannot wait instead of holding it.
func (s *Service) hurry(c *db.Conn, who identity.Principal, patient, name string, in HoldIn) (HeldMessage, error) {
	if err := dropHeld(c, who.Account, in.ID); err != nil {
		return HeldMessage{}, err
	}
	m, err := s.sendTx(c, who, patient, name, in.In, true)
	if err != nil {
		return HeldMessage{}, err
	}
	return wentOut(m), nil
}

// wentOut is a message that is held no more: it was delivered.
func wentOut(m Message) HeldMessage {
	return HeldMessage{ID: m.ID, Thread: m.Thread, Text: m.Text, Attachments: m.Attachments, State: "sent", Due: m.At, SentAt: m.At}
}

// alarm sets the escalation of an urgent thread going once its pool is known. The
// pools that it calls are joined to the chart for as long as that takes.
func (s *Service) alarm(c *db.Conn, t *thread, at int64) error {
	p, err := s.Pools.Get(c, t.pool)
	if err != nil {
		return err
	}
	due := p.Due(t.topic, t.priority, moment(at)).UnixMicro()
	t.dueAt = min(t.dueAt, due) // it waits since before, or since now: see assign
	t.ladder = ladder{}
	if err := s.climb(c, t, p); err != nil || t.escalation == "" {
		return err
	}
	e, err := s.Pools.EscalationTx(c, t.escalation)
	if err != nil {
		return err
	}
	for _, x := range e.Steps {
		if x.Pool == "" {
			continue
		}
		joined, err := s.Pools.JoinedTx(c, x.Pool, t.patient)
		if err != nil {
			return err
		}
		if joined {
			continue
		}
		if err := s.Access.LendPoolTx(c, x.Pool, t.patient, s.Now().Add(lent)); err != nil {
			return err
		}
	}
	return nil
}

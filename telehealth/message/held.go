package message

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// States of a held message. They are stored.
const (
	waits     = 1
	takenBack = 2
	stuck     = 3 // it could not be delivered, and its writer is told why
)

// Bounds of what is held.
const (
	furthest   = 90 * 24 * time.Hour
	maxHeld    = 100                 // of one account
	keepTaken  = 30 * 24 * time.Hour // that something was taken back, for what comes late over a bad line
	defaultOff = 30 * time.Second
)

// HeldMessage is a message that its writer sent and nobody has yet: they can still take
// it back. Nobody else sees it, nor that there is one: like a draft it stands beside
// the chart, and leaves its row in the audit when it is delivered.
type HeldMessage struct {
	ID          string       `json:"id"`
	Thread      string       `json:"thread,omitempty" doc:"Missing: it begins one"`
	Topic       string       `json:"topic,omitempty"`
	Subject     string       `json:"subject,omitempty"`
	Text        string       `json:"text"`
	Attachments []Attachment `json:"attachments"`
	Language    string       `json:"language,omitempty"`
	Corrects    string       `json:"corrects,omitempty"`
	State       string       `json:"state" enum:"waits,taken_back,stuck,sent" doc:"stuck: it could not be delivered; sent: it is in the conversation"`
	Scheduled   bool         `json:"scheduled" doc:"Somebody chose the time"`
	Due         time.Time    `json:"due"`
	SentAt      time.Time    `json:"sentAt" doc:"When its writer sent it"`
	Version     int64        `json:"version"`
	Why         string       `json:"why,omitempty" doc:"Of one that is stuck, for its writer"`
}

// HoldIn is a message to be held. A time makes it go then, at most 90 days from
// now; without one it goes as soon as it cannot be taken back any more.
type HoldIn struct {
	In
	At      time.Time
	Version int64 // of the one that is changed; 0: it is new
}

// held is a row of held_messages.
type held struct {
	id, patient, account, thread, client, scopes string
	body, digest                                 []byte
	state, tries                                 int
	scheduled                                    bool
	due, next, version, created                  int64
	why                                          string
}

// what stands in the body.
type heldBody struct {
	In
	Name  string // of the patient
	Open  bool   // the thread was open when it came
	Files []Attachment
}

const heldColumns = `id, patient_id, account, thread, client, scopes, body, digest, state, scheduled, due_at, next_at, tries, version, why, created_at`

func (h *held) columns() []any {
	return []any{&h.id, &h.patient, &h.account, &h.thread, &h.client, &h.scopes, &h.body, &h.digest, &h.state, &h.scheduled, &h.due, &h.next, &h.tries, &h.version, &h.why, &h.created}
}

func (h *held) show() (HeldMessage, error) {
	var b heldBody
	if err := json.Unmarshal(h.body, &b); err != nil {
		return HeldMessage{}, err
	}
	out := HeldMessage{ID: h.id, Thread: h.thread, Topic: b.Topic, Subject: b.Subject, Text: b.Text, Attachments: b.Files, Language: b.Language, Corrects: b.Corrects,
		State: [...]string{waits: "waits", takenBack: "taken_back", stuck: "stuck"}[h.state], Scheduled: h.scheduled, Due: moment(h.due), SentAt: moment(h.created), Version: h.version, Why: h.why}
	if out.Attachments == nil {
		out.Attachments = []Attachment{}
	}
	return out, nil
}

// heldTx reads a held message to change it.
func heldTx(c *db.Conn, account, id string) (*held, error) {
	query := `SELECT ` + heldColumns + ` FROM held_messages WHERE account = ? AND id = ?`
	if c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var h held
	err := c.QueryRow(query, account, id).Scan(h.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &h, err
}

func wasTaken() error {
	return fault.New(fault.Conflict, "You took this message back. It was not sent.").WithCode("taken_back")
}

func wasSent() error {
	return fault.New(fault.Conflict, "This message is sent already. You can add a correction to it.").WithCode("sent")
}

// Hold keeps a message until it is delivered. Sent twice it is held once; one that
// was taken back stays so. Words of danger are not kept: they go at once, whatever
// time was chosen.
func (s *Service) Hold(ctx context.Context, who identity.Principal, patient string, in HoldIn) (out HeldMessage, err error) {
	// Nobody learns from the checks below anything about a chart that is not theirs.
	v, err := s.enter(s.DB.Read(ctx), who, patient)
	if err == nil {
		err = mayAct(v)
	}
	if err != nil {
		return out, s.Records.Refuse(ctx, who, patient, communication, in.ID, err)
	}
	if err := in.check(); err != nil {
		return out, err
	}
	if who.ThroughApp() || who.Kind == identity.System {
		return out, onlyHere()
	}
	if at := in.At; !at.IsZero() && (at.Before(s.Now().Add(-time.Minute)) || at.After(s.Now().Add(furthest))) {
		return out, fault.New(fault.Invalid, "Choose a time within the next 90 days.").WithCode("time")
	}
	found := in.reads(authorOf(who, v))
	if found.Urgent() && in.Ask {
		return out, callFirst(found)
	}
	name, err := s.Records.NameOf(ctx, who, patient)
	if err != nil {
		return out, err
	}
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		out, err = s.holdTx(c, who, patient, name, in, found.Urgent())
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) { // the same id, at the same moment
		err = records.IDUsed()
	}
	if err != nil {
		return HeldMessage{}, s.Records.Refuse(ctx, who, patient, communication, in.ID, err)
	}
	return out, nil
}

func (s *Service) holdTx(c *db.Conn, who identity.Principal, patient, name string, in HoldIn, urgent bool) (HeldMessage, error) {
	v, err := s.Records.EnterTx(c, who, patient, communication)
	if err == nil {
		err = mayRead(v)
	}
	if err != nil {
		return HeldMessage{}, err
	}
	once := records.NewOnce(s.digests, who, patient, in.In)
	sent, was, err := s.sentBefore(c, v, who, in.In)
	switch {
	case err != nil:
		return HeldMessage{}, err
	case was != nil && !once.Is(was):
		return HeldMessage{}, wasSent()
	case was != nil:
		return wentOut(sent), nil
	}
	old, err := heldTx(c, who.Account, in.ID)
	switch {
	case err != nil:
		return HeldMessage{}, err
	case old != nil && old.patient != patient:
		return HeldMessage{}, records.IDUsed()
	case old != nil && old.state == takenBack:
		return HeldMessage{}, wasTaken()
	case old != nil && once.Is(old.digest) && in.Version != old.version: // it came again
		return old.show()
	case old != nil && in.Version != old.version:
		return HeldMessage{}, fault.New(fault.Conflict, "This was changed meanwhile. Please look again.").WithCode("changed")
	case old == nil && in.Version != 0:
		return HeldMessage{}, notFound()
	}
	if err := mayAct(v); err != nil {
		return HeldMessage{}, err
	}
	if err := s.slow(c, who); err != nil {
		return HeldMessage{}, err
	}
	if err := s.mayGo(c, who, v, in.In); err != nil {
		return HeldMessage{}, err
	}
	if urgent {
		return s.hurry(c, who, patient, name, in)
	}
	files, err := s.attach(c, v, who, in.Attachments)
	if err != nil {
		return HeldMessage{}, err
	}
	b := heldBody{In: in.In, Name: name}
	if in.Thread != "" {
		t, err := threadTx(c, patient, in.Thread)
		if err != nil {
			return HeldMessage{}, err
		}
		b.Open = t.state == open
	}
	for _, f := range files {
		b.Files = append(b.Files, attachment(f))
	}
	h := held{id: in.ID, patient: patient, account: who.Account, thread: in.Thread, client: who.Client, digest: once.Digest(), state: waits, scheduled: !in.At.IsZero(), created: s.now(), version: 1}
	if h.body, err = json.Marshal(b); err != nil {
		return HeldMessage{}, err
	}
	scopes, err := json.Marshal(who.Scopes)
	if err != nil {
		return HeldMessage{}, err
	}
	h.scopes = string(scopes)
	h.due = s.now() + s.Undo.Microseconds()
	if h.scheduled {
		h.due = max(h.due, in.At.UnixMicro())
	}
	h.next = h.due
	if old != nil {
		h.created, h.version = old.created, old.version+1
	}
	if err := h.save(c, s.now()); err != nil {
		return HeldMessage{}, err
	}
	if err := s.sentDraft(c, who.Account, patient, cmp.Or(in.Thread, newDraft), in.In); err != nil {
		return HeldMessage{}, err
	}
	return h.show()
}

// mayGo refuses what could not be delivered anyway.
func (s *Service) mayGo(c *db.Conn, who identity.Principal, v *access.View, in In) error {
	var n int
	if err := c.QueryRow(`SELECT count(*) FROM held_messages WHERE account = ? AND state = 1`, who.Account).Scan(&n); err != nil {
		return err
	}
	if n >= maxHeld {
		return fault.New(fault.TooMany, "Many messages of yours wait to be sent. Please take some back first.")
	}
	if in.Thread == "" {
		return nil
	}
	if _, err := s.find(c, who, v, in.Thread); err != nil {
		return err
	}
	_, err := s.corrected(c, who, v, in)
	return err
}

func (h *held) save(c *db.Conn, now int64) error {
	_, err := c.Exec(`INSERT INTO held_messages (`+heldColumns+`, changed_at) VALUES `+db.Placeholders(1, 17)+` ON CONFLICT (account, id) DO UPDATE SET
		client = excluded.client, scopes = excluded.scopes, body = excluded.body, digest = excluded.digest, state = excluded.state, scheduled = excluded.scheduled, due_at = excluded.due_at,
		next_at = excluded.next_at, tries = excluded.tries, version = excluded.version, why = excluded.why, changed_at = excluded.changed_at`,
		h.id, h.patient, h.account, h.thread, h.client, h.scopes, h.body, h.digest, h.state, h.scheduled, h.due, h.next, h.tries, h.version, h.why, h.created, now)
	return err
}

// HeldOf lists what somebody sent in a chart and nobody has yet, what goes first
// first, and what could not be delivered.
func (s *Service) HeldOf(ctx context.Context, who identity.Principal, patient string) (out []HeldMessage, err error) {
	c := s.DB.Read(ctx)
	if _, err := s.enter(c, who, patient); err != nil {
		return nil, s.Records.Refuse(ctx, who, patient, communication, "", err)
	}
	if who.ThroughApp() { // what was not sent is no part of the record that an app was let into
		return nil, nil
	}
	err = c.Each(`SELECT `+heldColumns+` FROM held_messages WHERE account = ? AND patient_id = ? AND state IN (1, 3) ORDER BY due_at, id LIMIT ?`, func(r *sql.Rows) error {
		var h held
		if err := r.Scan(h.columns()...); err != nil {
			return err
		}
		x, err := h.show()
		out = append(out, x)
		return err
	}, who.Account, patient, maxHeld)
	return out, err
}

// enterHeld decides whether somebody may do something to what they sent and
// nobody has yet.
func (s *Service) enterHeld(c *db.Conn, who identity.Principal, patient, id string) (*access.View, error) {
	v, err := s.Records.EnterTx(c, who, patient, communication)
	if err == nil {
		err = mayAct(v)
	}
	switch {
	case err != nil:
		return nil, err
	case who.ThroughApp():
		return nil, onlyHere()
	case !fhir.IsUUID(id):
		return nil, notFound()
	}
	return v, nil
}

func onlyHere() error {
	return fault.New(fault.Forbidden, "This can only be done in Housecall itself.").WithCode("session")
}

// TakeBack keeps a message from being sent, and puts its words back into the
// draft. Of one that has not come here yet it is remembered: it stays taken back
// when it does.
func (s *Service) TakeBack(ctx context.Context, who identity.Principal, patient, id string) (out HeldMessage, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.enterHeld(c, who, patient, id)
		if err != nil {
			return err
		}
		h, err := heldTx(c, who.Account, id)
		if err != nil {
			return err
		}
		if h == nil {
			switch _, was, err := s.sentBefore(c, v, who, In{ID: id}); {
			case err != nil:
				return notFoundOf(err)
			case was != nil:
				return wasSent()
			}
			if err := s.slow(c, who); err != nil {
				return err
			}
			h = &held{id: id, patient: patient, account: who.Account, scopes: "null", body: []byte(`{}`), digest: []byte{}, created: s.now()}
		} else if h.patient != patient {
			return notFound()
		}
		if out, err = h.show(); err != nil {
			return err
		}
		out.State = "taken_back"
		if h.state == takenBack {
			return nil
		}
		if err := s.toDraft(c, h); err != nil {
			return err
		}
		h.state, h.body, h.version = takenBack, []byte(`{}`), h.version+1
		return h.save(c, s.now())
	})
	if err != nil {
		return HeldMessage{}, s.Records.Refuse(ctx, who, patient, communication, id, err)
	}
	return out, nil
}

// notFoundOf: an id that somebody else used is not there.
func notFoundOf(err error) error {
	if fault.Is(err, fault.Conflict) {
		return notFound()
	}
	return err
}

// toDraft puts what was taken back where it was written.
func (s *Service) toDraft(c *db.Conn, h *held) error {
	var b heldBody
	if err := json.Unmarshal(h.body, &b); err != nil {
		return err
	}
	back := Draft{Text: b.Text, Topic: b.Topic, Subject: b.Subject, Attachments: b.Files}
	if back.empty() {
		return nil
	}
	place := cmp.Or(h.thread, newDraft)
	d, err := readDraft(c, h.account, h.patient, place, true)
	if err != nil {
		return err
	}
	was := d.Version
	if d.empty() {
		d = back
	} else if err := d.join(back, moment(s.now())); err != nil {
		return err
	}
	return s.saveDraft(c, &d, h.account, h.patient, place, was)
}

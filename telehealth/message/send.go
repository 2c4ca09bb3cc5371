package message

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// In is a message to be sent. The id is made by who sends it: sent twice, it is
// there once. Without a thread it begins one, which has the id of this message.
type In struct {
	ID, Thread     string
	Topic, Subject string // of a new thread
	Text           string
	Attachments    []string // ids of Binary resources of the chart
	Language       string   `json:",omitempty"` // BCP 47; empty: that of the account
	Corrects       string   `json:",omitempty"` // an earlier message of the same writer in the thread
	Close          bool     `json:",omitempty"` // the thread is closed with it
	Ask            bool     `json:"-"`          // refuse words of danger, so that the writer is told whom to call
	Told           bool     `json:"-"`          // the writer was told

	wasOpen bool // it waited here, and the thread was open when it came
}

func (in *In) check() error {
	in.Text = strings.TrimSpace(strings.ReplaceAll(in.Text, "\r\n", "\n"))
	in.Subject = strings.Join(strings.Fields(in.Subject), " ")
	switch {
	case !fhir.IsUUID(in.ID) || in.Thread != "" && !fhir.IsUUID(in.Thread):
		return fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	case in.Thread == "" && !slices.Contains(Topics, in.Topic):
		return fault.New(fault.Invalid, "Say what the message is about.")
	case in.Text == "" && len(in.Attachments) == 0:
		return fault.New(fault.Invalid, "Write something before you send.")
	case !fhir.IsText(in.Text) || !fhir.IsText(in.Subject):
		return fault.New(fault.Invalid, "The message holds signs that cannot be sent.")
	case utf8.RuneCountInString(in.Text) > maxText || utf8.RuneCountInString(in.Subject) > maxSubject:
		return tooLong()
	case len(in.Attachments) > maxAttachments:
		return fault.New(fault.TooLarge, "At most 10 files can be sent with one message.")
	}
	if err := checkLanguage(in.Language); err != nil {
		return err
	}
	for i, id := range in.Attachments {
		if !fhir.IsUUID(id) || slices.Contains(in.Attachments[:i], id) {
			return noAttachment()
		}
	}
	return nil
}

func noAttachment() error {
	return fault.New(fault.Invalid, "One of the files is not there. Please add it again.").WithCode("attachment")
}

// Send writes a message into the chart, and into the inbox of its care team.
func (s *Service) Send(ctx context.Context, who identity.Principal, patient string, in In) (Message, error) {
	if err := in.check(); err != nil {
		return Message{}, err
	}
	name, err := s.Records.NameOf(ctx, who, patient)
	if err != nil {
		return Message{}, err
	}
	var m Message
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		var err error
		m, err = s.sendTx(c, who, patient, name, in, false)
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) { // the same id, at the same moment, in another chart
		err = records.IDUsed()
	}
	if err != nil {
		return Message{}, s.Records.Refuse(ctx, who, patient, communication, in.ID, err)
	}
	return m, nil
}

// sendTx writes a message. held tells that it waited here until now, and was
// bounded when it came.
func (s *Service) sendTx(c *db.Conn, who identity.Principal, patient, name string, in In, held bool) (Message, error) {
	v, err := s.Records.EnterTx(c, who, patient, communication)
	if err == nil {
		err = mayRead(v)
	}
	if err != nil {
		return Message{}, err
	}
	once := records.NewOnce(s.digests, who, patient, in)
	switch sent, was, err := s.sentBefore(c, v, who, in); {
	case err != nil:
		return Message{}, err
	case was != nil && !once.Is(was):
		return Message{}, records.IDUsed()
	case was != nil:
		return sent, nil
	}
	if err := mayAct(v); err != nil {
		return Message{}, err
	}
	if !held {
		if err := s.notHeld(c, who, patient, in.ID, once); err != nil {
			return Message{}, err
		}
		if err := s.slow(c, who); err != nil {
			return Message{}, err
		}
	}
	corrects, err := s.corrected(c, who, v, in)
	if err != nil {
		return Message{}, err
	}
	from := authorOf(who, v)
	found := in.reads(from)
	if found.Urgent() && in.Ask {
		return Message{}, callFirst(found)
	}
	at := s.now()
	t, w, err := s.place(c, v, who, in, at)
	if err != nil {
		return Message{}, err
	}
	w.text, w.patient, w.language, w.corrects = in.Text, name, languageOf(who, in), corrects
	files, err := s.attach(c, v, who, in.Attachments)
	if err != nil {
		return Message{}, err
	}
	for _, b := range files {
		w.attachments = append(w.attachments, attachment(b))
	}
	circle, err := s.Access.Circle(c, patient)
	if err != nil {
		return Message{}, err
	}
	labels, err := s.labels(c, v, who, t, w, circle)
	if err != nil {
		return Message{}, err
	}
	at = max(at, t.lastAt)
	node := resource(in, t, patient, person(from, patient, who.Practitioner), recipients(from, patient, name, circle), w, moment(at).Format("2006-01-02T15:04:05.000Z"))
	if err := s.write(c, who, patient, in.ID, node, files, labels); err != nil {
		return Message{}, err
	}
	if err := s.danger(c, t, from, in.Told, found); err != nil {
		return Message{}, err
	}
	if err := s.keep(c, t, from, at, once.Digest(), circle, found.Urgent(), corrects, in); err != nil {
		return Message{}, err
	}
	if err := s.sentDraft(c, who.Account, patient, cmp.Or(in.Thread, newDraft), in); err != nil {
		return Message{}, err
	}
	if err := s.tell(c, t, from, in.ID, at, circle, labels); err != nil {
		return Message{}, err
	}
	m := message(row{thread: t.id, id: in.ID, at: at, from: from}, who, w)
	m.Corrects = corrects
	return m, nil
}

// notHeld: a message that waits here may be sent at once, and then waits no more;
// one that was taken back stays so.
func (s *Service) notHeld(c *db.Conn, who identity.Principal, patient, id string, once records.Once) error {
	h, err := heldTx(c, who.Account, id)
	switch {
	case err != nil || h == nil:
		return err
	case h.patient != patient:
		return records.IDUsed()
	case h.state == takenBack:
		return wasTaken()
	case !once.Is(h.digest):
		return records.IDUsed()
	}
	return dropHeld(c, who.Account, id)
}

// sentBefore looks whether the id is known. Whose it is and where is told to
// nobody else. Of a message that its writer does not see (an app may not see what
// it was used to write) it says again what was sent.
func (s *Service) sentBefore(c *db.Conn, v *access.View, who identity.Principal, in In) (m Message, digest []byte, err error) {
	id := in.ID
	r := row{id: id}
	var patient string
	err = c.QueryRow(`SELECT patient_id, thread, n, at, account, name, role, relation, digest FROM thread_messages WHERE id = ?`, id).
		Scan(&patient, &r.thread, &r.n, &r.at, &r.from.Account, &r.from.Name, &r.from.Role, &r.from.Relation, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		var n int
		if err = c.QueryRow(`SELECT count(*) FROM resource_locator WHERE type = ? AND id = ?`, communication, id).Scan(&n); err == nil && n > 0 {
			err = records.IDUsed()
		}
		return m, nil, err
	}
	if err != nil {
		return m, nil, err
	}
	if patient != v.Patient || r.from.Account != who.Account {
		return m, nil, records.IDUsed()
	}
	list, err := s.messages(c, v, who, []row{r})
	if err != nil {
		return m, nil, err
	}
	if len(list) > 0 {
		return list[0], digest, nil
	}
	w := written{text: in.Text}
	for _, a := range in.Attachments {
		b, err := s.Records.BinaryTx(c, v.Patient, a)
		if err != nil {
			return m, nil, records.IDUsed()
		}
		w.attachments = append(w.attachments, attachment(b))
	}
	r.from.Side = sideOf(r.from.Role)
	return message(r, who, w), digest, nil
}

// How much one account may send, staff three times as much. A system is held
// only by the bounds of all requests.
const (
	perMinute = 20
	perDay    = 300
)

func (s *Service) slow(c *db.Conn, who identity.Principal) error {
	factor := 1
	switch who.Kind {
	case identity.System:
		return nil
	case identity.Staff:
		factor = 3
	}
	now := s.now()
	for _, x := range []struct {
		within time.Duration
		most   int
	}{{time.Minute, perMinute}, {24 * time.Hour, perDay}} {
		var n int
		since := now - x.within.Microseconds()
		if err := c.QueryRow(`SELECT (SELECT count(*) FROM thread_messages WHERE account = ? AND at > ?) + (SELECT count(*) FROM held_messages WHERE account = ? AND created_at > ?)`,
			who.Account, since, who.Account, since).Scan(&n); err != nil {
			return err
		}
		if n >= x.most*factor {
			return fault.New(fault.TooMany, "You sent many messages in a short time. Please wait a little.")
		}
	}
	return nil
}

// place finds the thread, or begins one, and gives what it is about.
func (s *Service) place(c *db.Conn, v *access.View, who identity.Principal, in In, at int64) (*thread, written, error) {
	if in.Thread == "" {
		return &thread{patient: v.Patient, id: in.ID, state: open, startedAt: at, topic: in.Topic}, written{topic: in.Topic, subject: in.Subject}, nil
	}
	t, err := threadTx(c, v.Patient, in.Thread)
	if err != nil {
		return nil, written{}, err
	}
	x, err := s.one(c, who, v, t.id)
	return t, written{topic: x.Topic, subject: x.Subject}, err
}

// keep writes the rows beside the Communication.
func (s *Service) keep(c *db.Conn, t *thread, from Author, at int64, digest []byte, circle []access.Near, danger bool, corrects string, in In) error {
	t.lastN++
	wasClosed := t.state == closed
	t.lastAt, t.state = at, open
	if err := s.assign(c, t, from, at, circle); err != nil {
		return err
	}
	if danger {
		if err := s.alarm(c, t, at); err != nil {
			return err
		}
	}
	// Who at the clinic answers and closes, closes: also when the answer waited longer.
	if in.Close || in.wasOpen && wasClosed && from.Side == ClinicSide {
		t.state = closed
		t.rest()
	}
	if _, err := c.Exec(`INSERT INTO thread_messages (patient_id, thread, n, id, at, account, name, role, relation, digest, corrects) VALUES `+db.Placeholders(1, 11),
		t.patient, t.id, t.lastN, in.ID, at, from.Account, from.Name, from.Role, from.Relation, digest, corrects); err != nil {
		return err
	}
	return t.save(c)
}

// tell lets everybody know who is concerned: those on the patient's side, and
// at the clinic who takes care of the thread or, when nobody does, all who may.
func (s *Service) tell(c *db.Conn, t *thread, from Author, id string, at int64, circle []access.Near, labels access.Labels) error {
	owners, err := s.owners(c, t, circle)
	if err != nil {
		return err
	}
	topics := topics(t.patient, labels&access.AllLabels == 0)
	for _, n := range circle {
		staff := n.Relation == access.CareTeam
		if !n.See.Has(access.Messages) {
			continue
		}
		if staff {
			topics = append(topics, InboxTopic(n.Account))
		}
		if n.Account == from.Account || !n.Sees(access.Class{Category: access.Messages, Labels: labels}) || staff && (from.Side == ClinicSide || !owners[n.Account]) {
			continue
		}
		if err := s.Notices.PostTx(c, notifications.Notice{
			ID: "message/" + id, Account: n.Account, Kind: notifications.Message, Patient: t.patient, Ref: ref(t.id), At: moment(at),
		}); err != nil {
			return err
		}
	}
	c.After(func() { s.publish(topics...) })
	return nil
}

// ref is how notices name a thread.
func ref(thread string) string { return "thread/" + thread }

func tooLong() error {
	return fault.New(fault.TooLarge, "The message is too long. Please shorten it, or send it in two.")
}

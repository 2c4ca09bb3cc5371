package message

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// What a thread can become, and as which resource.
var madeOf = map[string]string{"task": "Task", "refill": "Task", "appointment": "Task", "note": "DocumentReference"}

const taskSystem = "urn:housecall:task"

// Make says what a thread becomes. The id is made by the client: asked for twice, it
// is there once.
type Make struct {
	ID       string
	Kind     string // task, refill, appointment or note
	Text     string // what is to be done, or the note
	Medicine string // of a refill: id of the MedicationRequest; may be empty
}

// Made is what a thread became.
type Made struct {
	ID   string    `json:"id"`
	Kind string    `json:"kind" enum:"task,refill,appointment,note"`
	Ref  string    `json:"ref" doc:"Of the resource in the chart"`
	At   time.Time `json:"at"`
}

func (m *Make) check() error {
	m.Text = strings.TrimSpace(strings.ReplaceAll(m.Text, "\r\n", "\n"))
	switch {
	case !fhir.IsUUID(m.ID) || m.Medicine != "" && !fhir.IsUUID(m.Medicine):
		return fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	case madeOf[m.Kind] == "" || m.Medicine != "" && m.Kind != "refill":
		return fault.New(fault.Invalid, "A conversation becomes a task, a refill, an appointment request or a note.")
	case m.Text == "" || !fhir.IsText(m.Text) || utf8.RuneCountInString(m.Text) > maxText:
		return fault.New(fault.Invalid, "Say in a few words what is to be done.")
	}
	return nil
}

// Become makes something out of a thread in one step: the resource, which names the
// thread's first message, and that message, which names the resource.
func (s *Service) Become(ctx context.Context, who identity.Principal, patient, id string, m Make) (Made, error) {
	out := Made{ID: m.ID, Kind: m.Kind, Ref: madeOf[m.Kind] + "/" + m.ID}
	if err := m.check(); err != nil {
		return out, err
	}
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		v, err := s.Records.EnterTx(c, who, patient, communication)
		if err == nil {
			err = mayAct(v)
		}
		if err != nil {
			return err
		}
		me := authorOf(who, v)
		if err := me.answers(); err != nil {
			return err
		}
		if _, err := s.find(c, who, v, id); err != nil {
			return err
		}
		made := s.madeDigest(who, id, m)
		var was []byte
		var at int64
		err = c.QueryRow(`SELECT digest, at FROM thread_made WHERE patient_id = ? AND thread = ? AND id = ?`, patient, id, m.ID).Scan(&was, &at)
		switch {
		case err == nil && s.digests.Fits(was, made):
			out.At = moment(at)
			return nil
		case err == nil:
			return fault.New(fault.Conflict, "This was made before with other words. Please load the page again.").WithCode("id_used")
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		if m.Medicine != "" {
			seen, err := s.Records.Seen(c, v, "MedicationRequest", []string{m.Medicine})
			if err != nil {
				return err
			}
			if !seen[m.Medicine] {
				return fault.New(fault.Invalid, "We could not find this medicine in the record.")
			}
		}
		at = s.now()
		out.At = moment(at)
		if err := s.makeTx(c, who, v, me, id, m, at); err != nil {
			return err
		}
		if _, err := c.Exec(`INSERT INTO thread_made (patient_id, thread, id, kind, type, account, digest, at) VALUES `+db.Placeholders(1, 8),
			patient, id, m.ID, m.Kind, madeOf[m.Kind], who.Account, made(s.digests.Now()), at); err != nil {
			return err
		}
		t, err := threadTx(c, patient, id)
		if err != nil {
			return err
		}
		if err := s.step(c, t, me, Step{Kind: "turn", To: m.Kind}); err != nil {
			return err
		}
		return s.moved(c, t)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = records.IDUsed()
	}
	if err != nil {
		return Made{}, s.Records.Refuse(ctx, who, patient, madeOf[m.Kind], m.ID, err)
	}
	return out, nil
}

// madeDigest gives, under a key, what is kept of what somebody made.
func (s *Service) madeDigest(who identity.Principal, thread string, m Make) func(key []byte) []byte {
	b, _ := json.Marshal([]any{who.Account, thread, m})
	return func(key []byte) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte("made "))
		h.Write(b)
		return h.Sum(nil)
	}
}

// makeTx writes the resource and the link back. What it says carries on what the
// thread is about, so it is as sensitive as the thread and its own words.
func (s *Service) makeTx(c *db.Conn, who identity.Principal, v *access.View, me Author, id string, m Make, at int64) error {
	bodies, err := s.Records.Uncut(c, v, communication, []string{id})
	if err != nil {
		return err
	}
	if bodies[id] == nil {
		return notFound()
	}
	first, err := fhir.Parse(bodies[id])
	if err != nil {
		return err
	}
	labels := access.LabelsOfText(m.Text)
	if err := c.Each(`SELECT r.labels FROM thread_messages m JOIN resources r ON r.patient_id = m.patient_id AND r.type = ? AND r.id = m.id WHERE m.patient_id = ? AND m.thread = ?`, func(r *sql.Rows) error {
		var l int64
		err := r.Scan(&l)
		labels |= access.Labels(l) & access.AllLabels
		return err
	}, communication, v.Patient, id); err != nil {
		return err
	}
	w, err := read(bodies[id])
	if err != nil {
		return err
	}
	node := m.resource(v.Patient, w.patient, person(me, v.Patient, who.Practitioner), id, moment(at))
	if labels != 0 {
		meta, err := fhir.Make(map[string]any{"security": labels.Security()})
		if err != nil {
			return err
		}
		node.Set("meta", meta)
	}
	about := first.Get("about").Items()
	first.Set("about", fhir.Array(append(about[:len(about):len(about)], reference(madeOf[m.Kind]+"/"+m.ID, ""))...))
	_, err = s.Records.WriteTx(c, who, records.Batch{Source: records.Own, Kept: true, Ops: []records.Op{
		{Kind: records.Create, Type: madeOf[m.Kind], ID: m.ID, Node: node},
		{Kind: records.Update, Type: communication, ID: id, Node: first},
	}})
	return err
}

// resource gives the Task (FHIR R4, section 12.1) or DocumentReference (2.36) that a
// thread becomes.
func (m *Make) resource(patient, name string, by *fhir.Node, thread string, at time.Time) *fhir.Node {
	when := at.Format("2006-01-02T15:04:05.000Z")
	n := fhir.Object(text("resourceType", madeOf[m.Kind]), text("id", m.ID))
	from := reference(communication+"/"+thread, "")
	if m.Kind == "note" {
		n.Set("status", fhir.String("current"))
		n.Set("type", fhir.Object(text("text", "Note from a conversation")))
		n.Set("subject", reference("Patient/"+patient, name))
		n.Set("date", fhir.String(when))
		n.Set("author", fhir.Array(by))
		n.Set("content", fhir.Array(fhir.Object(member("attachment", fhir.Object(text("contentType", "text/plain; charset=utf-8"),
			text("data", base64.StdEncoding.EncodeToString([]byte(m.Text))), text("title", "Note from a conversation"), text("creation", when))))))
		n.Set("context", fhir.Object(member("related", fhir.Array(from))))
		return n
	}
	n.Set("basedOn", fhir.Array(from))
	n.Set("status", fhir.String("requested"))
	n.Set("intent", fhir.String("order"))
	n.Set("code", fhir.Object(member("coding", fhir.Array(fhir.Object(text("system", taskSystem), text("code", m.Kind))))))
	n.Set("description", fhir.String(m.Text))
	if m.Medicine != "" {
		n.Set("focus", reference("MedicationRequest/"+m.Medicine, ""))
	}
	n.Set("for", reference("Patient/"+patient, name))
	n.Set("authoredOn", fhir.String(when))
	n.Set("requester", by)
	n.Set("reasonReference", from)
	return n
}

// MadeOf lists what a thread became, the oldest first, to the clinic.
func (s *Service) MadeOf(ctx context.Context, who identity.Principal, patient, id string) ([]Made, error) {
	c := s.DB.Read(ctx)
	v, err := s.enter(c, who, patient)
	if err == nil && !v.Treats() {
		err = notFound()
	}
	if err == nil {
		_, err = s.find(c, who, v, id)
	}
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, patient, communication, id, err)
	}
	out := []Made{}
	err = c.Each(`SELECT id, kind, type, at FROM thread_made WHERE patient_id = ? AND thread = ? ORDER BY at, id LIMIT ?`, func(r *sql.Rows) error {
		var m Made
		var typ string
		var at int64
		err := r.Scan(&m.ID, &m.Kind, &typ, &at)
		m.Ref, m.At = typ+"/"+m.ID, moment(at)
		out = append(out, m)
		return err
	}, patient, id, maxPage)
	if err != nil {
		return nil, err
	}
	return out, s.Records.Looked(ctx, who, v, "read", communication, id, access.Of(access.Messages), 1)
}

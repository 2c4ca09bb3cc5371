package telehealth

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/picklist"
	"housecall/telehealth/schedule"
)

// Sign ends the work on a note. In one transaction it is frozen and becomes
// Encounter, Composition and the after-visit summary in the chart, what was
// measured, prescribed, ordered and agreed upon becomes records with them, the
// visit is ended if it still goes on and end says so, the appointment is fulfilled,
// and the patient's side is told. All of it or nothing. There is no way back: what
// is found out later is added. The chat goes to the record with it, but for what is
// left out of that.
func (s *Service) Sign(ctx context.Context, who identity.Principal, patient, id string, version int64, end bool, left LeftOut) (VisitNote, error) {
	if err := left.check(); err != nil {
		return VisitNote{}, err
	}
	return s.write(ctx, who, patient, id, "sign", func(v *visit, n *note) error {
		if n.signedAt != 0 && n.version == version && n.signedAccount == who.Account {
			return nil // sent twice
		}
		if err := v.maySign(); err != nil {
			return err
		}
		switch {
		case n.signedAt != 0:
			return signed()
		case n.version != version:
			return changed()
		case v.State == schedule.Live && (!end || v.group != nil): // a group is ended for all
			return fault.New(fault.Conflict, "End the visit before you sign its note.").WithCode("live")
		case v.State != schedule.Ended && v.State != schedule.Live && v.StartsAt > s.now():
			return fault.New(fault.Conflict, "This visit has not begun.").WithCode("not_live")
		}
		for _, t := range []string{n.body.Assessment, n.body.Plan, n.body.Summary} {
			if strings.TrimSpace(t) == "" {
				return fault.New(fault.Invalid, "Before it can be signed, a note needs an assessment, a plan and a sentence for the patient.").WithCode("incomplete")
			}
		}
		if err := n.body.finished(); err != nil {
			return err
		}
		if v.State == schedule.Live {
			if err := v.finish(); err != nil {
				return err
			}
		}
		n.signedAt, n.signedBy, n.signedRole, n.signedAccount = s.now(), who.Name, string(v.view.Role), who.Account
		n.composition, n.document = newID(), newID()
		v.Note = schedule.NoteSigned
		if err := v.record(n, &left); err != nil {
			return err
		}
		return v.tell("note/"+v.ID, notifications.Note, "DocumentReference", n.document)
	})
}

// newID is for records that are made here.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// maySign: doctors, who have just shown that it is them.
func (v *visit) maySign() error {
	if v.view.Role != identity.Clinician || v.who.Practitioner == "" {
		return fault.New(fault.Forbidden, "Only doctors can sign a note.").WithCode("role")
	}
	return v.who.RequireRecent(v.s.Now())
}

// record writes what the visit leaves in the chart. All of it has the sensitive
// kinds of all its parts: who may not see one may not know of the others.
func (v *visit) record(n *note, left *LeftOut) error {
	person, err := v.s.Records.PatientOf(v.c, v.view)
	if err != nil {
		return err
	}
	fulfilled, err := v.s.Schedule.FulfilledTx(v.c, v.view, v.Booked)
	if err != nil {
		return err
	}
	a, err := v.s.Schedule.ShowTx(v.c, v.view, v.Booked)
	if err != nil {
		return err
	}
	w := writing{
		visit: v.ID, encounter: newID(), patient: person.Name, subject: v.Patient, reason: a.Reason, video: v.Mode == schedule.Video,
		signer: v.who.Name, practitioner: v.who.Practitioner, from: v.StartsAt, to: v.EndsAt, signedAt: n.signedAt,
	}
	if v.StartedAt != 0 && v.EndedAt >= v.StartedAt {
		w.from, w.to = v.StartedAt, v.EndedAt
	}
	o, err := v.outcome(&w, &n.body.VisitPlan)
	if err != nil {
		return err
	}
	o.all = append(o.all,
		&made{typ: "Encounter", id: w.encounter, body: w.encounterOf(o)},
		&made{typ: "Composition", id: n.composition, body: w.compositionOf(n, o)},
		&made{typ: "DocumentReference", id: n.document, body: w.summaryOf(n)})
	if err := v.wantsTranslation(&w, n, &person, o); err != nil {
		return err
	}
	targets := make([]any, len(o.all))
	for i, m := range o.all {
		targets[i] = m.ref()
	}
	o.add("Provenance", w.provenanceOf(targets))
	labels, err := o.labels(access.Classify(fulfilled.Node).Labels | access.LabelsOfText(append(n.body.texts(), a.Reason)...))
	if err != nil {
		return err
	}
	ops, err := o.ops(func(body object) (*fhir.Node, error) { return labelled(body, labels) })
	if err != nil {
		return err
	}
	if _, err := v.s.Records.WriteTx(v.c, v.who, records.Batch{Ops: append([]records.Op{fulfilled}, ops...), Source: records.Own, Kept: true}); err != nil {
		return err
	}
	return v.fileChat(&w, n, left, labels)
}

// labelled makes a resource that says its sensitive kinds outright.
func labelled(body object, labels access.Labels) (*fhir.Node, error) {
	if labels != access.NoLabels {
		body["meta"] = object{"security": labels.Security()}
	}
	return fhir.Make(body)
}

// inherited gives the sensitive kinds of the note that is added to.
func (v *visit) inherited(n *note) (access.Labels, error) {
	bodies, err := v.s.Records.Uncut(v.c, v.view, "Composition", []string{n.composition})
	if err != nil {
		return 0, err
	}
	if bodies[n.composition] == nil {
		return 0, notFound()
	}
	signed, err := fhir.Parse(bodies[n.composition])
	if err != nil {
		return 0, err
	}
	return access.Classify(signed).Labels, nil
}

// tell lets those of the patient's side who see it know that something new is
// there.
func (v *visit) tell(id string, kind notifications.Kind, typ, what string) error {
	return v.tellUntil(id, kind, typ, what, time.Time{})
}

// tellUntil is tell for what is of no use after a while.
func (v *visit) tellUntil(id string, kind notifications.Kind, typ, what string, until time.Time) error {
	class, err := v.s.Records.ClassTx(v.c, v.Patient, typ, what)
	if err != nil {
		return err
	}
	circle, err := v.s.Access.Circle(v.c, v.Patient)
	if err != nil {
		return err
	}
	for _, near := range circle {
		if near.Relation != access.Self && near.Relation != access.Proxy || !near.Sees(class) {
			continue
		}
		if err := v.s.Notices.PostTx(v.c, notifications.Notice{ID: id, Account: near.Account, Kind: kind, Patient: v.Patient, Ref: "visit/" + v.ID, At: moment(v.s.now()), Until: until}); err != nil {
			return err
		}
	}
	return nil
}

const maxAddenda = 100

// Addend adds to a signed note. The id is made by who sends it: sent twice, it is
// there once.
func (s *Service) Addend(ctx context.Context, who identity.Principal, patient, id, addendum, text string) (VisitNote, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch {
	case !fhir.IsUUID(addendum):
		return VisitNote{}, fault.New(fault.Invalid, "Ids must be UUIDs in lower case.")
	case text == "":
		return VisitNote{}, fault.New(fault.Invalid, "Write something before you send.")
	}
	if err := kept(text, maxPart); err != nil {
		return VisitNote{}, err
	}
	out, err := s.write(ctx, who, patient, id, "addend", func(v *visit, n *note) error {
		var visit, was string
		err := v.c.QueryRow(`SELECT visit, body FROM visit_addenda WHERE id = ?`, addendum).Scan(&visit, &was)
		if err == nil && visit == id && was == text {
			return nil
		}
		if err == nil {
			return records.IDUsed()
		}
		if n.signedAt == 0 {
			return fault.New(fault.Conflict, "This note is not signed yet. Change it instead.").WithCode("draft")
		}
		if err := v.maySign(); err != nil {
			return err
		}
		list, err := v.addenda()
		if err != nil {
			return err
		}
		if len(list) >= maxAddenda {
			return fault.New(fault.TooMany, "So much was added to this note that no more can be.")
		}
		person, err := s.Records.PatientOf(v.c, v.view)
		if err != nil {
			return err
		}
		w := writing{visit: v.ID, patient: person.Name, subject: v.Patient, signer: who.Name, practitioner: who.Practitioner, signedAt: s.now()}
		body := w.addendumOf(n.composition, text)
		body["resourceType"], body["id"] = "Composition", addendum
		labels, err := v.inherited(n)
		if err != nil {
			return err
		}
		node, err := labelled(body, labels|access.LabelsOfText(text))
		if err != nil {
			return err
		}
		if _, err := s.Records.WriteTx(v.c, who, records.Batch{Ops: []records.Op{{Kind: records.Create, Type: "Composition", ID: addendum, Node: node}}, Source: records.Own, Kept: true}); err != nil {
			return err
		}
		if _, err := v.c.Exec(`INSERT INTO visit_addenda (visit, n, id, at, name, body) VALUES `+db.Placeholders(1, 6), id, len(list)+1, addendum, w.signedAt, who.Name, text); err != nil {
			return err
		}
		return v.tell("note/"+v.ID+"/"+strconv.Itoa(len(list)+1), notifications.Note, "Composition", addendum)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = records.IDUsed()
	}
	return out, err
}

func notYet() error {
	return fault.New(fault.Conflict, "The summary of this visit is not written yet.").WithCode("not_yet")
}

// Signer is who signed.
type Signer struct {
	Name string `json:"name"`
	Role string `json:"role"`
}

// Summary is what a patient takes home from a visit.
type Summary struct {
	Visit        string     `json:"visit"`
	At           time.Time  `json:"at" doc:"When the visit was"`
	Clinician    Signer     `json:"clinician"`
	Summary      string     `json:"summary"`
	Instructions []string   `json:"instructions"`
	CallIf       string     `json:"callIf"`
	FollowUp     string     `json:"followUp"`
	Reason       string     `json:"reason,omitempty"`
	SignedAt     time.Time  `json:"signedAt"`
	Addenda      []Addendum `json:"addenda"`
	Composition  string     `json:"composition"`
	Chat         string     `json:"chat,omitempty" doc:"The record of what was written in the visit, where there is one that the viewer sees"`

	Vitals      []VisitVital    `json:"vitals"`
	Problems    []SummaryItem   `json:"problems"`
	Medicines   []VisitMedicine `json:"medicines"`
	Stops       []VisitStop     `json:"stops"`
	Orders      []SummaryItem   `json:"orders"`
	Next        *VisitNext      `json:"next,omitempty"`
	NextDay     string          `json:"nextDay,omitempty" doc:"The day that the next visit is meant for"`
	Language    string          `json:"language" doc:"In which the free text is written"`
	Translation *Translation    `json:"translation,omitempty"`
}

// SummaryItem is a problem or an order with what people say for it.
type SummaryItem struct {
	Group string `json:"group,omitempty"`
	Text  string `json:"text"`
	Plain string `json:"plain,omitempty" doc:"In English"`
	Local string `json:"local,omitempty" doc:"In Spanish"`
	Note  string `json:"note,omitempty"`
}

// fill puts in what the visit found and decided, for a page to say in its own language.
func (out *Summary) fill(v *visit, n *note) error {
	p := &n.body.VisitPlan
	out.Vitals, out.Medicines, out.Stops = some(p.Vitals), some(p.Medicines), some(p.Stops)
	out.Problems, out.Orders = []SummaryItem{}, []SummaryItem{}
	for _, x := range p.Problems {
		en, es := plain(picklist.Problem, x.Code, x.Text)
		out.Problems = append(out.Problems, SummaryItem{Text: x.Text, Plain: en, Local: es})
	}
	for _, x := range p.Orders {
		en, es := plain(picklist.Order, x.Code, x.Text)
		out.Orders = append(out.Orders, SummaryItem{Group: x.Group, Text: x.Text, Plain: en, Local: es, Note: x.Note})
	}
	if out.Next = p.Next; p.Next != nil {
		out.NextDay = p.Next.day(v, n.signedAt)
	}
	if out.Language = n.body.Language; out.Language == "" {
		out.Language = defaultLanguage
	}
	t, err := v.translation()
	if err == nil && t != nil {
		out.Translation, err = t.show()
	}
	return err
}

func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Summary gives the after-visit summary to whoever sees its record in the chart.
// Where that is hidden for what it touches, the answer is the one before it was
// written.
func (s *Service) Summary(ctx context.Context, who identity.Principal, patient, id string) (Summary, error) {
	var out Summary
	var view *access.View
	hidden := false
	err := s.DB.InReadTx(ctx, func(c *db.Conn) error {
		v, err := s.open(c, who, patient, id, false)
		if err == nil && !v.view.See.Has(access.Documents) {
			err = notFound()
		}
		if err != nil {
			return err
		}
		view = v.view
		n, err := v.note()
		if err != nil {
			return err
		}
		if n.signedAt == 0 {
			return notYet()
		}
		for typ, ref := range map[string]string{"Composition": n.composition, "DocumentReference": n.document} {
			seen, err := s.Records.Bodies(c, view, typ, []string{ref})
			if err != nil {
				return err
			}
			if seen[ref] == nil {
				hidden = true
				return notYet()
			}
		}
		a, err := s.Schedule.ShowTx(c, view, v.Booked)
		if err != nil {
			return err
		}
		out = Summary{
			Visit: id, At: moment(v.StartsAt), Clinician: Signer{n.signedBy, v.Specialty}, Summary: n.body.Summary, CallIf: n.body.CallIf, FollowUp: n.body.FollowUp,
			Instructions: slices.DeleteFunc(n.body.Instructions, func(x string) bool { return strings.TrimSpace(x) == "" }), Reason: a.Reason, SignedAt: moment(n.signedAt), Composition: "Composition/" + n.composition,
		}
		if v.StartedAt != 0 {
			out.At = moment(v.StartedAt)
		}
		if err := out.fill(v, n); err != nil {
			return err
		}
		if out.Chat, err = v.seenChat(n); err != nil {
			return err
		}
		out.Addenda, err = v.seenAddenda()
		return err
	})
	if hidden { // the log of accesses tells it as what it is
		if err := s.Records.Refuse(ctx, who, patient, "DocumentReference", "", notFound()); !fault.Is(err, fault.NotFound) {
			return Summary{}, err
		}
	}
	if err != nil {
		return Summary{}, s.Records.Refuse(ctx, who, patient, "DocumentReference", "", err)
	}
	return out, s.Records.Looked(ctx, who, view, "read", "DocumentReference", "", access.Of(access.Documents), 1)
}

package request

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Answering brings a request to another state. The id is made by who does it: sent twice,
// it is done once.
type Answering struct {
	ID      string       `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
	To      State        `json:"to" enum:"received,on-hold,accepted,in-progress,completed,rejected,cancelled"`
	Saw     int64        `json:"saw" minimum:"1" doc:"The version of the request that this answers"`
	Text    string       `json:"text,omitempty" maxLength:"4000" doc:"For the other side: what is needed, why not, or the answer"`
	Results []Outcome    `json:"results,omitempty" maxItems:"10" doc:"What came of it: records of this chart"`
	Issue   *Prescribing `json:"issue,omitempty" doc:"The new prescription that is written along with it"`
}

// Prescribing is a new prescription of the medicine that was asked for, taken as before.
type Prescribing struct {
	Days    int `json:"days" minimum:"1" maximum:"365" doc:"How long one filling lasts"`
	Repeats int `json:"repeats" minimum:"0" maximum:"11" doc:"Further fillings"`
}

var resultTypes = []string{medicationRequest, "Appointment", "DocumentReference"}

func (mv *Answering) check() error {
	wrong := func(text string) error { return fault.New(fault.Invalid, text) }
	var err error
	if mv.Text, err = words(mv.Text, maxText); err != nil {
		return err
	}
	switch {
	case !fhir.IsUUID(mv.ID):
		return wrong("Ids must be UUIDs in lower case.")
	case mv.To == Requested || !slices.Contains(States, mv.To):
		return wrong("A request cannot be brought to that state.")
	case mv.Text == "" && (mv.To == OnHold || mv.To == Rejected):
		return wrong("Please say in a few words why, for the patient to read.")
	case (len(mv.Results) > 0 || mv.Issue != nil) && mv.To != Completed:
		return wrong("What came of a request is told when it is done.")
	case len(mv.Results) > 10:
		return wrong("At most 10 records can be linked.")
	case mv.Issue != nil && (mv.Issue.Days < 1 || mv.Issue.Days > 365 || mv.Issue.Repeats < 0 || mv.Issue.Repeats > 11):
		return wrong("A prescription is for 1 to 365 days, with at most 11 refills.")
	}
	for _, r := range mv.Results {
		if !slices.Contains(resultTypes, r.Type) || r.ID == "" || len(r.ID) > 64 {
			return wrong("Only prescriptions, visits and documents can be linked.")
		}
	}
	return nil
}

// Answer brings a request to another state, if this side may from the state in which
// it is. Of two who answer the same, one does; the other is told to look again.
func (s *Service) Answer(ctx context.Context, who identity.Principal, patient, id string, mv Answering) (Request, error) {
	if err := mv.check(); err != nil {
		return Request{}, err
	}
	var out Request
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		var err error
		out, err = s.answerTx(c, who, patient, id, mv)
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = records.IDUsed()
	}
	if err != nil {
		return Request{}, s.Records.Refuse(ctx, who, patient, task, id, err)
	}
	return out, nil
}

func (s *Service) answerTx(c *db.Conn, who identity.Principal, patient, id string, mv Answering) (Request, error) {
	v, err := seeing(s.Records.EnterTx(c, who, patient, task))
	if err != nil {
		return Request{}, err
	}
	x, err := find(c, id, true)
	if err != nil {
		return Request{}, err
	}
	if x == nil || x.patient != patient {
		return Request{}, notFound()
	}
	bodies, err := s.Records.Uncut(c, v, task, []string{id})
	if err != nil {
		return Request{}, err
	}
	if bodies[id] == nil {
		return Request{}, notFound()
	}
	if !decides(v, x.kind) && !mayAsk(v, x.kind) {
		return Request{}, notYours()
	}
	once := records.NewOnce(s.digests, who, patient, []any{id, mv})
	var was []byte
	switch err := c.QueryRow(`SELECT digest FROM request_steps WHERE id = ?`, mv.ID).Scan(&was); {
	case err == nil && once.Is(was):
		return s.showOne(c, v, who, x)
	case err == nil:
		return Request{}, records.IDUsed()
	case !errors.Is(err, sql.ErrNoRows):
		return Request{}, err
	}
	switch {
	case x.step != mv.Saw:
		return Request{}, fault.New(fault.Conflict, "Somebody answered this request meanwhile. Please look at it again.").WithCode("moved")
	case mover(x.state, mv.To) == "":
		return Request{}, fault.New(fault.Conflict, "A request in this state cannot be brought there.").WithCode("state")
	case !slices.Contains(next(v, x.kind, x.state), mv.To):
		return Request{}, notYours()
	case mv.Text == "" && x.state == OnHold && mv.To == Received:
		return Request{}, fault.New(fault.Invalid, "Please write an answer.")
	}
	n, err := fhir.Parse(bodies[id])
	if err != nil {
		return Request{}, err
	}
	by := personOf(who, v)
	at := max(s.now(), x.changedAt+1000) // the time of a step is its own
	ops, err := s.results(c, v, who, x, &mv, at)
	if err != nil {
		return Request{}, err
	}
	class, err := s.Records.ClassTx(c, patient, task, id)
	if err != nil {
		return Request{}, err
	}
	labels, err := s.labels(c, who, patient, class.Labels.Sensitive(), mv.Text)
	if err != nil {
		return Request{}, err
	}
	if err := change(n, &mv, by, patient, who.Practitioner, at, labels); err != nil {
		return Request{}, err
	}
	if _, err := s.writeTx(c, who, append(ops, records.Op{Kind: records.Update, Type: task, ID: id, Node: n})...); err != nil {
		return Request{}, err
	}
	x.state, x.changedAt, x.step = mv.To, at, x.step+1
	if err := x.save(c); err != nil {
		return Request{}, err
	}
	if err := x.keep(c, mv.ID, by, once.Digest()); err != nil {
		return Request{}, err
	}
	if err := s.tell(c, x, by, labels); err != nil {
		return Request{}, err
	}
	out, err := s.showOne(c, v, who, x)
	if fault.Is(err, fault.NotFound) {
		return s.bare(x, who), nil
	}
	return out, err
}

// results looks at what came of a request, which must be there for who links it, and
// gives the new prescription if one is written with it.
func (s *Service) results(c *db.Conn, v *access.View, who identity.Principal, x *row, mv *Answering, at int64) ([]records.Op, error) {
	prescribed := mv.Issue != nil
	for i := range mv.Results {
		r := &mv.Results[i]
		seen, err := s.Records.Seen(c, v, r.Type, []string{r.ID})
		if err != nil {
			return nil, err
		}
		if !seen[r.ID] || !v.AllowsType(r.Type, 'r') {
			return nil, fault.New(fault.Invalid, "What you want to link is not in this record.").WithCode("result")
		}
		prescribed = prescribed || r.Type == medicationRequest
	}
	if mv.To == Completed && x.kind == Renewal && !prescribed {
		return nil, fault.New(fault.Invalid, "A renewal is done with a new prescription.").WithCode("prescription")
	}
	if mv.Issue == nil {
		return nil, nil
	}
	if !x.kind.medicine() || !issues(v, x.kind) {
		return nil, fault.New(fault.Forbidden, "Only those who prescribe can write a new prescription.").WithCode("role")
	}
	ops, made, err := s.issue(c, v, who, x, mv.Issue, at)
	mv.Results = append(mv.Results, made)
	return ops, err
}

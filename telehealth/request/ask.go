package request

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Asking is what somebody asks for. The id is made by who asks: asked twice, it is there
// once.
type Asking struct {
	ID        string `json:"id" maxLength:"36" doc:"Made by the client; sent twice it is done once"`
	Kind      Kind   `json:"kind" enum:"refill,renewal,visit,record,form"`
	Medicine  string `json:"medicine,omitempty" maxLength:"64" doc:"Of a refill or renewal: the MedicationRequest"`
	DaysLeft  *int   `json:"daysLeft,omitempty" minimum:"0" maximum:"365" doc:"How many days the medicine at home still lasts"`
	Pharmacy  string `json:"pharmacy,omitempty" maxLength:"1200"`
	Mode      string `json:"mode,omitempty" enum:"video,clinic,either,"`
	When      string `json:"when,omitempty" maxLength:"1200"`
	Documents string `json:"documents,omitempty" maxLength:"4000"`
	Recipient string `json:"recipient,omitempty" maxLength:"1200"`
	Purpose   string `json:"purpose,omitempty" maxLength:"1200"`
	Form      string `json:"form,omitempty" maxLength:"36" doc:"Of a form: id of a Binary of the chart"`
	Note      string `json:"note,omitempty" maxLength:"4000"`
}

func (in *Asking) check() error {
	wrong := func(text string) error { return fault.New(fault.Invalid, text) }
	if !fhir.IsUUID(in.ID) {
		return wrong("Ids must be UUIDs in lower case.")
	}
	if !slices.Contains(Kinds, in.Kind) {
		return wrong("Say what you ask for.")
	}
	for _, x := range []struct {
		text *string
		most int
	}{{&in.Pharmacy, maxLine}, {&in.When, maxLine}, {&in.Documents, maxText}, {&in.Recipient, maxLine}, {&in.Purpose, maxLine}, {&in.Note, maxText}} {
		var err error
		if *x.text, err = words(*x.text, x.most); err != nil {
			return err
		}
	}
	if in.Kind.medicine() != (in.Medicine != "") || !in.Kind.medicine() && (in.DaysLeft != nil || in.Pharmacy != "") {
		return wrong("A refill or renewal names its medicine, and nothing else does.")
	}
	if in.DaysLeft != nil && (*in.DaysLeft < 0 || *in.DaysLeft > 365) {
		return wrong("Say for how many days it still lasts, from 0 to 365.")
	}
	switch in.Kind {
	case Visit:
		if in.Note == "" {
			return wrong("Say in a few words why you ask for a visit.")
		}
		if in.Mode == "" {
			in.Mode = "either"
		}
		if !slices.Contains([]string{"video", "clinic", "either"}, in.Mode) {
			return wrong("Visits are by video or at the clinic.")
		}
	case Record:
		if in.Documents == "" || in.Recipient == "" {
			return wrong("Say which copies you need, and for whom.")
		}
	case Form:
		if !fhir.IsUUID(in.Form) {
			return wrong("Add the form that is to be filled in.")
		}
	}
	if in.Kind != Visit && (in.Mode != "" || in.When != "") || in.Kind != Record && (in.Documents != "" || in.Recipient != "" || in.Purpose != "") || in.Kind != Form && in.Form != "" {
		return wrong("This does not belong to what you ask for.")
	}
	return nil
}

// words is what somebody wrote, within its bounds.
func words(s string, most int) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if !fhir.IsText(s) {
		return "", fault.New(fault.Invalid, "What you wrote holds signs that cannot be kept.")
	}
	if utf8.RuneCountInString(s) > most {
		return "", fault.New(fault.TooLarge, "Please say it more shortly.")
	}
	return s, nil
}

// Ask writes a request into the chart.
func (s *Service) Ask(ctx context.Context, who identity.Principal, patient string, in Asking) (Request, error) {
	if err := in.check(); err != nil {
		return Request{}, err
	}
	name, err := s.Records.NameOf(ctx, who, patient)
	if err != nil {
		return Request{}, err
	}
	var out Request
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		var err error
		out, err = s.askTx(c, who, patient, name, in)
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) { // the same id, at the same moment, in another chart
		err = records.IDUsed()
	}
	if err != nil {
		return Request{}, s.Records.Refuse(ctx, who, patient, task, in.ID, err)
	}
	return out, nil
}

func (s *Service) askTx(c *db.Conn, who identity.Principal, patient, name string, in Asking) (Request, error) {
	v, err := seeing(s.Records.EnterTx(c, who, patient, task))
	if err != nil {
		return Request{}, err
	}
	once := records.NewOnce(s.digests, who, patient, in)
	switch known, err := find(c, in.ID, false); {
	case err != nil:
		return Request{}, err
	case known != nil && (known.patient != patient || !once.Is(known.digest)):
		return Request{}, records.IDUsed()
	case known != nil:
		return s.showOne(c, v, who, known)
	}
	if !v.See.Has(in.Kind.category()) {
		return Request{}, notFound()
	}
	if !mayAsk(v, in.Kind) {
		return Request{}, mayNotAsk()
	}
	if err := s.slow(c, who, patient); err != nil {
		return Request{}, err
	}
	by := personOf(who, v)
	at := s.now()
	x := &row{id: in.ID, patient: patient, kind: in.Kind, state: Requested, medicine: in.Medicine, askedAt: at, changedAt: at, step: 1, by: by, digest: once.Digest()}
	var labels access.Labels
	var m *Medicine
	if in.Kind.medicine() {
		if m, labels, err = s.about(c, v, in); err != nil {
			return Request{}, err
		}
	}
	var ops []records.Op
	var f *File
	if in.Form != "" {
		if f, err = s.form(c, v, who, in.Form); err != nil {
			return Request{}, err
		}
		labels |= access.LabelsOfText(f.Title)
	}
	if labels, err = s.labels(c, who, patient, labels, in.Pharmacy, in.When, in.Documents, in.Recipient, in.Purpose, in.Note); err != nil {
		return Request{}, err
	}
	if f != nil {
		if op, err := s.Records.SendBinaryTx(c, patient, records.Binary{ID: f.ID, ContentType: f.ContentType, Title: f.Title}, labels); err == nil {
			ops = append(ops, op)
		} else if !fault.Is(err, fault.NotFound) { // it was sent before
			return Request{}, err
		}
	}
	node, err := resource(&in, patient, name, m, f, by, at, labels)
	if err != nil {
		return Request{}, err
	}
	if _, err := s.writeTx(c, who, append(ops, records.Op{Kind: records.Create, Type: task, ID: in.ID, Node: node})...); err != nil {
		return Request{}, err
	}
	if err := s.tellProvenance(c, in.ID, patient, name, by, at); err != nil {
		return Request{}, err
	}
	if err := x.insert(c); err != nil {
		return Request{}, err
	}
	if err := x.keep(c, in.ID, by, once.Digest()); err != nil {
		return Request{}, err
	}
	if err := s.tell(c, x, by, labels); err != nil {
		return Request{}, err
	}
	out, err := s.showOne(c, v, who, x)
	if fault.Is(err, fault.NotFound) { // an app does not find again what it was used to write
		return s.bare(x, who), nil
	}
	return out, err
}

// about looks at the medicine: whether it can be asked for so, and how sensitive that
// is.
func (s *Service) about(c *db.Conn, v *access.View, in Asking) (*Medicine, access.Labels, error) {
	n, err := s.prescription(c, v, in.Medicine)
	if err != nil {
		return nil, 0, err
	}
	var open int
	if err := c.QueryRow(`SELECT count(*) FROM requests WHERE patient_id = ? AND medicine = ? AND open = 1`, v.Patient, in.Medicine).Scan(&open); err != nil {
		return nil, 0, err
	}
	if open > 0 {
		return nil, 0, fault.New(fault.Conflict, "This medicine was already asked for. You find the request, and how far it is, under your requests.").WithCode("open_request")
	}
	o, err := s.offer(c, v, n)
	if err == nil {
		err = o.fits(in.Kind)
	}
	if err != nil {
		return nil, 0, err
	}
	name, err := s.nameOf(c, v, n)
	if err != nil {
		return nil, 0, err
	}
	class, err := s.Records.ClassTx(c, v.Patient, medicationRequest, in.Medicine)
	return &Medicine{ID: in.Medicine, Name: name}, class.Labels.Sensitive(), err
}

// form looks at what is to be filled in: it is in this chart, and whoever sends it
// sees it there or has put it there.
func (s *Service) form(c *db.Conn, v *access.View, who identity.Principal, id string) (*File, error) {
	b, err := s.Records.BinaryTx(c, v.Patient, id)
	seen := map[string]bool{}
	if err == nil && b.Author != who.Account {
		seen, err = s.Records.Seen(c, v, "Binary", []string{id})
	}
	if fault.Is(err, fault.NotFound) || err == nil && b.Author != who.Account && !(b.Sent && seen[id]) {
		err = fault.New(fault.Invalid, "One of the files is not there. Please add it again.").WithCode("attachment")
	}
	if err != nil {
		return nil, err
	}
	return &File{ID: id, ContentType: b.ContentType, Title: b.Title}, nil
}

// labels says how sensitive a request is: as the medicine that it is about, and by its
// words. Somebody from whom such kinds are hidden knows what they have written
// themselves: that gets no label by which they would not find it again.
func (s *Service) labels(c *db.Conn, who identity.Principal, patient string, of access.Labels, texts ...string) (access.Labels, error) {
	said := access.LabelsOfText(texts...)
	circle, err := s.Access.Circle(c, patient)
	if err != nil {
		return 0, err
	}
	for _, n := range circle {
		if n.Account == who.Account {
			said &^= n.Hide
		}
	}
	return of | said, nil
}

// slow bounds what one account asks for, and what is open in one chart.
func (s *Service) slow(c *db.Conn, who identity.Principal, patient string) error {
	var open, today int
	if err := c.QueryRow(`SELECT count(*) FROM requests WHERE patient_id = ? AND open = 1`, patient).Scan(&open); err != nil {
		return err
	}
	if err := c.QueryRow(`SELECT count(*) FROM requests WHERE account = ? AND asked_at > ?`, who.Account, s.now()-24*3600*1e6).Scan(&today); err != nil {
		return err
	}
	if open >= maxOpen || today >= perDay {
		return fault.New(fault.TooMany, "Many requests are open already. Please wait for an answer, or call the clinic.")
	}
	return nil
}

func (s *Service) writeTx(c *db.Conn, who identity.Principal, ops ...records.Op) ([]records.Stored, error) {
	return s.Records.WriteTx(c, who, records.Batch{Ops: ops, Source: records.Own, Kept: true})
}

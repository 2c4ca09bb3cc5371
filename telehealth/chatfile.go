package telehealth

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/access"
)

// What was written in the room goes to the record with the note, by rule: all of its
// lines and pictures, whoever wrote them, in the transaction of the signature. What was
// written in the waiting room is about coming in, and stays out; a picture that the
// patient's side shared there goes along. Who signs may leave out single pictures or
// all of it, and says why. What is in the record is in the chat no longer; the rest of
// the chat is deleted after a while, see ForgetChats.

// files tells whether a line goes to the record.
func (l *chatLine) files() bool {
	return l.Seat == "" || l.Image != nil && !l.passing && (l.From.Role == patientRole || l.From.Role == proxyRole)
}

// LeftOut is what of the chat does not go to the record with the note, and why.
type LeftOut struct {
	All    bool     `json:"all,omitempty"`
	Images []string `json:"images,omitempty" maxItems:"24" doc:"Ids of single pictures"`
	Reason string   `json:"reason,omitempty" maxLength:"1200" doc:"It is kept in the record of accesses"`
}

const maxReason = 300

func (x *LeftOut) check() (err error) {
	if !x.All && len(x.Images) == 0 {
		return nil
	}
	if x.Reason, err = line(x.Reason, maxReason, "Say in at most 300 characters why it is left out."); err != nil {
		return err
	}
	if x.Reason == "" {
		return fault.New(fault.Invalid, "Say why a part of the chat does not go to the record.").WithCode("reason")
	}
	return nil
}

// fileChat files the chat of a visit with its note, as one document with its pictures.
// It has the sensitive kinds of the note and those of its own words. The note does not
// get those of the chat: what a guest wrote hides no summary from a caregiver.
func (v *visit) fileChat(w *writing, n *note, left *LeftOut, labels access.Labels) error {
	if v.group != nil { // what others wrote there is no part of this record
		return nil
	}
	var lines, out []*chatLine
	var texts []string
	err := v.chatLines("", nil, func(l *chatLine) {
		switch {
		case !l.files():
		case left.All || slices.Contains(left.Images, l.ID):
			out = append(out, l)
		default:
			lines, texts = append(lines, l), append(texts, l.Text)
		}
	})
	if err != nil {
		return err
	}
	for _, id := range left.Images {
		if !slices.ContainsFunc(out, func(l *chatLine) bool { return l.ID == id && l.Image != nil }) {
			return fault.New(fault.Conflict, "A picture that was to be left out is not in this chat.").WithCode("changed")
		}
	}
	if len(out) > 0 {
		view := *v.view
		view.Reason = left.Reason
		e := event(v.who, &view, "update", v.ID, "chat left out")
		e.Count = len(out)
		if err := v.s.Access.RecordTx(v.c, e); err != nil {
			return err
		}
	}
	if len(lines) == 0 {
		return nil
	}
	people, err := v.people()
	if err != nil {
		return err
	}
	sealed, err := v.sealed()
	if err != nil {
		return err
	}
	t := transcript{writing: w, lines: lines, people: people, zone: v.s.Schedule.Zone, leftOut: len(out), sealed: sealed}
	labels |= access.LabelsOfText(texts...).Sensitive()
	n.chat = newID()
	content := []any{object{"attachment": object{
		"contentType": "text/plain; charset=utf-8", "title": chatTitle, "creation": instant(w.signedAt), "data": base64.StdEncoding.EncodeToString([]byte(t.text())),
	}}}
	var ops []records.Op
	for i, l := range t.images() {
		b := records.Binary{ID: newID(), ContentType: l.Image.ContentType, Title: t.imageTitle(i)}
		op, err := v.s.Records.ChatPictureTx(v.c, v.Patient, b, l.image.Ref, labels)
		if err != nil {
			return err
		}
		ops = append(ops, op)
		content = append(content, object{"attachment": object{
			"contentType": b.ContentType, "url": "Binary/" + b.ID, "size": l.Image.Size, "title": b.Title + ", " + t.who(l), "creation": instant(l.At.UnixMicro()),
		}})
	}
	authors := t.authors(v)
	doc, err := labelled(t.document(n.chat, authors, content), labels)
	if err != nil {
		return err
	}
	from, err := labelled(t.provenance(n.chat, authors, w), labels)
	if err != nil {
		return err
	}
	ops = append(ops, records.Op{Kind: records.Create, Type: "DocumentReference", ID: n.chat, Node: doc}, records.Op{Kind: records.Create, Type: "Provenance", ID: from.Get("id").Str(), Node: from})
	if _, err := v.s.Records.WriteTx(v.c, v.writtenBy(doc), records.Batch{Ops: ops, Source: records.Own, Kept: true}); err != nil {
		return err
	}
	for _, l := range lines { // the record has them now
		for _, table := range []string{"visit_images", "visit_chat"} {
			if _, err := v.c.Exec(`DELETE FROM `+table+` WHERE id = ?`, l.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// transcript is a chat as it is filed.
type transcript struct {
	*writing
	lines   []*chatLine
	people  []*person
	zone    *time.Location
	leftOut int // lines and pictures
	sealed  bool
}

const chatTitle = "Chat of the video visit"

func (t *transcript) images() (out []*chatLine) {
	for _, l := range t.lines {
		if l.Image != nil {
			out = append(out, l)
		}
	}
	return out
}

func (t *transcript) imageTitle(i int) string { return fmt.Sprintf("Picture %d", i+1) }

func (t *transcript) person(l *chatLine) *person {
	if i := slices.IndexFunc(t.people, func(p *person) bool { return p.account == l.account }); i >= 0 {
		return t.people[i]
	}
	return &person{}
}

// roleWords are what stands in the document; pages have their own words.
var roleWords = map[string]string{
	patientRole: "patient", proxyRole: "caregiver", guestRole: "guest of this visit", interpreterRole: "interpreter",
	"clinician": "doctor", "nurse": "nurse", "frontdesk": "front desk",
}

// who says who wrote a line, in one line: name, role and relation, and that a guest
// is one.
func (t *transcript) who(l *chatLine) string {
	name := strings.Join(strings.Fields(l.From.Name), " ")
	role := roleWords[l.From.Role]
	if role == "" {
		role = l.From.Role
	}
	if l.passing && l.From.Role == proxyRole {
		role = roleWords[guestRole]
	}
	words := []string{role}
	switch relation := strings.Join(strings.Fields(l.From.Relation), " "); {
	case relation == "" || relation == "self":
	case l.From.Role == proxyRole:
		words = append(words, "the patient is their "+relation)
	default:
		words = append(words, relation)
	}
	if t.person(l).SelfNamed {
		words = append(words, "the name is as they gave it")
	}
	return name + " (" + strings.Join(words, ", ") + ")"
}

// text is the transcript. What people wrote is indented, so that nothing in it looks
// like the words of another.
func (t *transcript) text() string {
	var b strings.Builder
	b.WriteString(chatTitle + " of " + t.patient + "\n")
	fmt.Fprintf(&b, "Written by those named below. Times: %s.\n", t.zone)
	if t.sealed {
		b.WriteString("Sound and picture of this visit were encrypted from browser to browser. The chat was not.\n")
	}
	picture := 0
	for _, l := range t.lines {
		place := ""
		if l.Seat != "" {
			place = ", in the waiting room"
		}
		said := l.Text
		if l.Image != nil {
			said = "[" + t.imageTitle(picture) + "]"
			picture++
		}
		b.WriteString("\n" + l.At.In(t.zone).Format("2006-01-02 15:04") + "  " + t.who(l) + place + "\n")
		for part := range strings.SplitSeq(said, "\n") {
			b.WriteString("    " + part + "\n")
		}
	}
	if t.leftOut == 1 {
		b.WriteString("\n1 picture was left out by who signed the note.\n")
	} else if t.leftOut > 1 {
		fmt.Fprintf(&b, "\n%d pictures were left out by who signed the note.\n", t.leftOut)
	}
	return b.String()
}

// authors are those who wrote, each once.
func (t *transcript) authors(v *visit) (out []any) {
	known := map[string]bool{}
	for _, l := range t.lines {
		if known[l.account] {
			continue
		}
		known[l.account] = true
		switch {
		case l.From.Role == patientRole:
			out = append(out, t.whom())
		case l.account == v.who.Account:
			out = append(out, t.writing.who())
		case l.From.Role == "clinician" || l.From.Role == "nurse" || l.From.Role == "frontdesk":
			out = append(out, object{"type": "Practitioner", "display": t.who(l)})
		default:
			out = append(out, object{"type": "RelatedPerson", "display": t.who(l)})
		}
	}
	return out
}

// document gives the DocumentReference (FHIR R4, section 2.36). Its type is the LOINC
// code for a document of what was communicated about care, one of those that FHIR R4
// lists for this element (value set c80-doc-typecodes).
func (t *transcript) document(id string, authors, content []any) object {
	at := instant(t.signedAt)
	return object{
		"resourceType": "DocumentReference", "id": id, "status": "current", "docStatus": "final",
		"type":     concept(loinc, "56444-3", "Healthcare communication Document", chatTitle),
		"category": []any{object{"coding": []any{object{"system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", "code": "clinical-note", "display": "Clinical Note"}}}},
		"subject":  t.whom(), "date": at, "author": authors, "description": chatTitle, "content": content,
		"context": object{
			"encounter": []any{t.at()}, "related": []any{object{"reference": "Appointment/" + t.visit}},
			"period": object{"start": instant(t.lines[0].At.UnixMicro()), "end": instant(t.lines[len(t.lines)-1].At.UnixMicro())},
		},
	}
}

// provenance tells that others wrote it than who put it there (FHIR R4, section 6.3).
func (t *transcript) provenance(document string, authors []any, w *writing) object {
	kind := func(code, display string) object {
		return concept("http://terminology.hl7.org/CodeSystem/provenance-participant-type", code, display, display)
	}
	agents := []any{object{"type": kind("assembler", "Assembler"), "who": w.who()}}
	for _, a := range authors {
		agents = append(agents, object{"type": kind("author", "Author"), "who": a})
	}
	return object{
		"resourceType": "Provenance", "id": newID(), "target": []any{object{"reference": "DocumentReference/" + document}}, "recorded": instant(t.signedAt), "agent": agents,
		"entity": []any{object{"role": "source", "what": object{"reference": "Appointment/" + t.visit}}},
	}
}

// seenChat gives the document of the chat, for who sees it in the chart.
func (v *visit) seenChat(n *note) (string, error) {
	if n.chat == "" {
		return "", nil
	}
	seen, err := v.s.Records.Seen(v.c, v.view, "DocumentReference", []string{n.chat})
	if err != nil || !seen[n.chat] {
		return "", err
	}
	return "DocumentReference/" + n.chat, nil
}

package telehealth

import (
	"encoding/base64"
	"html"
	"strings"

	"housecall/telehealth/picklist"
)

// Code systems of what a visit leaves behind.
const (
	loinc   = "http://loinc.org"
	actCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
)

type object = map[string]any

// writing is what the records of a signed note have in common.
type writing struct {
	visit, encounter, patient, subject, reason string
	signer, practitioner                       string
	video                                      bool
	from, to, signedAt                         int64
}

func instant(micros int64) string { return moment(micros).Format("2006-01-02T15:04:05.000Z") }

func concept(system, code, display, text string) object {
	return object{"coding": []any{object{"system": system, "code": code, "display": display}}, "text": text}
}

func (w *writing) who() object {
	return object{"reference": "Practitioner/" + w.practitioner, "display": w.signer}
}

func (w *writing) whom() object {
	return object{"reference": "Patient/" + w.subject, "display": w.patient}
}

func (w *writing) at() object { return object{"reference": "Encounter/" + w.encounter} }

// encounterOf gives the Encounter (FHIR R4, section 8.11).
func (w *writing) encounterOf(o *outcome) object {
	class := object{"system": actCode, "code": "AMB", "display": "ambulatory"}
	text := "Visit at the clinic"
	if w.video {
		class = object{"system": actCode, "code": "VR", "display": "virtual"}
		text = "Video visit"
	}
	period := object{"start": instant(w.from), "end": instant(w.to)}
	out := object{
		"status": "finished", "class": class, "type": []any{object{"text": text}}, "subject": w.whom(), "period": period,
		"participant": []any{object{"individual": w.who(), "period": period}}, "appointment": []any{object{"reference": "Appointment/" + w.visit}},
	}
	if len(o.diagnoses) > 0 {
		out["diagnosis"] = o.diagnoses
	}
	if w.reason != "" {
		out["reasonCode"] = []any{object{"text": w.reason}}
	}
	return out
}

// compositionOf gives the note (FHIR R4, section 2.4). Its sections are coded
// with LOINC.
func (w *writing) compositionOf(n *note, o *outcome) object {
	b := &n.body
	var sections []any
	for _, x := range []struct {
		title, code, display, text string
		lines                      []string
		entries                    []any
	}{
		{"Subjective", "61150-9", "Subjective Narrative", b.marked("subjective"), nil, nil},
		{"Objective", "61149-1", "Objective Narrative", b.marked("objective"), o.saw, o.vitals},
		{"Assessment", "51848-0", "Evaluation note", b.marked("assessment"), o.assessed, o.problems},
		{"Plan", "18776-5", "Plan of care note", b.marked("plan"), o.planned, o.orders},
		{"For the patient", "69730-0", "Instructions", forPatient(b), nil, nil},
	} {
		text := strings.TrimSpace(strings.TrimSpace(x.text) + "\n\n" + strings.Join(x.lines, "\n"))
		if text == "" {
			continue
		}
		section := object{"title": x.title, "code": concept(loinc, x.code, x.display, x.title), "text": narrative(text)}
		if len(x.entries) > 0 {
			section["entry"] = x.entries
		}
		sections = append(sections, section)
	}
	out := w.composition("Visit note", sections)
	out["encounter"] = w.at()
	return out
}

func (w *writing) composition(title string, sections []any) object {
	at := instant(w.signedAt)
	return object{
		"status": "final", "type": concept(loinc, "11506-3", "Progress note", "Progress note"), "subject": w.whom(), "date": at, "author": []any{w.who()}, "title": title,
		"attester": []any{object{"mode": "legal", "time": at, "party": w.who()}}, "section": sections,
	}
}

// addendumOf gives what is added to a signed note: a Composition of its own that
// appends to it.
func (w *writing) addendumOf(to, text string) object {
	out := w.composition("Addendum to a visit note", []any{object{"title": "Addendum", "text": narrative(text)}})
	out["relatesTo"] = []any{object{"code": "appends", "targetReference": object{"reference": "Composition/" + to}}}
	return out
}

// summaryOf gives the after-visit summary as a document that any system can show.
func (w *writing) summaryOf(n *note) object {
	text := forPatient(&n.body) + "\n\nSigned by " + w.signer + ", " + moment(n.signedAt).Format("2006-01-02 15:04") + " UTC"
	at := instant(w.signedAt)
	return object{
		"status": "current", "docStatus": "final", "type": concept(loinc, "69730-0", "Instructions", "After-visit summary"),
		"category": []any{object{"coding": []any{object{"system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", "code": "clinical-note", "display": "Clinical Note"}}}},
		"subject":  w.whom(), "date": at, "author": []any{w.who()}, "description": "After-visit summary",
		"content": []any{object{"attachment": object{
			"contentType": "text/plain; charset=utf-8", "title": "After-visit summary", "creation": at, "data": base64.StdEncoding.EncodeToString([]byte(text)),
		}}},
		"context": object{"encounter": []any{object{"reference": "Encounter/" + w.encounter}}, "period": object{"start": instant(w.from), "end": instant(w.to)}},
	}
}

// forPatient is what the patient takes home.
func forPatient(b *NoteBody) string {
	var parts []string
	add := func(title, text string) {
		if text = strings.TrimSpace(text); text == "" {
			return
		}
		if title != "" {
			text = title + "\n" + text
		}
		parts = append(parts, text)
	}
	add("", b.Summary)
	var todo []string
	for _, x := range b.Instructions {
		if x = strings.TrimSpace(x); x != "" {
			todo = append(todo, "- "+x)
		}
	}
	add("What to do:", strings.Join(todo, "\n"))
	add("Your medicines:", strings.Join(b.medicineLines(), "\n"))
	add("Tests and referrals:", strings.Join(b.orderLines(), "\n"))
	add("Call us if:", b.CallIf)
	next := b.FollowUp
	if b.Next != nil {
		next = strings.TrimSpace("A visit " + b.Next.line() + ".\n" + next)
	}
	add("What comes next:", next)
	return strings.Join(parts, "\n\n")
}

func (p *VisitPlan) medicineLines() (out []string) {
	for i := range p.Medicines {
		out = append(out, "- "+p.Medicines[i].Name+": "+p.Medicines[i].sig())
	}
	for _, x := range p.Stops {
		out = append(out, "- Stop "+x.Name+remark(x.Reason))
	}
	return out
}

func (p *VisitPlan) orderLines() (out []string) {
	for _, x := range p.Orders {
		line := "- " + x.Text
		if said, _ := plain(picklist.Order, x.Code, x.Text); said != "" && said != x.Text {
			line = "- " + said + " (" + x.Text + ")"
		}
		out = append(out, line+remark(x.Note))
	}
	return out
}

// narrative gives text as XHTML (FHIR R4, section 2.4.0).
func narrative(text string) object {
	var b strings.Builder
	b.WriteString(`<div xmlns="http://www.w3.org/1999/xhtml">`)
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(strings.TrimSpace(p)), "\n", "<br/>") + "</p>")
	}
	b.WriteString("</div>")
	return object{"status": "generated", "div": b.String()}
}

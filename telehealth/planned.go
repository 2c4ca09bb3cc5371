package telehealth

import (
	"fmt"
	"strconv"
	"strings"

	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
	"housecall/telehealth/picklist"
)

// Code systems of what a plan becomes.
const (
	ucum          = "http://unitsofmeasure.org"
	obsCategory   = "http://terminology.hl7.org/CodeSystem/observation-category"
	condClinical  = "http://terminology.hl7.org/CodeSystem/condition-clinical"
	condVerified  = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
	condCategory  = "http://terminology.hl7.org/CodeSystem/condition-category"
	orderCategory = "urn:housecall:order"
)

// made is one record that a plan becomes.
type made struct {
	typ, id string
	body    object
	node    *fhir.Node // of one that is changed
}

func (m *made) ref() object { return object{"reference": m.typ + "/" + m.id} }

// outcome is all that a plan becomes, with what is said about it in the note.
type outcome struct {
	all       []*made
	vitals    []any // references, for the sections of the note
	problems  []any
	orders    []any
	saw       []string // lines of the note
	assessed  []string
	planned   []string
	diagnoses []any // of the Encounter
}

func (o *outcome) add(typ string, body object) *made {
	m := &made{typ: typ, id: newID(), body: body}
	o.all = append(o.all, m)
	return m
}

// outcome makes the records of a plan. Whatever it refers to has to be there for who
// signs, now.
func (v *visit) outcome(w *writing, p *VisitPlan) (*outcome, error) {
	o := &outcome{}
	for i := range p.Vitals {
		m := &p.Vitals[i]
		o.vitals = append(o.vitals, o.add("Observation", w.vitalOf(m)).ref())
		o.saw = append(o.saw, m.line())
	}
	for i := range p.Problems {
		if err := v.problem(w, o, &p.Problems[i]); err != nil {
			return nil, err
		}
	}
	for i := range p.Medicines {
		m := &p.Medicines[i]
		o.orders = append(o.orders, o.add("MedicationRequest", w.prescriptionOf(m, v)).ref())
		o.planned = append(o.planned, "Medicine: "+m.Name+". "+m.sig())
	}
	for i := range p.Stops {
		if err := v.stop(o, &p.Stops[i]); err != nil {
			return nil, err
		}
	}
	for i := range p.Orders {
		x := &p.Orders[i]
		o.orders = append(o.orders, o.add("ServiceRequest", w.orderOf(x)).ref())
		o.planned = append(o.planned, groupWords[x.Group]+": "+x.Text+remark(x.Note))
	}
	if n := p.Next; n != nil {
		o.orders = append(o.orders, o.add("ServiceRequest", w.nextOf(n, v)).ref())
		o.planned = append(o.planned, "Next visit: "+n.line())
	}
	return o, nil
}

func remark(note string) string {
	if note == "" {
		return ""
	}
	return ". " + note
}

var groupWords = map[string]string{"lab": "Test", "imaging": "Imaging", "referral": "Referral"}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func (m *VisitVital) line() string {
	k := m.kind()
	if m.Kind == "pressure" {
		return "Blood pressure: " + number(m.Value) + "/" + number(m.Second) + " " + k.unit
	}
	name, _, _ := strings.Cut(k.display, " in ")
	return name + ": " + number(m.Value) + " " + k.unit
}

func quantity(value float64, k vital) object {
	return object{"value": value, "unit": k.unit, "system": ucum, "code": k.ucum}
}

// vitalOf gives a measurement (FHIR R4, section 10.1, profile vital signs).
func (w *writing) vitalOf(m *VisitVital) object {
	k := m.kind()
	out := object{
		"status": "final", "category": []any{concept(obsCategory, "vital-signs", "Vital Signs", "Vital signs")}, "code": concept(loinc, k.code, k.display, k.display),
		"subject": w.whom(), "encounter": w.at(), "effectiveDateTime": instant(w.from), "issued": instant(w.signedAt), "performer": []any{w.who()},
	}
	if m.Kind != "pressure" {
		out["valueQuantity"] = quantity(m.Value, k)
		return out
	}
	out["code"] = concept(loinc, k.code, k.display, "Blood pressure")
	out["component"] = []any{
		object{"code": concept(loinc, "8480-6", "Systolic blood pressure", "Systolic blood pressure"), "valueQuantity": quantity(m.Value, k)},
		object{"code": concept(loinc, "8462-4", "Diastolic blood pressure", "Diastolic blood pressure"), "valueQuantity": quantity(m.Second, k)},
	}
	return out
}

// problem is a Condition, new or known, that the encounter was about.
func (v *visit) problem(w *writing, o *outcome, p *VisitProblem) error {
	ref := object{"reference": "Condition/" + p.ID, "display": p.Text}
	if p.ID != "" {
		seen, err := v.s.Records.Seen(v.c, v.view, "Condition", []string{p.ID})
		if err != nil {
			return err
		}
		if !seen[p.ID] {
			return gone("problems")
		}
	} else {
		code := object{"text": p.Text}
		if p.Code != "" {
			code = concept(p.System, p.Code, p.Text, p.Text)
		}
		m := o.add("Condition", object{
			"clinicalStatus": concept(condClinical, "active", "Active", "Active"), "verificationStatus": concept(condVerified, "confirmed", "Confirmed", "Confirmed"),
			"category": []any{concept(condCategory, "problem-list-item", "Problem List Item", "Problem")}, "code": code,
			"subject": w.whom(), "encounter": w.at(), "recordedDate": instant(w.signedAt), "recorder": w.who(), "asserter": w.who(),
		})
		ref["reference"] = "Condition/" + m.id
	}
	o.problems = append(o.problems, ref)
	o.diagnoses = append(o.diagnoses, object{"condition": ref})
	line := "Problem: " + p.Text
	if p.Code != "" {
		line += " (" + p.Code + ")"
	}
	o.assessed = append(o.assessed, line)
	return nil
}

func gone(where string) error {
	return fault.New(fault.Conflict, "Something in the plan is not in this record any more. Take it out and sign again.").WithCode("plan").
		WithIssues(fault.Issue{Code: "not-found", Expression: where, Text: "It is not in this record any more."})
}

// sig says how a medicine is taken.
func (m *VisitMedicine) sig() string {
	unit := map[string]string{"unit": "units", "ml": "mL"}[m.Form]
	if unit == "" {
		unit = m.Form
		if m.Dose > 1 {
			unit += "s"
		}
	}
	text := number(m.Dose) + " " + unit + " " + oftenOf[m.Often].text
	if m.Note != "" {
		text += ". " + m.Note
	}
	return text
}

// prescriptionOf gives a prescription (FHIR R4, section 11.1).
func (w *writing) prescriptionOf(m *VisitMedicine, v *visit) object {
	how := oftenOf[m.Often]
	dosage := object{"text": m.sig(), "doseAndRate": []any{object{"doseQuantity": object{"value": m.Dose, "unit": m.Form}}}}
	if how.asNeeded {
		dosage["asNeededBoolean"] = true
	} else {
		repeat := object{"frequency": how.frequency, "period": how.period, "periodUnit": how.unit}
		if how.when != "" {
			repeat["when"] = []any{how.when}
		}
		dosage["timing"] = object{"repeat": repeat}
	}
	begin := moment(w.signedAt).In(v.s.Schedule.Zone)
	return object{
		"status": "active", "intent": "order", "medicationCodeableConcept": object{"text": m.Name}, "subject": w.whom(), "encounter": w.at(),
		"authoredOn": instant(w.signedAt), "requester": w.who(), "recorder": w.who(), "dosageInstruction": []any{dosage},
		"dispenseRequest": object{
			"validityPeriod":         object{"start": begin.Format("2006-01-02"), "end": begin.AddDate(1, 0, 0).Format("2006-01-02")},
			"numberOfRepeatsAllowed": m.Repeats,
			"expectedSupplyDuration": object{"value": m.Days, "unit": "days", "system": ucum, "code": "d"},
		},
	}
}

// stop ends a prescription that is in force.
func (v *visit) stop(o *outcome, x *VisitStop) error {
	bodies, err := v.s.Records.Uncut(v.c, v.view, "MedicationRequest", []string{x.ID})
	if err != nil {
		return err
	}
	if bodies[x.ID] == nil {
		return gone("stops")
	}
	n, err := fhir.Parse(bodies[x.ID])
	if err != nil {
		return err
	}
	if status := n.Get("status").Str(); status != "active" && status != "on-hold" {
		return gone("stops")
	}
	n.Set("status", fhir.String("stopped"))
	if x.Reason != "" {
		reason, err := fhir.Make(object{"text": x.Reason})
		if err != nil {
			return err
		}
		n.Set("statusReason", reason)
	}
	o.all = append(o.all, &made{typ: "MedicationRequest", id: x.ID, node: n})
	o.orders = append(o.orders, object{"reference": "MedicationRequest/" + x.ID})
	o.planned = append(o.planned, "Stopped: "+x.Name+remark(x.Reason))
	return nil
}

// orderOf gives a test, a picture or a referral (FHIR R4, section 12.2).
func (w *writing) orderOf(x *VisitOrder) object {
	code := object{"text": x.Text}
	if x.Code != "" {
		code = concept(x.System, x.Code, x.Text, x.Text)
	}
	priority := "routine"
	if x.Urgent {
		priority = "urgent"
	}
	out := w.request(x.Group, groupWords[x.Group], code)
	out["priority"] = priority
	if x.Note != "" {
		out["note"] = []any{object{"text": x.Note}}
	}
	return out
}

func (w *writing) request(category, words string, code object) object {
	return object{
		"status": "active", "intent": "order", "category": []any{concept(orderCategory, category, words, words)}, "code": code,
		"subject": w.whom(), "encounter": w.at(), "authoredOn": instant(w.signedAt), "requester": w.who(),
	}
}

func (n *VisitNext) line() string {
	unit := n.Unit
	if n.Count == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	how := "at the clinic"
	if n.Mode == "video" {
		how = "by video"
	}
	return fmt.Sprintf("in %d %s, %s", n.Count, unit, how)
}

// day is the day that is meant, in the clinic's time.
func (n *VisitNext) day(v *visit, from int64) string {
	at := moment(from).In(v.s.Schedule.Zone)
	switch n.Unit {
	case "days":
		at = at.AddDate(0, 0, n.Count)
	case "weeks":
		at = at.AddDate(0, 0, 7*n.Count)
	case "months":
		at = at.AddDate(0, n.Count, 0)
	}
	return at.Format("2006-01-02")
}

// nextOf asks for the next visit, which is not booked by it.
func (w *writing) nextOf(n *VisitNext, v *visit) object {
	class := concept(actCode, "AMB", "ambulatory", "Visit at the clinic")
	if n.Mode == "video" {
		class = concept(actCode, "VR", "virtual", "Video visit")
	}
	out := w.request("follow-up", "Follow-up visit", object{"text": "Follow-up visit"})
	out["orderDetail"] = []any{class}
	out["occurrenceDateTime"] = n.day(v, w.signedAt)
	out["performer"] = []any{w.who()}
	return out
}

// provenanceOf tells who made all of it (FHIR R4, section 6.3), as one act.
func (w *writing) provenanceOf(targets []any) object {
	return object{
		"target": targets, "occurredPeriod": object{"start": instant(w.from), "end": instant(max(w.to, w.from))}, "recorded": instant(w.signedAt),
		"activity": concept("http://terminology.hl7.org/CodeSystem/v3-DocumentCompletion", "LA", "legally authenticated", "Signed"),
		"agent":    []any{object{"type": concept("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "author", "Author", "Author"), "who": w.who()}},
		"entity":   []any{object{"role": "source", "what": object{"reference": "Appointment/" + w.visit}}},
	}
}

// labels are the sensitive kinds of all that is written, beside those that are known.
func (o *outcome) labels(known access.Labels) (access.Labels, error) {
	for _, m := range o.all {
		n := m.node
		if n == nil {
			m.body["resourceType"], m.body["id"] = m.typ, m.id
			var err error
			if n, err = fhir.Make(m.body); err != nil {
				return 0, err
			}
		}
		known |= access.Classify(n).Labels
	}
	return known.Sensitive(), nil
}

// ops are the changes that make these records, all with the same sensitive kinds.
func (o *outcome) ops(security func(object) (*fhir.Node, error)) ([]records.Op, error) {
	var out []records.Op
	for _, m := range o.all {
		if m.node != nil {
			out = append(out, records.Op{Kind: records.Update, Type: m.typ, ID: m.id, Node: m.node})
			continue
		}
		n, err := security(m.body)
		if err != nil {
			return nil, err
		}
		out = append(out, records.Op{Kind: records.Create, Type: m.typ, ID: m.id, Node: n})
	}
	return out, nil
}

// plain is what a patient says for something of the lists, in English and Spanish.
func plain(kind picklist.Kind, code, text string) (en, es string) {
	if p, ok := picklist.Named(kind, code, text); ok {
		return p.Plain, p.Local
	}
	return "", ""
}

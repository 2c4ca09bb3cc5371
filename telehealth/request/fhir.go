package request

import (
	"strconv"
	"strings"

	"housecall/records/access"
	"housecall/records/fhir"
)

const (
	medicationRequest  = "MedicationRequest"
	medicationDispense = "MedicationDispense"
	inputSystem        = "urn:housecall:request-input"
	anyURI             = "urn:ietf:rfc:3986"
)

var kindWords = map[Kind]string{
	Refill: "Refill of a medicine", Renewal: "Renewal of a prescription", Visit: "Visit", Record: "Copies of the record", Form: "Form to be filled in",
}

func instant(micros int64) string { return moment(micros).Format("2006-01-02T15:04:05.000Z") }

// reference refers to somebody. Who has no resource of their own here is named by
// the account.
func (p *Party) reference(patient, practitioner string) map[string]any {
	out := map[string]any{"display": p.Name}
	switch {
	case p.Role == "patient":
		out["reference"] = "Patient/" + patient
	case p.Side == ClinicSide && fhir.IsUUID(practitioner):
		out["reference"] = "Practitioner/" + practitioner
	default:
		out["identifier"] = map[string]any{"system": anyURI, "value": "urn:uuid:" + p.Account}
	}
	return out
}

func concept(code string) map[string]any {
	return map[string]any{"coding": []any{map[string]any{"system": inputSystem, "code": code}}}
}

// resource gives the Task of a request (FHIR R4, section 8.10): what it is about as
// focus, what was said about it as input, what comes of it as output.
func resource(in *Asking, patient, name string, m *Medicine, f *File, by Party, at int64, labels access.Labels) (*fhir.Node, error) {
	subject := map[string]any{"reference": "Patient/" + patient}
	if name != "" {
		subject["display"] = name
	}
	body := map[string]any{
		"resourceType": task, "id": in.ID, "status": string(Requested), "intent": "order", "for": subject,
		"code":       map[string]any{"coding": []any{map[string]any{"system": access.RequestKind, "code": string(in.Kind), "display": kindWords[in.Kind]}}},
		"authoredOn": instant(at), "lastModified": instant(at), "requester": by.reference(patient, ""),
	}
	if labels != 0 {
		body["meta"] = map[string]any{"security": labels.Security()}
	}
	if m != nil {
		focus := map[string]any{"reference": medicationRequest + "/" + m.ID}
		if m.Name != "" {
			focus["display"] = m.Name
		}
		body["focus"] = focus
	}
	if in.Note != "" {
		body["description"] = in.Note
	}
	var input []any
	say := func(code, value string) {
		if value != "" {
			input = append(input, map[string]any{"type": concept(code), "valueString": value})
		}
	}
	if in.DaysLeft != nil {
		input = append(input, map[string]any{"type": concept("days-left"), "valueInteger": *in.DaysLeft})
	}
	say("pharmacy", in.Pharmacy)
	say("mode", in.Mode)
	say("when", in.When)
	say("documents", in.Documents)
	say("recipient", in.Recipient)
	say("purpose", in.Purpose)
	if f != nil {
		a := map[string]any{"url": "Binary/" + f.ID, "title": f.Title}
		if f.ContentType != "" {
			a["contentType"] = f.ContentType
		}
		input = append(input, map[string]any{"type": concept("form"), "valueAttachment": a})
	}
	if len(input) > 0 {
		body["input"] = input
	}
	return fhir.Make(body)
}

// change brings a Task to a state.
func change(n *fhir.Node, mv *Answering, by Party, patient, practitioner string, at int64, labels access.Labels) error {
	add := map[string]any{}
	if mv.Text != "" {
		add["note"] = map[string]any{"authorReference": by.reference(patient, practitioner), "time": instant(at), "text": mv.Text}
		if mv.To == OnHold || mv.To == Rejected {
			add["statusReason"] = map[string]any{"text": mv.Text}
		}
	}
	if by.Side == ClinicSide {
		add["owner"] = by.reference(patient, practitioner)
	}
	var output []any
	for _, r := range mv.Results {
		ref := map[string]any{"reference": r.Type + "/" + r.ID}
		if r.Title != "" {
			ref["display"] = r.Title
		}
		output = append(output, map[string]any{"type": map[string]any{"text": r.Type}, "valueReference": ref})
	}
	add["output"] = output
	add["security"] = labels.Security()
	x, err := fhir.Make(add)
	if err != nil {
		return err
	}
	n.Set("status", fhir.String(string(mv.To)))
	n.Set("lastModified", fhir.String(instant(at)))
	n.Delete("statusReason")
	if r := x.Get("statusReason"); r != nil {
		n.Set("statusReason", r)
	}
	if note := x.Get("note"); note != nil {
		n.Set("note", fhir.Array(append(n.Get("note").Items(), note)...))
	}
	if owner := x.Get("owner"); owner != nil {
		n.Set("owner", owner)
	}
	if len(output) > 0 {
		n.Set("output", fhir.Array(append(n.Get("output").Items(), x.Get("output").Items()...)...))
	}
	if labels != 0 {
		n.Get("meta").Set("security", x.Get("security"))
	}
	return nil
}

// read puts what a Task says into a request whose row is known.
func read(body []byte, r *Request) error {
	n, err := fhir.Parse(body)
	if err != nil {
		return err
	}
	r.State = State(n.Get("status").Str())
	r.Note = n.Get("description").Str()
	r.Reason = n.Get("statusReason", "text").Str()
	if r.By.Role == "proxy" {
		r.ForPatient = n.Get("for", "display").Str()
	}
	if id, ok := strings.CutPrefix(n.Get("focus", "reference").Str(), medicationRequest+"/"); ok {
		r.Medicine = &Medicine{ID: id, Name: n.Get("focus", "display").Str()}
	}
	for _, in := range n.Get("input").Items() {
		value := in.Get("valueString").Str()
		for _, c := range in.Get("type", "coding").Items() {
			if c.Get("system").Str() != inputSystem {
				continue
			}
			switch c.Get("code").Str() {
			case "days-left":
				if d, err := strconv.Atoi(in.Get("valueInteger").Num()); err == nil {
					r.DaysLeft = &d
				}
			case "pharmacy":
				r.Pharmacy = value
			case "mode":
				r.Mode = value
			case "when":
				r.When = value
			case "documents":
				r.Documents = value
			case "recipient":
				r.Recipient = value
			case "purpose":
				r.Purpose = value
			case "form":
				a := in.Get("valueAttachment")
				if id, ok := strings.CutPrefix(a.Get("url").Str(), "Binary/"); ok {
					r.Form = &File{ID: id, ContentType: a.Get("contentType").Str(), Title: a.Get("title").Str()}
				}
			}
		}
	}
	r.Results = []Outcome{}
	for _, o := range n.Get("output").Items() {
		ref := o.Get("valueReference")
		if typ, id, ok := strings.Cut(ref.Get("reference").Str(), "/"); ok {
			r.Results = append(r.Results, Outcome{Type: typ, ID: id, Title: ref.Get("display").Str()})
		}
	}
	for i := range r.Steps {
		st := &r.Steps[i]
		for _, note := range n.Get("note").Items() {
			if note.Get("time").Str() == instant(st.At.UnixMicro()) {
				st.Text = note.Get("text").Str()
			}
		}
	}
	return nil
}

package message

import (
	"strings"

	"housecall/records/access"
	"housecall/records/fhir"
)

const (
	communication = "Communication"
	topicSystem   = "urn:housecall:message-topic"
	anyURI        = "urn:ietf:rfc:3986"
)

// written is what a Communication says.
type written struct {
	topic, subject string
	patient        string // name
	text           string
	attachments    []Attachment
	language       string
	corrects       string // id of the message that it corrects
}

func member(key string, v *fhir.Node) fhir.Member { return fhir.Member{Key: key, Value: v} }

func text(key, v string) fhir.Member { return member(key, fhir.String(v)) }

func reference(ref, display string) *fhir.Node {
	n := fhir.Object(text("reference", ref))
	if display != "" {
		n.Set("display", fhir.String(display))
	}
	return n
}

// person refers to somebody with an account. Who has no resource of their own
// here is named by the account.
func person(a Author, patient, practitioner string) *fhir.Node {
	switch {
	case a.Role == "patient":
		return reference("Patient/"+patient, a.Name)
	case a.Side == ClinicSide && fhir.IsUUID(practitioner):
		return reference("Practitioner/"+practitioner, a.Name)
	case a.Role == "system":
		return fhir.Object(text("display", a.Name))
	}
	return fhir.Object(member("identifier", fhir.Object(text("system", anyURI), text("value", "urn:uuid:"+a.Account))), text("display", a.Name))
}

// resource gives the Communication of a message (FHIR R4, section 12.5).
func resource(in In, t *thread, patient string, from *fhir.Node, to []*fhir.Node, w written, sent string) *fhir.Node {
	n := fhir.Object(text("resourceType", communication), text("id", in.ID))
	if w.language != "" {
		n.Set("language", fhir.String(w.language))
	}
	if w.corrects != "" {
		n.Set("partOf", fhir.Array(reference(communication+"/"+w.corrects, "")))
	}
	if t.id != in.ID {
		n.Set("inResponseTo", fhir.Array(reference(communication+"/"+t.id, "")))
	}
	n.Set("status", fhir.String("completed"))
	n.Set("subject", reference("Patient/"+patient, w.patient))
	topic := fhir.Object(member("coding", fhir.Array(fhir.Object(text("system", topicSystem), text("code", w.topic)))))
	if w.subject != "" {
		topic.Set("text", fhir.String(w.subject))
	}
	n.Set("topic", topic)
	n.Set("sent", fhir.String(sent))
	if len(to) > 0 {
		n.Set("recipient", fhir.Array(to...))
	}
	n.Set("sender", from)
	var payload []*fhir.Node
	if w.text != "" {
		payload = append(payload, fhir.Object(text("contentString", w.text)))
	}
	for _, a := range w.attachments {
		x := fhir.Object()
		if a.ContentType != "" {
			x.Set("contentType", fhir.String(a.ContentType))
		}
		x.Set("url", fhir.String("Binary/"+a.ID))
		if a.Size > 0 {
			x.Set("size", fhir.Number(itoa(a.Size)))
		}
		if a.Title != "" {
			x.Set("title", fhir.String(a.Title))
		}
		payload = append(payload, fhir.Object(member("contentAttachment", x)))
	}
	n.Set("payload", fhir.Array(payload...))
	return n
}

// read takes a Communication apart.
func read(body []byte) (w written, err error) {
	n, err := fhir.Parse(body)
	if err != nil {
		return w, err
	}
	if coding := n.Get("topic", "coding").Items(); len(coding) > 0 {
		w.topic = coding[0].Get("code").Str()
	}
	w.subject = n.Get("topic", "text").Str()
	w.language = n.Get("language").Str()
	w.patient = n.Get("subject", "display").Str()
	for _, p := range n.Get("payload").Items() {
		if s := p.Get("contentString").Str(); s != "" {
			if w.text != "" {
				w.text += "\n\n"
			}
			w.text += s
		}
		if a := p.Get("contentAttachment"); a != nil {
			id, ours := strings.CutPrefix(a.Get("url").Str(), "Binary/")
			if !ours {
				continue
			}
			size, _ := a.Get("size").Float()
			w.attachments = append(w.attachments, Attachment{ID: id, ContentType: a.Get("contentType").Str(), Title: a.Get("title").Str(), Size: int64(size)})
		}
	}
	return w, nil
}

// recipients are whom a message goes to: the patient, or those of the care team
// who answer messages.
func recipients(from Author, patient, name string, circle []access.Near) []*fhir.Node {
	if from.Side == ClinicSide {
		return []*fhir.Node{reference("Patient/"+patient, name)}
	}
	var to []*fhir.Node
	for _, n := range circle {
		if n.Relation == access.CareTeam && len(to) < 20 {
			to = append(to, person(Author{Account: n.Account, Name: n.Name, Role: string(n.Role), Side: ClinicSide}, patient, n.Practitioner))
		}
	}
	return to
}

package schedule

import (
	"strings"
	"time"

	"housecall/records/fhir"
)

// How people meet is coded as the class of the encounter that is planned (HL7
// v3 ActEncounterCode: VR virtual, AMB ambulatory).
const actCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode"

var classes = map[Mode]string{Video: "VR", Clinic: "AMB"}

var classWords = map[string]string{"VR": "virtual", "AMB": "ambulatory"}

// resource gives a new FHIR Appointment (R4, section 12.3).
func resource(b *Booked, patient, reason string) (*fhir.Node, error) {
	code := classes[b.Mode]
	body := map[string]any{
		"resourceType": appointment, "id": b.ID, "status": b.Status,
		"serviceType": []any{map[string]any{"coding": []any{map[string]any{"system": actCode, "code": code, "display": classWords[code]}}}},
		"participant": participants(b, patient),
	}
	if b.Place != "" && b.Mode == Clinic {
		body["supportingInformation"] = []any{map[string]any{"display": b.Place}}
	}
	if reason != "" {
		body["reasonCode"] = []any{map[string]any{"text": reason}}
	}
	n, err := fhir.Make(body)
	if err == nil {
		setTimes(n, b)
	}
	return n, err
}

func participants(b *Booked, patient string) []any {
	subject := map[string]any{"reference": "Patient/" + b.Patient}
	if patient != "" {
		subject["display"] = patient
	}
	return []any{
		map[string]any{"actor": subject, "required": "required", "status": "accepted"},
		map[string]any{"actor": map[string]any{"reference": "Practitioner/" + b.Practitioner, "display": b.Name}, "required": "required", "status": "accepted"},
	}
}

func setTimes(n *fhir.Node, b *Booked) {
	n.Set("start", fhir.String(instant(b.StartsAt)))
	n.Set("end", fhir.String(instant(b.EndsAt)))
}

func instant(micros int64) string { return moment(micros).Format("2006-01-02T15:04:05.000Z") }

// shown is an Appointment of the record, with what its row adds.
func shown(patient string, body []byte, b *Booked) (Appointment, error) {
	out := Appointment{ID: "", Patient: patient, Mode: Clinic, Status: StatusBooked}
	n, err := fhir.Parse(body)
	if err != nil {
		return out, err
	}
	out.ID = n.Get("id").Str()
	out.Start, _ = time.Parse(time.RFC3339, n.Get("start").Str())
	out.End, _ = time.Parse(time.RFC3339, n.Get("end").Str())
	out.Start, out.End = out.Start.UTC(), out.End.UTC()
	switch n.Get("status").Str() {
	case StatusArrived, "checked-in":
		out.Status = StatusArrived
	case StatusFulfilled:
		out.Status = StatusFulfilled
	case StatusCancelled, "entered-in-error":
		out.Status = StatusCancelled
	case StatusNoShow:
		out.Status = StatusNoShow
	}
	for _, t := range n.Get("serviceType").Items() {
		for _, c := range t.Get("coding").Items() {
			if c.Get("system").Str() == actCode && c.Get("code").Str() == classes[Video] {
				out.Mode = Video
			}
		}
	}
	for _, r := range n.Get("reasonCode").Items() {
		if out.Reason == "" {
			out.Reason = r.Get("text").Str()
		}
	}
	if out.Reason == "" {
		out.Reason = n.Get("description").Str()
	}
	for _, p := range n.Get("participant").Items() {
		actor := p.Get("actor")
		ref := actor.Get("reference").Str()
		if id, ok := strings.CutPrefix(ref, "Practitioner/"); ok && out.Practitioner.ID == "" {
			out.Practitioner = Practitioner{ID: id, Name: actor.Get("display").Str()}
		} else if strings.HasPrefix(ref, "Location/") && out.Place == "" {
			out.Place = actor.Get("display").Str()
		}
	}
	if b == nil {
		return out, nil
	}
	out.Practitioner = Practitioner{b.Practitioner, b.Name, b.Specialty}
	if b.Mode == Clinic {
		out.Place = b.Place
	}
	out.Visit = b.State
	if b.State == Scheduled || b.State == Waiting {
		out.Behind = b.Behind
	}
	if b.Mode == Video && b.Status != StatusCancelled {
		from := out.Start.Add(-DoorsOpen)
		out.JoinFrom = &from
	}
	return out, nil
}

package request

import (
	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// issue writes the prescription anew, to be taken as before: the old one is over with
// that, so that nobody takes the medicine twice. A clinician prescribes; a nurse
// records it under whoever prescribed before.
func (s *Service) issue(c *db.Conn, v *access.View, who identity.Principal, x *row, in *Prescribing, at int64) ([]records.Op, Outcome, error) {
	bodies, err := s.Records.Uncut(c, v, medicationRequest, []string{x.medicine})
	if err != nil {
		return nil, Outcome{}, err
	}
	if bodies[x.medicine] == nil {
		return nil, Outcome{}, fault.New(fault.Conflict, "The old prescription is not in this record any more.").WithCode("result")
	}
	old, err := fhir.Parse(bodies[x.medicine])
	if err != nil {
		return nil, Outcome{}, err
	}
	name, err := s.nameOf(c, v, old)
	if err != nil {
		return nil, Outcome{}, err
	}
	id := uuid.Must(uuid.NewV7()).String()
	me := personOf(who, v)
	ref := me.reference(v.Patient, who.Practitioner)
	begin := moment(at).In(s.Zone)
	body := map[string]any{
		"resourceType": medicationRequest, "id": id, "status": "active", "intent": "order",
		"authoredOn": instant(at), "recorder": ref, "requester": ref,
		"priorPrescription": map[string]any{"reference": medicationRequest + "/" + x.medicine},
		"dispenseRequest": map[string]any{
			"validityPeriod":         map[string]any{"start": begin.Format("2006-01-02"), "end": begin.AddDate(1, 0, 0).Format("2006-01-02")},
			"numberOfRepeatsAllowed": in.Repeats,
			"expectedSupplyDuration": map[string]any{"value": in.Days, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"},
		},
	}
	n, err := fhir.Make(body)
	if err != nil {
		return nil, Outcome{}, err
	}
	for _, key := range []string{"contained", "medicationCodeableConcept", "medicationReference", "subject", "category", "reasonCode", "reasonReference", "dosageInstruction", "substitution", "insurance"} {
		if m := old.Get(key); m != nil {
			n.Set(key, m.Clone())
		}
	}
	if prescriber := old.Get("requester"); prescriber != nil && me.Role != string(identity.Clinician) {
		n.Set("requester", prescriber.Clone())
	}
	d, was := n.Get("dispenseRequest"), old.Get("dispenseRequest")
	if p := was.Get("performer"); p != nil {
		d.Set("performer", p.Clone())
	}
	if days, ok := was.Get("expectedSupplyDuration", "value").Float(); ok && int(days) == in.Days && was.Get("quantity") != nil {
		d.Set("quantity", was.Get("quantity").Clone())
	}
	class, err := s.Records.ClassTx(c, v.Patient, medicationRequest, x.medicine)
	if err != nil {
		return nil, Outcome{}, err
	}
	if labels := class.Labels.Sensitive(); labels != 0 {
		meta, err := fhir.Make(map[string]any{"security": labels.Security()})
		if err != nil {
			return nil, Outcome{}, err
		}
		n.Set("meta", meta)
	}
	ops := []records.Op{{Kind: records.Create, Type: medicationRequest, ID: id, Node: n}}
	if status := old.Get("status").Str(); status == "active" || status == "on-hold" {
		old.Set("status", fhir.String("completed"))
		ops = append(ops, records.Op{Kind: records.Update, Type: medicationRequest, ID: x.medicine, Node: old})
	}
	return ops, Outcome{Type: medicationRequest, ID: id, Title: name}, nil
}

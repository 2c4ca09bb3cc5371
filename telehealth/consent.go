package telehealth

import (
	"context"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// That somebody agreed to a visit by video is a Consent in the chart: who said so, for
// whom, when, and to which words. It is written with the seat, and is inactive once it
// was taken back.

const consentText = "urn:housecall:video-visit"

// house writes what the people of a visit say about it: a caregiver or who came by a
// link need not be allowed to write what else is of that kind.
var house = identity.SystemPrincipal("visits")

// agreed keeps that somebody agreed, or took it back: from is when they agreed.
func (v *visit) agreed(p *person, version string, from int64, back bool) error {
	if !v.speaksForPatient() || p.host {
		return nil // they are there for themselves
	}
	x, err := v.readyOf(p.Seat)
	if err != nil {
		return err
	}
	kind := records.Update
	if x.consent == "" {
		if back {
			return nil
		}
		kind, x.consent = records.Create, newID()
	}
	whose, err := v.s.Records.PatientOf(v.c, v.view)
	if err != nil {
		return err
	}
	now := v.s.now()
	ops := []records.Op{}
	add := func(kind records.OpKind, typ, id string, body object) error {
		body["resourceType"] = typ
		if id != "" {
			body["id"] = id
		}
		n, err := fhir.Make(body)
		ops = append(ops, records.Op{Kind: kind, Type: typ, ID: id, Node: n})
		return err
	}
	if err := add(kind, "Consent", x.consent, v.consentOf(p, whose.Name, version, from, back)); err != nil {
		return err
	}
	if p.Role == proxyRole {
		if err := add(records.Create, "Provenance", "", v.sayingOf(p, whose.Name, x.consent, now)); err != nil {
			return err
		}
	}
	if _, err := v.s.Records.WriteTx(v.c, house, records.Batch{Ops: ops, Source: records.Own}); err != nil {
		return err
	}
	return v.putReady(x)
}

// giver refers to who agreed: the patient, or somebody who has no resource here and is
// known by their account.
func (v *visit) giver(p *person) object {
	if p.Role == patientRole {
		return object{"reference": "Patient/" + v.Patient, "display": p.Name}
	}
	return object{"type": "RelatedPerson", "display": p.Name, "identifier": object{"system": "urn:ietf:rfc:3986", "value": "urn:uuid:" + p.account}}
}

func subjectOf(patient, name string) object {
	out := object{"reference": "Patient/" + patient}
	if name != "" {
		out["display"] = name
	}
	return out
}

// consentOf gives the Consent (FHIR R4, section 6.2).
func (v *visit) consentOf(p *person, whose, version string, from int64, back bool) object {
	status, period := "active", object{"start": instant(from)}
	if back {
		status, period["end"] = "inactive", instant(v.s.now())
	}
	return object{
		"status": status, "dateTime": instant(from), "patient": subjectOf(v.Patient, whose), "performer": []any{v.giver(p)},
		"identifier": []any{object{"system": visitSystem, "value": v.ID}},
		"scope":      concept("http://terminology.hl7.org/CodeSystem/consentscope", "treatment", "Treatment", "Treatment"),
		"category":   []any{concept(loinc, "59284-0", "Consent Document", "Agreement to a visit by video")},
		"policy":     []any{object{"uri": consentText + ":" + version}},
		"policyRule": concept(consentText, version, "Visit by video", "Words about visits by video, "+version),
		"provision":  object{"type": "permit", "period": period},
	}
}

// visitSystem names a visit in records that have no reference to an Appointment.
const visitSystem = "urn:housecall:visit"

// sayingOf tells on whose behalf a caregiver agreed (FHIR R4, section 6.3).
func (v *visit) sayingOf(p *person, whose, consent string, at int64) object {
	return object{
		"target": []any{object{"reference": "Consent/" + consent}}, "recorded": instant(at),
		"agent": []any{object{
			"type": concept("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "author", "Author", "Author"),
			"who":  v.giver(p), "onBehalfOf": subjectOf(v.Patient, whose),
		}},
	}
}

// Withdraw takes somebody's agreement back: they are out of the waiting room or the
// visit with that, and may agree again.
func (s *Service) Withdraw(ctx context.Context, who identity.Principal, patient, id string) (Visit, error) {
	return s.change(ctx, who, patient, id, "withdraw", func(v *visit) error {
		p, err := v.seat()
		if err != nil {
			return err
		}
		if p.host {
			return fault.New(fault.Forbidden, "Only who agreed can take it back.").WithCode("role")
		}
		if p.consent == "" {
			return nil // sent twice
		}
		if err := v.agreed(p, p.consent, p.consentAt, true); err != nil {
			return err
		}
		if p.admittedNow() && v.happens() == nil {
			if err := s.Access.SeatTakenTx(v.c, v.ID); err != nil {
				return err
			}
		}
		p.consent, p.consentAt = "", 0
		if v.happens() == nil {
			p.State, p.waiting, p.admittedBy = SeatNone, 0, ""
		}
		if err := v.put(p); err != nil {
			return err
		}
		return v.settle()
	})
}

// writtenBy is who a record is written as: the person themselves where they may write
// such a record, and the house for what they may only say here.
func (v *visit) writtenBy(n *fhir.Node) identity.Principal {
	if v.view.Base != access.ByLink && v.view.MayWrite(access.Classify(n)) && v.view.SeesClass(access.Classify(n)) {
		return v.who
	}
	return house
}

package request

import (
	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// house is who says on whose behalf something was asked for: a caregiver does not
// vouch for themselves, and need not be allowed to write what is no request.
var house = identity.SystemPrincipal("requests")

// tellProvenance says of what a caregiver asked for who did, and on whose behalf (FHIR
// R4, section 6.3). It is as sensitive as the request.
func (s *Service) tellProvenance(c *db.Conn, id, patient, name string, by Party, at int64) error {
	if by.Role != "proxy" {
		return nil
	}
	subject := map[string]any{"reference": "Patient/" + patient}
	if name != "" {
		subject["display"] = name
	}
	coded := func(system, code string) map[string]any {
		return map[string]any{"coding": []any{map[string]any{"system": system, "code": code}}}
	}
	node, err := fhir.Make(map[string]any{
		"resourceType": "Provenance", "target": []any{map[string]any{"reference": task + "/" + id}}, "recorded": instant(at),
		"activity": coded("http://terminology.hl7.org/CodeSystem/v3-DataOperation", "CREATE"),
		"agent": []any{map[string]any{
			"type": coded("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "author"),
			"who":  by.reference(patient, ""), "onBehalfOf": subject,
		}},
	})
	if err != nil {
		return err
	}
	_, err = s.writeTx(c, house, records.Op{Kind: records.Create, Type: "Provenance", Node: node})
	return err
}

package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What US Core's server capability statement says a server SHALL search by: the
// union of 6.1.0, 7.0.0 and 9.0.0. Each question finds the one resource of its
// type that fits and not the one beside it.
var usCore = []struct{ typ, query string }{
	{"Patient", "_id={p}"}, {"Patient", "identifier=urn:mrn|MRN-1"}, {"Patient", "name=mar"}, {"Patient", "birthdate=1952-03-02&name=marin"}, {"Patient", "gender=female&name=marin"},
	{"AllergyIntolerance", "patient={p}"}, {"Coverage", "patient={p}"}, {"Device", "patient={p}"}, {"FamilyMemberHistory", "patient={p}"}, {"Goal", "patient={p}"}, {"Immunization", "patient={p}"}, {"MedicationDispense", "patient={p}"},
	{"CarePlan", "patient={p}&category=http://hl7.org/fhir/us/core/CodeSystem/careplan-category|assess-plan"},
	{"CareTeam", "patient={p}&status=active"}, {"CareTeam", "patient={p}&status=active,proposed"},
	{"Condition", "patient={p}"}, {"Condition", "patient={p}&category=problem-list-item"}, {"Condition", "patient={p}&category=http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item"},
	{"DiagnosticReport", "patient={p}"}, {"DiagnosticReport", "patient={p}&category=LAB"}, {"DiagnosticReport", "patient={p}&category=LAB&date=ge2026-11-20"}, {"DiagnosticReport", "patient={p}&code=http://loinc.org|24323-8,http://loinc.org|1"},
	{"DocumentReference", "_id={DocumentReference}"}, {"DocumentReference", "patient={p}"}, {"DocumentReference", "patient={p}&type=34133-9"}, {"DocumentReference", "patient={p}&category=clinical-note"}, {"DocumentReference", "patient={p}&category=clinical-note&date=gt2026-01-01&date=lt2027"},
	{"Encounter", "_id={Encounter}"}, {"Encounter", "patient={p}"}, {"Encounter", "date=ge2026-11-20&patient={p}"},
	{"MedicationRequest", "patient={p}&intent=order"}, {"MedicationRequest", "patient={p}&intent=order,plan&status=active"}, {"MedicationRequest", "patient={p}&intent=order&_include=MedicationRequest:medication"},
	{"Observation", "patient={p}&category=laboratory"}, {"Observation", "patient={p}&category=laboratory&date=ge2026-11-20"}, {"Observation", "patient={p}&category=laboratory&date=gt2026-11-19&date=lt2026-11-21"}, {"Observation", "patient={p}&code=http://loinc.org|2823-3"}, {"Observation", "patient={p}&code=2823-3,9999-9"},
	{"Procedure", "patient={p}"}, {"Procedure", "patient={p}&date=ge2026-11-20&date=lt2027"}, {"Procedure", "patient={p}&date=le2026-11-20T23:59:59Z"},
	{"ServiceRequest", "_id={ServiceRequest}"}, {"ServiceRequest", "patient={p}"}, {"ServiceRequest", "patient={p}&category=108252007"}, {"ServiceRequest", "patient={p}&category=108252007&authored=2026-11-20"}, {"ServiceRequest", "patient={p}&code=24323-8"},
	{"QuestionnaireResponse", "_id={QuestionnaireResponse}"}, {"QuestionnaireResponse", "patient={p}"},
	{"RelatedPerson", "_id={RelatedPerson}"}, {"Specimen", "_id={Specimen}"},
	{"Location", "address=Alder"}, {"Location", "name=North"}, {"Organization", "address=Alder"}, {"Organization", "name=Quiet"},
	{"Practitioner", "identifier=http://hl7.org/fhir/sid/us-npi|12345"}, {"Practitioner", "name=Lee"},
	{"PractitionerRole", "practitioner={Practitioner}"}, {"PractitionerRole", "practitioner=Practitioner/{Practitioner}"}, {"PractitionerRole", "specialty=http://nucc.org/provider-taxonomy|208D00000X"},
}

// usCoreBodies are one resource of each type; other says which of them is not the
// one that is looked for.
func usCoreBodies(patient string, ids map[string]string, other bool) []string {
	day, loinc, status, cat := "2026-11-20", "2823-3", "active", "laboratory"
	if other {
		day, loinc, status, cat = "2020-01-01", "1-8", "completed", "vital-signs"
	}
	pick := func(a, b string) string {
		if other {
			return b
		}
		return a
	}
	code := func(system, c string) string { return `{"coding":[{"system":"` + system + `","code":"` + c + `"}]}` }
	subject := `"subject":{"reference":"Patient/` + patient + `"}`
	whose := `"patient":{"reference":"Patient/` + patient + `"}`
	const snomed, l = "http://snomed.info/sct", "http://loinc.org"
	bodies := map[string]string{
		"AllergyIntolerance": `"clinicalStatus":` + code("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active") + `,` + whose, "Coverage": `"status":"active","beneficiary":{"reference":"Patient/` + patient + `"},"payor":[{"display":"x"}]`, "Device": whose,
		"FamilyMemberHistory": `"status":"completed","relationship":{"text":"mother"},` + whose, "Goal": `"lifecycleStatus":"active","description":{"text":"x"},` + subject,
		"Immunization":          `"status":"completed","vaccineCode":{"text":"x"},"occurrenceDateTime":"2026-11-20",` + whose,
		"MedicationDispense":    `"status":"completed","medicationCodeableConcept":{"text":"x"},` + subject,
		"CarePlan":              `"status":"active","intent":"plan","category":[` + code("http://hl7.org/fhir/us/core/CodeSystem/careplan-category", pick("assess-plan", "other")) + `],` + subject,
		"CareTeam":              `"status":"` + pick("active", "inactive") + `",` + subject,
		"Condition":             `"clinicalStatus":` + code("http://terminology.hl7.org/CodeSystem/condition-clinical", "active") + `,"category":[` + code("http://terminology.hl7.org/CodeSystem/condition-category", pick("problem-list-item", "encounter-diagnosis")) + `],"code":{"text":"x"},` + subject,
		"DiagnosticReport":      `"status":"final","category":[` + code("http://terminology.hl7.org/CodeSystem/v2-0074", pick("LAB", "RAD")) + `],"code":` + code(l, pick("24323-8", "5-0")) + `,"effectiveDateTime":"` + day + `",` + subject,
		"DocumentReference":     `"status":"current","type":` + code(l, pick("34133-9", "7-6")) + `,"category":[` + code("http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", pick("clinical-note", "x")) + `],"date":"` + day + `T08:00:00Z","content":[{"attachment":{"url":"http://x.test/y"}}],` + subject,
		"Encounter":             `"status":"finished","class":{"code":"AMB"},"period":{"start":"` + day + `T08:00:00Z","end":"` + day + `T09:00:00Z"},` + subject,
		"MedicationRequest":     `"status":"` + status + `","intent":"` + pick("order", "proposal") + `","medicationReference":{"reference":"Medication/` + ids["Medication"] + `"},` + subject,
		"Observation":           `"status":"final","category":[` + code("http://terminology.hl7.org/CodeSystem/observation-category", cat) + `],"code":` + code(l, loinc) + `,"effectiveDateTime":"` + day + `",` + subject,
		"Procedure":             `"status":"completed","code":{"text":"x"},"performedDateTime":"` + pick(day, "2031-01-01") + `",` + subject,
		"ServiceRequest":        `"status":"active","intent":"order","category":[` + code(snomed, pick("108252007", "1")) + `],"code":` + code(l, pick("24323-8", "5-0")) + `,"authoredOn":"` + day + `",` + subject,
		"QuestionnaireResponse": `"status":"completed","authored":"` + day + `",` + subject, "RelatedPerson": whose, "Specimen": subject,
		"Location": `"name":"` + pick("North clinic", "South clinic") + `","address":{"city":"` + pick("Alder", "Birch") + `"}`, "Organization": `"name":"` + pick("Quiet Harbor", "Loud Harbor") + `","address":[{"city":"` + pick("Alder", "Birch") + `"}]`,
		"Practitioner":     `"identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"` + pick("12345", "6") + `"}],"name":[{"family":"` + pick("Lee", "Kim") + `"}]`,
		"PractitionerRole": `"practitioner":{"reference":"Practitioner/` + ids["Practitioner"] + `"},"specialty":[` + code("http://nucc.org/provider-taxonomy", pick("208D00000X", "x")) + `]`, "Medication": `"code":{"text":"x"}`,
	}
	var out []string
	for typ, body := range bodies {
		out = append(out, `{"resourceType":"`+typ+`","id":"`+ids[typ]+`",`+body+`}`)
	}
	return out
}

func TestUSCoreSearches(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ids, others := map[string]string{}, map[string]string{}
		for _, typ := range strings.Fields("AllergyIntolerance Coverage Device FamilyMemberHistory Goal Immunization MedicationDispense CarePlan CareTeam Condition DiagnosticReport DocumentReference Encounter MedicationRequest Observation Procedure ServiceRequest QuestionnaireResponse RelatedPerson Specimen Location Organization Practitioner PractitionerRole Medication") {
			ids[typ], others[typ] = newID(), newID()
		}
		s.put(fmt.Sprintf(`{"resourceType":"Patient","id":"%s","identifier":[{"system":"urn:mrn","value":"MRN-1"}],"name":[{"family":"Marin","given":["Rosa"]}],"gender":"female","birthDate":"1952-03-02"}`, s.rosa))
		targets := map[string]string{}
		for _, b := range usCoreBodies(s.rosa, ids, false) {
			s.put(b)
		}
		for typ, id := range ids {
			if typ == "Medication" {
				continue
			}
			targets[typ] = newID()
			s.put(fmt.Sprintf(`{"resourceType":"Provenance","id":"%s","target":[{"reference":"%s/%s"}],"recorded":"2026-11-20T08:00:00Z","agent":[{"who":{"display":"x"}}]}`, targets[typ], typ, id))
		}
		for _, b := range usCoreBodies(s.ben, others, true) { // another chart, and other values in the clinic's own
			s.put(b)
		}
		for _, b := range usCoreBodies(s.rosa, map[string]string{"Condition": newID(), "CareTeam": newID(), "CarePlan": newID(), "DiagnosticReport": newID(), "DocumentReference": newID(), "Encounter": newID(), "MedicationRequest": newID(), "Observation": newID(), "Procedure": newID(), "ServiceRequest": newID(), "Medication": others["Medication"], "Practitioner": others["Practitioner"]}, true) {
			if strings.Contains(b, `"id":""`) || strings.Contains(b, `"resourceType":"Practitioner"`) || strings.Contains(b, `"resourceType":"Medication",`) {
				continue
			}
			s.put(b)
		}
		fill := strings.NewReplacer("{p}", s.rosa)
		for _, c := range usCore {
			query := fill.Replace(c.query)
			for typ, id := range ids {
				query = strings.ReplaceAll(query, "{"+typ+"}", id)
			}
			t.Run(c.typ+"?"+c.query, func(t *testing.T) {
				alone := !strings.Contains(c.query, "&") && strings.HasSuffix(c.query, "{p}") // finds the other one too
				for _, path := range []string{"GET", "POST"} {
					var b bundle
					question := query + "&_revinclude=Provenance:target"
					if path == "GET" {
						b = s.do(s.doctor, "GET", "/fhir/"+c.typ+"?"+strings.ReplaceAll(question, "|", "%7C"), "").bundle(t)
					} else {
						b = s.do(s.doctor, "POST", "/fhir/"+c.typ+"/_search", strings.ReplaceAll(question, "|", "%7C"), "Content-Type", "application/x-www-form-urlencoded", "Prefer", "handling=strict").bundle(t)
					}
					found, provenance := []string{}, 0
					for _, e := range b.Entry {
						switch {
						case e.Search.Mode == "match":
							found = append(found, e.FullURL[strings.LastIndexByte(e.FullURL, '/')+1:])
						case strings.Contains(e.FullURL, "/Provenance/"):
							require.Equal(t, "include", e.Search.Mode)
							require.Contains(t, e.FullURL, targets[c.typ])
							provenance++
						default:
							require.Contains(t, c.query, "_include")
						}
					}
					want := ids[c.typ]
					if c.typ == "Patient" {
						want = s.rosa
					}
					require.Contains(t, found, want)
					if !alone {
						require.Len(t, found, 1)
					}
					// Provenance of the clinic's own directory is for systems.
					if c.typ != "Patient" && !strings.Contains("Location Organization Practitioner PractitionerRole", c.typ) {
						require.Equal(t, 1, provenance)
					}
				}
			})
		}
		var raw struct{ Entry []json.RawMessage }
		require.NoError(t, json.Unmarshal([]byte(s.do(s.doctor, "GET", "/fhir/MedicationRequest?patient="+s.rosa+"&intent=order&_include=MedicationRequest:medication", "").body), &raw))
		require.Len(t, raw.Entry, 2)
		require.Contains(t, string(raw.Entry[1]), `"mode":"include"`)
	})
}

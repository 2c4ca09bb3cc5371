package records

import (
	"strings"

	"housecall/records/fhir"
)

// homePaths says for each type which one element decides the chart it lives in:
// whom it is about, never who wrote, performed, sent or pays for it. A type that
// is not listed lives in the shared chart.
var homePaths = map[string][]string{
	"Account": {"subject"}, "AdverseEvent": {"subject"}, "AllergyIntolerance": {"patient"},
	"Basic": {"subject"}, "BodyStructure": {"patient"}, "CarePlan": {"subject"}, "CareTeam": {"subject"},
	"ChargeItem": {"subject"}, "Claim": {"patient"}, "ClaimResponse": {"patient"},
	"ClinicalImpression": {"subject"}, "Communication": {"subject"}, "CommunicationRequest": {"subject"},
	"Composition": {"subject"}, "Condition": {"subject"}, "Consent": {"patient"}, "Contract": {"subject"},
	"Coverage": {"beneficiary"}, "CoverageEligibilityRequest": {"patient"}, "CoverageEligibilityResponse": {"patient"},
	"DetectedIssue": {"patient"}, "Device": {"patient"}, "DeviceRequest": {"subject"}, "DeviceUseStatement": {"subject"},
	"DiagnosticReport": {"subject"}, "DocumentManifest": {"subject"}, "DocumentReference": {"subject"},
	"Encounter": {"subject"}, "EnrollmentRequest": {"candidate"}, "EpisodeOfCare": {"patient"},
	"ExplanationOfBenefit": {"patient"}, "FamilyMemberHistory": {"patient"}, "Flag": {"subject"}, "Goal": {"subject"},
	"GuidanceResponse": {"subject"}, "ImagingStudy": {"subject"}, "Immunization": {"patient"},
	"ImmunizationEvaluation": {"patient"}, "ImmunizationRecommendation": {"patient"}, "Invoice": {"subject"},
	"List": {"subject"}, "MeasureReport": {"subject"}, "Media": {"subject"}, "MedicationAdministration": {"subject"},
	"MedicationDispense": {"subject"}, "MedicationRequest": {"subject"}, "MedicationStatement": {"subject"},
	"MolecularSequence": {"patient"}, "NutritionOrder": {"patient"}, "Observation": {"subject"}, "Procedure": {"subject"},
	"QuestionnaireResponse": {"subject"}, "RelatedPerson": {"patient"}, "RequestGroup": {"subject"},
	"ResearchSubject": {"individual"}, "RiskAssessment": {"subject"}, "ServiceRequest": {"subject"},
	"Specimen": {"subject"}, "SupplyDelivery": {"patient"}, "SupplyRequest": {"deliverTo"}, "Task": {"for"},
	"VisionPrescription": {"patient"}, "Binary": {"securityContext"},
}

// mainDate is the search parameter whose value orders a type: what "newest"
// means for it.
var mainDate = map[string]string{
	"AllergyIntolerance": "date", "Appointment": "date", "CarePlan": "date", "Claim": "created", "Communication": "sent",
	"Composition": "date", "Condition": "onset-date", "Consent": "date", "DiagnosticReport": "date",
	"DocumentReference": "date", "Encounter": "date", "ExplanationOfBenefit": "created", "Goal": "start-date",
	"ImagingStudy": "started", "Immunization": "date", "MedicationAdministration": "effective-time",
	"MedicationDispense": "whenhandedover", "MedicationRequest": "authoredon", "MedicationStatement": "effective",
	"Observation": "date", "Procedure": "date", "QuestionnaireResponse": "authored", "ServiceRequest": "authored",
	"Slot": "start", "Task": "authored-on",
}

// notStored are types that no client writes: the audit is the AuditEvent, and
// the others are messages, not records.
var notStored = map[string]bool{"AuditEvent": true, "Bundle": true, "Parameters": true, "OperationOutcome": true, "CapabilityStatement": true, "Subscription": true}

// publicShared are the types of the shared chart that everybody who is signed in
// may read: the clinic's places, people and forms. Anything else that names no
// patient is for systems only.
var publicShared = map[string]bool{
	"Organization": true, "Practitioner": true, "PractitionerRole": true, "Location": true, "HealthcareService": true,
	"Endpoint": true, "Schedule": true, "Slot": true, "Questionnaire": true, "Medication": true, "Substance": true,
	"InsurancePlan": true, "OrganizationAffiliation": true,
}

// subjectRefs gives the values of the elements that decide the chart.
func subjectRefs(n *fhir.Node) []string {
	var refs []string
	add := func(v *fhir.Node) {
		if r := v.Get("reference").Str(); r != "" {
			refs = append(refs, r)
		}
	}
	switch t := n.ResourceType(); t {
	case "Appointment", "AppointmentResponse":
		for _, p := range n.Get("participant").Items() {
			add(p.Get("actor"))
		}
		add(n.Get("actor"))
	case "Group":
		for _, m := range n.Get("member").Items() {
			add(m.Get("entity"))
		}
	case "Provenance":
		for _, t := range n.Get("target").Items() {
			add(t)
		}
	default:
		for _, p := range homePaths[t] {
			v := n.Get(p)
			add(v)
			for _, i := range v.Items() {
				add(i)
			}
		}
	}
	return refs
}

// inCharts tells whether resources of the type may live in patients' charts.
func inCharts(typ string) bool {
	switch typ {
	case "Patient", "Provenance", "Appointment", "AppointmentResponse", "Group":
		return true
	}
	return homePaths[typ] != nil
}

// patientOf gives the patient id of a literal reference to a Patient.
func patientOf(ref string) (string, bool) {
	t, id, _, ok := fhir.SplitReference(ref)
	if !ok || t != "Patient" {
		return "", false
	}
	return strings.ToLower(id), true
}

package rest

import "strings"

// sharedParams are the official search parameters that stand for several types,
// or carry another name than Type-code (https://hl7.org/fhir/R4/searchparameter-registry.html):
// for each id, the types.
var sharedParams = map[string]string{
	"clinical-code":            "AllergyIntolerance Condition DeviceRequest DiagnosticReport FamilyMemberHistory List Medication MedicationAdministration MedicationDispense MedicationRequest MedicationStatement Observation Procedure ServiceRequest",
	"clinical-date":            "AllergyIntolerance CarePlan CareTeam ClinicalImpression Composition Consent DiagnosticReport Encounter EpisodeOfCare FamilyMemberHistory Flag Immunization List Observation Procedure RiskAssessment SupplyRequest",
	"clinical-identifier":      "AllergyIntolerance CarePlan CareTeam Composition Condition Consent DetectedIssue DeviceRequest DiagnosticReport DocumentManifest DocumentReference Encounter EpisodeOfCare FamilyMemberHistory Goal ImagingStudy Immunization List MedicationAdministration MedicationDispense MedicationRequest MedicationStatement NutritionOrder Observation Procedure RiskAssessment ServiceRequest SupplyDelivery SupplyRequest VisionPrescription",
	"clinical-patient":         "AllergyIntolerance CarePlan CareTeam ClinicalImpression Composition Condition Consent DetectedIssue DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter EpisodeOfCare FamilyMemberHistory Flag Goal ImagingStudy Immunization List MedicationAdministration MedicationDispense MedicationRequest MedicationStatement NutritionOrder Observation Procedure RiskAssessment ServiceRequest SupplyDelivery VisionPrescription",
	"clinical-type":            "AllergyIntolerance Composition DocumentManifest DocumentReference Encounter EpisodeOfCare",
	"clinical-encounter":       "Composition DeviceRequest DiagnosticReport DocumentReference Flag List NutritionOrder Observation Procedure RiskAssessment ServiceRequest VisionPrescription",
	"medications-medication":   "MedicationAdministration MedicationDispense MedicationRequest MedicationStatement",
	"medications-status":       "MedicationAdministration MedicationDispense MedicationRequest MedicationStatement",
	"medications-prescription": "MedicationDispense", "medications-date": "MedicationRequest", "medications-encounter": "MedicationRequest",
	"individual-address": people, "individual-address-city": people, "individual-address-country": people, "individual-address-postalcode": people,
	"individual-address-state": people, "individual-address-use": people, "individual-gender": people, "individual-phonetic": people,
	"individual-birthdate": "Patient Person RelatedPerson", "individual-family": "Patient Practitioner", "individual-given": "Patient Practitioner",
	"individual-email": people + " PractitionerRole", "individual-phone": people + " PractitionerRole", "individual-telecom": people + " PractitionerRole",
	"conformance-context": conformance, "conformance-context-quantity": conformance, "conformance-context-type": conformance,
	"conformance-context-type-quantity": conformance, "conformance-context-type-value": conformance, "conformance-date": conformance,
	"conformance-description": conformance, "conformance-name": conformance, "conformance-publisher": conformance, "conformance-status": conformance,
	"conformance-jurisdiction": "CapabilityStatement CodeSystem ConceptMap GraphDefinition ImplementationGuide MessageDefinition NamingSystem OperationDefinition SearchParameter StructureDefinition StructureMap TerminologyCapabilities ValueSet",
	"conformance-title":        "CapabilityStatement CodeSystem ConceptMap ImplementationGuide MessageDefinition OperationDefinition StructureDefinition StructureMap TerminologyCapabilities ValueSet",
	"conformance-url":          "CapabilityStatement CodeSystem CompartmentDefinition ConceptMap GraphDefinition ImplementationGuide MessageDefinition OperationDefinition SearchParameter StructureDefinition StructureMap TerminologyCapabilities ValueSet",
	"conformance-version":      "CapabilityStatement CodeSystem CompartmentDefinition ConceptMap GraphDefinition ImplementationGuide MessageDefinition OperationDefinition SearchParameter StructureDefinition StructureMap TerminologyCapabilities ValueSet",
	"conformance-identifier":   "CodeSystem ConceptMap MessageDefinition StructureDefinition StructureMap ValueSet",
}

const (
	people      = "Patient Person Practitioner RelatedPerson"
	conformance = "CapabilityStatement CodeSystem CompartmentDefinition ConceptMap GraphDefinition ImplementationGuide MessageDefinition NamingSystem OperationDefinition SearchParameter StructureDefinition StructureMap TerminologyCapabilities ValueSet"
)

// shared finds the id of a parameter that is in the table above.
var shared = func() map[string]string {
	m := map[string]string{}
	for id, types := range sharedParams {
		_, code, _ := strings.Cut(id, "-")
		for _, t := range strings.Fields(types) {
			m[t+" "+code] = id
		}
	}
	return m
}()

// paramDefinition is the canonical address of the definition of a search
// parameter.
func paramDefinition(typ, name string) string {
	const at = "http://hl7.org/fhir/SearchParameter/"
	if common, ok := strings.CutPrefix(name, "_"); ok {
		return at + "Resource-" + common
	}
	if id, ok := shared[typ+" "+name]; ok {
		return at + id
	}
	return at + typ + "-" + name
}

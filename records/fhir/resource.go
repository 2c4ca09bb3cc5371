package fhir

import "slices"

// Types returns the names of all resource types of FHIR R4, sorted.
func Types() []string { return slices.Clone(r4().resources) }

// IsType says whether FHIR R4 has a resource type of that name.
func IsType(name string) bool {
	t := r4().types[name]
	return t != nil && t.kind == 'r' && name != "Resource" && name != "DomainResource"
}

// PatientCompartment returns the search parameters through which a resource of that type belongs to a patient's
// compartment (https://hl7.org/fhir/R4/compartmentdefinition-patient.html). Empty: the type is in no compartment.
func PatientCompartment(resourceType string) []string {
	if t := r4().types[resourceType]; t != nil {
		return slices.Clone(t.compartment)
	}
	return nil
}

// HomeElement returns the element that names the one patient whom a resource of that type is about: subject,
// patient, beneficiary, .. It is "" for types that are about nobody or about several (Appointment, Provenance,
// Account, Group), and for Patient itself.
func HomeElement(resourceType string) string {
	s := resourceShape(resourceType)
	if s == nil {
		return ""
	}
	for _, name := range homeElements {
		p := s.props[name]
		if p == nil || p.typ != "Reference" || p.many {
			continue
		}
		if p.targets == nil || slices.Contains(p.targets, "Patient") {
			return name
		}
	}
	return ""
}

// homeElements in order of preference: individual and candidate are how ResearchSubject and EnrollmentRequest say it.
var homeElements = []string{"subject", "patient", "beneficiary", "for", "individual", "candidate"}

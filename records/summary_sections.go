package records

import (
	"slices"

	"housecall/records/fhir"
)

// section is one of the Composition (IPS 2.0.0, Composition-uv-ips): its LOINC
// code with the name that LOINC gives it, the title that people read, and whether
// it stands there without entries as well.
type section struct {
	code, display, title string
	always               bool
}

// The sections, in the order of the document.
const (
	sumProblems = iota
	sumAllergies
	sumMedicines
	sumImmunizations
	sumResults
	sumProcedures
	sumDevices
	sumVitals
	sumSocial
	sumAlerts
	sumDirectives
	sumPast
	sumPregnancy
	sumPlan
)

var summarySections = [...]section{
	sumProblems:      {"11450-4", "Problem list - Reported", "Problems", true},
	sumAllergies:     {"48765-2", "Allergies and adverse reactions Document", "Allergies and intolerances", true},
	sumMedicines:     {"10160-0", "History of Medication use Narrative", "Medicines", true},
	sumImmunizations: {"11369-6", "History of Immunization note", "Immunizations", false},
	sumResults:       {"30954-2", "Relevant diagnostic tests/laboratory data note", "Results", false},
	sumProcedures:    {"47519-4", "History of Procedures Document", "Procedures", false},
	sumDevices:       {"46264-8", "History of medical device use", "Devices", false},
	sumVitals:        {"8716-3", "Vital signs note", "Vital signs", false},
	sumSocial:        {"29762-2", "Social history note", "Social history", false},
	sumAlerts:        {"104605-1", "Alert", "Alerts", false},
	sumDirectives:    {"42348-3", "Advance healthcare directives", "Advance directives", false},
	sumPast:          {"11348-0", "History of Past illness note", "Past problems", false},
	sumPregnancy:     {"10162-6", "History of pregnancies Narrative", "Pregnancies", false},
	sumPlan:          {"18776-5", "Plan of care note", "Plan of care", false},
}

// summaryTypes are read whole; of Observations only the latest of each kind.
var summaryTypes = []string{"Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "Immunization", "Procedure", "DeviceUseStatement", "Flag", "Consent", "CarePlan"}

// pregnancyCodes are the LOINC codes of IPS's observations about pregnancies: its
// state, the expected date, and the counts of outcomes.
var pregnancyCodes = map[string]bool{
	"82810-3": true, "11778-8": true, "11779-6": true, "11780-4": true, "11636-8": true, "11637-6": true, "11638-4": true, "11639-2": true,
	"11640-0": true, "11612-9": true, "11613-7": true, "11614-5": true, "33065-4": true, "69043-8": true,
}

// sectionFor says where a fact stands: -1 for what is no part of a summary, because
// it was an error, did not happen, or is over.
func sectionFor(n *fhir.Node) int {
	status := n.Get("status").Str()
	if status == "entered-in-error" || slices.Contains([]string{"entered-in-error", "refuted"}, firstCode(n.Get("verificationStatus"))) {
		return -1
	}
	is := func(section int, among ...string) int {
		if slices.Contains(among, status) {
			return section
		}
		return -1
	}
	switch n.ResourceType() {
	case "Condition":
		if n.Get("code") == nil {
			return -1
		}
		switch firstCode(n.Get("clinicalStatus")) {
		case "inactive", "remission", "resolved":
			return sumPast
		case "":
			for _, m := range n.Members() {
				if len(m.Key) > 9 && m.Key[:9] == "abatement" {
					return sumPast
				}
			}
		}
		return sumProblems
	case "AllergyIntolerance":
		if n.Get("code") == nil || firstCode(n.Get("clinicalStatus")) == "resolved" {
			return -1
		}
		return sumAllergies
	case "MedicationRequest":
		if not, _ := n.Get("doNotPerform").Bool(); not {
			return -1
		}
		return is(sumMedicines, "active", "on-hold", "unknown")
	case "MedicationStatement":
		return is(sumMedicines, "active", "on-hold", "intended", "unknown")
	case "Immunization":
		return is(sumImmunizations, "completed")
	case "Procedure":
		if n.Get("code") == nil {
			return -1
		}
		return is(sumProcedures, "completed", "in-progress", "stopped")
	case "DeviceUseStatement":
		return is(sumDevices, "active", "intended", "on-hold")
	case "Flag":
		return is(sumAlerts, "active")
	case "Consent":
		if firstCode(n.Get("scope")) != "adr" {
			return -1
		}
		return is(sumDirectives, "active")
	case "CarePlan":
		return is(sumPlan, "active", "on-hold", "draft")
	case "Observation":
		return observed(n, status)
	}
	return -1
}

// observed sorts Observations by what they are about; questionnaires' scores and
// what was found in an examination are no results of tests.
func observed(n *fhir.Node, status string) int {
	if !slices.Contains([]string{"final", "amended", "corrected", "preliminary"}, status) {
		return -1
	}
	for _, k := range n.Get("code", "coding").Items() {
		if k.Get("system").Str() == "http://loinc.org" && pregnancyCodes[k.Get("code").Str()] {
			return sumPregnancy
		}
	}
	for _, cat := range n.Get("category").Items() {
		switch firstCode(cat) {
		case "vital-signs":
			return sumVitals
		case "social-history":
			return sumSocial
		case "laboratory", "imaging", "procedure", "pathology", "LAB":
			return sumResults
		case "survey", "exam", "therapy", "activity":
			return -1
		}
	}
	return sumResults
}

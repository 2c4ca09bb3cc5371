package subscription

import (
	"slices"
	"strings"

	"housecall/records"
	"housecall/records/fhir"
)

// Topic is something that can be subscribed to, as a SubscriptionTopic of R5 would
// say it. R4 has no such resource; the capability statement lists the URLs.
type Topic struct {
	URL     string
	Title   string
	Types   []string // nil: every type that is kept
	Changes []records.Outcome
	Patient bool                              // a filter has to name a patient
	Happens func(now, before *fhir.Node) bool // nil: every change of that kind; before is nil when there was none
}

var (
	anyChange = []records.Outcome{records.Created, records.Updated, records.Deleted}
	written   = []records.Outcome{records.Created, records.Updated}
)

// becomes tells whether an element got one of the values just now.
func becomes(element string, values ...string) func(now, before *fhir.Node) bool {
	return func(now, before *fhir.Node) bool {
		return slices.Contains(values, now.Get(element).Str()) && !slices.Contains(values, before.Get(element).Str())
	}
}

// coreTypes are the types of the profiles that US Core's data feed is about.
var coreTypes = []string{
	"AllergyIntolerance", "CarePlan", "CareTeam", "Condition", "Coverage", "Device", "DiagnosticReport", "DocumentReference", "Encounter", "Goal",
	"Immunization", "MedicationDispense", "MedicationRequest", "Observation", "Patient", "Procedure", "Provenance", "QuestionnaireResponse",
	"RelatedPerson", "ServiceRequest", "Specimen",
}

// Topics are those of this server; base is its FHIR address.
func Topics(base string) []Topic {
	own := base + "/SubscriptionTopic/"
	starts, ends := becomes("status", "in-progress"), becomes("status", "finished")
	return []Topic{
		{URL: own + "resource-change", Title: "Any record is made, changed or deleted", Changes: anyChange},
		{URL: own + "patient-chart-change", Title: "Anything in one patient's chart is made, changed or deleted", Changes: anyChange, Patient: true},
		{URL: own + "new-result", Title: "A result is there, or was corrected", Types: []string{"DiagnosticReport", "Observation"}, Changes: written, Happens: isResult},
		{URL: own + "encounter-start", Title: "A visit begins", Types: []string{"Encounter"}, Changes: written, Happens: starts},
		{URL: own + "encounter-end", Title: "A visit ends", Types: []string{"Encounter"}, Changes: written, Happens: ends},
		{URL: own + "appointment-change", Title: "A visit is booked, moved or cancelled", Types: []string{"Appointment"}, Changes: anyChange},
		{URL: "http://hl7.org/SubscriptionTopic/admission", Title: "A patient is admitted", Types: []string{"Encounter"}, Changes: written, Happens: admitted},
		{URL: "http://hl7.org/fhir/us/core/SubscriptionTopic/patient-data-feed", Title: "Something in a patient's chart is made or changed", Types: coreTypes, Changes: written, Patient: true},
	}
}

// isResult leaves out what is preliminary, and what people note of themselves.
func isResult(now, _ *fhir.Node) bool {
	if !slices.Contains([]string{"final", "amended", "corrected", "appended"}, now.Get("status").Str()) {
		return false
	}
	if now.ResourceType() == "DiagnosticReport" {
		return true
	}
	for _, c := range now.Get("category").Items() {
		for _, k := range c.Get("coding").Items() {
			if slices.Contains([]string{"laboratory", "imaging", "procedure", "exam"}, k.Get("code").Str()) {
				return true
			}
		}
	}
	return false
}

// admitted: an inpatient visit begins (v3 ActCode, ActEncounterCode).
func admitted(now, before *fhir.Node) bool {
	inside := slices.Contains([]string{"IMP", "ACUTE", "NONAC", "OBSENC", "SS"}, now.Get("class", "code").Str())
	return inside && becomes("status", "in-progress")(now, before)
}

// concerns tells whether the topic may be about a change, before it was looked at.
func (t *Topic) concerns(typ string, what records.Outcome) bool {
	return slices.Contains(t.Changes, what) && t.about(typ)
}

func (t *Topic) about(typ string) bool {
	if t.Types == nil {
		return records.Stores(typ)
	}
	return slices.Contains(t.Types, typ)
}

func topicOf(topics []Topic, url string) *Topic {
	url, _, _ = strings.Cut(url, "|") // a version may follow a canonical
	for i := range topics {
		if topics[i].URL == url {
			return &topics[i]
		}
	}
	return nil
}

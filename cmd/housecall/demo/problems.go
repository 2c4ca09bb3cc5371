package demo

import "time"

// problem is a Condition of the list that a person lives with, or had.
type problem struct {
	what     string // of diagnoses
	since    string // FHIR date, as exactly as people remember
	until    string // "" while it lasts
	status   string // active by default; resolved, remission, inactive
	by       string
	source   string
	recorded time.Time
	label    string
	note     string
	key      string // when the same diagnosis is there twice
	visit    string // for a diagnosis made at a visit and not on the problem list
}

// has writes a problem and returns its reference.
func (c *chart) has(p problem) string {
	if p.key == "" {
		p.key = p.what
	}
	if p.by == "" {
		p.by = c.doctor
	}
	status, statusName := "active", "Active"
	switch {
	case p.status == "remission":
		status, statusName = "remission", "Remission"
	case p.until != "":
		status, statusName = "resolved", "Resolved"
	}
	kind := tho(problemKind, "problem-list-item", "Problem List Item")
	if p.visit != "" {
		kind = tho(problemKind, "encounter-diagnosis", "Encounter Diagnosis")
	}
	body := obj{
		"clinicalStatus":     tho(clinicalStatus, status, statusName),
		"verificationStatus": tho(certainty, "confirmed", "Confirmed"),
		"category":           list{kind},
		"code":               diagnoses[p.what].concept(),
		"subject":            c.subject(),
		"onsetDateTime":      p.since,
		"recorder":           clinician(p.by),
	}
	set(body, "abatementDateTime", p.until)
	if !p.recorded.IsZero() {
		body["recordedDate"] = date(p.recorded)
	}
	if p.visit != "" {
		body["encounter"] = ref(p.visit)
	}
	if p.note != "" {
		body["note"] = list{obj{"text": p.note}}
	}
	return c.add("Condition", p.key, private(from(body, p.source), p.label))
}

// allergy is an AllergyIntolerance.
type allergy struct {
	key      string
	what     obj
	kind     string // medication, food, environment
	risk     string // high, low
	since    string
	reaction obj
	severity string
	told     string // the reaction in the person's words
}

func (c *chart) allergic(a allergy) string {
	body := obj{
		"clinicalStatus":     tho(thoBase+"allergyintolerance-clinical", "active", "Active"),
		"verificationStatus": tho(thoBase+"allergyintolerance-verification", "confirmed", "Confirmed"),
		"type":               "allergy",
		"category":           list{a.kind},
		"criticality":        a.risk,
		"code":               a.what,
		"patient":            c.subject(),
		"recorder":           clinician(c.doctor),
	}
	set(body, "onsetDateTime", a.since)
	body["reaction"] = list{obj{"manifestation": list{a.reaction}, "severity": a.severity, "description": a.told}}
	return c.add("AllergyIntolerance", a.key, body)
}

// notAllergic records that the person was asked and has no allergies.
func (c *chart) notAllergic(asked time.Time) {
	c.add("AllergyIntolerance", "none", obj{
		"clinicalStatus":     tho(thoBase+"allergyintolerance-clinical", "active", "Active"),
		"verificationStatus": tho(thoBase+"allergyintolerance-verification", "confirmed", "Confirmed"),
		"code":               concept("No known allergies", coding{snomed, "716186003", "No known allergy"}),
		"patient":            c.subject(),
		"recordedDate":       date(asked),
		"recorder":           clinician(c.doctor),
	})
}

var (
	swelling = concept("Swelling of the face", coding{snomed, "278528006", "Facial swelling"})
	hives    = concept("Hives", coding{snomed, "247472004", "Wheal"})
	rash     = concept("Rash", coding{snomed, "271807003", "Eruption of skin"})
	nausea   = concept("Nausea", coding{snomed, "422587007", "Nausea"})
)

// act is a Procedure.
type act struct {
	key       string
	text      string
	code      coding
	on        time.Time
	until     time.Time
	by        string
	place     string // "alder" by default
	encounter string
	about     string
	outcome   string
	label     string
}

func (c *chart) did(a act) string {
	if a.place == "" {
		a.place = "alder"
	}
	body := obj{
		"status": "completed", "subject": c.subject(),
		"code":      concept(a.text, a.code),
		"performer": list{obj{"actor": clinician(a.by), "onBehalfOf": place(a.place)}},
	}
	if a.until.IsZero() {
		body["performedDateTime"] = stamp(a.on)
	} else {
		body["performedPeriod"] = obj{"start": stamp(a.on), "end": stamp(a.until)}
	}
	if a.encounter != "" {
		body["encounter"] = ref(a.encounter)
	}
	set(body, "reasonReference", refs(a.about))
	if a.outcome != "" {
		body["outcome"] = concept(a.outcome)
	}
	return c.add("Procedure", a.key, private(from(body, a.place), a.label))
}

// smoking is the status that every chart of an adult holds.
func (c *chart) smoking(on time.Time, code, words string) {
	c.add("Observation", "smoking/"+date(on), obj{
		"status": "final", "subject": c.subject(),
		"category":             list{tho(obsCategory, "social-history", "Social History")},
		"code":                 concept("Smoking", coding{loinc, "72166-2", "Tobacco smoking status"}),
		"effectiveDateTime":    stamp(on),
		"valueCodeableConcept": concept(words, coding{snomed, code, words}),
		"performer":            list{clinician(c.doctor)},
	})
}

const (
	neverSmoked  = "266919005"
	smokedBefore = "8517006"
)

// mood writes a PHQ-9 total with what it means.
func (c *chart) mood(key string, on time.Time, encounter, label string, score int) {
	words, code := "Few or no signs of depression", "N"
	switch {
	case score >= 20:
		words, code = "Severe signs of depression", "H"
	case score >= 15:
		words, code = "Moderately severe signs of depression", "H"
	case score >= 10:
		words, code = "Moderate signs of depression", "H"
	case score >= 5:
		words, code = "Mild signs of depression", "H"
	}
	meaning := means(code)
	meaning["text"] = words
	body := obj{
		"status": "final", "subject": c.subject(),
		"category":          list{tho(obsCategory, "survey", "Survey")},
		"code":              concept("Mood questionnaire (PHQ-9)", coding{loinc, "44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"}),
		"effectiveDateTime": stamp(on),
		"valueQuantity":     quantity(float64(score), 0, "points", "{score}"),
		"interpretation":    list{meaning},
		"referenceRange":    list{obj{"low": quantity(0, 0, "points", "{score}"), "high": quantity(4, 0, "points", "{score}")}},
		"performer":         list{clinician(c.doctor)},
	}
	if encounter != "" {
		body["encounter"] = ref(encounter)
	}
	c.add("Observation", key, private(body, label))
}

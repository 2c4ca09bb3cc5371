package demo

import (
	"fmt"
	"strings"
	"time"
)

// visitKind is how people met.
type visitKind struct {
	class, className string // v3-ActCode
	code, name       string // SNOMED CT
	words            string
}

var (
	checkUp     = visitKind{"AMB", "ambulatory", "185349003", "Encounter for check up", "Check-up"}
	followUp    = visitKind{"AMB", "ambulatory", "390906007", "Follow-up encounter", "Follow-up visit"}
	sickVisit   = visitKind{"AMB", "ambulatory", "185345009", "Encounter for symptom", "Visit"}
	consult     = visitKind{"AMB", "ambulatory", "11429006", "Consultation", "Specialist visit"}
	videoVisit  = visitKind{"VR", "virtual", "448337001", "Telemedicine consultation with patient", "Video visit"}
	wellChild   = visitKind{"AMB", "ambulatory", "410620009", "Well child visit", "Well-child visit"}
	firstOB     = visitKind{"AMB", "ambulatory", "424441002", "Prenatal initial visit", "First pregnancy visit"}
	prenatalOB  = visitKind{"AMB", "ambulatory", "424619006", "Prenatal visit", "Pregnancy visit"}
	emergency   = visitKind{"EMER", "emergency", "50849002", "Emergency room admission", "Emergency visit"}
	hospital    = visitKind{"IMP", "inpatient encounter", "183452005", "Emergency hospital admission", "Hospital stay"}
	counselling = visitKind{"AMB", "ambulatory", "390906007", "Follow-up encounter", "Counseling"}
)

// visit is an Encounter, what was measured, and the note.
type visit struct {
	key     string
	on      time.Time
	length  time.Duration // 20 minutes by default
	kind    visitKind
	by      string // the chart's doctor by default
	with    string // a second clinician
	joined  string // reference to a RelatedPerson who was there
	place   string // "alder" by default
	why     string // of reasons or diagnoses
	about   []string
	label   string
	vitals  vitals
	told    string // what the person said; "" leaves the note out
	saw     string
	plan    string
	summary string // the one line that a timeline shows
}

// meets writes the visit's Encounter and vitals and returns its reference. The
// note is written by noteOf, after what the visit found.
func (c *chart) meets(v *visit) string {
	if v.by == "" {
		v.by = c.doctor
	}
	if v.place == "" {
		v.place = "alder"
	}
	if v.length == 0 {
		v.length = 20 * time.Minute
	}
	participants := list{attends("PPRF", "primary performer", clinician(v.by))}
	if v.with != "" {
		participants = append(participants, attends("SPRF", "secondary performer", clinician(v.with)))
	}
	if v.joined != "" {
		participants = append(participants, attends("PART", "Participation", ref(v.joined)))
	}
	body := obj{
		"status":          "finished",
		"class":           coding{actCode, v.kind.class, v.kind.className}.json(),
		"type":            list{concept(v.kind.words, coding{snomed, v.kind.code, v.kind.name})},
		"subject":         c.subject(),
		"participant":     participants,
		"period":          obj{"start": stamp(v.on), "end": stamp(v.on.Add(v.length))},
		"serviceProvider": place(v.place),
	}
	if v.why != "" {
		body["reasonCode"] = list{reason(v.why)}
	}
	set(body, "reasonReference", refs(v.about...))
	if v.kind.class != "VR" {
		body["location"] = list{obj{"location": roomOf(v.place)}}
	}
	encounter := c.add("Encounter", v.key, private(from(body, v.place), v.label))
	if v.vitals != (vitals{}) {
		c.measured(v.key, v.on.Add(5*time.Minute), encounter, v.nurse(), v.place, v.vitals)
	}
	return encounter
}

// nurse is who measured: the clinic's nurse in the clinic, elsewhere whoever was seen.
func (v *visit) nurse() string {
	if v.place == "alder" && v.kind.class == "AMB" {
		return "quill"
	}
	return v.by
}

func attends(code, name string, who obj) obj {
	return obj{"type": list{tho(thoBase+"v3-ParticipationType", code, name)}, "individual": who}
}

// visited writes the visit and its note in one go.
func (c *chart) visited(v visit) string {
	encounter := c.meets(&v)
	c.noteOf(v, encounter)
	return encounter
}

// noteOf writes the visit's note when it has words.
func (c *chart) noteOf(v visit, encounter string) {
	if v.told == "" && v.plan == "" {
		return
	}
	c.document(paper{
		key: "note/" + v.key, title: noteTitle(v), on: v.on.Add(v.length + 10*time.Minute),
		kind: progressNote, by: v.by, source: v.place, encounter: encounter, label: v.label,
		summary: v.summary, text: c.noteText(v),
	})
}

func noteTitle(v visit) string { return v.kind.words + " with " + clinicians[v.by].name() }

func (c *chart) noteText(v visit) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n%s, %s\n", noteTitle(v), places[v.place].name, written(v.on))
	part := func(title, words string) {
		if words != "" {
			fmt.Fprintf(&out, "\n%s\n%s\n", title, words)
		}
	}
	if v.why != "" {
		part("Reason", reason(v.why)["text"].(string)+".")
	}
	part("What "+c.given()+" told us", v.told)
	part("What we saw", strings.TrimSpace(v.vitals.words()+" "+v.saw))
	part("Plan", v.plan)
	fmt.Fprintf(&out, "\nSigned by %s, %s\n", clinicians[v.by].name(), clinicians[v.by].suffix)
	return out.String()
}

func (c *chart) given() string {
	given, _, _ := strings.Cut(c.name, " ")
	return given
}

func (v vitals) words() string {
	var all []string
	say := func(value float64, format string) {
		if value != 0 {
			all = append(all, fmt.Sprintf(format, value))
		}
	}
	if v.systolic != 0 {
		all = append(all, fmt.Sprintf("Blood pressure %.0f over %.0f.", v.systolic, v.diastolic))
	}
	say(v.pulse, "Pulse %.0f.")
	say(v.warmth, "Temperature %.1f C.")
	say(v.oxygen, "Oxygen %.0f percent.")
	say(v.weight, "Weight %.1f kg.")
	return strings.Join(all, " ")
}

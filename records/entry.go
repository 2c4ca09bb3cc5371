package records

import (
	"encoding/json"
	"time"

	"housecall/records/access"
	"housecall/records/fhir"
)

// Entry is one fact as screens show it: what it says first, codes last. It is
// the same for the web and the phone, and in no language of its own: words such
// as meanings and known titles are keys.
type Entry struct {
	Ref      string   `json:"ref"`             // Type/id
	Section  string   `json:"section"`         // category of data
	Kind     string   `json:"kind"`            // FHIR resource type
	Title    string   `json:"title"`           // as the source calls it
	Plain    string   `json:"plain,omitempty"` // key of plain words for well-known facts, e.g. "potassium"
	At       string   `json:"at,omitempty"`    // FHIR date or dateTime, with the precision given
	End      string   `json:"end,omitempty"`
	Active   bool     `json:"active"`
	Status   string   `json:"status,omitempty"`
	Code     *Coding  `json:"code,omitempty"`
	Value    *Value   `json:"value,omitempty"`
	Range    *Range   `json:"range,omitempty"`
	Meaning  string   `json:"meaning,omitempty" enum:"usual,low,high,criticalLow,criticalHigh,abnormal,unknown"`
	Text     string   `json:"text,omitempty"` // one line: dosage, reaction, conclusion
	Reason   string   `json:"reason,omitempty"`
	Severity string   `json:"severity,omitempty"`
	Who      string   `json:"who,omitempty"`
	Place    string   `json:"place,omitempty"`
	Sources  []Source `json:"sources"`
	Children []Entry  `json:"children,omitempty"`
	// Differs is what its sources say differently.
	Differs []Difference `json:"differs,omitempty"`
	// Counts of the members of a report.
	OutOfRange int  `json:"outOfRange,omitempty"`
	Usual      int  `json:"usual,omitempty"`
	New        bool `json:"new,omitempty"`
	// StopReason is why something ended; Reason is why it was begun.
	StopReason string `json:"stopReason,omitempty"`
	// Series is set where several readings of the same kind stand as one.
	Series *Series `json:"series,omitempty"`
	Key    string  `json:"key,omitempty"` // kind of result, for its trend

	// Kept with the row, taken off before it leaves.
	WhoRef    string `json:"whoRef,omitempty"`
	PlaceRef  string `json:"placeRef,omitempty"`
	ReasonRef string `json:"reasonRef,omitempty"` // what Reason was taken from, when that is a record of its own
}

// Coding is a code with its system.
type Coding struct {
	System  string `json:"system"`
	Code    string `json:"code"`
	Display string `json:"display,omitempty"`
}

// Value is a value exactly as it was recorded, and as a number where it is one.
type Value struct {
	Number *float64 `json:"number,omitempty"`
	Text   string   `json:"text"`
	Unit   string   `json:"unit,omitempty"`
	Parts  []Part   `json:"parts,omitempty"` // e.g. systolic and diastolic
}

// Part is one component of a value.
type Part struct {
	Title   string   `json:"title"`
	Plain   string   `json:"plain,omitempty"`
	Number  *float64 `json:"number,omitempty"`
	Text    string   `json:"text"`
	Unit    string   `json:"unit,omitempty"`
	Range   *Range   `json:"range,omitempty"`
	Meaning string   `json:"meaning,omitempty"`
}

// Range is the usual range that the laboratory gave.
type Range struct {
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
	Text string   `json:"text,omitempty"`
}

// Source is one place that recorded the fact.
type Source struct {
	Name string `json:"name"`
	Ref  string `json:"ref"`

	URI string `json:"uri,omitempty"` // meta.source, kept with the row; becomes the name
}

// Series is a run of readings, such as two weeks of blood pressure at home: the
// entry's value is their average.
type Series struct {
	Count int    `json:"count"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Patient is who the chart is about.
type Patient struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Given       string       `json:"given,omitempty"`
	Family      string       `json:"family,omitempty"`
	BirthDate   string       `json:"birthDate,omitempty"`
	Age         *Age         `json:"age,omitempty"`
	Sex         string       `json:"sex,omitempty"`
	Deceased    string       `json:"deceased,omitempty"`
	Languages   []Language   `json:"languages,omitempty"`
	Phones      []string     `json:"phones,omitempty"`
	Emails      []string     `json:"emails,omitempty"`
	Address     string       `json:"address,omitempty"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
}

// Age in whole years and, beyond them, months.
type Age struct {
	Years  int `json:"years"`
	Months int `json:"months"`
}

// Language somebody speaks, as a BCP 47 tag.
type Language struct {
	Code      string `json:"code"`
	Preferred bool   `json:"preferred,omitempty"`
}

// Identifier is a number by which a place knows the patient.
type Identifier struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// meanings, as the database keeps them.
const (
	meaningNone = iota
	meaningUsual
	meaningLow
	meaningHigh
	meaningCriticalLow
	meaningCriticalHigh
	meaningAbnormal
)

var meaningWords = [...]string{"", "usual", "low", "high", "criticalLow", "criticalHigh", "abnormal"}

// entryRow is a row of the table entries.
type entryRow struct {
	section  access.Category
	at       int64
	timeline bool
	active   bool
	kind     string
	fact     string
	partOf   string
	parts    []string
	number   *float64
	meaning  int
	words    string
	body     []byte
}

// projector turns a resource of one type into its Entry.
type projector func(s *Store, c *change, e *Entry, r *entryRow)

var projectors = map[string]projector{
	"AllergyIntolerance": projectAllergy, "Condition": projectCondition,
	"MedicationRequest": projectMedication, "MedicationStatement": projectMedication,
	"Immunization": projectImmunization, "Observation": projectObservation,
	"DiagnosticReport": projectReport, "Encounter": projectEncounter, "Procedure": projectProcedure,
	"DocumentReference": projectDocument, "Composition": projectComposition, "CarePlan": projectCarePlan, "Goal": projectGoal, "CareTeam": projectCareTeam,
	"Consent": projectConsent, "QuestionnaireResponse": projectAnswers,
	"Organization": projectNamed, "Practitioner": projectNamed, "Location": projectNamed, "Medication": projectNamed,
}

// project makes the row that screens read; nil for what no screen lists.
func (s *Store) project(c *change) *entryRow {
	if c.Type == "Patient" {
		return projectPatient(c)
	}
	p, ok := projectors[c.Type]
	if !ok {
		return nil
	}
	r := &entryRow{section: c.class.Category, timeline: true}
	e := &Entry{Ref: c.Type + "/" + c.ID, Section: c.class.Category.String(), Kind: c.Type, Status: c.Node.Get("status").Str(), Sources: []Source{}}
	p(s, c, e, r)
	if e.Status == "entered-in-error" {
		return nil
	}
	if e.Title == "" {
		e.Title = c.Type
	}
	if lo, _, ok := fhir.DateRange(e.At); ok {
		r.at = lo
	} else {
		e.At, r.timeline = "", false
	}
	if c.source != "" {
		e.Sources = append(e.Sources, Source{URI: c.source, Ref: e.Ref})
	}
	r.active = e.Active
	e.Meaning = meaningWords[r.meaning]
	if e.Value != nil {
		r.number = e.Value.Number
	}
	if r.fact == "" && e.Code != nil && r.at != 0 {
		r.fact = s.kindOf("fact", c.Type, e.Code.System, e.Code.Code, fromMicros(r.at).Format(time.DateOnly))
	}
	why := e.Reason
	if e.ReasonRef != "" {
		why = "" // found by the record that it stands in
	}
	r.words = clip(fold(e.Title+" "+e.Text+" "+why+" "+e.Who+" "+e.Place+" "+e.At), 1000)
	body, err := json.Marshal(e)
	if err != nil {
		return nil
	}
	r.body = body
	return r
}

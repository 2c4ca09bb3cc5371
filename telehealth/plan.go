package telehealth

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"housecall/internal/fault"
	"housecall/telehealth/picklist"
)

// VisitPlan is what a visit found and decided, apart from its words. It is kept with
// the draft of the note and becomes records when that is signed, not before.
type VisitPlan struct {
	Vitals    []VisitVital    `json:"vitals,omitempty" maxItems:"20"`
	Problems  []VisitProblem  `json:"problems,omitempty" maxItems:"30"`
	Medicines []VisitMedicine `json:"medicines,omitempty" maxItems:"30"`
	Stops     []VisitStop     `json:"stops,omitempty" maxItems:"30"`
	Orders    []VisitOrder    `json:"orders,omitempty" maxItems:"30"`
	Next      *VisitNext      `json:"next,omitempty"`
}

// VisitVital is a measurement of this visit.
type VisitVital struct {
	Kind   string  `json:"kind" enum:"pressure,pulse,temperature,breathing,saturation,weight,height"`
	Value  float64 `json:"value" doc:"Of blood pressure the upper value"`
	Second float64 `json:"second,omitempty" doc:"Of blood pressure the lower value"`
	Unit   string  `json:"unit,omitempty" enum:"C,F,kg,lb,cm,in" doc:"Of temperature, weight and height"`
}

// VisitProblem is something that this visit was about: a new entry of the list of
// problems, or one that is there.
type VisitProblem struct {
	ID     string `json:"id,omitempty" maxLength:"64" doc:"Of a Condition that is in the chart"`
	System string `json:"system,omitempty" maxLength:"100"`
	Code   string `json:"code,omitempty" maxLength:"20"`
	Text   string `json:"text" maxLength:"1200"`
}

// VisitMedicine is a prescription.
type VisitMedicine struct {
	Name    string  `json:"name" maxLength:"1200"`
	Dose    float64 `json:"dose" doc:"How much at a time"`
	Form    string  `json:"form" enum:"tablet,capsule,puff,unit,application,dose,ml,drop"`
	Often   string  `json:"often" enum:"daily,morning,evening,bedtime,twice,three,four,weekly,needed"`
	Days    int     `json:"days" doc:"How long one filling lasts"`
	Repeats int     `json:"repeats,omitempty" doc:"Further fillings"`
	Note    string  `json:"note,omitempty" maxLength:"2000"`
}

// VisitStop is a medicine that is not taken any more.
type VisitStop struct {
	ID     string `json:"id" maxLength:"64" doc:"Of the MedicationRequest"`
	Name   string `json:"name" maxLength:"1200"`
	Reason string `json:"reason,omitempty" maxLength:"2000"`
}

// VisitOrder is a test, a picture or a referral.
type VisitOrder struct {
	Group  string `json:"group" enum:"lab,imaging,referral"`
	System string `json:"system,omitempty" maxLength:"100"`
	Code   string `json:"code,omitempty" maxLength:"20"`
	Text   string `json:"text" maxLength:"1200"`
	Urgent bool   `json:"urgent,omitempty"`
	Note   string `json:"note,omitempty" maxLength:"2000"`
}

// VisitNext is when and how one meets again.
type VisitNext struct {
	Count int    `json:"count"`
	Unit  string `json:"unit" enum:"days,weeks,months"`
	Mode  string `json:"mode" enum:"video,clinic"`
}

// vital is how a kind of measurement is coded (LOINC, UCUM) and what can be true.
type vital struct {
	code, display, unit, ucum string
	least, most               float64
}

var vitals = map[string]vital{
	"pressure":     {"85354-9", "Blood pressure panel with all children optional", "mmHg", "mm[Hg]", 40, 320},
	"pulse":        {"8867-4", "Heart rate", "/min", "/min", 15, 300},
	"temperature":  {"8310-5", "Body temperature", "°C", "Cel", 25, 45},
	"temperatureF": {"8310-5", "Body temperature", "°F", "[degF]", 77, 113},
	"breathing":    {"9279-1", "Respiratory rate", "/min", "/min", 3, 90},
	"saturation":   {"59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%", "%", 30, 100},
	"weight":       {"29463-7", "Body weight", "kg", "kg", 0.3, 450},
	"weightlb":     {"29463-7", "Body weight", "lb", "[lb_av]", 0.6, 1000},
	"height":       {"8302-2", "Body height", "cm", "cm", 20, 260},
	"heightin":     {"8302-2", "Body height", "in", "[in_i]", 8, 103},
}

const lowestDiastolic = 20

func (m *VisitVital) kind() vital {
	if k, ok := vitals[m.Kind+m.Unit]; ok {
		return k
	}
	return vitals[m.Kind]
}

// unitOf are the units that a kind can be in; the first one is its own.
var unitOf = map[string][]string{"temperature": {"C", "F"}, "weight": {"kg", "lb"}, "height": {"cm", "in"}}

func (m *VisitVital) check() bool {
	if m.Unit != "" && !slices.Contains(unitOf[m.Kind], m.Unit) {
		return false
	}
	k, known := vitals[m.Kind], m.kind()
	if k.code == "" || !finite(m.Value) || m.Value < known.least || m.Value > known.most {
		return false
	}
	if m.Kind == "pressure" {
		return finite(m.Second) && m.Second >= lowestDiastolic && m.Second < m.Value
	}
	return m.Second == 0
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// Bounds of the parts of a plan.
const (
	maxPlanned = 30
	maxName    = 300
	maxRemark  = 500
)

// lines are all the words of a plan.
func (p *VisitPlan) lines() (out []*string) {
	for i := range p.Problems {
		out = append(out, &p.Problems[i].Text)
	}
	for i := range p.Medicines {
		out = append(out, &p.Medicines[i].Name, &p.Medicines[i].Note)
	}
	for i := range p.Stops {
		out = append(out, &p.Stops[i].Name, &p.Stops[i].Reason)
	}
	for i := range p.Orders {
		out = append(out, &p.Orders[i].Text, &p.Orders[i].Note)
	}
	return out
}

// bounded refuses what cannot be kept. What is only not finished yet can be.
func (p *VisitPlan) bounded() error {
	if max(len(p.Vitals), len(p.Problems), len(p.Medicines), len(p.Stops), len(p.Orders)) > maxPlanned {
		return tooLong()
	}
	for i := range p.Vitals {
		if m := &p.Vitals[i]; !finite(m.Value) || !finite(m.Second) {
			return unkept()
		}
	}
	for _, t := range p.lines() {
		*t = strings.TrimSpace(strings.ReplaceAll(*t, "\r\n", "\n"))
		if err := kept(*t, maxRemark); err != nil {
			return err
		}
	}
	return nil
}

var (
	forms  = []string{"tablet", "capsule", "puff", "unit", "application", "dose", "ml", "drop"}
	groups = []string{"lab", "imaging", "referral"}
)

// finished refuses a plan that cannot become records as it is, with the place of each
// thing that is wrong. One wrong part holds all of it back.
func (p *VisitPlan) finished() error {
	var issues []fault.Issue
	wrong := func(where, text string) {
		issues = append(issues, fault.Issue{Code: "value", Expression: where, Text: text})
	}
	known := func(system, code string) bool { return system == "" && code == "" || picklist.Holds(system, code) }
	named := func(s string) bool { return s != "" && utf8.RuneCountInString(s) <= maxName }
	seen := map[string]bool{}
	for i := range p.Vitals {
		m := &p.Vitals[i]
		if !m.check() || seen[m.Kind] {
			wrong(fmt.Sprintf("vitals[%d]", i), "A measurement cannot be right as it is written.")
		}
		seen[m.Kind] = true
	}
	for i, x := range p.Problems {
		if !named(x.Text) || !known(x.System, x.Code) {
			wrong(fmt.Sprintf("problems[%d]", i), "A problem has a code that is not in the list.")
		}
	}
	for i, x := range p.Medicines {
		if !named(x.Name) || !slices.Contains(forms, x.Form) || oftenOf[x.Often].text == "" || !(x.Dose > 0 && x.Dose <= 1000) || x.Days < 1 || x.Days > 365 || x.Repeats < 0 || x.Repeats > 11 {
			wrong(fmt.Sprintf("medicines[%d]", i), "A medicine needs a dose, and days from 1 to 365 with at most 11 refills.")
		}
	}
	for i, x := range p.Stops {
		if x.ID == "" || !named(x.Name) {
			wrong(fmt.Sprintf("stops[%d]", i), "A medicine that is stopped has to be in the record.")
		}
	}
	for i, x := range p.Orders {
		if !named(x.Text) || !slices.Contains(groups, x.Group) || !known(x.System, x.Code) {
			wrong(fmt.Sprintf("orders[%d]", i), "An order has a code that is not in the list.")
		}
	}
	if n := p.Next; n != nil && (n.Count < 1 || n.Count > 365 || !slices.Contains([]string{"days", "weeks", "months"}, n.Unit) || n.Mode != "video" && n.Mode != "clinic") {
		wrong("next", "The next visit needs a time from now.")
	}
	if len(issues) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "Something in the plan cannot be signed as it is. Please look at what is marked.").WithCode("plan").WithIssues(issues...)
}

// often is how a medicine is taken (FHIR R4, Timing.repeat).
type often struct {
	text              string
	frequency, period int
	unit, when        string
	asNeeded          bool
}

var oftenOf = map[string]often{
	"daily":   {text: "once a day", frequency: 1, period: 1, unit: "d"},
	"morning": {text: "in the morning", frequency: 1, period: 1, unit: "d", when: "MORN"},
	"evening": {text: "in the evening", frequency: 1, period: 1, unit: "d", when: "EVE"},
	"bedtime": {text: "at bedtime", frequency: 1, period: 1, unit: "d", when: "HS"},
	"twice":   {text: "2 times a day", frequency: 2, period: 1, unit: "d"},
	"three":   {text: "3 times a day", frequency: 3, period: 1, unit: "d"},
	"four":    {text: "4 times a day", frequency: 4, period: 1, unit: "d"},
	"weekly":  {text: "once a week", frequency: 1, period: 1, unit: "wk"},
	"needed":  {text: "when needed", asNeeded: true},
}

package records

import (
	"strings"

	"housecall/records/fhir"
)

// projectConsent lists what somebody agreed to.
func projectConsent(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title, _ = concept(first(n.Get("category")))
	rule, code := concept(n.Get("policyRule"))
	e.Code = code
	if e.Title == "" {
		e.Title = rule
	} else {
		e.Text = rule
	}
	e.At, _ = when(n, "dateTime")
	_, e.End = when(n.Get("provision"), "period")
	e.Active = e.Status == "active"
	person(e, first(n.Get("performer")))
	r.fact = "" // agreed to twice is two facts
}

// displayURL names the extension that says what a canonical name stands for.
const displayURL = "http://hl7.org/fhir/StructureDefinition/display"

// projectAnswers lists a form that was filled in, with what was answered in one line.
func projectAnswers(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	for _, x := range n.Get("_questionnaire", "extension").Items() {
		if x.Get("url").Str() == displayURL {
			e.Title = x.Get("valueString").Str()
		}
	}
	if e.Title == "" {
		e.Title = "Form"
	}
	e.Text = clip(sentences(answersIn(n, 0)), 300)
	e.At, _ = when(n, "authored")
	e.Active = e.Status == "completed" || e.Status == "amended"
	person(e, n.Get("author"))
	r.fact = ""
}

// sentences sets answers behind each other; what ends as a sentence does gets no second full stop.
func sentences(said []string) string {
	var b strings.Builder
	for _, one := range said {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		if b.Len() > 0 {
			if !strings.ContainsAny(b.String()[b.Len()-1:], ".?!") {
				b.WriteByte('.')
			}
			b.WriteByte(' ')
		}
		b.WriteString(one)
	}
	return b.String()
}

// answersIn gives the answers of a form, also those of questions within questions.
func answersIn(n *fhir.Node, depth int) (said []string) {
	for _, i := range n.Get("item").Items() {
		for _, a := range i.Get("answer").Items() {
			if t := answerText(a); t != "" {
				said = append(said, t)
			}
		}
		if depth < 8 {
			said = append(said, answersIn(i, depth+1)...)
		}
	}
	return said
}

func answerText(a *fhir.Node) string {
	if t := a.Get("valueString").Str(); t != "" {
		return t
	}
	if c := a.Get("valueCoding"); c != nil {
		return c.Get("display").Str()
	}
	for _, name := range []string{"valueDate", "valueDateTime"} {
		if t := a.Get(name).Str(); t != "" {
			return t
		}
	}
	if t := a.Get("valueDecimal").Num(); t != "" {
		return t
	}
	return a.Get("valueInteger").Num()
}

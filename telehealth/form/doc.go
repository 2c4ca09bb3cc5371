// Package form has the questions that patients may answer before a visit: few to a
// topic, in plain words, in English and in Spanish. A form is a FHIR Questionnaire in
// the shared chart and what was answered a QuestionnaireResponse; both are made here.
// The package is pure: it knows questions and answers, and no patient.
package form

import (
	"strings"
	"unicode/utf8"

	"housecall/internal/fault"
	"housecall/records/fhir"
)

// Text is what is said in each language.
type Text struct {
	En string `json:"en"`
	Es string `json:"es"`
}

// Kind is how a question is answered.
type Kind string

// The kinds.
const (
	Choice  Kind = "choice"  // one of the options
	Several Kind = "several" // any of them
	Number  Kind = "number"
	Words   Kind = "words"
)

// Option is an answer to choose.
type Option struct {
	Code string `json:"code"`
	Text Text   `json:"text"`
	Look bool   `json:"-"` // the clinician has to see it at once
}

// Condition: a question is asked only of who answered another one so.
type Condition struct {
	Item string `json:"item"`
	Code string `json:"code"`
}

// Item is one question.
type Item struct {
	ID      string     `json:"id"`
	Kind    Kind       `json:"kind" enum:"choice,several,number,words"`
	Text    Text       `json:"text"`
	Options []Option   `json:"options,omitempty"`
	Unit    string     `json:"unit,omitempty"`
	Least   float64    `json:"least,omitempty"`
	Most    float64    `json:"most,omitempty"`
	When    *Condition `json:"when,omitempty"`
	Need    bool       `json:"need,omitempty" doc:"It has to be answered before it is sent"`
}

// Form is the questions of one topic. Its version moves with its words.
type Form struct {
	Key     string `json:"key"`
	Version string `json:"version"`
	Title   Text   `json:"title"`
	Items   []Item `json:"items"`
	id      string // of the Questionnaire
}

// ID is that of the Questionnaire in the shared chart.
func (f *Form) ID() string { return f.id }

// All are the forms that there are.
func All() []*Form { return all }

// Of finds a form; nil: there is none.
func Of(key string) *Form {
	for _, f := range all {
		if f.Key == key {
			return f
		}
	}
	return nil
}

// Answers are what was answered, by the id of the question: codes of options, a number
// as it was written, or words.
type Answers map[string][]string

// maxWords bounds an answer in words.
const maxWords = 500

func (f *Form) item(id string) *Item {
	for i := range f.Items {
		if f.Items[i].ID == id {
			return &f.Items[i]
		}
	}
	return nil
}

func (i *Item) option(code string) *Option {
	for n := range i.Options {
		if i.Options[n].Code == code {
			return &i.Options[n]
		}
	}
	return nil
}

// Asked tells whether a question is put to who answered so.
func (f *Form) Asked(i *Item, a Answers) bool {
	if i.When == nil {
		return true
	}
	of := f.item(i.When.Item)
	if of == nil || !f.Asked(of, a) {
		return false
	}
	for _, code := range a[of.ID] {
		if code == i.When.Code {
			return true
		}
	}
	return false
}

// Check gives the answers as they are kept: only of questions that are put, and in the
// words of the form. finish also wants what has to be answered.
func (f *Form) Check(in Answers, finish bool) (Answers, error) {
	if len(in) > len(f.Items) {
		return nil, unknown()
	}
	for id := range in {
		if f.item(id) == nil {
			return nil, unknown()
		}
	}
	out := Answers{}
	var issues []fault.Issue
	for n := range f.Items {
		i := &f.Items[n]
		if !f.Asked(i, in) {
			continue
		}
		given, err := i.check(in[i.ID])
		if err != nil {
			return nil, err
		}
		if len(given) > 0 {
			out[i.ID] = given
		} else if i.Need && finish {
			issues = append(issues, fault.Issue{Code: "required", Expression: i.ID, Text: "Please answer this question."})
		}
	}
	if len(issues) > 0 {
		return nil, fault.New(fault.Invalid, "Some questions are not answered yet.").WithCode("unanswered").WithIssues(issues...)
	}
	return out, nil
}

func unknown() error {
	return fault.New(fault.Invalid, "These are not the questions that were asked. Please load the page again.").WithCode("form")
}

func (i *Item) check(given []string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, x := range given {
		x = strings.TrimSpace(strings.ReplaceAll(x, "\r\n", "\n"))
		if x == "" || seen[x] {
			continue
		}
		seen[x] = true
		switch i.Kind {
		case Choice, Several:
			if i.option(x) == nil {
				return nil, unknown()
			}
		case Number:
			x = strings.ReplaceAll(x, ",", ".")
			if v, ok := number(x); !ok || v < i.Least || v > i.Most {
				return nil, fault.New(fault.Invalid, "Please look at the number again.").WithCode("number").WithIssues(fault.Issue{Code: "value", Expression: i.ID, Text: "Please look at the number again."})
			}
		case Words:
			if !fhir.IsText(x) || utf8.RuneCountInString(x) > maxWords {
				return nil, fault.New(fault.Invalid, "Please say it in at most 500 characters.").WithCode("words")
			}
		}
		out = append(out, x)
	}
	if len(out) > 1 && i.Kind != Several {
		return nil, unknown()
	}
	return out, nil
}

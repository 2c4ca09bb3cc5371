// Package picklist finds what a clinician writes down in a visit with a few keys:
// problems, medicines and orders. Problems are the billable ICD-10-CM codes that the
// program ships, the common ones first and under the words that people say for them;
// medicines and orders are short lists of our own. What is not in a list is written
// out: a list is a help, never a limit.
package picklist

import (
	"slices"
	"strings"

	"housecall/records/fhir"
	"housecall/records/terminology"
)

// Kind is what is picked.
type Kind string

// The kinds.
const (
	Problem  Kind = "problem"
	Medicine Kind = "medicine"
	Order    Kind = "order"
)

// Code systems of what is picked.
const (
	ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
	LOINC   = "http://loinc.org"
)

// Pick is one entry of a list.
type Pick struct {
	Kind   Kind   `json:"kind" enum:"problem,medicine,order"`
	System string `json:"system,omitempty"`
	Code   string `json:"code,omitempty"`
	Text   string `json:"text"`
	Plain  string `json:"plain,omitempty" doc:"What a patient says for it, in English"`
	Local  string `json:"local,omitempty" doc:"The same in Spanish"`
	Group  string `json:"group,omitempty" enum:"lab,imaging,referral" doc:"Of an order"`
	Form   string `json:"form,omitempty" doc:"Of a medicine"`
	Often  string `json:"often,omitempty" doc:"Of a medicine: as it is mostly taken"`
	Days   int    `json:"days,omitempty" doc:"Of a medicine: for how long it is mostly given"`
}

// most is how many a search gives.
const most = 8

// listed is an entry with the other words it is found by.
type listed struct {
	Pick
	words string
}

// Search finds entries by the beginnings of their words, in any order; without a kind
// a few of each. What is common comes first, a rare disease after all of it.
func Search(kind Kind, text string) []Pick {
	out := []Pick{}
	words := strings.Fields(fhir.Fold(text))
	if len(words) == 0 || len(words) > 8 {
		return out
	}
	kinds, each := []Kind{kind}, most
	if kind == "" {
		kinds, each = []Kind{Problem, Medicine, Order}, most/2
	}
	for _, k := range kinds {
		out = append(out, inList(k, words, each)...)
	}
	if kind == "" || kind == Problem {
		out = append(out, rare(words, out, most-len(out))...)
	}
	return out
}

// inList finds in our own lists. What is called by its first word comes before what
// only holds it.
func inList(kind Kind, words []string, most int) (out []Pick) {
	list := listOf(kind)
	for _, first := range []bool{true, false} {
		for _, l := range list {
			if l.fits(words) && strings.HasPrefix(fhir.Fold(l.Text), words[0]) == first && len(out) < most {
				out = append(out, l.of(kind))
			}
		}
	}
	return out
}

// rare finds further billable codes.
func rare(words []string, have []Pick, most int) (out []Pick) {
	if most <= 0 {
		return nil
	}
	found, err := terminology.Find(ICD10CM, words, most+len(have))
	if err != nil {
		return nil
	}
	for _, c := range found {
		known := slices.ContainsFunc(have, func(p Pick) bool { return p.Code == c.Code })
		if !known && len(out) < most {
			out = append(out, Pick{Kind: Problem, System: ICD10CM, Code: c.Code, Text: c.Display})
		}
	}
	return out
}

func (l *listed) of(kind Kind) Pick {
	p := l.Pick
	p.Kind = kind
	return p
}

func listOf(kind Kind) []listed {
	switch kind {
	case Medicine:
		return medicines
	case Order:
		return orders
	}
	return problems()
}

func (l *listed) fits(words []string) bool {
	all := strings.Fields(fhir.Fold(l.Text + " " + l.Plain + " " + l.Local + " " + l.words + " " + l.Code))
	for _, w := range words {
		if !slices.ContainsFunc(all, func(x string) bool { return strings.HasPrefix(strings.TrimLeft(x, "("), w) }) {
			return false
		}
	}
	return true
}

// Named gives the entry of a code or, where there is none, of a text.
func Named(kind Kind, code, text string) (Pick, bool) {
	list := listOf(kind)
	i := slices.IndexFunc(list, func(l listed) bool { return code != "" && l.Code == code || code == "" && l.Text == text })
	if i < 0 {
		return Pick{}, false
	}
	return list[i].Pick, true
}

// Holds tells whether a code of a system is one that can be picked.
func Holds(system, code string) bool {
	switch system {
	case ICD10CM:
		_, ok, err := terminology.Lookup(ICD10CM, code)
		return ok && err == nil
	case LOINC:
		return slices.ContainsFunc(orders, func(l listed) bool { return l.Code == code })
	}
	return false
}

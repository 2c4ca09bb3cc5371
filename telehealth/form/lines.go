package form

import (
	"slices"
	"strconv"
	"strings"
)

// number reads what somebody wrote as a number: few digits, no exponents.
func number(s string) (float64, bool) {
	if len(s) > 8 || strings.Trim(s, "0123456789.") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// AnswerLine is one answer as the clinic reads it.
type AnswerLine struct {
	Ask  Text  `json:"ask"`
	Said Text  `json:"said"`
	Was  *Text `json:"was,omitempty" doc:"What was answered the last time, where that was something else"`
	Look bool  `json:"look,omitempty" doc:"To be seen at once"`
}

// none is said for what was answered the last time only, or this time only.
var none = Text{En: "no answer", Es: "sin respuesta"}

// Lines says what was answered, what has to be seen at once first, with what was
// answered before where that differs. before is nil when there is no earlier time.
func (f *Form) Lines(now, before Answers) []AnswerLine {
	out := []AnswerLine{}
	for n := range f.Items {
		i := &f.Items[n]
		said, was := now[i.ID], before[i.ID]
		if len(said) == 0 && len(was) == 0 {
			continue
		}
		l := AnswerLine{Ask: i.Text, Said: i.say(said), Look: slices.ContainsFunc(said, func(code string) bool { o := i.option(code); return o != nil && o.Look })}
		if before != nil && !same(said, was) {
			text := i.say(was)
			l.Was = &text
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b AnswerLine) int {
		switch {
		case a.Look == b.Look:
			return 0
		case a.Look:
			return -1
		}
		return 1
	})
	return out
}

func same(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// say gives an answer in words.
func (i *Item) say(given []string) Text {
	if len(given) == 0 {
		return none
	}
	var en, es []string
	for _, x := range given {
		t := Text{x, x}
		if o := i.option(x); o != nil {
			t = o.Text
		} else if i.Unit != "" {
			t = Text{x + " " + i.Unit, x + " " + i.Unit}
		}
		en, es = append(en, t.En), append(es, t.Es)
	}
	return Text{strings.Join(en, ", "), strings.Join(es, ", ")}
}

// Texts are the words that somebody wrote themselves.
func (f *Form) Texts(a Answers) (out []string) {
	for n := range f.Items {
		if i := &f.Items[n]; i.Kind == Words {
			out = append(out, a[i.ID]...)
		}
	}
	return out
}

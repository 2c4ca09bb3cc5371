package records

import (
	"cmp"
	"slices"
	"time"

	"housecall/records/fhir"
)

// Difference is something that the sources of one entry say differently. It is
// shown with the entry: nobody chooses between them but a person.
type Difference struct {
	About string   `json:"about" enum:"status,dose,date,none-known"`
	Says  []Saying `json:"says"`
}

// Saying is what one source says.
type Saying struct {
	Value  string `json:"value"` // a status, a dose, a date, or what is recorded
	Source Source `json:"source"`
}

// vaccineApart is how near two records of a vaccine are when they mean the same
// dose: no schedule gives the next one earlier.
const vaccineApart = 7 * 24 * time.Hour

// join adds another record of the same fact to an entry.
func (l *listed) join(o listed) {
	addSources(&l.Entry, o.Entry)
	l.also = append(append(l.also, bare(o)), o.also...)
}

func bare(o listed) listed { o.also = nil; return o }

// sourceKey tells sources apart; empty: nobody says.
func (l *listed) sourceKey() string {
	if s := l.firstSource(); s.URI != "" {
		return s.URI
	} else if s.Name != "" {
		return s.Name
	}
	return ""
}

func (l *listed) firstSource() Source {
	e := l.Entry
	if l.own != nil {
		e.Sources = l.own
	}
	if s := withSource(e); len(s) > 0 {
		return s[0]
	}
	return Source{Ref: l.Ref}
}

// sameAcross makes one entry of the same problem, allergy or vaccine: of the same
// fact, and of what several sources tell of at different dates or by different
// codes of the same name. What one source tells of twice are two. The order
// stays; an active record speaks for the others.
func sameAcross(in []listed) []listed {
	var groups [][]listed
next:
	for _, l := range in {
		for i := range groups {
			if belongs(groups[i], &l) {
				groups[i] = append(groups[i], l)
				continue next
			}
		}
		groups = append(groups, []listed{l})
	}
	out := make([]listed, len(groups))
	for i, g := range groups {
		lead := max(slices.IndexFunc(g, func(l listed) bool { return l.Active }), 0)
		out[i] = g[lead]
		for j := range g {
			if j != lead {
				out[i].join(g[j])
			}
		}
	}
	return out
}

func belongs(group []listed, l *listed) bool {
	alike := false
	for i := range group {
		g := &group[i]
		if g.Kind != l.Kind {
			return false
		}
		if l.fact != "" && g.fact == l.fact {
			return true
		}
		if g.sourceKey() == l.sourceKey() || l.sourceKey() == "" || g.sourceKey() == "" || !sameName(&g.Entry, &l.Entry) || !sameTime(&g.Entry, &l.Entry) {
			return false
		}
		alike = true
	}
	return alike
}

func sameName(a, b *Entry) bool {
	if a.Code != nil && b.Code != nil && a.Code.Code != "" && a.Code.System == b.Code.System {
		return a.Code.Code == b.Code.Code
	}
	return fold(a.Title) == fold(b.Title)
}

// sameTime: a problem that was over before the other record of it began is
// another time, and so is the next dose of a vaccine.
func sameTime(a, b *Entry) bool {
	switch a.Kind {
	case "Immunization":
		return a.At != "" && b.At != "" && within(a.At, b.At, vaccineApart)
	case "Condition", "AllergyIntolerance":
		return !over(a, b) && !over(b, a)
	}
	return false
}

func over(a, b *Entry) bool {
	_, end, ok := fhir.DateRange(a.End)
	begin, _, ok2 := fhir.DateRange(b.At)
	return ok && ok2 && !a.Active && end <= begin
}

// before tells whether one record is of an earlier time, and so contradicts
// nothing. A medicine that ended without a date ended when it was last written.
func before(a, b *listed) bool {
	if a.End != "" || a.Kind == "Condition" || a.Kind == "AllergyIntolerance" {
		return over(&a.Entry, &b.Entry)
	}
	return !a.Active && a.at <= b.at
}

// noneKnown are the codes of "no known allergy" (SNOMED CT).
var noneKnown = map[string]bool{"716186003": true, "409137002": true, "429625007": true, "428607008": true}

// againstNoneKnown says where one source knows of no allergy and another of one.
func againstNoneKnown(in []listed) {
	for i := range in {
		none := &in[i]
		if none.Code == nil || !noneKnown[none.Code.Code] || !none.Active {
			continue
		}
		d := Difference{About: "none-known", Says: []Saying{{none.Title, none.firstSource()}}}
		for j := range in {
			if a := &in[j]; j != i && a.Active && (a.Code == nil || !noneKnown[a.Code.Code]) {
				d.Says = append(d.Says, Saying{a.Title, a.firstSource()})
				a.Differs = append(a.Differs, Difference{About: "none-known", Says: []Saying{{a.Title, a.firstSource()}, {none.Title, none.firstSource()}}})
			}
		}
		if len(d.Says) > 1 {
			none.Differs = append(none.Differs, d)
		}
	}
}

// differences compares what the sources of an entry say, each by its newest
// record.
func (l *listed) differences() []Difference {
	if len(l.also) == 0 {
		return nil
	}
	bySource := map[string]bool{}
	var each []listed
	all := append([]listed{bare(*l)}, l.also...)
	slices.SortStableFunc(all, func(a, b listed) int { return cmp.Compare(b.at, a.at) })
	for _, x := range all {
		if k := x.sourceKey(); k != "" && !bySource[k] {
			bySource[k] = true
			each = append(each, x)
		}
	}
	if len(each) < 2 {
		return nil
	}
	var out []Difference
	add := func(about string, value func(*listed) string, differ func(a, b *listed) bool) {
		found := false
		for i := range each {
			for j := range i {
				found = found || differ(&each[i], &each[j])
			}
		}
		if !found {
			return
		}
		d := Difference{About: about}
		for i := range each {
			if v := value(&each[i]); v != "" {
				d.Says = append(d.Says, Saying{v, each[i].firstSource()})
			}
		}
		out = append(out, d)
	}
	switch l.Kind {
	case "Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement":
		add("status", func(x *listed) string {
			if x.Status == "" && x.Active {
				return "active"
			}
			return x.Status
		}, func(a, b *listed) bool { return a.Active != b.Active && !before(a, b) && !before(b, a) })
	}
	switch l.Kind {
	case "MedicationRequest", "MedicationStatement":
		add("dose", func(x *listed) string { return x.Text }, func(a, b *listed) bool {
			return a.Active && b.Active && a.Text != "" && b.Text != "" && fold(a.Text) != fold(b.Text)
		})
	case "Condition", "AllergyIntolerance", "Immunization":
		add("date", func(x *listed) string { return x.At }, func(a, b *listed) bool { return apart(a.At, b.At) })
	}
	return out
}

// apart tells whether two dates, of any precision, are more than a day from each
// other.
func apart(a, b string) bool {
	lo, hi, ok := fhir.DateRange(a)
	lo2, hi2, ok2 := fhir.DateRange(b)
	day := (24 * time.Hour).Microseconds()
	return ok && ok2 && (lo2-hi >= day || lo-hi2 >= day)
}

// sameElsewhere finds the other records of an entry that stand at other dates.
func sameElsewhere(one listed, all []listed) []listed {
	for _, g := range sameAcross(all) {
		members := append([]listed{bare(g)}, g.also...)
		if slices.ContainsFunc(members, func(m listed) bool { return m.Ref == one.Ref }) {
			return slices.DeleteFunc(members, func(m listed) bool { return m.Ref == one.Ref })
		}
	}
	return nil
}

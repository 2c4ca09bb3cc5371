package records

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"housecall/records/access"
)

// A run of readings stands as one entry when it has so many, within so long.
const (
	seriesLeast = 3
	seriesSpan  = 14 * 24 * 3600 * 1_000_000
)

// foldRows makes entries of rows, newest first: the same fact from several
// places is one, and so is a run of readings that stand for themselves, such as
// blood pressure measured at home. It takes rows from the front until they make
// limit entries, and tells how many it took.
func foldRows(rows []listed, limit int) (page []listed, taken int) {
	type at struct{ group, item int }
	var groups [][]listed
	facts := map[string]at{}
	runs := map[string]int{} // kind of reading -> its open group
	for _, l := range rows {
		if p, ok := facts[l.fact]; ok && l.fact != "" {
			groups[p.group][p.item].join(l)
			taken++
			continue
		}
		reading := l.Kind == "Observation" && l.Section == access.Vitals.String() && l.Value != nil
		g, open := runs[l.kind]
		switch {
		case reading && open && groups[g][0].at-l.at <= seriesSpan:
			groups[g] = append(groups[g], l)
		case len(groups) == limit:
			return flatten(groups), taken
		default:
			g = len(groups)
			groups = append(groups, []listed{l})
			if reading {
				runs[l.kind] = g
			}
		}
		facts[l.fact] = at{g, len(groups[g]) - 1}
		taken++
	}
	return flatten(groups), taken
}

func flatten(groups [][]listed) []listed {
	var out []listed
	for _, g := range groups {
		if len(g) >= seriesLeast {
			out = append(out, average(g))
		} else {
			out = append(out, g...)
		}
	}
	slices.SortStableFunc(out, func(a, b listed) int { return cmp.Compare(b.at, a.at) })
	return out
}

// average makes one entry of a run: the newest reading's, with the mean value.
func average(g []listed) listed {
	l := g[0]
	l.Series = &Series{Count: len(g), From: g[len(g)-1].At, To: g[0].At}
	v := *l.Value
	v.Parts = slices.Clone(v.Parts)
	worst := meaningNone
	if len(v.Parts) > 0 {
		words := make([]string, len(v.Parts))
		for i := range v.Parts {
			p := &v.Parts[i]
			p.Number, p.Text = mean(g, p.Text, func(e *Entry) *float64 {
				if i < len(e.Value.Parts) && e.Value.Parts[i].Title == p.Title {
					return e.Value.Parts[i].Number
				}
				return nil
			})
			m := compare(p.Number, p.Range)
			p.Meaning = meaningWords[m]
			if worse(m, worst) {
				worst = m
			}
			words[i] = p.Text
		}
		v.Text, v.Number = strings.Join(words, "/"), v.Parts[0].Number
	} else {
		v.Number, v.Text = mean(g, v.Text, func(e *Entry) *float64 { return e.Value.Number })
		worst = compare(v.Number, l.Range)
	}
	l.Value, l.Meaning = &v, meaningWords[worst]
	return l
}

// mean is the average of a number over a run, as precise as the readings are.
func mean(g []listed, like string, number func(*Entry) *float64) (*float64, string) {
	sum, n := 0.0, 0
	for i := range g {
		if f := number(&g[i].Entry); f != nil {
			sum += *f
			n++
		}
	}
	if n == 0 {
		return nil, like
	}
	decimals := 0
	if _, after, ok := strings.Cut(like, "."); ok {
		decimals = min(len(after), 3)
	}
	p := math.Pow10(decimals)
	m := math.Round(sum/float64(n)*p) / p
	return &m, strconv.FormatFloat(m, 'f', decimals, 64)
}

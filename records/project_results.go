package records

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"housecall/records/access"
	"housecall/records/fhir"
)

func projectObservation(s *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title, e.Code = concept(n.Get("code"))
	e.Plain = plainKey(n.Get("code"))
	e.At, e.End = when(n, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
	e.Active = e.Status != "cancelled"
	e.Value = valueOf(n)
	e.Range = rangeOf(n)
	r.meaning = meaningOf(n, e.Value, e.Range)
	for _, comp := range n.Get("component").Items() {
		title, _ := concept(comp.Get("code"))
		v := valueOf(comp)
		if v == nil {
			continue
		}
		p := Part{Title: title, Plain: plainKey(comp.Get("code")), Number: v.Number, Text: v.Text, Unit: v.Unit, Range: rangeOf(comp)}
		m := meaningOf(comp, v, p.Range)
		p.Meaning = meaningWords[m]
		if worse(m, r.meaning) {
			r.meaning = m
		}
		if e.Value == nil {
			e.Value = &Value{}
		}
		e.Value.Parts = append(e.Value.Parts, p)
	}
	if e.Plain == "blood-pressure" && e.Value != nil { // said systolic first, sent in any order
		slices.SortStableFunc(e.Value.Parts, func(a, b Part) int { return cmp.Compare(b.Plain, a.Plain) })
	}
	if e.Value != nil && e.Value.Text == "" && len(e.Value.Parts) > 0 {
		parts := make([]string, len(e.Value.Parts))
		for i, p := range e.Value.Parts {
			parts[i] = p.Text
		}
		e.Value.Text, e.Value.Unit, e.Value.Number = strings.Join(parts, "/"), e.Value.Parts[0].Unit, e.Value.Parts[0].Number
	}
	e.Text = first(n.Get("note")).Get("text").Str()
	if e.Value == nil {
		if why, _ := concept(n.Get("dataAbsentReason")); why != "" {
			e.Reason = why
		}
	}
	person(e, first(n.Get("performer")))
	if e.Code != nil {
		e.Key = s.kindOf("result", e.Code.System, e.Code.Code)
	} else {
		e.Key = s.kindOf("result", fold(e.Title))
	}
	r.kind = e.Key
	if e.Value != nil && e.Code != nil {
		lo, _, _ := fhir.DateRange(e.At)
		r.fact = s.kindOf("fact", "Observation", e.Code.Code, itoa(lo/60_000_000), e.Value.Text)
	}
	// A vital sign taken at a visit is shown in the visit, not beside it.
	r.timeline = !(r.section == access.Vitals && n.Get("encounter") != nil) && r.section != access.Other
}

// worse tells whether a meaning asks for more attention than another.
func worse(a, b int) bool {
	rank := [...]int{0, 1, 3, 3, 5, 5, 4}
	return rank[a] > rank[b]
}

// valueOf reads value[x] (FHIR R4 Observation.value[x]).
func valueOf(n *fhir.Node) *Value {
	for _, m := range n.Members() {
		kind, ok := strings.CutPrefix(m.Key, "value")
		if !ok || kind == "" {
			continue
		}
		switch kind {
		case "Quantity":
			v := &Value{Text: m.Value.Get("comparator").Str() + m.Value.Get("value").Num(), Unit: unitOf(m.Value)}
			if f, ok := m.Value.Get("value").Float(); ok {
				v.Number = &f
				v.Text = m.Value.Get("comparator").Str() + tidyNumber(m.Value.Get("value").Num())
			}
			if v.Text == "" {
				return nil
			}
			return v
		case "CodeableConcept":
			if t, _ := concept(m.Value); t != "" {
				return &Value{Text: withoutTag(t)}
			}
		case "String", "DateTime", "Time":
			return &Value{Text: m.Value.Str()}
		case "Boolean":
			if b, ok := m.Value.Bool(); ok {
				return &Value{Text: strconv.FormatBool(b)}
			}
		case "Integer":
			v := &Value{Text: m.Value.Num()}
			if f, ok := m.Value.Float(); ok {
				v.Number = &f
			}
			return v
		case "Range":
			return &Value{Text: m.Value.Get("low", "value").Num() + "–" + m.Value.Get("high", "value").Num(), Unit: unitOf(m.Value.Get("low"))}
		case "Ratio":
			return &Value{Text: m.Value.Get("numerator", "value").Num() + ":" + m.Value.Get("denominator", "value").Num()}
		case "Period":
			return &Value{Text: m.Value.Get("start").Str()}
		}
	}
	return nil
}

func unitOf(q *fhir.Node) string {
	u := q.Get("unit").Str()
	if u == "" {
		u = q.Get("code").Str()
	}
	if strings.HasPrefix(u, "{") && strings.HasSuffix(u, "}") { // UCUM annotation, section 2.1
		u = strings.Trim(u, "{}")
	}
	return u
}

// tidyNumber rounds what generators and devices give with a dozen digits to
// four significant ones; what was recorded with up to six digits stays as it is.
func tidyNumber(s string) string {
	digits := strings.TrimLeft(strings.NewReplacer(".", "", "-", "").Replace(s), "0")
	if len(digits) <= 6 || strings.ContainsAny(s, "eE") {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !strings.Contains(s, ".") {
		return s
	}
	prec := 3 - int(math.Floor(math.Log10(math.Abs(f)+1e-12)))
	s = strconv.FormatFloat(f, 'f', min(max(prec, 0), 4), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func rangeOf(n *fhir.Node) *Range {
	for _, r := range n.Get("referenceRange").Items() {
		if t := firstCode(r.Get("type")); t != "" && t != "normal" {
			continue
		}
		out := &Range{Text: r.Get("text").Str()}
		if f, ok := r.Get("low", "value").Float(); ok {
			out.Low = &f
		}
		if f, ok := r.Get("high", "value").Float(); ok {
			out.High = &f
		}
		if out.Low != nil || out.High != nil || out.Text != "" {
			return out
		}
	}
	return nil
}

// meaningOf trusts the laboratory's interpretation
// (http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation) and
// compares with the range only where there is none.
func meaningOf(n *fhir.Node, v *Value, r *Range) int {
	for _, i := range n.Get("interpretation").Items() {
		for _, c := range i.Get("coding").Items() {
			switch c.Get("code").Str() {
			case "N", "NEG", "ND", "NR", "S":
				return meaningUsual
			case "L", "LU", "<":
				return meaningLow
			case "H", "HU", ">":
				return meaningHigh
			case "LL", "LX":
				return meaningCriticalLow
			case "HH", "HX":
				return meaningCriticalHigh
			case "A", "AA", "POS", "DET", "RR", "R":
				return meaningAbnormal
			}
		}
	}
	if v == nil {
		return meaningNone
	}
	return compare(v.Number, r)
}

// compare tells how a number stands to a usual range.
func compare(number *float64, r *Range) int {
	switch {
	case number == nil || r == nil || r.Low == nil && r.High == nil:
		return meaningNone
	case r.Low != nil && *number < *r.Low:
		return meaningLow
	case r.High != nil && *number > *r.High:
		return meaningHigh
	}
	return meaningUsual
}

func projectReport(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title, e.Code = concept(n.Get("code"))
	e.Plain = plainKey(n.Get("code"))
	e.At, e.End = when(n, "effectiveDateTime", "effectivePeriod", "issued")
	e.Active = e.Status != "cancelled"
	e.Text = n.Get("conclusion").Str()
	person(e, first(n.Get("performer")))
	for _, x := range n.Get("result").Items() {
		if ref := x.Get("reference").Str(); strings.HasPrefix(ref, "Observation/") && len(r.parts) < 200 {
			r.parts = append(r.parts, ref)
		}
	}
}

// plainKeys are the kinds of result that the client has plain words for, by
// LOINC code. Facts only: which code is which measurement.
var plainKeys = map[string]string{
	"2823-3": "potassium", "6298-4": "potassium", "2951-2": "sodium", "2947-0": "sodium", "2075-0": "chloride", "2069-3": "chloride",
	"4548-4": "hba1c", "17856-6": "hba1c", "2160-0": "creatinine", "38483-4": "creatinine", "33914-3": "egfr", "62238-1": "egfr", "98979-8": "egfr", "48642-3": "egfr",
	"2345-7": "glucose", "2339-0": "glucose", "1558-6": "glucose", "3094-0": "urea", "6299-2": "urea", "17861-6": "calcium", "49765-1": "calcium",
	"2028-9": "carbon-dioxide", "20565-8": "carbon-dioxide", "2093-3": "cholesterol", "18262-6": "ldl", "13457-7": "ldl", "2089-1": "ldl", "2085-9": "hdl", "2571-8": "triglycerides",
	"718-7": "hemoglobin", "4544-3": "hematocrit", "20570-8": "hematocrit", "6690-2": "white-cells", "789-8": "red-cells", "777-3": "platelets", "787-2": "mcv", "785-6": "mch", "786-4": "mchc", "788-0": "rdw",
	"1742-6": "alt", "1920-8": "ast", "6768-6": "alp", "1975-2": "bilirubin", "1751-7": "albumin", "2885-2": "protein", "14959-1": "urine-albumin", "9318-7": "urine-albumin",
	"3016-3": "tsh", "11580-8": "tsh", "3024-7": "free-t4", "6301-6": "inr", "34714-6": "inr", "5902-2": "prothrombin-time", "2857-1": "psa", "1988-5": "crp", "2276-4": "ferritin", "2132-9": "vitamin-b12", "1989-3": "vitamin-d",
	"24467-3": "cd4", "20447-9": "hiv-viral-load", "25836-8": "hiv-viral-load",
	"85354-9": "blood-pressure", "55284-4": "blood-pressure", "8480-6": "systolic", "8462-4": "diastolic", "8867-4": "heart-rate", "9279-1": "breathing-rate",
	"8310-5": "temperature", "8331-1": "temperature", "29463-7": "weight", "3141-9": "weight", "8302-2": "height", "39156-5": "bmi", "59576-9": "bmi-percentile", "59408-5": "oxygen", "2708-6": "oxygen",
	"9843-4": "head-size", "8289-1": "head-size-percentile", "77606-2": "weight-for-length", "72514-3": "pain", "44261-6": "phq9", "55758-7": "phq2", "70274-6": "gad7", "72166-2": "smoking",
	"24323-8": "panel-metabolic", "51990-0": "panel-metabolic", "24321-2": "panel-metabolic", "24331-1": "panel-lipids", "57698-3": "panel-lipids", "58410-2": "panel-blood-count", "57021-8": "panel-blood-count", "24357-6": "panel-urine", "24325-3": "panel-liver", "24362-6": "panel-kidney",
}

func plainKey(concept *fhir.Node) string {
	for _, c := range concept.Get("coding").Items() {
		if c.Get("system").Str() == "http://loinc.org" {
			if k := plainKeys[c.Get("code").Str()]; k != "" {
				return k
			}
		}
	}
	return ""
}

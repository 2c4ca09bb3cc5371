package fhir

import (
	"math"
	"strings"
)

// RowsOf lists the search rows that one parameter gives for a resource, whether Extract writes them or not; those of
// the home chart's patient too.
func RowsOf(n *Node, p *Param) *Index { return p.rows(n, resourceItem(n, nil)) }

// Matches decides on the resource itself whether a filter holds: by the parameter's own expression, and by the rules
// by which rows are compared. A chain is none of the resource's own: the filter must have none.
func Matches(n *Node, f *Filter) bool {
	switch f.Modifier {
	case "missing":
		return f.Values[0].Missing == (len(f.Param.items(n)) == 0)
	case "text":
		return f.anyText(n)
	case "of-type":
		return f.anyOfType(n)
	case "not":
		return !f.any(n)
	}
	return f.any(n)
}

func (f *Filter) any(n *Node) bool {
	if f.Param.Type == TypeComposite {
		return f.Param.matchComposite(n, f.Values)
	}
	if f.Param.Type == TypeSpecial {
		return f.Param.near(n, f.Values)
	}
	rows := RowsOf(n, f.Param)
	for i := range f.Values {
		v := &f.Values[i]
		switch {
		case f.Modifier == "identifier":
			for _, r := range rows.Tokens {
				if v.matchToken(r) {
					return true
				}
			}
		case f.Modifier == "exact" || f.Modifier == "contains":
			for _, r := range rows.Strings {
				if f.Modifier == "exact" && r.Exact == v.Exact() || f.Modifier == "contains" && strings.Contains(r.Norm, Fold(v.Text)) {
					return true
				}
			}
		case f.Modifier == "above" || f.Modifier == "below":
			for _, r := range rows.URIs {
				if f.Modifier == "above" && Below(r.Value, v.Text) || f.Modifier == "below" && Below(v.Text, r.Value) {
					return true
				}
			}
		case v.matches(f.Param, rows):
			return true
		}
	}
	return false
}

// matches compares a value with the rows of its parameter.
func (v *Value) matches(p *Param, x *Index) bool {
	switch p.Type {
	case TypeToken:
		for _, r := range x.Tokens {
			if v.matchToken(r) {
				return true
			}
		}
	case TypeReference:
		for _, r := range x.Refs {
			if v.matchRef(r) {
				return true
			}
		}
	case TypeDate:
		for _, r := range x.Dates {
			if v.MatchDate(r.Lo, r.Hi) {
				return true
			}
		}
	case TypeString:
		norm := Fold(v.Text)
		for _, r := range x.Strings {
			if strings.HasPrefix(r.Norm, norm) {
				return true
			}
		}
	case TypeQuantity, TypeNumber:
		for _, r := range x.Quantities {
			if v.matchQuantity(r) {
				return true
			}
		}
	case TypeURI:
		for _, r := range x.URIs {
			if r.Value == v.Text {
				return true
			}
		}
	}
	return false
}

func (v *Value) matchToken(r TokenRow) bool {
	switch {
	case v.System == nil:
		return r.Code == v.Code
	case v.Code == "":
		return r.System == *v.System
	}
	return r.Code == v.Code && r.System == *v.System
}

func (v *Value) matchRef(r RefRow) bool {
	switch {
	case v.URL != "":
		return r.URL == v.URL
	case v.RefType != "":
		return r.ID == v.RefID && r.Type == v.RefType
	}
	return r.ID == v.RefID
}

// MatchDate compares a span [lo, hi) with that of the value (R4 3.1.1.4.6).
func (v *Value) MatchDate(lo, hi int64) bool {
	switch v.Prefix {
	case "ne":
		return lo < v.Lo || hi > v.Hi
	case "gt":
		return hi > v.Hi
	case "lt":
		return lo < v.Lo
	case "ge":
		return hi > v.Hi || lo >= v.Lo
	case "le":
		return lo < v.Lo || hi <= v.Hi
	case "sa":
		return lo >= v.Hi
	case "eb":
		return hi <= v.Lo
	case "ap": // the parser has widened the span
		return lo < v.Hi && hi > v.Lo
	}
	return lo >= v.Lo && hi <= v.Hi
}

func (v *Value) matchQuantity(r QuantityRow) bool {
	if v.System != nil && *v.System != "" && *v.System != r.System || v.Unit != "" && v.Unit != r.Code {
		return false
	}
	switch v.Prefix {
	case "ne":
		return r.Value < v.NumLo || r.Value >= v.NumHi
	case "gt", "sa":
		return r.Value > v.Num
	case "lt", "eb":
		return r.Value < v.Num
	case "ge":
		return r.Value >= v.Num
	case "le":
		return r.Value <= v.Num
	}
	return r.Value >= v.NumLo && r.Value < v.NumHi
}

// Exact is the text as a StringRow holds it.
func (v *Value) Exact() string { return cut(v.Text, maxFolded) }

// Below says whether a URL is another one or stands below it: its parts, between slashes, begin with those of the other.
func Below(above, url string) bool {
	rest, ok := strings.CutPrefix(url, above)
	return ok && (rest == "" || strings.HasSuffix(above, "/") || rest[0] == '/')
}

// Above lists all URLs that stand above one, itself included, with and without a slash at the end.
func Above(url string) []string {
	out := []string{url}
	for i := len(url) - 1; i > 0; i-- {
		if url[i] == '/' {
			out = append(out, url[:i])
			if i+1 < len(url) {
				out = append(out, url[:i+1])
			}
		}
	}
	return out
}

// anyText searches the words that stand beside codes, identifiers and references (R4 3.1.1.4.10 and 3.1.1.4.12): as a
// string, from its beginning.
func (f *Filter) anyText(n *Node) bool {
	fits := func(text string) bool {
		if text == "" {
			return false
		}
		norm := Fold(text)
		for i := range f.Values {
			if strings.HasPrefix(norm, Fold(f.Values[i].Text)) {
				return true
			}
		}
		return false
	}
	for _, it := range f.Param.items(n) {
		switch it.typ {
		case "CodeableConcept":
			if fits(it.n.member("text").Str()) {
				return true
			}
			for _, c := range it.n.member("coding").Items() {
				if fits(c.member("display").Str()) {
					return true
				}
			}
		case "Coding", "Reference":
			if fits(it.n.member("display").Str()) {
				return true
			}
		case "Identifier":
			if fits(it.n.Get("type", "text").Str()) {
				return true
			}
		}
	}
	return false
}

// anyOfType finds an identifier by its type and value (R4 3.1.1.4.10, :of-type).
func (f *Filter) anyOfType(n *Node) bool {
	for _, it := range f.Param.items(n) {
		if it.typ != "Identifier" {
			continue
		}
		for i := range f.Values {
			v := &f.Values[i]
			if it.n.member("value").Str() != v.Text {
				continue
			}
			for _, c := range it.n.Get("type", "coding").Items() {
				if c.member("system").Str() == *v.System && c.member("code").Str() == v.Code {
					return true
				}
			}
		}
	}
	return false
}

const earthRadius = 6371.0 // km

// near compares distances over the ground (R4 Location, parameter near).
func (p *Param) near(n *Node, values []Value) bool {
	for _, it := range p.items(n) {
		lat, ok := it.n.member("latitude").Float()
		lon, ok2 := it.n.member("longitude").Float()
		if !ok || !ok2 {
			continue
		}
		for i := range values {
			if distance(lat, lon, values[i].Lat, values[i].Lon) <= values[i].Num {
				return true
			}
		}
	}
	return false
}

// distance is the great circle in km, by the haversine formula.
func distance(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	a, b := math.Sin((lat2-lat1)*rad/2), math.Sin((lon2-lon1)*rad/2)
	h := a*a + b*b*math.Cos(lat1*rad)*math.Cos(lat2*rad)
	return 2 * earthRadius * math.Asin(math.Sqrt(math.Min(1, h)))
}

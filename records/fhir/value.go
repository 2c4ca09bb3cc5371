package fhir

import (
	"math"
	"strconv"
	"strings"
)

// parseValue reads one value of a search parameter. wrong says what is expected instead, without the value.
func parseValue(p *Param, modifier, s string) (v Value, wrong string) {
	v.Text = unescape(s)
	if modifier == "missing" {
		if s != "true" && s != "false" {
			return v, "true or false is expected"
		}
		v.Missing = s == "true"
		return v, ""
	}
	switch modifier {
	case "text":
		if Fold(v.Text) == "" {
			return v, "a text is expected"
		}
		return v, ""
	case "of-type":
		return v, v.ofType(s)
	}
	switch p.Type {
	case TypeComposite:
		return v, v.composite(p, s)
	case TypeSpecial:
		return v, v.near(s)
	case TypeNumber:
		v.Prefix, s = cutPrefix(s)
		return v, v.number(s)
	case TypeDate:
		v.Prefix, s = cutPrefix(s)
		return v, v.date(unescape(s))
	case TypeQuantity:
		v.Prefix, s = cutPrefix(s)
		return v, v.quantity(s)
	case TypeToken:
		if p.Name == "_id" {
			if v.Code = v.Text; !ValidID(v.Code) {
				return v, "an id is expected: 1 to 64 letters, digits, hyphens and dots"
			}
			return v, ""
		}
		return v, v.token(s)
	case TypeReference:
		if modifier == "identifier" {
			return v, v.token(s)
		}
		return v, v.reference(p, modifier)
	case TypeString:
		if modifier != "exact" && Fold(v.Text) == "" {
			return v, "a text is expected"
		}
	}
	return v, ""
}

// composite reads the values of the components with $ between them.
func (v *Value) composite(p *Param, s string) string {
	list := splitEscaped(s, '$')
	if len(list) != len(p.Parts) {
		return "a value for each component is expected, with $ between them"
	}
	for i, part := range list {
		if part == "" {
			return "a value for each component is expected, with $ between them"
		}
		one, wrong := parseValue(p.Parts[i], "", part)
		if wrong != "" {
			return wrong
		}
		v.Parts = append(v.Parts, one)
	}
	return ""
}

// ofType reads system|code|value: the type of an identifier and its value.
func (v *Value) ofType(s string) string {
	parts := splitEscaped(s, '|')
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return "system|code|value is expected, with the type of the identifier first"
	}
	system := unescape(parts[0])
	v.System, v.Code, v.Text = &system, unescape(parts[1]), unescape(parts[2])
	return ""
}

// kilometres of the units that a distance may have.
var kilometres = map[string]float64{"": 1, "km": 1, "m": 0.001, "mi": 1.609344, "[mi_i]": 1.609344, "[mi_us]": 1.609347}

// near reads latitude|longitude|distance|unit; without a distance, within 25 km.
func (v *Value) near(s string) string {
	const wrong = "latitude|longitude|distance|unit is expected, as 42.36|-71.06|10|km"
	parts := strings.Split(s, "|")
	if len(parts) < 2 || len(parts) > 4 {
		return wrong
	}
	n := [3]float64{2: 25}
	for i := range min(len(parts), 3) {
		if i == 2 && parts[i] == "" {
			continue
		}
		f, err := strconv.ParseFloat(parts[i], 64)
		if err != nil || math.IsNaN(f) || math.Abs(f) > 50000 {
			return wrong
		}
		n[i] = f
	}
	unit := 1.0
	if len(parts) == 4 {
		var ok bool
		if unit, ok = kilometres[parts[3]]; !ok {
			return wrong
		}
	}
	if math.Abs(n[0]) > 90 || math.Abs(n[1]) > 180 || n[2] < 0 {
		return wrong
	}
	v.Lat, v.Lon, v.Num = n[0], n[1], n[2]*unit
	return ""
}

var prefixes = [...]string{"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"}

func cutPrefix(s string) (prefix, rest string) {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return p, s[2:]
		}
	}
	return "eq", s
}

// token reads code, system|code, |code and system|.
func (v *Value) token(s string) string {
	parts := splitEscaped(s, '|')
	switch len(parts) {
	case 1:
		v.Code = unescape(parts[0])
	case 2:
		system := unescape(parts[0])
		v.System, v.Code = &system, unescape(parts[1])
	default:
		return "code, system|code, |code or system| is expected"
	}
	if v.Code == "" && (v.System == nil || *v.System == "") {
		return "a code or a system is expected"
	}
	return ""
}

// reference reads id, Type/id, or a URL. With a type modifier the value is an id of that type.
func (v *Value) reference(p *Param, modifier string) string {
	s := v.Text
	switch typ, id, _, ok := SplitReference(s); {
	case ok && modifier != "" && typ != modifier:
		return "the type of the reference is not that of the modifier"
	case ok:
		v.RefType, v.RefID = typ, id
		return ""
	}
	if strings.Contains(s, ":") && modifier == "" {
		v.URL = s
		if !noSpace(s) {
			return "a URL without blanks is expected"
		}
		return ""
	}
	if !ValidID(s) {
		return "an id, Type/id or a URL is expected"
	}
	v.RefID, v.RefType = s, modifier
	if modifier == "" && len(p.Targets) == 1 {
		v.RefType = p.Targets[0]
	}
	return ""
}

// date reads a date with any precision. A plus sign that a URL turned into a blank is put back. The prefix ap, for which
// R4 leaves the tolerance to the server, widens the span by its own length on both sides.
func (v *Value) date(s string) string {
	if i := strings.IndexByte(s, ' '); i > 10 {
		s = s[:i] + "+" + s[i+1:]
	}
	lo, hi, ok := DateRange(s)
	if !ok {
		return "a date is expected, like 2015, 2015-02, 2015-02-07 or 2015-02-07T13:28:17Z"
	}
	if v.Prefix == "ap" {
		width := hi - lo
		lo, hi = lo-width, hi+width
	}
	v.Lo, v.Hi = lo, hi
	return ""
}

// number reads a decimal. Its span is half a unit of the last digit that was written on both sides (R4 3.1.1.4.3: 100 is
// 99.5 to 100.5, 100.00 is 99.995 to 100.005); ap is 10 % of the value on both sides.
func (v *Value) number(s string) string {
	const wrong = "a number is expected, like 100, 5.40 or 1e2"
	if len(s) > 40 || scanNumber(s) != len(s) || s == "" {
		return wrong
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		return wrong
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	e, _ := strconv.Atoi(exponent)
	if _, fraction, ok := strings.Cut(mantissa, "."); ok {
		e -= len(fraction)
	}
	half := 0.5 * math.Pow(10, float64(e))
	if v.Prefix == "ap" {
		half = math.Max(half, math.Abs(f)/10)
	}
	v.Num, v.NumLo, v.NumHi = f, f-half, f+half
	return ""
}

// quantity reads number, number|system|code and number||code.
func (v *Value) quantity(s string) string {
	parts := splitEscaped(s, '|')
	if wrong := v.number(parts[0]); wrong != "" {
		return wrong
	}
	switch len(parts) {
	case 1:
	case 3:
		if system := unescape(parts[1]); system != "" {
			v.System = &system
		}
		v.Unit = unescape(parts[2])
		v.Code = v.Unit
	default:
		return "number, number|system|code or number||code is expected"
	}
	return ""
}

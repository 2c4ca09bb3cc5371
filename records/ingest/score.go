package ingest

import (
	"slices"
	"strings"
	"unicode"

	"housecall/records/fhir"
)

// The grades of a match, by the codes of
// http://terminology.hl7.org/CodeSystem/match-grade.
const (
	Certain      = "certain"
	Probable     = "probable"
	Possible     = "possible"
	CertainlyNot = "certainly-not"
)

// What agreement and contradiction are worth, in hundredths. Full agreement in
// everything is 100. What only one of the two says counts nothing. Addresses,
// phones and e-mail speak for a match and never against it: people move.
//
// The sums that the values were chosen for: name, birth date and sex alone are
// probable (80). A birth date with a slip in it needs more to be probable (65).
// A new family name needs an address (60). Twins of one household stay below
// possible (55), and so do a father and a son of the same name (30 and less).
const (
	familySame, familyNear, familyOther = 25, 20, -10
	givenSame, givenNear, givenInitial  = 20, 16, 10
	givenOther                          = -25
	namesSwapped                        = 40 // family and given name in each other's place
	bornSame, bornNear, bornOther       = 30, 15, -35
	sexSame, sexOther                   = 5, -10
	addressSame, postcodeSame           = 10, 5
	phoneSame, emailSame                = 5, 5

	probableFrom, possibleFrom = 80, 60
	demographicsMost           = 99 // only an identifier makes it certain
)

// Score tells how likely two Patient resources are about the same person: a
// number from 0 to 1, and the grade that it means.
//
// Identifiers come first: one in common (system and value) makes it certain,
// unless both the birth date and the name say otherwise; then it is possible at
// most, for somebody to look at. Without one, names (also former ones,
// nicknames, initials, family and given name exchanged, accents left out), birth
// date (with a slip of the pen), sex, address, phone and e-mail add up, and the
// result is never certain.
func Score(a, b *fhir.Node) (score float64, grade string) {
	name, nameContradicts := scoreNames(a, b)
	born := scoreBirth(a.Get("birthDate").Str(), b.Get("birthDate").Str())
	sum := name + born + scoreSex(a, b) + scoreAddress(a, b) +
		shared(telecoms(a, "phone"), telecoms(b, "phone"), phoneSame) + shared(telecoms(a, "email"), telecoms(b, "email"), emailSame)
	sum = min(max(sum, 0), demographicsMost)
	if shareIdentifier(a, b) {
		switch {
		case born == bornOther && nameContradicts:
			return 0.6, Possible
		case born == bornOther || nameContradicts:
			return 0.95, Certain
		}
		return 1, Certain
	}
	switch {
	case sum >= probableFrom:
		grade = Probable
	case sum >= possibleFrom:
		grade = Possible
	default:
		grade = CertainlyNot
	}
	return float64(sum) / 100, grade
}

// shareIdentifier tells whether the two have an identifier in common that is
// one person's alone.
func shareIdentifier(a, b *fhir.Node) bool {
	mine := personal(a)
	return slices.ContainsFunc(personal(b), func(x string) bool { return slices.Contains(mine, x) })
}

// personal gives the identifiers that tell one person from another: not those
// that a family may share (subscriber and member numbers of an insurance), not
// temporary ones, and not what people type into a field that must be filled.
func personal(n *fhir.Node) []string {
	var out []string
next:
	for _, id := range n.Get("identifier").Items() {
		system, value := strings.TrimSpace(id.Get("system").Str()), strings.ToLower(strings.TrimSpace(id.Get("value").Str()))
		if system == "" || id.Get("use").Str() == "temp" || placeholder(value) {
			continue
		}
		for _, c := range id.Get("type", "coding").Items() {
			if code := c.Get("code").Str(); code == "SN" || code == "MB" {
				continue next
			}
		}
		if system == ssnSystem || system == "urn:oid:2.16.840.1.113883.4.1" {
			system, value = ssnSystem, letters(value)
		}
		out = append(out, system+"|"+value)
	}
	return out
}

// ssnSystem is written with and without hyphens, and by name and by OID.
const ssnSystem = "http://hl7.org/fhir/sid/us-ssn"

func placeholder(value string) bool {
	plain := letters(value)
	if len(plain) < 2 || strings.Trim(plain, plain[:1]) == "" && len(plain) > 2 {
		return true
	}
	switch plain {
	case "123456789", "unknown", "none", "na", "test", "null":
		return true
	}
	return false
}

// letters keeps letters and digits, folded.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fhir.Fold(s))
}

// personName is one name of somebody, its words folded.
type personName struct{ family, given []string }

// namesOf gives all names of somebody, former ones among them.
func namesOf(n *fhir.Node) []personName {
	var out []personName
	for _, x := range n.Get("name").Items() {
		var p personName
		p.family = nameWords(x.Get("family").Str())
		for _, g := range x.Get("given").Items() {
			p.given = append(p.given, nameWords(g.Str())...)
		}
		if text := nameWords(x.Get("text").Str()); len(p.family) == 0 && len(p.given) == 0 && len(text) > 1 {
			p.given, p.family = text[:len(text)-1], text[len(text)-1:]
		}
		if len(p.family)+len(p.given) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func nameWords(s string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(fhir.Fold(s), func(r rune) bool { return unicode.IsSpace(r) || r == '-' || r == ',' }) {
		switch w = letters(w); w {
		case "", "jr", "sr", "ii", "iii", "mr", "mrs", "ms", "dr":
		default:
			out = append(out, w)
		}
	}
	return out
}

// scoreNames takes the best that any two names of theirs give. A name
// contradicts when the given or the family name is another one in all of them.
func scoreNames(a, b *fhir.Node) (score int, contradicts bool) {
	mine, theirs := namesOf(a), namesOf(b)
	if len(mine) == 0 || len(theirs) == 0 {
		return 0, false
	}
	score, contradicts = familyOther+givenOther, true
	for _, x := range mine {
		for _, y := range theirs {
			family, given := scoreFamily(x.family, y.family), scoreGiven(x.given, y.given)
			score = max(score, family+given)
			contradicts = contradicts && (family == familyOther || given == givenOther)
			if swapped(x, y) {
				score, contradicts = max(score, namesSwapped), false
			}
		}
	}
	return score, contradicts
}

// swapped tells whether family and given name stand in each other's place.
func swapped(x, y personName) bool {
	return len(x.given) > 0 && len(y.given) > 0 &&
		scoreFamily(x.family, y.given[:1]) == familySame && scoreFamily(x.given[:1], y.family) == familySame
}

// scoreFamily: of a double name often one half is used.
func scoreFamily(x, y []string) int {
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	a, b := strings.Join(x, ""), strings.Join(y, "")
	switch {
	case a == b:
		return familySame
	case slip(a, b), (len(x) > 1 || len(y) > 1) && slices.ContainsFunc(x, func(w string) bool { return len(w) > 2 && slices.Contains(y, w) }):
		return familyNear
	}
	return familyOther
}

// scoreGiven: people use their second name, a short form, or one letter.
func scoreGiven(x, y []string) int {
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	switch {
	case x[0] == y[0]:
		return givenSame
	case callName(x[0]) == callName(y[0]), slip(x[0], y[0]) && !bothKnown(x[0], y[0]), slices.Contains(x, y[0]) && len(y[0]) > 1, slices.Contains(y, x[0]) && len(x[0]) > 1:
		return givenNear
	case (len(x[0]) == 1 || len(y[0]) == 1) && x[0][0] == y[0][0]:
		return givenInitial
	}
	return givenOther
}

// bothKnown: Maria and Marta are two names, and no slip of the pen.
func bothKnown(a, b string) bool {
	_, x := nameOfForm[a]
	_, y := nameOfForm[b]
	return x && y
}

// slip tells whether two words of some length differ by one letter: another
// one, one more or less, or two neighbours exchanged.
func slip(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) < len(y) {
		x, y = y, x
	}
	if len(y) < 4 || len(x)-len(y) > 1 {
		return false
	}
	i := 0
	for i < len(y) && x[i] == y[i] {
		i++
	}
	if len(x) > len(y) {
		return string(x[i+1:]) == string(y[i:])
	}
	if i >= len(y) {
		return true
	}
	return string(x[i+1:]) == string(y[i+1:]) ||
		i+1 < len(y) && x[i] == y[i+1] && x[i+1] == y[i] && string(x[i+2:]) == string(y[i+2:])
}

// scoreBirth compares as far as both are precise. Near is a date with two
// neighbouring digits or day and month exchanged, or with one digit wrong.
func scoreBirth(x, y string) int {
	if x == "" || y == "" {
		return 0
	}
	short := min(len(x), len(y))
	switch {
	case x == y && len(x) == len("2000-01-31"):
		return bornSame
	case short < len("2000-01-31") && x[:short] == y[:short]:
		return bornNear
	case short < len("2000-01-31") || len(x) != len(y):
		return bornOther
	}
	wrong := []int{}
	for i := range len(x) {
		if x[i] != y[i] {
			wrong = append(wrong, i)
		}
	}
	dayFirst := x[:5]+x[8:]+"-"+x[5:7] == y
	neighbours := len(wrong) == 2 && wrong[1]-wrong[0] == 1 && x[wrong[0]] == y[wrong[1]] && x[wrong[1]] == y[wrong[0]]
	if dayFirst || neighbours || len(wrong) == 1 {
		return bornNear
	}
	return bornOther
}

// scoreSex: only female and male can contradict each other.
func scoreSex(a, b *fhir.Node) int {
	x, y := a.Get("gender").Str(), b.Get("gender").Str()
	said := func(s string) bool { return s == "female" || s == "male" }
	switch {
	case !said(x) || !said(y):
		return 0
	case x == y:
		return sexSame
	}
	return sexOther
}

// scoreAddress takes the best of any two addresses: the same house, or the same
// area.
func scoreAddress(a, b *fhir.Node) int {
	best := 0
	for _, x := range a.Get("address").Items() {
		for _, y := range b.Get("address").Items() {
			px, py := letters(x.Get("postalCode").Str()), letters(y.Get("postalCode").Str())
			area := len(px) >= 3 && len(py) >= 3 && (strings.HasPrefix(px, py) || strings.HasPrefix(py, px))
			cx, cy := letters(x.Get("city").Str()), letters(y.Get("city").Str())
			lx, ly := street(x), street(y)
			switch {
			case lx != "" && lx == ly && (area || cx != "" && cx == cy):
				best = max(best, addressSame)
			case area:
				best = max(best, postcodeSame)
			}
		}
	}
	return best
}

// streetWords are written out by one clerk and shortened by the next.
var streetWords = map[string]string{"street": "st", "avenue": "ave", "road": "rd", "drive": "dr", "lane": "ln", "boulevard": "blvd", "court": "ct",
	"place": "pl", "apartment": "apt", "suite": "ste", "north": "n", "south": "s", "east": "e", "west": "w", "calle": "c", "avenida": "av"}

func street(address *fhir.Node) string {
	var b strings.Builder
	for _, line := range address.Get("line").Items() {
		for _, w := range strings.Fields(fhir.Fold(line.Str())) {
			w = letters(w)
			if short, ok := streetWords[w]; ok {
				w = short
			}
			b.WriteString(w)
		}
	}
	return b.String()
}

// telecoms gives the phone numbers (their last digits, without country and
// trunk codes) or e-mail addresses of somebody.
func telecoms(n *fhir.Node, system string) []string {
	var out []string
	for _, t := range n.Get("telecom").Items() {
		s := t.Get("system").Str()
		value := t.Get("value").Str()
		switch {
		case system == "phone" && (s == "phone" || s == "sms"):
			digits := strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r
				}
				return -1
			}, value)
			if len(digits) >= 7 {
				out = append(out, digits[max(0, len(digits)-9):])
			}
		case system == "email" && s == "email" && strings.Contains(value, "@"):
			out = append(out, strings.ToLower(strings.TrimSpace(value)))
		}
	}
	return out
}

func shared(a, b []string, worth int) int {
	if slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) }) {
		return worth
	}
	return 0
}

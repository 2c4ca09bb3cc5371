package fhir

import (
	"strings"
	"unicode"
)

// maxFolded is how many runes of a text can be searched.
const maxFolded = 200

// Fold brings a text into the form in which texts are compared in search: lower case, accents off, blanks joined, at most
// 200 runes (https://hl7.org/fhir/R4/search.html#string: insensitive to casing and accents).
func Fold(s string) string {
	if folded, ok := foldASCII(s); ok {
		return folded
	}
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	runes := 0
	for _, r := range s {
		if runes >= maxFolded {
			break
		}
		switch {
		case unicode.IsSpace(r):
			blank = b.Len() > 0
			continue
		case unicode.Is(unicode.Mn, r), unicode.IsControl(r):
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
			runes++
		}
		r = unicode.ToLower(r)
		if plain, ok := unaccented[r]; ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
		runes++
	}
	return cut(b.String(), maxFolded)
}

// foldASCII is the fast path of nearly all texts: ASCII without odd blanks.
func foldASCII(s string) (string, bool) {
	if len(s) > maxFolded {
		return "", false
	}
	upper := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			return "", false
		}
		upper = upper || c >= 'A' && c <= 'Z'
	}
	if !upper {
		return s, true
	}
	return strings.ToLower(s), true
}

// cut ends a text after that many runes.
func cut(s string, runes int) string {
	if len(s) <= runes {
		return s
	}
	for i := range s {
		if runes == 0 {
			return s[:i]
		}
		runes--
	}
	return s
}

// accented lists, for each plain form, the lower-case letters that are written with marks: Latin with its European,
// Vietnamese, African and Baltic letters, Greek, and Cyrillic ё.
var accented = map[string]string{
	"a":  "àáâãäåāăąǎǟǡǻȁȃȧḁẚạảấầẩẫậắằẳẵặ",
	"ae": "æǣǽ",
	"b":  "ƀḃḅḇɓ",
	"c":  "çćĉċčƈḉ",
	"d":  "ďđḋḍḏḑḓɖɗð",
	"e":  "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệǝ",
	"f":  "ḟƒ",
	"g":  "ĝğġģǥǧǵḡ",
	"h":  "ĥħȟḣḥḧḩḫẖ",
	"i":  "ìíîïĩīĭįıǐȉȋḭḯỉị",
	"j":  "ĵǰ",
	"k":  "ķĸǩƙḱḳḵ",
	"l":  "ĺļľŀłḷḹḻḽ",
	"m":  "ḿṁṃ",
	"n":  "ñńņňŉŋǹṅṇṉṋɲ",
	"o":  "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợɔ",
	"oe": "œ",
	"p":  "ṕṗ",
	"r":  "ŕŗřȑȓṙṛṝṟ",
	"s":  "śŝşšșṡṣṥṧṩſ",
	"ss": "ß",
	"t":  "ţťŧțṫṭṯṱẗ",
	"th": "þ",
	"u":  "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
	"v":  "ṽṿ",
	"w":  "ŵẁẃẅẇẉẘ",
	"x":  "ẋẍ",
	"y":  "ýÿŷȳẏẙỳỵỷỹ",
	"z":  "źżžƶẑẓẕ",
	"α":  "ά", "ε": "έ", "η": "ή", "ι": "ίϊΐ", "ο": "ό", "υ": "ύϋΰ", "ω": "ώ", "σ": "ς",
	"е": "ё",
}

var unaccented = func() map[rune]string {
	m := map[rune]string{}
	for plain, letters := range accented {
		for _, r := range letters {
			m[r] = plain
		}
	}
	return m
}()

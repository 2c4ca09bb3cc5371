package fhir

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// primitive is one of FHIR's primitive types (https://hl7.org/fhir/R4/datatypes.html#primitive).
type primitive uint8

const (
	notPrimitive primitive = iota
	primBase64Binary
	primBoolean
	primCanonical
	primCode
	primDate
	primDateTime
	primDecimal
	primID
	primInstant
	primInteger
	primMarkdown
	primOID
	primPositiveInt
	primString
	primTime
	primUnsignedInt
	primURI
	primURL
	primUUID
	primXHTML
)

var primitives = map[string]primitive{
	"base64Binary": primBase64Binary, "boolean": primBoolean, "canonical": primCanonical, "code": primCode,
	"date": primDate, "dateTime": primDateTime, "decimal": primDecimal, "id": primID, "instant": primInstant,
	"integer": primInteger, "markdown": primMarkdown, "oid": primOID, "positiveInt": primPositiveInt,
	"string": primString, "time": primTime, "unsignedInt": primUnsignedInt, "uri": primURI, "url": primURL,
	"uuid": primUUID, "xhtml": primXHTML,
}

// maxString is the size that R4 allows for string and markdown.
const maxString = 1 << 20

// check returns what is wrong with the value as that primitive type, "" when nothing is. The texts never hold the
// value.
func (p primitive) check(n *Node) string {
	switch p {
	case primBoolean:
		if n.Kind() != KindBool {
			return "must be true or false, without quotes"
		}
		return ""
	case primDecimal, primInteger, primPositiveInt, primUnsignedInt:
		if n.Kind() != KindNumber {
			return "must be a number, without quotes"
		}
		return p.checkNumber(n.text)
	}
	if n.Kind() != KindString {
		return "must be a text in quotes"
	}
	return p.checkText(n.text)
}

func (p primitive) checkNumber(s string) string {
	if p == primDecimal {
		if f, err := strconv.ParseFloat(s, 64); err != nil || math.IsInf(f, 0) {
			return "must be a number that can be stored"
		}
		return ""
	}
	v, err := strconv.ParseInt(s, 10, 32)
	switch {
	case err != nil:
		return "must be a whole number of at most 31 bits, without fraction or exponent"
	case p == primPositiveInt && v < 1:
		return "must be 1 or more"
	case p == primUnsignedInt && v < 0:
		return "must not be negative"
	}
	return ""
}

func (p primitive) checkText(s string) string {
	if s == "" {
		return "must not be empty; leave the element out instead"
	}
	ok := true
	switch p {
	case primString, primMarkdown:
		if len(s) > maxString {
			return "must not be longer than 1 MB"
		}
		for i := 0; i < len(s); i++ {
			if s[i] < 0x20 && s[i] != '\t' && s[i] != '\n' && s[i] != '\r' {
				return "must not hold control characters"
			}
		}
		return ""
	case primCode:
		if !isCode(s) {
			return "must be a code: no blanks at the ends, no two in a row, no tabs or line ends"
		}
	case primID:
		if !ValidID(s) {
			return "must be an id: 1 to 64 letters, digits, hyphens and dots"
		}
	case primURI, primURL, primCanonical:
		if !noSpace(s) {
			return "must be a URI without blanks"
		}
	case primOID:
		ok = isOID(s)
	case primUUID:
		ok = strings.HasPrefix(s, "urn:uuid:") && IsUUID(s[9:])
	case primBase64Binary:
		ok = isBase64(s)
	case primDate:
		_, _, prec, valid := parseTime(s, false)
		ok = valid && prec <= precDay
	case primDateTime:
		_, _, prec, valid := parseTime(s, false)
		ok = valid && prec != precMinute
	case primInstant:
		_, _, prec, valid := parseTime(s, false)
		ok = valid && prec >= precSecond
	case primTime:
		ok = isTimeOfDay(s)
	}
	if ok {
		return ""
	}
	return primitiveHints[p]
}

var primitiveHints = map[primitive]string{
	primOID:          "must be an OID like urn:oid:1.2.3",
	primUUID:         "must be a UUID like urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
	primBase64Binary: "must be base64",
	primDate:         "must be a date like 2015, 2015-02 or 2015-02-07, and exist",
	primDateTime:     "must be a date like 2015, 2015-02 or 2015-02-07, or with time, seconds and zone like 2015-02-07T13:28:17-05:00",
	primInstant:      "must be a date, time, seconds and zone like 2015-02-07T13:28:17.239+02:00",
	primTime:         "must be a time like 14:30:00",
}

// isCode: [^\s]+(\s[^\s]+)*
func isCode(s string) bool {
	blank := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			if blank {
				return false
			}
			blank = true
		case c < 0x20 || c == 0x7f:
			return false
		default:
			blank = false
		}
	}
	return !blank
}

// noSpace: \S*
func noSpace(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= 0x20 || s[i] == 0x7f {
			return false
		}
	}
	return true
}

// isOID: urn:oid:[0-2](\.(0|[1-9][0-9]*))+
func isOID(s string) bool {
	s, ok := strings.CutPrefix(s, "urn:oid:")
	if !ok || len(s) < 3 || s[0] < '0' || s[0] > '2' || s[1] != '.' {
		return false
	}
	for part := range strings.SplitSeq(s[2:], ".") {
		if part == "" || len(part) > 1 && part[0] == '0' || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return true
}

// isBase64 allows white space anywhere, as R4 does.
func isBase64(s string) bool {
	n, pad := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '+', c == '/':
			if pad > 0 {
				return false
			}
			n++
		case c == '=':
			pad++
		case c == ' ', c == '\t', c == '\n', c == '\r':
		default:
			return false
		}
	}
	return n > 0 && pad <= 2 && (n+pad)%4 == 0
}

// decodedLen is the number of bytes that valid base64 stands for.
func decodedLen(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; c > ' ' && c != '=' {
			n++
		}
	}
	return n * 6 / 8
}

// isTimeOfDay: hh:mm:ss(.f+), 60 seconds allowed.
func isTimeOfDay(s string) bool {
	_, ok := clock(s)
	return ok && len(s) >= 8
}

// precision of a date as written.
type precision uint8

const (
	precYear precision = iota
	precMonth
	precDay
	precMinute
	precSecond
	precFraction
)

// DateRange turns a date, dateTime or instant into the span of time that it covers: [lo, hi) in unix microseconds,
// UTC. Dates without zone are taken as UTC; a time without zone (only search has that) as well.
func DateRange(s string) (lo, hi int64, ok bool) {
	lo, hi, _, ok = parseTime(s, true)
	return lo, hi, ok
}

// parseTime reads YYYY[-MM[-DD[Thh:mm[:ss[.f+]](Z|+hh:mm)]]]. loose also takes a time without zone.
func parseTime(s string, loose bool) (lo, hi int64, prec precision, ok bool) {
	year, ok := number(s, 0, 4)
	if !ok || year == 0 {
		return 0, 0, 0, false
	}
	if len(s) == 4 {
		return micros(year, 1, 1), micros(year+1, 1, 1), precYear, true
	}
	month, ok := number(s, 5, 2)
	if !ok || s[4] != '-' || month < 1 || month > 12 {
		return 0, 0, 0, false
	}
	if len(s) == 7 {
		return micros(year, month, 1), micros(year, month+1, 1), precMonth, true
	}
	day, ok := number(s, 8, 2)
	if !ok || s[7] != '-' || day < 1 || day > daysIn(year, month) {
		return 0, 0, 0, false
	}
	lo = micros(year, month, day)
	if len(s) == 10 {
		return lo, lo + 86400e6, precDay, true
	}
	if s[10] != 'T' {
		return 0, 0, 0, false
	}
	at, zone, ok := splitZone(s[11:])
	if !ok || zone == noZone && !loose {
		return 0, 0, 0, false
	}
	if zone != noZone {
		lo -= int64(zone) * 60e6
	}
	if len(at) == 5 {
		at += ":00"
		t, ok := clock(at)
		return lo + t, lo + t + 60e6, precMinute, ok
	}
	t, ok := clock(at)
	lo += t
	if len(at) == 8 {
		return lo, lo + 1e6, precSecond, ok
	}
	width := int64(1)
	for i := len(at) - 9; i < 6; i++ {
		width *= 10
	}
	return lo, lo + width, precFraction, ok
}

const noZone = math.MaxInt32

// splitZone cuts the zone off a time and returns it in minutes east of UTC.
func splitZone(s string) (at string, zone int, ok bool) {
	if rest, found := strings.CutSuffix(s, "Z"); found {
		return rest, 0, true
	}
	i := len(s) - 6
	if i < 0 || s[i] != '+' && s[i] != '-' {
		return s, noZone, true
	}
	h, okH := number(s, i+1, 2)
	m, okM := number(s, i+4, 2)
	if !okH || !okM || s[i+3] != ':' || h > 14 || m > 59 || h == 14 && m > 0 {
		return "", 0, false
	}
	zone = h*60 + m
	if s[i] == '-' {
		zone = -zone
	}
	return s[:i], zone, true
}

// clock reads hh:mm:ss[.f+] as microseconds since midnight; digits beyond that are cut off.
func clock(s string) (int64, bool) {
	h, okH := number(s, 0, 2)
	m, okM := number(s, 3, 2)
	sec, okS := number(s, 6, 2)
	if !okH || !okM || !okS || s[2] != ':' || s[5] != ':' || h > 23 || m > 59 || sec > 60 {
		return 0, false
	}
	t := int64(h*3600+m*60+sec) * 1e6
	if len(s) == 8 {
		return t, true
	}
	if s[8] != '.' || len(s) == 9 || len(s) > 40 {
		return 0, false
	}
	unit := int64(100000)
	for i := 9; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		t += int64(s[i]-'0') * unit
		unit /= 10
	}
	return t, true
}

func number(s string, from, width int) (int, bool) {
	if len(s) < from+width {
		return 0, false
	}
	v := 0
	for i := from; i < from+width; i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		v = v*10 + int(s[i]-'0')
	}
	return v, true
}

func micros(year, month, day int) int64 {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).UnixMicro()
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

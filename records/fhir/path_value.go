package fhir

import (
	"math/big"
	"strconv"
	"strings"
)

// kind is what a primitive value is to FHIRPath, whichever of FHIR's types it has.
type valueKind uint8

const (
	kindOther valueKind = iota // complex
	kindBoolean
	kindString
	kindInteger
	kindDecimal
	kindDate
	kindTime
	kindQuantity
)

func (it item) kind() valueKind {
	switch it.n.Kind() {
	case KindBool:
		return kindBoolean
	case KindNumber:
		switch it.typ {
		case "decimal", sysDecimal:
			return kindDecimal
		}
		if strings.ContainsAny(it.n.text, ".eE") {
			return kindDecimal
		}
		return kindInteger
	case KindString:
		switch it.typ {
		case "date", "dateTime", "instant", sysDate, sysDateTime:
			return kindDate
		case "time", sysTime:
			return kindTime
		}
		return kindString
	case KindObject:
		switch it.typ {
		case sysQuantity, "Quantity", "Age", "Duration", "Distance", "Count", "Money":
			return kindQuantity
		}
	}
	return kindOther
}

func text(s string) item { return item{n: String(s), typ: sysString} }

func integerItem(i int64) item { return item{n: Number(strconv.FormatInt(i, 10)), typ: sysInteger} }

func numberItem(s string) item {
	if strings.Contains(s, ".") {
		return item{n: Number(s), typ: sysDecimal}
	}
	return item{n: Number(s), typ: sysInteger}
}

func quantityItem(value, unit string) item {
	return item{n: Object(Member{"value", Number(value)}, Member{"code", String(unit)}), typ: sysQuantity}
}

// valueItem gives a bare JSON value the type that it looks like.
func valueItem(n *Node) item {
	switch n.Kind() {
	case KindBool:
		return item{n: n, typ: sysBoolean}
	case KindNumber:
		return numberItem(n.text)
	}
	return item{n: n, typ: sysString}
}

// one returns the single value of a collection. Several are an error, as the specification has it.
func (m *machine) one(items []item) (item, bool) {
	if len(items) > 1 {
		m.fail(errMany)
	}
	if len(items) != 1 || items[0].n == nil {
		return item{}, false
	}
	return items[0], true
}

// text is the single text of a collection.
func (m *machine) text(items []item) (string, bool) {
	it, ok := m.one(items)
	if ok && it.n.Kind() != KindString {
		m.fail(errOperand)
		return "", false
	}
	return it.n.Str(), ok
}

func (m *machine) integer(items []item) (int64, bool) {
	it, ok := m.one(items)
	if !ok {
		return 0, false
	}
	i, ok := integerOf(it)
	if !ok {
		m.fail(errOperand)
	}
	return i, ok
}

func integerOf(it item) (int64, bool) {
	if it.n.Kind() != KindNumber {
		return 0, false
	}
	i, err := strconv.ParseInt(it.n.text, 10, 64)
	return i, err == nil
}

// maxDigits bounds numbers of which exact arithmetic is asked: 1e999999999 would take all memory.
const maxDigits = 60

// ratOf reads a number exactly.
func ratOf(n *Node) (*big.Rat, bool) {
	if n.Kind() != KindNumber || len(n.text) > maxDigits {
		return nil, false
	}
	if i := strings.IndexAny(n.text, "eE"); i >= 0 {
		if e, err := strconv.Atoi(n.text[i+1:]); err != nil || e > maxDigits || e < -maxDigits {
			return nil, false
		}
	}
	return new(big.Rat).SetString(n.text)
}

// maxScale is how many digits a decimal keeps behind the point; FHIRPath asks for at least 8.
const maxScale = 16

func ratItem(r *big.Rat, integer bool) item {
	if integer && r.IsInt() {
		return item{n: Number(r.Num().String()), typ: sysInteger}
	}
	s := strings.TrimRight(r.FloatString(maxScale), "0")
	return item{n: Number(strings.TrimSuffix(s, ".")), typ: sysDecimal}
}

// compareNumbers avoids exact arithmetic where both have so few digits that float64 tells them apart.
func compareNumbers(a, b *Node) (int, bool) {
	if a.text == b.text {
		return 0, true
	}
	if len(a.text) <= 15 && len(b.text) <= 15 {
		x, okX := a.Float()
		y, okY := b.Float()
		if !okX || !okY {
			return 0, false
		}
		switch {
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, true
	}
	x, okX := ratOf(a)
	y, okY := ratOf(b)
	if !okX || !okY {
		return 0, false
	}
	return x.Cmp(y), true
}

// calendarUnits are the spans of time that dates can be moved by, with their place in a moment; a week is seven days.
var calendarUnits = map[string]int{
	"year": 1, "month": 2, "week": 3, "day": 4, "hour": 5, "minute": 6, "second": 7, "millisecond": 8,
}

// ucumUnits are UCUM's names of the spans that both agree on: of a year and a month they mean an average.
var ucumUnits = map[string]string{"wk": "week", "d": "day", "h": "hour", "min": "minute", "s": "second", "ms": "millisecond"}

// quantityOf returns value and unit. Quantities are compared only when their units are the same: what one unit is in
// another is not known here.
func quantityOf(n *Node) (value *Node, unit string) {
	unit = n.member("code").Str()
	if unit == "" {
		unit = n.member("unit").Str()
	}
	if unit == "" {
		unit = n.member("currency").Str()
	}
	if word, ok := ucumUnits[unit]; ok {
		unit = word
	}
	if unit == "1" {
		unit = ""
	}
	return n.member("value"), unit
}

// quantityFrom reads a quantity out of any value that can stand for one: 4 days, 5 'mg', 7.
func quantityFrom(it item) (value *Node, unit string, ok bool) {
	switch it.kind() {
	case kindQuantity:
		value, unit = quantityOf(it.n)
		return value, unit, value != nil
	case kindInteger, kindDecimal:
		return it.n, "", true
	case kindString:
		number, unit, spaced := strings.Cut(strings.TrimSpace(it.n.text), " ")
		if number == "" || scanNumber(strings.TrimPrefix(number, "+")) != len(strings.TrimPrefix(number, "+")) {
			return nil, "", false
		}
		unit = strings.TrimSpace(unit)
		if quoted, found := strings.CutPrefix(unit, "'"); found {
			unit, found = strings.CutSuffix(quoted, "'")
			return Number(strings.TrimPrefix(number, "+")), unit, found
		}
		unit = strings.TrimSuffix(unit, "s")
		return Number(strings.TrimPrefix(number, "+")), unit, !spaced || calendarUnits[unit] != 0
	}
	return nil, "", false
}

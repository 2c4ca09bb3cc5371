package fhir

import "strings"

// fnTo holds toString and its like: nothing, when the value cannot be turned into that type.
func fnTo(m *machine, e *expr, _ item, dst []item, base int) []item {
	it, ok := m.one(dst[base:])
	if ok {
		it, ok = convert(it, strings.TrimPrefix(e.name, "to"))
	}
	if !ok {
		return dst[:base]
	}
	return append(dst[:base], it)
}

func fnConvertsTo(m *machine, e *expr, _ item, dst []item, base int) []item {
	it, ok := m.one(dst[base:])
	if !ok {
		return dst[:base]
	}
	_, ok = convert(it, strings.TrimPrefix(e.name, "convertsTo"))
	return append(dst[:base], truth(ok))
}

// convert follows the table of http://hl7.org/fhirpath/N1/#conversion.
func convert(it item, typ string) (item, bool) {
	kind := it.kind()
	s := it.n.Str()
	switch typ {
	case "String":
		return toString(it)
	case "Boolean":
		return toBoolean(it)
	case "Integer":
		switch kind {
		case kindInteger:
			return item{n: it.n, typ: sysInteger}, true
		case kindBoolean:
			return integerItem(bit(it)), true
		case kindString:
			s = strings.TrimPrefix(s, "+")
			if _, ok := integerOf(item{n: Number(s)}); ok && strings.Trim(s, "-0123456789") == "" {
				return item{n: Number(s), typ: sysInteger}, true
			}
		}
	case "Decimal":
		switch kind {
		case kindInteger, kindDecimal:
			return item{n: it.n, typ: sysDecimal}, true
		case kindBoolean:
			return item{n: Number([...]string{"0.0", "1.0"}[bit(it)]), typ: sysDecimal}, true
		case kindString:
			s = strings.TrimPrefix(s, "+")
			return item{n: Number(s), typ: sysDecimal}, s != "" && scanNumber(s) == len(s)
		}
	case "Date", "DateTime":
		if kind != kindString && kind != kindDate {
			return item{}, false
		}
		m, ok := readMoment(s, false)
		if typ == "Date" {
			date, _, _ := strings.Cut(s, "T")
			return item{n: String(date), typ: sysDate}, ok
		}
		return item{n: String(m.String()), typ: sysDateTime}, ok
	case "Time":
		if kind != kindString && kind != kindTime {
			return item{}, false
		}
		s = strings.TrimPrefix(s, "T")
		_, ok := readMoment(s, true)
		return item{n: String(s), typ: sysTime}, ok
	case "Quantity":
		if kind == kindBoolean {
			return quantityItem([...]string{"0.0", "1.0"}[bit(it)], "1"), true
		}
		value, unit, ok := quantityFrom(it)
		if unit == "" {
			unit = "1"
		}
		return quantityItem(value.Num(), unit), ok
	}
	return item{}, false
}

func bit(it item) int64 {
	if b, _ := it.n.Bool(); b {
		return 1
	}
	return 0
}

func toString(it item) (item, bool) {
	switch it.kind() {
	case kindBoolean:
		return text([...]string{"false", "true"}[bit(it)]), true
	case kindInteger, kindDecimal:
		return text(it.n.Num()), true
	case kindString, kindDate, kindTime:
		return text(it.n.Str()), true
	case kindQuantity:
		value, unit := quantityOf(it.n)
		if calendarUnits[unit] == 0 || it.n.member("code").Str() != unit {
			unit = "'" + it.n.member("code").Str() + "'"
		}
		return text(value.Num() + " " + unit), true
	}
	return item{}, false
}

func toBoolean(it item) (item, bool) {
	switch it.kind() {
	case kindBoolean:
		return truth(bit(it) == 1), true
	case kindInteger, kindDecimal:
		for i, s := range [...]string{"0", "1"} {
			if sign, ok := compareNumbers(it.n, Number(s)); ok && sign == 0 {
				return truth(i == 1), true
			}
		}
	case kindString:
		switch strings.ToLower(it.n.Str()) {
		case "true", "t", "yes", "y", "1", "1.0":
			return truth(true), true
		case "false", "f", "no", "n", "0", "0.0":
			return truth(false), true
		}
	}
	return item{}, false
}

package fhir

import (
	"math/big"
	"strings"
)

// operator evaluates what stands between two expressions.
func (e *expr) operator(m *machine, this item, dst []item) []item {
	base := len(dst)
	dst = e.left.run(m, this, dst)
	mid := len(dst)
	switch e.op {
	case opAnd, opOr, opXor, opImplies:
		// Three-valued logic: nothing stands for unknown. The right side is left alone where the left decides.
		a, okA := m.single(dst[base:mid])
		if okA && (e.op == opAnd || e.op == opImplies) && !a {
			return append(dst[:base], truth(e.op == opImplies))
		}
		if okA && e.op == opOr && a {
			return append(dst[:base], truth(true))
		}
		dst = e.right.run(m, this, dst)
		b, okB := m.single(dst[mid:])
		out, known := logic(e.op, a, okA, b, okB)
		if !known {
			return dst[:base]
		}
		return append(dst[:base], truth(out))
	}
	dst = e.right.run(m, this, dst)
	l, r := dst[base:mid], dst[mid:]
	var out, known bool
	switch e.op {
	case opEqual, opUnequal:
		if known = len(l) > 0 && len(r) > 0; known {
			out, known = equalCollections(l, r)
			out = out == (e.op == opEqual)
		}
	case opEquivalent, opNotEquivalent:
		out, known = equivalentCollections(l, r) == (e.op == opEquivalent), true
	case opLess, opLessEqual, opGreater, opGreaterEqual:
		var sign int
		if sign, known = m.compare(l, r); known {
			switch e.op {
			case opLess:
				out = sign < 0
			case opLessEqual:
				out = sign <= 0
			case opGreater:
				out = sign > 0
			default:
				out = sign >= 0
			}
		}
	case opIn, opContains:
		if e.op == opContains {
			l, r = r, l
		}
		if len(l) > 1 {
			m.fail(errMany)
		}
		if known = len(l) == 1 && m.afford(len(r)); known {
			out = holds(r, l[0])
		}
	default:
		if it, ok := m.arithmetic(e.op, l, r); ok {
			return append(dst[:base], it)
		}
	}
	if !known {
		return dst[:base]
	}
	return append(dst[:base], truth(out))
}

func logic(op opcode, a, okA, b, okB bool) (out, known bool) {
	switch op {
	case opXor:
		return a != b, okA && okB
	case opImplies: // not a or b
		a, op = !a, opOr
	}
	decides := op == opOr
	if okA && a == decides || okB && b == decides {
		return decides, true
	}
	return !decides, okA && okB
}

func equalCollections(l, r []item) (equal, known bool) {
	if len(l) != len(r) {
		return false, true
	}
	known = true
	for i := range l {
		same, sure := equalItems(l[i], r[i])
		if sure && !same {
			return false, true
		}
		known = known && sure
	}
	return true, known
}

func equalItems(a, b item) (equal, known bool) {
	ka, kb := a.kind(), b.kind()
	if ka == kindString && kb == kindString {
		return a.n.text == b.n.text, true
	}
	switch {
	case isNumber(ka) && isNumber(kb):
		sign, ok := compareNumbers(a.n, b.n)
		return sign == 0, ok
	case ka == kindDate && kb == kindDate || ka == kindTime && kb == kindTime:
		x, okX := momentOf(a)
		y, okY := momentOf(b)
		if okX && okY {
			sign, known := x.compare(y)
			return sign == 0, known
		}
	case ka == kindQuantity || kb == kindQuantity:
		return equalQuantities(a, b)
	case (ka == kindDate || ka == kindTime) && kb == kindString || ka == kindString && (kb == kindDate || kb == kindTime):
		return a.n.text == b.n.text, true
	}
	return a.n.Equal(b.n), true
}

func isNumber(k valueKind) bool { return k == kindInteger || k == kindDecimal }

func equalQuantities(a, b item) (equal, known bool) {
	va, ua, okA := quantityFrom(a)
	vb, ub, okB := quantityFrom(b)
	if !okA || !okB {
		return false, true
	}
	if ua != ub {
		return false, false
	}
	sign, ok := compareNumbers(va, vb)
	return sign == 0, ok
}

// equivalentCollections: the same values in any order, texts whatever their case and blanks.
func equivalentCollections(l, r []item) bool {
	if len(l) != len(r) {
		return false
	}
	used := make([]bool, len(r))
next:
	for _, a := range l {
		for i, b := range r {
			if !used[i] && equivalent(a, b) {
				used[i] = true
				continue next
			}
		}
		return false
	}
	return true
}

func equivalent(a, b item) bool {
	ka, kb := a.kind(), b.kind()
	switch {
	case ka == kindString && kb == kindString:
		return strings.EqualFold(strings.Join(strings.Fields(a.n.text), " "), strings.Join(strings.Fields(b.n.text), " "))
	case isNumber(ka) && isNumber(kb):
		x, okX := ratOf(a.n)
		y, okY := ratOf(b.n)
		if !okX || !okY {
			return false
		}
		// As precise as the less precise of both.
		scale := min(scaleOf(a.n.text), scaleOf(b.n.text))
		return x.FloatString(scale) == y.FloatString(scale)
	case ka == kindDate && kb == kindDate || ka == kindTime && kb == kindTime:
		same, known := equalItems(a, b)
		return known && same
	case ka == kindQuantity && kb == kindQuantity:
		same, known := equalQuantities(a, b)
		return known && same
	case ka == kindOther && kb == kindOther:
		return equivalentCollections(children(nil, a), children(nil, b))
	}
	return a.n.Equal(b.n)
}

func scaleOf(s string) int {
	_, fraction, _ := strings.Cut(s, ".")
	return len(strings.TrimRight(fraction, "0"))
}

// holds says whether a collection has that value.
func holds(items []item, it item) bool {
	for _, o := range items {
		if same, known := equalItems(o, it); same && known {
			return true
		}
	}
	return false
}

// compare says how two single values are ordered.
func (m *machine) compare(l, r []item) (sign int, known bool) {
	a, okA := m.one(l)
	b, okB := m.one(r)
	if !okA || !okB {
		return 0, false
	}
	ka, kb := a.kind(), b.kind()
	switch {
	case isNumber(ka) && isNumber(kb):
		return compareNumbers(a.n, b.n)
	case ka == kindDate && kb == kindDate, ka == kindTime && kb == kindTime:
		x, okX := momentOf(a)
		y, okY := momentOf(b)
		if okX && okY {
			return x.compare(y)
		}
		return 0, false
	case ka == kindString && kb == kindString:
		return strings.Compare(a.n.text, b.n.text), true
	case ka == kindQuantity || kb == kindQuantity:
		va, ua, okA := quantityFrom(a)
		vb, ub, okB := quantityFrom(b)
		if okA && okB && ua == ub {
			return compareNumbers(va, vb)
		}
		return 0, false
	case ka == kindDate && kb == kindString || ka == kindString && kb == kindDate:
		x, okX := readMoment(a.n.text, false)
		y, okY := readMoment(b.n.text, false)
		if okX && okY {
			return x.compare(y)
		}
	}
	m.fail(errOperand)
	return 0, false
}

func (m *machine) arithmetic(op opcode, l, r []item) (item, bool) {
	if op == opConcat { // an absent text is an empty one
		a, _ := m.text(l)
		b, _ := m.text(r)
		return text(a + b), true
	}
	a, okA := m.one(l)
	b, okB := m.one(r)
	if !okA || !okB {
		return item{}, false
	}
	ka, kb := a.kind(), b.kind()
	switch {
	case ka == kindString && kb == kindString && op == opAdd:
		return text(a.n.text + b.n.text), true
	case isNumber(ka) && isNumber(kb):
		return m.calculate(op, a, b)
	case (ka == kindDate || ka == kindTime) && kb == kindQuantity && (op == opAdd || op == opSubtract):
		return m.moved(op, a, b)
	case ka == kindQuantity && kb == kindQuantity && (op == opAdd || op == opSubtract):
		va, ua := quantityOf(a.n)
		vb, ub := quantityOf(b.n)
		if ua == ub {
			sum, ok := m.calculate(op, item{n: va}, item{n: vb})
			return quantityItem(sum.n.Num(), ua), ok
		}
		return item{}, false
	case ka == kindQuantity && isNumber(kb) && (op == opMultiply || op == opDivide):
		va, ua := quantityOf(a.n)
		out, ok := m.calculate(op, item{n: va}, b)
		return quantityItem(out.n.Num(), ua), ok
	}
	m.fail(errOperand)
	return item{}, false
}

func (m *machine) calculate(op opcode, a, b item) (item, bool) {
	x, okX := ratOf(a.n)
	y, okY := ratOf(b.n)
	if !okX || !okY {
		return item{}, false
	}
	integer := a.kind() == kindInteger && b.kind() == kindInteger
	out := new(big.Rat)
	switch op {
	case opAdd:
		out.Add(x, y)
	case opSubtract:
		out.Sub(x, y)
	case opMultiply:
		out.Mul(x, y)
	default:
		if y.Sign() == 0 {
			return item{}, false
		}
		out.Quo(x, y)
		if op == opDivide {
			return ratItem(out, false), true
		}
		whole := new(big.Rat).SetInt(new(big.Int).Quo(out.Num(), out.Denom()))
		if op == opDiv {
			return ratItem(whole, true), true
		}
		out.Sub(x, whole.Mul(whole, y))
	}
	return ratItem(out, integer), true
}

func (m *machine) moved(op opcode, a, b item) (item, bool) {
	at, ok := momentOf(a)
	value, unit := quantityOf(b.n)
	r, okR := ratOf(value)
	if !ok || !okR {
		return item{}, false
	}
	if calendarUnits[unit] == 0 {
		m.fail(errOperand)
		return item{}, false
	}
	if (unit == "second") && !r.IsInt() {
		r, unit = r.Mul(r, big.NewRat(1000, 1)), "millisecond"
	}
	amount := new(big.Int).Quo(r.Num(), r.Denom())
	if !amount.IsInt64() {
		return item{}, false
	}
	n := amount.Int64()
	if op == opSubtract {
		n = -n
	}
	moved, ok := at.add(n, unit)
	return item{n: String(moved.String()), typ: a.typ}, ok
}

func (m *machine) negate(dst []item, base int) []item {
	it, ok := m.one(dst[base:])
	if !ok {
		return dst[:base]
	}
	zero := integerItem(0)
	switch it.kind() {
	case kindInteger, kindDecimal:
		it, ok = m.calculate(opSubtract, zero, it)
	case kindQuantity:
		v, unit := quantityOf(it.n)
		out, done := m.calculate(opSubtract, zero, item{n: v})
		it, ok = quantityItem(out.n.Num(), unit), done
	default:
		m.fail(errOperand)
		return dst[:base]
	}
	if !ok {
		return dst[:base]
	}
	return append(dst[:base], it)
}

// distinct removes what is there twice from dst[base:].
func distinct(dst []item, base int) []item {
	var seen map[string]bool
	keep := base
	for i := base; i < len(dst); i++ {
		it := dst[i]
		if len(dst)-base > 32 && it.kind() == kindString {
			if seen == nil {
				seen = make(map[string]bool, len(dst)-base)
			}
			if seen[it.n.text] {
				continue
			}
			seen[it.n.text] = true
		} else if holds(dst[base:keep], it) {
			continue
		}
		dst[keep] = it
		keep++
	}
	return dst[:keep]
}

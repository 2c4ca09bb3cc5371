package fhir

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// pathFunction is a function of the language. Those that search parameters use have operations of their own.
type pathFunction struct {
	op          opcode
	fn          function
	least, most int // arguments
	takesType   bool
}

var pathFunctions map[string]pathFunction

func init() {
	pathFunctions = map[string]pathFunction{
		"where": {op: opWhere, least: 1, most: 1}, "exists": {op: opExists, most: 1}, "empty": {op: opEmpty}, "not": {op: opNot},
		"first": {op: opFirst}, "resolve": {op: opResolve}, "extension": {op: opExtension, least: 1, most: 1},
		"as": {op: opAs, takesType: true}, "ofType": {op: opAs, takesType: true}, "is": {op: opIs, takesType: true},
	}
	for name, f := range map[string]pathFunction{
		"all": {fn: fnAll, least: 1, most: 1}, "allTrue": {fn: fnAllOf}, "allFalse": {fn: fnAllOf}, "anyTrue": {fn: fnAllOf}, "anyFalse": {fn: fnAllOf},
		"select": {fn: fnSelect, least: 1, most: 1}, "repeat": {fn: fnRepeat, least: 1, most: 1}, "aggregate": {fn: fnAggregate, least: 1, most: 2},
		"count": {fn: fnCount}, "last": {fn: fnPart}, "tail": {fn: fnPart}, "skip": {fn: fnPart, least: 1, most: 1}, "take": {fn: fnPart, least: 1, most: 1},
		"single": {fn: fnSingle}, "distinct": {fn: fnDistinct}, "isDistinct": {fn: fnIsDistinct},
		"subsetOf": {fn: fnSet, least: 1, most: 1}, "supersetOf": {fn: fnSet, least: 1, most: 1}, "intersect": {fn: fnSet, least: 1, most: 1},
		"exclude": {fn: fnSet, least: 1, most: 1}, "union": {fn: fnSet, least: 1, most: 1}, "combine": {fn: fnSet, least: 1, most: 1},
		"children": {fn: fnChildren}, "descendants": {fn: fnDescendants}, "hasValue": {fn: fnHasValue}, "getValue": {fn: fnGetValue},
		"iif": {fn: fnIif, least: 2, most: 3}, "trace": {fn: fnTrace, least: 1, most: 2}, "type": {fn: fnType}, "htmlChecks": {fn: fnHTMLChecks},
		"memberOf": {fn: fnMemberOf, least: 1, most: 1}, "today": {fn: fnClock}, "now": {fn: fnClock}, "timeOfDay": {fn: fnClock},
		"matches": {fn: fnText, least: 1, most: 1}, "matchesFull": {fn: fnText, least: 1, most: 1}, "replace": {fn: fnText, least: 2, most: 2},
		"replaceMatches": {fn: fnText, least: 2, most: 2}, "contains": {fn: fnText, least: 1, most: 1}, "startsWith": {fn: fnText, least: 1, most: 1},
		"endsWith": {fn: fnText, least: 1, most: 1}, "indexOf": {fn: fnText, least: 1, most: 1}, "substring": {fn: fnText, least: 1, most: 2},
		"length": {fn: fnText}, "upper": {fn: fnText}, "lower": {fn: fnText}, "trim": {fn: fnText}, "toChars": {fn: fnText},
		"split": {fn: fnText, least: 1, most: 1}, "join": {fn: fnJoin, most: 1}, "encode": {fn: fnText, least: 1, most: 1}, "decode": {fn: fnText, least: 1, most: 1},
		"abs": {fn: fnNumber}, "ceiling": {fn: fnNumber}, "floor": {fn: fnNumber}, "truncate": {fn: fnNumber}, "round": {fn: fnNumber, most: 1},
		"sqrt": {fn: fnNumber}, "exp": {fn: fnNumber}, "ln": {fn: fnNumber}, "log": {fn: fnNumber, least: 1, most: 1}, "power": {fn: fnNumber, least: 1, most: 1},
	} {
		f.op = opCall
		pathFunctions[name] = f
	}
	for _, typ := range []string{"Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity"} {
		pathFunctions["to"+typ] = pathFunction{op: opCall, fn: fnTo, most: 1}
		pathFunctions["convertsTo"+typ] = pathFunction{op: opCall, fn: fnConvertsTo, most: 1}
	}
}

// arg evaluates an argument that is no criterion: once, in the context of the whole expression.
func (e *expr) arg(m *machine, i int, this item, dst []item) []item {
	if i >= len(e.args) {
		return nil
	}
	return e.args[i].run(m, this, dst)[len(dst):]
}

func fnAll(m *machine, e *expr, _ item, dst []item, base int) []item {
	for i := base; i < len(dst); i++ {
		m.index = i - base
		if !e.right.isTrue(m, dst[i], dst) {
			return append(dst[:base], truth(false))
		}
	}
	return append(dst[:base], truth(true))
}

func fnAllOf(m *machine, e *expr, _ item, dst []item, base int) []item {
	all, wanted := strings.HasPrefix(e.name, "all"), strings.HasSuffix(e.name, "True")
	out := all
	for _, it := range dst[base:] {
		v, ok := it.n.Bool()
		if !ok {
			m.fail(errOperand)
			return dst[:base]
		}
		if (v == wanted) != all {
			out = !all
		}
	}
	return append(dst[:base], truth(out))
}

func fnSelect(m *machine, e *expr, _ item, dst []item, base int) []item {
	mid := len(dst)
	for i := base; i < mid; i++ {
		m.index = i - base
		dst = e.right.run(m, dst[i], dst)
	}
	return append(dst[:base], dst[mid:]...)
}

// maxRepeated bounds what repeat and descendants gather.
const maxRepeated = 1 << 20

func fnRepeat(m *machine, e *expr, _ item, dst []item, base int) []item {
	mid := len(dst)
	for i := base; i < len(dst) && len(dst)-base < maxRepeated; i++ {
		at := len(dst)
		dst = e.right.run(m, dst[i], dst)
		keep := at
		for _, it := range dst[at:] {
			if !m.afford(keep - mid) {
				return dst[:base]
			}
			if !holds(dst[mid:keep], it) {
				dst[keep] = it
				keep++
			}
		}
		dst = dst[:keep]
	}
	return append(dst[:base], dst[mid:]...)
}

func fnAggregate(m *machine, e *expr, this item, dst []item, base int) []item {
	outer := m.total
	mid := len(dst)
	m.total = append([]item(nil), e.arg(m, 1, this, dst)...)
	for i := base; i < mid; i++ {
		m.index = i - base
		m.total = append([]item(nil), e.right.run(m, dst[i], dst)[mid:]...)
	}
	dst = append(dst[:base], m.total...)
	m.total = outer
	return dst
}

func fnCount(_ *machine, _ *expr, _ item, dst []item, base int) []item {
	return append(dst[:base], integerItem(int64(len(dst)-base)))
}

func fnPart(m *machine, e *expr, this item, dst []item, base int) []item {
	from, to := base, len(dst)
	switch e.name {
	case "last":
		from = max(base, to-1)
	case "tail":
		from = min(base+1, to)
	default:
		n, ok := m.integer(e.arg(m, 0, this, dst))
		if !ok {
			return dst[:base]
		}
		at := base + int(max(0, min(n, int64(to-base))))
		if e.name == "skip" {
			from = at
		} else {
			to = at
		}
	}
	return append(dst[:base], dst[from:to]...)
}

func fnSingle(m *machine, _ *expr, _ item, dst []item, base int) []item {
	if len(dst)-base > 1 {
		m.fail(errMany)
		return dst[:base]
	}
	return dst
}

func fnDistinct(_ *machine, _ *expr, _ item, dst []item, base int) []item { return distinct(dst, base) }

func fnIsDistinct(_ *machine, _ *expr, _ item, dst []item, base int) []item {
	all := len(dst)
	return append(dst[:base], truth(len(distinct(dst, base)) == all))
}

func fnSet(m *machine, e *expr, this item, dst []item, base int) []item {
	mid := len(dst)
	dst = e.right.run(m, this, dst)
	in, other := dst[base:mid], dst[mid:]
	if e.name != "combine" && e.name != "union" && !m.afford(len(in)*len(other)) {
		return dst[:base]
	}
	switch e.name {
	case "subsetOf", "supersetOf":
		if e.name == "supersetOf" {
			in, other = other, in
		}
		for _, it := range in {
			if !holds(other, it) {
				return append(dst[:base], truth(false))
			}
		}
		return append(dst[:base], truth(true))
	case "combine":
		return dst
	case "union":
		return distinct(dst, base)
	}
	keep := base
	for _, it := range in {
		if holds(other, it) == (e.name == "intersect") {
			dst[keep] = it
			keep++
		}
	}
	if e.name == "intersect" {
		return distinct(dst[:keep], base)
	}
	return dst[:keep]
}

func fnChildren(_ *machine, _ *expr, _ item, dst []item, base int) []item {
	mid := len(dst)
	for i := base; i < mid; i++ {
		dst = children(dst, dst[i])
	}
	return append(dst[:base], dst[mid:]...)
}

func fnDescendants(_ *machine, _ *expr, _ item, dst []item, base int) []item {
	mid := len(dst)
	for i := base; i < len(dst) && len(dst)-base < maxRepeated; i++ {
		dst = children(dst, dst[i])
	}
	return append(dst[:base], dst[mid:]...)
}

func fnHasValue(_ *machine, _ *expr, _ item, dst []item, base int) []item {
	has := len(dst)-base == 1 && dst[base].kind() != kindOther && dst[base].kind() != kindQuantity
	return append(dst[:base], truth(has))
}

func fnGetValue(_ *machine, _ *expr, _ item, dst []item, base int) []item {
	if len(dst)-base != 1 || dst[base].n == nil || dst[base].s != nil {
		return dst[:base]
	}
	return dst
}

func fnIif(m *machine, e *expr, this item, dst []item, base int) []item {
	if len(dst)-base > 1 {
		m.fail(errMany)
		return dst[:base]
	}
	// The collection is the context of all three: ctm-1 asks empty() of it.
	inner := item{}
	if len(dst) > base {
		inner = dst[base]
	}
	if e.left.op == opThis {
		inner = this
	}
	at := len(dst)
	v := inner.n != nil && e.right.isTrue(m, inner, dst) || inner.n == nil && e.right.trueOfNothing(m, dst)
	branch := 2
	if v {
		branch = 1
	}
	if branch < len(e.args) {
		if inner.n != nil || !startsAtThis(e.args[branch]) {
			dst = e.args[branch].run(m, inner, dst)
		}
	}
	return append(dst[:base], dst[at:]...)
}

// trueOfNothing evaluates a criterion of an empty collection: only what does not look at it, or asks for emptiness, can
// be true.
func (e *expr) trueOfNothing(m *machine, dst []item) bool {
	switch {
	case e.op == opEmpty && startsAtThis(e):
		return true
	case startsAtThis(e):
		return false
	}
	return e.isTrue(m, item{}, dst)
}

func startsAtThis(e *expr) bool {
	for e.left != nil {
		e = e.left
	}
	return e.op == opThis || e.op == opRoot
}

func fnTrace(_ *machine, _ *expr, _ item, dst []item, _ int) []item { return dst }

func fnType(_ *machine, _ *expr, _ item, dst []item, base int) []item {
	for i := base; i < len(dst); i++ {
		space, name := "FHIR", dst[i].typ
		if local, ok := strings.CutPrefix(name, "System."); ok {
			space, name = "System", local
		}
		dst[i] = item{n: Object(Member{"namespace", String(space)}, Member{"name", String(name)})}
	}
	return dst
}

func fnHTMLChecks(_ *machine, _ *expr, _ item, dst []item, base int) []item {
	ok := true
	for _, it := range dst[base:] {
		ok = ok && checkNarrative(it.n.Str()) == ""
	}
	return append(dst[:base], truth(ok))
}

// fnMemberOf knows the value sets that are bound somewhere; of others nothing is known.
func fnMemberOf(m *machine, e *expr, this item, dst []item, base int) []item {
	it, ok := m.one(dst[base:])
	url, okURL := m.text(e.arg(m, 0, this, dst))
	list := r4().bySet[url]
	if !ok || !okURL || list == nil {
		return dst[:base]
	}
	in := false
	switch it.typ {
	case "CodeableConcept":
		for _, c := range it.n.member("coding").Items() {
			in = in || list.hasCoding(c.member("system").Str(), c.member("code").Str())
		}
	case "Coding":
		in = list.hasCoding(it.n.member("system").Str(), it.n.member("code").Str())
	default:
		in = list.hasCode(it.n.Str())
	}
	return append(dst[:base], truth(in))
}

func fnClock(m *machine, e *expr, _ item, dst []item, base int) []item {
	if m.now.IsZero() {
		m.fail(errClock)
		return dst[:base]
	}
	layout, typ := "2006-01-02", sysDate
	switch e.name {
	case "now":
		layout, typ = "2006-01-02T15:04:05.000Z07:00", sysDateTime
	case "timeOfDay":
		layout, typ = "15:04:05.000", sysTime
	}
	return append(dst[:base], item{n: String(m.now.Format(layout)), typ: typ})
}

// fnText holds the functions of one text.
func fnText(m *machine, e *expr, this item, dst []item, base int) []item {
	s, ok := m.text(dst[base:])
	if !ok {
		return dst[:base]
	}
	var arg, second string
	at := len(dst)
	if len(e.args) > 0 && e.name != "substring" {
		if arg, ok = m.text(e.arg(m, 0, this, dst)); !ok {
			return dst[:base]
		}
	}
	if len(e.args) > 1 && e.name != "substring" {
		if second, ok = m.text(e.arg(m, 1, this, dst)); !ok {
			return dst[:base]
		}
	}
	dst = dst[:at]
	yes := func(b bool) []item { return append(dst[:base], truth(b)) }
	say := func(s string) []item { return append(dst[:base], text(s)) }
	switch e.name {
	case "contains":
		return yes(strings.Contains(s, arg))
	case "startsWith":
		return yes(strings.HasPrefix(s, arg))
	case "endsWith":
		return yes(strings.HasSuffix(s, arg))
	case "length":
		return append(dst[:base], integerItem(int64(utf8.RuneCountInString(s))))
	case "upper":
		return say(strings.ToUpper(s))
	case "lower":
		return say(strings.ToLower(s))
	case "trim":
		return say(strings.TrimSpace(s))
	case "replace":
		return say(strings.ReplaceAll(s, arg, second))
	case "indexOf":
		i := strings.Index(s, arg)
		if i > 0 {
			i = utf8.RuneCountInString(s[:i])
		}
		return append(dst[:base], integerItem(int64(i)))
	case "toChars", "split":
		dst = dst[:base]
		for _, part := range strings.Split(s, arg) {
			dst = append(dst, text(part))
		}
		return dst
	case "encode", "decode":
		if out, ok := recode(e.name, s, arg); ok {
			return say(out)
		}
		m.fail(errOperand)
		return dst[:base]
	case "substring":
		return fnSubstring(m, e, this, dst, base, s)
	}
	re := e.regex
	if re == nil {
		var err error
		if re, err = compileRegex(arg, e.name == "matchesFull"); err != nil {
			m.fail(err)
			return dst[:base]
		}
	}
	if e.name == "replaceMatches" {
		if arg == "" {
			return say(s)
		}
		return say(re.ReplaceAllString(s, second))
	}
	return yes(re.MatchString(s))
}

func recode(name, s, form string) (string, bool) {
	var b []byte
	err := error(nil)
	switch {
	case form == "hex" && name == "encode":
		return hex.EncodeToString([]byte(s)), true
	case form == "base64" && name == "encode":
		return base64.StdEncoding.EncodeToString([]byte(s)), true
	case form == "urlbase64" && name == "encode":
		return base64.URLEncoding.EncodeToString([]byte(s)), true
	case form == "hex":
		b, err = hex.DecodeString(s)
	case form == "base64":
		b, err = base64.StdEncoding.DecodeString(s)
	case form == "urlbase64":
		b, err = base64.URLEncoding.DecodeString(s)
	default:
		return "", false
	}
	return string(b), err == nil
}

func fnSubstring(m *machine, e *expr, this item, dst []item, base int, s string) []item {
	start, ok := m.integer(e.arg(m, 0, this, dst))
	runes := []rune(s)
	if !ok || start < 0 || start >= int64(len(runes)) {
		return dst[:base]
	}
	end := int64(len(runes))
	if len(e.args) > 1 {
		if n, given := m.integer(e.arg(m, 1, this, dst)); given {
			end = min(end, start+max(0, min(n, end)))
		}
	}
	return append(dst[:base], text(string(runes[start:end])))
}

func fnJoin(m *machine, e *expr, this item, dst []item, base int) []item {
	between, _ := m.text(e.arg(m, 0, this, dst))
	if len(dst) == base {
		return dst
	}
	var parts []string
	for _, it := range dst[base:] {
		if it.n.Kind() != KindString {
			m.fail(errOperand)
		}
		parts = append(parts, it.n.Str())
	}
	return append(dst[:base], text(strings.Join(parts, between)))
}

// fnNumber holds the functions of one number.
func fnNumber(m *machine, e *expr, this item, dst []item, base int) []item {
	it, ok := m.one(dst[base:])
	if !ok {
		return dst[:base]
	}
	if value, unit := quantityOf(it.n); it.kind() == kindQuantity && e.name == "abs" {
		if r, ok := ratOf(value); ok {
			return append(dst[:base], quantityItem(ratItem(r.Abs(r), true).n.Num(), unit))
		}
	}
	r, ok := ratOf(it.n)
	if !ok {
		m.fail(errOperand)
		return dst[:base]
	}
	arg, given := m.one(e.arg(m, 0, this, dst))
	integer := it.kind() == kindInteger
	switch e.name {
	case "abs":
		return append(dst[:base], ratItem(r.Abs(r), integer))
	case "truncate", "floor", "ceiling":
		whole := new(big.Int).Quo(r.Num(), r.Denom())
		if rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(whole)); e.name == "floor" && rest.Sign() < 0 {
			whole.Sub(whole, big.NewInt(1))
		} else if e.name == "ceiling" && rest.Sign() > 0 {
			whole.Add(whole, big.NewInt(1))
		}
		return append(dst[:base], ratItem(new(big.Rat).SetInt(whole), true))
	case "round":
		digits, _ := integerOf(arg)
		if digits < 0 || digits > maxScale {
			m.fail(errOperand)
			return dst[:base]
		}
		rounded, _ := new(big.Rat).SetString(r.FloatString(int(digits)))
		return append(dst[:base], ratItem(rounded, integer))
	}
	x, _ := r.Float64()
	y := math.NaN()
	switch e.name {
	case "sqrt":
		y = math.Sqrt(x)
	case "exp":
		y = math.Exp(x)
	case "ln":
		y = math.Log(x)
	case "log", "power":
		b, isNumber := arg.n.Float()
		if !given || !isNumber {
			return dst[:base]
		}
		if y = math.Pow(x, b); e.name == "log" {
			y = math.Log(x) / math.Log(b)
		} else if integer = integer && arg.kind() == kindInteger; integer && y == math.Trunc(y) && math.Abs(y) < 1<<53 {
			return append(dst[:base], integerItem(int64(y)))
		}
	}
	if math.IsNaN(y) || math.IsInf(y, 0) || math.Abs(y) > 1e40 {
		return dst[:base]
	}
	s := strconv.FormatFloat(y, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return append(dst[:base], numberItem(s))
}

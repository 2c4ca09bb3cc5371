package fhir

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// maxPathDepth bounds how deep an expression nests.
const maxPathDepth = 100

// compilePath reads a FHIRPath expression.
func compilePath(s string) (*expr, error) {
	p := pathParser{s: s}
	p.next()
	e, err := p.expression(0)
	if err == nil && p.tok != "" {
		err = p.fail("unexpected")
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

type pathParser struct {
	s     string
	i     int
	depth int
	tok   string // current token; strings and quoted names are unescaped behind their opening quote
}

func (p *pathParser) fail(what string) error {
	return fmt.Errorf("fhirpath: %s %q at %d", what, p.tok, p.i)
}

// badToken is what no rule of the grammar accepts.
const badToken = "?"

func (p *pathParser) next() {
	if !p.skipBlanks() {
		p.i, p.tok = len(p.s), badToken
		return
	}
	from := p.i
	if p.i >= len(p.s) {
		p.tok = ""
		return
	}
	switch c := p.s[p.i]; {
	case c == '\'' || c == '`':
		p.tok = p.quoted(c)
		return
	case c == '%' && p.i+1 < len(p.s) && (p.s[p.i+1] == '`' || p.s[p.i+1] == '\''):
		p.i++
		if p.tok = p.quoted(p.s[p.i]); p.tok != badToken {
			p.tok = "%" + p.tok[1:]
		}
		return
	case c >= '0' && c <= '9':
		p.digits()
		if p.i+1 < len(p.s) && p.s[p.i] == '.' && p.s[p.i+1] >= '0' && p.s[p.i+1] <= '9' {
			p.i++
			p.digits()
		}
	case c == '@':
		p.i++
		for p.i < len(p.s) && (strings.IndexByte("0123456789-T:+Z", p.s[p.i]) >= 0 ||
			p.s[p.i] == '.' && p.i+1 < len(p.s) && p.s[p.i+1] >= '0' && p.s[p.i+1] <= '9') {
			p.i++
		}
	case isPathNameByte(c) || c == '$' || c == '%':
		p.i++
		for p.i < len(p.s) && isPathNameByte(p.s[p.i]) {
			p.i++
		}
	case len(p.s) > p.i+1 && (p.s[p.i+1] == '=' && strings.IndexByte("!<>", c) >= 0 || p.s[p.i:p.i+2] == "!~"):
		p.i += 2
	default:
		p.i++
	}
	p.tok = p.s[from:p.i]
}

func isPathNameByte(c byte) bool { return isNameByte(c) && c != ':' && c != '-' }

func (p *pathParser) digits() {
	for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
		p.i++
	}
}

// skipBlanks passes blanks and comments; a comment that does not end is refused.
func (p *pathParser) skipBlanks() bool {
	for p.i < len(p.s) {
		rest := p.s[p.i:]
		switch {
		case isBlank(rest[0]):
			p.i++
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			p.i += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return false
			}
			p.i += end + 4
		default:
			return true
		}
	}
	return true
}

var pathEscapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'f': '\f'}

func (p *pathParser) quoted(quote byte) string {
	var b strings.Builder
	b.WriteByte(quote)
	for p.i++; p.i < len(p.s); p.i++ {
		c := p.s[p.i]
		switch {
		case c == quote:
			p.i++
			return b.String()
		case c != '\\':
			b.WriteByte(c)
			continue
		}
		if p.i++; p.i >= len(p.s) {
			break
		}
		c = p.s[p.i]
		if c == 'u' && p.i+4 < len(p.s) {
			if r, err := strconv.ParseUint(p.s[p.i+1:p.i+5], 16, 32); err == nil {
				b.WriteRune(rune(r))
				p.i += 4
				continue
			}
		}
		if plain, ok := pathEscapes[c]; ok {
			c = plain
		}
		b.WriteByte(c)
	}
	return badToken
}

func (p *pathParser) take(tok string) bool {
	if p.tok == tok {
		p.next()
		return true
	}
	return false
}

// pathOperators with how tightly they bind (https://hl7.org/fhirpath/N1/#operator-precedence).
var pathOperators = map[string]struct {
	op    opcode
	binds int
}{
	"implies": {opImplies, 1}, "or": {opOr, 2}, "xor": {opXor, 2}, "and": {opAnd, 3}, "in": {opIn, 4}, "contains": {opContains, 4},
	"=": {opEqual, 5}, "!=": {opUnequal, 5}, "~": {opEquivalent, 5}, "!~": {opNotEquivalent, 5},
	"<": {opLess, 6}, "<=": {opLessEqual, 6}, ">": {opGreater, 6}, ">=": {opGreaterEqual, 6}, "|": {opUnion, 7}, "is": {opIs, 8}, "as": {opAs, 8},
	"+": {opAdd, 9}, "-": {opSubtract, 9}, "&": {opConcat, 9}, "*": {opMultiply, 10}, "/": {opDivide, 10}, "div": {opDiv, 10}, "mod": {opMod, 10},
}

func (p *pathParser) expression(above int) (*expr, error) {
	if p.depth++; p.depth > maxPathDepth {
		return nil, p.fail("nested too deep")
	}
	defer func() { p.depth-- }()
	left, err := p.unary()
	for err == nil {
		o, ok := pathOperators[p.tok]
		if !ok || o.binds <= above {
			return left, nil
		}
		p.next()
		if o.op == opIs || o.op == opAs {
			left = &expr{op: o.op, left: left}
			left.name, err = p.typeName()
			continue
		}
		var right *expr
		right, err = p.expression(o.binds)
		left = &expr{op: o.op, left: left, right: right}
	}
	return nil, err
}

func (p *pathParser) unary() (*expr, error) {
	switch p.tok {
	case "+", "-":
		negative := p.tok == "-"
		p.next()
		e, err := p.unary()
		if negative && err == nil {
			e = &expr{op: opNegate, left: e}
		}
		return e, err
	}
	return p.postfix()
}

func isName(tok string) bool {
	return tok != "" && (tok[0] >= 'a' && tok[0] <= 'z' || tok[0] >= 'A' && tok[0] <= 'Z' || tok[0] == '_' || tok[0] == '`')
}

// name reads an identifier, quoted or not.
func (p *pathParser) name(what string) (string, error) {
	if !isName(p.tok) {
		return "", p.fail(what)
	}
	name := strings.TrimPrefix(p.tok, "`")
	p.next()
	return name, nil
}

// typeName reads Quantity, FHIR.Quantity or System.Quantity; FHIR is what is meant when nothing is said.
func (p *pathParser) typeName() (string, error) {
	name, err := p.name("no type")
	if err == nil && (name == "FHIR" || name == "System") && p.take(".") {
		var local string
		if local, err = p.name("no type"); name == "FHIR" {
			return local, err
		}
		return "System." + local, err
	}
	return name, err
}

func (p *pathParser) postfix() (*expr, error) {
	e, err := p.term()
	for err == nil {
		switch {
		case p.take("."):
			var name string
			if name, err = p.name("no element"); err != nil {
				return nil, err
			}
			if p.tok == "(" {
				e, err = p.call(e, name)
			} else {
				e = &expr{op: opField, left: e, name: name}
			}
		case p.take("["):
			var at *expr
			if at, err = p.expression(0); err != nil {
				return nil, err
			}
			if !p.take("]") {
				return nil, p.fail("no ] but")
			}
			if i, ok := integerOf(at.lit); ok && at.op == opLiteral && i >= 0 {
				e = &expr{op: opIndex, left: e, index: int(i)}
			} else {
				e = &expr{op: opIndex, left: e, right: at}
			}
		default:
			return e, nil
		}
	}
	return nil, err
}

func (p *pathParser) term() (*expr, error) {
	tok := p.tok
	if tok == "" || tok == badToken {
		return nil, p.fail("unexpected")
	}
	switch c := tok[0]; {
	case p.take("("):
		e, err := p.expression(0)
		if err == nil && !p.take(")") {
			err = p.fail("no ) but")
		}
		return e, err
	case p.take("{"):
		if !p.take("}") {
			return nil, p.fail("no } but")
		}
		return &expr{op: opNothing}, nil
	case tok == "true" || tok == "false":
		p.next()
		return literal(truth(tok == "true")), nil
	case c == '\'':
		p.next()
		return literal(text(tok[1:])), nil
	case c == '@':
		p.next()
		it, ok := timeLiteral(tok[1:])
		if !ok {
			return nil, p.fail("no date before")
		}
		return literal(it), nil
	case c >= '0' && c <= '9':
		p.next()
		return p.quantity(tok), nil
	case c == '%':
		p.next()
		return &expr{op: opVariable, name: tok[1:]}, knownVariable(tok[1:])
	case tok == "$this":
		p.next()
		return &expr{op: opThis}, nil
	case tok == "$index", tok == "$total":
		p.next()
		return &expr{op: opVariable, name: tok}, nil
	case !isName(tok):
		return nil, p.fail("unexpected")
	}
	name, err := p.name("no element")
	if p.tok == "(" {
		return p.call(&expr{op: opThis}, name)
	}
	if t := r4().types[name]; t != nil && t.kind == 'r' {
		return &expr{op: opRoot, name: name}, err
	}
	return &expr{op: opField, left: &expr{op: opThis}, name: name}, err
}

func literal(it item) *expr { return &expr{op: opLiteral, lit: it} }

// quantity reads what may follow a number: a unit of UCUM in quotes, or a word for a span of time.
func (p *pathParser) quantity(value string) *expr {
	unit := strings.TrimSuffix(p.tok, "s")
	switch {
	case strings.HasPrefix(p.tok, "'"):
		unit = p.tok[1:]
	case calendarUnits[unit] == 0:
		return literal(numberItem(value))
	}
	p.next()
	return literal(quantityItem(value, unit))
}

// call reads the arguments of a function.
func (p *pathParser) call(left *expr, name string) (*expr, error) {
	f, ok := pathFunctions[name]
	if !ok {
		return nil, fmt.Errorf("fhirpath: function %q is not known", name)
	}
	p.next() // (
	e := &expr{op: f.op, left: left, fn: f.fn, name: name}
	if f.takesType {
		var err error
		if e.name, err = p.typeName(); err != nil {
			return nil, err
		}
	} else {
		for p.tok != ")" && (len(e.args) == 0 || p.take(",")) {
			arg, err := p.expression(0)
			if err != nil {
				return nil, err
			}
			e.args = append(e.args, arg)
		}
		if len(e.args) < f.least || len(e.args) > f.most {
			return nil, p.fail("too few or too many arguments of " + name)
		}
		if len(e.args) > 0 {
			e.right = e.args[0]
		}
	}
	if !p.take(")") {
		return nil, p.fail("no ) but")
	}
	return e, e.prepare()
}

// prepare does once what would be the same in each evaluation.
func (e *expr) prepare() error {
	if e.right == nil || e.right.op != opLiteral {
		return nil
	}
	switch e.name {
	case "extension":
		if e.op == opExtension {
			e.name = e.right.lit.n.Str()
			e.right = nil
		}
	case "matches", "matchesFull", "replaceMatches":
		var err error
		e.regex, err = compileRegex(e.right.lit.n.Str(), e.name == "matchesFull")
		return err
	}
	return nil
}

func compileRegex(s string, full bool) (*regexp.Regexp, error) {
	if full {
		s = "^(?:" + s + ")$"
	}
	return regexp.Compile("(?s)" + s)
}

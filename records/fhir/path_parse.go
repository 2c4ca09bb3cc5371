package fhir

import (
	"fmt"
	"strings"
)

// compilePath reads a FHIRPath expression.
func compilePath(s string) (*expr, error) {
	p := pathParser{s: s}
	p.next()
	e, err := p.or()
	if err == nil && p.tok != "" {
		err = p.fail("unexpected")
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

type pathParser struct {
	s   string
	i   int
	tok string // current token; strings keep their opening quote
}

func (p *pathParser) fail(what string) error {
	return fmt.Errorf("fhirpath: %s %q at %d", what, p.tok, p.i)
}

func (p *pathParser) next() {
	for p.i < len(p.s) && isBlank(p.s[p.i]) {
		p.i++
	}
	from := p.i
	if p.i >= len(p.s) {
		p.tok = ""
		return
	}
	switch c := p.s[p.i]; {
	case c == '\'':
		end := strings.IndexByte(p.s[p.i+1:], '\'')
		if end < 0 {
			p.i = len(p.s)
			p.tok = "?"
			return
		}
		p.tok = p.s[from : from+1+end]
		p.i += end + 2
		return
	case isNameByte(c) && c != ':' && c != '-' || c == '$':
		p.i++
		for p.i < len(p.s) && isNameByte(p.s[p.i]) && p.s[p.i] != ':' && p.s[p.i] != '-' {
			p.i++
		}
	case strings.HasPrefix(p.s[p.i:], "!="):
		p.i += 2
	default:
		p.i++
	}
	p.tok = p.s[from:p.i]
}

func (p *pathParser) take(tok string) bool {
	if p.tok == tok {
		p.next()
		return true
	}
	return false
}

func (p *pathParser) binary(ops map[string]opcode, operand func() (*expr, error)) (*expr, error) {
	left, err := operand()
	for err == nil {
		op, ok := ops[p.tok]
		if !ok {
			return left, nil
		}
		p.next()
		var right *expr
		right, err = operand()
		left = &expr{op: op, left: left, right: right}
	}
	return nil, err
}

func (p *pathParser) or() (*expr, error) { return p.binary(map[string]opcode{"or": opOr}, p.and) }
func (p *pathParser) and() (*expr, error) {
	return p.binary(map[string]opcode{"and": opAnd}, p.equality)
}
func (p *pathParser) equality() (*expr, error) {
	return p.binary(map[string]opcode{"=": opEqual, "!=": opUnequal}, p.union)
}
func (p *pathParser) union() (*expr, error) { return p.binary(map[string]opcode{"|": opUnion}, p.cast) }

func (p *pathParser) cast() (*expr, error) {
	e, err := p.postfix()
	for err == nil && (p.tok == "as" || p.tok == "is") {
		op := opAs
		if p.tok == "is" {
			op = opIs
		}
		p.next()
		e = &expr{op: op, left: e, name: p.tok}
		if !isName(p.tok) {
			return nil, p.fail("no type")
		}
		p.next()
	}
	return e, err
}

func isName(tok string) bool {
	return tok != "" && (tok[0] >= 'a' && tok[0] <= 'z' || tok[0] >= 'A' && tok[0] <= 'Z')
}

func (p *pathParser) postfix() (*expr, error) {
	e, err := p.term()
	for err == nil {
		switch {
		case p.take("."):
			if !isName(p.tok) {
				return nil, p.fail("no element")
			}
			name := p.tok
			p.next()
			if p.tok == "(" {
				e, err = p.call(e, name)
			} else {
				e = &expr{op: opField, left: e, name: name}
			}
		case p.take("["):
			index, ok := number(p.tok, 0, len(p.tok))
			if !ok || len(p.tok) == 0 || len(p.tok) > 6 {
				return nil, p.fail("no index")
			}
			p.next()
			if !p.take("]") {
				return nil, p.fail("no ] but")
			}
			e = &expr{op: opIndex, left: e, index: index}
		default:
			return e, nil
		}
	}
	return nil, err
}

func (p *pathParser) term() (*expr, error) {
	tok := p.tok
	switch {
	case p.take("("):
		e, err := p.or()
		if err == nil && !p.take(")") {
			err = p.fail("no ) but")
		}
		return e, err
	case tok == "true" || tok == "false":
		p.next()
		return &expr{op: opLiteral, lit: truthNodes[tok == "true"]}, nil
	case tok != "" && tok[0] == '\'':
		p.next()
		return &expr{op: opLiteral, lit: String(tok[1:])}, nil
	case tok != "" && scanNumber(tok) == len(tok):
		p.next()
		return &expr{op: opLiteral, lit: Number(tok)}, nil
	case tok == "$this":
		p.next()
		return &expr{op: opThis}, nil
	case !isName(tok):
		return nil, p.fail("unexpected")
	}
	p.next()
	if p.tok == "(" {
		return p.call(&expr{op: opThis}, tok)
	}
	if t := r4().types[tok]; t != nil && t.kind == 'r' {
		return &expr{op: opRoot, name: tok}, nil
	}
	return &expr{op: opField, left: &expr{op: opThis}, name: tok}, nil
}

// pathFunctions and what they take: nothing, an expression, optionally one, a type, a text.
var pathFunctions = map[string]struct {
	op    opcode
	takes byte
}{
	"where": {opWhere, 'e'}, "exists": {opExists, 'o'}, "empty": {opEmpty, 0}, "not": {opNot, 0}, "first": {opFirst, 0},
	"resolve": {opResolve, 0}, "extension": {opExtension, 's'}, "as": {opAs, 't'}, "ofType": {opAs, 't'}, "is": {opIs, 't'},
}

func (p *pathParser) call(left *expr, name string) (*expr, error) {
	f, ok := pathFunctions[name]
	if !ok {
		return nil, fmt.Errorf("fhirpath: function %q is not known", name)
	}
	p.next() // (
	e := &expr{op: f.op, left: left}
	switch {
	case f.takes == 'e' || f.takes == 'o' && p.tok != ")":
		var err error
		if e.right, err = p.or(); err != nil {
			return nil, err
		}
	case f.takes == 't' && isName(p.tok), f.takes == 's' && p.tok != "" && p.tok[0] == '\'':
		e.name = strings.TrimPrefix(p.tok, "'")
		p.next()
	case f.takes == 't' || f.takes == 's':
		return nil, p.fail("wrong argument")
	}
	if !p.take(")") {
		return nil, p.fail("no ) but")
	}
	return e, nil
}

package fhir

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

const (
	// maxDepth bounds the nesting of a resource. The deepest official example has about 20 levels.
	maxDepth = 64
	// manyMembers is the number of members from which duplicates are looked for with a map.
	manyMembers = 24
	// maxSlab bounds how many nodes are allocated at once, whatever the input's punctuation suggests.
	maxSlab = 4096
)

// SyntaxError says where and why a text is not acceptable JSON. Msg never holds text of the input.
type SyntaxError struct {
	Offset int    // byte offset in the input
	Path   string // place in the value, as Patient.name[0].family, without the type when it comes later; "" when none is known
	Msg    string
}

func (e *SyntaxError) Error() string {
	s := "invalid JSON at byte " + strconv.Itoa(e.Offset)
	if e.Path != "" {
		s += " (" + e.Path + ")"
	}
	return s + ": " + e.Msg
}

// Parse reads exactly one JSON value. It refuses what readers could disagree about: duplicate keys, text that is
// not UTF-8, unpaired surrogates, data after the value, more than 64 levels. A leading byte order mark is ignored
// (RFC 8259 section 8.1 allows that). The input is not kept.
func Parse(b []byte) (*Node, error) {
	start := 0
	if len(b) >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF {
		start = 3
	}
	if !utf8.Valid(b) {
		return nil, notUTF8(b)
	}
	p := parsers.Get().(*parser)
	p.s, p.i, p.depth = string(b), start, 0
	// Every value follows a comma, or is the first of a container, or is the top. Strings with much punctuation
	// make the guess too high, so it is bounded by what real resources hold.
	guess := 1 + bytes.Count(b, comma) + bytes.Count(b, brace) + bytes.Count(b, bracket)
	p.guess = min(guess, 16+len(b)/8)
	n, err := p.document()
	p.release()
	if err != nil {
		return nil, err
	}
	return n, nil
}

var comma, brace, bracket = []byte(","), []byte("{"), []byte("[")

// notUTF8 finds the place of the first byte that is no text: where a reader of what stands before it has come to.
func notUTF8(b []byte) *SyntaxError {
	e := &SyntaxError{Offset: badUTF8(b), Msg: "not valid UTF-8"}
	if _, err := Parse(b[:e.Offset]); err != nil {
		if before, ok := errors.AsType[*SyntaxError](err); ok && before.Offset == e.Offset {
			e.Path = before.Path
		}
	}
	return e
}

func badUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return len(b)
}

// parser is a recursive descent over s. Strings without escapes, keys and numbers are substrings of s; nodes,
// members and items come from slabs, so that a resource costs a handful of allocations.
type parser struct {
	s       string
	i       int
	depth   int
	typ     string // resourceType of the outermost object, as far as it is read
	guess   int    // how many more nodes to expect
	nodes   []Node
	members []Member
	items   []*Node
	mstack  []Member // members of the objects that are open
	istack  []*Node  // items of the arrays that are open
}

var parsers = sync.Pool{New: func() any { return new(parser) }}

func (p *parser) release() {
	// The stacks are reused; the slabs belong to the result.
	clear(p.mstack)
	clear(p.istack)
	*p = parser{mstack: p.mstack[:0], istack: p.istack[:0]}
	if cap(p.mstack) <= maxSlab && cap(p.istack) <= maxSlab {
		parsers.Put(p)
	}
}

func (p *parser) fail(msg string) *SyntaxError { return &SyntaxError{Offset: p.i, Msg: msg} }

func (p *parser) document() (*Node, *SyntaxError) {
	p.space()
	n, err := p.value()
	if err != nil {
		if IsType(p.typ) {
			return nil, err.under(p.typ)
		}
		return nil, err
	}
	p.space()
	if p.i < len(p.s) {
		return nil, p.fail("data after the end of the value")
	}
	return n, nil
}

func (p *parser) space() {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

func (p *parser) node() *Node {
	if len(p.nodes) == 0 {
		p.nodes = make([]Node, min(p.guess, maxSlab))
		p.guess = max(p.guess-maxSlab, 16)
	}
	n := &p.nodes[0]
	p.nodes = p.nodes[1:]
	return n
}

func (p *parser) value() (*Node, *SyntaxError) {
	if p.i >= len(p.s) {
		return nil, p.fail("the text ends where a value is expected")
	}
	switch c := p.s[p.i]; c {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"':
		text, err := p.str()
		if err != nil {
			return nil, err
		}
		n := p.node()
		n.kind, n.text = KindString, text
		return n, nil
	case 't', 'f', 'n':
		return p.word(c)
	}
	return p.number()
}

func (p *parser) word(c byte) (*Node, *SyntaxError) {
	rest := p.s[p.i:]
	switch {
	case c == 't' && strings.HasPrefix(rest, "true"):
		n := p.node()
		n.kind, n.truth = KindBool, true
		p.i += 4
		return n, nil
	case c == 'f' && strings.HasPrefix(rest, "false"):
		n := p.node()
		n.kind = KindBool
		p.i += 5
		return n, nil
	case c == 'n' && strings.HasPrefix(rest, "null"):
		p.i += 4
		return p.node(), nil
	}
	return nil, p.fail("not a JSON value")
}

func (p *parser) number() (*Node, *SyntaxError) {
	end := scanNumber(p.s[p.i:])
	if end == 0 {
		return nil, p.fail("not a JSON value")
	}
	n := p.node()
	n.kind, n.text = KindNumber, p.s[p.i:p.i+end]
	p.i += end
	return n, nil
}

// scanNumber returns the length of the JSON number (RFC 8259 section 6) that s begins with, or 0.
func scanNumber(s string) int {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
		if i < len(s) && s[i] >= '0' && s[i] <= '9' {
			return 0
		}
	} else if !digits() {
		return 0
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !digits() {
			return 0
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return 0
		}
	}
	return i
}

func (p *parser) object() (*Node, *SyntaxError) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("nested more than 64 levels deep")
	}
	p.i++
	base := len(p.mstack)
	n := p.node()
	n.kind = KindObject
	p.space()
	if p.i < len(p.s) && p.s[p.i] == '}' {
		p.i++
		p.depth--
		return n, nil
	}
	var seen map[string]struct{}
	for {
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != '"' {
			return nil, p.fail("a member's name is expected")
		}
		at := p.i
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if seen == nil && len(p.mstack)-base >= manyMembers {
			seen = p.names(base)
		}
		if seen == nil && p.repeated(base, key) || seen != nil && !add(seen, key) {
			return nil, &SyntaxError{Offset: at, Path: safeName(key), Msg: "the member is there twice"}
		}
		p.space()
		if p.i >= len(p.s) || p.s[p.i] != ':' {
			return nil, p.fail("a colon is expected")
		}
		p.i++
		p.space()
		v, err := p.value()
		if err != nil {
			return nil, err.under(safeName(key))
		}
		if p.depth == 1 && key == "resourceType" {
			p.typ = v.Str()
		}
		p.mstack = append(p.mstack, Member{key, v})
		p.space()
		if p.i >= len(p.s) {
			return nil, p.fail("the text ends inside an object")
		}
		if p.s[p.i] == ',' {
			p.i++
			continue
		}
		if p.s[p.i] != '}' {
			return nil, p.fail("a comma or the end of the object is expected")
		}
		p.i++
		break
	}
	n.members = p.takeMembers(base)
	p.depth--
	return n, nil
}

// names returns the names of the open object's members as a set, for objects with many of them.
func (p *parser) names(base int) map[string]struct{} {
	seen := make(map[string]struct{}, 4*manyMembers)
	for _, m := range p.mstack[base:] {
		seen[m.Key] = struct{}{}
	}
	return seen
}

func (p *parser) repeated(base int, key string) bool {
	for i := base; i < len(p.mstack); i++ {
		if p.mstack[i].Key == key {
			return true
		}
	}
	return false
}

func add(seen map[string]struct{}, key string) bool {
	if _, ok := seen[key]; ok {
		return false
	}
	seen[key] = struct{}{}
	return true
}

// takeMembers moves the open object's members from the stack to a slab. The capacity ends with the slice, so that
// a later Set never writes into a neighbour.
func (p *parser) takeMembers(base int) []Member {
	k := len(p.mstack) - base
	if len(p.members) < k {
		p.members = make([]Member, max(k, len(p.nodes)))
	}
	out := p.members[:k:k]
	p.members = p.members[k:]
	copy(out, p.mstack[base:])
	clear(p.mstack[base:])
	p.mstack = p.mstack[:base]
	return out
}

func (p *parser) array() (*Node, *SyntaxError) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("nested more than 64 levels deep")
	}
	p.i++
	base := len(p.istack)
	n := p.node()
	n.kind = KindArray
	p.space()
	if p.i < len(p.s) && p.s[p.i] == ']' {
		p.i++
		p.depth--
		return n, nil
	}
	for {
		p.space()
		at := len(p.istack) - base // a value that fails may leave its own items on the stack
		v, err := p.value()
		if err != nil {
			return nil, err.under("[" + strconv.Itoa(at) + "]")
		}
		p.istack = append(p.istack, v)
		p.space()
		if p.i >= len(p.s) {
			return nil, p.fail("the text ends inside an array")
		}
		if p.s[p.i] == ',' {
			p.i++
			continue
		}
		if p.s[p.i] != ']' {
			return nil, p.fail("a comma or the end of the array is expected")
		}
		p.i++
		break
	}
	k := len(p.istack) - base
	if len(p.items) < k {
		p.items = make([]*Node, max(k, min(len(p.nodes), 16)))
	}
	n.items = p.items[:k:k]
	p.items = p.items[k:]
	copy(n.items, p.istack[base:])
	clear(p.istack[base:])
	p.istack = p.istack[:base]
	p.depth--
	return n, nil
}

// under puts one more segment in front of the path while the error travels up.
func (e *SyntaxError) under(segment string) *SyntaxError {
	if e.Path != "" && e.Path[0] != '[' {
		segment += "."
	}
	e.Path = segment + e.Path
	return e
}

// safeName returns an element name for an error text. What is no plausible name may be anything, also a fact about
// a patient, and is left out.
func safeName(key string) string {
	if len(key) == 0 || len(key) > 64 {
		return "?"
	}
	for i := 0; i < len(key); i++ {
		c := key[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || key[i] < '0' || key[i] > '9') && key[i] != '_' {
			return "?"
		}
	}
	return key
}

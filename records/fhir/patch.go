package fhir

import (
	"strconv"
	"strings"
)

// Patch is a list of operations on JSON that are done one after the other, all or none (RFC 6902).
type Patch []patchOp

type patchOp struct {
	op         string
	path, from []string // tokens of the pointers (RFC 6901); the whole document has none
	value      *Node
}

// PatchError says which operation is wrong, counted from 0. Malformed: no document could be patched by it; otherwise it
// does not fit this one. Msg never holds what was sent.
type PatchError struct {
	Index     int
	Malformed bool
	Msg       string
}

func (e *PatchError) Error() string {
	if e.Index < 0 {
		return e.Msg
	}
	return "operation " + strconv.Itoa(e.Index) + ": " + e.Msg
}

// Bounds of a patch. Copies could otherwise double a document with each operation.
const (
	maxPatchOps   = 1000
	maxPatchNodes = 100_000
)

// ParsePatch reads a patch. Members that RFC 6902 does not know are passed over (section 4).
func ParsePatch(b []byte) (Patch, error) {
	n, err := Parse(b)
	if err != nil {
		return nil, err
	}
	malformed := func(i int, msg string) error { return &PatchError{Index: i, Malformed: true, Msg: msg} }
	if n.Kind() != KindArray {
		return nil, malformed(-1, "a JSON Patch is an array of operations")
	}
	if len(n.items) > maxPatchOps {
		return nil, malformed(-1, "a patch may have at most "+strconv.Itoa(maxPatchOps)+" operations")
	}
	p := make(Patch, len(n.items))
	for i, it := range n.items {
		o := &p[i]
		o.op = it.member("op").Str()
		var ok bool
		if it.member("path").Kind() != KindString {
			return nil, malformed(i, "the path is missing")
		}
		if o.path, ok = pointer(it.member("path").Str()); !ok {
			return nil, malformed(i, "the path is no JSON pointer")
		}
		switch o.op {
		case "add", "replace", "test":
			if o.value = it.member("value"); o.value == nil {
				return nil, malformed(i, "the value is missing")
			}
		case "move", "copy":
			if it.member("from").Kind() != KindString {
				return nil, malformed(i, "from is missing")
			}
			if o.from, ok = pointer(it.member("from").Str()); !ok {
				return nil, malformed(i, "from is no JSON pointer")
			}
		case "remove":
		default:
			return nil, malformed(i, "one of these operations is expected: add, remove, replace, move, copy, test")
		}
	}
	return p, nil
}

// pointer takes a JSON pointer apart (RFC 6901, section 3 and 4).
func pointer(s string) ([]string, bool) {
	if s == "" {
		return nil, true
	}
	if s[0] != '/' {
		return nil, false
	}
	tokens := strings.Split(s[1:], "/")
	for i, t := range tokens {
		for k := 0; k < len(t); k++ {
			if t[k] == '~' && (k+1 == len(t) || t[k+1] != '0' && t[k+1] != '1') {
				return nil, false
			}
		}
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(t, "~1", "/"), "~0", "~")
	}
	return tokens, true
}

// Apply gives the document as it is after the patch; n itself stays as it is.
func (p Patch) Apply(n *Node) (*Node, error) {
	a := &patching{root: n.Clone(), room: maxPatchNodes}
	for i := range p {
		if msg := a.do(&p[i]); msg != "" {
			return nil, &PatchError{Index: i, Msg: msg}
		}
	}
	if a.root.deeper(maxDepth) {
		return nil, &PatchError{Index: len(p) - 1, Msg: "the result is nested too deeply"}
	}
	return a.root, nil
}

// patching is a document on its way; room is how many values may still be copied into it.
type patching struct {
	root *Node
	room int
}

const (
	nothingThere = "there is nothing at the path"
	tooMuch      = "the result is too large"
)

func (a *patching) do(o *patchOp) string {
	switch o.op {
	case "test":
		v, ok := a.find(o.path)
		if !ok {
			return nothingThere
		}
		if !sameJSON(v, o.value) {
			return "the value is not the one that was expected"
		}
		return ""
	case "remove":
		_, msg := a.take(o.path)
		return msg
	case "replace":
		slot, ok := a.slot(o.path)
		if !ok {
			return nothingThere
		}
		return a.put(slot, o.value)
	case "add":
		return a.add(o.path, o.value)
	}
	if len(o.from) < len(o.path) && o.op == "move" && equalTokens(o.from, o.path[:len(o.from)]) {
		return "a value cannot be moved into itself"
	}
	v, ok := a.find(o.from)
	if !ok {
		return "there is nothing at from"
	}
	if o.op == "move" {
		if equalTokens(o.from, o.path) {
			return ""
		}
		if _, msg := a.take(o.from); msg != "" {
			return msg
		}
	}
	return a.add(o.path, v)
}

func equalTokens(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// put writes a copy of v to a place.
func (a *patching) put(slot **Node, v *Node) string {
	if a.room -= v.size(a.room); a.room <= 0 {
		return tooMuch
	}
	*slot = v.Clone()
	if *slot == nil {
		*slot = &Node{}
	}
	return ""
}

func (a *patching) find(path []string) (*Node, bool) {
	slot, ok := a.slot(path)
	if !ok {
		return nil, false
	}
	return *slot, true
}

// slot is where the value at the path stands.
func (a *patching) slot(path []string) (**Node, bool) {
	at := &a.root
	for _, t := range path {
		n := *at
		switch n.Kind() {
		case KindObject:
			i := n.memberIndex(t)
			if i < 0 {
				return nil, false
			}
			at = &n.members[i].Value
		case KindArray:
			i, ok := arrayIndex(t)
			if !ok || i >= len(n.items) {
				return nil, false
			}
			at = &n.items[i]
		default:
			return nil, false
		}
	}
	return at, true
}

// add is RFC 6902, section 4.1: a member is set, an item is put in before the one that stands there.
func (a *patching) add(path []string, v *Node) string {
	if len(path) == 0 {
		return a.put(&a.root, v)
	}
	last := path[len(path)-1]
	in, ok := a.find(path[:len(path)-1])
	if !ok {
		return "there is nothing to add to at the path"
	}
	switch in.Kind() {
	case KindObject:
		i := in.memberIndex(last)
		if i < 0 {
			i = len(in.members)
			in.members = append(in.members, Member{Key: last})
		}
		return a.put(&in.members[i].Value, v)
	case KindArray:
		i := len(in.items)
		if last != "-" {
			if i, ok = arrayIndex(last); !ok || i > len(in.items) {
				return "the path names no place in the array"
			}
		}
		var fresh *Node
		if msg := a.put(&fresh, v); msg != "" {
			return msg
		}
		items := make([]*Node, 0, len(in.items)+1)
		in.items = append(append(append(items, in.items[:i]...), fresh), in.items[i:]...)
		return ""
	}
	return "there is nothing to add to at the path"
}

// take removes the value at the path.
func (a *patching) take(path []string) (*Node, string) {
	v, ok := a.find(path)
	if !ok {
		return nil, nothingThere
	}
	if len(path) == 0 {
		return nil, "the whole document cannot be removed"
	}
	in, _ := a.find(path[:len(path)-1])
	last := path[len(path)-1]
	if in.Kind() == KindObject {
		in.Delete(last)
		return v, ""
	}
	i, _ := arrayIndex(last)
	in.items = append(in.items[:i:i], in.items[i+1:]...)
	return v, ""
}

func (n *Node) memberIndex(key string) int {
	for i := range n.members {
		if n.members[i].Key == key {
			return i
		}
	}
	return -1
}

// arrayIndex reads a place in an array: digits without leading zeros (RFC 6901, section 4).
func arrayIndex(t string) (int, bool) {
	if t == "" || len(t) > 9 || t[0] == '0' && len(t) > 1 {
		return 0, false
	}
	for i := 0; i < len(t); i++ {
		if t[i] < '0' || t[i] > '9' {
			return 0, false
		}
	}
	i, err := strconv.Atoi(t)
	return i, err == nil
}

// size counts the values of the tree, up to a bound.
func (n *Node) size(most int) int {
	count := 1
	if n == nil {
		return count
	}
	for i := range n.members {
		if count > most {
			return count
		}
		count += n.members[i].Value.size(most - count)
	}
	for _, it := range n.items {
		if count > most {
			return count
		}
		count += it.size(most - count)
	}
	return count
}

// deeper tells whether the tree has more than that many levels.
func (n *Node) deeper(levels int) bool {
	if k := n.Kind(); k != KindObject && k != KindArray {
		return false
	}
	if levels == 0 {
		return true
	}
	for i := range n.members {
		if n.members[i].Value.deeper(levels - 1) {
			return true
		}
	}
	for _, it := range n.items {
		if it.deeper(levels - 1) {
			return true
		}
	}
	return false
}

// sameJSON is equality as RFC 6902, section 4.6, has it: numbers are equal when their values are, whatever their
// precision.
func sameJSON(a, b *Node) bool {
	if a.Kind() != b.Kind() {
		return false
	}
	switch a.Kind() {
	case KindNumber:
		return a.text == b.text || plainNumber(a.text) == plainNumber(b.text)
	case KindArray:
		if len(a.items) != len(b.items) {
			return false
		}
		for i := range a.items {
			if !sameJSON(a.items[i], b.items[i]) {
				return false
			}
		}
		return true
	case KindObject:
		if len(a.members) != len(b.members) {
			return false
		}
		for _, m := range a.members {
			i := b.memberIndex(m.Key)
			if i < 0 || !sameJSON(m.Value, b.members[i].Value) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// plainNumber writes a JSON number in one way: its digits without zeros at the ends, and the power of ten of the last.
func plainNumber(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	mantissa, exponent := s, 0
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		e, err := strconv.Atoi(strings.TrimPrefix(s[at+1:], "+"))
		if err != nil {
			return sign + s // beyond any number that is kept here: equal when written alike
		}
		mantissa, exponent = s[:at], e
	}
	whole, part, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+part, "0")
	exponent -= len(part)
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return "0"
	}
	exponent += len(digits) - len(short)
	return sign + short + "e" + strconv.Itoa(exponent)
}

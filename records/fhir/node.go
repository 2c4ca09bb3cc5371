package fhir

import (
	"strconv"
)

// Kind tells which of JSON's six kinds of value a Node is.
type Kind uint8

// The kinds of JSON values. A nil *Node counts as KindNull.
const (
	KindNull Kind = iota
	KindBool
	KindNumber
	KindString
	KindObject
	KindArray
)

func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "object", "array"}[k]
}

// Member is one key and value of an object, in the order in which they were written.
type Member struct {
	Key   string
	Value *Node
}

// Node is one JSON value. All methods may be called on nil.
type Node struct {
	text    string   // value of a string, text of a number
	members []Member // of an object
	items   []*Node  // of an array
	kind    Kind
	truth   bool
}

// String returns a string node.
func String(s string) *Node { return &Node{kind: KindString, text: s} }

// Number returns a number node with exactly this text, which must be a JSON number.
func Number(text string) *Node { return &Node{kind: KindNumber, text: text} }

// Boolean returns a boolean node.
func Boolean(b bool) *Node { return &Node{kind: KindBool, truth: b} }

// Object returns an object node with these members in this order.
func Object(m ...Member) *Node { return &Node{kind: KindObject, members: m} }

// Array returns an array node.
func Array(items ...*Node) *Node { return &Node{kind: KindArray, items: items} }

// Kind returns the kind of the value.
func (n *Node) Kind() Kind {
	if n == nil {
		return KindNull
	}
	return n.kind
}

// Get follows object members. It returns nil as soon as one is missing; arrays are never entered implicitly.
func (n *Node) Get(path ...string) *Node {
	for _, key := range path {
		n = n.member(key)
		if n == nil {
			return nil
		}
	}
	return n
}

func (n *Node) member(key string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.members {
		if n.members[i].Key == key {
			return n.members[i].Value
		}
	}
	return nil
}

// Items returns the items of an array, nil for every other kind.
func (n *Node) Items() []*Node {
	if n == nil {
		return nil
	}
	return n.items
}

// Members returns the members of an object, nil for every other kind.
func (n *Node) Members() []Member {
	if n == nil {
		return nil
	}
	return n.members
}

// Str returns the value of a string node, "" for every other kind.
func (n *Node) Str() string {
	if n == nil || n.kind != KindString {
		return ""
	}
	return n.text
}

// Num returns the exact text of a number node, "" for every other kind.
func (n *Node) Num() string {
	if n == nil || n.kind != KindNumber {
		return ""
	}
	return n.text
}

// Float returns a number as float64. ok is false for other kinds and for numbers beyond float64.
func (n *Node) Float() (float64, bool) {
	if n == nil || n.kind != KindNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(n.text, 64)
	return f, err == nil
}

// Bool returns the value of a boolean node; ok is false for every other kind.
func (n *Node) Bool() (v, ok bool) {
	if n == nil || n.kind != KindBool {
		return false, false
	}
	return n.truth, true
}

// Set replaces the member of that key in place, or appends it. On anything but an object it does nothing.
func (n *Node) Set(key string, v *Node) {
	if n == nil || n.kind != KindObject {
		return
	}
	for i := range n.members {
		if n.members[i].Key == key {
			n.members[i].Value = v
			return
		}
	}
	n.members = append(n.members, Member{key, v})
}

// Delete removes the member of that key.
func (n *Node) Delete(key string) {
	if n == nil {
		return
	}
	for i := range n.members {
		if n.members[i].Key == key {
			n.members = append(n.members[:i:i], n.members[i+1:]...)
			return
		}
	}
}

// SetStr turns this node into that string.
func (n *Node) SetStr(s string) {
	if n != nil {
		*n = Node{kind: KindString, text: s}
	}
}

// Clone copies the whole tree.
func (n *Node) Clone() *Node {
	if n == nil {
		return nil
	}
	c := *n
	if n.members != nil {
		c.members = make([]Member, len(n.members))
		for i, m := range n.members {
			c.members[i] = Member{m.Key, m.Value.Clone()}
		}
	}
	if n.items != nil {
		c.items = make([]*Node, len(n.items))
		for i, it := range n.items {
			c.items[i] = it.Clone()
		}
	}
	return &c
}

// Equal says whether two values mean the same: the order of members is ignored, numbers are compared by text,
// since in FHIR 1.0 and 1.00 say different things about precision.
func (n *Node) Equal(o *Node) bool {
	if n.Kind() != o.Kind() {
		return false
	}
	switch n.Kind() {
	case KindNull:
		return true
	case KindBool:
		return n.truth == o.truth
	case KindNumber, KindString:
		return n.text == o.text
	case KindArray:
		if len(n.items) != len(o.items) {
			return false
		}
		for i := range n.items {
			if !n.items[i].Equal(o.items[i]) {
				return false
			}
		}
		return true
	}
	if len(n.members) != len(o.members) {
		return false
	}
	if len(n.members) > manyMembers {
		byKey := make(map[string]*Node, len(o.members))
		for _, m := range o.members {
			byKey[m.Key] = m.Value
		}
		for _, m := range n.members {
			v, ok := byKey[m.Key]
			if !ok || !m.Value.Equal(v) {
				return false
			}
		}
		return true
	}
	for i, m := range n.members {
		// Two writings of one resource mostly agree in order, so the same place is tried first.
		if o.members[i].Key == m.Key {
			if !m.Value.Equal(o.members[i].Value) {
				return false
			}
			continue
		}
		found := false
		for j := range o.members {
			if o.members[j].Key == m.Key {
				if !m.Value.Equal(o.members[j].Value) {
					return false
				}
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// ResourceType returns the type that the resource says it is.
func (n *Node) ResourceType() string { return n.member("resourceType").Str() }

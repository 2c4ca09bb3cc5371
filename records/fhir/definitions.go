package fhir

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed definitions/r4.table.gz
var packedTable []byte

// definitions is the unpacked table: where each type begins. definitions/gen describes the lines.
type definitions struct {
	types     map[string]*typeDef
	resources []string // names of the resource types that can be sent, sorted
	lists     []*codeList
	bySet     map[string]*codeList // by the URL of the value set
}

// r4 unpacks the table at first use.
var r4 = sync.OnceValue(func() *definitions {
	d := &definitions{types: make(map[string]*typeDef, 256), lists: make([]*codeList, 1, 256), bySet: make(map[string]*codeList, 256)}
	rest := unpack(packedTable)
	for strings.HasPrefix(rest, "L\t") {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		set, fields, _ := strings.Cut(line[2:], "\t")
		list := &codeList{raw: fields}
		d.lists = append(d.lists, list)
		d.bySet[set] = list
	}
	for rest != "" {
		section := rest
		if end := strings.Index(rest, "\nT\t"); end >= 0 {
			section, rest = rest[:end+1], rest[end+1:]
		} else {
			rest = ""
		}
		head, body, _ := strings.Cut(section, "\n")
		f := strings.Split(head, "\t")
		t := &typeDef{name: f[1], kind: f[2][0], base: f[3], raw: body}
		if f[4] != "" {
			t.compartment = strings.Split(f[4], ",")
		}
		d.types[t.name] = t
		if t.kind == 'r' && t.name != "Resource" && t.name != "DomainResource" {
			d.resources = append(d.resources, t.name)
		}
	}
	slices.Sort(d.resources)
	return d
})

// unpack reads a table. It is part of the binary, so damage is a build error and panics.
func unpack(packed []byte) string {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("fhir: definitions: " + err.Error())
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		panic("fhir: definitions: " + err.Error())
	}
	return string(plain)
}

// typeDef is one type of the table, decoded when it is first asked for.
type typeDef struct {
	name, base, raw string
	kind            byte // p(rimitive), c(omplex), r(esource)
	compartment     []string

	once   sync.Once
	shapes map[string]*shape // by path: the type itself and its backbone elements

	paramsOnce sync.Once
	params     []*Param
	paramIndex map[string]*Param
	indexed    []*Param
}

// shape is a set of elements: of a resource, a data type, or a backbone element.
type shape struct {
	name     string // Observation, HumanName, Observation.component
	def      *typeDef
	props    map[string]*prop   // by JSON name, so each variant of a choice on its own
	choices  map[string][]*prop // variants of value[x] by "value"
	required uint64             // bits of the elements with min 1
	names    []string           // element name of each bit, for messages
	resource bool

	invariants []*invariant
}

// prop is one JSON member of a shape.
type prop struct {
	json    string // valueQuantity
	sibling string // _valueQuantity, for primitives
	element string // value
	typ     string // Quantity
	of      string // type that describes the content: Quantity, SimpleQuantity, Observation.component
	prim    primitive
	rule    rule // further rules of the data type
	bit     uint8
	many    bool
	choice  bool
	summary bool     // part of a summary
	modify  bool     // changes what the rest means
	targets []string // allowed types of a Reference; nil means any
	codes   *codeList

	invariants []*invariant // beyond those of the type

	once  sync.Once
	shape *shape
}

// content returns the shape of a complex property's value; nil for primitives and for whole resources.
func (p *prop) content() *shape {
	p.once.Do(func() {
		if p.prim == notPrimitive && p.typ != "Resource" {
			p.shape = shapeOf(p.of)
		}
	})
	return p.shape
}

// shapeOf finds the shape of a type or a backbone path; nil when there is none.
func shapeOf(path string) *shape {
	name, _, _ := strings.Cut(path, ".")
	t := r4().types[name]
	if t == nil || t.kind == 'p' {
		return nil
	}
	t.once.Do(t.decode)
	return t.shapes[path]
}

// resourceShape returns the shape of a resource type that can be sent.
func resourceShape(name string) *shape {
	if !IsType(name) {
		return nil
	}
	return shapeOf(name)
}

func (t *typeDef) decode() {
	t.shapes = make(map[string]*shape, 8)
	s := t.newShape(t.name, t.base)
	var last []*prop // the variants of the element above
	for line := range strings.Lines(t.raw) {
		f := strings.Split(line[:len(line)-1], "\t")
		switch f[0] {
		case "B":
			s, last = t.newShape(f[1], f[2]), nil
		case "C":
			if inv := newInvariant(f[1], f[2], f[3], f[4]); inv == nil {
				continue
			} else if last == nil {
				s.invariants = append(s.invariants, inv)
			} else {
				for _, p := range last {
					p.invariants = append(p.invariants, inv)
				}
			}
		case "E":
			last = s.element(f[1], f[2], f[3], f[4], f[5], f[6])
		}
	}
}

func (t *typeDef) newShape(name, base string) *shape {
	s := &shape{name: name, def: t, props: make(map[string]*prop, 32), resource: name == t.name && t.kind == 'r'}
	if b := shapeOf(base); b != nil {
		for k, p := range b.props {
			// A copy, because a prop resolves its content once and holds a lock for that.
			s.props[k] = &prop{json: p.json, sibling: p.sibling, element: p.element, typ: p.typ, of: p.of, prim: p.prim, bit: p.bit,
				rule: p.rule, many: p.many, choice: p.choice, summary: p.summary, modify: p.modify, targets: p.targets, codes: p.codes, invariants: p.invariants}
		}
		s.names = slices.Clone(b.names)
		s.required = b.required
		s.invariants = slices.Clone(b.invariants)
		for k, variants := range b.choices {
			for _, v := range variants {
				s.choose(k, s.props[v.json])
			}
		}
	}
	t.shapes[name] = s
	return s
}

func (s *shape) choose(element string, p *prop) {
	if s.choices == nil {
		s.choices = map[string][]*prop{}
	}
	s.choices[element] = append(s.choices[element], p)
}

func (s *shape) element(name, low, high, types, list, flags string) (variants []*prop) {
	bit := uint8(len(s.names))
	if bit > 63 {
		panic("fhir: definitions: more than 64 elements in " + s.name)
	}
	element, choice := strings.CutSuffix(name, "[x]")
	s.names = append(s.names, element)
	if low != "0" {
		s.required |= 1 << bit
	}
	for _, typ := range strings.Split(types, " ") {
		p := &prop{json: element, element: element, bit: bit, many: high == "*", choice: choice,
			summary: strings.Contains(flags, "s"), modify: strings.Contains(flags, "m")}
		if head, targets, ok := strings.Cut(typ, "("); ok {
			typ = head
			p.targets = strings.Split(strings.TrimSuffix(targets, ")"), ",")
		}
		if path, ok := strings.CutPrefix(typ, "@"); ok {
			p.typ, p.of = "BackboneElement", path
		} else if head, profile, ok := strings.Cut(typ, ":"); ok {
			p.typ, p.of = head, profile
		} else {
			p.typ, p.of = typ, typ
		}
		p.prim = primitives[p.typ]
		p.rule = rules[p.typ]
		if choice {
			p.json = element + strings.ToUpper(p.typ[:1]) + p.typ[1:]
			s.choose(element, p)
		}
		if p.prim != notPrimitive {
			p.sibling = "_" + p.json
		}
		if n, _ := strconv.Atoi(list); n > 0 && (p.prim != notPrimitive || p.typ == "CodeableConcept" || p.typ == "Coding") {
			p.codes = r4().lists[n]
		}
		s.props[p.json] = p
		variants = append(variants, p)
	}
	return variants
}

// codeList is the closed list of a required binding.
type codeList struct {
	raw     string
	once    sync.Once
	systems map[string]map[string]struct{}
	any     map[string]string // code to its system; "" when several systems have it
}

func (c *codeList) load() {
	c.once.Do(func() {
		f := strings.Split(c.raw, "\t")
		c.systems = make(map[string]map[string]struct{}, len(f)/2)
		c.any = map[string]string{}
		for i := 0; i+1 < len(f); i += 2 {
			codes := strings.Split(f[i+1], "|")
			set := make(map[string]struct{}, len(codes))
			for _, code := range codes {
				set[code] = struct{}{}
				if _, twice := c.any[code]; twice {
					c.any[code] = ""
				} else {
					c.any[code] = f[i]
				}
			}
			c.systems[f[i]] = set
		}
	})
}

// hasCode is for elements of type code, whose system is implied by the binding.
func (c *codeList) hasCode(code string) bool {
	c.load()
	_, ok := c.any[code]
	return ok
}

// system is the system that a code of the list implies.
func (c *codeList) system(code string) string {
	c.load()
	return c.any[code]
}

func (c *codeList) hasCoding(system, code string) bool {
	c.load()
	_, ok := c.systems[system][code]
	return ok
}

// short lists the codes for a message, or returns "" when there are too many to help anybody.
func (c *codeList) short() string {
	c.load()
	if len(c.any) > 12 {
		return ""
	}
	all := make([]string, 0, len(c.any))
	for code := range c.any {
		all = append(all, code)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

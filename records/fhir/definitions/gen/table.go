package main

import (
	"bytes"
	"fmt"
	"log"
	"slices"
	"strings"
)

const structureURL = "http://hl7.org/fhir/StructureDefinition/"

type table struct {
	terms       *terminology
	compartment map[string][]string
	params      map[string][]searchParameter // by base type
	listIDs     map[string]int               // by value set, 0 when left out
	known       map[string]map[string]bool   // keys of the invariants of a type
	head, body  bytes.Buffer
	types       int
	lists       int
}

func newTable(t *terminology, c compartmentDefinition, params bundle) *table {
	w := &table{terms: t, compartment: map[string][]string{}, params: map[string][]searchParameter{}, listIDs: map[string]int{},
		known: map[string]map[string]bool{}}
	for _, r := range c.Resource {
		w.compartment[r.Code] = r.Param
	}
	for _, e := range params.Entry {
		var p searchParameter
		if err := e.into("SearchParameter", &p); err != nil {
			log.Fatal(err)
		}
		for _, base := range p.Base {
			w.params[base] = append(w.params[base], p)
		}
	}
	for _, list := range w.params {
		slices.SortFunc(list, func(a, b searchParameter) int { return strings.Compare(a.Code, b.Code) })
	}
	return w
}

func (w *table) bytes() []byte { return append(w.head.Bytes(), w.body.Bytes()...) }

// definition writes one type. Of the constraints on data types only SimpleQuantity (a quantity without comparator)
// changes which elements are there; the other profiles are no types. MetadataResource (an interface, never sent) and what
// was carried back from later releases are no part of R4.
func (w *table) definition(d structureDefinition) {
	kind := map[string]string{"primitive-type": "p", "complex-type": "c", "resource": "r"}[d.Kind]
	simple := d.ID == "SimpleQuantity"
	if kind == "" || d.Derivation == "constraint" && !simple || d.FHIRVersion != "4.0.1" || d.ID == "MetadataResource" {
		return
	}
	w.types++
	base := strings.TrimPrefix(d.BaseDefinition, structureURL)
	root := d.Type
	if simple {
		base = "Element"
	}
	fmt.Fprintf(&w.body, "T\t%s\t%s\t%s\t%s\n", d.ID, kind, base, strings.Join(w.compartment[d.ID], ","))
	if kind != "p" {
		w.constraints(d.Snapshot.Element[0], base)
		w.elements(d, root, simple)
	}
	for _, p := range w.params[d.ID] {
		w.param(d.ID, p)
	}
}

// elements writes the elements that the type adds to its base, then its backbone elements in the order in which
// they come.
func (w *table) elements(d structureDefinition, root string, simple bool) {
	open := []string{root}
	for len(open) > 0 {
		parent := open[0]
		open = open[1:]
		if parent != root {
			base := "BackboneElement"
			var self element
			for _, e := range d.Snapshot.Element {
				if e.Path == parent {
					base, self = e.Type[0].Code, e
				}
			}
			fmt.Fprintf(&w.body, "B\t%s\t%s\n", parent, base)
			w.constraints(self, "Element")
		}
		for _, e := range d.Snapshot.Element {
			up, name, ok := cutLast(e.Path)
			if !ok || up != parent || e.Max == "0" {
				continue
			}
			if e.Base.Path != e.Path && (!simple || strings.HasPrefix(e.Base.Path, "Element.")) {
				continue
			}
			types := w.elementTypes(d, e)
			if types == "@"+e.Path {
				open = append(open, e.Path)
			}
			list := 0
			if e.Binding != nil && e.Binding.Strength == "required" {
				list = w.list(e.Binding.ValueSet)
			}
			fmt.Fprintf(&w.body, "E\t%s\t%d\t%s\t%s\t%d\t%s\n", name, e.Min, e.Max, types, list, e.flags())
			if types != "@"+e.Path {
				w.constraints(e, "Element", "Extension")
			}
		}
	}
}

// constraints writes the invariants of an element that its types do not bring along.
func (w *table) constraints(e element, from ...string) {
next:
	for _, c := range e.Constraint {
		for _, base := range from {
			if w.known[base][c.Key] {
				continue next
			}
		}
		if c.Expression == "" {
			fmt.Println("no expression:", e.Path, c.Key)
			continue
		}
		fmt.Fprintf(&w.body, "C\t%s\t%s\t%s\t%s\n", c.Key, c.Severity, flat(c.Human), flat(c.Expression))
	}
}

// know notes the invariants of a type, its own and those of its bases, before any type is written.
func (w *table) know(d structureDefinition) {
	keys := map[string]bool{}
	for _, c := range d.Snapshot.Element[0].Constraint {
		keys[c.Key] = true
	}
	w.known[d.ID] = keys
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

func (e element) flags() string {
	flags := ""
	if e.IsSummary {
		flags += "s"
	}
	if e.IsModifier {
		flags += "m"
	}
	return flags
}

func cutLast(path string) (up, name string, ok bool) {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return "", "", false
	}
	return path[:i], path[i+1:], true
}

func (w *table) elementTypes(d structureDefinition, e element) string {
	if e.ContentReference != "" {
		return "@" + strings.TrimPrefix(e.ContentReference, "#")
	}
	for _, o := range d.Snapshot.Element {
		if strings.HasPrefix(o.Path, e.Path+".") {
			return "@" + e.Path
		}
	}
	var out []string
	for _, t := range e.Type {
		s := t.Code
		switch {
		case strings.HasPrefix(s, "http://hl7.org/fhirpath/"):
			s = "string"
			switch e.Path {
			case "Resource.id":
				s = "id"
			case "Extension.url":
				s = "uri"
			}
		case s == "Quantity" && slices.Contains(t.Profile, structureURL+"SimpleQuantity"):
			s += ":SimpleQuantity"
		case s == "Reference":
			var targets []string
			for _, p := range t.TargetProfile {
				targets = append(targets, strings.TrimPrefix(p, structureURL))
			}
			if len(targets) > 0 && !slices.Contains(targets, "Resource") {
				s += "(" + strings.Join(targets, ",") + ")"
			}
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// list returns the number of a value set's code list and writes the list when it is first needed.
func (w *table) list(url string) int {
	if id, known := w.listIDs[url]; known {
		return id
	}
	id := 0
	if c, ok := w.terms.expand(url); ok && !c.licensed() {
		w.lists++
		id = w.lists
		bare, _, _ := strings.Cut(url, "|")
		fmt.Fprintf(&w.head, "L\t%s\t%s\n", bare, c.line())
	} else {
		fmt.Println("left out:", url)
	}
	w.listIDs[url] = id
	return id
}

// param writes the part of a search parameter that speaks of this type.
func (w *table) param(base string, p searchParameter) {
	if p.Expression == "" {
		return // _text, _content and _query speak of no element
	}
	var parts []string
	for _, alt := range strings.Split(p.Expression, "|") {
		alt = strings.TrimSpace(alt)
		bare := strings.TrimLeft(alt, "(")
		if strings.HasPrefix(bare, base+".") || bare == base {
			parts = append(parts, alt)
		}
	}
	if len(parts) == 0 && len(p.Base) == 1 {
		// A few expressions start at the elements of their only type.
		parts = append(parts, p.Expression)
	}
	if len(parts) == 0 {
		log.Fatalf("search parameter %s of %s: no expression speaks of the type", p.Code, base)
	}
	targets := p.Target
	if len(targets) > 100 {
		targets = nil
	}
	fmt.Fprintf(&w.body, "P\t%s\t%s\t%s\t%s\n", p.Code, p.Type, strings.Join(targets, ","), strings.Join(parts, " | "))
}

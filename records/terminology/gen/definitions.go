package main

import (
	"slices"
	"strconv"
	"strings"
)

type concept struct {
	Code, Display string
	Concept       []concept
	Property      []struct {
		Code, ValueCode string
		ValueBoolean    bool
	}
}

type codeSystem struct {
	URL, Version, Name, Title, Content, Copyright string
	CaseSensitive                                 *bool
	Concept                                       []concept
}

type valueSet struct {
	URL, Version, Name, Title string
	Compose                   struct{ Include, Exclude []component }
}

type component struct {
	System   string
	ValueSet []string
	Concept  []concept
	Filter   []struct{ Property, Op, Value string }
}

// owned are words in the copyright of a code system that say that its codes are those of somebody else. SNOMED is not
// among them: HL7's notice about it stands in systems that have their own codes only.
var owned = []string{"UB04", "UB-04", "nubc", "DICOM", "Digital Imaging", "American Medical", "American Dental", "LOINC"}

// ours tells whether a code system may be shipped: one of HL7, or of those in the public domain that are read beside.
func (s *codeSystem) ours() bool {
	hl7 := strings.HasPrefix(s.URL, "http://hl7.org/fhir/") || strings.HasPrefix(s.URL, "http://terminology.hl7.org/")
	return hl7 && len(s.Concept) > 0 && s.Content != "supplement" && s.Content != "not-present" &&
		!slices.ContainsFunc(owned, func(w string) bool { return strings.Contains(s.Copyright, w) })
}

func (t *table) system(s codeSystem) {
	if !s.ours() || t.systems[s.URL] {
		return
	}
	t.systems[s.URL] = true
	part, caseless := "", ""
	if s.Content != "complete" {
		part = "part"
	}
	if s.CaseSensitive != nil && !*s.CaseSensitive {
		caseless = "caseless"
	}
	t.line("S", s.URL, s.Version, first(s.Title, s.Name), part, caseless)
	t.concepts(s.Concept, 0)
}

func (t *table) concepts(list []concept, depth int) {
	for _, c := range list {
		flags := ""
		var children []string
		for _, p := range c.Property {
			switch {
			case (p.Code == "notSelectable" || p.Code == "abstract") && p.ValueBoolean && !strings.Contains(flags, "a"):
				flags += "a"
			case p.Code == "status" && (p.ValueCode == "retired" || p.ValueCode == "deprecated" || p.ValueCode == "inactive") && !strings.Contains(flags, "i"):
				flags += "i"
			case p.Code == "child":
				children = append(children, p.ValueCode)
			}
		}
		t.line("C", strconv.Itoa(depth), c.Code, c.Display, flags, strings.Join(children, ","))
		t.concepts(c.Concept, depth+1)
	}
}

// free are systems whose codes may be listed in a value set though they have no table: those of the Internet's standards.
func free(system string) bool { return strings.HasPrefix(system, "urn:ietf:") }

func (t *table) set(v valueSet) {
	if t.sets[v.URL] || len(v.Compose.Include) == 0 {
		return
	}
	t.sets[v.URL] = true
	t.line("V", v.URL, v.Version, first(v.Title, v.Name))
	for _, i := range v.Compose.Include {
		t.component("I", i)
	}
	for _, i := range v.Compose.Exclude {
		t.component("X", i)
	}
}

func (t *table) component(kind string, c component) {
	t.line(append([]string{kind, c.System}, c.ValueSet...)...)
	if c.System != "" && !t.systems[c.System] && !free(c.System) {
		return
	}
	for _, k := range c.Concept {
		t.line("K", k.Code, k.Display)
	}
	for _, f := range c.Filter {
		t.line("F", f.Property, f.Op, f.Value)
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

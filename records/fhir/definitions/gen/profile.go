package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// The table of profiles has the lines L and C of the other table, and:
//
//	R  url  version  type                            profile
//	N  depth  name  slice  min  max  types  list     element of the profile; slices follow the element that they divide
//	M  F or P  json                                  fixed value or pattern of the element
//	D  type  path                                    discriminator of the element's slices
//
// A profile is written with all that its base profiles say, but without what the type itself says already. Min and max
// are empty where nothing is said. A type is followed by the types of resource that it may point to, in brackets, or by
// the profile that its values meet, behind a colon.

// packages of profiles, with the version that they are known by.
var packages = []struct{ file, version string }{
	{"us-core/hl7.fhir.us.core-3.1.0-package.zip", "3.1.0"},
	{"us-core/us-core-definitions-differential-v9-ci.zip", "9.0.0"},
	{"ips/ips-2.0.0-definitions.zip", "2.0.0"},
}

// licensed are the systems whose codes must not be listed here.
var licensed = []string{"http://snomed.info/sct", "http://loinc.org", "http://www.ama-assn.org/go/cpt"}

type profile struct {
	URL, Kind, Type, Derivation, BaseDefinition string
	Differential                                struct{ Element []profileElement }

	version string
	merged  []*profileElement
}

type profileElement struct {
	ID, Max    string
	Min        *int
	Type       []elementType
	Binding    *struct{ Strength, ValueSet string }
	Slicing    *slicing
	Constraint []constraint

	kind, value string // fixed value or pattern
}

type slicing struct {
	Discriminator []struct{ Type, Path string }
}

// UnmarshalJSON finds fixed[x] and pattern[x] whatever their type.
func (e *profileElement) UnmarshalJSON(b []byte) error {
	type plain profileElement
	if err := json.Unmarshal(b, (*plain)(e)); err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for key, raw := range all {
		var flat bytes.Buffer
		switch {
		case strings.HasPrefix(key, "fixed"):
			e.kind = "F"
		case strings.HasPrefix(key, "pattern"):
			e.kind = "P"
		default:
			continue
		}
		if err := json.Compact(&flat, raw); err != nil {
			return err
		}
		e.value = flat.String()
	}
	return nil
}

// over lays what a derived profile says over what its base says.
func (e profileElement) over(base *profileElement) *profileElement {
	out := *base
	out.ID = e.ID
	if e.Min != nil {
		out.Min = e.Min
	}
	if e.Max != "" {
		out.Max = e.Max
	}
	if e.Type != nil {
		out.Type = e.Type
	}
	if e.Binding != nil {
		out.Binding = e.Binding
	}
	if e.Slicing != nil && len(e.Slicing.Discriminator) > 0 {
		out.Slicing = e.Slicing
	}
	if e.kind != "" {
		out.kind, out.value = e.kind, e.value
	}
	out.Constraint = append(slices.Clone(base.Constraint), e.Constraint...)
	return &out
}

func profiles(data, to string) error {
	var sets [3]bundle
	for i, name := range []string{"valuesets", "v3-codesystems", "v2-tables"} {
		if err := load(filepath.Join(data, "fhir-r4-definitions", name+".json.gz"), &sets[i]); err != nil {
			return err
		}
	}
	var all []*profile
	kinds := map[string]string{} // type of resource by canonical
	for _, p := range packages {
		found, terms, err := readPackage(filepath.Join(data, filepath.FromSlash(p.file)))
		if err != nil {
			return err
		}
		// What a package says about codes goes before what R4 says.
		sets[0].Entry = append(terms, sets[0].Entry...)
		for _, d := range found {
			d.version = p.version
			kinds[d.URL] = d.Type
		}
		all = append(all, found...)
	}
	w := newTable(newTerminology(sets[:]), compartmentDefinition{}, bundle{})
	for _, d := range all {
		w.profile(d, all, kinds)
	}
	return w.write(to)
}

func readPackage(path string) (found []*profile, terms []entry, err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, nil, err
	}
	defer z.Close()
	slices.SortFunc(z.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range z.File {
		name := strings.ToLower(filepath.Base(f.Name))
		if !strings.HasSuffix(name, ".json") || !strings.HasPrefix(name, "structuredefinition-") &&
			!strings.HasPrefix(name, "valueset-") && !strings.HasPrefix(name, "codesystem-") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, nil, err
		}
		var raw json.RawMessage
		err = json.NewDecoder(r).Decode(&raw)
		r.Close()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if !strings.HasPrefix(name, "structuredefinition-") {
			terms = append(terms, entry{raw})
			continue
		}
		d := &profile{}
		if err := json.Unmarshal(raw, d); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if d.Derivation == "constraint" && d.Kind != "logical" {
			found = append(found, d)
		}
	}
	return found, terms, nil
}

// merge adds what the base profiles say; bases are looked for in the same package. Of a base that is at hand nowhere
// (R4's vitalsigns) only what the profile repeats is known.
func (d *profile) merge(all []*profile) []*profileElement {
	if d.merged != nil {
		return d.merged
	}
	for _, base := range all {
		if base.URL == d.BaseDefinition && base.version == d.version {
			d.merged = slices.Clone(base.merge(all))
		}
	}
	for _, e := range d.Differential.Element {
		at := slices.IndexFunc(d.merged, func(o *profileElement) bool { return o.ID == e.ID })
		if at < 0 {
			d.merged = append(d.merged, e.over(&profileElement{}))
		} else {
			d.merged[at] = e.over(d.merged[at])
		}
	}
	return d.merged
}

func (w *table) profile(d *profile, all []*profile, kinds map[string]string) {
	w.types++
	fmt.Fprintf(&w.body, "R\t%s\t%s\t%s\n", d.URL, d.version, d.Type)
	elements := d.merge(all)
	for _, e := range elements {
		if e.ID == d.Type {
			w.constraints(element{Path: e.ID, Constraint: e.Constraint})
		}
	}
	w.children(d.Type, 1, elements, kinds)
}

// children writes what stands below an element, parents that only their children speak of included.
func (w *table) children(parent string, depth int, elements []*profileElement, kinds map[string]string) {
	var names []string
	for _, e := range elements {
		rest, below := strings.CutPrefix(e.ID, parent+".")
		if name, _, _ := strings.Cut(rest, "."); below && !slices.Contains(names, name) {
			bare, slice, _ := strings.Cut(name, ":")
			if slice != "" && !slices.Contains(names, bare) {
				names = append(names, bare)
			}
			names = append(names, name)
		}
	}
	// Slices right behind what they divide.
	order := slices.Clone(names)
	slices.SortStableFunc(order, func(a, b string) int {
		bareA, _, _ := strings.Cut(a, ":")
		bareB, _, _ := strings.Cut(b, ":")
		if c := slices.Index(names, bareA) - slices.Index(names, bareB); c != 0 {
			return c
		}
		return strings.Count(a, ":") - strings.Count(b, ":")
	})
	for _, name := range order {
		e := &profileElement{ID: parent + "." + name}
		if at := slices.IndexFunc(elements, func(o *profileElement) bool { return o.ID == e.ID }); at >= 0 {
			e = elements[at]
		}
		bare, slice, _ := strings.Cut(name, ":")
		low := ""
		if e.Min != nil {
			low = fmt.Sprint(*e.Min)
		}
		list := 0
		if e.Binding != nil && e.Binding.Strength == "required" {
			list = w.list(e.Binding.ValueSet)
		}
		fmt.Fprintf(&w.body, "N\t%d\t%s\t%s\t%s\t%s\t%s\t%d\n", depth, bare, slice, low, e.Max, profileTypes(e.Type, kinds), list)
		if e.kind != "" {
			fmt.Fprintf(&w.body, "M\t%s\t%s\n", e.kind, e.value)
		}
		if e.Slicing != nil {
			for _, s := range e.Slicing.Discriminator {
				fmt.Fprintf(&w.body, "D\t%s\t%s\n", s.Type, s.Path)
			}
		}
		w.constraints(element{Path: e.ID, Constraint: e.Constraint})
		w.children(parent+"."+name, depth+1, elements, kinds)
	}
}

func profileTypes(types []elementType, kinds map[string]string) string {
	var out []string
	for _, t := range types {
		s := t.Code
		if strings.HasPrefix(s, "http://hl7.org/fhirpath/") {
			return ""
		}
		var targets []string
		for _, url := range t.TargetProfile {
			name, core := strings.CutPrefix(url, structureURL)
			if !core {
				bare, _, _ := strings.Cut(url, "|")
				name = kinds[bare]
			}
			if name == "" || name == "Resource" {
				targets = nil // may point to anything, or to what is not known
				break
			}
			targets = append(targets, name)
		}
		if len(targets) > 0 {
			slices.Sort(targets)
			s += "(" + strings.Join(slices.Compact(targets), ",") + ")"
		}
		if len(t.Profile) == 1 && !strings.HasPrefix(t.Profile[0], structureURL) {
			s += ":" + t.Profile[0]
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

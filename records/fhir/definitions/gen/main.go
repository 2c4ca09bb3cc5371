// Command gen reads HL7's published FHIR R4 definitions and writes the one table that records/fhir embeds:
// elements of every type, code lists of required bindings, search parameters, the patient compartment.
//
// The table is text, one fact a line, fields separated by tabs, compressed with gzip:
//
//	L  value set  system  code|code|..  system  code|..  code list of a required binding; they are numbered from 1
//	T  name  kind  base  compartment,params              type; kind p(rimitive) c(omplex) r(esource)
//	B  path  base                                        backbone element of the type above it
//	E  name  min  max  types  list  flags                element of the type or backbone above it
//	C  key  severity  text  expression                   invariant of the type, backbone or element above it
//	P  name  type  targets  expression                   search parameter of the type above it
//
// The types of an element are separated by spaces: `code`, `Reference(Patient,Group)`, `Quantity:SimpleQuantity`,
// `@Observation.component` for an element whose content is described at that path. The flags are s, part of a summary,
// and m, a modifier.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	from := flag.String("from", "", "folder with the published definitions (*.json.gz)")
	to := flag.String("to", "", "table to write")
	withProfiles := flag.String("profiles", "", "table of profiles to write, out of the folders beside from")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		log.Fatal(err)
	}
	if *withProfiles != "" {
		if err := profiles(filepath.Dir(*from), *withProfiles); err != nil {
			log.Fatal(err)
		}
	}
}

func run(from, to string) error {
	var types, resources, params bundle
	var sets [3]bundle
	var compartment compartmentDefinition
	for name, into := range map[string]any{
		"profiles-types":                &types,
		"profiles-resources":            &resources,
		"search-parameters":             &params,
		"valuesets":                     &sets[0],
		"v3-codesystems":                &sets[1],
		"v2-tables":                     &sets[2],
		"compartmentdefinition-patient": &compartment,
	} {
		if err := load(filepath.Join(from, name+".json.gz"), into); err != nil {
			return err
		}
	}
	w := newTable(newTerminology(sets[:]), compartment, params)
	var all []structureDefinition
	for _, b := range []bundle{types, resources} {
		for _, e := range b.Entry {
			var d structureDefinition
			if err := e.into("StructureDefinition", &d); err != nil {
				return err
			}
			if d.ID != "" {
				all = append(all, d)
				w.know(d)
			}
		}
	}
	for _, d := range all {
		w.definition(d)
	}
	return w.write(to)
}

func (w *table) write(to string) error {
	plain := w.bytes()
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(plain); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	fmt.Printf("\n%s: %d types, %d code lists, %d bytes, %d packed\n", to, w.types, w.lists, len(plain), packed.Len())
	return os.WriteFile(to, packed.Bytes(), 0o644)
}

func load(path string, into any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := json.NewDecoder(z).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

type bundle struct {
	Entry []entry `json:"entry"`
}

type entry struct {
	Resource json.RawMessage `json:"resource"`
}

// into decodes the entry if it holds that type of resource, and leaves v alone otherwise.
func (e entry) into(resourceType string, v any) error {
	var head struct {
		ResourceType string `json:"resourceType"`
	}
	if err := json.Unmarshal(e.Resource, &head); err != nil {
		return err
	}
	if head.ResourceType != resourceType {
		return nil
	}
	return json.Unmarshal(e.Resource, v)
}

type structureDefinition struct {
	ID, Kind, Type, Derivation, BaseDefinition, FHIRVersion string
	Snapshot                                                struct{ Element []element }
}

type element struct {
	Path, Max, ContentReference string
	Min                         int
	IsSummary, IsModifier       bool
	Base                        struct{ Path string }
	Type                        []elementType
	Binding                     *struct{ Strength, ValueSet string }
	Constraint                  []constraint
}

type elementType struct {
	Code          string
	Profile       []string
	TargetProfile []string
}

type constraint struct {
	Key, Severity, Human, Expression string
}

type searchParameter struct {
	ID, Code, Type, Expression string
	Base, Target               []string
}

type compartmentDefinition struct {
	Resource []struct {
		Code  string
		Param []string
	}
}

// Command gen reads HL7's published FHIR R4 code systems and value sets (CC0), CDC's CVX and MVX and the ICD-10-CM codes
// (both public domain) and writes the one table that records/terminology embeds.
//
// The table is text, one fact a line, fields separated by tabs, compressed with gzip:
//
//	S  url  version  name  part  caseless        code system; part: only a part of it is known, caseless: case does not matter
//	C  depth  code  display  flags  child,child  concept of the system above it; flags: a(bstract), i(nactive)
//	V  url  version  name                        value set
//	I  system  value set  value set              what the value set above includes; X: excludes
//	K  code  display                             concept that is listed there
//	F  property  op  value                       filter there
//
// Content of others is not in the table: SNOMED CT, LOINC, CPT, UCUM, DICOM and UB-04 stay with their owners. A value set
// that lists their codes keeps the name of the system, so that it can be said what is missing.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	log.SetFlags(0)
	from := flag.String("from", "", "folder with fhir-r4-definitions and terminology")
	to := flag.String("to", "", "table to write")
	flag.Parse()
	if err := run(*from, *to); err != nil {
		log.Fatal(err)
	}
}

func run(from, to string) error {
	t := table{systems: map[string]bool{}, sets: map[string]bool{}}
	var sets []valueSet
	for _, name := range []string{"valuesets", "v3-codesystems", "v2-tables"} {
		var b bundle
		if err := load(filepath.Join(from, "fhir-r4-definitions", name+".json.gz"), &b); err != nil {
			return err
		}
		for _, e := range b.Entry {
			var kind struct{ ResourceType string }
			if err := json.Unmarshal(e.Resource, &kind); err != nil {
				return err
			}
			switch kind.ResourceType {
			case "CodeSystem":
				var s codeSystem
				if err := json.Unmarshal(e.Resource, &s); err != nil {
					return err
				}
				t.system(s)
			case "ValueSet":
				var v valueSet
				if err := json.Unmarshal(e.Resource, &v); err != nil {
					return err
				}
				sets = append(sets, v)
			}
		}
	}
	for _, read := range []func(string) (codeSystem, error){cvx, mvx, icd10} {
		s, err := read(filepath.Join(from, "terminology"))
		if err != nil {
			return err
		}
		t.system(s)
	}
	for _, v := range sets { // now it is known which systems there are
		t.set(v)
	}
	return t.write(to)
}

type bundle struct {
	Entry []struct{ Resource json.RawMessage }
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
	b, err := io.ReadAll(z)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// table is the text that is written.
type table struct {
	b             bytes.Buffer
	systems, sets map[string]bool
}

func (t *table) line(fields ...string) {
	for i, f := range fields {
		fields[i] = strings.Join(strings.Fields(f), " ")
	}
	t.b.WriteString(strings.TrimRight(strings.Join(fields, "\t"), "\t") + "\n")
}

func (t *table) write(to string) error {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(t.b.Bytes()); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	log.Printf("%d code systems, %d value sets, %d bytes (%d packed)", len(t.systems), len(t.sets), t.b.Len(), packed.Len())
	return os.WriteFile(to, packed.Bytes(), 0o644)
}

// Command expressions shows what the search parameters of FHIR R4 find in resources, so that other implementations of
// FHIRPath can be asked the same (cmd/housecall/oracles).
//
// It reads one resource a line and writes one line for each, {"name of the parameter": [element, ..], ..}, with the
// parameters that find something.
package main

import (
	"bufio"
	"io"
	"log"
	"os"

	"housecall/records/fhir"
)

const longestLine = 32 << 20

func main() {
	log.SetFlags(0)
	if err := run(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(from io.Reader, to io.Writer) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestLine)
	out := bufio.NewWriter(to)
	for lines.Scan() {
		n, err := fhir.Parse(lines.Bytes())
		if err != nil {
			return err
		}
		var found []fhir.Member
		for _, p := range fhir.Params(n.ResourceType()) {
			if p.Expression() == "" {
				continue
			}
			if nodes := fhir.Select(n, p); len(nodes) > 0 {
				found = append(found, fhir.Member{Key: p.Name, Value: fhir.Array(nodes...)})
			}
		}
		if _, err := out.Write(append(fhir.Object(found...).Append(nil), '\n')); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return out.Flush()
}

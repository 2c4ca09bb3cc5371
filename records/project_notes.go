package records

import (
	"encoding/xml"
	"io"
	"strings"

	"housecall/records/fhir"
)

// projectComposition lists a written note: a visit's note, or what was added to
// one later.
func projectComposition(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	kind, code := concept(n.Get("type"))
	e.Code = code
	if e.Title = n.Get("title").Str(); e.Title == "" {
		e.Title = kind
	} else if kind != e.Title {
		e.Text = kind
	}
	e.At, _ = when(n, "date")
	e.Active = e.Status == "final" || e.Status == "amended"
	person(e, first(n.Get("author")))
	place(e, n.Get("custodian"))
	r.fact = ""
}

// CompositionText is what a note says: the words of its sections' narratives,
// each under its title.
func CompositionText(n *fhir.Node) string {
	var b strings.Builder
	sections(n.Get("section").Items(), 0, func(s *fhir.Node) {
		text := NarrativeText(s.Get("text", "div").Str())
		if text == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		if t := s.Get("title").Str(); t != "" {
			b.WriteString(t + "\n")
		}
		b.WriteString(text)
	})
	return b.String()
}

func sections(list []*fhir.Node, depth int, f func(*fhir.Node)) {
	for _, s := range list {
		f(s)
		if depth < 8 {
			sections(s.Get("section").Items(), depth+1, f)
		}
	}
}

// breaks are the elements of a narrative that begin a new line.
var breaks = map[string]bool{"br": true, "p": true, "div": true, "li": true, "tr": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true}

// NarrativeText gives the plain words of a narrative, line by line.
func NarrativeText(div string) string {
	d := xml.NewDecoder(strings.NewReader(div))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var lines []string
	var line strings.Builder
	end := func() {
		if t := strings.TrimSpace(line.String()); t != "" {
			lines = append(lines, t)
		}
		line.Reset()
	}
	for {
		tok, err := d.Token()
		if err != nil {
			if err != io.EOF {
				return "" // not checked on its way in: nothing is better than half
			}
			end()
			return strings.Join(lines, "\n")
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if breaks[t.Name.Local] {
				end()
			}
		case xml.EndElement:
			if breaks[t.Name.Local] {
				end()
			}
		case xml.CharData:
			line.WriteString(string(t))
		}
	}
}

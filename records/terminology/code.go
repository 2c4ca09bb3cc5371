package terminology

import (
	"strings"

	"housecall/internal/fault"
)

// System says what is known about a code system.
type System struct {
	URL, Version, Name string
	Part               bool // only a part of its codes is known
}

// CodeSystem finds a code system by its URL, with the version after a bar if one is meant.
func CodeSystem(canonical string) (System, error) {
	s, err := systemOf(canonical)
	if err != nil {
		return System{}, err
	}
	return System{URL: s.url, Version: s.version, Name: s.name, Part: s.part}, nil
}

func systemOf(canonical string) (*system, error) {
	if s := known().systems[canonical]; s != nil { // HL7 wrote the version of some tables of v2 into the URL
		return s, nil
	}
	url, version, _ := strings.Cut(canonical, "|")
	s := known().systems[url]
	if s == nil || version != "" && version != s.version {
		return nil, missing(canonical)
	}
	return s, nil
}

// missing is the refusal of what needs a code system that is not here. The URL of a code system tells nothing about
// anybody, so it is named.
func missing(canonical string) error {
	text := "The codes of this code system are not kept here: " + named(canonical) + "."
	return fault.New(fault.Invalid, text).WithIssues(fault.Issue{Code: "not-supported", Text: text})
}

// named is a URL as it can be put into a text.
func named(canonical string) string {
	if len(canonical) > 200 {
		canonical = canonical[:200]
	}
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '<' || r == '>' {
			return '?'
		}
		return r
	}, canonical)
}

// Lookup finds a code in its system.
func Lookup(canonical, code string) (Concept, bool, error) {
	s, err := systemOf(canonical)
	if err != nil {
		return Concept{}, false, err
	}
	i, ok := s.find(code)
	if !ok {
		return Concept{}, false, nil
	}
	return s.concepts[i].Concept, true, nil
}

// Calls tells whether a display is that of the concept, but for case and blanks.
func (c Concept) Calls(display string) bool {
	return c.Display == "" || strings.EqualFold(strings.Join(strings.Fields(display), " "), c.Display)
}

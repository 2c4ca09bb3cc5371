package terminology

import (
	"slices"
	"strings"
)

// Find gives concepts of a system in whose code or words each of the words begins one, the shortest display first: the
// general disease comes before its many kinds.
func Find(canonical string, words []string, most int) ([]Concept, error) {
	s, err := systemOf(canonical)
	if err != nil || len(words) == 0 {
		return nil, err
	}
	s.read()
	var out []Concept
	for i := range s.concepts {
		c := &s.concepts[i].Concept
		if !c.Abstract && !c.Inactive && c.begins(words) {
			out = append(out, *c)
		}
	}
	slices.SortStableFunc(out, func(a, b Concept) int { return len(a.Display) - len(b.Display) })
	return out[:min(len(out), most)], nil
}

func (c *Concept) begins(words []string) bool {
	display := strings.ToLower(c.Display)
	for _, w := range words {
		if !strings.HasPrefix(strings.ToLower(c.Code), w) && !beginsWord(display, w) {
			return false
		}
	}
	return true
}

// beginsWord tells whether a word of a text begins with w; both are in lower case.
func beginsWord(text, w string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], w)
		if i < 0 {
			return false
		}
		at += i
		if at == 0 || !letter(text[at-1]) {
			return true
		}
		at++
	}
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 0x80 }

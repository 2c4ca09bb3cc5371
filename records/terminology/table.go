package terminology

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed codes.table.gz
var packed []byte

// table is where each code system and value set begins. gen describes the lines.
type table struct {
	systems map[string]*system
	sets    map[string]*Set
}

// known unpacks the table at first use; each system and set is read when it is first asked for. The table is part of the
// binary, so damage is a build error and panics.
var known = sync.OnceValue(func() *table {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("terminology: " + err.Error())
	}
	var text strings.Builder
	if _, err := io.Copy(&text, z); err != nil {
		panic("terminology: " + err.Error())
	}
	t := &table{systems: map[string]*system{}, sets: map[string]*Set{}}
	rest := text.String()
	for rest != "" {
		head, body, _ := strings.Cut(rest, "\n")
		end := len(body)
		for at := 0; at < len(body); {
			if (body[at] == 'S' || body[at] == 'V') && body[at+1] == '\t' {
				end = at
				break
			}
			at += strings.IndexByte(body[at:], '\n') + 1
		}
		f := strings.Split(head+"\t\t\t\t\t", "\t")
		if f[0] == "S" {
			t.systems[f[1]] = &system{url: f[1], version: f[2], name: f[3], part: f[4] != "", caseless: f[5] != "", raw: body[:end]}
		} else {
			t.sets[f[1]] = &Set{URL: f[1], Version: f[2], Name: f[3], raw: body[:end]}
		}
		rest = body[end:]
	}
	return t
})

// Systems gives the URLs of the code systems that are known, sorted.
func Systems() []string { return sortedKeys(known().systems) }

// Sets gives the URLs of the value sets that are known, sorted. Not all of them can be expanded.
func Sets() []string { return sortedKeys(known().sets) }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// system is a code system, read when it is first asked for.
type system struct {
	url, version, name, raw string
	part, caseless          bool // only a part of it is known; case does not matter

	once     sync.Once
	concepts []concept
	byCode   map[string]int
}

// concept is a code with its place in the hierarchy.
type concept struct {
	Concept
	parents, children []int
}

// Concept is one code.
type Concept struct {
	System, Code, Display string
	Abstract, Inactive    bool
	Parents               []string
}

// folded is how a code is looked up.
func (s *system) folded(code string) string {
	if s.caseless {
		return strings.ToLower(code)
	}
	return code
}

func (s *system) read() *system {
	s.once.Do(func() {
		s.byCode = make(map[string]int, strings.Count(s.raw, "\n"))
		s.concepts = make([]concept, 0, strings.Count(s.raw, "\n"))
		var above []int          // the concept at each depth above
		more := map[int]string{} // children that are named instead of nested
		for line := range strings.SplitSeq(strings.TrimSuffix(s.raw, "\n"), "\n") {
			f := strings.Split(line+"\t\t\t\t", "\t")
			depth := 0
			for _, d := range f[1] {
				depth = depth*10 + int(d-'0')
			}
			i := len(s.concepts)
			s.concepts = append(s.concepts, concept{Concept: Concept{System: s.url, Code: f[2], Display: f[3],
				Abstract: strings.Contains(f[4], "a"), Inactive: strings.Contains(f[4], "i")}})
			if _, twice := s.byCode[s.folded(f[2])]; !twice {
				s.byCode[s.folded(f[2])] = i
			}
			if depth > 0 {
				s.link(above[depth-1], i)
			}
			above = append(above[:depth], i)
			if f[5] != "" {
				more[i] = f[5]
			}
		}
		for i := range s.concepts {
			for code := range strings.SplitSeq(more[i], ",") {
				if child, ok := s.byCode[s.folded(code)]; ok && code != "" {
					s.link(i, child)
				}
			}
		}
	})
	return s
}

func (s *system) link(parent, child int) {
	if !slices.Contains(s.concepts[child].parents, parent) {
		s.concepts[parent].children = append(s.concepts[parent].children, child)
		s.concepts[child].parents = append(s.concepts[child].parents, parent)
		s.concepts[child].Parents = append(s.concepts[child].Parents, s.concepts[parent].Code)
	}
}

// find gives the place of a code.
func (s *system) find(code string) (int, bool) {
	i, ok := s.read().byCode[s.folded(code)]
	return i, ok
}

// below gives a concept and everything under it, however it is reached.
func (s *system) below(root int) map[int]bool {
	in := map[int]bool{root: true}
	for open := []int{root}; len(open) > 0; {
		i := open[len(open)-1]
		open = open[:len(open)-1]
		for _, c := range s.concepts[i].children {
			if !in[c] {
				in[c] = true
				open = append(open, c)
			}
		}
	}
	return in
}

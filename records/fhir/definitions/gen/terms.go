package main

import (
	"log"
	"slices"
	"strings"
)

// maxCodes leaves out lists that are whole terminologies in disguise (languages, MIME types, units).
const maxCodes = 1500

type concept struct {
	Code     string
	Concept  []concept
	Property []struct {
		Code, ValueCode, ValueString string
	}
}

type codeSystem struct {
	URL, Content string
	Concept      []concept
}

type valueSet struct {
	URL     string
	Compose struct {
		Include, Exclude []component
	}
}

type component struct {
	System   string
	ValueSet []string
	Concept  []concept
	Filter   []struct{ Property, Op, Value string }
}

type terminology struct {
	systems map[string]*codeSystem
	sets    map[string]*valueSet
}

func newTerminology(bundles []bundle) *terminology {
	t := &terminology{map[string]*codeSystem{}, map[string]*valueSet{}}
	for _, b := range bundles {
		for _, e := range b.Entry {
			var c codeSystem
			var v valueSet
			if err := e.into("CodeSystem", &c); err != nil {
				log.Fatal(err)
			}
			if err := e.into("ValueSet", &v); err != nil {
				log.Fatal(err)
			}
			if c.URL != "" && t.systems[c.URL] == nil {
				t.systems[c.URL] = &c
			}
			if v.URL != "" && t.sets[v.URL] == nil {
				t.sets[v.URL] = &v
			}
		}
	}
	return t
}

// codes maps a system to its codes of a value set.
type codes map[string]map[string]bool

func (c codes) add(system, code string) {
	if c[system] == nil {
		c[system] = map[string]bool{}
	}
	c[system][code] = true
}

func (c codes) licensed() bool {
	for _, system := range licensed {
		if len(c[system]) > 0 {
			return true
		}
	}
	return false
}

func (c codes) size() int {
	n := 0
	for _, m := range c {
		n += len(m)
	}
	return n
}

// expand lists the codes of a value set; ok is false when it rests on a terminology that is not at hand.
func (t *terminology) expand(url string) (out codes, ok bool) {
	url, _, _ = strings.Cut(url, "|")
	vs := t.sets[url]
	if vs == nil {
		if cs := t.systems[url]; cs != nil {
			return t.component(component{System: url})
		}
		return nil, false
	}
	out = codes{}
	for _, inc := range vs.Compose.Include {
		part, ok := t.component(inc)
		if !ok {
			return nil, false
		}
		for system, list := range part {
			for code := range list {
				out.add(system, code)
			}
		}
	}
	for _, exc := range vs.Compose.Exclude {
		part, ok := t.component(exc)
		if !ok {
			return nil, false
		}
		for system, list := range part {
			for code := range list {
				delete(out[system], code)
			}
		}
	}
	n := out.size()
	return out, n > 0 && n <= maxCodes
}

func (t *terminology) component(c component) (codes, bool) {
	out := codes{}
	for _, url := range c.ValueSet {
		part, ok := t.expand(url)
		if !ok {
			return nil, false
		}
		for system, list := range part {
			for code := range list {
				out.add(system, code)
			}
		}
	}
	if c.System == "" {
		return out, true
	}
	if len(c.ValueSet) > 0 {
		return nil, false
	}
	if len(c.Concept) > 0 {
		for _, k := range c.Concept {
			out.add(c.System, k.Code)
		}
		return out, true
	}
	cs := t.systems[c.System]
	if cs == nil || cs.Content != "complete" || len(cs.Concept) == 0 {
		return nil, false
	}
	parents := map[string][]string{}
	props := map[string]map[string]string{}
	var walk func(list []concept, up []string)
	walk = func(list []concept, up []string) {
		for _, k := range list {
			parents[k.Code] = append(parents[k.Code], up...)
			props[k.Code] = map[string]string{}
			for _, p := range k.Property {
				if p.Code == "subsumedBy" || p.Code == "parent" {
					parents[k.Code] = append(parents[k.Code], p.ValueCode)
				}
				props[k.Code][p.Code] = p.ValueCode + p.ValueString
			}
			walk(k.Concept, []string{k.Code})
		}
	}
	walk(cs.Concept, nil)
	for code := range props {
		in := true
		for _, f := range c.Filter {
			switch f.Op {
			case "is-a":
				in = in && below(parents, code, f.Value)
			case "descendent-of":
				in = in && code != f.Value && below(parents, code, f.Value)
			case "is-not-a":
				in = in && !below(parents, code, f.Value)
			case "in":
				in = in && f.Property == "concept" && slices.Contains(strings.Split(f.Value, ","), code)
			case "=":
				in = in && props[code][f.Property] == f.Value
			default:
				return nil, false
			}
		}
		if in {
			out.add(c.System, code)
		}
	}
	return out, true
}

func below(parents map[string][]string, code, top string) bool {
	if code == top {
		return true
	}
	for _, p := range parents[code] {
		if below(parents, p, top) {
			return true
		}
	}
	return false
}

// line writes the list as fields of an L line.
func (c codes) line() string {
	var out []string
	for system, list := range c {
		if len(list) == 0 {
			continue
		}
		all := make([]string, 0, len(list))
		for code := range list {
			if strings.ContainsAny(code, "|\t\n") {
				log.Fatalf("code %q of %s cannot be written to the table", code, system)
			}
			all = append(all, code)
		}
		slices.Sort(all)
		out = append(out, system+"\t"+strings.Join(all, "|"))
	}
	slices.Sort(out)
	return strings.Join(out, "\t")
}

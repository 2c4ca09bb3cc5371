package fhir

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed definitions/profiles.table.gz
var packedProfiles []byte

// profileTable holds the profiles that are known: US Core 3.1.0 and 9.0.0, and the International Patient Summary 2.0.0.
type profileTable struct {
	lists  []*codeList
	byURL  map[string][]*profile // newest first
	byType map[string][]string   // canonicals without version
}

// profile is one profile of the table, decoded when it is first asked for. It says only what its type does not.
type profile struct {
	url, version, typ, raw string

	once sync.Once
	root *profiled
}

var knownProfiles = sync.OnceValue(func() *profileTable {
	t := &profileTable{lists: make([]*codeList, 1, 64), byURL: map[string][]*profile{}, byType: map[string][]string{}}
	rest := unpack(packedProfiles)
	for strings.HasPrefix(rest, "L\t") {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		_, fields, _ := strings.Cut(line[2:], "\t")
		t.lists = append(t.lists, &codeList{raw: fields})
	}
	for section := range strings.SplitSeq("\n"+rest, "\nR\t") {
		head, body, found := strings.Cut(section, "\n")
		f := strings.Split(head, "\t")
		if !found || len(f) != 3 {
			continue
		}
		p := &profile{url: f[0], version: f[1], typ: f[2], raw: body}
		t.byURL[p.url] = append([]*profile{p}, t.byURL[p.url]...)
		if !slices.Contains(t.byType[p.typ], p.url) {
			t.byType[p.typ] = append(t.byType[p.typ], p.url)
		}
	}
	for _, urls := range t.byType {
		slices.Sort(urls)
	}
	return t
})

// Profiles returns the canonicals of the profiles that are known for a type of resource or data type, sorted.
func Profiles(typ string) []string { return slices.Clone(knownProfiles().byType[typ]) }

// profilesOf finds what a canonical names: one version, or all that are known, the newest first.
func profilesOf(canonical string) []*profile {
	url, version, pinned := strings.Cut(canonical, "|")
	all := knownProfiles().byURL[url]
	if !pinned {
		return all
	}
	for _, p := range all {
		if p.version == version {
			return []*profile{p}
		}
	}
	return nil
}

// profiled is an element, or a slice of one, of which a profile says something.
type profiled struct {
	name       string // component, value[x], valueQuantity
	slice      string
	min, max   int // max -1: as often as the type allows
	types      []profiledType
	codes      *codeList
	pattern    *Node
	fixed      bool // the pattern is the whole value
	by         []discriminator
	slices     []*profiled
	inner      []*profiled
	invariants []*invariant
}

type profiledType struct {
	code    string
	targets []string // types that a reference may point to; nil: any
	profile string   // that the value meets
}

type discriminator struct{ kind, path string }

func (p *profile) decode() *profiled {
	p.once.Do(func() {
		lists := knownProfiles().lists
		p.root = &profiled{name: p.typ, max: -1}
		parents := []*profiled{p.root} // by depth
		at := p.root
		for line := range strings.Lines(p.raw) {
			f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
			switch f[0] {
			case "N":
				depth, _ := strconv.Atoi(f[1])
				at = &profiled{name: f[2], slice: f[3], max: -1, types: readTypes(f[6])}
				at.min, _ = strconv.Atoi(f[4])
				if high, err := strconv.Atoi(f[5]); err == nil {
					at.max = high
				}
				if n, _ := strconv.Atoi(f[7]); n > 0 {
					at.codes = lists[n]
				}
				up := parents[depth-1]
				if at.slice == "" {
					up.inner = append(up.inner, at)
				} else { // behind the element that it is a slice of
					whole := up.inner[len(up.inner)-1]
					whole.slices = append(whole.slices, at)
				}
				parents = append(parents[:depth], at)
			case "M":
				n, err := Parse([]byte(f[2]))
				if err != nil {
					panic("fhir: profile " + p.url + ": " + err.Error())
				}
				at.pattern, at.fixed = n, f[1] == "F"
			case "D":
				at.by = append(at.by, discriminator{f[1], f[2]})
			case "C":
				if inv := newInvariant(f[1], f[2], f[3], f[4]); inv != nil && unusable[f[4]] == "" {
					at.invariants = append(at.invariants, inv)
				}
			}
		}
	})
	return p.root
}

func readTypes(s string) (out []profiledType) {
	for _, typ := range strings.Fields(s) {
		var t profiledType
		typ, t.profile, _ = strings.Cut(typ, ":")
		head, targets, ok := strings.Cut(typ, "(")
		if t.code = head; ok {
			t.targets = strings.Split(strings.TrimSuffix(targets, ")"), ",")
		}
		out = append(out, t)
	}
	return out
}

// unusable are expressions of US Core 3.1.0 that are no FHIRPath, or no rule that a server could hold.
var unusable = map[string]string{
	"telecom or endpoint": "of several telecoms it is an error; repaired in later versions",
	"where(category in 'http://hl7.org/fhir/us/core/ValueSet/us-core-condition-category').exists()": "compares a category with the name of a value set",
	"($this.agent.who.resolve().is Practitioner or Device) implies exists()":                        "no FHIRPath; repaired in later versions",
	"(component.empty() and related.empty()) implies (dataAbsentReason or value)":                   "speaks of an element of R3; repaired in later versions",
}

// Options of a validation.
type Options struct {
	Profiles bool // also hold the resource against the profiles that it claims in meta.profile, where they are known
	Unknown  bool // with Profiles: an information for each claimed profile that is not known
}

// CodeNotFound is the issue type of a profile that is not known.
const CodeNotFound = "not-found"

// SeverityInformation is that of issues which say only what could not be checked.
const SeverityInformation = "information"

// ValidateWith holds a resource against the base definitions of R4 and, if asked, against the profiles that it claims. A
// profile that is claimed without version is met when any known version of it is: which one was meant is not said. A
// version that is not known here is an unknown profile.
func ValidateWith(n *Node, o Options) []Issue {
	issues := Validate(n)
	if !o.Profiles || refuses(issues) {
		return issues
	}
	for i, claim := range n.Get("meta", "profile").Items() {
		found, known := ValidateProfile(n, claim.Str())
		if known {
			issues = append(issues, found...)
		} else if o.Unknown {
			issues = append(issues, Issue{SeverityInformation, CodeNotFound, n.ResourceType() + ".meta.profile[" + strconv.Itoa(i) + "]",
				"this profile is not known here, so it was not checked"})
		}
	}
	return issues[:min(len(issues), maxIssues)]
}

func refuses(issues []Issue) bool {
	return slices.ContainsFunc(issues, func(i Issue) bool { return i.Severity == SeverityError })
}

// ValidateProfile holds a valid resource against a profile, and only against that. known is false when there is none of
// that canonical here.
func ValidateProfile(n *Node, canonical string) (issues []Issue, known bool) {
	versions := profilesOf(canonical)
	for i, p := range versions {
		v := validators.Get().(*validator)
		v.profile(p, n)
		found := v.finish()
		if !refuses(found) {
			return found, true
		}
		if i == 0 {
			issues = found
		}
	}
	return issues, len(versions) > 0
}

func (v *validator) profile(p *profile, n *Node) {
	it := resourceItem(n, nil)
	if it.typ != p.typ {
		v.addAt("meta.profile", CodeStructure, "the profile is one of "+p.typ)
		return
	}
	v.path = append(v.path, segment{name: p.typ, index: -1})
	v.scope = &scope{node: n}
	v.m.resource = it
	v.meets(p, it)
	v.path = v.path[:0]
}

// meets checks an item against a profile of its type.
func (v *validator) meets(p *profile, it item) {
	outer := v.profileName
	v.profileName = p.url[strings.LastIndexByte(p.url, '/')+1:]
	root := p.decode()
	v.invariants(root.invariants, it)
	v.elements(root.inner, it)
	v.profileName = outer
}

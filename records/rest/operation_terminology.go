package rest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/records/fhir"
	"housecall/records/terminology"
)

// The operations of terminology are open to anyone who is signed in. Code
// systems are published; no chart is touched, so there is no decision to make
// and no audit row to leave. Only a stored ValueSet, which is a record, is read
// like one.
func (f *Face) terminologyOperations() []operation {
	both := []string{fiber.MethodGet, fiber.MethodPost}
	const at = "http://hl7.org/fhir/OperationDefinition/"
	return []operation{
		{name: "expand", definition: at + "ValueSet-expand", types: []string{"ValueSet"}, levels: onType | onInstance, methods: both, handle: f.expand},
		{name: "validate-code", definition: at + "ValueSet-validate-code", types: []string{"ValueSet"}, levels: onType | onInstance, methods: both, handle: f.validateInSet},
		{name: "validate-code", definition: at + "CodeSystem-validate-code", types: []string{"CodeSystem"}, levels: onType, methods: both, handle: f.validateInSystem},
		{name: "lookup", definition: at + "CodeSystem-lookup", types: []string{"CodeSystem"}, levels: onType, methods: both, handle: f.lookup},
	}
}

// How many concepts an expansion shows at once. Who wants more takes the next
// ones with offset.
const (
	defaultExpansion = 100
	maxExpansion     = 1000
)

// which are the parameters that say which value set is meant.
var which = []param{{name: "url", kind: 'u'}, {name: "valueSet", kind: 'r'}, {name: "valueSetVersion", kind: 's'}}

// setOf finds the value set that is meant: the stored one of the address, the one
// that was sent, or a published one by its url.
func (f *Face) setOf(c *fiber.Ctx, p parameters) (*terminology.Set, error) {
	n := p.node("valueSet")
	id := c.Params("id")
	ways := 0
	for _, given := range []bool{id != "", n != nil, p.has("url")} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return nil, invalid("required", "", "Say which value set is meant, in one way: by its address, its url, or as valueSet.")
	}
	if p.has("url") {
		canonical := p.text("url")
		if p.has("valueSetVersion") {
			canonical += "|" + p.text("valueSetVersion")
		}
		return terminology.ValueSet(canonical)
	}
	if p.has("valueSetVersion") {
		return nil, invalid("invalid", "", "A version goes with a url.")
	}
	if id != "" {
		st, err := f.store.Read(c.UserContext(), edge.Principal(c), "ValueSet", id)
		if err != nil {
			return nil, err
		}
		if n, err = fhir.Parse(st.Body); err != nil {
			return nil, err
		}
		return terminology.Read(n)
	}
	if n.ResourceType() != "ValueSet" {
		return nil, invalid("invalid", "valueSet", "The parameter valueSet takes a ValueSet.")
	}
	for _, i := range fhir.Validate(n) {
		if i.Severity == fhir.SeverityError {
			return nil, invalid(i.Code, i.Expression, i.Text)
		}
	}
	return terminology.Read(n)
}

// expand answers ValueSet/$expand (https://hl7.org/fhir/R4/valueset-operation-expand.html).
func (f *Face) expand(c *fiber.Ctx) error {
	p, err := parametersOf(c, append([]param{{name: "filter", kind: 's'}, {name: "offset", kind: 'i'}, {name: "count", kind: 'i'},
		{name: "includeDesignations", kind: 'b'}, {name: "activeOnly", kind: 'b'}}, which...)...)
	if err != nil {
		return err
	}
	offset, count := p.number("offset", 0), p.number("count", defaultExpansion)
	switch {
	case offset < 0 || count < 0:
		return invalid("invalid", "", "Offset and count cannot be negative.")
	case p.truth("includeDesignations"):
		return invalid("not-supported", "", "Designations are not kept.")
	}
	count = min(count, maxExpansion)
	v, err := f.setOf(c, p)
	if err != nil {
		return err
	}
	all, err := v.All()
	if err != nil {
		return err
	}
	words := strings.Fields(strings.ToLower(p.text("filter")))
	var page []*fhir.Node
	total := 0
	for _, k := range all {
		if p.truth("activeOnly") && k.Inactive || !matches(k, words) {
			continue
		}
		if total >= offset && total < offset+count {
			page = append(page, contained(k))
		}
		total++
	}
	expansion := fhir.Object(
		fhir.Member{Key: "identifier", Value: fhir.String("urn:uuid:" + f.newID())},
		fhir.Member{Key: "timestamp", Value: fhir.String(f.now().UTC().Format(time.RFC3339))},
		fhir.Member{Key: "total", Value: number(total)}, fhir.Member{Key: "offset", Value: number(offset)},
		fhir.Member{Key: "parameter", Value: fhir.Array(shapedBy(p, offset, count)...)},
	)
	if page != nil {
		expansion.Set("contains", fhir.Array(page...))
	}
	n := fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String("ValueSet")})
	for _, m := range []struct{ key, value string }{{"url", v.URL}, {"version", v.Version}, {"name", v.Name}, {"status", "active"}} {
		if m.value != "" {
			n.Set(m.key, fhir.String(m.value))
		}
	}
	n.Set("expansion", expansion)
	c.Set(fiber.HeaderContentType, JSON+"; charset=utf-8")
	return c.Send(n.Append(make([]byte, 0, 4096)))
}

// shapedBy repeats what shaped the expansion.
func shapedBy(p parameters, offset, count int) []*fhir.Node {
	list := []*fhir.Node{valueOf("offset", "valueInteger", number(offset)), valueOf("count", "valueInteger", number(count))}
	if p.has("filter") {
		list = append(list, valueOf("filter", "valueString", p.node("filter")))
	}
	if p.has("activeOnly") {
		list = append(list, valueOf("activeOnly", "valueBoolean", p.node("activeOnly")))
	}
	return list
}

// matches: each word stands in the display or begins the code.
func matches(k terminology.Concept, words []string) bool {
	code, display := strings.ToLower(k.Code), strings.ToLower(k.Display)
	for _, w := range words {
		if !strings.Contains(display, w) && !strings.HasPrefix(code, w) {
			return false
		}
	}
	return true
}

func contained(k terminology.Concept) *fhir.Node {
	n := fhir.Object()
	if k.System != "" {
		n.Set("system", fhir.String(k.System))
	}
	if k.Abstract {
		n.Set("abstract", fhir.Boolean(true))
	}
	if k.Inactive {
		n.Set("inactive", fhir.Boolean(true))
	}
	n.Set("code", fhir.String(k.Code))
	if k.Display != "" {
		n.Set("display", fhir.String(k.Display))
	}
	return n
}

func number(n int) *fhir.Node { return fhir.Number(strconv.Itoa(n)) }

// coded are the parameters that say which code is meant.
var coded = []param{{name: "code", kind: 'c'}, {name: "system", kind: 'u'}, {name: "display", kind: 's'}, {name: "coding", kind: 'o'},
	{name: "codeableConcept", kind: 'k'}, {name: "abstract", kind: 'b'}}

// coding is one code that is asked about.
type coding struct{ system, code, display string }

// codingsOf gives the codes that are asked about, given in one of three ways. A
// code alone is one of system.
func codingsOf(p parameters, system string) ([]coding, error) {
	var nodes []*fhir.Node
	switch {
	case p.has("code") && !p.has("coding") && !p.has("codeableConcept"):
		if system == "" {
			return nil, invalid("required", "", "A code needs its system.")
		}
		return []coding{{system, p.text("code"), p.text("display")}}, nil
	case p.has("coding") && !p.has("code") && !p.has("codeableConcept"):
		nodes = p["coding"]
	case p.has("codeableConcept") && !p.has("code") && !p.has("coding"):
		nodes = p.node("codeableConcept").Get("coding").Items()
	}
	if len(nodes) == 0 || p.has("display") || p.has("system") {
		return nil, invalid("required", "", "Say which code is meant, in one way: as code with system and display, as coding, or as codeableConcept.")
	}
	var out []coding
	for _, n := range nodes {
		k := coding{n.Get("system").Str(), n.Get("code").Str(), n.Get("display").Str()}
		if k.system != "" && k.code != "" { // others of a concept may be words only
			out = append(out, k)
		}
	}
	if len(out) == 0 {
		return nil, invalid("required", "", "A coding needs system and code.")
	}
	return out, nil
}

// validateInSet answers ValueSet/$validate-code
// (https://hl7.org/fhir/R4/valueset-operation-validate-code.html).
func (f *Face) validateInSet(c *fiber.Ctx) error {
	p, err := parametersOf(c, slices.Concat(coded, which)...)
	if err != nil {
		return err
	}
	list, err := codingsOf(p, p.text("system"))
	if err != nil {
		return err
	}
	v, err := f.setOf(c, p)
	if err != nil {
		return err
	}
	return verdict(c, p, list, "The code is not in the value set.", v.Holds)
}

// validateInSystem answers CodeSystem/$validate-code
// (https://hl7.org/fhir/R4/codesystem-operation-validate-code.html).
func (f *Face) validateInSystem(c *fiber.Ctx) error {
	var spec []param
	for _, s := range coded {
		if s.name != "system" {
			spec = append(spec, s)
		}
	}
	p, err := parametersOf(c, append(spec, param{name: "url", kind: 'u'}, param{name: "version", kind: 's'})...)
	if err != nil {
		return err
	}
	url, version := p.text("url"), ""
	if p.has("version") {
		version = "|" + p.text("version")
	}
	list, err := codingsOf(p, url)
	if err != nil {
		return err
	}
	if url != "" {
		if _, err := terminology.CodeSystem(url + version); err != nil {
			return err
		}
	}
	return verdict(c, p, list, "The code is not in the code system.", func(system, code string) (terminology.Concept, bool, error) {
		if url != "" && system != url {
			return terminology.Concept{}, false, nil
		}
		return terminology.Lookup(system+version, code)
	})
}

// verdict says of codes whether one of them is good. When none is and one could
// not be judged, there is no answer: that it is not there would be a guess.
func verdict(c *fiber.Ctx, p parameters, list []coding, absent string, holds func(system, code string) (terminology.Concept, bool, error)) error {
	message, right := absent, ""
	var open error
	for _, k := range list {
		found, ok, err := holds(k.system, k.code)
		switch {
		case err != nil:
			open = err
		case !ok:
			if s, err := terminology.CodeSystem(k.system); err == nil && s.Part {
				message = absent + " Of this code system only a part is kept here."
			}
		case found.Abstract && !p.truth("abstract"):
			message, right = "The code only groups others; it says nothing by itself.", found.Display
		case k.display != "" && !found.Calls(k.display):
			message, right = "The display is not that of the code.", found.Display
		default:
			answer := []*fhir.Node{valueOf("result", "valueBoolean", fhir.Boolean(true))}
			if found.Display != "" {
				answer = append(answer, valueOf("display", "valueString", fhir.String(found.Display)))
			}
			return sendParameters(c, answer...)
		}
	}
	if open != nil && right == "" {
		return open
	}
	answer := []*fhir.Node{valueOf("result", "valueBoolean", fhir.Boolean(false)), valueOf("message", "valueString", fhir.String(message))}
	if right != "" {
		answer = append(answer, valueOf("display", "valueString", fhir.String(right)))
	}
	return sendParameters(c, answer...)
}

// lookup answers CodeSystem/$lookup
// (https://hl7.org/fhir/R4/codesystem-operation-lookup.html).
func (f *Face) lookup(c *fiber.Ctx) error {
	p, err := parametersOf(c, param{name: "code", kind: 'c'}, param{name: "system", kind: 'u'}, param{name: "version", kind: 's'}, param{name: "coding", kind: 'o'})
	if err != nil {
		return err
	}
	list, err := codingsOf(p, p.text("system"))
	if err != nil {
		return err
	}
	canonical := list[0].system
	version := p.text("version")
	if version == "" {
		version = p.node("coding").Get("version").Str()
	}
	if version != "" {
		canonical += "|" + version
	}
	s, err := terminology.CodeSystem(canonical)
	if err != nil {
		return err
	}
	k, ok, err := terminology.Lookup(canonical, list[0].code)
	if err != nil {
		return err
	}
	if !ok {
		const text = "This code is not in the code system."
		return fault.New(fault.NotFound, text).WithIssues(fault.Issue{Code: "not-found", Text: text})
	}
	answer := []*fhir.Node{valueOf("name", "valueString", fhir.String(s.Name))}
	if s.Version != "" {
		answer = append(answer, valueOf("version", "valueString", fhir.String(s.Version)))
	}
	answer = append(answer, valueOf("display", "valueString", fhir.String(cmp.Or(k.Display, k.Code))))
	property := func(code, key string, v *fhir.Node) {
		answer = append(answer, valueOf("property", "part", fhir.Array(valueOf("code", "valueCode", fhir.String(code)), valueOf("value", key, v))))
	}
	for _, parent := range k.Parents {
		property("parent", "valueCode", fhir.String(parent))
	}
	property("inactive", "valueBoolean", fhir.Boolean(k.Inactive))
	property("notSelectable", "valueBoolean", fhir.Boolean(k.Abstract))
	return sendParameters(c, answer...)
}

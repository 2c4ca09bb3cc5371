package records

import (
	"slices"
	"strings"
	"time"

	"housecall/records/access"
	"housecall/records/fhir"
)

const (
	ipsProfiles = "http://hl7.org/fhir/uv/ips/StructureDefinition/"
	absent      = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
)

// document writes the Bundle: the Composition, the patient, the author, the facts
// and what they refer to. Every reference in it leads to an entry of it.
func (m *summary) document(clinic string) *fhir.Node {
	now := m.s.now().UTC()
	author := object("resourceType", "Organization", "id", m.s.newID())
	if clinic == "" {
		clinic = "Housecall"
	}
	author.Set("name", fhir.String(clinic))
	authorURL := "urn:uuid:" + author.Get("id").Str()

	known := map[string]bool{"Patient/" + m.patient: true}
	for _, x := range m.order {
		known[x.ref()] = true
	}
	m.whole(m.who)
	var entries []*fhir.Node
	entry := func(url string, n *fhir.Node) {
		e := object("fullUrl", url)
		e.Set("resource", n)
		entries = append(entries, e)
	}
	entry("urn:uuid:", nil) // the Composition, below
	m.inside(m.who, known)
	entry(m.base+"/Patient/"+m.patient, m.who)
	entry(authorURL, author)
	for _, x := range m.order {
		m.whole(x.node)
		m.inside(x.node, known)
		entry(m.base+"/"+x.ref(), x.node)
	}
	comp := m.composition(authorURL, now)
	entries[0].Set("fullUrl", fhir.String("urn:uuid:"+comp.Get("id").Str()))
	entries[0].Set("resource", comp)

	id := m.s.newID()
	doc := object("resourceType", "Bundle", "id", id)
	doc.Set("meta", profiled("Bundle-uv-ips"))
	doc.Set("identifier", object("system", "urn:ietf:rfc:3986", "value", "urn:uuid:"+id))
	doc.Set("type", fhir.String("document"))
	doc.Set("timestamp", fhir.String(now.Format("2006-01-02T15:04:05.000Z")))
	doc.Set("entry", fhir.Array(entries...))
	return doc
}

func profiled(name string) *fhir.Node {
	meta := fhir.Object()
	meta.Set("profile", fhir.Array(fhir.String(ipsProfiles+name)))
	return meta
}

func coded(system, code, display string) *fhir.Node {
	k := fhir.Object()
	k.Set("coding", fhir.Array(object("system", system, "code", code, "display", display)))
	return k
}

func refTo(url string) *fhir.Node { return object("reference", url) }

func (m *summary) composition(author string, now time.Time) *fhir.Node {
	c := object("resourceType", "Composition", "id", m.s.newID())
	c.Set("meta", profiled("Composition-uv-ips"))
	c.Set("status", fhir.String("final"))
	c.Set("type", coded("http://loinc.org", "60591-5", "Patient summary Document"))
	c.Set("subject", refTo(m.base+"/Patient/"+m.patient))
	c.Set("date", fhir.String(now.Format(time.RFC3339)))
	c.Set("author", fhir.Array(refTo(author)))
	c.Set("title", fhir.String("International Patient Summary"))
	c.Set("confidentiality", fhir.String("N"))
	c.Set("custodian", refTo(author))
	var sections []*fhir.Node
	for i, list := range m.sections {
		if len(list) == 0 && !summarySections[i].always {
			continue
		}
		sections = append(sections, m.section(summarySections[i], list))
	}
	c.Set("section", fhir.Array(sections...))
	return c
}

func (m *summary) section(about section, list []*summed) *fhir.Node {
	s := object("title", about.title)
	s.Set("code", coded("http://loinc.org", about.code, about.display))
	text := object("status", "generated")
	s.Set("text", text)
	if len(list) == 0 {
		// Nobody said that there is nothing: that would be an entry of its own.
		const none = "There is no information about this."
		text.Set("div", fhir.String(div("<p>"+none+"</p>")))
		reason := coded("http://terminology.hl7.org/CodeSystem/list-empty-reason", "unavailable", "Unavailable")
		reason.Set("text", fhir.String(none))
		s.Set("emptyReason", reason)
		return s
	}
	var b strings.Builder
	b.WriteString("<table><thead><tr><th>What</th><th>When</th><th>Details</th></tr></thead><tbody>")
	var refs []*fhir.Node
	for _, x := range list {
		refs = append(refs, refTo(m.base+"/"+x.ref()))
		what, when, details := m.say(x)
		b.WriteString("<tr><td>" + escape(what) + "</td><td>" + escape(when) + "</td><td>" + escape(details) + "</td></tr>")
	}
	b.WriteString("</tbody></table>")
	text.Set("div", fhir.String(div(b.String())))
	s.Set("entry", fhir.Array(refs...))
	return s
}

func div(inner string) string { return `<div xmlns="http://www.w3.org/1999/xhtml">` + inner + `</div>` }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// escape makes a text of a record harmless in a narrative; XML takes no control
// characters.
func escape(s string) string {
	return escaper.Replace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xFFFE || r == 0xFFFF {
			return ' '
		}
		return r
	}, s))
}

// say tells a fact in words: what it is, when, and what else matters.
func (m *summary) say(x *summed) (what, when, details string) {
	e, ok := m.told[x.ref()]
	if !ok {
		what, _ = concept(x.node.Get("code"))
		if what == "" {
			what = x.node.Get("device", "display").Str()
		}
		if what == "" {
			what, _ = concept(first(x.node.Get("category")))
		}
		e.Status = x.node.Get("status").Str()
	} else {
		what, when = e.Title, e.At
	}
	if what == "" {
		what = x.typ
	}
	if d, _, found := strings.Cut(when, "T"); found { // a day is enough to read; the entry knows more
		when = d
	}
	var parts []string
	if v := e.Value; v != nil {
		parts = append(parts, strings.TrimSpace(v.Text+" "+v.Unit))
		for _, p := range v.Parts {
			parts = append(parts, strings.TrimSpace(p.Title+" "+p.Text+" "+p.Unit))
		}
	}
	for _, s := range []string{e.Text, e.Severity, e.Status} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return what, when, strings.Join(slices.Compact(parts), "; ")
}

// whole says of what the summary's profiles want and the record does not hold that
// it is not known (IPS 2.0.0, "Empty Sections and Missing Data").
func (m *summary) whole(n *fhir.Node) {
	missing := func(element string) {
		ext := object("url", absent, "valueCode", "unknown")
		more := fhir.Object()
		more.Set("extension", fhir.Array(ext))
		n.Set("_"+element, more)
	}
	has := func(prefix string) bool {
		return slices.ContainsFunc(n.Members(), func(x fhir.Member) bool { return strings.HasPrefix(strings.TrimPrefix(x.Key, "_"), prefix) })
	}
	switch n.ResourceType() {
	case "Patient":
		if !has("birthDate") {
			missing("birthDate")
		}
		if n.Get("name") == nil {
			n.Set("name", fhir.Array(object("text", "Unknown")))
		}
	case "MedicationStatement":
		if !has("effective") {
			missing("effectiveDateTime")
		}
	case "Procedure":
		if !has("performed") {
			missing("performedDateTime")
		}
	case "DeviceUseStatement":
		if !has("timing") {
			missing("timingDateTime")
		}
	case "Observation":
		if !has("effective") {
			missing("effectiveDateTime")
		}
	}
}

// inside makes every reference lead to an entry of the document. What is not in it
// is named by where it is: an identifier, not a reference (R4 2.3.0.3).
func (m *summary) inside(n *fhir.Node, known map[string]bool) {
	switch n.Kind() {
	case fhir.KindObject:
		if ref := n.Get("reference"); ref.Kind() == fhir.KindString && !strings.HasPrefix(ref.Str(), "#") {
			typ, id, _, ok := fhir.SplitReference(ref.Str())
			if typ == "Patient" && slices.ContainsFunc(m.v.Beside, func(v access.View) bool { return v.Patient == id }) {
				id = m.patient // one person, by another of their ids
			}
			switch {
			case ok && known[typ+"/"+id]:
				ref.SetStr(m.base + "/" + typ + "/" + id)
			default:
				where := ref.Str()
				if ok {
					where = m.base + "/" + where
				}
				n.Delete("reference")
				if n.Get("identifier") == nil && strings.Contains(where, ":") {
					n.Set("identifier", object("system", "urn:ietf:rfc:3986", "value", where))
				} else if n.Get("identifier") == nil && n.Get("display") == nil {
					n.Set("display", fhir.String(where))
				}
			}
		}
		for _, x := range n.Members() {
			m.inside(x.Value, known)
		}
	case fhir.KindArray:
		for _, x := range n.Items() {
			m.inside(x, known)
		}
	}
}

package ingest

import (
	"net/url"
	"strings"

	"housecall/records/fhir"
)

// target is what a reference points to, in the terms of the sending system.
type target struct {
	typ   string // empty: any type
	id    string // id there; for what is known by URL only, the URL
	query string // identifier=... of a conditional reference: system|value
}

// key names the target in one string: "Type/id", "/id" or "Type?system|value".
func (t target) key() string {
	if t.query != "" {
		return t.typ + "?" + t.query
	}
	return t.typ + "/" + t.id
}

func parseKey(key string) target {
	i := strings.IndexAny(key, "/?")
	if i < 0 {
		return target{id: key}
	}
	if key[i] == '?' {
		return target{typ: key[:i], query: key[i+1:]}
	}
	return target{typ: key[:i], id: key[i+1:]}
}

// written is the target as a reference that can be read without its bundle.
func (t target) written() string {
	switch {
	case t.query != "":
		return t.typ + "?identifier=" + t.query
	case strings.Contains(t.id, ":"):
		return t.id
	case t.typ == "":
		return "urn:uuid:" + t.id
	}
	return t.typ + "/" + t.id
}

// The forms of references (https://hl7.org/fhir/R4/references.html#literal,
// https://hl7.org/fhir/R4/http.html#trules for conditional ones).
type form uint8

const (
	direct   form = iota // has to be there
	external             // another system's URL: may stay as it is
	wrong
)

// classify reads a reference. base is the address of the sending server, empty
// when it is not known.
func classify(ref, base string) (t target, f form, why string) {
	if rest, ok := strings.CutPrefix(ref, base+"/"); ok && base != "" {
		if typ, id, _, ok := fhir.SplitReference(rest); ok {
			return target{typ: typ, id: id}, direct, ""
		}
	}
	if typ, id, _, ok := fhir.SplitReference(ref); ok {
		return target{typ: typ, id: id}, direct, ""
	}
	if typ, query, ok := strings.Cut(ref, "?"); ok && fhir.IsType(typ) {
		value, ok := strings.CutPrefix(query, "identifier=")
		if !ok || strings.Contains(value, "&") {
			return t, wrong, "a conditional reference can name only an identifier"
		}
		if p := fhir.LookupParam(typ, "identifier"); p == nil || !p.Cross {
			return t, wrong, "a conditional reference by identifier is not possible for this type"
		}
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		if system, code, two := strings.Cut(value, "|"); value == "" || two && (code == "" || strings.Contains(code, "|")) || len(system) > maxSourceID {
			return t, wrong, "the identifier of a conditional reference is written system|value"
		}
		return target{typ: typ, query: value}, direct, ""
	}
	if id, ok := cutFold(ref, "urn:uuid:"); ok {
		return target{id: strings.ToLower(id)}, direct, ""
	}
	scheme, _, ok := strings.Cut(ref, ":")
	switch {
	case !ok || strings.Contains(scheme, "/"):
		return t, wrong, "this is not a reference: Type/id, a urn or a URL is expected"
	case strings.EqualFold(scheme, "urn"):
		return target{id: ref}, direct, ""
	}
	return target{id: ref}, external, ""
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

// baseOf is the address of the server that a fullUrl names: http://server/fhir
// for http://server/fhir/Patient/1.
func baseOf(fullURL, typ string) string {
	if !strings.HasPrefix(fullURL, "http://") && !strings.HasPrefix(fullURL, "https://") {
		return ""
	}
	if i := strings.LastIndex(fullURL, "/"+typ+"/"); i > 0 {
		return fullURL[:i]
	}
	return ""
}

// references lists the references of a resource that have to be followed. Binary
// addresses of attachments are references too: without the map two hospitals'
// Binary/1 would be one.
func references(n *fhir.Node) []fhir.Ref {
	refs := fhir.References(n)
	if withAttachments[n.ResourceType()] {
		refs = attachments(n, n.ResourceType(), refs)
	}
	return refs
}

var withAttachments = map[string]bool{
	"DocumentReference": true, "DiagnosticReport": true, "Media": true, "Communication": true, "CommunicationRequest": true,
	"Consent": true, "Contract": true, "Patient": true, "Practitioner": true, "Person": true, "RelatedPerson": true,
	"QuestionnaireResponse": true, "Claim": true, "ExplanationOfBenefit": true,
}

func attachments(n *fhir.Node, path string, refs []fhir.Ref) []fhir.Ref {
	for _, it := range n.Items() {
		refs = attachments(it, path, refs)
	}
	for _, m := range n.Members() {
		if m.Key == "url" {
			if typ, _, _, ok := fhir.SplitReference(m.Value.Str()); ok && typ == "Binary" {
				refs = append(refs, fhir.Ref{Node: m.Value, Path: path + ".url", Value: m.Value.Str()})
			}
			continue
		}
		if k := m.Value.Kind(); k == fhir.KindObject || k == fhir.KindArray {
			refs = attachments(m.Value, path+"."+m.Key, refs)
		}
	}
	return refs
}

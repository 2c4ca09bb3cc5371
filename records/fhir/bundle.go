package fhir

import (
	"strconv"
	"strings"
)

// checkBundle holds a bundle against the invariants of R4 (https://hl7.org/fhir/R4/bundle.html, bdl-1 to bdl-12), the
// definition of fullUrl, and what the modes of a searchset mean.
func checkBundle(v *validator, n *Node) {
	typ := n.member("type").Str()
	changes := typ == "batch" || typ == "transaction" || typ == "history"
	answers := typ == "batch-response" || typ == "transaction-response" || typ == "history"
	if n.member("total") != nil && typ != "searchset" && typ != "history" {
		v.addAt("total", CodeInvariant, "only a searchset or history has a total (bdl-1)")
	}
	entries := n.member("entry").Items()
	urls := make(map[string]bool, len(entries))
	for i, e := range entries {
		wrong := ""
		request, response := e.member("request") != nil, e.member("response") != nil
		resource := e.member("resource") != nil
		outcome := e.member("resource").ResourceType() == "OperationOutcome"
		switch {
		case e.member("search") != nil && typ != "searchset":
			wrong = "only entries of a searchset say how they were found (bdl-2)"
		case request != changes:
			wrong = "entries have a request in a batch, transaction or history, and nowhere else (bdl-3)"
		case response != answers:
			wrong = "entries have a response in a response or history, and nowhere else (bdl-4)"
		case !resource && !request && !response:
			wrong = "an entry holds a resource, a request or a response (bdl-5)"
		}
		if url := e.member("fullUrl").Str(); wrong == "" && url != "" {
			key := url + " " + e.Get("resource", "meta", "versionId").Str()
			switch {
			case !isAbsolute(url):
				wrong = "the fullUrl is an absolute URL or a urn"
			case resource && !fitsID(url, e.member("resource"), request):
				wrong = "the fullUrl ends in the type and id of the resource when it names a FHIR server"
			case urls[key] && typ != "history":
				wrong = "two entries have the same fullUrl and version (bdl-7)"
			}
			urls[key] = true
		}
		if wrong != "" {
			v.addAt("entry["+strconv.Itoa(i)+"]", CodeInvariant, wrong)
		}
		switch mode := e.Get("search", "mode").Str(); {
		case mode == "outcome" && resource && !outcome:
			v.addAt("entry["+strconv.Itoa(i)+"].resource", CodeInvariant, "the outcome of a search is an OperationOutcome")
		case mode == "match" && outcome:
			v.addAt("entry["+strconv.Itoa(i)+"].resource", CodeInvariant, "an OperationOutcome is nothing that a search finds; its mode is outcome")
		}
	}
	first := ""
	if len(entries) > 0 {
		first = entries[0].member("resource").ResourceType()
	}
	switch {
	case typ == "document" && (n.member("identifier").member("system") == nil || n.member("identifier").member("value") == nil):
		v.addAt("identifier", CodeInvariant, "a document has an identifier with system and value (bdl-9)")
	case typ == "document" && n.member("timestamp") == nil:
		v.addAt("timestamp", CodeInvariant, "a document has a date (bdl-10)")
	case typ == "document" && first != "Composition":
		v.addAt("entry", CodeInvariant, "a document begins with a Composition (bdl-11)")
	case typ == "message" && first != "MessageHeader":
		v.addAt("entry", CodeInvariant, "a message begins with a MessageHeader (bdl-12)")
	}
}

// fitsID: "if the fullUrl does look like a RESTful server URL then the id portion of the fullUrl SHALL end with the
// Resource.id" (definition of Bundle.entry.fullUrl). What a request sends may be yet to get its id.
func fitsID(url string, resource *Node, request bool) bool {
	id := resource.member("id").Str()
	if id == "" && request || !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") {
		return true
	}
	typ := absoluteType(url)
	return typ == "" || typ == resource.ResourceType() && strings.HasSuffix(url, "/"+id)
}

// isAbsolute: the URI begins with a scheme.
func isAbsolute(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ':':
			return i > 0
		case !isNameByte(c) && c != '+' && c != '.':
			return false
		}
	}
	return false
}

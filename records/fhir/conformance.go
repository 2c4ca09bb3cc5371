package fhir

import (
	"strconv"
	"strings"
)

// checkOwnURL: R4 defines the url of most types as "an absolute URI that is used to identify this .. when it is referenced".
func checkOwnURL(v *validator, n *Node) {
	if url := n.member("url").Str(); url != "" && !isAbsolute(url) {
		v.addAt("url", CodeValue, "the canonical URL must be absolute, as http://.. or urn:..")
	}
}

// checkValueSet: "an absolute URI which is the code system from which the selected codes come from". A code system that
// is contained has its own absolute url.
func checkValueSet(v *validator, n *Node) {
	checkOwnURL(v, n)
	for _, list := range [...]string{"include", "exclude"} {
		for i, e := range n.Get("compose", list).Items() {
			if s := e.member("system").Str(); s != "" && !isAbsolute(s) {
				v.addAt("compose."+list+"["+strconv.Itoa(i)+"].system", CodeValue, "the URL of a code system must be absolute, as http://.. or urn:..")
			}
		}
	}
}

// checkCodeSystem: what supplements another code system "doesn't define any new concepts", which its content says
// (http://hl7.org/fhir/R4/codesystem.html#supplements).
func checkCodeSystem(v *validator, n *Node) {
	checkOwnURL(v, n)
	if content := n.member("content").Str(); n.member("supplements") != nil && content != "" && content != "supplement" {
		v.addAt("content", CodeValue, "what supplements a code system has the content supplement")
	}
}

// checkSearchParameter: a composite "combines a search on two values together" (http://hl7.org/fhir/search-param-type).
func checkSearchParameter(v *validator, n *Node) {
	checkOwnURL(v, n)
	if n.member("type").Str() == "composite" && len(n.member("component").Items()) < 2 {
		v.add(SeverityError, CodeInvariant, "a composite search parameter has two components or more")
	}
}

// checkCapabilities: the type of a search parameter "SHALL be the same as the type in the search parameter definition".
// That is known of those that R4 defines.
func checkCapabilities(v *validator, n *Node) {
	checkOwnURL(v, n)
	for i, rest := range n.member("rest").Items() {
		for j, r := range rest.member("resource").Items() {
			for k, p := range r.member("searchParam").Items() {
				if known := officialParam(r.member("type").Str(), p.member("definition").Str()); known != nil && known.Type.String() != p.member("type").Str() {
					v.addAt("rest["+strconv.Itoa(i)+"].resource["+strconv.Itoa(j)+"].searchParam["+strconv.Itoa(k)+"]", CodeValue,
						"the type is not that of the parameter's definition: "+known.Type.String())
				}
			}
		}
	}
}

// officialParam finds a parameter of R4 by its canonical URL, which ends in Type-name, in Resource-id for _id, or in
// group-name when it is of several types.
func officialParam(typ, canonical string) *Param {
	id, ok := strings.CutPrefix(canonical, "http://hl7.org/fhir/SearchParameter/")
	if !ok {
		return nil
	}
	id, _, _ = strings.Cut(id, "|")
	of, name, _ := strings.Cut(id, "-")
	switch {
	case of == "Resource" || of == "DomainResource":
		name = "_" + name
	case of != typ && IsType(of):
		return nil
	}
	return LookupParam(typ, name)
}

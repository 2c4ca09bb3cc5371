package fhir

import (
	"slices"
	"strings"
)

// rule checks what a data type asks beyond its elements. It runs only on values whose elements are in order.
type rule func(v *validator, n *Node, p *prop)

// rules by data type. The names in brackets in their texts are the invariants of the specification.
var rules = map[string]rule{
	"Reference":       checkReference,
	"CodeableConcept": checkConcept,
	"Coding":          checkCoding,
	"Extension":       checkExtension,
	"Period":          checkPeriod,
	"Quantity":        checkQuantity,
	"Age":             checkQuantity,
	"Duration":        checkQuantity,
	"Range":           checkRange,
	"Attachment":      checkAttachment,
	"ContactPoint":    checkContactPoint,
}

// resourceRules by resource type.
var resourceRules = map[string]func(v *validator, n *Node){
	"ActivityDefinition":        checkOwnURL,
	"Bundle":                    checkBundle,
	"CapabilityStatement":       checkCapabilities,
	"ChargeItemDefinition":      checkOwnURL,
	"CodeSystem":                checkCodeSystem,
	"CompartmentDefinition":     checkOwnURL,
	"ConceptMap":                checkOwnURL,
	"EffectEvidenceSynthesis":   checkOwnURL,
	"EventDefinition":           checkOwnURL,
	"Evidence":                  checkOwnURL,
	"EvidenceVariable":          checkOwnURL,
	"ExampleScenario":           checkOwnURL,
	"GraphDefinition":           checkOwnURL,
	"ImplementationGuide":       checkOwnURL,
	"Library":                   checkOwnURL,
	"Measure":                   checkOwnURL,
	"Observation":               checkObservation,
	"OperationDefinition":       checkOwnURL,
	"PlanDefinition":            checkOwnURL,
	"Questionnaire":             checkOwnURL,
	"ResearchDefinition":        checkOwnURL,
	"ResearchElementDefinition": checkOwnURL,
	"RiskEvidenceSynthesis":     checkOwnURL,
	"SearchParameter":           checkSearchParameter,
	"StructureDefinition":       checkOwnURL,
	"StructureMap":              checkOwnURL,
	"TerminologyCapabilities":   checkOwnURL,
	"TestScript":                checkOwnURL,
	"ValueSet":                  checkValueSet,
}

func checkExtension(v *validator, n *Node, _ *prop) {
	value, nested := false, false
	for i := range n.members {
		switch key := n.members[i].Key; {
		case key == "extension":
			nested = true
		case strings.HasPrefix(key, "value"), strings.HasPrefix(key, "_value"):
			value = true
		}
	}
	if value == nested {
		v.add(SeverityError, CodeInvariant, "an extension has either a value or extensions of its own (ext-1)")
	}
}

func checkPeriod(v *validator, n *Node, _ *prop) {
	from, to := n.member("start"), n.member("end")
	if from == nil || to == nil {
		return
	}
	lo, _, okFrom := DateRange(from.Str())
	_, hi, okTo := DateRange(to.Str())
	if okFrom && okTo && lo >= hi {
		v.add(SeverityError, CodeInvariant, "the end lies before the start (per-1)")
	}
}

func checkQuantity(v *validator, n *Node, _ *prop) {
	if n.member("code") != nil && n.member("system") == nil {
		v.add(SeverityError, CodeInvariant, "a coded unit needs its system (qty-3)")
	}
}

func checkRange(v *validator, n *Node, _ *prop) {
	low, okLow := n.Get("low", "value").Float()
	high, okHigh := n.Get("high", "value").Float()
	sameUnit := n.Get("low", "code").Str() == n.Get("high", "code").Str() && n.Get("low", "unit").Str() == n.Get("high", "unit").Str()
	if okLow && okHigh && sameUnit && low > high {
		v.add(SeverityError, CodeInvariant, "the low end is above the high end (rng-2)")
	}
}

func checkAttachment(v *validator, n *Node, _ *prop) {
	if n.member("data") != nil && n.member("contentType") == nil {
		v.add(SeverityError, CodeInvariant, "an attachment with data says its contentType (att-1)")
	}
	if size, ok := n.member("size").Float(); ok {
		if data := n.member("data").Str(); data != "" && int(size) != decodedLen(data) {
			v.addAt("size", CodeValue, "the size is not that of the data")
		}
	}
}

func checkContactPoint(v *validator, n *Node, _ *prop) {
	if n.member("value") != nil && n.member("system") == nil {
		v.add(SeverityError, CodeInvariant, "a contact point with a value says its system (cpt-2)")
	}
}

func checkConcept(v *validator, n *Node, p *prop) {
	if p.codes == nil {
		return
	}
	for _, c := range n.member("coding").Items() {
		if p.codes.hasCoding(c.member("system").Str(), c.member("code").Str()) {
			return
		}
	}
	v.add(SeverityError, CodeCodeInvalid, wantedCoding(p.codes))
}

func checkCoding(v *validator, n *Node, p *prop) {
	if p.codes != nil && !p.codes.hasCoding(n.member("system").Str(), n.member("code").Str()) {
		v.add(SeverityError, CodeCodeInvalid, wantedCoding(p.codes))
	}
}

func wantedCoding(c *codeList) string {
	c.load()
	text := "a coding of the list that is required here is missing"
	if list := c.short(); list != "" && len(c.systems) == 1 {
		for system := range c.systems {
			text += " (" + system + ": " + list + ")"
		}
	}
	return text
}

// checkReference checks where a literal reference points to (ref-1, and the target types of the element).
func checkReference(v *validator, n *Node, p *prop) {
	ref := n.member("reference").Str()
	declared := n.member("type").Str()
	if declared != "" && !IsType(declared) && !strings.Contains(declared, ":") {
		v.addAt("type", CodeValue, "FHIR R4 has no resource of this type")
		return
	}
	typ := declared
	if ref != "" {
		found, text := v.referenceType(ref)
		if text != "" {
			v.addAt("reference", CodeValue, text)
			return
		}
		if found != "" && declared != "" && found != declared && IsType(declared) {
			v.addAt("type", CodeValue, "the type is not the one that the reference points to")
			return
		}
		if found != "" {
			typ = found
		}
	}
	if typ != "" && p.targets != nil && IsType(typ) && !slices.Contains(p.targets, typ) {
		v.add(SeverityError, CodeValue, "a "+typ+" is not allowed here, but: "+strings.Join(p.targets, ", "))
	}
}

// referenceType returns the type that a reference points to, "" when it does not say, and what is wrong with it.
func (v *validator) referenceType(ref string) (typ, wrong string) {
	if local, ok := strings.CutPrefix(ref, "#"); ok {
		if local == "" {
			return v.scope.node.ResourceType(), ""
		}
		v.scope.used = append(v.scope.used, local)
		for _, c := range v.scope.node.member("contained").Items() {
			if c.member("id").Str() == local {
				return c.ResourceType(), ""
			}
		}
		return "", "no contained resource has this id (ref-1)"
	}
	if !noSpace(ref) {
		return "", "must be a URI without blanks"
	}
	if typ, _, _, ok := SplitReference(ref); ok {
		return typ, ""
	}
	if head, _, ok := strings.Cut(ref, "?"); ok && IsType(head) {
		return head, "" // conditional, resolved when a transaction is carried out
	}
	scheme, rest, ok := strings.Cut(ref, ":")
	if !ok || strings.Contains(scheme, "/") {
		return "", "a reference within this server is written Type/id, with an id of 1 to 64 letters, digits, hyphens and dots"
	}
	if scheme == "urn" {
		id, isUUID := strings.CutPrefix(rest, "uuid:")
		if isUUID && !IsUUID(strings.ToLower(id)) || strings.HasPrefix(rest, "oid:") && !isOID(ref) {
			return "", "the urn is not a UUID or OID"
		}
		return "", ""
	}
	return absoluteType(ref), ""
}

// absoluteType finds the type in base/Type/id[/_history/version].
func absoluteType(url string) string {
	parts := strings.Split(url, "/")
	if n := len(parts); n > 4 && parts[n-2] == "_history" {
		parts = parts[:n-2]
	}
	if n := len(parts); n > 3 && IsType(parts[n-2]) {
		return parts[n-2]
	}
	return ""
}

// checkObservation: a result is either there or absent for a reason, never both (obs-6, obs-7).
func checkObservation(v *validator, n *Node) {
	value := false
	for i := range n.members {
		if strings.HasPrefix(n.members[i].Key, "value") {
			value = true
		}
	}
	if !value {
		return
	}
	if n.member("dataAbsentReason") != nil {
		v.addAt("dataAbsentReason", CodeInvariant, "a reason for absence is only given when there is no value (obs-6)")
	}
	for _, code := range n.Get("code", "coding").Items() {
		for _, c := range n.member("component").Items() {
			for _, k := range c.Get("code", "coding").Items() {
				if k.member("code").Str() == code.member("code").Str() && k.member("system").Str() == code.member("system").Str() {
					v.addAt("component", CodeInvariant, "a component must not repeat the code whose value stands above (obs-7)")
					return
				}
			}
		}
	}
}

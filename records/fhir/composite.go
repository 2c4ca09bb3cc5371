package fhir

import "strings"

// A composite parameter joins several others that must fit the same element (https://hl7.org/fhir/R4/search.html#combining):
// the code and the value of one component, not a code here and a value there. This is what R4's SearchParameter.component
// says of each, as "name type expression"; the expression starts at the element that the composite names. A name that is
// also a parameter of the type has the same values as that, so its rows narrow the search.
var composites = map[string][]string{
	"context-type-quantity":                               {"context-type token code", "context-quantity quantity value.as(Quantity) | value.as(Range)"},
	"context-type-value":                                  {"context-type token code", "context token value.as(CodeableConcept)"},
	"DocumentReference.relationship":                      {"relation token code", "relatesto reference target"},
	"Group.characteristic-value":                          {"characteristic token code", "value token value"},
	"MolecularSequence.chromosome-variant-coordinate":     {"chromosome token %resource.referenceSeq.chromosome", "variant-start number start", "variant-end number end"},
	"MolecularSequence.chromosome-window-coordinate":      {"chromosome token chromosome", "window-start number windowStart", "window-end number windowEnd"},
	"MolecularSequence.referenceseqid-variant-coordinate": {"referenceseqid token %resource.referenceSeq.referenceSeqId", "variant-start number start", "variant-end number end"},
	"MolecularSequence.referenceseqid-window-coordinate":  {"referenceseqid token referenceSeqId", "window-start number windowStart", "window-end number windowEnd"},
	"Observation.code-value-concept":                      {"code token code", "value-concept token value.as(CodeableConcept)"},
	"Observation.code-value-date":                         {"code token code", "value-date date value.as(dateTime) | value.as(Period)"},
	"Observation.code-value-quantity":                     {"code token code", "value-quantity quantity value.as(Quantity)"},
	"Observation.code-value-string":                       {"code token code", "value-string string value.as(string)"},
	"Observation.combo-code-value-concept":                {"combo-code token code", "combo-value-concept token value.as(CodeableConcept)"},
	"Observation.combo-code-value-quantity":               {"combo-code token code", "combo-value-quantity quantity value.as(Quantity)"},
	"Observation.component-code-value-concept":            {"component-code token code", "component-value-concept token value.as(CodeableConcept)"},
	"Observation.component-code-value-quantity":           {"component-code token code", "component-value-quantity quantity value.as(Quantity)"},
}

// partsOf gives the components of a composite parameter; nil when R4 names none.
func partsOf(typ, name string) []*Param {
	list := composites[typ+"."+name]
	if list == nil {
		list = composites[name]
	}
	var parts []*Param
	for _, line := range list {
		f := strings.SplitN(line, " ", 3)
		p := &Param{Name: f[0], expression: f[2]}
		for i, n := range paramTypeNames {
			if n == f[1] {
				p.Type = ParamType(i)
			}
		}
		p.expression, p.ofResource = strings.CutPrefix(p.expression, "%resource.")
		parts = append(parts, p)
	}
	return parts
}

// matchComposite looks for one element of which all components hold.
func (p *Param) matchComposite(n *Node, values []Value) bool {
	for _, it := range p.items(n) {
		for i := range values {
			if p.fits(n, it, values[i].Parts) {
				return true
			}
		}
	}
	return false
}

func (p *Param) fits(n *Node, it item, values []Value) bool {
	for i, part := range p.Parts {
		from := it
		if part.ofResource {
			from = resourceItem(n, nil)
		}
		if !values[i].matches(part, part.rows(n, from)) {
			return false
		}
	}
	return true
}

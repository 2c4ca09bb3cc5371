package fhir

import (
	"strings"
	"sync"
)

// invariant is a rule of the definitions that is written in FHIRPath. It runs on values whose elements are in order.
type invariant struct {
	key, severity, text, expression string

	once     sync.Once
	compiled *expr
}

// byHand are the invariants that are not taken from the table, with the reason: most are checked where the structure is
// walked anyway, which is many times faster.
var byHand = map[string]string{
	"ele-1":  "the validator refuses elements that are empty or have only an id",
	"ext-1":  "checkExtension",
	"dom-2":  "contained",
	"dom-3":  "unusedContained; its expression walks all descendants for each contained resource",
	"dom-4":  "contained",
	"dom-5":  "contained",
	"dom-6":  "advice that each resource has a narrative: a warning on nearly every record would hide the others",
	"txt-1":  "checkNarrative, which says what is wrong",
	"txt-2":  "checkNarrative, which warns only",
	"ref-1":  "checkReference",
	"qty-3":  "checkQuantity",
	"sqty-1": "SimpleQuantity has no comparator in its table of elements",
	"per-1":  "checkPeriod, which also compares dates of different precision",
	"rng-2":  "checkRange; the expression compares quantities of the same unit alike",
	"att-1":  "checkAttachment",
	"cpt-2":  "checkContactPoint",
	"obs-6":  "checkObservation",
	"obs-7":  "checkObservation",
	"bdl-1":  "checkBundle", "bdl-2": "checkBundle", "bdl-3": "checkBundle", "bdl-4": "checkBundle", "bdl-5": "checkBundle",
	"bdl-7": "checkBundle", "bdl-9": "checkBundle", "bdl-10": "checkBundle", "bdl-11": "checkBundle", "bdl-12": "checkBundle",
}

// corrected are expressions of R4 that do not say what their text says.
var corrected = map[string]string{
	// System.Boolean is never the type of an element.
	"que-7": "operator = 'exists' implies (answer is boolean)",
}

// newInvariant returns nil for what is checked by hand.
func newInvariant(key, severity, text, expression string) *invariant {
	if byHand[key] != "" {
		return nil
	}
	if better := corrected[key]; better != "" {
		expression = better
	}
	return &invariant{key: key, severity: severity, text: strings.TrimSuffix(text, ".") + " (" + key + ")", expression: expression}
}

func (i *invariant) expr() *expr {
	i.once.Do(func() {
		e, err := compilePath(i.expression)
		if err != nil {
			panic("fhir: invariant " + i.key + ": " + err.Error())
		}
		i.compiled = e
	})
	return i.compiled
}

// invariants reports those that are false for the value. What cannot be evaluated is not held against it: an invariant
// that speaks of one value where a resource has several says nothing.
func (v *validator) invariants(list []*invariant, it item) {
	for _, i := range list {
		v.m.root, v.m.steps, v.m.err = v.scope.node, 0, nil
		v.m.context = &v.context
		v.context = it
		v.items = i.expr().run(&v.m, it, v.items[:0])
		if v.m.err == nil && len(v.items) == 1 {
			if ok, isBool := v.items[0].n.Bool(); isBool && !ok {
				v.add(i.severity, CodeInvariant, i.text)
			}
		}
	}
}

package records

import (
	"housecall/records/access"
	"housecall/records/fhir"
)

// MainDate is the parameter whose value orders a type.
func MainDate(typ string) string { return mainDate[typ] }

// MaxBodies bounds what a search looks at one by one.
const MaxBodies = maxBodies

// UseRules puts other rules for labels in the place of those of this version.
func (s *Store) UseRules(version int64, classify func(*fhir.Node) access.Class) {
	s.labelRules, s.classify = version, classify
}

// Package fhir holds FHIR R4 (4.0.1) as Go values: JSON, the base definitions, validation, and search.
//
// A resource is a tree of *Node. It keeps the order of members and the exact text of numbers, because a
// record that goes out must be the record that came in (2.50 mg is not 2.5 mg). Parse is strict: what two
// systems could read in two ways (duplicate keys, broken Unicode, trailing data) is refused at the door.
//
// Validate holds a resource against the base definitions: known types and elements, JSON shape, cardinality,
// formats of primitive values, required code lists, targets of references, contained resources, narrative,
// invariants. ValidateWith and ValidateProfile add the profiles of US Core and the International Patient Summary.
// There is no terminology server behind them. Their texts name rules and places, never the values found,
// since they end up in logs and import reports.
//
// Extract gives the search rows of a resource, ParseQuery reads a search URL into the same terms. Both use the
// official search parameters, whose FHIRPath expressions are evaluated by the same interpreter as those of the
// invariants (path.go). Subset cuts a resource to what _summary or _elements ask for.
//
// The definitions and the profiles are compressed tables in the binary, made by definitions/gen from HL7's published
// definitions. They are unpacked at first use; each type is decoded when it is first asked for.
//
// The package is pure: it reads nothing, stores nothing, and imports only the standard library. Nodes are not
// safe for concurrent change; everything else is safe for concurrent use.
package fhir

//go:generate go run ./definitions/gen -from ../../../shared/data/fhir-r4-definitions -to definitions/r4.table.gz -profiles definitions/profiles.table.gz

package fhir

import "encoding/json"

// Make turns a Go value (maps, slices, structs with json names) into a
// resource, for those who write their own.
func Make(v any) (*Node, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return Parse(raw)
}

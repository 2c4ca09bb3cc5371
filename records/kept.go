package records

import (
	"strconv"

	"housecall/records/fhir"
)

// Stores tells whether resources of the type are kept here.
func Stores(typ string) bool { return fhir.IsType(typ) && !notStored[typ] }

// SearchesBy tells whether Search answers the parameter, alone and without
// modifiers.
func SearchesBy(p *fhir.Param) bool {
	if p.Name == "_id" || p.Name == "_lastUpdated" || p.Home {
		return true
	}
	_, table := searchTables[p.Type]
	return table && p.Indexed
}

// OpError is the fault of one change of a batch; Index counts from 0.
type OpError struct {
	Index int
	Err   error
}

func (e *OpError) Error() string { return "change " + strconv.Itoa(e.Index) + ": " + e.Err.Error() }

func (e *OpError) Unwrap() error { return e.Err }

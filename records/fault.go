package records

import (
	"database/sql"
	"errors"

	"housecall/internal/fault"
	"housecall/records/fhir"
)

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// notFound is the one answer for what is not there and for what may not be seen.
func notFound() *fault.Error {
	return fault.New(fault.NotFound, "We could not find that.")
}

// asAbsent words that a chart may not be seen as one that is not there: the two
// could be told apart otherwise.
func asAbsent(err error) error {
	if fault.Is(err, fault.NotFound) {
		return notFound()
	}
	return err
}

func gone() *fault.Error { return fault.New(fault.Gone, "This was deleted.") }

func invalid(msg string) *fault.Error { return fault.New(fault.Invalid, msg) }

// refused turns the findings of validation into one fault.
func refused(issues []fhir.Issue) *fault.Error {
	f := fault.New(fault.Invalid, "This record cannot be stored as it is.")
	for _, i := range issues {
		if i.Severity == "error" || i.Severity == "fatal" {
			f.Issues = append(f.Issues, fault.Issue{Code: i.Code, Expression: i.Expression, Text: i.Text})
		}
	}
	if len(f.Issues) == 0 {
		return nil
	}
	return f
}

// Package fault holds the one error type of Housecall: a kind that decides the
// status, a message that may be shown to a patient, and a cause that only the
// log ever sees.
package fault

import (
	"errors"
	"fmt"
)

// Kind is the class of a fault. Each face (problem+json, OperationOutcome,
// signalling, feeds) maps kinds to its own words in one place.
type Kind uint8

// The kinds. A chart that somebody may not see is NotFound, never Forbidden;
// Forbidden is for scopes and roles only.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Forbidden
	NotFound
	Conflict
	PreconditionFailed
	Gone
	TooLarge
	TooMany
	Unavailable
)

var names = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "precondition_failed", "gone", "too_large", "too_many", "unavailable"}

// String is the machine word of the kind.
func (k Kind) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return names[Internal]
}

// Issue is one detail of a fault: where in the input, and what is wrong there.
type Issue struct {
	Code       string // issue type code of FHIR R4, http://hl7.org/fhir/R4/valueset-issue-type.html
	Expression string // path in the input
	Text       string
}

// Error is a fault.
type Error struct {
	Kind   Kind
	Code   string // machine word for clients, e.g. "step_up"; empty: the kind's name
	Msg    string // fit for a patient: no cause, no health fact, no name
	Issues []Issue
	Err    error // cause, for the log only
}

// New makes a fault without a cause.
func New(k Kind, msg string) *Error { return &Error{Kind: k, Msg: msg} }

// Newf makes a fault with a formatted message.
func Newf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Msg: fmt.Sprintf(format, args...)}
}

// Wrap makes a fault around a cause.
func Wrap(k Kind, msg string, err error) *Error { return &Error{Kind: k, Msg: msg, Err: err} }

// WithCode gives the fault a machine word of its own.
func (e *Error) WithCode(code string) *Error { e.Code = code; return e }

// WithIssues adds details.
func (e *Error) WithIssues(issues ...Issue) *Error { e.Issues = append(e.Issues, issues...); return e }

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Kind.String() + ": " + e.Msg + ": " + e.Err.Error()
	}
	return e.Kind.String() + ": " + e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the first fault in the chain; Internal for anything else.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is tells whether err is a fault of that kind.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Of gives the fault in the chain; anything unknown becomes an Internal fault
// whose message says nothing about the inside.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Msg: "Something went wrong on our side. Please try again.", Err: err}
}

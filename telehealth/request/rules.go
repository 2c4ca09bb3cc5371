package request

import (
	"slices"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// State is how far a request has come: the status of its Task (FHIR R4, TaskStatus).
type State string

// The states, in the words of the pages.
const (
	Requested  State = "requested"   // asked
	Received   State = "received"    // seen
	OnHold     State = "on-hold"     // needs an answer from the patient's side
	Accepted   State = "accepted"    // accepted
	InProgress State = "in-progress" // being done
	Completed  State = "completed"   // done
	Rejected   State = "rejected"    // declined
	Cancelled  State = "cancelled"   // taken back
)

// States lists them in the order of the table below.
var States = []State{Requested, Received, OnHold, Accepted, InProgress, Completed, Rejected, Cancelled}

func (s State) open() bool { return s != Completed && s != Rejected && s != Cancelled }

// moves says which side may bring a request from one state (lines) to another
// (columns): the clinic (C) or the patient's side (P).
//
//	requested received on-hold accepted in-progress completed rejected cancelled
var moves = map[State]string{
	Requested:/*          */ "    -         C        C       C        C           C         C        P",
	Received:/*          */ "    -         -        C       C        C           C         C        P",
	OnHold:/*          */ "    -         P        -       C        C           C         C        P",
	Accepted:/*          */ "    -         -        C       -        C           C         C        P",
	InProgress:/*          */ "    -         -        C       -        -           C         C        P",
	Completed:/*          */ "    -         -        -       -        -           -         -        -",
	Rejected:/*          */ "    -         -        -       -        -           -         -        -",
	Cancelled:/*          */ "    -         -        -       -        -           -         -        -",
}

// mover is the side that may bring a request from one state to another; "": nobody.
func mover(from, to State) string {
	cells := []byte{}
	for _, c := range []byte(moves[from]) {
		if c != ' ' {
			cells = append(cells, c)
		}
	}
	i := slices.Index(States, to)
	if i < 0 || i >= len(cells) {
		return ""
	}
	return map[byte]string{'C': ClinicSide, 'P': PatientSide}[cells[i]]
}

// deciders are those at the clinic who answer each kind. What is about medicines or
// to be signed is for doctors and nurses; the front desk arranges visits and copies.
var deciders = map[Kind][]identity.Role{
	Refill:  {identity.Clinician, identity.Nurse},
	Renewal: {identity.Clinician, identity.Nurse},
	Visit:   {identity.Clinician, identity.Nurse, identity.FrontDesk},
	Record:  {identity.Clinician, identity.Nurse, identity.FrontDesk},
	Form:    {identity.Clinician, identity.Nurse},
}

// issuers are those who may write the new prescription along with their answer. A
// nurse goes on with what the prescription allows; a new one needs a prescriber.
var issuers = map[Kind][]identity.Role{
	Refill:  {identity.Clinician, identity.Nurse},
	Renewal: {identity.Clinician},
}

func decides(v *access.View, k Kind) bool {
	return (v.Base == access.CareTeam || v.Base == access.ClinicStaff) && slices.Contains(deciders[k], v.Role) &&
		v.Act.Has(k.category()) && v.AllowsType(task, 'u')
}

func issues(v *access.View, k Kind) bool {
	return decides(v, k) && slices.Contains(issuers[k], v.Role) && v.Act.Has(access.Medicines) && v.AllowsType(medicationRequest, 'c') && v.AllowsType(medicationRequest, 'u')
}

// mayAsk: the patient asks for whatever they see; a caregiver for what their grant
// lets them act on, and for copies of the record if they may hand it on.
func mayAsk(v *access.View, k Kind) bool {
	if !v.See.Has(k.category()) || !v.AllowsType(task, 'c') {
		return false
	}
	switch v.Base {
	case access.Self:
		return true
	case access.Proxy:
		if k == Record {
			return v.Can&access.PowerShare != 0
		}
		return v.Act.Has(k.category())
	}
	return false
}

// next are the states to which a viewer may bring a request.
func next(v *access.View, k Kind, from State) []State {
	out := []State{}
	for _, to := range States {
		switch mover(from, to) {
		case ClinicSide:
			if decides(v, k) {
				out = append(out, to)
			}
		case PatientSide:
			if mayAsk(v, k) && v.AllowsType(task, 'u') {
				out = append(out, to)
			}
		}
	}
	return out
}

func notYours() error {
	return fault.New(fault.Forbidden, "You can read this request, but not answer it.").WithCode("role")
}

func mayNotAsk() error {
	return fault.New(fault.Forbidden, "You can see this, but not ask for it here.").WithCode("role")
}

// Package request keeps what patients and caregivers ask the clinic for beside a
// conversation: a refill or a renewal of a medicine, a visit, copies of the record, a
// form to be filled in. A request is a FHIR Task in the patient's chart, whose states
// both sides see; the rows beside it make the clinic's list one query and keep two
// requests for one medicine from being open at once.
package request

// Package records is the chart: one store for every fact that a patient, a
// caregiver or a clinician can see, each a FHIR R4 resource.
//
// It has one write path (Write) and one set of reads, and each of them makes one
// access decision and leaves its audit entry, whoever asks: the web, the phone,
// FHIR, an import, a background job. Each change takes the next number of its
// chart under the lock of the chart's head row. What screens list is projected
// into the table entries in the same transaction.
//
// The package does not know HTTP, and it decides nothing about access itself:
// that is records/access.
package records

// Package rest is the FHIR R4 face of the chart store: /fhir over HTTP
// (https://hl7.org/fhir/R4/http.html).
//
// It translates and does nothing else. Each interaction becomes one call of the
// store, which decides and leaves the audit row; bodies go out as the bytes that
// the store keeps, spliced into bundles. What the capability statement promises
// is made from the same tables that answer requests.
//
// Errors are OperationOutcomes with the short id of the request. A chart that
// somebody may not see is not found; links to further pages hold nothing that
// can be read, so that what was searched for stays out of logs and histories.
package rest

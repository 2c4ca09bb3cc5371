// Package bulk moves many records at once, for systems: exports of the whole
// clinic, of a group or of all patients, and imports of NDJSON files, after Bulk
// Data Access 2.0 (https://hl7.org/fhir/uv/bulkdata/STU2/export.html).
//
// Who asks gets the name of a job and comes back. The job works in short turns,
// on any node, and writes down after each turn how far it came: a process that
// dies costs at most one turn, which is done again. What a job makes lies packed
// and encrypted in blob storage, belongs to the client that asked, and is deleted
// after a day.
//
// An export is many short reads through records.Store.Export, which decides,
// leaves the audit rows and tells everything as it was at one moment. The memory
// that it takes does not grow with what is exported. An import goes through
// ingest: twice sent is once done.
package bulk

// Package ingest brings records of other systems into the store: bundles,
// bulk exports and single resources from files.
//
// Each resource keeps a place in a map from (sending system, type, id there) to
// our id, and its references are rewritten through that map. Three laws hold:
//
//   - Twice is once. What was imported before is recognised by its content and
//     left alone, also when somebody has changed our copy since.
//   - Order does not matter. A resource goes in as soon as everything that it
//     refers to is known, together with what waits for it; until then it is kept
//     with the names of what it waits for.
//   - What is broken stands alone. A resource that breaks a rule, and what
//     refers to it, is set aside with reason and place; the rest of the patient
//     goes in together.
//
// A map row is committed in the transaction of its resource, so an import that
// was killed is finished by starting it again.
//
// The same person may come from several senders. Each has a chart of their own;
// those that may be the same (Score) are put into a work list, and a person joins
// them or keeps them apart.
//
// A patient's bundle often carries copies of organizations and practitioners.
// Such a copy fills a gap, and never replaces what was sent for its own sake.
package ingest

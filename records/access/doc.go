// Package access decides who may see and do what in a chart, and keeps the
// record of every such decision.
//
// A View is what one person may see of one chart at one moment: it follows from
// their relation to the chart (their own, a grant, the care team, a feed), from
// the table of rules in policy.go, and from what the app they use was allowed.
// Nothing is allowed unless a row of that table allows it. A chart without a
// relation does not exist for the person who asks (NoChart).
//
// Classify says what kind of data a resource is and which sensitive kinds it
// touches, by the versioned rules in rules.go.
//
// Every decision leaves an audit row: writes in their own transaction
// (RecordTx), reads through a group commit that the answer waits for (Record).
// Each row carries a code under the site key and the next number of its writer.
// The sealer chains the rows of each chart, appends them to a Merkle log (RFC
// 9162) and signs checkpoints that leave the database. Verify walks all of it
// and names the place of any change; a Proof lets a patient check one row
// offline.
package access

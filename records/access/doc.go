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
// Every decision leaves an audit row: who, as what, from where, through which app
// and for what. Writes leave it in their own transaction (RecordTx), reads through
// a group commit that the answer waits for (Record). What happens to accounts and
// sign-ins leaves one as well (RecordActs); refusals that anybody can cause are
// counted (RecordRefusal).
//
// The rows of one commit are one page, under one code with the site key and with
// the next numbers of their writer (page.go). The sealer chains the rows of each
// chart, appends them to a Merkle log (RFC 9162), signs checkpoints that leave the
// database, and keeps an index of charts and accounts (index.go). Verify walks all of it
// and names the place of any change. Checkpoints leave the machine (anchors.go),
// and a restore that put the log back leaves a signed Gap. A Proof lets a patient
// check one row offline, and an export their whole list (export.go). Audit is the
// report of the privacy officer.
package access

// Package subscription tells apps and systems of changes, by the Subscriptions R5
// Backport for FHIR R4 (http://hl7.org/fhir/uv/subscriptions-backport, 1.1.0): a
// Subscription names a topic, filters and a channel (a web hook or a WebSocket),
// and gets bundles that say what happened.
//
// Changes are read in the one order of all charts. Which of them a subscription
// concerns is written down in the transaction that moves the place in that order,
// so none is lost and none comes in twice. Whether the subscriber may learn of one
// is decided when it is offered, and decided again whenever it is offered again or
// asked for: only then it gets the subscription's next number, so that numbers have
// no gap that would tell of something hidden. What was offered and not taken is
// offered again with the same number.
//
// One node of all hands changes out and calls the hooks: the one that holds a lease
// in the database. A socket is served by the node that it is connected to. Each
// subscription is served by itself, so a slow hook holds up nobody else.
package subscription

// Package notifications tells people and their clients that something waits for
// them, and never what it is: no part of it can hold a health fact, which is why
// it may not import records.
//
// The Hub spreads live events: short nudges that say "look again at this topic".
// A topic is a word of the caller (a patient id, say); on the bus it is only a
// keyed hash. Nudges make things faster and nothing else: one may be lost, come
// twice or late, and whoever watches then looks at the database, which decides.
//
// The Service posts notices in the transaction that makes them true, mails them by
// each person's wishes, and runs jobs for every part of the house. Jobs are rows
// of the same database: what is rolled back was never asked for, and any node may
// do them.
package notifications

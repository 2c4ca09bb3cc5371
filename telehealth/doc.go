// Package telehealth is the visit, from booked to signed: Visit, waiting room,
// consent and Note. Around it stand its parts, each a package of its own:
// schedule (Schedule, Slot, Hold, Appointment, Waitlist), message (Thread,
// Message, Draft, Pool), sfu (Room, Seat, Track: forwards media and knows no
// patients) and turn (relay and its short-lived credentials).
//
// It stands on records and never goes around it: what a visit leaves behind
// (Encounter, Composition, orders) are records, written in the transaction that
// signs the note. None of it is built yet.
package telehealth

// Package telehealth is the visit, from booked to signed: Visit, waiting room,
// consent and Note. Around it stand its parts, each a package of its own:
// schedule (slots and appointments), message (threads and the care team's
// inbox), sfu (forwards media and knows no patients) and signal (brings people
// to the room that is theirs).
//
// It stands on records and never goes around it: what a visit leaves behind
// (Encounter, Composition, DocumentReference) are records, written in the
// transaction that signs the note. The rows beside them (who waits, who is in the
// room, a draft) are coordination and say nothing of what is in the chart.
package telehealth

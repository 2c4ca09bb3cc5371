// Package message is what a patient's side and the clinic write to each other:
// Thread, Message, Draft, and the inbox of a care team.
//
// A message is a Communication (FHIR R4) in the patient's chart, written by the
// one write path. Beside it, in the same transaction, stand rows that a list
// needs: the order of a thread, who has read how far, who takes care of it. They
// hold no word of what was written. A message that was sent is not changed
// or deleted, by nobody and through no door, and neither is what was sent along.
package message

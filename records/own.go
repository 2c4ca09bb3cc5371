package records

import (
	"housecall/internal/fault"
	"housecall/records/fhir"
)

// Own is the meta.source of what this house itself made and keeps more about
// than the record holds: booked visits (whose time is taken) and signed notes.
const Own = "urn:housecall"

// keptTypes are the types of which those with the source Own are kept: changed
// only together with the rows beside them, by a batch that says so (Batch.Kept).
var keptTypes = map[string]bool{"Appointment": true, "Encounter": true, "Composition": true, "DocumentReference": true}

// frozenTypes are signed when they are written. Nobody changes or deletes them,
// the house itself included; an addendum is a record of its own.
var frozenTypes = map[string]bool{"Composition": true, "DocumentReference": true}

// mayTouch refuses changes to what is kept or signed, and records that only
// pretend to be.
func (ch *change) mayTouch() error {
	if !keptTypes[ch.Type] {
		return nil
	}
	if ch.old != nil && !ch.old.deleted {
		old, err := fhir.Parse(ch.old.body)
		if err != nil {
			return err
		}
		if old.Get("meta", "source").Str() == Own {
			if frozenTypes[ch.Type] {
				return fault.New(fault.Forbidden, "This is signed. It can be added to, not changed.").WithCode("signed")
			}
			if !ch.kept {
				return fault.New(fault.Forbidden, "Visits are booked, moved and cancelled on the pages for visits.").WithCode("kept")
			}
		}
	}
	if ch.source == Own && !ch.kept {
		return invalid("The source of this record is not yours to name.").WithIssues(fault.Issue{Code: "business-rule", Expression: ch.Type + ".meta.source"})
	}
	return nil
}

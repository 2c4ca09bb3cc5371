package records

import (
	"housecall/internal/fault"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Own is the meta.source of what this house itself made and keeps more about
// than the record holds: booked visits (whose time is taken), signed notes,
// messages with what was sent along, and requests.
const Own = access.Own

// keptTypes are the types of which those with the source Own are kept: changed
// only together with the rows beside them, by a batch that says so (Batch.Kept).
var keptTypes = map[string]bool{"Appointment": true, "Encounter": true, "Composition": true, "DocumentReference": true, communicationType: true, binaryType: true, taskType: true}

// frozenTypes are signed when they are written, or sent. Nobody changes or
// deletes them, the house itself included; an addendum is a record of its own. Only
// recordings of visits end, when their time is over.
var frozenTypes = map[string]bool{"Composition": true, "DocumentReference": true, communicationType: true, binaryType: true}

// sentTypes are messages and what is sent along with them.
var sentTypes = map[string]bool{communicationType: true, binaryType: true}

const (
	communicationType = "Communication"
	taskType          = "Task"
)

// speaks: what somebody writes in a message or a request is theirs to say, also when
// it gets a label by which they (or the app they write with) do not find it again.
func (ch *change) speaks() bool {
	return ch.kept && (ch.Kind == Create && sentTypes[ch.Type] || ch.Type == taskType)
}

// mayWrite decides about what is written. Requests are asked and answered by those
// who may not change what they are about, see access.View.MayAsk.
func (ch *change) mayWrite(v *access.View, class access.Class) bool {
	if ch.kept && ch.Type == taskType {
		return v.MayAsk(class)
	}
	return v.MayWrite(class)
}

// addsAbout tells whether a message says what it said and only names more of what
// came of it: the task or note that it became.
func addsAbout(old, now *fhir.Node) bool {
	if now == nil {
		return false
	}
	was, is := old.Get("about").Items(), now.Get("about").Items()
	if len(is) <= len(was) {
		return false
	}
	for i := range was {
		if !was[i].Equal(is[i]) {
			return false
		}
	}
	a, b := old.Clone(), now.Clone()
	for _, n := range []*fhir.Node{a, b} {
		n.Delete("about")
		n.Delete("meta")
	}
	return a.Equal(b)
}

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
			if ch.kept && ch.Kind == Delete && expires(old) {
				return nil
			}
			if sentTypes[ch.Type] && !(ch.kept && ch.Kind == Update && addsAbout(old, ch.Node)) {
				return fault.New(fault.Forbidden, "What was sent is not changed any more. Please write a new message.").WithCode("sent")
			}
			if frozenTypes[ch.Type] && !sentTypes[ch.Type] {
				return fault.New(fault.Forbidden, "This is signed. It can be added to, not changed.").WithCode("signed")
			}
			if !ch.kept && ch.Type == taskType {
				return fault.New(fault.Forbidden, "Requests are answered on the pages for requests.").WithCode("kept")
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

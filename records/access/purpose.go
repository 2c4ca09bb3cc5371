package access

import "housecall/internal/identity"

// purposeOf is for what somebody used the record, in the words of v3-ActReason
// (PurposeOfUse): what the event says, what the request named, or what follows
// from how somebody stands to the chart. In an emergency it is that, whatever was
// named.
func purposeOf(e *Event) string {
	who, v := &e.Who, &e.View
	switch {
	case v.Emergency:
		return "ETREAT"
	case e.Purpose != "":
		return e.Purpose
	case who.Purpose != "":
		return who.Purpose
	case e.act || who.Kind == identity.Anonymous:
		return ""
	case who.Kind == identity.Person, who.Kind == identity.Visitor:
		return "PATRQT"
	case who.Kind == identity.System && who.Client == "":
		return "HSYSADMIN"
	case who.Kind == identity.System:
		return "HOPERAT"
	case v.Role == identity.Clinician, v.Role == identity.Nurse:
		return "TREAT"
	case v.Role == "" && (who.Is(identity.Clinician) || who.Is(identity.Nurse)):
		return "TREAT"
	}
	return "HOPERAT"
}

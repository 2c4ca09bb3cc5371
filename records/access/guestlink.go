package access

import (
	"strings"

	"housecall/internal/identity"
)

const guestThings = "Guest/"

// GuestThing is what the link of somebody opens who is invited to one visit without an
// account: that visit, as that guest.
func GuestThing(visit, guest string) string { return guestThings + visit + "/" + guest }

// IsGuestThing tells whether a link is one of those, and takes it apart.
func IsGuestThing(thing string) (visit, guest string, ok bool) {
	rest, ok := strings.CutPrefix(thing, guestThings)
	if !ok {
		return "", "", false
	}
	visit, guest, ok = strings.Cut(rest, "/")
	return visit, guest, ok && visit != "" && guest != ""
}

// guestView is what such a guest sees: that there is the visit, when, and with whom
// of the clinic. Of the patient there is nothing, not even who it is: they are told
// the names of those who are in the room once they were let in. Grant names them.
func guestView(who identity.Principal, patient string) (View, bool) {
	visit, guest, ok := IsGuestThing(who.Thing)
	if !ok || patient == "" || patient != who.Context.Patient {
		return View{}, false
	}
	v := View{Patient: patient, Relation: GuestByLink, Base: GuestByLink, Grant: guest, HoldResults: true, Visits: []AtVisit{{visit, guest}}}
	v.See, v.Act = allowed(GuestByLink, anyRole)
	v.Fingerprint = fingerprint(who, &v, 0)
	return v, true
}

package access

import (
	"strings"

	"housecall/internal/identity"
)

// A source says from where a row came: the network address, and the session or
// token. It lies beside the body, which patients may read and export: the address
// of a caregiver or a nurse is the privacy officer's to see and nobody else's.

// sourceOf is the form in which a row keeps it; empty when nothing is known.
func sourceOf(who *identity.Principal) string {
	address, session := word(who.Address, 64), word(who.Session, 64)
	if address == "" && session == "" {
		return ""
	}
	return address + " " + session
}

// word is a text without spaces.
func word(s string, most int) string { return strings.ReplaceAll(clean(s, most), " ", "") }

// splitSource gives address and session of a source.
func splitSource(source string) (address, session string) {
	address, session, _ = strings.Cut(source, " ")
	return address, session
}

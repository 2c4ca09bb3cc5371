package records

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"

	"housecall/internal/fault"
	"housecall/internal/identity"
)

// What a client made the id of is done once, however often it is sent. Its digest
// tells whether it is the same that comes again.

// OnceDigest is the same for the same thing that the same person sends to a chart.
// What is sent holds strings, numbers and lists of them.
func OnceDigest(key []byte, who identity.Principal, patient string, sent any) []byte {
	b, _ := json.Marshal([]any{who.Account, patient, sent})
	m := hmac.New(sha256.New, key)
	m.Write(b)
	return m.Sum(nil)
}

// IDUsed refuses an id that came before with something else.
func IDUsed() error {
	return fault.New(fault.Conflict, "This was sent before with other words. Please load the page again.").WithCode("id_used")
}

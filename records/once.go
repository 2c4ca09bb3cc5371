package records

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/internal/sitekey"
)

// What a client made the id of is done once, however often it is sent. Its digest
// tells whether it is the same that comes again.

// Once is the digest of something that somebody sends to a chart.
type Once struct {
	keys *sitekey.Secret
	of   []byte
}

// NewOnce is the same for the same thing that the same person sends to a chart.
// What is sent holds strings, numbers and lists of them.
func NewOnce(keys *sitekey.Secret, who identity.Principal, patient string, sent any) Once {
	b, _ := json.Marshal([]any{who.Account, patient, sent})
	return Once{keys, b}
}

func (o Once) under(key []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(o.of)
	return m.Sum(nil)
}

// Digest is what is kept.
func (o Once) Digest() []byte { return o.under(o.keys.Now()) }

// Is tells whether it is what this digest was kept of, under whichever site key.
func (o Once) Is(digest []byte) bool { return o.keys.Fits(digest, o.under) }

// IDUsed refuses an id that came before with something else.
func IDUsed() error {
	return fault.New(fault.Conflict, "This was sent before with other words. Please load the page again.").WithCode("id_used")
}

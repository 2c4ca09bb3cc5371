package sitetest

import (
	"crypto/rsa"
	"sync"

	"housecall/internal/identity/provider"
)

// HashKiB is a small price for the hash of a password: what tests prove does not
// depend on how dear it is, and they hash thousands.
const HashKiB = 1024

var firstKey = sync.OnceValues(provider.NewKey)

// SigningKeys is where a provider takes its keys from: all sites of a test process
// begin with the same one, and only those that come after it are made.
func SigningKeys() func() (*rsa.PrivateKey, error) {
	next := firstKey
	return func() (*rsa.PrivateKey, error) {
		take := next
		next = provider.NewKey
		return take()
	}
}

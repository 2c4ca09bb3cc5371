// Package passkeytest is an authenticator in software for tests: it makes and
// uses ES256 passkeys the way a browser with a platform authenticator does.
package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/stretchr/testify/require"
)

// Authenticator holds one passkey.
type Authenticator struct {
	Origin   string
	Verified bool   // the person was verified (fingerprint, face, code)
	Count    uint32 // signature counter sent next
	rpID     string
	key      *ecdsa.PrivateKey
	id       []byte
	user     []byte
}

// New makes an authenticator of a browser that is on the origin.
func New(origin string) *Authenticator { return &Authenticator{Origin: origin, Verified: true} }

const (
	flagPresent  = 1 << 0
	flagVerified = 1 << 2
	flagAttested = 1 << 6
)

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (a *Authenticator) clientData(typ, challenge string) []byte {
	b, _ := json.Marshal(map[string]any{"type": typ, "challenge": challenge, "origin": a.Origin, "crossOrigin": false})
	return b
}

func (a *Authenticator) authData(flags byte) []byte {
	h := sha256.Sum256([]byte(a.rpID))
	flags |= flagPresent
	if a.Verified {
		flags |= flagVerified
	}
	return binary.BigEndian.AppendUint32(append(h[:], flags), a.Count)
}

// Create answers creation options (WebAuthn Level 3 section 7.1).
func (a *Authenticator) Create(t testing.TB, options []byte) []byte {
	t.Helper()
	var o struct {
		Challenge string
		RP        struct{ ID string }
		User      struct{ ID string }
	}
	require.NoError(t, json.Unmarshal(options, &o))
	key, cose := newKey(t)
	a.key = key
	a.id = make([]byte, 32)
	_, _ = rand.Read(a.id)
	a.rpID = o.RP.ID
	var err error
	a.user, err = base64.RawURLEncoding.DecodeString(o.User.ID)
	require.NoError(t, err)

	data := a.authData(flagAttested)
	data = append(data, make([]byte, 16)...) // AAGUID of nobody
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), cose...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	require.NoError(t, err)
	return a.answer(t, map[string]any{
		"clientDataJSON": b64(a.clientData("webauthn.create", o.Challenge)), "attestationObject": b64(object), "transports": []string{"internal"},
	})
}

// Get answers request options (WebAuthn Level 3 section 7.2).
func (a *Authenticator) Get(t testing.TB, options []byte) []byte {
	t.Helper()
	var o struct{ Challenge string }
	require.NoError(t, json.Unmarshal(options, &o))
	client, data := a.clientData("webauthn.get", o.Challenge), a.authData(0)
	ch := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, data...), ch[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, a.key, signed[:])
	require.NoError(t, err)
	return a.answer(t, map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(sig), "userHandle": b64(a.user),
	})
}

func (a *Authenticator) answer(t testing.TB, response map[string]any) []byte {
	b, err := json.Marshal(map[string]any{
		"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{}, "response": response,
	})
	require.NoError(t, err)
	return b
}

// Imposter is an authenticator that says it is this one and has another key, and that
// key in COSE: what somebody would put in the place of the right one.
func (a *Authenticator) Imposter(t testing.TB) (other *Authenticator, cose []byte) {
	t.Helper()
	o := *a
	o.key, cose = newKey(t)
	return &o, cose
}

// newKey makes a key, and its public part in COSE.
func newKey(t testing.TB) (key *ecdsa.PrivateKey, cose []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	point, err := key.PublicKey.Bytes()
	require.NoError(t, err)
	cose, err = cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:65]})
	require.NoError(t, err)
	return key, cose
}

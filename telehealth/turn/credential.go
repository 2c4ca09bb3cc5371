package turn

import (
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // RFC 8489, section 9.2.2, makes the key of a long-term credential by it
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Realm is that of all credentials (RFC 8489, section 14.9).
const Realm = "housecall"

// Credential opens the relay for one seat until a moment.
type Credential struct{ Username, Password string }

// Keys make and know credentials. Nodes with the same secret know each other's.
type Keys struct{ secrets func() [][]byte }

// NewKeys takes the secret, of 32 bytes or more.
func NewKeys(secret []byte) Keys { return ChangingKeys(func() [][]byte { return [][]byte{secret} }) }

// ChangingKeys takes what gives the secrets in use, the one for what is new first.
func ChangingKeys(secrets func() [][]byte) Keys { return Keys{secrets} }

// For gives the credential of a seat. The user name says until when, and by a code
// whose it is: it travels in the clear, and who sees two of them learns no more than
// whether they are of the same seat. Its end says by which secret it was made.
func (k Keys) For(room, seat string, until time.Time) Credential {
	secret := k.secrets()[0]
	user := strconv.FormatInt(until.Unix(), 10) + ":" + code(secret, "seat", room+"\x00"+seat)[:16]
	user += ":" + mark(secret, user)
	return Credential{user, code(secret, "password", user)}
}

func mark(secret []byte, user string) string { return code(secret, "secret", user)[:6] }

// made gives the secret by which a user's credential was made. Those of the version
// before do not say it: nobody could have had two then.
func (k Keys) made(user string) []byte {
	secrets := k.secrets()
	if i := strings.LastIndexByte(user, ':'); i >= 0 {
		for _, s := range secrets {
			if hmac.Equal([]byte(user[i+1:]), []byte(mark(s, user[:i]))) {
				return s
			}
		}
	}
	return secrets[len(secrets)-1]
}

func code(secret []byte, purpose, text string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose + "\x00" + text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// key is what messages of a user are authenticated with, if their time is not over.
// The password itself never travels.
func (k Keys) key(user string, now time.Time) ([]byte, bool) {
	until, _, ok := parseUser(user)
	if !ok || !now.Before(until) {
		return nil, false
	}
	sum := md5.Sum([]byte(user + ":" + Realm + ":" + code(k.made(user), "password", user))) //nolint:gosec // as above
	return sum[:], true
}

const maxUser = 64

func parseUser(user string) (until time.Time, tag string, ok bool) {
	at, tag, found := strings.Cut(user, ":")
	tag, _, _ = strings.Cut(tag, ":")
	n, err := strconv.ParseInt(at, 10, 64)
	if !found || err != nil || n < 0 || n > 1<<40 || tag == "" || len(user) > maxUser {
		return time.Time{}, "", false
	}
	return time.Unix(n, 0), tag, true
}

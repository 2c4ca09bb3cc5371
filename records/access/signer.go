package access

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// Handover says that another key signs the log from a place on. The key before it
// signs that, and the new one that it took over: whoever trusts one of them follows
// to the other, and what the old one signs later is worth nothing.
type Handover struct {
	From      []byte    `json:"from"` // Ed25519
	To        []byte    `json:"to"`
	Size      int64     `json:"size"` // of the log
	Root      []byte    `json:"root"`
	At        time.Time `json:"at"`
	Node      string    `json:"node"`
	Signature []byte    `json:"signature"` // by From
	Accepted  []byte    `json:"accepted"`  // by To
}

func (h *Handover) text() []byte {
	b64 := base64.StdEncoding.EncodeToString
	return []byte("housecall handover 1\n" + b64(h.From) + "\n" + b64(h.To) + "\n" + strconv.FormatInt(h.Size, 10) + "\n" + b64(h.Root) + "\n" +
		h.At.UTC().Format(time.RFC3339Nano) + "\n" + strconv.Quote(h.Node) + "\n")
}

// Check tells whether both keys signed it.
func (h *Handover) Check() error {
	if !signedBy(h.From, h.text(), h.Signature) || !signedBy(h.To, h.text(), h.Accepted) {
		return errors.New("access: a handover's signature is wrong")
	}
	return nil
}

func signedBy(key ed25519.PublicKey, text, signature []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, text, signature)
}

func publicOf(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// signers are the keys that sign and signed the log.
type signers struct {
	now       ed25519.PrivateKey // that signs
	next      ed25519.PrivateKey // that is to take over; nil: none is
	handovers []Handover         // in order
	broken    int                // of which so many lead to no key of ours
	trusted   []signer
}

// signer is a key, and until when it signed; nil: it may still.
type signer struct {
	key   ed25519.PublicKey
	until *Handover
}

// signers reads who signs. Trust begins at the keys of the ring and goes back from
// one handover to the one before it.
func (s *Service) signers(c *db.Conn) (x signers, err error) {
	err = c.Each(`SELECT body FROM audit_handovers ORDER BY n`, func(r *sql.Rows) error {
		var body string
		if err := r.Scan(&body); err != nil {
			return err
		}
		var h Handover
		if json.Unmarshal([]byte(body), &h) != nil {
			x.broken++
			return nil
		}
		x.handovers = append(x.handovers, h)
		return nil
	})
	if err != nil {
		return x, err
	}
	var own []ed25519.PrivateKey
	for _, seed := range s.signs.All() {
		k := ed25519.NewKeyFromSeed(seed)
		own, x.trusted = append(own, k), append(x.trusted, signer{key: publicOf(k)})
	}
	for i := len(x.handovers) - 1; i >= 0; i-- {
		h := &x.handovers[i]
		if h.Check() != nil || x.find(h.To) == nil {
			x.broken++
			continue
		}
		if from := x.find(h.From); from != nil {
			from.until = h
		} else {
			x.trusted = append(x.trusted, signer{h.From, h})
		}
	}
	x.now = own[0]
	if first := s.signs.Of(s.signs.First()); first != nil && len(x.handovers) == 0 {
		x.now = ed25519.NewKeyFromSeed(first)
	}
	if n := len(x.handovers); n > 0 {
		for _, k := range own {
			if bytes.Equal(publicOf(k), x.handovers[n-1].To) {
				x.now = k
			}
		}
	}
	// A node that is late to know of the current key hands nothing back to an old one.
	if handed := func(h Handover) bool { return bytes.Equal(h.From, publicOf(own[0])) }; !x.now.Equal(own[0]) && !slices.ContainsFunc(x.handovers, handed) {
		x.next = own[0]
	}
	return x, nil
}

func (x *signers) find(key ed25519.PublicKey) *signer {
	for i := range x.trusted {
		if bytes.Equal(x.trusted[i].key, key) {
			return &x.trusted[i]
		}
	}
	return nil
}

// signed tells whether a key that signed the log then signed a text: it is about so
// many rows, and says that it is of this moment. Clocks of nodes differ and a log that
// was put back is shorter, so either may be before the handover.
func (x *signers) signed(text, signature []byte, size int64, at time.Time) bool {
	for i := range x.trusted {
		t := &x.trusted[i]
		if (t.until == nil || size <= t.until.Size || !at.After(t.until.At)) && signedBy(t.key, text, signature) {
			return true
		}
	}
	return false
}

func (x *signers) checkpoint(c *Checkpoint) bool {
	return x.signed(c.text(), c.Signature, c.Size, c.At)
}

// handOver makes the next key the one that signs.
func (x *signers) handOver(size int64, root []byte, at time.Time, node string) *Handover {
	h := &Handover{From: publicOf(x.now), To: publicOf(x.next), Size: size, Root: root, At: at, Node: node}
	h.Signature, h.Accepted = ed25519.Sign(x.now, h.text()), ed25519.Sign(x.next, h.text())
	x.now, x.next = x.next, nil
	x.handovers = append(x.handovers, *h)
	return h
}

// handoverTx keeps a handover, and says in the log itself that there was one.
func (s *Service) handoverTx(c *db.Conn, h *Handover) error {
	body, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if _, err := c.Exec(`INSERT INTO audit_handovers (n, body) VALUES ((SELECT COALESCE(max(n), 0) + 1 FROM audit_handovers), ?)`, string(body)); err != nil {
		return err
	}
	return s.RecordTx(c, Event{Who: identity.SystemPrincipal("audit"), Action: "update", Type: "AuditEvent", act: true,
		Detail: "signing key:" + base64.RawURLEncoding.EncodeToString(h.From[:6]) + " to " + base64.RawURLEncoding.EncodeToString(h.To[:6])})
}

// Signing is who signs the log, for those who check what it gives.
type Signing struct {
	Key       ed25519.PublicKey
	Handovers []Handover // from the keys before it
}

// Signing tells who signs.
func (s *Service) Signing(ctx context.Context) (Signing, error) {
	x, err := s.signers(s.db.Audit().Read(ctx))
	return Signing{publicOf(x.now), x.handovers}, err
}

// follow tells whether handovers lead from one key to another.
func follow(list []Handover, from, to ed25519.PublicKey) bool {
	for i := range list {
		h := &list[i]
		if !bytes.Equal(from, to) && bytes.Equal(h.From, from) && h.Check() == nil {
			from = h.To
		}
	}
	return bytes.Equal(from, to)
}

package records

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/sitekey"
	"housecall/records/access"
)

// etag names the state of a chart as one view sees it, in one representation.
// It is a keyed hash: it tells nothing about how many changes there were, a
// change that the view cannot see does not move it, and a changed grant, label
// or release does.
func (s *Store) etag(v *access.View, visible, boundary int64, representation string) string {
	m := hmac.New(sha256.New, s.etags.Now())
	m.Write([]byte(v.Patient))
	var b [24]byte
	binary.BigEndian.PutUint64(b[0:], v.Fingerprint)
	binary.BigEndian.PutUint64(b[8:], uint64(visible))
	binary.BigEndian.PutUint64(b[16:], uint64(boundary))
	m.Write(b[:])
	m.Write([]byte(representation))
	return `"` + base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:15]) + `"`
}

type head struct {
	n        int64
	heads    classHeads
	holds    int64
	links    int64 // joins with other charts, also those that ended
	tx       int64 // under the lock: place in the order of transactions, see outbox.go
	rules    int64 // by which its labels were set
	waitDays int64 // for how long results wait for the clinician's word; 0: they do not

	linked []string // charts that it is joined with; read when the chart is locked
	parted []string // charts that it was joined with

	linkTypes map[string]string // what each of them is to this one
}

// readHead reads the head of a chart. A chart that does not exist is not found.
func readHead(c *db.Conn, patient string) (head, error) {
	var h head
	var raw []byte
	err := c.QueryRow(`SELECT head, class_heads, holds, links, wait_days, label_rules FROM charts WHERE patient_id = ?`, patient).Scan(&h.n, &raw, &h.holds, &h.links, &h.waitDays, &h.rules)
	if isNoRows(err) {
		return h, notFound()
	}
	h.heads = decodeHeads(raw)
	return h, err
}

// boundary is the last moment at which held results of the chart became visible.
func (s *Store) boundary(c *db.Conn, v *access.View, h head, now int64) (int64, error) {
	if h.holds == 0 || !v.HoldResults || v.Visits != nil {
		return 0, nil
	}
	var at int64
	err := c.QueryRow(`SELECT COALESCE(max(release_at), 0) FROM resources WHERE patient_id = ? AND release_at > 0 AND release_at <= ?`, v.Patient, now).Scan(&at)
	return at, err
}

// cursorSealer makes page cursors that only this installation can read and that
// only the view they were made for can use.
type cursorSealer struct{ *sitekey.Sealer }

// seal encrypts v, bound to what the list is about.
func (c cursorSealer) seal(about string, v any) string {
	plain, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(c.Seal(plain, about))
}

func (c cursorSealer) open(about, cursor string, v any) error {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) > 4096 {
		return badCursor()
	}
	plain, err := c.Open(b, about)
	if err != nil {
		return badCursor()
	}
	return json.Unmarshal(plain, v)
}

func badCursor() error {
	return fault.New(fault.Invalid, "This page link is no longer valid. Please start the list again.").WithCode("cursor")
}

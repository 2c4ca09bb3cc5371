package access

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Proof shows that one row stands in the log that a checkpoint signed. It is
// checked without the database, by VerifyProof.
type Proof struct {
	Leaf       []byte     `json:"leaf"`  // what was hashed: place in the chart's chain, link before it, row, code
	Index      int64      `json:"index"` // in the log
	Path       [][]byte   `json:"path"`  // RFC 9162, section 2.1.3
	Checkpoint Checkpoint `json:"checkpoint"`
}

// Proven is what a proof shows.
type Proven struct {
	Patient string          `json:"patient"`
	Account string          `json:"account"`
	At      time.Time       `json:"at"`
	Entry   json.RawMessage `json:"entry"` // who, as what, what, why
	Place   int64           `json:"place"` // in the chart's own chain, from 1
}

// VerifyProof checks a proof with the clinic's public key alone.
func VerifyProof(key ed25519.PublicKey, p Proof) (Proven, error) {
	if err := p.Checkpoint.Check(key); err != nil {
		return Proven{}, err
	}
	if err := checkInclusion(leafHash(p.Leaf), p.Index, p.Checkpoint.Size, p.Path, p.Checkpoint.Root); err != nil {
		return Proven{}, err
	}
	return readLeaf(p.Leaf)
}

// readLeaf takes a leaf apart again; it is the inverse of row.leaf.
func readLeaf(b []byte) (out Proven, err error) {
	const head = 8 + hashSize
	const magic = len("housecall audit 1\x00")
	bad := errors.New("access: the proof's row cannot be read")
	if len(b) < head+magic+3*8 {
		return out, bad
	}
	out.Place = int64(binary.BigEndian.Uint64(b))
	b = b[head+magic+2*8:]
	out.At = time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC()
	b = b[8:]
	var parts [3][]byte
	for i := range parts {
		if len(b) < 4 {
			return out, bad
		}
		n := int(binary.BigEndian.Uint32(b))
		if n < 0 || len(b)-4 < n {
			return out, bad
		}
		parts[i], b = b[4:4+n], b[4+n:]
	}
	out.Patient, out.Account, out.Entry = string(parts[0]), string(parts[1]), json.RawMessage(parts[2])
	if !json.Valid(out.Entry) {
		return out, bad
	}
	return out, nil
}

// Proofs gives a proof for each sealed row of a chart, newest first, for the
// patient to keep. Rows newer than the last checkpoint have none yet, and those
// about results that wait for their release not before that. A proof shows a row as
// it is, with its number in the chart's chain, and cannot be cut to what a caregiver
// may see: they get none.
func (s *Service) Proofs(ctx context.Context, who identity.Principal, patient, cursor string, limit int) (proofs []Proof, next string, err error) {
	v, err := s.maySeeLog(ctx, who, patient)
	if err == nil && v.Base == Proxy {
		err = NoChart()
	}
	if err != nil {
		return nil, "", s.refused(ctx, who, patient, "AuditEvent", err)
	}
	limit = min(max(limit, 1), 500)
	list := "proofs " + patient
	from := newest
	if cursor != "" {
		b, err := s.openCursor(list, cursor)
		if err == nil {
			err = json.Unmarshal(b, &from)
		}
		if err != nil {
			return nil, "", fault.Wrap(fault.Invalid, "This page of the list cannot be found. Please open the list again.", err)
		}
	}
	rows, err := s.rowsFor(ctx, patient, from, s.sightOf(&v, who.Account)).take(limit)
	if err != nil {
		return nil, "", err
	}
	if len(rows) == limit {
		b, err := json.Marshal(rows[limit-1].position())
		if err != nil {
			return nil, "", err
		}
		next = s.sealCursor(list, b)
	}
	err = s.db.Audit().InReadTx(ctx, func(c *db.Conn) error {
		st, err := s.readState(c)
		if err != nil {
			return err
		}
		t := newTree(st.last.Size, loadTiles(c))
		for i := range rows {
			r := &rows[i]
			if !r.sealed || r.seq >= st.last.Size {
				continue
			}
			path, err := t.path(r.seq, 0, st.last.Size)
			if err != nil {
				return err
			}
			proofs = append(proofs, Proof{Leaf: s.leaf(r, r.link), Index: r.seq, Path: path, Checkpoint: st.last})
		}
		return nil
	})
	if err == nil {
		err = s.Record(ctx, Event{Who: who, Patient: patient, View: v, Action: "export", Type: "AuditEvent", Categories: Of(Other), Count: len(proofs)})
	}
	if err != nil {
		return nil, "", err
	}
	return proofs, next, nil
}

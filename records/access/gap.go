package access

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Gap says under a signature that a part of the log was lost, as when a database
// is put back from a copy: checkpoints that left it tell of rows that it does not
// hold. What was lost stays lost; it is told apart from what somebody took away
// by a person's word for it, and that word stands in the log itself.
type Gap struct {
	From      int64     `json:"from"`   // rows that were left for certain
	Upto      int64     `json:"upto"`   // rows that there had been
	Root      []byte    `json:"root"`   // of the last checkpoint over them
	Before    time.Time `json:"before"` // of the newest checkpoint over them
	At        time.Time `json:"at"`
	Node      string    `json:"node"`
	By        string    `json:"by,omitempty"`
	Reason    string    `json:"reason,omitempty"` // empty: found at the start, and nobody has said why
	Signature []byte    `json:"signature"`
}

func (g *Gap) text() []byte {
	return []byte("housecall gap 1\n" + strconv.FormatInt(g.From, 10) + "\n" + strconv.FormatInt(g.Upto, 10) + "\n" + base64.StdEncoding.EncodeToString(g.Root) + "\n" +
		g.Before.UTC().Format(time.RFC3339Nano) + "\n" + g.At.UTC().Format(time.RFC3339Nano) + "\n" + strconv.Quote(g.Node) + "\n" + strconv.Quote(g.By) + "\n" + strconv.Quote(g.Reason) + "\n")
}

// covers tells whether a checkpoint is of the part that was lost.
func (g *Gap) covers(c *Checkpoint) bool {
	return c.Size > g.From && c.Size <= g.Upto && !c.At.After(g.Before)
}

func covered(gaps []Gap, c *Checkpoint) bool {
	return slices.ContainsFunc(gaps, func(g Gap) bool { return g.covers(c) })
}

// gaps reads those with a good signature, and how many have a bad one.
func (s *Service) gaps(c *db.Conn, by *signers) (good []Gap, bad int, err error) {
	err = c.Each(`SELECT body FROM audit_gaps ORDER BY at, from_size`, func(r *sql.Rows) error {
		var body string
		if err := r.Scan(&body); err != nil {
			return err
		}
		var g Gap
		if json.Unmarshal([]byte(body), &g) != nil || !by.signed(g.text(), g.Signature, g.Upto, g.At) {
			bad++
			return nil
		}
		good = append(good, g)
		return nil
	})
	return good, bad, err
}

// explained are the gaps that somebody gave a reason for.
func explained(gaps []Gap) []Gap {
	return slices.DeleteFunc(slices.Clone(gaps), func(g Gap) bool { return g.Reason == "" })
}

// lost compares the log with the checkpoints that left it, but for those that the
// gaps tell of. nil: it holds what they say.
func (s *Service) lost(ctx context.Context, known func([]Gap) []Gap) (*Gap, error) {
	if s.sealer.file.path == "" {
		return nil, nil
	}
	var out *Gap
	err := s.db.Audit().InReadTx(ctx, func(c *db.Conn) error {
		st, err := s.readState(c)
		if err != nil {
			return err
		}
		by, err := s.signers(c)
		if err != nil {
			return err
		}
		gaps, _, err := s.gaps(c, &by)
		if err != nil {
			return err
		}
		gaps = known(gaps)
		t := newTree(st.Size, loadTiles(c))
		fit := int64(0)
		return eachCheckpoint(s.sealer.file.path, func(_ int, p *Checkpoint) error {
			if p == nil || !by.checkpoint(p) || covered(gaps, p) {
				return nil
			}
			if p.Size <= st.Size {
				root, err := t.subtree(0, p.Size)
				if err != nil {
					return err
				}
				if bytes.Equal(root, p.Root) {
					if out == nil {
						fit = max(fit, p.Size)
					}
					return nil
				}
			}
			if out == nil {
				out = &Gap{From: fit}
			}
			if p.Size > out.Upto {
				out.Upto, out.Root = p.Size, p.Root
			}
			if p.At.After(out.Before) {
				out.Before = p.At
			}
			out.From = min(out.From, p.Size-1)
			return nil
		})
	})
	return out, err
}

// RecordGap takes somebody's word for why a part of the log is not there.
func (s *Service) RecordGap(ctx context.Context, who identity.Principal, reason string) (Gap, error) {
	reason = strings.TrimSpace(clean(reason, 500))
	if reason == "" {
		return Gap{}, fault.New(fault.Invalid, "Say why a part of the log is not there, for example: restored the copy of Sunday.")
	}
	g, err := s.lost(ctx, explained)
	if err != nil {
		return Gap{}, err
	}
	if g == nil {
		return Gap{}, fault.New(fault.Conflict, "The log holds all that its checkpoints tell of: there is no gap.")
	}
	g.Reason, g.By = reason, cmp.Or(who.Name, who.Account)
	return *g, s.db.Audit().InTx(ctx, func(c *db.Conn) error { return s.gapTx(c, g, who) })
}

// gapTx signs a gap and keeps it, in the log as well.
func (s *Service) gapTx(c *db.Conn, g *Gap, who identity.Principal) error {
	by, err := s.signers(c)
	if err != nil {
		return err
	}
	g.At, g.Node = s.now().UTC(), s.node
	g.Signature = ed25519.Sign(by.now, g.text())
	body, err := json.Marshal(g)
	if err != nil {
		return err
	}
	if _, err := c.Exec(`INSERT INTO audit_gaps (from_size, upto_size, at, body) VALUES (?,?,?,?)`, g.From, g.Upto, g.At.UnixMicro(), string(body)); err != nil {
		return err
	}
	return s.RecordTx(c, Event{Who: who, View: View{Reason: g.Reason}, Action: "gap", Type: "AuditEvent",
		Detail: "rows " + strconv.FormatInt(g.From, 10) + " to " + strconv.FormatInt(g.Upto-1, 10) + " lost", act: true})
}

// foundGap is what the sealer does about a log that is shorter than what left it:
// a fault, and a gap that waits for somebody's word.
func (z *sealer) foundGap(ctx context.Context) error {
	all := func(gaps []Gap) []Gap { return gaps }
	g, err := z.s.lost(ctx, all)
	if err != nil || g == nil {
		return err
	}
	return z.s.db.Audit().InTx(ctx, func(c *db.Conn) error {
		if err := noteFault(c, auditFault{counter: g.From, upto: g.Upto, kind: "truncated"}, z.s.now()); err != nil {
			return err
		}
		return z.s.gapTx(c, g, identity.SystemPrincipal("audit"))
	})
}

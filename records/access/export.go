package access

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// An export is a patient's log in one file: each sealed row with its proof, the
// one checkpoint that all of them lead to, and the clinic's public key. It is
// checked by CheckExport, without this program's database. It begins with
// exportHead, goes on with the rows, newest first, and ends with exportEnd.
type exportHead struct {
	Format     string     `json:"format"`
	Patient    string     `json:"patient"`
	Made       time.Time  `json:"made"`
	Key        []byte     `json:"key"` // Ed25519
	Checkpoint Checkpoint `json:"checkpoint"`
	Handovers  []Handover `json:"handovers,omitempty"` // from keys before it
}

// exportRow is one row. What can be read of it stands in the leaf as well.
type exportRow struct {
	At    time.Time       `json:"at"`
	Entry json.RawMessage `json:"entry"`
	Place int64           `json:"place"` // in the chart's own chain, from 1
	Leaf  []byte          `json:"leaf"`
	Index int64           `json:"index"`
	Path  [][]byte        `json:"path"`
}

// exportEnd says what the file holds: nobody takes rows off its ends unseen.
type exportEnd struct {
	Rows      int64  `json:"rows"`
	First     int64  `json:"first"` // lowest place in the chart's chain
	Last      int64  `json:"last"`
	Pending   int64  `json:"pending"` // newer rows, not under the checkpoint
	Signature []byte `json:"signature"`
}

const (
	exportFormat = "housecall access log 1"
	maxExport    = 100_000 // rows of one file, the newest
	exportPage   = 500
)

func (e *exportEnd) text(h *exportHead) []byte {
	b := []byte(exportFormat + "\n" + strconv.Quote(h.Patient) + "\n")
	for _, n := range []int64{e.Rows, e.First, e.Last, e.Pending, h.Checkpoint.Size} {
		b = append(strconv.AppendInt(b, n, 10), '\n')
	}
	return append(b, h.Checkpoint.digest()...)
}

// ExportLog decides whether somebody may take the chart's log along, and gives
// what writes it. The row of that stands in the log before the first byte. A
// file that ends early has no end, and does not pass its check.
func (s *Service) ExportLog(ctx context.Context, who identity.Principal, patient string) (func(context.Context, io.Writer) error, error) {
	v, err := s.maySeeLog(ctx, who, patient)
	if err != nil {
		return nil, s.refused(ctx, who, patient, "AuditEvent", err)
	}
	if err := s.Record(ctx, Event{Who: who, Patient: patient, View: v, Action: "export", Type: "AuditEvent", Categories: Of(Other)}); err != nil {
		return nil, err
	}
	return func(ctx context.Context, w io.Writer) error {
		b := bufio.NewWriterSize(w, 32<<10)
		if err := s.export(ctx, b, patient); err != nil {
			return err
		}
		return b.Flush()
	}, nil
}

func (s *Service) export(ctx context.Context, w io.Writer, patient string) error {
	var st state
	var by signers
	err := s.db.Audit().InReadTx(ctx, func(c *db.Conn) (err error) { // of one moment
		if st, err = s.readState(c); err == nil {
			by, err = s.signers(c)
		}
		return err
	})
	if err != nil {
		return err
	}
	head := exportHead{Format: exportFormat, Patient: patient, Made: s.now().UTC(), Key: publicOf(by.now), Checkpoint: st.last, Handovers: by.handovers}
	text, err := json.Marshal(head)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(text[:len(text)-1], `,"rows":[`...)); err != nil {
		return err
	}
	var end exportEnd
	for in := s.rowsOf(ctx, patient, newest); end.Rows < maxExport; {
		rows, err := in.take(exportPage)
		if err != nil {
			return err
		}
		if err := s.exportRows(ctx, w, rows, st.last.Size, &end); err != nil {
			return err
		}
		if len(rows) < exportPage {
			break
		}
	}
	end.Signature = ed25519.Sign(by.now, end.text(&head))
	if text, err = json.Marshal(end); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\n],\"end\":%s}\n", text)
	return err
}

// exportRows writes those of a page that are under the checkpoint.
func (s *Service) exportRows(ctx context.Context, w io.Writer, rows []row, size int64, end *exportEnd) error {
	return s.db.Audit().InReadTx(ctx, func(c *db.Conn) error {
		t := newTree(max(size, 0), loadTiles(c))
		for i := range rows {
			r := &rows[i]
			if !r.sealed || r.seq >= size {
				end.Pending++
				continue
			}
			var err error
			out := exportRow{At: moment(r.at), Entry: r.body, Place: r.n, Leaf: s.leaf(r, r.link), Index: r.seq}
			if out.Path, err = t.path(r.seq, 0, size); err != nil {
				return err
			}
			text, err := json.Marshal(out)
			if err != nil {
				return err
			}
			if end.Rows > 0 {
				text = append([]byte(",\n"), text...)
			} else {
				text = append([]byte("\n"), text...)
			}
			if _, err := w.Write(text); err != nil {
				return err
			}
			if end.Rows++; end.Rows == 1 {
				end.First, end.Last = r.n, r.n
			}
			end.First, end.Last = min(end.First, r.n), max(end.Last, r.n)
		}
		return nil
	})
}

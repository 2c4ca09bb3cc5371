package access

import (
	"bytes"
	"database/sql"
	"errors"
	"time"

	"housecall/internal/db"
)

// fileWalk goes through the file of checkpoints: each names the one before it,
// and the database knows how far the file went.
type fileWalk struct {
	rep     *Report
	last    *Checkpoint
	lines   int
	unknown bool // the line before cannot be read: nothing can be said of the next
}

func (f *fileWalk) line(line int, c *Checkpoint) {
	f.lines = line
	switch {
	case c == nil || f.unknown:
	case len(c.Prev) == 0: // of before they named one another
		if f.last != nil && len(f.last.Prev) > 0 {
			f.rep.problem("checkpoint", -1, 0, 0, "checkpoint in line %d names none before it, and stands after line %d", line, line-1)
		}
	case f.last == nil && !bytes.Equal(c.Prev, noLink):
		f.rep.problem("checkpoint", -1, 0, 0, "the checkpoints before line %d are gone", line)
	case f.last != nil && !bytes.Equal(c.Prev, f.last.digest()):
		f.rep.problem("checkpoint", -1, 0, 0, "checkpoints between line %d and line %d are gone, or stand elsewhere", line-1, line)
	}
	f.unknown = c == nil
	if c != nil {
		f.last = c
	}
}

// end compares the end of the file with what was written to it.
func (f *fileWalk) end(c *db.Conn, node string) error {
	a, err := anchorOf(c, anchorFile, node)
	if err != nil {
		return err
	}
	if a.Size > 0 && (f.last == nil || f.last.Size < a.Size && !f.last.At.After(a.At)) {
		size := int64(0)
		if f.last != nil {
			size = f.last.Size
		}
		f.rep.problem("checkpoint", -1, 0, 0, "the file of checkpoints ends in line %d at row %d: its end, up to row %d, was cut off", f.lines, size, a.Size)
	}
	return nil
}

// anchorFile is the file in the data folder; other places have their address's scheme.
const anchorFile = "file"

// anchored says how far a place outside the database has checkpoints.
type anchored struct {
	Size int64
	At   time.Time
}

func anchorOf(c *db.Conn, place, node string) (a anchored, err error) {
	var at int64
	err = c.QueryRow(`SELECT size, at FROM audit_anchors WHERE place = ? AND node = ?`, place, node).Scan(&a.Size, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return a, nil
	}
	a.At = moment(at)
	return a, err
}

func anchoredTx(c *db.Conn, place, node string, p Checkpoint) error {
	_, err := c.Exec(`INSERT INTO audit_anchors (place, node, size, at) VALUES (?,?,?,?)
		ON CONFLICT (place, node) DO UPDATE SET size = excluded.size, at = excluded.at`, place, node, p.Size, p.At.UnixMicro())
	return err
}

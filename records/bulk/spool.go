package bulk

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"housecall/internal/blob"
	"housecall/internal/db"
)

const (
	spoolBytes = 8 << 20   // that are held before they are put away
	fileBytes  = 100 << 20 // of one file, before packing
)

// section is one kind of lines.
type section struct {
	kind, typ string
	input     int64 // of an import; 0: none
}

// spool collects lines until they are put away together: what it holds, and so
// the memory it takes, is bounded by spoolBytes and one line.
type spool struct {
	lines map[section]*lines
	size  int
}

type lines struct {
	buf   bytes.Buffer
	count int64
}

func newSpool() *spool { return &spool{lines: map[section]*lines{}} }

func (s *spool) full() bool { return s.size >= spoolBytes }

func (s *spool) add(kind, typ string, input int64, line []byte) {
	key := section{kind, typ, input}
	l := s.lines[key]
	if l == nil {
		l = &lines{}
		s.lines[key] = l
	}
	l.buf.Write(line)
	l.buf.WriteByte('\n')
	l.count++
	s.size += len(line) + 1
}

// clear lets go of everything, the memory too: types that are large by turns
// would hold more and more of it.
func (s *spool) clear() { s.lines, s.size = map[section]*lines{}, 0 }

func (s *spool) each(f func(section, *lines) error) error {
	keys := make([]section, 0, len(s.lines))
	for k, l := range s.lines {
		if l.count > 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b section) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.typ, b.typ), cmp.Compare(a.input, b.input))
	})
	for _, k := range keys {
		if err := f(k, s.lines[k]); err != nil {
			return err
		}
	}
	return nil
}

// errLost tells that the job went on elsewhere, or was cancelled: what this turn
// made is of no use.
var errLost = errors.New("bulk: the job is somebody else's now")

// packed is where a section lies in its blob.
type packed struct {
	section
	count, size, start, length int64
}

// save puts away what the spool holds and writes down how far the job came, both or
// none. What more does belongs to it.
func (s *Service) save(ctx context.Context, j *job, sp *spool, at any, more func(c *db.Conn) error) error {
	place, err := json.Marshal(at)
	if err != nil {
		return err
	}
	var ref blob.Ref
	var parts []packed
	if sp.size > 0 {
		if ref, parts, err = s.put(ctx, j, sp); err != nil {
			return err
		}
	}
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		if err := hold(c, j); err != nil {
			return err
		}
		if len(parts) > 0 {
			if _, err := c.Exec(`UPDATE bulk_blobs SET key = ?, size = ? WHERE name = ?`, ref.Key, ref.Size, ref.Name); err != nil {
				return err
			}
			if err := addParts(c, j, ref.Name, parts); err != nil {
				return err
			}
		}
		if _, err := c.Exec(`UPDATE bulk_jobs SET at = ?, failures = 0 WHERE id = ?`, place, j.id); err != nil {
			return err
		}
		if more != nil {
			return more(c)
		}
		return nil
	})
	if errors.Is(err, errLost) && ref.Name != "" {
		_ = s.Blobs.Delete(context.WithoutCancel(ctx), ref.Name) // a sweep finds it, too, while its row is there
	}
	if err == nil {
		j.at, j.failures = place, 0
		sp.clear()
	}
	return err
}

// hold makes sure that this turn is the last that was begun, and takes the row.
func hold(c *db.Conn, j *job) error {
	query := `SELECT fence, state FROM bulk_jobs WHERE id = ?`
	if c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var fence int64
	var state string
	err := c.QueryRow(query, j.id).Scan(&fence, &state)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (fence != j.fence || state != running) {
		return errLost
	}
	return err
}

// put packs each section for itself, so that files can be made of sections from
// several blobs, packed or not.
func (s *Service) put(ctx context.Context, j *job, sp *spool) (blob.Ref, []packed, error) {
	name := blob.NewName()
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		if err := hold(c, j); err != nil {
			return err
		}
		_, err := c.Exec(`INSERT INTO bulk_blobs (name, job, key, size) VALUES (?, ?, ?, 0)`, name, j.id, []byte{})
		return err
	})
	if err != nil {
		return blob.Ref{}, nil, err
	}
	var parts []packed
	r, w := io.Pipe()
	go func() {
		out := &counting{w: w}
		z, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
		if err == nil {
			err = sp.each(func(k section, l *lines) error {
				start := out.n
				z.Reset(out)
				if _, err := z.Write(l.buf.Bytes()); err != nil {
					return err
				}
				if err := z.Close(); err != nil {
					return err
				}
				parts = append(parts, packed{section: k, count: l.count, size: int64(l.buf.Len()), start: start, length: out.n - start})
				return nil
			})
		}
		_ = w.CloseWithError(err)
	}()
	ref, err := s.Blobs.Put(ctx, name, r, 1<<40)
	_ = r.Close() // ends the writer when Put ended first
	return ref, parts, err
}

type counting struct {
	w io.Writer
	n int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// addParts appends sections to the files of the job; a file that is large enough
// is followed by another.
func addParts(c *db.Conn, j *job, name string, parts []packed) error {
	type open struct{ n, size, parts int64 }
	files, last := map[section]open{}, int64(0)
	err := c.Each(`SELECT f.n, f.kind, f.type, f.input, f.size, (SELECT count(*) FROM bulk_parts p WHERE p.job = f.job AND p.file = f.n) FROM bulk_files f WHERE f.job = ? ORDER BY f.n`, func(r *sql.Rows) error {
		var f open
		var k section
		err := r.Scan(&f.n, &k.kind, &k.typ, &k.input, &f.size, &f.parts)
		files[k], last = f, f.n
		return err
	}, j.id)
	if err != nil {
		return err
	}
	for _, p := range parts {
		f, ok := files[p.section]
		if !ok || f.size+p.size > fileBytes && f.size > 0 {
			last++
			f = open{n: last}
			_, err = c.Exec(`INSERT INTO bulk_files (job, n, kind, type, input, count, size) VALUES (?, ?, ?, ?, ?, ?, ?)`, j.id, f.n, p.kind, p.typ, p.input, p.count, p.size)
		} else {
			_, err = c.Exec(`UPDATE bulk_files SET count = count + ?, size = size + ? WHERE job = ? AND n = ?`, p.count, p.size, j.id, f.n)
		}
		if err == nil {
			_, err = c.Exec(`INSERT INTO bulk_parts (job, file, n, blob, start, packed) VALUES (?, ?, ?, ?, ?, ?)`, j.id, f.n, f.parts+1, name, p.start, p.length)
		}
		if err != nil {
			return err
		}
		f.parts++
		f.size += p.size
		files[p.section] = f
	}
	return nil
}

package bulk

import (
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"io"

	"housecall/internal/blob"
	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Download is a file that is being handed over. It is closed by who opened it.
type Download struct {
	io.Reader
	Size  int64 // of what Reader gives
	whole int64
	read  int64
	parts *partReader
	ended func(whole bool)
}

// Open begins to hand over a file of a job to the client that asked for it, if
// its scopes still allow it: packed (RFC 1952), or as it is. One audit row stands
// before the first byte, and one tells whether it went out to the end.
func (s *Service) Open(ctx context.Context, who identity.Principal, id string, n int64, asPacked bool) (*Download, error) {
	c := s.DB.Read(ctx)
	j, err := s.find(c, who, id)
	if err != nil {
		return nil, err
	}
	var f File
	err = c.QueryRow(`SELECT kind, type, count, size FROM bulk_files WHERE job = ? AND n = ?`, id, n).Scan(&f.Kind, &f.Type, &f.Count, &f.Size)
	if errors.Is(err, sql.ErrNoRows) || err == nil && j.state != done {
		return nil, notFound()
	}
	if err != nil {
		return nil, err
	}
	e := access.Event{Who: who, Action: "export", Type: "Bulk", ID: id, Count: int(f.Count), Detail: f.Kind + " " + f.Type + " begins", Outcome: "ok"}
	if f.Kind == "output" && (!who.AllowsFHIR(f.Type, 'r') || !access.SeesPartsOf(who, j.who, f.Type)) {
		e.Action, e.Outcome = "refused", "refused"
		if err := s.Access.Record(ctx, e); err != nil {
			return nil, err
		}
		return nil, fault.New(fault.Forbidden, "The scopes do not allow to read "+f.Type+" any more.").WithCode("scope")
	}
	parts, length, err := s.partsOf(c, id, n)
	if err != nil {
		return nil, err
	}
	if err := s.Access.Record(ctx, e); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx) // it goes on after the request's handler
	parts.ctx = ctx
	d := &Download{Reader: parts, Size: length, whole: length, parts: parts, ended: func(whole bool) {
		e.Detail = f.Kind + " " + f.Type + " sent"
		if !whole {
			e.Detail, e.Outcome = f.Kind+" "+f.Type+" broken off", "failed"
		}
		_ = s.Access.Record(ctx, e)
	}}
	if !asPacked {
		z, err := gzip.NewReader(parts) // one after the other, as one
		if err != nil {
			_ = parts.close()
			return nil, err
		}
		d.Reader, d.Size, d.whole = z, f.Size, f.Size
	}
	return d, nil
}

// Read gives the next bytes.
func (d *Download) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	d.read += int64(n)
	return n, err
}

// Close ends the download.
func (d *Download) Close() error {
	if d.ended != nil {
		d.ended(d.read == d.whole)
		d.ended = nil
	}
	return d.parts.close()
}

// partReader reads sections of blobs, one after the other.
type partReader struct {
	ctx   context.Context
	blobs *blob.Store
	parts []part
	open  *blob.Reader
	left  int64
}

type part struct {
	ref           blob.Ref
	start, packed int64
}

func (s *Service) partsOf(c *db.Conn, id string, n int64) (*partReader, int64, error) {
	r, total := &partReader{blobs: s.Blobs}, int64(0)
	err := c.Each(`SELECT b.name, b.key, b.size, p.start, p.packed FROM bulk_parts p JOIN bulk_blobs b ON b.name = p.blob WHERE p.job = ? AND p.file = ? ORDER BY p.n`, func(rows *sql.Rows) error {
		var p part
		err := rows.Scan(&p.ref.Name, &p.ref.Key, &p.ref.Size, &p.start, &p.packed)
		r.parts = append(r.parts, p)
		total += p.packed
		return err
	}, id, n)
	return r, total, err
}

// Read gives the next bytes.
func (r *partReader) Read(p []byte) (int, error) {
	for r.left == 0 {
		if err := r.close(); err != nil {
			return 0, err
		}
		if len(r.parts) == 0 {
			return 0, io.EOF
		}
		next := r.parts[0]
		r.parts = r.parts[1:]
		b, err := r.blobs.Get(r.ctx, next.ref)
		if err != nil {
			return 0, err
		}
		if _, err := b.Seek(next.start, io.SeekStart); err != nil {
			return 0, err
		}
		r.open, r.left = b, next.packed
	}
	n, err := r.open.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if err == io.EOF && r.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (r *partReader) close() error {
	if r.open == nil {
		return nil
	}
	err := r.open.Close()
	r.open = nil
	return err
}

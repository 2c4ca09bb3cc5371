package access

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"time"

	"housecall/internal/db"
)

// Report is what Verify found.
type Report struct {
	Sealed      int64 // rows in the log
	Pending     int64 // rows written and not sealed yet
	Charts      int64
	Checkpoints int64 // in the file
	Size        int64 // of the log at the last checkpoint
	Root        []byte
	Gaps        []Gap     // parts that were lost, with somebody's word for it
	Problems    []Problem // at most maxProblems
	More        bool      // there are more
}

// OK tells whether the log is whole.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// Problem is one place at which the log is not as it was written. Kinds: changed,
// missing, extra, order, chain, tile, root, state, truncated, checkpoint,
// unsealed, writer, gap.
type Problem struct {
	Kind    string
	Seq     int64 // leaf of the log; -1: not about one
	Writer  int64
	Counter int64
	Text    string
}

const maxProblems = 100

func (r *Report) problem(kind string, seq, writer, counter int64, text string, args ...any) {
	if len(r.Problems) >= maxProblems {
		r.More = true
		return
	}
	r.Problems = append(r.Problems, Problem{kind, seq, writer, counter, fmt.Sprintf(text, args...)})
}

// Verify walks the whole log: each row's code, each writer's numbers, each
// chart's chain, the Merkle tree, its root at every checkpoint that left the
// database, and their signatures. Writers and the sealer may go on meanwhile.
func (s *Service) Verify(ctx context.Context) (Report, error) {
	var rep Report
	st, err := s.readState(s.db.Audit().Read(ctx))
	if err != nil {
		return rep, err
	}
	rep.Sealed, rep.Size, rep.Root = st.Size, st.last.Size, st.last.Root
	roots, err := s.checkpointsOf(ctx, &rep, st)
	if err != nil {
		return rep, err
	}
	w := walk{s: s, rep: &rep, roots: roots, heads: map[string]chartHead{}, perWriter: map[int64]int64{}, sealed: map[int64]int64{}}
	if err := w.log(ctx, st); err != nil {
		return rep, err
	}
	rep.Charts = int64(len(w.heads))
	if err := w.compareHeads(ctx, st); err != nil {
		return rep, err
	}
	if err := w.writers(ctx); err != nil {
		return rep, err
	}
	return rep, w.compareSealed(ctx)
}

// checkpointsOf reads the file: signatures, and the roots to be found at each size.
func (s *Service) checkpointsOf(ctx context.Context, rep *Report, st state) (map[int64][]byte, error) {
	gaps, bad, err := s.gaps(s.db.Audit().Read(ctx))
	if err != nil {
		return nil, err
	}
	if rep.Gaps = gaps; bad > 0 {
		rep.problem("gap", -1, 0, 0, "%d gaps have a wrong signature: somebody else wrote them", bad)
	}
	for _, g := range gaps {
		if g.Reason == "" && !covered(explained(gaps), &Checkpoint{Size: g.Upto, At: g.Before}) {
			rep.problem("gap", g.From, 0, 0, "rows %d to %d of the log were not there any more on %s, and nobody has said why; after a restore, say so with: housecall audit gap --reason", g.From, g.Upto-1, g.At.Format(time.RFC3339))
		}
	}
	roots := map[int64][]byte{}
	want := func(where string, c *Checkpoint) {
		switch {
		case c.Check(s.PublicKey()) != nil:
			rep.problem("checkpoint", -1, 0, 0, "%s: the signature is wrong", where)
		case covered(gaps, c):
		case c.Size > st.Size:
			rep.problem("truncated", st.Size, 0, 0, "%s says that the log had %d rows; it has %d", where, c.Size, st.Size)
		case roots[c.Size] != nil && !bytes.Equal(roots[c.Size], c.Root):
			rep.problem("checkpoint", c.Size-1, 0, 0, "%s: another checkpoint of this length has another root", where)
		default:
			roots[c.Size] = c.Root
		}
	}
	if st.last.Size != 0 {
		want("the last checkpoint", &st.last)
	}
	f := fileWalk{rep: rep}
	err = eachCheckpoint(s.sealer.file.path, func(line int, c *Checkpoint) error {
		rep.Checkpoints++
		if c == nil {
			rep.problem("checkpoint", -1, 0, 0, "checkpoint in line %d cannot be read", line)
		} else {
			want(fmt.Sprintf("checkpoint in line %d", line), c)
		}
		f.line(line, c)
		return nil
	})
	if err == nil && s.sealer.file.path != "" {
		err = f.end(s.db.Audit().Read(ctx), s.node)
	}
	return roots, err
}

// walk is one pass over the log.
type walk struct {
	s         *Service
	rep       *Report
	roots     map[int64][]byte
	heads     map[string]chartHead
	perWriter map[int64]int64 // rows found in the log
	sealed    map[int64]int64 // rows that must be in it, by the writers' marks
	spine     [][]byte        // roots of whole subtrees, largest first
	size      int64
	tiles     [][]byte // what each level's present tile should hold
}

const walkPage = 2000

func (w *walk) log(ctx context.Context, st state) error {
	page := `SELECT s.seq, s.writer, s.counter, s.n, s.prev, s.hash, a.patient_id, a.account, a.at, a.body, a.mac, COALESCE(a.source, '')
		FROM audit_seals s LEFT JOIN audit a ON a.writer = s.writer AND a.counter = s.counter WHERE s.seq >= ? AND s.seq < ? ORDER BY s.seq LIMIT ?`
	c := w.s.db.Audit().Read(ctx)
	lastRoot := int64(0)
	for next := int64(0); next < st.Size; {
		type found struct {
			seal
			row
			there bool
		}
		var rows []found
		err := c.Each(page, func(r *sql.Rows) error {
			var f found
			var patient, account sql.NullString
			var at sql.NullInt64
			if err := r.Scan(&f.seq, &f.seal.writer, &f.seal.counter, &f.n, &f.prev, &f.hash, &patient, &account, &at, &f.body, &f.mac, &f.source); err != nil {
				return err
			}
			f.there = at.Valid
			f.row.writer, f.row.counter, f.patient, f.account, f.at = f.seal.writer, f.seal.counter, patient.String, account.String, at.Int64
			rows = append(rows, f)
			return nil
		}, next, st.Size, walkPage)
		if err != nil {
			return err
		}
		for i := range rows {
			f := &rows[i]
			if !f.there {
				if f.row, f.there, err = w.elsewhere(ctx, f.seal.writer, f.seal.counter); err != nil {
					return err
				}
			}
			if f.seq != next {
				w.rep.problem("missing", next, 0, 0, "rows %d to %d of the log are gone", next, f.seq-1)
				return nil // nothing after it can be placed
			}
			w.one(&f.seal, &f.row, f.there)
			if err := w.grow(c, f.hash); err != nil {
				return err
			}
			next++
			if want := w.roots[w.size]; want != nil {
				if !bytes.Equal(want, w.root()) {
					w.rep.problem("root", lastRoot, 0, 0, "between rows %d and %d the log is not what the checkpoint signed", lastRoot, w.size-1)
				}
				lastRoot = w.size
			}
		}
		if len(rows) == 0 {
			w.rep.problem("missing", next, 0, 0, "rows %d to %d of the log are gone", next, st.Size-1)
			return nil
		}
	}
	if !bytes.Equal(w.root(), st.Root) {
		w.rep.problem("state", -1, 0, 0, "the log's root in the database is not the root of its rows")
	}
	return w.lastTiles(c)
}

// elsewhere finds a row that is in the other file.
func (w *walk) elsewhere(ctx context.Context, writer, counter int64) (r row, there bool, err error) {
	if w.s.db.Audit() == w.s.db {
		return r, false, nil
	}
	err = w.s.db.Read(ctx).Each(rowColumns+`FROM audit WHERE writer = ? AND counter = ?`, func(rows *sql.Rows) error {
		there = true
		return r.scan(rows)
	}, writer, counter)
	return r, there, err
}

// one checks a row against its seal and its chart's chain.
func (w *walk) one(x *seal, r *row, there bool) {
	w.perWriter[x.writer]++
	if !there {
		w.rep.problem("missing", x.seq, x.writer, x.counter, "row %d of the log was taken away", x.seq)
		return
	}
	switch {
	case !w.s.intact(r):
		w.rep.problem("changed", x.seq, x.writer, x.counter, "row %d of the log was changed: its code is wrong", x.seq)
	case !bytes.Equal(leafHash(r.leaf(x.link)), x.hash):
		w.rep.problem("changed", x.seq, x.writer, x.counter, "row %d of the log was changed after it was sealed", x.seq)
	}
	head, known := w.heads[r.patient]
	if !known {
		head.hash = noLink
	}
	if x.n != head.n+1 || !bytes.Equal(x.prev, head.hash) {
		w.rep.problem("chain", x.seq, x.writer, x.counter, "row %d of the log does not follow the one before it in its chart's chain", x.seq)
	}
	w.heads[r.patient] = chartHead{x.n, x.hash}
}

// grow adds a leaf to the spine, and compares each tile as it fills.
func (w *walk) grow(c *db.Conn, h []byte) error {
	w.spine = append(w.spine, h)
	for n := w.size + 1; n&1 == 0; n >>= 1 {
		k := len(w.spine)
		w.spine = append(w.spine[:k-2], nodeHash(w.spine[k-2], w.spine[k-1]))
	}
	idx := w.size
	w.size++
	for level := 0; ; level++ {
		if level == len(w.tiles) {
			w.tiles = append(w.tiles, nil)
		}
		w.tiles[level] = append(w.tiles[level], h...)
		if idx%tileSize != tileSize-1 {
			return nil
		}
		if err := w.tile(c, level, idx/tileSize); err != nil {
			return err
		}
		h = fold(w.tiles[level])
		w.tiles[level] = nil
		idx /= tileSize
	}
}

func (w *walk) tile(c *db.Conn, level int, idx int64) error {
	b, err := loadTiles(c)(tileID{level, idx})
	if err != nil {
		return err
	}
	want := w.tiles[level]
	if len(b) >= len(want) && bytes.Equal(b[:len(want)], want) {
		return nil
	}
	first := 0
	for first < len(b) && first < len(want) && b[first] == want[first] {
		first++
	}
	seq := (idx*tileSize + int64(first/hashSize)) << (tileBits * level)
	if level == 0 {
		w.rep.problem("order", seq, 0, 0, "row %d of the log is not the one that was put there", seq)
	} else {
		w.rep.problem("tile", seq, 0, 0, "the Merkle tree over the rows from %d on is not what its rows make", seq)
	}
	return nil
}

func (w *walk) lastTiles(c *db.Conn) error {
	for level := range w.tiles {
		if len(w.tiles[level]) > 0 {
			if err := w.tile(c, level, (w.size>>(tileBits*level))/tileSize); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walk) root() []byte {
	if len(w.spine) == 0 {
		return emptyRoot()
	}
	r := w.spine[len(w.spine)-1]
	for i := len(w.spine) - 2; i >= 0; i-- {
		r = nodeHash(w.spine[i], r)
	}
	return r
}

// compareHeads holds the charts' last links against the walk, if nothing was
// sealed meanwhile.
func (w *walk) compareHeads(ctx context.Context, st state) error {
	return w.s.db.Audit().InReadTx(ctx, func(c *db.Conn) error {
		now, err := w.s.readState(c)
		if err != nil || now.Size != st.Size || w.size != st.Size {
			return err
		}
		n := 0
		err = c.Each(`SELECT patient_id, n, hash FROM audit_charts`, func(r *sql.Rows) error {
			var p string
			var h chartHead
			if err := r.Scan(&p, &h.n, &h.hash); err != nil {
				return err
			}
			n++
			if got := w.heads[p]; got.n != h.n || !bytes.Equal(got.hash, h.hash) {
				w.rep.problem("chain", -1, 0, 0, "the last link of a chart's chain is not where the log ends: %d and %d", h.n, got.n)
			}
			return nil
		})
		if err == nil && n != len(w.heads) {
			w.rep.problem("chain", -1, 0, 0, "%d charts have a last link, %d have rows", n, len(w.heads))
		}
		return err
	})
}

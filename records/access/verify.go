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
// unsealed, writer, index, gap, key.
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

// Verify walks the whole log: each page's and each row's code, each writer's
// numbers, each chart's chain, the index of charts and accounts, the Merkle tree, its root at every checkpoint that left the
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
	w := walk{s: s, codes: coder{s: s}, rep: &rep, roots: roots, heads: map[string]chartHead{}, perWriter: map[int64]int64{}, sealed: map[int64]int64{}}
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
	by, err := s.signers(s.db.Audit().Read(ctx))
	if err != nil {
		return nil, err
	}
	if by.broken > 0 {
		rep.problem("key", -1, 0, 0, "%d handovers from one signing key to another were changed, or lead to no key of this site", by.broken)
	}
	gaps, bad, err := s.gaps(s.db.Audit().Read(ctx), &by)
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
		case !by.checkpoint(c):
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
	leaves    []byte   // the tile that holds the present row's leaf
	index     *indexWalk
	codes     coder
}

const walkPages = 500

func (w *walk) log(ctx context.Context, st state) error {
	c := w.s.db.Audit().Read(ctx)
	var err error
	if w.index, err = newIndexWalk(c, w.rep); err != nil {
		return err
	}
	lastRoot := int64(0)
	for next := int64(0); next < st.Size; {
		pages, err := w.s.sealedPages(c, `WHERE s.seq >= ? AND s.seq < ? ORDER BY s.seq LIMIT ?`, next, st.Size, walkPages)
		if err != nil {
			return err
		}
		if len(pages) == 0 {
			w.rep.problem("missing", next, 0, 0, "rows %d to %d of the log are gone", next, st.Size-1)
			return nil
		}
		for i := range pages {
			x := &pages[i]
			if x.seq != next {
				w.rep.problem("missing", next, 0, 0, "rows %d to %d of the log are gone", next, x.seq-1)
				return nil // nothing after it can be placed
			}
			if err := w.page(c, x); err != nil {
				return err
			}
			next = w.size
			if want := w.roots[w.size]; want != nil {
				if !bytes.Equal(want, w.root()) {
					w.rep.problem("root", lastRoot, 0, 0, "between rows %d and %d the log is not what the checkpoint signed", lastRoot, w.size-1)
				}
				lastRoot = w.size
			}
		}
	}
	if !bytes.Equal(w.root(), st.Root) {
		w.rep.problem("state", -1, 0, 0, "the log's root in the database is not the root of its rows")
	}
	if err := w.lastTiles(c); err != nil {
		return err
	}
	return w.index.end(ctx, w)
}

// page checks the rows of a page. Which of them was changed is told by their
// leaves; when these are as they were, the page's code or its form was changed.
func (w *walk) page(c *db.Conn, x *sealedPage) error {
	if x.n < 1 || x.n > maxPageRows {
		w.rep.problem("changed", x.seq, x.writer, x.first, "the seal of row %d of the log was changed: there are no pages of %d rows", x.seq, x.n)
		x.n = max(len(x.rows), 1)
	}
	w.perWriter[x.writer] += int64(x.n)
	if x.rows == nil {
		w.rep.problem("missing", x.seq, x.writer, x.first, "rows %d to %d of the log were taken away", x.seq, x.seq+int64(x.n)-1)
	} else if len(x.rows) != x.n || len(x.links) != x.n*linkSize {
		w.rep.problem("changed", x.seq, x.writer, x.first, "row %d of the log was changed: its page has %d rows, and its seal %d links of %d rows", x.seq, len(x.rows), len(x.links)/linkSize, x.n)
	}
	named := false
	for i := range x.n {
		var r *row
		if i < len(x.rows) {
			r = &x.rows[i]
		}
		var l link
		if (i+1)*linkSize <= len(x.links) {
			l = readLink(x.links[i*linkSize:])
		}
		bad, err := w.one(c, x, int64(i), l, r)
		if err != nil {
			return err
		}
		named = named || bad
	}
	if len(x.rows) > 0 && x.rows[0].bad && !named {
		w.rep.problem("changed", x.seq, x.writer, x.first, "the page of the rows %d to %d of the log was changed: its code is wrong", x.seq, x.seq+int64(x.n)-1)
	}
	return nil
}

// one checks a row against its leaf and its chart's chain, and tells whether it
// was named as changed.
func (w *walk) one(c *db.Conn, x *sealedPage, i int64, l link, r *row) (named bool, err error) {
	seq := x.seq + i
	stored, err := w.leaf(c, seq)
	if err != nil {
		return false, err
	}
	h, known := stored, r != nil
	if known {
		made := w.codes.leafHash(r, l)
		as := bytes.Equal(made, stored)
		if named = r.bad && !as; named {
			w.rep.problem("changed", seq, x.writer, r.counter, "row %d of the log was changed: its code is wrong", seq)
		}
		if known = !r.blank || as; known {
			head, there := w.heads[r.patient]
			if !there {
				head.hash = noLink
			}
			if chain := l.n == head.n+1 && bytes.Equal(l.prev, head.hash); !chain {
				w.rep.problem("chain", seq, x.writer, r.counter, "row %d of the log does not follow the one before it in its chart's chain", seq)
			} else if !r.bad || stored == nil {
				h = made
			}
		}
	}
	if h == nil {
		h = noLink
	}
	switch {
	case known:
		w.heads[r.patient] = chartHead{l.n, h}
	case l.n > 1:
		w.follow(l, h)
	}
	if err := w.index.row(c, r, seq, r != nil && !r.bad); err != nil {
		return named, err
	}
	return named, w.grow(c, h)
}

// follow moves the head of the chart that a row was of which cannot be read: its
// link says which one it was, so that what comes after it is not blamed.
func (w *walk) follow(l link, h []byte) {
	for patient, head := range w.heads {
		if head.n == l.n-1 && bytes.Equal(head.hash, l.prev) {
			w.heads[patient] = chartHead{l.n, h}
			return
		}
	}
}

// leaf is the hash that the tree holds for a row; nil: it holds none.
func (w *walk) leaf(c *db.Conn, seq int64) ([]byte, error) {
	at := int(seq%tileSize) * hashSize
	if at == 0 || w.leaves == nil {
		b, err := loadTiles(c)(tileID{0, seq / tileSize})
		if err != nil {
			return nil, err
		}
		if w.leaves = b; b == nil {
			w.leaves = []byte{}
		}
	}
	if len(w.leaves) < at+hashSize {
		return nil, nil
	}
	return w.leaves[at : at+hashSize], nil
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

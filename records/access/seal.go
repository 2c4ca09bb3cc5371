package access

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"housecall/internal/db"
)

const (
	sealEvery       = 400 * time.Millisecond
	checkpointEvery = 600 * time.Millisecond // every second round
	leaseTime       = 5 * time.Second
	sealTime        = 20 * time.Second // deadline of one round
)

// sealer puts the audit rows, in the order in which it finds them, into the
// chains of their charts and into the Merkle log. One process of all seals: the
// one that holds the lease; the fencing number keeps out one that lost it.
type sealer struct {
	s      *Service
	holder string
	file   checkpointFile
	batch  int

	mu     sync.Mutex
	cancel context.CancelFunc
	ending chan struct{}
	done   chan struct{}

	fence     int64     // of the lease; 0: not held
	renewed   time.Time // when
	announced time.Time // last checkpoint
	troubled  bool      // the last round failed and was logged

	heads      map[string]chartHead // that it wrote under this lease
	making     *segment             // of the index, up to this leaf; nil: it is read when it is full
	makingNext int64
	full       map[int64]*segment // not written yet
}

func newSealer(s *Service, file string) *sealer {
	var b [6]byte
	_, _ = rand.Read(b[:])
	z := &sealer{s: s, holder: s.node + "/" + hex.EncodeToString(b[:]), file: checkpointFile{path: file}, batch: 4000, full: map[int64]*segment{}, heads: map[string]chartHead{}}
	if s.db.Dialect == db.SQLite {
		z.batch = 1000 // the file's one writer is not kept from the readers' rows for long
	}
	return z
}

func (z *sealer) start(ctx context.Context) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.cancel != nil {
		return
	}
	ctx, z.cancel = context.WithCancel(context.WithoutCancel(ctx))
	z.ending, z.done = make(chan struct{}), make(chan struct{})
	go z.run(ctx, z.ending, z.done)
}

// stop seals what is there, gives the lease back and ends.
func (z *sealer) stop() {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.cancel == nil {
		return
	}
	close(z.ending)
	select {
	case <-z.done:
	case <-time.After(sealTime):
		z.cancel()
		<-z.done
	}
	z.cancel()
	z.cancel = nil
}

func (z *sealer) run(ctx context.Context, ending, done chan struct{}) {
	defer close(done)
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			z.round(ctx, false)
		case <-ending:
			z.round(ctx, true)
			z.release(ctx)
			z.file.close()
			return
		}
	}
}

func (z *sealer) round(ctx context.Context, last bool) {
	ctx, cancel := context.WithTimeout(ctx, sealTime)
	defer cancel()
	err := z.seal(ctx, last)
	if err != nil {
		z.fence, z.making, z.makingNext = 0, nil, -1
		clear(z.heads)
	}
	if err != nil && !z.troubled && ctx.Err() == nil {
		slog.Error("audit rows cannot be sealed; trying on", "err", err)
	}
	z.troubled = err != nil
}

// seal takes what there is, then signs a checkpoint over it.
func (z *sealer) seal(ctx context.Context, last bool) error {
	held, err := z.hold(ctx)
	if err != nil || !held {
		return err
	}
	for {
		b, err := z.collect(ctx)
		if err != nil {
			return err
		}
		if b.empty() {
			break
		}
		if err := z.commit(ctx, b); err != nil {
			return err
		}
		if b.n < z.batch {
			break
		}
	}
	if err := z.index(ctx); err != nil {
		return err
	}
	if now := time.Now(); last || now.Sub(z.announced) >= checkpointEvery {
		return z.announce(ctx, now)
	}
	return nil
}

// hold takes or renews the lease.
func (z *sealer) hold(ctx context.Context) (bool, error) {
	now := z.s.now()
	if z.fence != 0 && now.Sub(z.renewed) < leaseTime/3 && !now.Before(z.renewed) {
		return true, nil
	}
	taken := z.fence == 0
	z.fence = 0
	err := z.s.db.Audit().InTx(ctx, func(c *db.Conn) error {
		return c.QueryRow(`UPDATE audit_state SET holder = ?, fence = CASE WHEN holder = ? THEN fence ELSE fence + 1 END, until = ?, checked_at = ?
			WHERE id = 1 AND (holder = ? OR until < ?) RETURNING fence`,
			z.holder, z.holder, now.Add(leaseTime).UnixMicro(), now.UnixMicro(), z.holder, now.UnixMicro()).Scan(&z.fence)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		z.fence = 0
		return false, err
	}
	z.renewed = now
	if taken {
		clear(z.heads)
		return true, z.foundGap(ctx)
	}
	return true, nil
}

func (z *sealer) release(ctx context.Context) {
	if z.fence == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, leaseTime)
	defer cancel()
	_ = z.s.db.Audit().InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE audit_state SET holder = '', until = 0 WHERE id = 1 AND fence = ?`, z.fence)
		return err
	})
	z.fence = 0
}

type auditFault struct {
	writer, counter, upto int64
	kind                  string
}

func noteFault(c *db.Conn, f auditFault, at time.Time) error {
	slog.Error("the audit log is not whole", "kind", f.kind, "writer", f.writer, "from", f.counter, "to", f.upto)
	_, err := c.Exec(`INSERT INTO audit_faults (writer, counter, upto, kind, at) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING`,
		f.writer, f.counter, f.upto, f.kind, at.UnixMicro())
	return err
}

// announce signs the log as it is and sends the checkpoint out.
func (z *sealer) announce(ctx context.Context, now time.Time) error {
	st, err := z.s.readState(z.s.db.Audit().Read(ctx))
	if err != nil || st.fence != z.fence {
		return err
	}
	sign, err := z.s.signers(z.s.db.Audit().Read(ctx))
	if err != nil || st.Size == st.last.Size && sign.next == nil {
		return err
	}
	prev, err := z.file.before()
	if err != nil {
		return err
	}
	var handover *Handover
	if sign.next != nil {
		handover = sign.handOver(st.Size, st.Root, z.s.now().UTC(), z.s.node)
	}
	p := z.s.checkpoint(sign.now, st.Size, st.Root, prev)
	if err := z.file.append(p); err != nil {
		return err
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	z.announced = now
	for _, a := range z.s.anchors {
		a.offer(p)
	}
	return z.s.db.Audit().InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE audit_state SET checkpoint = ? WHERE id = 1 AND fence = ?`, string(b), z.fence)
		if err == nil && n == 1 && handover != nil {
			err = z.s.handoverTx(c, handover)
		}
		if err != nil || n == 0 || z.file.path == "" {
			return err
		}
		return anchoredTx(c, anchorFile, z.s.node, p)
	})
}

// state is the one row about the log.
type state struct {
	Size      int64
	Root      []byte
	fence     int64
	checkedAt int64
	last      Checkpoint
}

func (s *Service) readState(c *db.Conn) (st state, err error) {
	var text string
	if err = c.QueryRow(`SELECT size, root, fence, checked_at, checkpoint FROM audit_state WHERE id = 1`).
		Scan(&st.Size, &st.Root, &st.fence, &st.checkedAt, &text); err != nil {
		return st, err
	}
	if text != "" && json.Unmarshal([]byte(text), &st.last) != nil {
		st.last = Checkpoint{Size: -1}
	}
	return st, nil
}

// link is a row's place in its chart's chain.
type link struct {
	n    int64
	prev []byte
}

var noLink = make([]byte, hashSize)

const linkSize = 8 + hashSize

func (l link) append(b []byte) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(l.n)), l.prev...)
}

func readLink(b []byte) link {
	return link{n: int64(binary.BigEndian.Uint64(b)), prev: b[8:linkSize:linkSize]}
}

func loadTiles(c *db.Conn) func(tileID) ([]byte, error) {
	return func(id tileID) ([]byte, error) {
		var b []byte
		err := c.QueryRow(`SELECT hashes FROM audit_tiles WHERE level = ? AND idx = ?`, id.level, id.idx).Scan(&b)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		return bytes.Clone(b), err
	}
}

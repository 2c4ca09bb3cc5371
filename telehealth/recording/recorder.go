package recording

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/telehealth/recording/reel"
	"housecall/telehealth/sfu"
)

// Recorder records one visit on the node that holds its room, until the recording is
// over or the room is.
type recorder struct {
	s    *Service
	row  *row
	fail chan error

	mu    sync.Mutex
	reels map[sfuKey]*track
	files int
	bytes int64
	ended bool
}

type sfuKey struct {
	seat string
	kind sfu.Kind
}

// track is what one seat sends of one kind.
type track struct {
	of   sfuKey
	reel *reel.Reel
	file string
	n    int64
}

// record begins, if the room is here.
func (s *Service) record(r *row) error {
	x := &recorder{s: s, row: r, fail: make(chan error, 1), reels: map[sfuKey]*track{}, bytes: r.bytes}
	tap, err := s.Media.Tap(r.visit, x)
	if err != nil || tap == nil {
		return err
	}
	s.mu.Lock()
	s.running[r.id] = true
	s.mu.Unlock()
	s.tasks.Go(func() {
		x.run(tap)
		s.mu.Lock()
		delete(s.running, r.id)
		s.mu.Unlock()
		s.Nudge()
	})
	return nil
}

// run lets packets in while everybody agrees. Whether they still do is read whenever
// the visit moves, and each second; a node that cannot read it takes nothing.
func (x *recorder) run(tap *sfu.Tap) {
	s := x.s
	sub := s.Hub.Subscribe(s.Topic(x.row.visit))
	defer sub.Close()
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	until, beat := int64(0), time.Time{}
	moved := sub.C
loop:
	for {
		now := s.Now()
		state, allowed, ended, err := x.agreed()
		switch {
		case err != nil:
		case state != on:
			until = ended
			break loop
		case now.UnixMicro()-x.row.beganAt > maxTime.Microseconds():
			x.broke(errFull)
		default:
			tap.Allow(allowed, time.Now().Add(allowedFor))
		}
		if now.Sub(beat) >= beatEvery {
			beat = now
			x.beat(s.run)
		}
		select {
		case <-t.C:
			x.tick()
		case _, ok := <-moved:
			if !ok {
				moved = nil
			}
		case <-tap.Done():
			break loop
		case <-s.ctx.Done():
			break loop
		case err := <-x.fail:
			x.broken(err)
			break loop
		}
	}
	tap.Allow(nil, time.Time{})
	tap.Close()
	x.close(until, tap.Dropped())
}

var errFull = fault.New(fault.TooLarge, "This recording is as long as one may be.")

// broken ends the recording for everybody; the visit goes on.
func (x *recorder) broken(err error) {
	why := WhyDisk
	if fault.Is(err, fault.TooLarge) {
		why = WhyFull
	}
	x.s.Log.Warn("a recording was ended; the visit goes on", "why", why, "err", err)
	x.s.mu.Lock()
	x.s.failed[x.row.id] = why // until it could be written down
	x.s.mu.Unlock()
}

func (x *recorder) agreed() (state string, allowed []string, ended int64, err error) {
	ctx, cancel := context.WithTimeout(x.s.ctx, dbTime)
	defer cancel()
	c := x.s.DB.Read(ctx)
	if err = c.QueryRow(`SELECT state, ended_at FROM visit_recordings WHERE id = ?`, x.row.id).Scan(&state, &ended); err == nil && state == on {
		allowed, _, _, err = agreement(c, x.row.id, x.row.visit)
	}
	return state, allowed, ended, err
}

func (x *recorder) beat(node string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.s.ctx), dbTime)
	defer cancel()
	x.mu.Lock()
	n := x.bytes
	x.mu.Unlock()
	if err := x.s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE visit_recordings SET node = ?, beat_at = ?, bytes = ? WHERE id = ?`, node, x.s.now(), n, x.row.id)
		return err
	}); err != nil {
		x.s.Log.Warn("a recording could not say that it goes on", "err", err)
	}
}

// Take is of sfu.Sink.
func (x *recorder) Take(p sfu.Taken) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return
	}
	key := sfuKey{p.Seat, p.Kind}
	t := x.reels[key]
	if t == nil {
		t = &track{of: key}
		t.reel = reel.New(func(p reel.Part) error { return x.keep(t, p) })
		x.reels[key] = t
	}
	if err := t.reel.Take(p); err != nil {
		x.broke(err)
	}
}

// broke tells the one who runs it.
func (x *recorder) broke(err error) {
	select {
	case x.fail <- err:
	default:
	}
}

func (x *recorder) tick() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, t := range x.reels {
		if err := t.reel.Beat(x.s.Now()); err != nil {
			x.broke(err)
		}
	}
}

// keep seals one cluster and writes down where it is.
func (x *recorder) keep(t *track, p reel.Part) error {
	if x.bytes += int64(len(p.Bytes)); x.bytes > maxBytes {
		return errFull
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.s.ctx), partTime)
	defer cancel()
	if p.New {
		if x.files++; x.files > maxFiles {
			return errFull
		}
		if t.file != "" {
			if err := x.closeFile(ctx, t); err != nil {
				return err
			}
		}
		t.file, t.n = uuid.Must(uuid.NewV7()).String(), 0
	}
	ref, err := x.s.Records.PutFile(ctx, bytes.NewReader(p.Bytes), int64(len(p.Bytes)))
	if err != nil {
		return err
	}
	n := t.n + 1
	err = x.s.DB.InTx(ctx, func(c *db.Conn) error {
		if p.New {
			if _, err := c.Exec(`INSERT INTO visit_recording_files (id, recording, seat, kind, codec, private, width, height, began_at) VALUES `+db.Placeholders(1, 9),
				t.file, x.row.id, t.of.seat, string(t.of.kind), string(p.Track.Codec), append([]byte{}, p.Track.Private...), p.Track.Width, p.Track.Height, p.Began.UnixMicro()); err != nil {
				return err
			}
		}
		if err := x.s.Records.HoldTx(c, ref.Name); err != nil {
			return err
		}
		if _, err := c.Exec(`INSERT INTO visit_recording_parts (file, n, at, key, size, blob, blob_key) VALUES `+db.Placeholders(1, 7), t.file, n, p.At.Milliseconds(), p.Key, ref.Size, ref.Name, ref.Key); err != nil {
			return err
		}
		_, err := c.Exec(`UPDATE visit_recording_files SET length = ?, bytes = bytes + ? WHERE id = ?`, p.End.Milliseconds(), ref.Size, t.file)
		return err
	})
	if err == nil {
		t.n = n
	}
	return err
}

func (x *recorder) closeFile(ctx context.Context, t *track) error {
	return x.s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE visit_recording_files SET closed = ? WHERE id = ?`, true, t.file)
		return err
	})
}

// close keeps what came until the recording was over, and nothing later.
func (x *recorder) close(until int64, dropped uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ended = true
	end := x.s.Now()
	if until != 0 {
		end = moment(until)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.s.ctx), partTime)
	defer cancel()
	for _, t := range x.reels {
		err := t.reel.Close(end)
		if err == nil && t.file != "" {
			err = x.closeFile(ctx, t)
		}
		if err != nil {
			x.s.Log.Warn("the end of a recording could not be kept", "err", err)
		}
	}
	if dropped > 0 {
		x.s.Log.Warn("parts of a recording were dropped: this node is too slow to keep them", "packets", dropped)
	}
	if err := x.s.DB.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE visit_recordings SET node = '', bytes = ? WHERE id = ?`, x.bytes, x.row.id)
		return err
	}); err != nil {
		x.s.Log.Warn("a recording could not say that it ended", "err", err)
	}
}

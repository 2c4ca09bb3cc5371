package sfu

import "time"

// What a line carries is learned from what is lost and from how much longer
// packets take than the quickest did: a queue stands somewhere. Loss alone is no
// sign of a narrow line unless it is heavy: radio loses packets at any rate.
const (
	queueLong  = 120_000 // microseconds: too much is sent
	queueSome  = 40_000
	queueRises = 25_000 // within some reports
	queueNone  = 30_000
	lossHeavy  = 0.18
	lossMuch   = 0.12 // in which nothing grows
	backTo     = 0.85 // of what came
	leastRate  = 40e3
	growth     = 0.08 // a second
	backEvery  = 600 * time.Millisecond
	calmFor    = 1500 * time.Millisecond // after less was sent, until it grows
	lossOver   = time.Second             // in which loss is counted
	rateOver   = 700_000                 // microseconds in which what comes is counted
	wayOver    = 15 * time.Second        // a way is not believed to be the same for longer
	probeWait  = 2 * time.Second
	probeMost  = 30 * time.Second
	fallsSoon  = 8 * time.Second // after a probe: it was wrong
)

// batch is what one report tells.
type batch struct {
	came, lost  int
	bytes       int64
	first, last int64 // by the receiver's clock, microseconds
	way         int64 // that the quickest packet took; two clocks, so only changes mean something
}

func (b *batch) take(e departed, at int64, came bool) {
	if !came {
		b.lost++
		return
	}
	way := at - e.at
	if b.came == 0 {
		b.first, b.way = at, way
	}
	b.came++
	b.bytes += int64(e.size)
	b.last, b.way = max(b.last, at), min(b.way, way)
}

// estimate is what a line carries, in bits a second.
type estimate struct {
	rate  float64 // 0: no limit is known
	acked float64 // that came lately

	recent  []batch // of rateOver
	queues  [4]int64
	base    int64 // quickest way of the time before
	now     int64 // and of this one
	based   bool
	turned  time.Time
	stuck   int
	backAt  time.Time
	queueAt int64 // when it was reduced last

	came, lost int
	counted    time.Time
	heavy      int
	loss       float64

	probeAt   time.Time
	probeNext time.Duration
	learned   time.Time
}

// learn takes a report.
func (e *estimate) learn(b batch, now time.Time) {
	e.count(b, now)
	if b.came == 0 {
		return
	}
	took := min(now.Sub(e.learned), time.Second).Seconds()
	e.learned = now
	e.arrive(b)
	queue := e.queue(b.way, now)
	rises := queue - e.queues[0]
	copy(e.queues[:], e.queues[1:])
	e.queues[len(e.queues)-1] = queue
	long := queue > queueLong && rises > -queueRises || queue > queueSome && rises > queueRises
	switch {
	case long && now.Sub(e.backAt) > backEvery:
		e.back(backTo*e.acked, queue, now)
	case e.heavy > 1 && now.Sub(e.backAt) > lossOver:
		e.heavy = 0
		e.back(e.acked, queue, now)
	case e.rate > 0 && queue < queueNone && e.loss < lossMuch && now.Sub(e.backAt) > calmFor:
		e.rate = max(e.rate, min(e.rate*(1+growth*took), 1.5*e.acked)) // what is not used proves nothing
	}
	if e.rate > 0 && now.Sub(e.backAt) > probeMost {
		e.probeNext = probeWait
	}
}

// back lets less be sent.
func (e *estimate) back(to float64, queue int64, now time.Time) {
	if e.acked == 0 {
		return
	}
	// A queue that stays as it is whatever is sent is none: the way got longer.
	if e.rate > 0 && now.Sub(e.backAt) < 3*backEvery && queue-e.queueAt < queueNone/2 && e.queueAt-queue < queueNone/2 {
		if e.stuck++; e.stuck > 3 {
			e.base, e.now, e.stuck = e.now+queue, e.now+queue, 0
			return
		}
	} else {
		e.stuck = 0
	}
	if e.rate == 0 || to < e.rate {
		e.rate = max(to, leastRate)
	}
	if !e.probeAt.IsZero() && now.Sub(e.probeAt) < fallsSoon {
		e.probeNext = min(2*max(e.probeNext, probeWait), probeMost)
	}
	e.backAt, e.queueAt = now, queue
}

// count sums up loss.
func (e *estimate) count(b batch, now time.Time) {
	e.came += b.came
	e.lost += b.lost
	if now.Sub(e.counted) < lossOver || e.came+e.lost < 20 {
		return
	}
	e.loss = float64(e.lost) / float64(e.came+e.lost)
	if e.loss > lossHeavy {
		e.heavy++
	} else {
		e.heavy = 0
	}
	e.came, e.lost, e.counted = 0, 0, now
}

// arrive sums up what came.
func (e *estimate) arrive(b batch) {
	e.recent = append(e.recent, b)
	for len(e.recent) > 2 && (b.last-e.recent[0].last > rateOver || len(e.recent) > 32) {
		e.recent = append(e.recent[:0], e.recent[1:]...)
	}
	bytes := int64(0)
	for _, x := range e.recent[1:] {
		bytes += x.bytes
	}
	if took := b.last - e.recent[0].last; took > 100_000 {
		e.acked = 8e6 * float64(bytes) / float64(took)
	}
}

// queue is how much longer the quickest packet took than any before.
func (e *estimate) queue(way int64, now time.Time) int64 {
	switch {
	case !e.based:
		e.based, e.base, e.now, e.turned = true, way, way, now
	case now.Sub(e.turned) > wayOver:
		e.base, e.now, e.turned = e.now, way, now
	}
	e.now = min(e.now, way)
	return way - min(e.base, e.now)
}

// mayProbe tells whether enough time has gone since the last try.
func (e *estimate) mayProbe(now time.Time) bool {
	wait := max(e.probeNext, probeWait)
	return e.rate > 0 && now.Sub(e.backAt) > wait && now.Sub(e.probeAt) > wait && e.queues[len(e.queues)-1] < queueNone && e.loss < lossHeavy
}

// probed takes what a probe found.
func (e *estimate) probed(rate float64, ok bool, now time.Time) {
	e.probeAt = now
	if !ok {
		e.probeNext = min(2*max(e.probeNext, probeWait), probeMost)
		return
	}
	e.rate = max(e.rate, rate)
}

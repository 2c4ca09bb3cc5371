package sfu

import (
	"slices"
	"time"
)

// What a line carries is learned from what is lost and from how much longer
// packets take than the quickest did: a queue stands somewhere. Loss alone is no
// sign of a narrow line unless it is heavy: radio loses packets at any rate.
const (
	queueLong  = 120_000 // microseconds: too much is sent
	queueSome  = 40_000
	queueRises = 25_000 // within some reports
	queueNone  = 30_000
	queueStill = 10_000
	stillFor   = 20 // reports
	lossHeavy  = 0.18
	lossMuch   = 0.12 // in which nothing grows
	backTo     = 0.85 // of what came
	leastRate  = 40e3
	growth     = 0.08 // a second
	backEvery  = 600 * time.Millisecond
	backSoon   = 250 * time.Millisecond  // when it is far too much
	calmFor    = 1500 * time.Millisecond // after less was sent, until it grows
	lossOver   = time.Second             // in which loss is counted
	rateOver   = 700_000                 // microseconds in which what comes is counted
	wayOver    = 15 * time.Second        // a way is not believed to be the same for longer
	probeWait  = 2 * time.Second
	probeStep  = 500 * time.Millisecond
	probeMost  = 8 * time.Second
	probeTimes = 3               // what is known; more is found in steps
	fallsSoon  = 8 * time.Second // after a probe: it was wrong
)

// batch is what one report tells.
type batch struct {
	came, lost  int
	bytes       int64
	first, last int64 // by the receiver's clock, microseconds
	way         int64 // that the quickest packet took; two clocks, so only changes mean something
}

func (b *batch) take(size int, gone, at int64, came bool) {
	if !came {
		b.lost++
		return
	}
	way := at - gone
	if b.came == 0 {
		b.first, b.way = at, way
	}
	b.came++
	b.bytes += int64(size)
	b.last, b.way = max(b.last, at), min(b.way, way)
}

// estimate is what a line carries, in bits a second.
type estimate struct {
	rate  float64 // 0: no limit is known
	acked float64 // that came lately

	recent []batch // of rateOver
	queues [4]int64
	base   int64 // quickest way of the time before
	now    int64 // and of this one
	based  bool
	turned time.Time
	level  int64 // of the queue, and for how many reports it has been that
	levels int
	backAt time.Time // when it was reduced last

	came, lost int
	counted    time.Time
	heavy      int
	loss       float64

	probeAt   time.Time
	probeNext time.Duration
	probeWon  bool
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
	// One late report may be of a receiver that was busy.
	stands := min(queue, e.queues[len(e.queues)-1])
	rises := stands - e.queues[0]
	copy(e.queues[:], e.queues[1:])
	e.queues[len(e.queues)-1] = queue
	long := stands > queueLong && rises > -queueRises || stands > queueSome && rises > queueRises
	switch {
	case long && (now.Sub(e.backAt) > backEvery || stands > 2*queueLong && now.Sub(e.backAt) > backSoon):
		e.back(backTo*min(e.acked, e.lately()), now)
	case e.heavy > 1 && now.Sub(e.backAt) > lossOver:
		e.heavy = 0
		e.back(e.acked, now)
	case e.rate > 0 && queue < queueNone && e.loss < lossMuch && now.Sub(e.backAt) > calmFor:
		e.rate = max(e.rate, min(e.rate*(1+growth*took), 1.5*e.acked)) // what is not used proves nothing
	}
	if e.rate > 0 && now.Sub(e.backAt) > 4*probeMost {
		e.probeNext = probeWait
	}
}

// back lets less be sent.
func (e *estimate) back(to float64, now time.Time) {
	if e.acked == 0 {
		return
	}
	if e.rate == 0 || to < e.rate {
		e.rate = max(to, leastRate)
	}
	if !e.probeAt.IsZero() && now.Sub(e.probeAt) < fallsSoon {
		e.probeNext = min(2*max(e.probeNext, probeWait), probeMost)
	}
	e.backAt = now
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
	if r := e.over(rateOver); r > 0 {
		e.acked = r
	}
}

// lately is what came in the last moment, which counts when it is too much.
func (e *estimate) lately() float64 {
	if r := e.over(rateOver / 3); r > 0 {
		return r
	}
	return e.acked
}

// over is the rate of what came in the last microseconds; 0: too short to tell.
func (e *estimate) over(span int64) float64 {
	last := e.recent[len(e.recent)-1].last
	from, bytes := last, int64(0)
	for _, x := range slices.Backward(e.recent) {
		if from = x.last; last-from >= span {
			break
		}
		bytes += x.bytes
	}
	if last-from < 100_000 {
		return 0
	}
	return 8e6 * float64(bytes) / float64(last-from)
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
	queue := way - min(e.base, e.now)
	if d := queue - e.level; d > queueStill || d < -queueStill {
		e.level, e.levels = queue, 0
	}
	// A queue that neither grows nor shrinks nor spills is none: the way got longer.
	if e.levels++; e.levels > stillFor && e.loss < lossHeavy {
		e.base, e.now, e.level, e.levels, queue = way, way, 0, 0, 0
	}
	return queue
}

// mayProbe tells whether enough time has gone since the last try.
func (e *estimate) mayProbe(now time.Time) bool {
	wait, next := max(e.probeNext, probeWait), max(e.probeNext, probeWait)
	if e.probeWon { // and what was found was not enough
		next = probeStep
	}
	return e.rate > 0 && now.Sub(e.backAt) > wait && now.Sub(e.probeAt) > next && e.queues[len(e.queues)-1] < queueNone && e.loss < lossHeavy
}

// probed takes what a probe found.
func (e *estimate) probed(rate float64, ok bool, now time.Time) {
	e.probeAt, e.probeWon = now, ok
	if !ok {
		e.probeNext = min(2*max(e.probeNext, probeWait), probeMost)
		return
	}
	e.rate = max(e.rate, rate)
}

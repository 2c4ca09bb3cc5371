package main

import (
	"math"
	"math/bits"
	"time"
)

// histogram counts durations by the microsecond, in buckets that are at most
// 1/64 of their value wide. All of its memory is there from the beginning, and
// recording is a few instructions.
type histogram struct {
	counts [buckets]uint32
	n      int64
	max    time.Duration
}

// Durations up to 2^32 microseconds, above an hour, have a bucket of their own.
const buckets = (32-7)*64 + 128

func bucketOf(us uint64) int {
	us = min(us, math.MaxUint32)
	shift := max(bits.Len64(us)-7, 0)
	return shift*64 + int(us>>shift)
}

// upper is the largest duration of a bucket.
func upper(i int) time.Duration {
	shift := max(i/64-1, 0)
	return time.Duration((i-shift*64+1)<<shift-1) * time.Microsecond
}

func (h *histogram) record(d time.Duration) {
	h.counts[bucketOf(uint64(max(d, 0)/time.Microsecond))]++
	h.n++
	h.max = max(h.max, d)
}

func (h *histogram) add(o *histogram) {
	for i, n := range o.counts {
		h.counts[i] += n
	}
	h.n += o.n
	h.max = max(h.max, o.max)
}

// quantile is the duration that a part q of all durations does not exceed.
func (h *histogram) quantile(q float64) time.Duration {
	rank := max(int64(math.Ceil(q*float64(h.n))), 1)
	var seen int64
	for i, n := range h.counts {
		if seen += int64(n); seen >= rank {
			return min(upper(i), h.max)
		}
	}
	return h.max
}

package access

import (
	"context"
	"database/sql"
	"slices"
)

// keyRows reads the rows of some charts, or of some accounts, or of accounts in
// charts, by time: newest first, or oldest first.
type keyRows struct {
	s                *Service
	charts, accounts []string // empty: all; not both
	since, until     int64    // until is not in it; 0: no end
	from             position // rows beyond it
	ascending        bool
	sight            sight // what of a chart's rows is shown
	ctx              context.Context

	begun    bool
	whole    bool      // the newest rows are there and their codes are right
	segments []stretch // that may hold rows, in the order in which they are read
	pending  []row     // in order
	shown    []row     // of those that came first, what may be given out
}

// stretch is a segment with the time from which on, or up to which, all that comes
// after it lies.
type stretch struct{ n, since, until, bound int64 }

const (
	rowPage     = 200 // rows that are read at once, or a segment's
	segmentPage = 64
)

func (k *keyRows) matches(r *row) bool {
	return (len(k.charts) == 0 || slices.Contains(k.charts, r.patient)) && (len(k.accounts) == 0 || slices.Contains(k.accounts, r.account)) &&
		r.at >= k.since && (k.until == 0 || r.at < k.until) && k.beyond(k.from, r.position())
}

func (k *keyRows) beyond(a, b position) bool {
	if k.ascending {
		return older(a, b)
	}
	return older(b, a)
}

// begin reads the newest rows first: what is sealed or put into a segment
// meanwhile is then met twice, and not passed over.
func (k *keyRows) begin() error {
	k.begun = true
	indexed, whole, err := k.s.tail(k.ctx, func(r *row) {
		if k.matches(r) {
			k.pending = append(k.pending, *r)
		}
	})
	if err != nil {
		return err
	}
	k.whole = whole
	k.order()
	until := k.until
	if until == 0 {
		until = 1<<62 - 1
	}
	since := k.since
	if k.ascending {
		since = max(since, k.from.At)
	} else {
		until = min(until, k.from.At+1)
	}
	err = k.s.db.Audit().Read(k.ctx).Each(`SELECT segment, since, until FROM audit_segments WHERE segment < ? AND since < ? AND until >= ? ORDER BY segment`, func(r *sql.Rows) error {
		var x stretch
		err := r.Scan(&x.n, &x.since, &x.until)
		k.segments = append(k.segments, x)
		return err
	}, indexed, until, since)
	if !k.ascending {
		slices.Reverse(k.segments)
	}
	for i := len(k.segments) - 1; i >= 0; i-- {
		x := &k.segments[i]
		if x.bound = x.until; k.ascending {
			x.bound = x.since
		}
		if i+1 < len(k.segments) {
			if x.bound = max(x.bound, k.segments[i+1].bound); k.ascending {
				x.bound = min(x.since, k.segments[i+1].bound)
			}
		}
	}
	return err
}

// order sorts what was read, and drops what was met twice; the one with its place
// in the log stays.
func (k *keyRows) order() {
	slices.SortFunc(k.pending, func(a, b row) int {
		switch pa, pb := a.position(), b.position(); {
		case pa == pb && a.sealed == b.sealed:
			return 0
		case k.beyond(pa, pb), pa == pb && a.sealed:
			return -1
		}
		return 1
	})
	k.pending = slices.CompactFunc(k.pending, func(a, b row) bool { return a.position() == b.position() })
}

// clear tells whether no segment that is not read yet holds a row before this one.
func (k *keyRows) clear(r *row) bool {
	switch {
	case len(k.segments) == 0:
		return true
	case k.ascending:
		return r.at < k.segments[0].bound
	}
	return r.at > k.segments[0].bound
}

// more reads on in the index.
func (k *keyRows) more() error {
	c := k.s.db.Audit().Read(k.ctx)
	part := k.segments[:min(len(k.segments), segmentPage)]
	from, to := min(part[0].n, part[len(part)-1].n), max(part[0].n, part[len(part)-1].n)
	var sets [2]map[int64]*leafSet
	for kind, keys := range [...][]string{ofCharts: k.charts, ofAccounts: k.accounts} {
		if len(keys) > 0 {
			var err error
			if sets[kind], err = keyed(c, kind, keys, from, to); err != nil {
				return err
			}
		}
	}
	var leaves []int64
	for n := 0; n < len(part) && len(leaves) < rowPage; n++ {
		leaves = append(leaves, leavesOf(sets, part[n].n)...)
		k.segments = k.segments[1:]
	}
	rows, err := k.s.atLeaves(c, leaves)
	for i := range rows {
		r := &rows[i]
		if r.blank && len(k.charts) == 1 {
			r.patient = k.charts[0] // the index says so
		}
		if r.blank && len(k.accounts) == 1 {
			r.account = k.accounts[0]
		}
		if k.matches(r) {
			k.pending = append(k.pending, *r)
		}
	}
	k.order()
	return err
}

func leavesOf(sets [2]map[int64]*leafSet, n int64) []int64 {
	charts, accounts := sets[ofCharts][n], sets[ofAccounts][n]
	switch {
	case sets[ofCharts] == nil:
		charts, accounts = accounts, nil
	case sets[ofAccounts] != nil && accounts == nil:
		return nil
	}
	if charts == nil {
		return nil
	}
	return charts.leaves(n, accounts)
}

// next gives the next row; nil: there is none.
func (k *keyRows) next() (*row, error) {
	if !k.begun {
		if err := k.begin(); err != nil {
			return nil, err
		}
	}
	for len(k.shown) == 0 {
		for len(k.segments) > 0 && (len(k.pending) == 0 || !k.clear(&k.pending[0])) {
			if err := k.more(); err != nil {
				return nil, err
			}
		}
		n := 0
		for n < len(k.pending) && n < rowPage && k.clear(&k.pending[n]) {
			n++
		}
		if n == 0 {
			return nil, nil
		}
		var err error
		if k.shown, err = k.sight.keep(k.s.db.Read(k.ctx), k.pending[:n:n]); err != nil {
			return nil, err
		}
		k.pending = k.pending[n:]
	}
	r := &k.shown[0]
	k.shown = k.shown[1:]
	return r, nil
}

// take gives up to n rows; fewer when there are no more.
func (k *keyRows) take(n int) ([]row, error) {
	var out []row
	for len(out) < n {
		x, err := k.next()
		if err != nil || x == nil {
			return out, err
		}
		out = append(out, *x)
	}
	return out, nil
}

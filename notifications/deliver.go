package notifications

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/notifications/carrier"
)

// tellJob is to tell somebody of a notice outside the app, by one channel after the
// other until they have seen it.
type tellJob struct {
	Account string `json:"account"`
	Notice  string `json:"notice"`
}

// Kind implements Job. It has the name of when there was mail only: such jobs may wait
// in a database that is brought up to date.
func (tellJob) Kind() string { return "notice_mail" }

// grace is how long a notice waits for somebody who is looking at the page: what
// they see there need not ring as well.
const grace = 5 * time.Second

func (s *Service) firstAt(n Notice) time.Time {
	if !n.Until.IsZero() { // a reminder, and on time
		return time.Time{}
	}
	return time.Now().Add(grace)
}

// waiting is a notice that is being told.
type waiting struct {
	Notice
	telling state
	step    int
	seen    bool
	changed time.Time
	rows    []delivery
}

// tell takes the next step with a notice. That something is being handed over is
// committed before the other side is asked, so whoever finds it so knows that an
// earlier run died or lost the answer. Then a mail is not sent again, because no
// mail server keeps track of what it took; what goes by the other networks is, since
// their ids make it ring once.
func (s *Service) tell(ctx context.Context, job *river.Job[tellJob]) error {
	n, err := s.waiting(ctx, job.Args)
	if err != nil {
		return err
	}
	if n.telling == underWay {
		if err := s.pickUp(ctx, &n); err != nil {
			return err
		}
	}
	if n.telling != waits {
		return nil
	}
	if !s.tells() {
		return s.end(ctx, n, notTold)
	}
	account, err := s.Accounts.AccountByID(ctx, n.Account)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	now := s.now()
	late := !n.Until.IsZero() && !now.Before(n.Until)
	if err != nil || n.seen || late || !account.Active {
		return s.end(ctx, n, dropped)
	}
	if closed, err := s.closed(ctx, n.Notice); err != nil || closed {
		return errors.Join(err, s.endIf(ctx, closed, n))
	}
	wishes, err := s.preferences(s.DB.Read(ctx), n.Account)
	if err != nil {
		return err
	}
	if n.Kind.ofAccount() && !account.Verified {
		return s.end(ctx, n, dropped) // whoever reads that address may be somebody else
	}
	if !n.Kind.held() {
		wishes.Quiet.On = false
	}
	if end := wishes.Quiet.Ends(now); !end.IsZero() && (n.Until.IsZero() || end.Before(n.Until)) {
		return Later(end.Sub(now))
	}
	plan, err := s.plan(ctx, n, account, wishes)
	switch {
	case err != nil:
		return err
	case plan.channel == "":
		return s.end(ctx, n, n.outcome())
	case !plan.again && now.Before(n.due()):
		return Later(n.due().Sub(now))
	case plan.channel == Email && wishes.Digest.On && n.Until.IsZero() && n.Kind.held():
		return s.gather(ctx, n, wishes, plan.more)
	}
	return s.step(ctx, n, account, wishes, plan, job)
}

// due is when the next channel's time comes: at once if nobody was reached yet, else
// when the person had time to see it, and not beyond what it is about.
func (n waiting) due() time.Time {
	if !slices.ContainsFunc(n.rows, func(d delivery) bool { return d.state == sent || d.state == unknown || d.state == gathered }) {
		return time.Time{}
	}
	d := n.Kind.patience(n.step)
	if left := n.Until.Sub(n.changed) / 2; !n.Until.IsZero() && left < d {
		d = max(left, 0)
	}
	return n.changed.Add(d)
}

// plan is what comes next.
type plan struct {
	channel Channel
	targets []target
	more    bool // another channel is behind it
	again   bool // it was tried before
}

// plan finds the next channel that somebody wants and can be reached by. One that
// could not be asked is asked again as long as the next one's time has not come.
func (s *Service) plan(ctx context.Context, n waiting, a identity.Account, w Preferences) (p plan, err error) {
	tried := map[Channel]bool{}
	open := map[string]time.Time{}
	var current Channel
	for _, row := range n.rows {
		tried[row.network.channel()] = true
		if row.state == waits {
			current, open[string(row.network)+row.endpoint] = row.network.channel(), row.at
		}
	}
	var next []plan
	for _, c := range w.Order {
		if !w.Wants(n.Patient, n.Kind, c) || tried[c] && c != current {
			continue
		}
		list, err := s.targets(ctx, a, c)
		if err != nil {
			return p, err
		}
		if c == current {
			list = slices.DeleteFunc(list, func(t target) bool { _, ok := open[string(t.network)+t.endpoint]; return !ok })
		}
		if len(list) > 0 {
			next = append(next, plan{channel: c, targets: list, again: c == current})
		}
	}
	slices.SortStableFunc(next, func(x, y plan) int { // what was begun comes first
		switch {
		case x.again == y.again:
			return 0
		case x.again:
			return -1
		}
		return 1
	})
	if len(next) > 1 && next[0].again {
		for _, at := range open {
			if s.now().Sub(at) >= n.Kind.patience(n.step) {
				next = next[1:]
				break
			}
		}
	}
	if len(next) == 0 {
		return p, nil
	}
	p = next[0]
	p.more = len(next) > 1
	return p, nil
}

// step tells by one channel, at all its places at once.
func (s *Service) step(ctx context.Context, n waiting, a identity.Account, w Preferences, p plan, job *river.Job[tellJob]) error {
	claimed, err := s.claim(ctx, n, w, p)
	if err != nil {
		return err
	}
	if !claimed { // seen just now; or another run has it, and this changes nothing
		return s.end(ctx, n, dropped)
	}
	results := make([]error, len(p.targets))
	var all sync.WaitGroup
	for i, t := range p.targets {
		all.Go(func() { results[i] = s.carrier(t.network).Carry(ctx, t.address, s.word(n.Notice, a, t.network)) })
	}
	all.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second) // the answers are kept even when time is up
	defer cancel()
	out, err := s.settle(ctx, n, a, p, results, job.Attempt >= job.MaxAttempts)
	switch {
	case err != nil:
		return err
	case out.again != nil && out.after > 0:
		return Later(out.after)
	case out.again != nil:
		return out.again
	case p.more: // it says then how long it waits
		return Later(0)
	case out.failed != nil && !out.reached:
		return GiveUp(out.failed)
	}
	return nil
}

func (n waiting) stepAfter(p plan) int {
	if p.again {
		return n.step
	}
	return n.step + 1
}

// outcome is what became of a notice as a whole.
func (n waiting) outcome() state {
	best := dropped
	for _, row := range n.rows {
		switch row.state {
		case sent, gathered:
			return sent
		case unknown:
			best = unknown
		case refused, gone, waits:
			if best == dropped {
				best = refused
			}
		}
	}
	return best
}

// word is what is carried. Push and phones get the same words whatever it is about.
func (s *Service) word(n Notice, a identity.Account, by network) carrier.Word {
	id := s.link(n.Account, n.ID)
	w := carrier.Word{ID: id, Link: s.BaseURL.String() + "/n/" + id, Language: language(a.Locale), Until: n.Until, Urgent: n.Kind.urgent()}
	switch by {
	case byMail:
		w.Stop = s.stopURL(n.Account, n.Kind)
		w.Subject, w.Text = write(a.Locale, n.Kind, w.Link, w.Stop)
	case bySMS:
		w.Text = letters[w.Language][n.Kind].subject
	default:
		w.Text = rings[w.Language]
	}
	return w
}

// closed tells whether a notice is about something in a chart that is not open to
// its receiver any more: what waited, through quiet hours even, is not told then.
// That sharing itself has ended is told all the same, and so are visits, to whose
// guests the chart opens only when they begin.
func (s *Service) closed(ctx context.Context, n Notice) (bool, error) {
	if s.MayOpen == nil || n.Patient == "" || !slices.Contains([]Kind{Message, Appointment, Note, Result, Request}, n.Kind) {
		return false, nil
	}
	open, err := s.MayOpen(ctx, n.Account, n.Patient)
	return err == nil && !open, err
}

func (s *Service) waiting(ctx context.Context, job tellJob) (n waiting, err error) {
	n.Account, n.ID = job.Account, job.Notice
	var until, seenAt, changed int64
	read := s.DB.Read(ctx)
	err = read.QueryRow(`SELECT kind, patient, ref, until_at, seen_at, telling, telling_at, step FROM notices WHERE account = ? AND id = ?`, n.Account, n.ID).
		Scan(&n.Kind, &n.Patient, &n.Ref, &until, &seenAt, &n.telling, &changed, &n.step)
	if errors.Is(err, sql.ErrNoRows) {
		n.telling = dropped
		return n, nil
	}
	if err != nil {
		return n, err
	}
	if until != 0 {
		n.Until = time.UnixMicro(until)
	}
	n.seen, n.changed = seenAt != 0, time.UnixMicro(changed)
	n.rows, err = deliveries(read, n.Account, n.ID)
	return n, err
}

package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/notifications"
	"housecall/records"
)

// work does one turn of a job. A turn that the process does not survive is begun
// again by the queue, here or on another node.
func (s *Service) work(ctx context.Context, w workJob) error {
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	default:
		return notifications.Later(2 * time.Second)
	}
	more, err := s.Work(ctx, w.Job)
	if err == nil && more {
		return notifications.Later(time.Second)
	}
	return err
}

// Work does one turn of a job and tells whether there is more to do.
func (s *Service) Work(ctx context.Context, id string) (more bool, err error) {
	j, err := s.take(ctx, id)
	if err != nil || j == nil {
		return false, err
	}
	if err := s.stands(ctx, j); err != nil {
		return s.stumble(ctx, j, err)
	}
	end := time.Now().Add(s.Turn)
	turn := func() bool {
		select {
		case <-s.stopping:
			return false
		default:
			return time.Now().Before(end)
		}
	}
	if j.kind == "export" {
		more, err = s.export(ctx, j, turn)
	} else {
		more, err = s.bring(ctx, j, turn)
	}
	if errors.Is(err, errLost) {
		return false, nil
	}
	if err != nil && ctx.Err() == nil {
		return s.stumble(ctx, j, err)
	}
	return more, err
}

// stands refuses to go on with what somebody asked for who was cut off since: an
// import would go on to write what they send.
func (s *Service) stands(ctx context.Context, j *job) error {
	if s.Accounts == nil || j.family == "" {
		return nil
	}
	back, err := s.Accounts.TakenBack(ctx, j.family)
	if err == nil && back {
		err = fault.New(fault.Forbidden, "Who asked for this was cut off.").WithCode("scope")
	}
	return err
}

// take begins a turn; nil: there is nothing to do any more. The fence that it
// moves shuts out whoever still works on an earlier turn.
func (s *Service) take(ctx context.Context, id string) (j *job, err error) {
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE bulk_jobs SET state = ?, fence = fence + 1 WHERE id = ? AND state IN ('queued', 'running') AND expires_at > ?`, running, id, micros(s.Now()))
		if err != nil || n == 0 {
			return err
		}
		j, err = scanJob(c.QueryRow(jobColumns+`WHERE id = ?`, id))
		return err
	})
	return j, err
}

// stumble counts a turn that failed. After some the job has failed; what can
// never be done has failed at once.
func (s *Service) stumble(ctx context.Context, j *job, why error) (more bool, err error) {
	kind := fault.KindOf(why)
	final := j.failures+1 >= maxFails || kind == fault.Forbidden || kind == fault.NotFound || kind == fault.Gone || kind == fault.Invalid
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		if err := hold(c, j); err != nil {
			return err
		}
		if final {
			return s.finish(c, j, failed)
		}
		_, err := c.Exec(`UPDATE bulk_jobs SET failures = failures + 1 WHERE id = ?`, j.id)
		return err
	})
	if errors.Is(err, errLost) {
		return false, nil
	}
	if err == nil && final {
		slog.Warn("an export or import failed", "job", j.id, "err", why)
		return false, nil
	}
	return false, errors.Join(fmt.Errorf("bulk %s: %w", j.kind, why), err) // the queue tries again
}

// finish ends a job and has it swept when its time is over.
func (s *Service) finish(c *db.Conn, j *job, state string) error {
	now := s.Now()
	expires := now.Add(s.Keep)
	if _, err := c.Exec(`UPDATE bulk_jobs SET state = ?, finished_at = ?, expires_at = ? WHERE id = ?`, state, micros(now), micros(expires), j.id); err != nil {
		return err
	}
	return s.Jobs.EnqueueTx(c, sweepJob{j.id, micros(expires)}, expires)
}

// export does a turn of an export.
func (s *Service) export(ctx context.Context, j *job, turn func() bool) (more bool, err error) {
	var e Export
	var at records.ExportCursor
	if err := errors.Join(json.Unmarshal(j.request, &e), json.Unmarshal(j.at, &at)); err != nil {
		return false, err
	}
	if j.transaction == 0 {
		if err := s.settle(ctx, j, &e); err != nil {
			return false, err
		}
	}
	o, err := s.options(ctx, j.who, &e, moment(j.transaction))
	if err != nil {
		return false, err
	}
	sp := newSpool()
	for {
		page, err := s.Records.Export(ctx, j.who, o, at)
		if err != nil {
			return false, err
		}
		if err := collect(sp, &e, page.Items); err != nil {
			return false, err
		}
		at = page.Next
		if err := s.stands(ctx, j); err != nil { // cut off while this was read: nothing of it is kept
			return false, err
		}
		last := !turn()
		if !at.Done && !last && !sp.full() {
			continue
		}
		var end func(*db.Conn) error
		if at.Done {
			for _, note := range e.Notes {
				sp.add("error", outcomeType, 0, outcome("warning", "not-supported", note, ""))
			}
			end = func(c *db.Conn) error { return s.finish(c, j, done) }
		}
		if err := s.save(ctx, j, sp, at, end); err != nil {
			return false, err
		}
		if at.Done || last {
			return !at.Done, nil
		}
	}
}

// settle fixes the moment as of which everything is told, and how much there is
// to do.
func (s *Service) settle(ctx context.Context, j *job, e *Export) error {
	at, err := s.DB.Settle(ctx, s.Now, s.Skew)
	if err != nil {
		return err
	}
	at = at.Truncate(time.Millisecond) // as resources and clients write it
	o, err := s.options(ctx, j.who, e, at)
	if err != nil {
		return err
	}
	total, err := s.Records.ExportCharts(ctx, o.Patients)
	if err != nil {
		return err
	}
	j.transaction, j.total = micros(at), total
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		if err := hold(c, j); err != nil {
			return err
		}
		_, err := c.Exec(`UPDATE bulk_jobs SET transaction_time = ?, total = ? WHERE id = ?`, j.transaction, j.total, j.id)
		return err
	})
}

// progress words how far a job came.
func (j *job) progress() string {
	var at struct {
		Charts int64 `json:"n"`
	}
	_ = json.Unmarshal(j.at, &at)
	switch {
	case j.state == queued:
		return "waiting for its turn"
	case j.kind == "import":
		return fmt.Sprintf("file %d of %d", min(at.Charts+1, j.total), j.total)
	case j.total == 0:
		return "beginning"
	}
	return fmt.Sprintf("%d of %d charts", min(at.Charts, j.total), j.total)
}

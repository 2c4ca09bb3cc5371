package notifications

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"housecall/internal/db"
)

// Job is something to be done later, written in the transaction that asks for
// it. It holds ids and times only: jobs stay readable in the database for a while
// after they are done. Two jobs with the same content are one.
type Job interface{ Kind() string }

const (
	jobTime    = time.Minute     // one run of one job
	abandoned  = 3 * time.Minute // a job of a node that died is taken up by another
	maxTries   = 20
	stopWithin = 10 * time.Second
	jobConns   = 6

	pollPostgres = 2 * time.Second        // a notification comes first, with the commit that asks for a job
	pollSQLite   = 500 * time.Millisecond // nothing wakes it there
)

// runner is a River client of either engine.
type runner interface {
	Start(context.Context) error
	Stop(context.Context) error
	StopAndCancel(context.Context) error
}

// queue is the job queue, whose tables are in the same database as all else.
type queue struct {
	db      *db.DB
	insert  *river.Client[*sql.Tx]
	workers *river.Workers
	often   []*river.PeriodicJob
	runner  runner
	pool    *pgxpool.Pool
}

func (q *queue) prepare(d *db.DB) (err error) {
	q.db, q.workers = d, river.NewWorkers()
	q.insert, err = river.NewClient(d.JobDriver(), &river.Config{MaxAttempts: maxTries, Logger: quietLog})
	return err
}

// quietLog: what goes wrong is told by our own log, in our own words.
var quietLog = slog.New(slog.DiscardHandler)

// EnqueueTx asks for a job at a time (zero: now) in this transaction: rolled back,
// it was never asked for. Any node does it, once it is due; if it fails, it is
// tried again, ever more seldom. A job with the same content that waits or was
// done within the last day is not added again.
//
// Whoever does a job looks at what is true then, not at what was true when it was
// asked for, so nothing has to be taken back. That is how telehealth/schedule
// reminds of visits: while booking or moving an appointment it enqueues, in the
// same transaction, a job {Appointment, Start, Before} for a day and another for
// 15 minutes before the start. Its worker, registered with AddWorker, reads the
// appointment and does nothing if it is cancelled or no longer starts at Start;
// otherwise it posts, in one transaction and for each person with a seat, a Notice
// of kind Visit with the ID "remind/<appointment>/<start>/<before>" and Until =
// Start.
func (s *Service) EnqueueTx(c *db.Conn, job Job, at time.Time) error {
	tx, err := c.Tx()
	if err != nil {
		return err
	}
	_, err = s.insert.InsertTx(c.Context(), tx, job, &river.InsertOpts{ScheduledAt: at, UniqueOpts: river.UniqueOpts{ByArgs: true}})
	return err
}

// AddWorker says who does the jobs of a kind. Call it before Start. A job may run
// twice when a node dies in the middle, so it must be fit for that; its error is
// kept and must name nobody.
func AddWorker[T Job](s *Service, work func(ctx context.Context, job T) error) error {
	return addWorker(s, func(ctx context.Context, job *river.Job[T]) error { return work(ctx, job.Args) })
}

// Every has something done now and then, once for all nodes. Call it before Start.
func Every[T Job](s *Service, job T, every time.Duration, work func(context.Context) error) error {
	s.often = append(s.often, again(job, every))
	return AddWorker(s, func(ctx context.Context, _ T) error { return work(ctx) })
}

func again(job Job, every time.Duration) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) {
		return job, &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: every}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}

func addWorker[T Job](s *Service, work func(ctx context.Context, job *river.Job[T]) error) error {
	if s.runner != nil {
		return errors.New("notifications: a worker came after the start")
	}
	return river.AddWorkerSafely(s.workers, river.WorkFunc(work))
}

// Later makes a job's worker put it off, without counting it as a failure.
func Later(d time.Duration) error { return river.JobSnooze(max(d, time.Second)) }

// GiveUp makes a job fail for good.
func GiveUp(err error) error { return river.JobCancel(err) }

// Start begins to work through the queue.
func (s *Service) Start(ctx context.Context) error {
	if s.runner != nil {
		return errors.New("notifications: started before")
	}
	cfg := &river.Config{
		Workers: s.workers, JobTimeout: jobTime, RescueStuckJobsAfter: abandoned, MaxAttempts: maxTries, Logger: quietLog,
		RetryPolicy: backoff{}, ErrorHandler: failures{s.Log}, PeriodicJobs: append(s.often, again(sweepJob{}, sweepEvery)),
	}
	cfg.FetchPollInterval = pollPostgres
	if s.db.Dialect == db.SQLite {
		cfg.FetchPollInterval = pollSQLite
	}
	if s.Poll > 0 {
		cfg.FetchPollInterval = s.Poll
	}
	cfg.FetchCooldown = min(cfg.FetchPollInterval, river.FetchCooldownDefault)
	if s.db.Dialect == db.Postgres {
		pool, err := s.db.JobPool(ctx, jobConns)
		if err != nil {
			return err
		}
		s.pool = pool
		cfg.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 8}}
		return run(s, riverpgxv5.New(pool), cfg)
	}
	writer, err := s.db.Writer()
	if err != nil {
		return err
	}
	cfg.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}}
	return run(s, riversqlite.New(writer), cfg)
}

func run[T any](s *Service, driver riverdriver.Driver[T], cfg *river.Config) error {
	client, err := river.NewClient(driver, cfg)
	if err == nil {
		// The caller's context ends the start, not the work: Stop does that.
		err = client.Start(context.Background())
	}
	if err != nil {
		s.closePool()
		return err
	}
	s.runner = client
	return nil
}

// Stop takes no more jobs and waits for those under way; what does not end is cut
// off and done again later. It may be called twice, and before Start.
func (s *Service) Stop() {
	if s.runner == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := s.runner.Stop(ctx); err != nil {
		hard, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		_ = s.runner.StopAndCancel(hard)
	}
	s.closePool()
}

func (s *Service) closePool() {
	if s.pool != nil {
		s.pool.Close()
	}
}

// backoff: 10 seconds, doubled each time, at most an hour; 20 tries are some 13
// hours. It counts failures, not the times that a job was put off.
type backoff struct{}

func (backoff) NextRetry(job *rivertype.JobRow) time.Time {
	wait := min(10*time.Second<<min(len(job.Errors), 10), time.Hour)
	return time.Now().Add(wait + rand.N(wait/5))
}

type failures struct{ log *slog.Logger }

func (f failures) HandleError(_ context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	f.log.Warn("a job failed", "kind", job.Kind, "job", job.ID, "try", job.Attempt, "of", job.MaxAttempts, "err", err)
	return nil
}

func (f failures) HandlePanic(_ context.Context, job *rivertype.JobRow, _ any, _ string) *river.ErrorHandlerResult {
	f.log.Error("a job panicked", "kind", job.Kind, "job", job.ID, "try", job.Attempt)
	return nil
}

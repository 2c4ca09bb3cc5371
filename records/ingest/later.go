package ingest

import (
	"context"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/notifications"
)

// matchJob asks for a Patient that somebody wrote to be compared with everybody
// who is here. Version keeps the writings of one apart.
type matchJob struct {
	Patient string `json:"patient"`
	Version int64  `json:"version"`
}

// Kind names the job in the queue.
func (matchJob) Kind() string { return "match" }

// drainJob asks for what waits of a sender to be let in as far as everything that
// it refers to is here. At keeps those of one sender apart.
type drainJob struct {
	Source string `json:"source"`
	At     int64  `json:"at"`
}

// Kind names the job in the queue.
func (drainJob) Kind() string { return "drain" }

// keeper is who does what was asked for later.
var keeper = identity.SystemPrincipal("import")

// work adds the importer's workers to the queue. Patients that come in by another
// way than an import are compared as imported ones are, a moment later: whoever
// writes one does not wait for it, and of two that are written at once each is
// compared with the other.
func (im *Importer) work() error {
	im.store.OnPatient(func(c *db.Conn, patient string, version int64) error {
		return im.jobs.EnqueueTx(c, matchJob{patient, version}, time.Time{})
	})
	if err := notifications.AddWorker(im.jobs, im.match); err != nil {
		return err
	}
	return notifications.AddWorker(im.jobs, func(ctx context.Context, j drainJob) error { return im.letIn(ctx, j.Source) })
}

func (im *Importer) match(ctx context.Context, j matchJob) error {
	r := im.start(keeper, Options{})
	return im.db.InTx(ctx, func(c *db.Conn) error {
		_, err := r.suggestFor(c, j.Patient)
		return err
	})
}

// letIn lets in what waits of a sender and has everything by now.
func (im *Importer) letIn(ctx context.Context, source string) error {
	r := im.start(keeper, Options{Workers: 1})
	r.anyWaiting.Store(true)
	return r.drainAll(ctx, []string{source})
}

// start makes a run that reads no files.
func (im *Importer) start(who identity.Principal, opts Options) *run {
	return &run{Importer: im, who: who, opts: opts, report: &Report{Types: map[string]*Counts{}}, progress: func(int64, int64, string) {}}
}

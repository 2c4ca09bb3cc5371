package records

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
)

const (
	relabelLease = 30 * time.Second
	relabelLook  = 30 * time.Second // how often a node looks whether there is something to do
	relabelTime  = 2 * time.Minute  // for one chart
)

// Relabeller relabels what was written by older rules, in the background: one node
// of all at a time, one chart after the other.
type Relabeller struct {
	store  *Store
	holder string
	log    *slog.Logger
	every  time.Duration

	mu   sync.Mutex
	stop context.CancelFunc
	done sync.WaitGroup
}

// NewRelabeller makes one for a node.
func NewRelabeller(s *Store, node string) *Relabeller {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return &Relabeller{store: s, holder: node + "/" + hex.EncodeToString(b[:]), log: slog.Default(), every: relabelLook}
}

// Start begins to look for work.
func (r *Relabeller) Start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		return nil
	}
	ctx, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	r.done.Go(func() { r.run(ctx) })
	return nil
}

// Stop ends after the transaction under way. It may be called twice, or before
// Start.
func (r *Relabeller) Stop() {
	r.mu.Lock()
	stop := r.stop
	r.mu.Unlock()
	if stop != nil {
		stop()
	}
	r.done.Wait()
}

func (r *Relabeller) run(ctx context.Context) {
	tick := time.NewTicker(r.every)
	defer tick.Stop()
	troubled := false
	for {
		err := r.Round(ctx)
		if err != nil && ctx.Err() == nil && !troubled {
			r.log.Error("charts cannot be relabelled now; trying on", "err", err)
		}
		troubled = err != nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Round relabels all that is left, if no other node does.
func (r *Relabeller) Round(ctx context.Context) error {
	any, err := r.left(ctx)
	if err != nil || !any {
		return err
	}
	var left error // of a chart that could not be done
	if held, err := r.hold(ctx); err != nil || !held {
		return err
	}
	defer r.release(ctx)
	r.log.Info("charts are relabelled by new rules", "rules", r.store.labelRules)
	if err := r.store.relabelShared(ctx); err != nil {
		return err
	}
	for patient := ""; ; {
		if patient, err = r.next(ctx, patient); err != nil || patient == "" {
			return errors.Join(err, left)
		}
		if held, err := r.hold(ctx); err != nil || !held {
			return err
		}
		work, cancel := context.WithTimeout(ctx, relabelTime)
		err = r.store.relabelChart(work, patient)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !fault.Is(err, fault.NotFound) { // it stays, and holds up no other
			left = err
		}
	}
}

// left tells whether there is anything to do, without taking the lease.
func (r *Relabeller) left(ctx context.Context) (any bool, err error) {
	err = r.store.db.Read(ctx).QueryRow(`SELECT EXISTS (SELECT 1 FROM charts WHERE label_rules < ?) OR EXISTS (SELECT 1 FROM relabelling WHERE rules < ?)`,
		r.store.labelRules, r.store.labelRules).Scan(&any)
	return any, err
}

func (r *Relabeller) next(ctx context.Context, after string) (patient string, err error) {
	err = r.store.db.Read(ctx).QueryRow(`SELECT patient_id FROM charts WHERE label_rules < ? AND patient_id > ? ORDER BY patient_id LIMIT 1`, r.store.labelRules, after).Scan(&patient)
	if isNoRows(err) {
		return "", nil
	}
	return patient, err
}

// hold takes or renews the lease. What two nodes do at once is still right: each
// transaction has the chart to itself.
func (r *Relabeller) hold(ctx context.Context) (held bool, err error) {
	now := r.store.now()
	err = r.store.db.InTx(ctx, func(c *db.Conn) error {
		n, err := c.Exec(`UPDATE relabelling SET holder = ?, until = ? WHERE id = 1 AND (holder = ? OR until < ?)`,
			r.holder, now.Add(relabelLease).UnixMicro(), r.holder, now.UnixMicro())
		held = n == 1
		return err
	})
	return held, err
}

func (r *Relabeller) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = r.store.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE relabelling SET holder = '', until = 0 WHERE id = 1 AND holder = ?`, r.holder)
		return err
	})
}

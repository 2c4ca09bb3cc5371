package subscription

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/internal/identity/egress"
	"housecall/internal/sitekey"
	"housecall/records"
	"housecall/records/access"
)

// Bounds.
const (
	maxPerOwner  = 20 // subscriptions of one app for one account that are not over
	keepFor      = 7 * 24 * time.Hour
	keepOff      = 30 * 24 * time.Hour // subscriptions that are over can be read so long
	maxInFlight  = 256
	maxPerTarget = 4 // calls at one time for one owner
	batchEvents  = 500
	errorAfter   = 4              // failures in a row
	offAfter     = 24 * time.Hour // of failures
	maxBackoff   = 10 * time.Minute
	leaseTime    = 5 * time.Second
	lookEvery    = 2 * time.Second // at whether subscribers still stand
)

// Standing tells who acts under an authorization now.
type Standing interface {
	Standing(ctx context.Context, family string) (identity.Principal, error)
}

// Deps is what the Service works with.
type Deps struct {
	DB       *db.DB
	Records  *records.Store
	Access   *access.Service
	Accounts Standing
	Key      *sitekey.Ring
	BaseURL  string // of the FHIR face, as https://host/fhir
	Node     string
	Hosts    []string // that hooks may be at (egress.Way); nil: any
	Private  bool     // hooks may be http and inside the network: for a site that is for this machine only
	Log      *slog.Logger

	Now       func() time.Time // nil: time.Now
	NewID     func() string    // nil: UUIDv7
	Every     time.Duration    // how often the order is looked at; 0: 200 ms
	Backoff   time.Duration    // before the second try; 0: 1 s
	Heartbeat time.Duration    // the shortest that may be asked for; 0: 10 s
	Waiting   int              // changes that may wait for one subscription; beyond it ends; 0: 10,000
	Kept      int              // changes that were told and can be asked for again; 0: 1,000
}

// Service keeps subscriptions and tells subscribers.
type Service struct {
	db           *db.DB
	records      *records.Store
	access       *access.Service
	accounts     Standing
	seal         *sitekey.Sealer
	base         string
	way          egress.Way
	minHeartbeat int64
	client       *http.Client
	topics       []Topic
	log          *slog.Logger
	now          func() time.Time
	newID        func() string
	every        time.Duration
	backoff      time.Duration
	waiting      int
	kept         int
	holder       string
	revoked      revoked

	mu       sync.Mutex
	stop     context.CancelFunc
	done     sync.WaitGroup
	inFlight map[string]string // subscription -> owner
	fence    int64             // of the lease; 0: not held
	renewed  time.Time
	looked   time.Time
	pruned   time.Time
	troubled bool
}

// SealPurpose is what the headers of hooks are sealed for.
const SealPurpose = "subscription headers"

// New makes a Service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Records == nil || d.Access == nil || d.Accounts == nil || d.Key == nil || d.BaseURL == "" {
		return nil, errors.New("subscription: database, records, access, accounts and base URL are needed")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if d.Every == 0 {
		d.Every = 200 * time.Millisecond
	}
	if d.Backoff == 0 {
		d.Backoff = time.Second
	}
	if d.Heartbeat == 0 {
		d.Heartbeat = minHeartbeat * time.Second
	}
	if d.Waiting == 0 {
		d.Waiting = 10_000
	}
	if d.Kept == 0 {
		d.Kept = 1_000
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	var b [6]byte
	_, _ = rand.Read(b[:])
	way := egress.Way{Private: d.Private, Hosts: d.Hosts}
	client := way.Client()
	client.Timeout = 0 // each call has its own deadline
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Service{
		db: d.DB, records: d.Records, access: d.Access, accounts: d.Accounts, seal: d.Key.Sealer(SealPurpose), base: d.BaseURL, way: way,
		minHeartbeat: max(1, int64(d.Heartbeat/time.Second)), client: client, topics: Topics(d.BaseURL), log: d.Log, now: d.Now, newID: d.NewID,
		every: d.Every, backoff: d.Backoff, waiting: d.Waiting, kept: d.Kept, holder: d.Node + "/" + hex.EncodeToString(b[:]), inFlight: map[string]string{}, revoked: newRevoked(),
	}, nil
}

// Topics are those that can be subscribed to.
func (s *Service) Topics() []Topic { return s.topics }

func (s *Service) micros() int64 { return s.now().UnixMicro() }

// Start takes part in handing out changes.
func (s *Service) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		return nil
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.done.Go(func() { s.run(ctx) })
	s.done.Go(func() { s.follow(ctx) })
	return nil
}

// Stop ends calls under way, gives the lease back and ends. It may be called twice,
// or before Start.
func (s *Service) Stop() {
	s.mu.Lock()
	stop := s.stop
	s.mu.Unlock()
	if stop != nil {
		stop()
	}
	s.done.Wait()
}

func (s *Service) run(ctx context.Context) {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.release()
			return
		case <-tick.C:
		}
		err := s.round(ctx)
		if err != nil && ctx.Err() == nil {
			s.fence = 0
			if !s.troubled {
				s.log.Error("subscriptions cannot be served; trying on", "err", err)
			}
		}
		s.troubled = err != nil
	}
}

// round is what the node that holds the lease does: hand out changes, look at who
// still stands, and take up the calls that are due.
func (s *Service) round(ctx context.Context) error {
	work, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	held, err := s.hold(work)
	if err != nil || !held {
		return err
	}
	for {
		more, err := s.handOut(work)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	now := s.now()
	if now.Sub(s.looked) >= lookEvery {
		s.looked = now
		if err := s.look(work, ""); err != nil {
			return err
		}
	}
	if now.Sub(s.pruned) >= time.Hour {
		s.pruned = now
		if err := s.prune(work); err != nil {
			return err
		}
	}
	return s.takeUp(ctx, work)
}

// hold takes or renews the lease. The fencing number keeps out one that lost it.
func (s *Service) hold(ctx context.Context) (bool, error) {
	now := s.now()
	if s.fence != 0 && now.Sub(s.renewed) < leaseTime/3 && !now.Before(s.renewed) {
		return true, nil
	}
	taken := s.fence == 0
	s.fence = 0
	var fence int64
	err := s.db.InTx(ctx, func(c *db.Conn) error {
		return c.QueryRow(`UPDATE subscription_state SET holder = ?, fence = CASE WHEN holder = ? THEN fence ELSE fence + 1 END, until = ?
			WHERE id = 1 AND (holder = ? OR until < ?) RETURNING fence`,
			s.holder, s.holder, now.Add(leaseTime).UnixMicro(), s.holder, now.UnixMicro()).Scan(&fence)
	})
	if isNoRows(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if taken {
		if err := s.renumber(ctx); err != nil {
			return false, err
		}
	}
	s.fence, s.renewed = fence, now
	return true, nil
}

// renumber moves the places that are kept when the database was restored elsewhere.
func (s *Service) renumber(ctx context.Context) error {
	moved, err := s.records.Renumber(ctx)
	if err != nil || !moved {
		return err
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		for _, q := range []string{`UPDATE subscription_state SET tx = 0`, `UPDATE subscriptions SET from_tx = 0`} {
			if _, err := c.Exec(q); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) release() {
	if s.fence == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaseTime)
	defer cancel()
	_ = s.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE subscription_state SET holder = '', until = 0 WHERE id = 1 AND fence = ?`, s.fence)
		return err
	})
	s.fence = 0
}

// prune forgets what nobody can ask for any more.
func (s *Service) prune(ctx context.Context) error {
	now := s.now()
	return s.db.InTx(ctx, func(c *db.Conn) error {
		for _, q := range []struct {
			query string
			args  []any
		}{
			{`DELETE FROM subscription_events WHERE number > 0 AND at < ? AND number <= (SELECT delivered FROM subscriptions s WHERE s.id = subscription)`, []any{now.Add(-keepFor).UnixMicro()}},
			{`DELETE FROM subscription_events WHERE number > 0 AND number <= (SELECT s.delivered - ? FROM subscriptions s WHERE s.id = subscription)`, []any{s.kept}},
			{`DELETE FROM subscription_tokens WHERE expires_at < ?`, []any{now.UnixMicro()}},
			{`DELETE FROM subscriptions WHERE status = 'off' AND last_updated < ?`, []any{now.Add(-keepOff).UnixMicro()}},
		} {
			if _, err := c.Exec(q.query, q.args...); err != nil {
				return err
			}
		}
		return nil
	})
}

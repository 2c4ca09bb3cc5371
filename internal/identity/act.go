package identity

import (
	"context"

	"housecall/internal/db"
)

// Act is something that happened to an account, a sign-in or an app's
// authorization, for the audit. It holds ids and machine words only.
type Act struct {
	Who     Principal // Anonymous: nobody was signed in
	Account string    // whom it happened to; empty: Who
	Action  string    // login logout create update delete
	Outcome string    // "ok", "refused", "failed"; empty: ok
	Detail  string    // what it was: "password", "session", "client:growth-chart"
}

// Recorder writes acts in the caller's transaction: they are kept when what they
// tell of happened, and never without it. The audit lies above this package.
type Recorder func(c *db.Conn, acts ...Act) error

func (s *Service) recordTx(c *db.Conn, acts ...Act) error {
	if s.record == nil {
		return nil
	}
	return s.record(c, acts...)
}

// RecordTx is for the provider and the login, which stand above this package.
func (s *Service) RecordTx(c *db.Conn, acts ...Act) error { return s.recordTx(c, acts...) }

// Record keeps acts that nothing else was written for: refusals, mostly.
func (s *Service) Record(ctx context.Context, acts ...Act) error {
	if s.record == nil {
		return nil
	}
	return s.db.InTx(ctx, func(c *db.Conn) error { return s.record(c, acts...) })
}

package identity

import (
	"context"
	"time"

	"housecall/internal/db"
)

const (
	sweepEvery = 20 * time.Second
	sweepBatch = 100
	// sweepOld: whose session was over for so long is told nothing any more. It was so
	// while no node was at work.
	sweepOld = 24 * time.Hour
)

// Sweep ends the sessions that idled out or grew too old, as if their people had signed
// out: the tokens made in them end, but those with offline_access, and the apps that
// take part are told. They open nothing since they ran out; this is for who cannot see
// that. Of several nodes one ends each.
func (s *Service) Sweep(ctx context.Context) error {
	if err := s.closeOld(ctx); err != nil {
		return err
	}
	for {
		now := s.now()
		idle, old := micros(now.Add(-SessionIdle)), micros(now)
		ids, err := idsOf(s.db.Read(ctx), `SELECT id FROM sessions WHERE ended_at = 0 AND (last_at <= ? OR expires_at <= ?) ORDER BY last_at LIMIT ?`, idle, old, sweepBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := s.db.InTx(ctx, func(c *db.Conn) error { return s.sweepTx(c, id, idle, old) }); err != nil {
				return err
			}
		}
	}
}

func (s *Service) sweepTx(c *db.Conn, id string, idle, old int64) error {
	// Somebody may have come back, or another node been first.
	n, err := c.Exec(`UPDATE sessions SET last_at = last_at WHERE id = ? AND ended_at = 0 AND (last_at <= ? OR expires_at <= ?)`, id, idle, old)
	if err != nil || n == 0 {
		return err
	}
	var account string
	if err := c.QueryRow(`SELECT account FROM sessions WHERE id = ?`, id).Scan(&account); err != nil {
		return err
	}
	if err := s.recordTx(c, Act{Account: account, Action: "logout", Detail: "session ran out"}); err != nil {
		return err
	}
	return s.endSessionTx(c, id)
}

// closeOld closes what ran out long ago, without a word to anybody.
func (s *Service) closeOld(ctx context.Context) error {
	before := micros(s.now().Add(-sweepOld))
	return s.db.InTx(ctx, func(c *db.Conn) error {
		_, err := c.Exec(`UPDATE sessions SET ended_at = CASE WHEN expires_at < ? THEN expires_at ELSE ? END WHERE ended_at = 0 AND last_at < ?`, before, before, before)
		return err
	})
}

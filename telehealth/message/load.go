package message

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
)

// Load is what lies with one person of a pool: numbers, and no message.
type Load struct {
	Account  string `json:"account"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Out      bool   `json:"out" doc:"Somebody stands in for them"`
	Open     int    `json:"open"`
	Overdue  int    `json:"overdue"`
	Answered int    `json:"answered" doc:"In the last 30 days, counted up to 500"`
	Median   int    `json:"median" doc:"Minutes of opening time that half of these answers took"`
}

const (
	loadOver = 30 * 24 * time.Hour
	loadMost = 500
)

// LoadOf tells how much lies with whom: to who is in the pool, and administrators.
func (s *Service) LoadOf(ctx context.Context, who identity.Principal, pool string) ([]Load, error) {
	members, err := s.Pools.Members(ctx, who, pool)
	if err != nil {
		return nil, err
	}
	c, now := s.DB.Read(ctx), s.now()
	out := make([]Load, 0, len(members))
	for _, m := range members {
		if m.Role == string(identity.FrontDesk) || m.From.After(s.Now()) {
			continue
		}
		l := Load{Account: m.Account, Name: m.Name, Role: m.Role, Out: m.Out}
		if err := c.QueryRow(`SELECT count(*), COALESCE(sum(CASE WHEN waits_since > 0 AND due_at < ? THEN 1 ELSE 0 END), 0) FROM threads WHERE claimed_by = ? AND claimed_by <> '' AND state = 1 AND pool = ?`,
			now, m.Account, pool).Scan(&l.Open, &l.Overdue); err != nil {
			return nil, err
		}
		minutes, err := s.answers(c, m.Account, pool)
		if err != nil {
			return nil, err
		}
		if l.Answered = len(minutes); l.Answered > 0 {
			l.Median = minutes[(len(minutes)-1)/2]
		}
		out = append(out, l)
	}
	return out, nil
}

// answers gives how long somebody's newest answers took, the shortest first.
func (s *Service) answers(c *db.Conn, account, pool string) (minutes []int, err error) {
	err = c.Each(`SELECT minutes FROM thread_answers WHERE account = ? AND pool = ? AND at > ? ORDER BY at DESC LIMIT ?`, func(r *sql.Rows) error {
		var m int
		err := r.Scan(&m)
		minutes = append(minutes, m)
		return err
	}, account, pool, s.now()-loadOver.Microseconds(), loadMost)
	slices.Sort(minutes)
	return minutes, err
}

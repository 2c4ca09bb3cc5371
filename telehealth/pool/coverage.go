package pool

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Coverage says who stands in for somebody who is out: a person, or a pool.
type Coverage struct {
	ID        string    `json:"id"`
	Account   string    `json:"account"`
	Name      string    `json:"name"`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until"`
	ByAccount string    `json:"byAccount,omitempty"`
	ByPool    string    `json:"byPool,omitempty"`
	ByName    string    `json:"byName"`
}

// maxOut is how long somebody can be out in one piece.
const maxOut = 366 * 24 * time.Hour

// Cover keeps that somebody is out. Everybody says so of themselves,
// administrators of others.
func (s *Service) Cover(ctx context.Context, who identity.Principal, v Coverage) (Coverage, error) {
	if err := works(who); err != nil {
		return v, err
	}
	if v.Account == "" {
		v.Account = who.Account
	}
	if v.Account != who.Account {
		if err := manages(who); err != nil {
			return v, err
		}
	}
	now := s.Now()
	if v.From.Before(now) {
		v.From = now
	}
	switch {
	case (v.ByAccount == "") == (v.ByPool == "") || v.ByAccount == v.Account:
		return v, fault.New(fault.Invalid, "Choose one other person, or one pool, to stand in.")
	case !v.Until.After(v.From) || v.Until.Sub(v.From) > maxOut:
		return v, fault.New(fault.Invalid, "The end must be after the beginning, and within a year of it.")
	}
	v.ID = s.NewID()
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		query, by := `SELECT name FROM accounts WHERE id = ? AND kind = 2 AND active`, v.ByAccount
		if v.ByPool != "" {
			query, by = `SELECT name FROM pools WHERE id = ? AND active`, v.ByPool
		}
		err := c.QueryRow(query, by).Scan(&v.ByName)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Invalid, "Choose one other person, or one pool, to stand in.")
		}
		if err == nil {
			err = c.QueryRow(`SELECT name FROM accounts WHERE id = ? AND kind = 2 AND active`, v.Account).Scan(&v.Name)
		}
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Invalid, "Choose somebody of the clinic.")
		}
		if err != nil {
			return err
		}
		var overlaps int
		if err := c.QueryRow(`SELECT count(*) FROM coverage WHERE account = ? AND start_at < ? AND end_at > ?`, v.Account, micros(v.Until), micros(v.From)).Scan(&overlaps); err != nil {
			return err
		}
		if overlaps > 0 {
			return fault.New(fault.Conflict, "Somebody stands in for that time already. End that first.")
		}
		if _, err := c.Exec(`INSERT INTO coverage (id, account, start_at, end_at, by_account, by_pool, moved, created_by, created_at) VALUES `+db.Placeholders(1, 9),
			v.ID, v.Account, micros(v.From), micros(v.Until), v.ByAccount, v.ByPool, false, who.Account, micros(now)); err != nil {
			return err
		}
		return s.changed(c, who, v.ByPool, "cover")
	})
	return v, err
}

// Back ends a coverage at once: they are there again, or it was a mistake.
func (s *Service) Back(ctx context.Context, who identity.Principal, id string) error {
	if err := works(who); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		var account string
		err := c.QueryRow(`SELECT account FROM coverage WHERE id = ? AND end_at > ?`, id, s.now()).Scan(&account)
		if errors.Is(err, sql.ErrNoRows) || err == nil && account != who.Account && manages(who) != nil {
			return fault.New(fault.NotFound, "We could not find that.")
		}
		if err != nil {
			return err
		}
		if _, err := c.Exec(`UPDATE coverage SET end_at = CASE WHEN start_at > ? THEN start_at ELSE ? END, moved = ? WHERE id = ?`, s.now(), s.now(), true, id); err != nil {
			return err
		}
		return s.changed(c, who, "", "back")
	})
}

// Coverages lists who is out now or will be: all to administrators, to others
// their own and those in which they stand in.
func (s *Service) Coverages(ctx context.Context, who identity.Principal) ([]Coverage, error) {
	if err := works(who); err != nil {
		return nil, err
	}
	cond, args := ``, []any{s.now()}
	if manages(who) != nil {
		cond, args = ` AND (v.account = ? OR v.by_account = ?)`, append(args, who.Account, who.Account)
	}
	out := []Coverage{}
	err := s.DB.Read(ctx).Each(`SELECT v.id, v.account, a.name, v.start_at, v.end_at, v.by_account, v.by_pool, COALESCE(b.name, p.name, '') FROM coverage v JOIN accounts a ON a.id = v.account
		LEFT JOIN accounts b ON b.id = v.by_account LEFT JOIN pools p ON p.id = v.by_pool WHERE v.end_at > ? AND v.end_at > v.start_at`+cond+` ORDER BY v.start_at, v.id LIMIT ?`, func(r *sql.Rows) error {
		var v Coverage
		var from, until int64
		err := r.Scan(&v.ID, &v.Account, &v.Name, &from, &until, &v.ByAccount, &v.ByPool, &v.ByName)
		v.From, v.Until = moment(from), moment(until)
		out = append(out, v)
		return err
	}, append(args, maxPools)...)
	return out, err
}

// Owner is who has a thread: a person, or else a pool.
type Owner struct{ Account, Pool string }

// maxHops bounds how often somebody who stands in is out themselves.
const maxHops = 5

// PresentTx gives who stands in for somebody, and whether they are out at all. When
// everybody down the line is out, or they stand in for each other, it is nobody.
func (s *Service) PresentTx(c *db.Conn, account string) (to Owner, out bool, err error) {
	now := s.now()
	to.Account = account
	for range maxHops {
		var next Owner
		err := c.QueryRow(`SELECT by_account, by_pool FROM coverage WHERE account = ? AND start_at <= ? AND end_at > ? ORDER BY created_at DESC LIMIT 1`, to.Account, now, now).
			Scan(&next.Account, &next.Pool)
		if errors.Is(err, sql.ErrNoRows) {
			return to, out, nil
		}
		if err != nil {
			return to, out, err
		}
		if to, out = next, true; to.Account == "" || to.Account == account {
			break
		}
	}
	if to.Account != "" {
		to = Owner{}
	}
	return to, out, nil
}

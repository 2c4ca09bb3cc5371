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

// Cover keeps that somebody is out. Everybody says so of themselves, who leads a pool
// of its members, administrators of all. Who stands in gets no chart by it: what they
// may not see goes to the pool.
func (s *Service) Cover(ctx context.Context, who identity.Principal, v Coverage) (Coverage, error) {
	if err := works(who); err != nil {
		return v, err
	}
	if v.Account == "" {
		v.Account = who.Account
	}
	now := s.Now()
	if v.From.Before(now) {
		v.From = now
	}
	switch {
	case (v.ByAccount == "") == (v.ByPool == "") || v.ByAccount == v.Account:
		return v, fault.New(fault.Invalid, "Choose one other person, or one pool, to stand in.").WithIssues(where("by"))
	case !v.Until.After(v.From) || v.Until.Sub(v.From) > maxOut:
		return v, fault.New(fault.Invalid, "The end must be after the beginning, and within a year of it.").WithIssues(where("until"))
	}
	v.ID = s.NewID()
	err := s.DB.InTx(ctx, func(c *db.Conn) error {
		if err := s.speaksForTx(c, who, v.Account); err != nil {
			return err
		}
		if err := s.standInTx(c, &v); err != nil {
			return err
		}
		err := c.QueryRow(`SELECT name FROM accounts WHERE id = ? AND kind = 2 AND active`, v.Account).Scan(&v.Name)
		if errors.Is(err, sql.ErrNoRows) {
			err = fault.New(fault.Invalid, "Choose somebody of the clinic.").WithIssues(where("account"))
		}
		if err != nil {
			return err
		}
		var overlaps int
		if err := c.QueryRow(`SELECT count(*) FROM coverage WHERE account = ? AND start_at < ? AND end_at > ?`, v.Account, micros(v.Until), micros(v.From)).Scan(&overlaps); err != nil {
			return err
		}
		if overlaps > 0 {
			return fault.New(fault.Conflict, "Somebody stands in for that time already. End that first.").WithIssues(where("from"))
		}
		if _, err := c.Exec(`INSERT INTO coverage (id, account, start_at, end_at, by_account, by_pool, moved, created_by, created_at) VALUES `+db.Placeholders(1, 9),
			v.ID, v.Account, micros(v.From), micros(v.Until), v.ByAccount, v.ByPool, false, who.Account, micros(now)); err != nil {
			return err
		}
		return s.changed(c, who, v.ByPool, "cover")
	})
	return v, err
}

// standInTx finds who stands in: a doctor or nurse, or a pool that has not ended.
func (s *Service) standInTx(c *db.Conn, v *Coverage) error {
	query, by := `SELECT name FROM accounts WHERE id = ? AND kind = 2 AND active`, v.ByAccount
	if v.ByPool != "" {
		query, by = `SELECT name FROM pools WHERE id = ? AND active`, v.ByPool
	}
	err := c.QueryRow(query, by).Scan(&v.ByName)
	can := true
	if err == nil && v.ByAccount != "" {
		can, err = answersTx(c, v.ByAccount)
	}
	if errors.Is(err, sql.ErrNoRows) || err == nil && !can {
		err = fault.New(fault.Invalid, "Only a doctor, a nurse or a pool can stand in.").WithIssues(where("by"))
	}
	return err
}

// leads gives the condition that somebody leads a pool in which an account is now.
func (s *Service) leads(who identity.Principal, account string) (string, []any) {
	now := s.now()
	return `EXISTS (SELECT 1 FROM pool_members l JOIN pool_members m ON m.pool = l.pool JOIN pools lp ON lp.id = l.pool AND lp.active
		WHERE l.account = ? AND l.lead AND l.start_at <= ? AND (l.end_at = 0 OR l.end_at > ?) AND m.start_at <= ? AND (m.end_at = 0 OR m.end_at > ?) AND m.account = ` + account + `)`,
		[]any{who.Account, now, now, now, now}
}

// speaksForTx refuses who may not say when somebody is out.
func (s *Service) speaksForTx(c *db.Conn, who identity.Principal, account string) error {
	if account == who.Account || manages(who) == nil {
		return nil
	}
	cond, args := s.leads(who, `?`)
	var led bool
	if err := c.QueryRow(`SELECT `+cond, append(args, account)...).Scan(&led); err != nil || led && who.Scopes == nil {
		return err
	}
	return fault.New(fault.Forbidden, "Only an administrator, or who leads a pool of theirs, can say this of somebody else.").WithCode("role")
}

// Back ends a coverage at once: they are there again, or it was a mistake.
func (s *Service) Back(ctx context.Context, who identity.Principal, id string) error {
	if err := works(who); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		var account string
		err := c.QueryRow(`SELECT account FROM coverage WHERE id = ? AND end_at > ?`, id, s.now()).Scan(&account)
		if err == nil {
			err = s.speaksForTx(c, who, account)
		}
		if errors.Is(err, sql.ErrNoRows) || fault.Is(err, fault.Forbidden) {
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

// Coverages lists who is out now or will be: all to administrators, to others their
// own, those in which they or a pool of theirs stand in, and those of whom they lead.
func (s *Service) Coverages(ctx context.Context, who identity.Principal) ([]Coverage, error) {
	if err := works(who); err != nil {
		return nil, err
	}
	now := s.now()
	cond, args := ``, []any{now}
	if manages(who) != nil {
		led, more := s.leads(who, `v.account`)
		cond = ` AND (v.account = ? OR v.by_account = ? OR ` + led + ` OR EXISTS (SELECT 1 FROM pool_members i WHERE i.pool = v.by_pool AND i.account = ? AND i.start_at <= ? AND (i.end_at = 0 OR i.end_at > ?)))`
		args = append(append(append(args, who.Account, who.Account), more...), who.Account, now, now)
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

// Chances are who can be said to be out, and who can stand in.
type Chances struct {
	For    []Named `json:"for" doc:"Accounts of which one may say it, oneself first"`
	People []Named `json:"people" doc:"Accounts of doctors and nurses, who can stand in"`
	Pools  []Named `json:"pools"`
}

// ChancesOf lists them to somebody of the staff.
func (s *Service) ChancesOf(ctx context.Context, who identity.Principal) (Chances, error) {
	out := Chances{For: []Named{{ID: who.Account, Name: who.Name}}, People: []Named{}, Pools: []Named{}}
	if err := works(who); err != nil {
		return out, err
	}
	cond, args := `TRUE`, []any(nil)
	if manages(who) != nil {
		cond, args = s.leads(who, `a.id`)
	}
	c := s.DB.Read(ctx)
	err := c.Each(`SELECT a.id, a.name, a.roles, `+cond+` FROM accounts a WHERE a.kind = 2 AND a.active ORDER BY a.name, a.id LIMIT ?`, func(r *sql.Rows) error {
		var n Named
		var roles string
		var may bool
		err := r.Scan(&n.ID, &n.Name, &roles, &may)
		if !answers(roles) {
			return err
		}
		out.People = append(out.People, n)
		if may && n.ID != who.Account {
			out.For = append(out.For, n)
		}
		return err
	}, append(args, maxPeople)...)
	if err != nil {
		return out, err
	}
	err = c.Each(`SELECT id, name FROM pools WHERE active ORDER BY name, id LIMIT ?`, func(r *sql.Rows) error {
		var n Named
		err := r.Scan(&n.ID, &n.Name)
		out.Pools = append(out.Pools, n)
		return err
	}, maxPools)
	return out, err
}

// maxPeople bounds the staff that is chosen from.
const maxPeople = 2000

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

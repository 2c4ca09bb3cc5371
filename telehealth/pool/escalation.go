package pool

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"regexp"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// UrgentEscalation is the name of the escalation that urgent threads follow, when
// there is one, whatever their pool says.
const UrgentEscalation = "urgent"

// Escalation says, as data, how a thread that nobody answers is passed on: from
// one to the next, each with minutes, and what then.
type Escalation struct {
	Name    string `json:"name" maxLength:"40"`
	From    string `json:"from" enum:"arrival,due" doc:"When it begins: at once, or when the promise was broken"`
	Until   string `json:"until" enum:"claimed,answered" doc:"What ends it"`
	Clock   string `json:"clock" enum:"wall,open" doc:"Whether minutes count always, or in the pool's opening time only"`
	Steps   []Rung `json:"steps" minItems:"1" maxItems:"10"`
	Then    string `json:"then" enum:"stop,repeat,standard" doc:"After the last: nothing, again from the first, or the standard pool as urgent"`
	Version int64  `json:"version"`
}

// Rung is whom one step tells, and how long it gives them. Without a person or a
// pool it tells who owns the thread.
type Rung struct {
	Account string `json:"account,omitempty" maxLength:"64"`
	Pool    string `json:"pool,omitempty" maxLength:"64"`
	Give    bool   `json:"give,omitempty" doc:"They become its owner, and are not only told"`
	Minutes int    `json:"minutes" minimum:"1" maximum:"100000"`
}

var nameOfEscalation = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

func (e *Escalation) check() error {
	bad := func() error {
		return fault.New(fault.Invalid, "An escalation has a name in small letters, one to ten steps of one minute or more, and says when it begins and ends.")
	}
	if !nameOfEscalation.MatchString(e.Name) || len(e.Steps) == 0 || len(e.Steps) > 10 {
		return bad()
	}
	for _, x := range []struct {
		is string
		of []string
	}{{e.From, []string{"arrival", "due"}}, {e.Until, []string{"claimed", "answered"}}, {e.Clock, []string{"wall", "open"}}, {e.Then, []string{"stop", "repeat", "standard"}}} {
		if !slices.Contains(x.of, x.is) {
			return bad()
		}
	}
	for _, x := range e.Steps {
		if x.Minutes < 1 || x.Minutes > 100_000 || x.Account != "" && x.Pool != "" {
			return bad()
		}
	}
	return nil
}

// SaveEscalation makes an escalation, or changes it (of version 0: makes it).
func (s *Service) SaveEscalation(ctx context.Context, who identity.Principal, e Escalation) (Escalation, error) {
	if err := manages(who); err != nil {
		return e, err
	}
	if err := e.check(); err != nil {
		return e, err
	}
	was := e.Version
	e.Version++
	rules, err := json.Marshal(e)
	if err != nil {
		return e, err
	}
	return e, s.DB.InTx(ctx, func(c *db.Conn) error {
		for _, x := range e.Steps {
			var n int
			if err := c.QueryRow(`SELECT (SELECT count(*) FROM accounts WHERE id = ? AND kind = 2 AND active) + (SELECT count(*) FROM pools WHERE id = ? AND active)`, x.Account, x.Pool).Scan(&n); err != nil {
				return err
			}
			if n == 0 && x.Account+x.Pool != "" {
				return fault.New(fault.Invalid, "One of the people or pools is not there.")
			}
		}
		n, err := int64(0), error(nil)
		if was == 0 {
			n, err = c.Exec(`INSERT INTO escalations (id, name, rules, version, changed_by, changed_at) VALUES (?,?,?,1,?,?) ON CONFLICT (name) DO NOTHING`, s.NewID(), e.Name, string(rules), who.Account, s.now())
		} else {
			n, err = c.Exec(`UPDATE escalations SET rules = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE name = ? AND version = ?`, string(rules), who.Account, s.now(), e.Name, was)
		}
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "Somebody else has changed this meanwhile. Please load it again.").WithCode("version")
		}
		if err != nil {
			return err
		}
		return s.changed(c, who, "", "escalation")
	})
}

// Escalations lists them, to administrators.
func (s *Service) Escalations(ctx context.Context, who identity.Principal) ([]Escalation, error) {
	if err := manages(who); err != nil {
		return nil, err
	}
	out := []Escalation{}
	err := s.DB.Read(ctx).Each(`SELECT rules FROM escalations ORDER BY name LIMIT ?`, func(r *sql.Rows) error {
		var rules string
		var e Escalation
		if err := r.Scan(&rules); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(rules), &e)
		out = append(out, e)
		return err
	}, maxPools)
	return out, err
}

// EscalationTx gives an escalation by its name.
func (s *Service) EscalationTx(c *db.Conn, name string) (e Escalation, err error) {
	var rules string
	err = c.QueryRow(`SELECT rules FROM escalations WHERE name = ?`, name).Scan(&rules)
	if errors.Is(err, sql.ErrNoRows) {
		return e, fault.New(fault.NotFound, "We could not find this escalation.")
	}
	if err == nil {
		err = json.Unmarshal([]byte(rules), &e)
	}
	return e, err
}

// ForTx gives the escalation that a thread follows; nil: none.
func (s *Service) ForTx(c *db.Conn, p *Pool, priority Priority) (*Escalation, error) {
	names := []string{p.Escalation}
	if priority == Urgent {
		names = []string{UrgentEscalation, p.Escalation}
	}
	for _, name := range names {
		if name == "" {
			continue
		}
		e, err := s.EscalationTx(c, name)
		if err == nil {
			return &e, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	return nil, nil
}

package pool

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

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

const (
	maxRungs       = 10
	maxEscalations = 200
)

var nameOfEscalation = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

func (e *Escalation) check() error {
	switch {
	case !nameOfEscalation.MatchString(e.Name):
		return fault.New(fault.Invalid, "An escalation has a name of at most 40 small letters, digits and dashes.").WithIssues(where("name"))
	case len(e.Steps) == 0 || len(e.Steps) > maxRungs:
		return fault.New(fault.Invalid, "An escalation has one to ten steps.").WithIssues(where("steps"))
	case !slices.Contains([]string{"arrival", "due"}, e.From):
		return fault.New(fault.Invalid, "An escalation begins at once, or when the promise is broken.").WithIssues(where("from"))
	case !slices.Contains([]string{"claimed", "answered"}, e.Until):
		return fault.New(fault.Invalid, "An escalation ends when somebody has taken the conversation, or answered.").WithIssues(where("until"))
	case !slices.Contains([]string{"wall", "open"}, e.Clock):
		return fault.New(fault.Invalid, "Minutes count always, or in the opening time only.").WithIssues(where("clock"))
	case !slices.Contains([]string{"stop", "repeat", "standard"}, e.Then):
		return fault.New(fault.Invalid, "After the last step comes nothing, the first step again, or the pool for everybody.").WithIssues(where("then"))
	}
	for i, x := range e.Steps {
		switch {
		case x.Minutes < 1 || x.Minutes > 100_000:
			return fault.New(fault.Invalid, "Each step has from 1 to 100000 minutes.").WithIssues(whereStep(i))
		case x.Account != "" && x.Pool != "":
			return fault.New(fault.Invalid, "A step is for one person or one pool, not for both.").WithIssues(whereStep(i))
		case x.Give && x.Account+x.Pool == "":
			return fault.New(fault.Invalid, "Choose to whom this step gives the conversation.").WithIssues(whereStep(i))
		}
	}
	return nil
}

// where names the member of an escalation that is wrong.
func where(member string) fault.Issue {
	return fault.Issue{Code: "value", Expression: "body." + member}
}

func whereStep(i int) fault.Issue { return where("steps[" + strconv.Itoa(i) + "]") }

// reachableTx refuses a step for somebody who is not there to be told: who answers no
// messages, or a pool that has ended.
func (e *Escalation) reachableTx(c *db.Conn) error {
	for i, x := range e.Steps {
		if x.Account+x.Pool == "" {
			continue
		}
		there := false
		err := error(nil)
		if x.Account != "" {
			there, err = answersTx(c, x.Account)
		} else {
			err = c.QueryRow(`SELECT EXISTS (SELECT 1 FROM pools WHERE id = ? AND active)`, x.Pool).Scan(&there)
		}
		if err == nil && !there {
			err = fault.New(fault.Invalid, "Whom this step names is not there any more, or answers no messages.").WithIssues(whereStep(i))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answersTx tells whether somebody is a doctor or nurse of the clinic.
func answersTx(c *db.Conn, account string) (bool, error) {
	var roles string
	err := c.QueryRow(`SELECT roles FROM accounts WHERE id = ? AND kind = 2 AND active`, account).Scan(&roles)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return answers(roles), err
}

// answers tells by somebody's roles whether they answer messages.
func answers(roles string) bool {
	return slices.ContainsFunc(strings.Fields(roles), func(r string) bool {
		return r == string(identity.Clinician) || r == string(identity.Nurse)
	})
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
		if err := e.reachableTx(c); err != nil {
			return err
		}
		var many int
		if err := c.QueryRow(`SELECT count(*) FROM escalations`).Scan(&many); err != nil {
			return err
		}
		if was == 0 && many >= maxEscalations {
			return fault.New(fault.TooMany, "There are too many escalations. Remove one first.")
		}
		n, err := int64(0), error(nil)
		if was == 0 {
			n, err = c.Exec(`INSERT INTO escalations (id, name, rules, version, changed_by, changed_at) VALUES (?,?,?,1,?,?) ON CONFLICT (name) DO NOTHING`, s.NewID(), e.Name, string(rules), who.Account, s.now())
			if err == nil && n == 0 {
				return fault.New(fault.Conflict, "There is an escalation of that name already.").WithCode("name").WithIssues(where("name"))
			}
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

// DropEscalation throws an escalation away that no pool follows, and that is not for
// what is urgent. Where it runs it ends.
func (s *Service) DropEscalation(ctx context.Context, who identity.Principal, name string) error {
	if err := manages(who); err != nil {
		return err
	}
	if name == UrgentEscalation {
		return fault.New(fault.Conflict, "What is urgent follows this escalation. It can be changed and not removed.").WithCode("used")
	}
	return s.DB.InTx(ctx, func(c *db.Conn) error {
		var used bool
		if err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM pools WHERE escalation = ?)`, name).Scan(&used); err != nil {
			return err
		}
		if used {
			return fault.New(fault.Conflict, "A pool follows this escalation. Choose another one there first.").WithCode("used")
		}
		n, err := c.Exec(`DELETE FROM escalations WHERE name = ?`, name)
		if err == nil && n == 0 {
			err = noEscalation()
		}
		if err != nil {
			return err
		}
		return s.changed(c, who, "", "escalation drop")
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
	}, maxEscalations)
	return out, err
}

func noEscalation() error { return fault.New(fault.NotFound, "We could not find this escalation.") }

// EscalationTx gives an escalation by its name.
func (s *Service) EscalationTx(c *db.Conn, name string) (e Escalation, err error) {
	var rules string
	err = c.QueryRow(`SELECT rules FROM escalations WHERE name = ?`, name).Scan(&rules)
	if errors.Is(err, sql.ErrNoRows) {
		return e, noEscalation()
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

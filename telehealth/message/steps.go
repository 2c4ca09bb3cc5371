package message

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Step is one thing that became of a thread, and why. Only the clinic sees it.
type Step struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind" enum:"route,claim,release,hand,priority,close,reopen,escalate,turn,danger"`
	By     string    `json:"by,omitempty" doc:"Name; missing: a rule did it"`
	To     string    `json:"to,omitempty" doc:"Name of a person or pool, or a priority"`
	Reason string    `json:"reason,omitempty"`
	Note   string    `json:"note,omitempty"`

	account, pool string
}

func stepOf(kind string) Step { return Step{Kind: kind} }

// step keeps what was done with a thread, in the transaction that does it.
func (s *Service) step(c *db.Conn, t *thread, by Author, x Step) error {
	_, err := c.Exec(`INSERT INTO thread_steps (patient_id, thread, id, at, kind, account, name, to_pool, to_account, to_name, reason, note) VALUES `+db.Placeholders(1, 12),
		t.patient, t.id, uuid.Must(uuid.NewV7()).String(), s.now(), x.Kind, by.Account, by.Name, x.pool, x.account, x.To, x.Reason, x.Note)
	return err
}

// maxSteps bounds what is shown of a thread's way: the newest.
const maxSteps = 200

// Steps tells staff what became of a thread, the oldest first.
func (s *Service) Steps(ctx context.Context, who identity.Principal, patient, id string) ([]Step, error) {
	var out []Step
	c := s.DB.Read(ctx)
	v, err := s.enter(c, who, patient)
	if err == nil && !v.Treats() {
		err = notFound()
	}
	if err == nil {
		_, err = s.find(c, who, v, id)
	}
	if err != nil {
		return nil, s.Records.Refuse(ctx, who, patient, communication, id, err)
	}
	err = c.Each(`SELECT at, kind, name, to_name, reason, note FROM (SELECT * FROM thread_steps WHERE patient_id = ? AND thread = ? ORDER BY id DESC LIMIT ?) x ORDER BY id`, func(r *sql.Rows) error {
		var x Step
		var at int64
		err := r.Scan(&at, &x.Kind, &x.By, &x.To, &x.Reason, &x.Note)
		x.At = moment(at)
		out = append(out, x)
		return err
	}, patient, id, maxSteps)
	if err != nil {
		return nil, err
	}
	return out, s.Records.Looked(ctx, who, v, "read", communication, id, access.Of(access.Messages), 1)
}

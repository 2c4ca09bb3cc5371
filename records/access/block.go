package access

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// Block says that somebody must not get into a chart, by a court's paper. It
// beats whatever else would let them in, in this chart and in those that are
// joined with it; it takes nothing else away from them. Only who keeps blocks
// knows of it: to the person and to other caregivers the chart is simply not there.
type Block struct {
	ID         string    `json:"id"`
	Patient    string    `json:"patient"`
	Account    string    `json:"account"`
	Name       string    `json:"name"`
	Reason     string    `json:"reason"`
	Evidence   string    `json:"evidence"` // the paper: court, number, date
	Start      time.Time `json:"start"`
	End        time.Time `json:"end,omitzero"` // zero: until it is lifted
	LiftedAt   time.Time `json:"liftedAt,omitzero"`
	LiftedBy   string    `json:"liftedBy,omitempty"`
	LiftReason string    `json:"liftReason,omitempty"`
	CreatedBy  string    `json:"createdBy"`
	CreatedAt  time.Time `json:"createdAt"`
}

// span is a time in microseconds; an end of 0 is none.
type span struct{ start, end int64 }

func (x span) holds(now int64) bool { return x.start <= now && (x.end == 0 || now < x.end) }

// blocked tells whether a court's paper keeps the account out now.
func (t *tie) blocked(now int64) bool {
	return slices.ContainsFunc(t.blocks, func(x span) bool { return x.holds(now) })
}

// nextBlock is when the next block begins; 0: none is to come.
func (t *tie) nextBlock(now int64) int64 {
	next := int64(0)
	for _, x := range t.blocks {
		if x.start > now && (next == 0 || x.start < next) {
			next = x.start
		}
	}
	return next
}

// joinedWith is a query of the chart and of those that are joined with it now. It
// takes the chart four times.
const joinedWith = `SELECT patient_id FROM charts WHERE patient_id = ?
	UNION SELECT survivor FROM chart_links WHERE ended_at = 0 AND other = ?
	UNION SELECT other FROM chart_links WHERE ended_at = 0 AND survivor = ?
	UNION SELECT b.other FROM chart_links a JOIN chart_links b ON b.survivor = a.survivor WHERE a.ended_at = 0 AND b.ended_at = 0 AND a.other = ?`

// blocksOf gives the times in which an account is kept out of charts. Accounts
// have none, nearly all of them.
func blocksOf(c *db.Conn, account string) (map[string][]span, error) {
	if account == "" {
		return nil, nil
	}
	var out map[string][]span
	err := c.Each(`SELECT patient_id, start_at, end_at FROM access_blocks WHERE account = ? AND lifted_at = 0`, func(r *sql.Rows) error {
		var p string
		var x span
		if err := r.Scan(&p, &x.start, &x.end); err != nil {
			return err
		}
		if out == nil {
			out = map[string][]span{}
		}
		out[p] = append(out[p], x)
		return nil
	}, account)
	if err != nil || out == nil {
		return nil, err
	}
	all := map[string][]span{}
	for p, spans := range out {
		others, err := Linked(c, p)
		if err != nil {
			return nil, err
		}
		for _, q := range append(others, p) {
			all[q] = append(all[q], spans...)
		}
	}
	return all, nil
}

// blockedTx tells whether an account is kept out of a chart now.
func (s *Service) blockedTx(c *db.Conn, account, patient string) (bool, error) {
	blocks, err := blocksOf(c, account)
	t := tie{blocks: blocks[patient]}
	return t.blocked(micros(s.now())), err
}

// keptOut gives the accounts that are kept out of a chart now.
func keptOut(c *db.Conn, patient string, now int64) (map[string]bool, error) {
	out := map[string]bool{}
	err := c.Each(`SELECT account FROM access_blocks WHERE lifted_at = 0 AND start_at <= ? AND (end_at = 0 OR end_at > ?) AND (patient_id = ? OR patient_id IN (`+joinedWith+`))`, func(r *sql.Rows) error {
		var a string
		err := r.Scan(&a)
		out[a] = true
		return err
	}, now, now, patient, patient, patient, patient, patient)
	return out, err
}

// KeepsBlocks refuses all but those who write down what a court decided: privacy
// officers and administrators. They see the papers, and no chart by it.
func KeepsBlocks(who identity.Principal) error {
	if who.Scopes == nil && (who.Is(identity.Privacy) || who.Is(identity.Admin)) {
		return nil
	}
	return fault.New(fault.Forbidden, "Only the privacy officer or an administrator can do this.").WithCode("role")
}

// BlockInput is a court's paper.
type BlockInput struct {
	Patient, Account, Name string
	Reason, Evidence       string
	Start, End             time.Time // Start zero: now; End zero: until it is lifted
}

// BlockTx keeps an account out of a chart, from the commit on or from when the
// paper says.
func (s *Service) BlockTx(c *db.Conn, who identity.Principal, in BlockInput) (Block, error) {
	if err := KeepsBlocks(who); err != nil {
		return Block{}, err
	}
	now := s.now()
	b := Block{Patient: in.Patient, Account: in.Account, Name: in.Name, Reason: strings.TrimSpace(in.Reason), Evidence: strings.TrimSpace(in.Evidence), Start: in.Start, End: in.End}
	if b.Start.IsZero() {
		b.Start = now
	}
	switch {
	case b.Patient == "" || b.Account == "":
		return Block{}, fault.New(fault.Invalid, "Name the record and the person who is to be kept out of it.")
	case b.Reason == "" || len(b.Reason) > 500:
		return Block{}, fault.New(fault.Invalid, "Please say in a few words why you do this.")
	case b.Evidence == "" || len(b.Evidence) > 500:
		return Block{}, fault.New(fault.Invalid, "Name the paper: the court, its number and its date.")
	case !b.End.IsZero() && (!b.End.After(now) || !b.End.After(b.Start)):
		return Block{}, fault.New(fault.Invalid, "The last day must be in the future.")
	}
	var own int
	if err := c.QueryRow(`SELECT count(*) FROM accounts WHERE id = ? AND patient = ?`, b.Account, b.Patient).Scan(&own); err != nil {
		return Block{}, err
	}
	if own > 0 {
		return Block{}, fault.New(fault.Invalid, "Nobody is kept out of their own record.")
	}
	if err := s.lockChart(c, b.Patient); err != nil {
		return Block{}, err
	}
	var there int
	if err := c.QueryRow(`SELECT count(*) FROM charts WHERE patient_id = ?`, b.Patient).Scan(&there); err != nil {
		return Block{}, err
	}
	if there == 0 {
		return Block{}, NoChart()
	}
	b.ID, b.CreatedBy, b.CreatedAt = s.newID(), who.Account, now
	_, err := c.Exec(`INSERT INTO access_blocks (id, patient_id, account, name, reason, evidence, start_at, end_at, created_by, created_at) VALUES `+db.Placeholders(1, 10),
		b.ID, b.Patient, b.Account, clean(b.Name, 200), b.Reason, b.Evidence, micros(b.Start), micros(b.End), b.CreatedBy, micros(now))
	if err != nil {
		return Block{}, err
	}
	return b, s.blockChangedTx(c, who, b.Patient, b.ID, "create")
}

// LiftBlockTx ends a block at once.
func (s *Service) LiftBlockTx(c *db.Conn, who identity.Principal, id, reason string) error {
	if err := KeepsBlocks(who); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > 500 {
		return fault.New(fault.Invalid, "Please say in a few words why you do this.")
	}
	list, err := queryBlocks(c, `WHERE id = ?`, id)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.New(fault.NotFound, "We could not find that.")
	}
	if err := s.lockChart(c, list[0].Patient); err != nil {
		return err
	}
	done, err := c.Exec(`UPDATE access_blocks SET lifted_by = ?, lifted_at = ?, lift_reason = ? WHERE id = ? AND lifted_at = 0`, who.Account, micros(s.now()), reason, id)
	if err == nil && done == 0 {
		err = fault.New(fault.Conflict, "This was decided already.")
	}
	if err != nil {
		return err
	}
	return s.blockChangedTx(c, who, list[0].Patient, id, "delete")
}

// blockDetail marks the rows about blocks, which caregivers are not shown.
const blockDetail = "block"

func (s *Service) blockChangedTx(c *db.Conn, who identity.Principal, patient, id, action string) error {
	if err := s.RecordTx(c, Event{Who: who, Patient: patient, View: View{Patient: patient}, Action: action, Type: "Consent", ID: id, Categories: Of(Other), Detail: blockDetail}); err != nil {
		return err
	}
	others, err := Linked(c, patient)
	if err != nil {
		return err
	}
	for _, p := range append(others, patient) {
		if err := s.spreadTx(c, p); err != nil {
			return err
		}
	}
	return nil
}

// Blocks lists the blocks of the house, or those that hold for one chart, newest
// first, with an opaque cursor.
func (s *Service) Blocks(ctx context.Context, who identity.Principal, patient, cursor string, limit int) (items []Block, next string, err error) {
	if err := KeepsBlocks(who); err != nil {
		return nil, "", err
	}
	limit = min(max(limit, 1), 200)
	before := "\x7f"
	if cursor != "" {
		b, err := s.openCursor("blocks", cursor)
		if err != nil {
			return nil, "", err
		}
		before = string(b)
	}
	where, args := `WHERE id < ?`, []any{before}
	if patient != "" {
		where, args = where+` AND (patient_id = ? OR patient_id IN (`+joinedWith+`))`, append(args, patient, patient, patient, patient, patient)
	}
	if items, err = queryBlocks(s.db.Read(ctx), where+` ORDER BY id DESC LIMIT ?`, append(args, limit+1)...); err != nil {
		return nil, "", err
	}
	if len(items) > limit {
		items = items[:limit]
		next = s.sealCursor("blocks", []byte(items[limit-1].ID))
	}
	e := Event{Who: who, Action: "read", Type: "Consent", Detail: "blocks", Count: len(items)}
	if patient != "" {
		e.Patient, e.View, e.Categories, e.Detail = patient, View{Patient: patient}, Of(Other), blockDetail
	}
	return items, next, s.Record(ctx, e)
}

func queryBlocks(c *db.Conn, where string, args ...any) ([]Block, error) {
	var out []Block
	err := c.Each(`SELECT id, patient_id, account, name, reason, evidence, start_at, end_at, lifted_at, lifted_by, lift_reason, created_by, created_at FROM access_blocks `+where, func(r *sql.Rows) error {
		var b Block
		var start, end, lifted, created int64
		err := r.Scan(&b.ID, &b.Patient, &b.Account, &b.Name, &b.Reason, &b.Evidence, &start, &end, &lifted, &b.LiftedBy, &b.LiftReason, &b.CreatedBy, &created)
		b.Start, b.End, b.LiftedAt, b.CreatedAt = moment(start), moment(end), moment(lifted), moment(created)
		out = append(out, b)
		return err
	}, args...)
	return out, err
}

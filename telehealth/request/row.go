package request

import (
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"

	"housecall/internal/db"
	"housecall/internal/fault"
)

// row is the row of a request.
type row struct {
	id, patient, medicine    string
	kind                     Kind
	state                    State
	askedAt, changedAt, step int64
	by                       Party
	digest                   []byte
}

const columns = `r.id, r.patient_id, r.kind, r.state, r.medicine, r.asked_at, r.changed_at, r.steps, r.account, r.name, r.role, r.relation, r.digest`

func (x *row) into() []any {
	return []any{&x.id, &x.patient, &x.kind, &x.state, &x.medicine, &x.askedAt, &x.changedAt, &x.step, &x.by.Account, &x.by.Name, &x.by.Role, &x.by.Relation, &x.digest}
}

// find reads one row and, when it is to be changed, locks it. The chart's lock comes
// first.
func find(c *db.Conn, id string, lock bool) (*row, error) {
	query := `SELECT ` + columns + ` FROM requests r WHERE r.id = ?`
	if lock && c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var x row
	err := c.QueryRow(query, id).Scan(x.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	x.by.Side = sideOf(x.by.Role)
	return &x, err
}

// list reads rows; rest begins behind FROM requests r.
func list(c *db.Conn, rest string, args ...any) ([]*row, error) {
	var out []*row
	err := c.Each(`SELECT `+columns+` FROM requests r `+rest, func(r *sql.Rows) error {
		var x row
		err := r.Scan(x.into()...)
		x.by.Side = sideOf(x.by.Role)
		out = append(out, &x)
		return err
	}, args...)
	return out, err
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}

func (x *row) insert(c *db.Conn) error {
	_, err := c.Exec(`INSERT INTO requests (id, patient_id, kind, state, open, medicine, asked_at, changed_at, steps, account, name, role, relation, digest) VALUES `+db.Placeholders(1, 14),
		x.id, x.patient, string(x.kind), string(x.state), flag(x.state.open()), x.medicine, x.askedAt, x.changedAt, x.step, x.by.Account, x.by.Name, x.by.Role, x.by.Relation, x.digest)
	return err
}

func (x *row) save(c *db.Conn) error {
	_, err := c.Exec(`UPDATE requests SET state = ?, open = ?, changed_at = ?, steps = ? WHERE id = ?`, string(x.state), flag(x.state.open()), x.changedAt, x.step, x.id)
	return err
}

// keep writes the row's last step.
func (x *row) keep(c *db.Conn, id string, by Party, digest []byte) error {
	_, err := c.Exec(`INSERT INTO request_steps (id, request, n, state, at, account, name, role, relation, digest) VALUES `+db.Placeholders(1, 10),
		id, x.id, x.step, string(x.state), x.changedAt, by.Account, by.Name, by.Role, by.Relation, digest)
	return err
}

// steps gives what happened to requests.
func steps(c *db.Conn, rows []*row) (map[string][]Stage, error) {
	out := map[string][]Stage{}
	args := make([]any, len(rows))
	for i, x := range rows {
		args[i] = x.id
	}
	if len(args) == 0 {
		return out, nil
	}
	err := c.Each(`SELECT request, state, at, account, name, role, relation FROM request_steps WHERE request IN `+db.Placeholders(1, len(args))+` ORDER BY request, n`, func(r *sql.Rows) error {
		var id string
		var st Stage
		var at int64
		err := r.Scan(&id, &st.State, &at, &st.By.Account, &st.By.Name, &st.By.Role, &st.By.Relation)
		st.At, st.By.Side = moment(at), sideOf(st.By.Role)
		out[id] = append(out[id], st)
		return err
	}, args...)
	return out, err
}

func sealCursor(at int64, id string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", at, id))
}

func openCursor(cursor string) (at int64, id string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		_, err = fmt.Sscanf(string(b), "%d %s", &at, &id)
	}
	if err != nil {
		err = fault.New(fault.Invalid, "This list cannot be continued from here. Start it again.").WithCode("cursor")
	}
	return at, id, err
}

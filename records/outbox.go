package records

import (
	"context"
	"database/sql"
	"math"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
)

// The one order of the changes of all charts is (tx, seq) of resource_versions.
//
// On PostgreSQL transactions commit in another order than they begin in, so seq
// alone would let a reader pass over what was committed late. tx is the number of
// the transaction (db.ThisTx); below db.FinalTx what is there is final. A transaction that waited for a chart has a smaller number
// than the one it waited for, if it wrote elsewhere before: so each chart (and in
// the shared chart each resource) keeps the greatest number that wrote to it, and
// tx is never less. So the order of all agrees with the order of each chart.
//
// SQLite has one writer: seq alone is the order of commits, and tx is 0.
//
// A transaction that stays open holds everybody who reads this order up, until it
// ends: statements and idle transactions have time-outs, and `housecall doctor`
// tells of one that is old.

// Place is a place in the one order of the changes of all charts.
type Place struct{ Tx, Seq int64 }

// latest comes after all that there is.
var latest = Place{math.MaxInt64, math.MaxInt64}

// Happened is one change, as the order of all charts holds it. It was decided for
// nobody yet.
type Happened struct {
	Place
	Patient  string // chart; empty: the shared chart
	Type, ID string
	Version  int64
	Outcome  Outcome
	At       time.Time
}

var outcomeOf = [...]Outcome{1: Created, 2: Updated, 3: Deleted}

// After lists what happened after a place, in order, at most limit. Whoever goes
// on from the last one each time sees every change once. It is for those who
// decide by themselves who may learn of it.
func (s *Store) After(ctx context.Context, at Place, limit int) ([]Happened, error) {
	c := s.db.Read(ctx)
	var out []Happened
	after, args := globalOrder(c.Dialect).after(at)
	if c.Dialect == db.Postgres {
		after += ` AND v.tx < ` + db.FinalTx
	}
	err := c.Each(`SELECT v.tx, v.seq, v.patient_id, v.type, v.id, v.version, v.kind, v.last_updated FROM resource_versions v
		WHERE `+after+` ORDER BY `+globalOrder(c.Dialect).by("")+` LIMIT ?`, func(r *sql.Rows) error {
		var h Happened
		var kind, updated int64
		if err := r.Scan(&h.Tx, &h.Seq, &h.Patient, &h.Type, &h.ID, &h.Version, &kind, &updated); err != nil {
			return err
		}
		h.Outcome, h.At = outcomeOf[kind], fromMicros(updated)
		out = append(out, h)
		return nil
	}, append(args, limit)...)
	return out, err
}

// Here is the place after which everything comes that is not committed yet. A
// change that others held up may come once more.
func (s *Store) Here(c *db.Conn) (p Place, err error) {
	if c.Dialect == db.Postgres {
		err = c.QueryRow(`SELECT ` + db.FinalTx + ` - 1`).Scan(&p.Tx)
		p.Seq = math.MaxInt64
		return p, err
	}
	err = c.QueryRow(`SELECT COALESCE(max(seq), 0) FROM resource_versions`).Scan(&p.Seq)
	return p, err
}

// globalOrder says how the order is written in the dialect, of resource_versions v.
type globalOrder db.Dialect

func (d globalOrder) by(way string) string {
	if db.Dialect(d) == db.Postgres {
		return `v.tx` + way + `, v.seq` + way
	}
	return `v.seq` + way
}

func (d globalOrder) after(p Place) (string, []any) { return d.beyond(">", p) }

func (d globalOrder) before(p Place) (string, []any) { return d.beyond("<", p) }

func (d globalOrder) beyond(op string, p Place) (string, []any) {
	if db.Dialect(d) == db.Postgres {
		return `(v.tx, v.seq) ` + op + ` (?, ?)`, []any{p.Tx, p.Seq}
	}
	return `v.seq ` + op + ` ?`, []any{p.Seq}
}

// orderShared gives changes of the shared chart their tx. It has no head: each
// resource is held by its own row.
func orderShared(c *db.Conn, changes []*change) error {
	if c.Dialect != db.Postgres {
		return nil
	}
	var types, ids []string
	var versions []int64
	var shared []*change
	for _, ch := range changes {
		if ch.patient != "" {
			continue
		}
		shared = append(shared, ch)
		version := int64(0)
		if ch.old != nil {
			version = ch.old.version
		}
		types, ids, versions = append(types, ch.Type), append(ids, ch.ID), append(versions, version)
	}
	if len(shared) == 0 {
		return nil
	}
	return c.Each(`SELECT k.i, GREATEST(v.tx, `+db.ThisTx+`) FROM unnest(?::text[], ?::text[], ?::bigint[]) WITH ORDINALITY AS k (type, id, version, i)
		LEFT JOIN resource_versions v ON v.patient_id = '' AND v.type = k.type AND v.id = k.id AND v.version = k.version`, func(r *sql.Rows) error {
		var i, tx int64
		err := r.Scan(&i, &tx)
		if err == nil {
			shared[i-1].tx = tx
		}
		return err
	}, types, ids, versions)
}

// Renumber makes the order good again after the database was restored into
// another one, whose transactions are numbered anew: what bears a number that is
// not given out yet becomes final. It tells whether that was so; who keeps
// places then has to set their Tx to 0.
func (s *Store) Renumber(ctx context.Context) (bool, error) {
	if s.db.Dialect != db.Postgres {
		return false, nil
	}
	const foreign = ` WHERE tx >= ` + db.NextTx
	var found bool
	if err := s.db.Read(ctx).QueryRow(`SELECT EXISTS (SELECT 1 FROM resource_versions` + foreign + `)`).Scan(&found); err != nil || !found {
		return false, err
	}
	return true, s.db.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`SET LOCAL statement_timeout = 0`); err != nil {
			return err
		}
		if _, err := c.Exec(`UPDATE charts SET tx = 0 WHERE tx > 0`); err != nil {
			return err
		}
		_, err := c.Exec(`UPDATE resource_versions SET tx = 0 WHERE tx > 0`)
		return err
	})
}

// Told is one change as somebody may learn of it now.
type Told struct {
	View      *access.View
	Seen      bool
	HeldUntil int64  // microseconds; a result that is held back from the view until then
	Body      []byte // without references to what the view does not see; a deletion says what is gone
	Before    []byte // the version that it replaced, cut as well, for those who decide what a change is
}

// Tell decides whether somebody may learn of a change, by the class of that version
// and by that of the current one. It is NotFound when the chart is not open to them
// at all. It leaves no audit row: whoever tells them does, by Account.
func (s *Store) Tell(c *db.Conn, who identity.Principal, h Happened) (Told, error) {
	v, err := s.access.ViewOf(c, who, h.Patient)
	if err != nil {
		return Told{}, err
	}
	t := Told{View: &v}
	var own, current access.Class
	var release, releaseNow int64
	err = c.QueryRow(`SELECT v.category, v.labels, v.release_at, v.body, r.category, r.labels, r.release_at,
		(SELECT p.body FROM resource_versions p WHERE p.patient_id = v.patient_id AND p.type = v.type AND p.id = v.id AND p.kind <> 3
			AND p.version = (SELECT max(o.version) FROM resource_versions o WHERE o.patient_id = v.patient_id AND o.type = v.type AND o.id = v.id AND o.version < v.version))
		FROM resource_versions v JOIN resources r ON r.patient_id = v.patient_id AND r.type = v.type AND r.id = v.id
		WHERE v.patient_id = ? AND v.type = ? AND v.id = ? AND v.version = ?`, h.Patient, h.Type, h.ID, h.Version).
		Scan(&own.Category, &own.Labels, &release, &t.Body, &current.Category, &current.Labels, &releaseNow, &t.Before)
	if err != nil {
		return t, err
	}
	if !v.AllowsType(h.Type, 'r') || h.Patient == "" && !publicShared[h.Type] && !who.Everywhere() {
		return t, nil
	}
	if who.Everywhere() && h.Patient != "" && severalTypes[h.Type] { // told by the whole
		var part bool
		err := c.QueryRow(`SELECT EXISTS (SELECT 1 FROM resource_versions WHERE patient_id = '' AND type = ? AND id = ? AND version = ?)`, h.Type, h.ID, h.Version).Scan(&part)
		if err != nil || part {
			return t, err
		}
	}
	now := micros(s.now())
	if t.Seen = v.Sees(h.Type, h.ID, own, release, now) && v.Sees(h.Type, h.ID, current, releaseNow, now); t.Seen {
		hidden, err := s.hidden(c, &v)
		if err != nil {
			return t, err
		}
		if t.Body, err = cutHidden(t.Body, hidden); err == nil && t.Before != nil {
			t.Before, err = cutHidden(t.Before, hidden)
		}
		return t, err
	}
	if until := max(release, releaseNow); v.Sees(h.Type, h.ID, own, release, until) && v.Sees(h.Type, h.ID, current, releaseNow, until) {
		t.HeldUntil = until
	}
	return t, nil
}

// Account leaves the audit row of what somebody was told of a chart's resource, and
// waits until it is kept.
func (s *Store) Account(ctx context.Context, who identity.Principal, v *access.View, action string, h Happened) error {
	return s.seen(ctx, who, v, action, h.Type, h.ID, access.CategoriesOfType(h.Type), 1)
}

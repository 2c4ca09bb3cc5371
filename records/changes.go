package records

import (
	"context"
	"database/sql"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Change is what became of one resource, as a view sees it.
type Change struct {
	Type, ID string
	Body     []byte // nil: it is not there any more
}

// Changes is one page of what happened in a chart.
type Changes struct {
	Resync bool // the copy is not to be built upon: these items begin a new one
	Items  []Change
	Cursor string // where the next page goes on
	More   bool
	Joined []string // charts that are joined with this one, as Beside names them; each has changes of its own
}

// Bounds of a page of changes.
const (
	MaxChanges   = 500
	changesBytes = 1 << 20
)

// reached is how far somebody has come with their copy of a chart.
type reached struct {
	N       int64  `json:"n"`           // last change looked at
	Until   int64  `json:"u,omitempty"` // up to here the copy was begun: what went before was never in it
	Head    int64  `json:"h,omitempty"` // last change the view could see, when the copy was whole; 0: it is not
	View    uint64 `json:"v"`
	Release int64  `json:"r,omitempty"`
}

// Changes tells what happened in a chart since the cursor, to who keeps a copy
// of it. Without a cursor, or with one that cannot be gone on from, the copy
// begins anew. A change that the view cannot see moves nothing: the same cursor
// comes back. Whoever takes every page in order holds what a new copy would hold.
func (s *Store) Changes(ctx context.Context, who identity.Principal, patient, cursor string, limit int) (Changes, error) {
	c := s.db.Read(ctx)
	var h head
	v, err := s.access.ViewOf(c, who, patient)
	if err == nil && patient == "" {
		err = notFound()
	}
	if err == nil {
		h, err = readHead(c, patient)
	}
	if err != nil {
		return Changes{}, s.refuse(ctx, who, patient, "Patient", patient, err)
	}
	release, err := s.boundary(c, &v, h, micros(s.now()))
	if err != nil {
		return Changes{}, err
	}
	about, at := "changes "+patient+" "+who.Account, reached{}
	view := v.Fingerprint
	if v.Parts != 0 { // what older rules did not tell the part of has come in since
		view += uint64(h.rules)
	}
	begun := reached{Until: h.n, View: view, Release: release}
	out := Changes{}
	if cursor == "" || s.seals.open(about, cursor, &at) != nil || at.View != view || at.Release != release || at.N > h.n || at.Until > h.n {
		at, out.Resync = begun, true
	}
	visible, err := s.lastSeen(c, &v, h)
	if err != nil {
		return Changes{}, err
	}
	if out.Resync || at.Head == 0 || at.Head != visible {
		limit = min(max(limit, 1), MaxChanges)
		crossed, err := s.changes(c, &v, h, &at, limit, &out)
		if err == nil && crossed { // references to it come or go elsewhere in the copy
			at, out = begun, Changes{Resync: true}
			_, err = s.changes(c, &v, h, &at, limit, &out)
		}
		if err != nil {
			return Changes{}, err
		}
		if !out.More {
			at.N, at.Until, at.Head = h.n, 0, max(visible, 1)
		}
		cursor = s.seals.seal(about, at)
	}
	out.Cursor = cursor
	if h.links > 0 {
		if out.Joined, err = s.beside(c, who, v); err != nil {
			return Changes{}, err
		}
	}
	return out, s.seen(ctx, who, &v, "sync", "Patient", patient, v.See, len(out.Items))
}

// changes adds a page to out and moves at. It stops and tells when something
// that goes on to be there was hidden from the view or shown to it.
func (s *Store) changes(c *db.Conn, v *access.View, h head, at *reached, limit int, out *Changes) (crossed bool, err error) {
	now := micros(s.now())
	query, args := changesSQL(v, h, at, now)
	rows, bytes := 0, 0
	err = c.Each(query+` ORDER BY h.n LIMIT ?`, func(r *sql.Rows) error {
		var n, last, release, was int64
		var x Change
		var before, after, class access.Class
		var deleted bool
		if err := r.Scan(&n, &x.Type, &x.ID, &before.Category, &before.Labels, &after.Category, &after.Labels, &last, &class.Category, &class.Labels, &release, &deleted, &x.Body, &was); err != nil {
			return err
		}
		if rows++; rows > limit || bytes > changesBytes || crossed {
			out.More = true
			return nil
		}
		at.N = n
		sees := !deleted && v.Sees(x.Type, x.ID, class, release, now)
		saw := before.Category >= 0 && v.Sees(x.Type, x.ID, before, was, now)
		if last == n {
			was = release
		}
		switch {
		case !v.AllowsType(x.Type, 'r'):
			return nil
		case n > at.Until && before.Category >= 0 && after.Category >= 0 && saw != v.Sees(x.Type, x.ID, after, was, now):
			crossed = true
			return nil
		case sees && last != n, !sees && (!saw || n <= at.Until):
			return nil // its last change comes later; or it never was in the copy
		case !sees:
			x.Body = nil
		}
		bytes += len(x.Body)
		out.Items = append(out.Items, x)
		return nil
	}, append(args, limit+1)...)
	if err != nil || crossed || len(out.Items) == 0 {
		return crossed, err
	}
	hidden, err := s.hidden(c, v)
	for i := range out.Items {
		if err == nil && out.Items[i].Body != nil {
			out.Items[i].Body, err = cutHidden(out.Items[i].Body, hidden)
		}
	}
	return false, err
}

// changesSQL lists changes of what the view sees or saw. What it neither sees
// nor saw is left out here, so that pages do not tell how much of it there is.
func changesSQL(v *access.View, h head, at *reached, now int64) (string, []any) {
	was := `0` // until when the version before was held back
	if v.HoldResults && h.holds > 0 {
		was = `COALESCE((SELECT p.release_at FROM resource_versions p WHERE p.patient_id = h.patient_id AND p.type = h.type AND p.id = h.id AND p.version < h.version ORDER BY p.version DESC LIMIT 1), 0)`
	}
	query := `SELECT h.n, h.type, h.id, h.before_category, h.before_labels, h.after_category, h.after_labels,
		r.n, r.category, r.labels, r.release_at, r.deleted, CASE WHEN r.n = h.n THEN r.body END, ` + was + `
		FROM chart_changes h JOIN resources r ON r.patient_id = h.patient_id AND r.type = h.type AND r.id = h.id
		WHERE h.patient_id = ? AND h.n > ? AND h.n <= ?`
	args := []any{v.Patient, at.N, h.n}
	if at.Until > at.N {
		query += ` AND (h.n > ? OR h.n = r.n AND NOT r.deleted)`
		args = append(args, at.Until)
	}
	cond, more := visibleSQL(v, now, "r")
	if cond == "" {
		return query, args
	}
	query += ` AND (TRUE` + cond
	args = append(args, more...)
	for _, when := range []struct{ column, held string }{{"before", was + ` <= ?`}, {"after", `(h.n <> r.n OR r.release_at <= ?)`}} {
		query += ` OR ` + changeSeen(when.column)
		args = append(args, int64(v.See), int64(v.Hide))
		if v.Parts != 0 {
			query += ` AND ((h.` + when.column + `_labels & ?) <> 0 OR ((1 << h.` + when.column + `_category) & ?) = 0)`
			args = append(args, int64(v.Facets), int64(v.Parts))
		}
		if was != `0` {
			query += ` AND ` + when.held
			args = append(args, now)
		}
	}
	only, more := onlySQL(v, "h")
	return query + `)` + only, append(args, more...)
}

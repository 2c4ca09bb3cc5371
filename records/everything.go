package records

import (
	"context"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
)

// EverythingOptions narrow $everything.
type EverythingOptions struct {
	Types []string
	Since time.Time
	From  int64 // care dates, microseconds, [From, To); 0: no bound
	To    int64
	Count int // at most; 0: 1000
	Page  string

	alone bool // without the charts that are joined with it
}

// Everything gives the whole chart as the view sees it, resource by resource in
// the order of type and id; then, for who reaches over, the charts that are joined
// with it; and after them what all these refer to in the shared chart: who treated
// the patient, and where.
func (s *Store) Everything(ctx context.Context, who identity.Principal, patient string, o EverythingOptions) (Page, error) {
	if err := allowed(who, "Patient", 'r'); err != nil {
		return Page{}, err
	}
	c := s.db.Read(ctx)
	v, err := s.viewForRead(c, who, patient, "Patient")
	if err == nil && patient == "" {
		err = notFound()
	}
	if err == nil && !o.alone {
		err = s.reachOver(c, who, v)
	}
	if err != nil {
		return Page{}, s.refuse(ctx, who, patient, "Patient", patient, err)
	}
	if o.Count <= 0 || o.Count > 1000 {
		o.Count = 1000
	}
	about := "everything"
	for _, one := range v.All() { // a link that ended changes what the pages are of
		about += " " + one.Patient + " " + itoa(int64(one.Fingerprint))
	}
	about += strings.Join(o.Types, ",") + careWords(o)
	x := &everything{s: s, c: c, v: v, o: o, now: micros(s.now()), page: Page{Total: -1}}
	if o.Page != "" {
		if err := s.seals.open(about, o.Page, &x.at); err != nil {
			return Page{}, err
		}
	}
	views := v.All()
	for ; x.at.Chart <= len(views); x.at = (everythingCursor{Chart: x.at.Chart + 1}) {
		more, err := x.take(views)
		if err != nil {
			return Page{}, err
		}
		if more {
			x.page.Next = s.seals.seal(about, x.at)
			break
		}
	}
	if len(x.page.Items) == 0 { // a system has a view of charts that do not exist, too
		if _, err := readHead(c, patient); err != nil {
			return Page{}, s.refuse(ctx, who, patient, "Patient", patient, err)
		}
	}
	if err := x.cut(views); err != nil {
		return Page{}, err
	}
	return x.page, s.seen(ctx, who, v, "read", "Patient", patient, v.See, len(x.page.Items))
}

// everythingCursor is where a page ended: in one of the charts, or behind them in
// the shared chart.
type everythingCursor struct {
	Chart int    `json:"c,omitempty"`
	Type  string `json:"t,omitempty"`
	ID    string `json:"i,omitempty"`
}

// everything is one page on its way.
type everything struct {
	s      *Store
	c      *db.Conn
	v      *access.View
	o      EverythingOptions
	now    int64
	at     everythingCursor
	page   Page
	bodies arena
	bytes  int // of the bodies read
}

// take reads what there is room for of the chart that comes next; more says that
// it holds more.
func (x *everything) take(views []*access.View) (more bool, err error) {
	var query string
	var args []any
	v, chart := x.v, ""
	if x.at.Chart < len(views) {
		v = views[x.at.Chart]
		chart = v.Patient
		query, args = everythingSQL(v, x.o, x.now)
	} else {
		query, args = treatingSQL(views, x.o, x.now)
	}
	query, args = x.o.narrow(query, args)
	if x.at.Type != "" {
		query += " AND (r.type, r.id) > (?, ?)"
		args = append(args, x.at.Type, x.at.ID)
	}
	room := x.o.Count - len(x.page.Items)
	var typ string    // of the row before
	var readable bool // that type, by the app's scopes
	err = x.c.EachRaw(query+" ORDER BY r.type, r.id LIMIT ?", "ttiit", func(r *db.Raw) error {
		if room == 0 || x.bytes > pageBytes {
			more = true
			return nil
		}
		room--
		x.bytes += len(r.Bytes(4))
		if string(r.Bytes(0)) != typ {
			typ = r.Text(0)
			readable = v.AllowsType(typ, 'r')
		}
		x.at.Type, x.at.ID = typ, r.Text(1)
		if readable { // if not, the next page begins behind it all the same
			x.page.Items = append(x.page.Items, Stored{
				Patient: chart, Type: typ, ID: x.at.ID, Version: r.Int(2), LastUpdated: fromMicros(r.Int(3)), Body: x.bodies.keep(r.Bytes(4)),
			})
		}
		return nil
	}, append(args, room+1)...)
	return more, err
}

// cut takes references to what the views do not see out of the page.
func (x *everything) cut(views []*access.View) error {
	hidden, all := map[string][]string{}, []string(nil)
	for _, v := range views {
		h, err := x.s.hidden(x.c, v)
		if err != nil {
			return err
		}
		hidden[v.Patient], all = h, append(all, h...)
	}
	hidden[""] = all
	for i := range x.page.Items {
		it := &x.page.Items[i]
		var err error
		if it.Body, err = cutHidden(it.Body, hidden[it.Patient]); err != nil {
			return err
		}
	}
	return nil
}

const everythingColumns = "SELECT r.type, r.id, r.version, r.last_updated, r.body FROM resources r WHERE NOT r.deleted"

func everythingSQL(v *access.View, o EverythingOptions, now int64) (string, []any) {
	cond, cargs := visibleSQL(v, now, "r")
	care, dates := careSQL(o, "r")
	return everythingColumns + " AND r.patient_id = ?" + cond + care, append(append([]any{v.Patient}, cargs...), dates...)
}

// treatingSQL reads what charts refer to in the shared chart, as far as their
// views see what refers to it: a clinic that only a hidden visit names would tell
// of that visit.
func treatingSQL(views []*access.View, o EverythingOptions, now int64) (string, []any) {
	var parts []string
	var args []any
	for _, v := range views {
		cond, cargs := visibleSQL(v, now, "f")
		care, dates := careSQL(o, "f")
		parts = append(parts, "(r.type, r.id) IN (SELECT x.target_type, x.target_id FROM search_ref x JOIN resources f ON f.patient_id = x.patient_id AND f.type = x.type AND f.id = x.id WHERE x.patient_id = ? AND NOT f.deleted"+cond+care+")")
		args = append(append(append(args, v.Patient), cargs...), dates...)
	}
	return everythingColumns + " AND r.patient_id = '' AND r.type IN ('Organization', 'Practitioner', 'PractitionerRole', 'Location', 'Medication') AND (" + strings.Join(parts, " OR ") + ")", args
}

// narrow adds the types and the time of change.
func (o EverythingOptions) narrow(query string, args []any) (string, []any) {
	if len(o.Types) > 0 {
		query += " AND r.type IN " + db.Placeholders(1, len(o.Types))
		for _, t := range o.Types {
			args = append(args, t)
		}
	}
	if !o.Since.IsZero() {
		query += " AND r.last_updated >= ?"
		args = append(args, micros(o.Since))
	}
	return query, args
}

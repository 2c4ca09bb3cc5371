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
}

// Everything gives the whole chart as the view sees it, resource by resource in
// the order of type and id, and after them what the chart refers to in the
// shared chart: who treated the patient, and where.
func (s *Store) Everything(ctx context.Context, who identity.Principal, patient string, o EverythingOptions) (Page, error) {
	if err := allowed(who, "Patient", 'r'); err != nil {
		return Page{}, err
	}
	c := s.db.Read(ctx)
	v, err := s.viewForRead(c, who, patient, "Patient")
	if err == nil && patient == "" {
		err = notFound()
	}
	if err != nil {
		return Page{}, s.refuse(ctx, who, patient, "Patient", patient, err)
	}
	if o.Count <= 0 || o.Count > 1000 {
		o.Count = 1000
	}
	about := "everything " + patient + " " + itoa(int64(v.Fingerprint)) + strings.Join(o.Types, ",") + careWords(o)
	var cur struct {
		Shared bool   `json:"s"`
		Type   string `json:"t"`
		ID     string `json:"i"`
	}
	if o.Page != "" {
		if err := s.seals.open(about, o.Page, &cur); err != nil {
			return Page{}, err
		}
	}
	page := Page{Total: -1}
	var bodies arena
	var typ string    // of the row before
	var readable bool // that type, by the app's scopes
	take := func(shared bool) error {
		query, args := everythingSQL(v, o, shared, micros(s.now()))
		if cur.Shared == shared && cur.Type != "" {
			query += " AND (r.type, r.id) > (?, ?)"
			args = append(args, cur.Type, cur.ID)
		}
		room := o.Count - len(page.Items)
		more := false
		chart := patient
		if shared {
			chart = ""
		}
		err := c.EachRaw(query+" ORDER BY r.type, r.id LIMIT ?", "ttiit", func(r *db.Raw) error {
			if room == 0 {
				more = true
				return nil
			}
			room--
			if string(r.Bytes(0)) != typ {
				typ = r.Text(0)
				readable = v.AllowsType(typ, 'r')
			}
			if !readable { // the next page begins behind it all the same
				cur.Shared, cur.Type, cur.ID = shared, typ, r.Text(1)
				return nil
			}
			page.Items = append(page.Items, Stored{
				Patient: chart, Type: typ, ID: r.Text(1), Version: r.Int(2), LastUpdated: fromMicros(r.Int(3)), Body: bodies.keep(r.Bytes(4)),
			})
			cur.Shared, cur.Type, cur.ID = shared, typ, page.Items[len(page.Items)-1].ID
			return nil
		}, append(args, room+1)...)
		if more {
			page.Next = s.seals.seal(about, cur)
		}
		return err
	}
	if !cur.Shared {
		if err := take(false); err != nil {
			return Page{}, err
		}
	}
	if page.Next == "" {
		if !cur.Shared {
			cur.Type = ""
		}
		cur.Shared = true
		if err := take(true); err != nil {
			return Page{}, err
		}
	}
	if len(page.Items) == 0 { // a system has a view of charts that do not exist, too
		if _, err := readHead(c, patient); err != nil {
			return Page{}, s.refuse(ctx, who, patient, "Patient", patient, err)
		}
	}
	hidden, err := s.hidden(c, v)
	if err != nil {
		return Page{}, err
	}
	for i := range page.Items {
		if page.Items[i].Body, err = cutHidden(page.Items[i].Body, hidden); err != nil {
			return Page{}, err
		}
	}
	return page, s.seen(ctx, who, v, "read", "Patient", patient, v.See, len(page.Items))
}

func everythingSQL(v *access.View, o EverythingOptions, shared bool, now int64) (string, []any) {
	query := "SELECT r.type, r.id, r.version, r.last_updated, r.body FROM resources r WHERE NOT r.deleted"
	var args []any
	if shared {
		query += " AND r.patient_id = '' AND r.type IN ('Organization', 'Practitioner', 'PractitionerRole', 'Location', 'Medication') AND (r.type, r.id) IN (SELECT x.target_type, x.target_id FROM search_ref x JOIN resources f ON f.patient_id = x.patient_id AND f.type = x.type AND f.id = x.id WHERE x.patient_id = ? AND NOT f.deleted"
		args = append(args, v.Patient)
		cond, cargs := visibleSQL(v, now, "f") // a clinic that only a hidden visit names would tell of that visit
		care, dates := careSQL(o, "f")
		query, args = query+cond+care+")", append(append(args, cargs...), dates...)
	} else {
		query += " AND r.patient_id = ?"
		args = append(args, v.Patient)
		cond, cargs := visibleSQL(v, now, "r")
		care, dates := careSQL(o, "r")
		query, args = query+cond+care, append(append(args, cargs...), dates...)
	}
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

package records

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// ExportOptions say what is taken out of which charts.
type ExportOptions struct {
	Patients []string      // sorted; nil: every chart
	Shared   bool          // the whole shared chart; otherwise only who treated the patients, where, and with what
	Types    []string      // nil: every type that may be read
	Since    time.Time     // only what changed after it, deletions too; zero: all that is there
	Until    time.Time     // as everything was then
	Filters  []*fhir.Query // of a type that has some, only what one of them finds
}

// ExportCursor is where an export goes on. It is kept by the server and shown to
// nobody.
type ExportCursor struct {
	Patient string `json:"p,omitempty"`
	Type    string `json:"t,omitempty"` // within the chart; empty: the chart is done
	ID      string `json:"i,omitempty"`
	Shared  bool   `json:"s,omitempty"` // the charts are done
	Done    bool   `json:"d,omitempty"`
	Charts  int64  `json:"n,omitempty"` // that are done
}

// ExportPage is the next part of an export: resources chart by chart, within a
// chart in the order of type and id.
type ExportPage struct {
	Items []Stored // those that were deleted since have the outcome Deleted and no body
	Next  ExportCursor
}

// Bounds of one read of an export.
const (
	exportRows  = 500
	exportBytes = 4 << 20
)

// treating are the types of the shared chart that a patient's records are read
// with.
var treating = []string{"Location", "Medication", "Organization", "Practitioner", "PractitionerRole"}

// Charted tells whether records of patients may be of the type, or be read with
// it.
func Charted(typ string) bool {
	switch typ {
	case "Patient", "Appointment", "AppointmentResponse", "Provenance", "Group":
		return true
	}
	return homePaths[typ] != nil || slices.Contains(treating, typ)
}

// Export reads the next part of an export. It is for systems only, and gives the
// types that their scopes name. A resource that changed after Until comes as it
// was then, so that many short reads tell the same as one long one would. Before
// the page is handed over, each of its charts has its audit row.
func (s *Store) Export(ctx context.Context, who identity.Principal, o ExportOptions, at ExportCursor) (ExportPage, error) {
	if who.Kind != identity.System {
		return ExportPage{}, fault.New(fault.Forbidden, "This app was not allowed to see this kind of record.").WithCode("scope")
	}
	if who.Bound() && (o.Patients == nil || o.Shared) {
		return ExportPage{}, fault.New(fault.Forbidden, "This app was not allowed to see this kind of record.").WithCode("scope")
	}
	x := &exporting{s: s, c: s.db.Read(ctx), who: who, o: o, at: at, now: micros(s.now())}
	for !x.at.Shared && !x.full() {
		patient, err := x.nextChart()
		if err != nil {
			return ExportPage{}, err
		}
		if patient == "" {
			x.at = ExportCursor{Shared: true, Charts: x.at.Charts}
			break
		}
		if err := x.chart(patient, o.Types, nil); err != nil {
			return ExportPage{}, err
		}
	}
	if x.at.Shared && !x.at.Done && !x.full() {
		if err := x.shared(); err != nil {
			return ExportPage{}, err
		}
	}
	if len(x.events) > 0 {
		if err := s.access.Record(ctx, x.events...); err != nil {
			return ExportPage{}, err
		}
	}
	return ExportPage{Items: x.items, Next: x.at}, nil
}

// ExportCharts counts the charts that are there; of those named, when any are.
func (s *Store) ExportCharts(ctx context.Context, patients []string) (n int64, err error) {
	c := s.db.Read(ctx)
	if patients == nil {
		err = c.QueryRow(`SELECT count(*) FROM charts`).Scan(&n)
		return n, err
	}
	for part := range slices.Chunk(patients, 500) {
		var here int64
		if err := c.QueryRow(`SELECT count(*) FROM charts WHERE patient_id IN `+db.Placeholders(1, len(part)), anys(part)...).Scan(&here); err != nil {
			return 0, err
		}
		n += here
	}
	return n, nil
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// exporting is one page on its way.
type exporting struct {
	s      *Store
	c      *db.Conn
	who    identity.Principal
	o      ExportOptions
	at     ExportCursor
	now    int64
	ahead  []string // charts that come next
	items  []Stored
	bytes  int
	events []access.Event
}

func (x *exporting) full() bool { return len(x.items) >= exportRows || x.bytes >= exportBytes }

// nextChart gives the chart to read from; empty: there is none left.
func (x *exporting) nextChart() (string, error) {
	if x.at.Type != "" {
		return x.at.Patient, nil
	}
	if x.o.Patients != nil {
		i, found := slices.BinarySearch(x.o.Patients, x.at.Patient)
		if found {
			i++
		}
		if i == len(x.o.Patients) {
			return "", nil
		}
		return x.o.Patients[i], nil
	}
	if len(x.ahead) == 0 {
		err := x.c.Each(`SELECT patient_id FROM charts WHERE patient_id > ? ORDER BY patient_id LIMIT 64`, func(r *sql.Rows) error {
			var p string
			err := r.Scan(&p)
			x.ahead = append(x.ahead, p)
			return err
		}, x.at.Patient)
		if err != nil || len(x.ahead) == 0 {
			return "", err
		}
	}
	p := x.ahead[0]
	x.ahead = x.ahead[1:]
	return p, nil
}

// errFull ends a read: the rest comes with the next page.
var errFull = errors.New("records: the page is full")

// chart takes what there is room for from one chart and moves on. With only, it
// takes none but those.
func (x *exporting) chart(patient string, types []string, only map[string]bool) error {
	v, err := x.s.access.ViewOf(x.c, x.who, patient)
	if err != nil {
		return err
	}
	since, until := int64(0), micros(x.o.Until)
	query := `SELECT r.type, r.id, r.version, r.last_updated, r.category, r.labels, r.release_at, r.deleted, r.body FROM resources r
		WHERE r.patient_id = ? AND (r.type, r.id) > (?, ?)`
	args := []any{patient, x.at.Type, x.at.ID}
	if len(types) > 0 {
		query += ` AND r.type IN ` + db.Placeholders(1, len(types))
		args = append(args, anys(types)...)
	}
	if x.o.Since.IsZero() {
		query += ` AND (NOT r.deleted OR r.last_updated > ?)`
		args = append(args, until)
	} else {
		since = micros(x.o.Since)
		query += ` AND r.last_updated > ?`
		args = append(args, since)
	}
	if patient != "" && x.o.Patients == nil && x.o.Shared { // comes whole, once, with the shared chart
		query += ` AND NOT EXISTS (SELECT 1 FROM resource_charts k JOIN resource_versions w ON w.patient_id = '' AND w.type = k.type AND w.id = k.id AND w.last_updated <= ?
			WHERE k.patient_id = r.patient_id AND k.type = r.type AND k.id = r.id)`
		args = append(args, until)
	}
	room, first, more := exportRows-len(x.items), len(x.items), false
	var changed []int // items that changed after the moment of the export
	err = x.c.Each(query+` ORDER BY r.type, r.id LIMIT ?`, func(r *sql.Rows) error {
		st := Stored{Patient: patient}
		var at, release int64
		var class access.Class
		var deleted bool
		if err := r.Scan(&st.Type, &st.ID, &st.Version, &at, &class.Category, &class.Labels, &release, &deleted, &st.Body); err != nil {
			return err
		}
		if room == 0 || x.bytes >= exportBytes {
			more = true
			return errFull
		}
		room--
		x.at.Type, x.at.ID = st.Type, st.ID
		if !v.AllowsType(st.Type, 'r') || !v.Sees(st.Type, st.ID, class, release, x.now) || only != nil && !only[st.Type+"/"+st.ID] {
			return nil
		}
		st.LastUpdated = fromMicros(at)
		if deleted {
			st.Outcome, st.Body = Deleted, nil
		}
		if at > until {
			changed = append(changed, len(x.items))
		}
		x.items = append(x.items, st)
		x.bytes += len(st.Body) + 100
		return nil
	}, append(args, room+1)...)
	if err != nil && !errors.Is(err, errFull) {
		return err
	}
	if err := x.asOf(&v, changed, since, until); err != nil {
		return err
	}
	hidden, err := x.s.hidden(x.c, &v)
	if err != nil {
		return err
	}
	for i := first; i < len(x.items); i++ {
		if x.items[i].Body, err = cutHidden(x.items[i].Body, hidden); err != nil {
			return err
		}
		if err := x.filter(&x.items[i]); err != nil {
			return err
		}
	}
	x.items = slices.DeleteFunc(x.items, func(st Stored) bool { return st.ID == "" })
	x.account(&v, x.items[first:])
	if !more {
		x.at.Patient, x.at.Type, x.at.ID = patient, "", ""
		if patient != "" {
			x.at.Charts++
		}
	} else {
		x.at.Patient = patient
	}
	return nil
}

// asOf puts the version of the export's moment in the place of a newer one. What
// was not there then, or had not changed since, loses its id.
func (x *exporting) asOf(v *access.View, changed []int, since, until int64) error {
	for _, i := range changed {
		st := &x.items[i]
		var at, kind, release int64
		var class access.Class
		var body []byte
		err := x.c.QueryRow(`SELECT version, last_updated, kind, category, labels, release_at, body FROM resource_versions
			WHERE patient_id = ? AND type = ? AND id = ? AND last_updated <= ? ORDER BY version DESC LIMIT 1`, st.Patient, st.Type, st.ID, until).
			Scan(&st.Version, &at, &kind, &class.Category, &class.Labels, &release, &body)
		if err != nil && !isNoRows(err) {
			return err
		}
		deleted := kind == 3
		if isNoRows(err) || at <= since || !v.Sees(st.Type, st.ID, class, release, x.now) || deleted && since == 0 {
			*st = Stored{}
			continue
		}
		st.LastUpdated, st.Outcome, st.Body = fromMicros(at), 0, body
		if deleted {
			st.Outcome, st.Body = Deleted, nil
		}
	}
	return nil
}

// filter takes the id off what no filter of its type finds. It looks at what the
// view shows. A deletion is told all the same: who exported the resource before
// has to know.
func (x *exporting) filter(st *Stored) error {
	if len(x.o.Filters) == 0 || len(st.Body) == 0 {
		return nil
	}
	var n *fhir.Node
	for _, q := range x.o.Filters {
		if q.Type != st.Type {
			continue
		}
		if n == nil {
			var err error
			if n, err = fhir.Parse(st.Body); err != nil {
				return err
			}
		}
		if q.Matches(n) {
			return nil
		}
	}
	if n != nil {
		*st = Stored{}
	}
	return nil
}

// account adds the audit rows of what one chart gives: who, how many, and of
// which types.
func (x *exporting) account(v *access.View, items []Stored) {
	e := access.Event{Who: x.who, Patient: v.Patient, View: *v, Action: "export", Outcome: "ok"}
	typ := ""
	for i := range items {
		if t := items[i].Type; t != typ {
			typ = t
			if len(e.Detail)+1+len(t) > 200 { // what a row holds
				x.events = append(x.events, e)
				e.Detail, e.Count, e.Categories = "", 0, 0
			}
			e.Detail = strings.TrimSpace(e.Detail + " " + t)
			e.Categories |= access.CategoriesOfType(t) & v.See
		}
		e.Count++
	}
	if e.Count > 0 {
		x.events = append(x.events, e)
	}
}

// shared reads from the shared chart.
func (x *exporting) shared() error {
	types, only := x.o.Types, map[string]bool(nil)
	if !x.o.Shared {
		types = treating
		if x.o.Types != nil {
			types = slices.DeleteFunc(slices.Clone(treating), func(t string) bool { return !slices.Contains(x.o.Types, t) })
		}
		if len(types) > 0 && x.o.Patients != nil {
			var err error
			if only, err = x.treated(types); err != nil {
				return err
			}
		}
	}
	if len(types) == 0 && !x.o.Shared {
		x.at.Done = true
		return nil
	}
	for !x.at.Done && !x.full() {
		if err := x.chart("", types, only); err != nil {
			return err
		}
		x.at.Done = x.at.Type == ""
	}
	return nil
}

// treated finds what the charts refer to in the shared chart, as far as what
// refers to it is exported, too.
func (x *exporting) treated(types []string) (map[string]bool, error) {
	only := map[string]bool{}
	for part := range slices.Chunk(x.o.Patients, 200) {
		v, err := x.s.access.ViewOf(x.c, x.who, part[0]) // of a system: the same for every chart
		if err != nil {
			return nil, err
		}
		query := `SELECT DISTINCT s.target_type, s.target_id, f.type FROM search_ref s JOIN resources f ON f.patient_id = s.patient_id AND f.type = s.type AND f.id = s.id
			WHERE s.patient_id IN ` + db.Placeholders(1, len(part)) + ` AND s.target_type IN ` + db.Placeholders(1, len(types)) + ` AND NOT f.deleted`
		cond, more := visibleSQL(&v, x.now, "f")
		args := append(append(anys(part), anys(types)...), more...)
		err = x.c.Each(query+cond, func(r *sql.Rows) error {
			var typ, id, from string
			if err := r.Scan(&typ, &id, &from); err != nil {
				return err
			}
			if v.AllowsType(from, 'r') && (x.o.Types == nil || slices.Contains(x.o.Types, from)) {
				only[typ+"/"+id] = true
			}
			return nil
		}, args...)
		if err != nil {
			return nil, err
		}
	}
	return only, nil
}

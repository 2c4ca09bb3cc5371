package access

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
)

// ReportRow is one row of the audit as the privacy officer reads it: every field
// that 45 CFR 170.315(d)(2) and (10) ask for. It names kinds of data and never
// what they say.
type ReportRow struct {
	At        time.Time `json:"at"`
	Place     string    `json:"place" doc:"Writer and number: the row's name in the log"`
	Account   string    `json:"account,omitempty"`
	Who       string    `json:"who,omitempty"`
	Kind      string    `json:"kind" doc:"person, staff, system, visitor or anonymous"`
	Role      string    `json:"role"`
	Relation  string    `json:"relation,omitempty"`
	Patient   string    `json:"patient,omitempty"`
	Name      string    `json:"name,omitempty" doc:"Of the patient"`
	Action    string    `json:"action"`
	Outcome   string    `json:"outcome"`
	App       string    `json:"app,omitempty"`
	Type      string    `json:"type,omitempty" doc:"FHIR type; Person: an account"`
	ID        string    `json:"id,omitempty"`
	What      []string  `json:"what" doc:"Kinds of data"`
	Count     int       `json:"count"`
	Purpose   string    `json:"purpose,omitempty"`
	Emergency bool      `json:"emergency,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	Detail    string    `json:"detail,omitempty"`
	Address   string    `json:"address,omitempty"`
	Session   string    `json:"session,omitempty"`
	Request   string    `json:"request,omitempty"`
	Damaged   bool      `json:"damaged,omitempty" doc:"The row's code is wrong: it is not as it was written"`
}

// ReportQuery is what is asked of the report. Empty fields filter nothing.
type ReportQuery struct {
	From, Until time.Time // Until is not in it
	Account     string    // who did it, or to whose account it was done
	Patient     string
	Action      string
	App         string // client id or name
	Refused     bool
	Emergency   bool
	Sort        string // one of ReportSorts; empty: time
	Ascending   bool
	Cursor      string
	Limit       int
	sight       sight // what of a chart's rows its patient or a caregiver is shown
}

// ReportSorts are the fields by which the report can be sorted, those of
// 170.315(d)(3).
var ReportSorts = []string{"time", "who", "patient", "action", "outcome", "role", "app", "data"}

const (
	maxPeriod   = 400 * 24 * time.Hour
	maxReport   = 200     // rows of a page
	maxLookedAt = 100_000 // rows read for a page by time; then the page is short
	maxSorted   = 300_000 // rows of a period that can be sorted by something else
	reportList  = "audit report "
)

// MaySeeAudit lets the privacy officer in, in Housecall itself and through no app.
func MaySeeAudit(who identity.Principal) error {
	if !who.Is(identity.Privacy) || who.Scopes != nil {
		return fault.New(fault.Forbidden, "Only the privacy officer can see this.").WithCode("role")
	}
	return nil
}

// Audit gives one page of the report. The look leaves a row as well, in the
// patient's own log when one patient was asked for.
func (s *Service) Audit(ctx context.Context, who identity.Principal, q ReportQuery) (rows []ReportRow, next string, err error) {
	if err := s.mayReport(ctx, who, &q, "search"); err != nil {
		return nil, "", err
	}
	q.Limit = min(max(q.Limit, 1), maxReport)
	return s.report(ctx, &q)
}

// ExportAudit gives the rows of a whole period to a function, at most so many,
// in the order that was asked for.
func (s *Service) ExportAudit(ctx context.Context, who identity.Principal, q ReportQuery) (func(ctx context.Context, most int, row func(*ReportRow) error) (more bool, err error), error) {
	if err := s.mayReport(ctx, who, &q, "export"); err != nil {
		return nil, err
	}
	return func(ctx context.Context, most int, row func(*ReportRow) error) (bool, error) {
		for n := 0; ; {
			q.Limit = min(5000, most-n)
			rows, next, err := s.report(ctx, &q)
			if err != nil {
				return false, err
			}
			for i := range rows {
				if err := row(&rows[i]); err != nil {
					return false, err
				}
			}
			n += len(rows)
			if q.Cursor = next; next == "" || n >= most {
				return next != "", nil
			}
		}
	}, nil
}

func (s *Service) mayReport(ctx context.Context, who identity.Principal, q *ReportQuery, action string) error {
	if err := MaySeeAudit(who); err != nil {
		return s.refused(ctx, who, "", "AuditEvent", err)
	}
	switch {
	case q.From.IsZero() || q.Until.IsZero() || !q.From.Before(q.Until):
		return fault.New(fault.Invalid, "Please choose a period: its first and its last day.")
	case q.Until.Sub(q.From) > maxPeriod:
		return fault.New(fault.Invalid, "Please choose a period of at most a year.")
	}
	if q.Sort = cmp.Or(q.Sort, "time"); !slices.Contains(ReportSorts, q.Sort) {
		return fault.New(fault.Invalid, "The list cannot be sorted by this.")
	}
	return s.Record(ctx, Event{Who: who, Patient: q.Patient, View: View{Patient: q.Patient, Role: identity.Privacy}, Action: action, Type: "AuditEvent", Categories: Of(Other), Detail: "report by " + q.Sort})
}

// reportAt is where the next page begins: after this row in this order.
type reportAt struct {
	Key  string
	From position
}

// reportScope binds a cursor to the list it is of.
func (q *ReportQuery) scope() string {
	return fmt.Sprint(reportList, q.From.UnixMicro(), " ", q.Until.UnixMicro(), " ", q.Sort, q.Ascending, q.Refused, q.Emergency, " ", q.Account, " ", q.Patient, " ", q.Action, " ", q.App)
}

func (s *Service) report(ctx context.Context, q *ReportQuery) ([]ReportRow, string, error) {
	var after *reportAt
	if q.Cursor != "" {
		after = new(reportAt)
		b, err := s.openCursor(q.scope(), q.Cursor)
		if err == nil {
			err = json.Unmarshal(b, after)
		}
		if err != nil {
			return nil, "", fault.Wrap(fault.Invalid, "This page of the list cannot be found. Please open the list again.", err)
		}
	}
	take := s.byTime
	if q.Sort != "time" {
		take = s.sorted
	}
	found, last, err := take(ctx, q, after)
	if err != nil {
		return nil, "", err
	}
	out := make([]ReportRow, len(found))
	for i := range found {
		q.sight.cut(&found[i].entry)
		out[i] = s.reportRow(&found[i])
	}
	if last == nil {
		return out, "", nil
	}
	b, err := json.Marshal(last)
	if err != nil {
		return nil, "", err
	}
	return out, s.sealCursor(q.scope(), b), nil
}

type reported struct {
	row
	entry  entry
	unread bool // the body is none
}

// byTime reads on from where the page before ended. A page that has looked at
// very many rows ends early, also with few that fit.
func (s *Service) byTime(ctx context.Context, q *ReportQuery, after *reportAt) (out []reported, last *reportAt, err error) {
	from, until := q.From.UnixMicro(), q.Until.UnixMicro()
	p := periodRows{s: s, q: q, ascending: q.Ascending, from: from, until: until}
	if after != nil {
		p.after = &after.From
	}
	for n := 0; ; n++ {
		r, err := p.next(ctx)
		if err != nil || r == nil {
			return out, nil, err
		}
		x := reported{row: *r}
		if q.keep(&x) {
			out = append(out, x)
		}
		if len(out) >= q.Limit || n >= maxLookedAt {
			return out, &reportAt{From: r.position()}, nil
		}
	}
}

// sorted reads the whole period and keeps the page's rows.
func (s *Service) sorted(ctx context.Context, q *ReportQuery, after *reportAt) (out []reported, last *reportAt, err error) {
	order := func(ak string, a position, bk string, b position) int {
		c := cmp.Compare(ak, bk)
		if !q.Ascending {
			c = -c
		}
		if c == 0 && a != b { // of those that are alike the newest first
			if c = 1; older(b, a) {
				c = -1
			}
		}
		return c
	}
	byOrder := func(a, b reported) int { return order(q.key(&a), a.position(), q.key(&b), b.position()) }
	p := periodRows{s: s, q: q, from: q.From.UnixMicro(), until: q.Until.UnixMicro()}
	cut := func() {
		slices.SortFunc(out, byOrder)
		out = out[:min(len(out), q.Limit+1)]
	}
	for n := 0; ; n++ {
		r, err := p.next(ctx)
		if err != nil {
			return nil, nil, err
		}
		if r == nil {
			break
		}
		if n >= maxSorted {
			return nil, nil, fault.New(fault.Invalid, "There is too much in this period to sort it. Please choose a shorter one, or one person.")
		}
		x := reported{row: *r}
		if !q.keep(&x) || after != nil && order(q.key(&x), x.position(), after.Key, after.From) <= 0 {
			continue
		}
		if out = append(out, x); len(out) >= 4*(q.Limit+1) {
			cut()
		}
	}
	if cut(); len(out) > q.Limit {
		out = out[:q.Limit]
		end := &out[q.Limit-1]
		last = &reportAt{Key: q.key(end), From: end.position()}
	}
	return out, last, nil
}

// keep reads the row's body and tells whether it fits. A body that cannot be read
// is shown: it was changed.
func (q *ReportQuery) keep(x *reported) bool {
	if x.unread = json.Unmarshal(x.body, &x.entry) != nil; x.unread {
		x.entry = entry{}
		return true
	}
	e := &x.entry
	return (q.Account == "" || x.account == q.Account || e.Type == "Person" && e.ID == q.Account) &&
		(q.Patient == "" || x.patient == q.Patient) && (q.Action == "" || e.Action == q.Action) &&
		(q.App == "" || e.App == q.App || e.AppName == q.App) &&
		(!q.Refused || e.Outcome == "refused") && (!q.Emergency || e.Emergency)
}

// key is what the row is sorted by.
func (q *ReportQuery) key(x *reported) string {
	e := &x.entry
	switch q.Sort {
	case "who":
		return e.Name + "\x00" + x.account
	case "patient":
		return x.patient
	case "action":
		return e.Action
	case "outcome":
		return e.Outcome
	case "role":
		return e.Role
	case "app":
		return e.AppName + "\x00" + e.App
	}
	return fmt.Sprintf("%s\x00%012d", e.Type, e.Categories)
}

func (s *Service) reportRow(x *reported) ReportRow {
	e := &x.entry
	out := ReportRow{
		At: moment(x.at), Place: fmt.Sprintf("%d/%d", x.writer, x.counter), Account: x.account, Who: e.Name, Kind: e.Kind, Role: e.Role, Relation: e.Relation, Patient: x.patient,
		Action: e.Action, Outcome: e.Outcome, App: cmp.Or(e.AppName, e.App), Type: e.Type, ID: e.ID, What: e.Categories.Words(), Count: e.Count, Purpose: e.Purpose,
		Emergency: e.Emergency, Reason: e.Reason, Detail: e.Detail, Request: e.Request, Damaged: x.unread || x.bad,
	}
	out.Address, out.Session = splitSource(x.source)
	if out.What == nil {
		out.What = []string{}
	}
	return out
}

// periodRows reads the rows of a period, by time: newest first, or oldest first.
// An account's or a patient's are found by the index.
type periodRows struct {
	s           *Service
	q           *ReportQuery
	ascending   bool
	from, until int64
	after       *position
	keyed       *keyRows
	stores      []*periodStore
}

// periodStore is one database, of which the rows are read page by page.
type periodStore struct {
	c     *db.Conn
	after position // of the list
	at    position // of the pages: their first rows
	rows  []row
	over  bool
}

func (p *periodRows) begin(ctx context.Context) {
	start := position{At: p.until, Writer: -1}
	if p.ascending {
		start = position{At: p.from, Writer: -1}
	}
	if p.after != nil {
		start = *p.after
	}
	k := &keyRows{s: p.s, ctx: ctx, since: p.from, until: p.until, from: start, ascending: p.ascending, sight: p.q.sight}
	if p.q.Patient != "" {
		k.charts = []string{p.q.Patient}
	}
	if p.q.Account != "" { // and what was done by nobody who is known, to the account perhaps
		k.accounts = []string{p.q.Account, ""}
	}
	if len(k.charts)+len(k.accounts) > 0 {
		p.keyed = k
		return
	}
	at := start
	if p.ascending { // the page may have begun before
		at.Counter -= maxPageRows
	}
	for _, d := range p.s.stores() {
		p.stores = append(p.stores, &periodStore{c: d.Read(ctx), after: start, at: at})
	}
}

func (p *periodRows) next(ctx context.Context) (*row, error) {
	if p.keyed == nil && p.stores == nil {
		p.begin(ctx)
	}
	if p.keyed != nil {
		return p.keyed.next()
	}
	var best *periodStore
	for _, x := range p.stores {
		if err := p.fill(ctx, x); err != nil {
			return nil, err
		}
		if len(x.rows) > 0 && (best == nil || older(x.rows[0].position(), best.rows[0].position()) == p.ascending) {
			best = x
		}
	}
	if best == nil {
		return nil, nil
	}
	r := &best.rows[0]
	best.rows = best.rows[1:]
	return r, nil
}

const periodPages = 50 // pages that are read at once

func (p *periodRows) fill(ctx context.Context, x *periodStore) error {
	for len(x.rows) == 0 && !x.over {
		if err := p.read(x); err != nil {
			return err
		}
		var err error
		if x.rows, err = p.q.sight.keep(p.s.db.Read(ctx), x.rows); err != nil {
			return err
		}
	}
	return nil
}

func (p *periodRows) read(x *periodStore) error {
	sign, order := "<=", `at DESC, writer DESC, first DESC`
	if p.ascending {
		sign, order = ">=", `at, writer, first`
	}
	pages, err := readPages(x.c, `WHERE at < ? AND at >= ? AND (at, writer, first) `+sign+` (?, ?, ?) ORDER BY `+order+` LIMIT ?`,
		p.until, p.from, x.at.At, x.at.Writer, x.at.Counter, periodPages)
	if err != nil {
		return err
	}
	x.over = len(pages) < periodPages
	x.rows = nil
	for i := range pages {
		rows := p.s.rows(&pages[i])
		if x.at = (position{pages[i].at, pages[i].writer, pages[i].first + 1}); !p.ascending {
			slices.Reverse(rows)
			x.at.Counter -= 2
		}
		for k := range rows {
			if at := rows[k].position(); p.ascending && older(x.after, at) || !p.ascending && older(at, x.after) {
				x.rows = append(x.rows, rows[k])
			}
		}
	}
	return nil
}

// Look is what one row tells about who was in which chart.
type Look struct {
	At             time.Time
	Account, Name  string
	Staff          bool
	Role, Relation string
	Patient        string
	Emergency      bool
	Refused        bool
}

// Looks goes through a period, oldest first, for the report on unusual accesses.
// It leaves no row of its own: who asks for it was let in and written down.
func (s *Service) Looks(ctx context.Context, from, until time.Time, each func(*Look)) error {
	p := periodRows{s: s, q: &ReportQuery{}, ascending: true, from: from.UnixMicro(), until: until.UnixMicro()}
	for n := 0; ; n++ {
		r, err := p.next(ctx)
		if err != nil || r == nil {
			return err
		}
		if n >= maxSorted {
			return fault.New(fault.Invalid, "There is too much in this period to look through it. Please choose a shorter one.")
		}
		var e entry
		if r.patient == "" || json.Unmarshal(r.body, &e) != nil {
			continue
		}
		each(&Look{At: moment(r.at), Account: r.account, Name: e.Name, Staff: e.Kind == kindNames[identity.Staff], Role: e.Role, Relation: e.Relation,
			Patient: r.patient, Emergency: e.Emergency, Refused: e.Outcome == "refused"})
	}
}

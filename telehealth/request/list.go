package request

import (
	"context"
	"database/sql"
	"math"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
)

// showAll shows the requests of one chart that the view sees.
func (s *Service) showAll(c *db.Conn, v *access.View, who identity.Principal, rows []*row) ([]Request, error) {
	ids := make([]string, len(rows))
	for i, x := range rows {
		ids[i] = x.id
	}
	bodies, err := s.Records.Bodies(c, v, task, ids)
	if err != nil {
		return nil, err
	}
	done, err := steps(c, rows)
	if err != nil {
		return nil, err
	}
	out := make([]Request, 0, len(rows))
	for _, x := range rows {
		body := bodies[x.id]
		if body == nil {
			continue
		}
		r := s.bare(x, who)
		r.Steps = done[x.id]
		if err := read(body, &r); err != nil {
			return nil, err
		}
		r.Next, r.Issues = next(v, x.kind, x.state), x.state.open() && issues(v, x.kind)
		out = append(out, r)
	}
	return out, nil
}

// bare is what the row alone tells.
func (s *Service) bare(x *row, who identity.Principal) Request {
	return Request{ID: x.id, Patient: x.patient, Kind: x.kind, State: x.state, Version: x.step, AskedAt: moment(x.askedAt), ChangedAt: moment(x.changedAt),
		By: x.by, Mine: x.by.Account == who.Account, Steps: []Stage{}, Results: []Outcome{}, Next: []State{}}
}

func (s *Service) showOne(c *db.Conn, v *access.View, who identity.Principal, x *row) (Request, error) {
	all, err := s.showAll(c, v, who, []*row{x})
	if err == nil && len(all) == 0 {
		err = notFound()
	}
	if err != nil {
		return Request{}, err
	}
	return all[0], nil
}

// Request gives one request.
func (s *Service) Request(ctx context.Context, who identity.Principal, patient, id string) (Request, error) {
	c := s.DB.Read(ctx)
	var out Request
	v, err := seeing(s.Records.Enter(c, who, patient, task))
	if err == nil {
		var x *row
		if x, err = find(c, id, false); err == nil && (x == nil || x.patient != patient) {
			err = notFound()
		}
		if err == nil {
			out, err = s.showOne(c, v, who, x)
		}
	}
	if err != nil {
		return Request{}, s.Records.Refuse(ctx, who, patient, task, id, err)
	}
	return out, s.Records.Looked(ctx, who, v, "read", task, id, access.Of(out.Kind.category()), 1)
}

// Page is a page of requests.
type Page struct {
	Items  []Request
	Next   string
	CanAsk []Kind // what the viewer may ask for
}

// Requests lists those of a chart, the newest first; only open ones, if that is
// wanted.
func (s *Service) Requests(ctx context.Context, who identity.Principal, patient string, open bool, cursor string, limit int) (Page, error) {
	c := s.DB.Read(ctx)
	out := Page{Items: []Request{}, CanAsk: []Kind{}}
	at, id := int64(math.MaxInt64), ""
	var err error
	if cursor != "" {
		if at, id, err = openCursor(cursor); err != nil {
			return out, err
		}
	}
	v, err := seeing(s.Records.Enter(c, who, patient, task))
	if err != nil {
		return out, s.Records.Refuse(ctx, who, patient, task, "", err)
	}
	for _, k := range Kinds {
		if mayAsk(v, k) {
			out.CanAsk = append(out.CanAsk, k)
		}
	}
	cond := ``
	if open {
		cond = ` AND r.open = 1`
	}
	limit = min(max(limit, 1), maxPage)
	const most = 40 // bounds what one page looks at
	for range most {
		rows, err := list(c, `WHERE r.patient_id = ? AND (r.asked_at, r.id) < (?, ?)`+cond+` ORDER BY r.asked_at DESC, r.id DESC LIMIT ?`, patient, at, id, limit+1)
		if err != nil {
			return out, err
		}
		some, err := s.showAll(c, v, who, rows)
		if err != nil {
			return out, err
		}
		for _, r := range some {
			if len(out.Items) == limit { // it is the first of the next page
				last := out.Items[limit-1]
				out.Next = sealCursor(last.AskedAt.UnixMicro(), last.ID)
				return out, s.looked(ctx, who, v, out.Items)
			}
			out.Items = append(out.Items, r)
		}
		if len(rows) <= limit {
			return out, s.looked(ctx, who, v, out.Items)
		}
		last := rows[len(rows)-1]
		at, id = last.askedAt, last.id
	}
	out.Next = sealCursor(at, id)
	return out, s.looked(ctx, who, v, out.Items)
}

func (s *Service) looked(ctx context.Context, who identity.Principal, v *access.View, items []Request) error {
	return s.Records.Looked(ctx, who, v, "search", task, "", categories(items)|v.See&asked, len(items))
}

func categories(items []Request) (set access.CategorySet) {
	for _, r := range items {
		set |= access.Of(r.Kind.category())
	}
	return set
}

// Listed is a request in the clinic's list, with whose it is.
type Listed struct {
	Request
	PatientName string       `json:"patientName"`
	BirthDate   string       `json:"birthDate"`
	Age         *records.Age `json:"age,omitempty"`
	Sex         string       `json:"sex"`
}

// Counts is how many requests of each kind are open.
type Counts map[Kind]int

// Open lists what is to be answered for the patients in whose care teams somebody is,
// what waits longest first. Each chart is decided on; counts hold what the viewer
// would find.
func (s *Service) Open(ctx context.Context, who identity.Principal, kind Kind, cursor string, limit int) (items []Listed, next string, counts Counts, err error) {
	counts = Counts{}
	for _, k := range Kinds {
		counts[k] = 0
	}
	if who.Kind != identity.Staff || !who.AllowsFHIR(task, 's') {
		return nil, "", nil, fault.New(fault.Forbidden, "Only staff can see what patients ask for.").WithCode("role")
	}
	at, id := int64(math.MinInt64), ""
	if cursor != "" {
		if at, id, err = openCursor(cursor); err != nil {
			return nil, "", nil, err
		}
	}
	c := s.DB.Read(ctx)
	found, views, err := s.openRows(c, who)
	if err != nil {
		return nil, "", nil, err
	}
	limit = min(max(limit, 1), maxPage)
	var page []*row
	for _, x := range found {
		counts[x.kind]++
		if kind != "" && x.kind != kind || x.askedAt < at || x.askedAt == at && x.id <= id {
			continue
		}
		if len(page) == limit {
			next = sealCursor(page[limit-1].askedAt, page[limit-1].id)
			page = append(page, nil)
		} else if len(page) < limit {
			page = append(page, x)
		}
	}
	page = slices.DeleteFunc(page, func(x *row) bool { return x == nil })
	items, err = s.named(ctx, c, who, views, page)
	return items, next, counts, err
}

// openRows gives the open requests that somebody at the clinic would find and may
// answer, the oldest first.
func (s *Service) openRows(c *db.Conn, who identity.Principal) ([]*row, map[string]*access.View, error) {
	type classed struct {
		row
		class access.Class
	}
	var all []classed
	now := s.now()
	err := c.Each(`SELECT `+columns+`, t.category, t.labels FROM requests r JOIN care_team ct ON ct.patient_id = r.patient_id
		JOIN resources t ON t.patient_id = r.patient_id AND t.type = ? AND t.id = r.id AND NOT t.deleted
		WHERE r.open = 1 AND ct.account = ? AND ct.start_at <= ? AND (ct.end_at = 0 OR ct.end_at > ?) ORDER BY r.asked_at, r.id LIMIT ?`, func(r *sql.Rows) error {
		var x classed
		err := r.Scan(append(x.into(), &x.class.Category, &x.class.Labels)...)
		x.by.Side = sideOf(x.by.Role)
		all = append(all, x)
		return err
	}, task, who.Account, now, now, maxListed)
	if err != nil {
		return nil, nil, err
	}
	var charts []string
	known := map[string]bool{}
	for _, x := range all {
		if !known[x.patient] {
			known[x.patient] = true
			charts = append(charts, x.patient)
		}
	}
	list, err := s.Access.ViewsOf(c, who, charts)
	if err != nil {
		return nil, nil, err
	}
	views := map[string]*access.View{}
	for i := range list {
		views[list[i].Patient] = &list[i]
	}
	out := make([]*row, 0, len(all))
	for i := range all {
		x := &all[i]
		if v := views[x.patient]; v != nil && v.SeesClass(x.class) && decides(v, x.kind) && v.AllowsType(task, 's') {
			out = append(out, &x.row)
		}
	}
	return out, views, nil
}

// named shows rows of several charts, in their order, with the names of the patients.
func (s *Service) named(ctx context.Context, c *db.Conn, who identity.Principal, views map[string]*access.View, page []*row) ([]Listed, error) {
	byChart := map[string][]*row{}
	var charts []string
	for _, x := range page {
		if byChart[x.patient] == nil {
			charts = append(charts, x.patient)
		}
		byChart[x.patient] = append(byChart[x.patient], x)
	}
	shown := map[string]Request{}
	var events []access.Event
	for _, p := range charts {
		some, err := s.showAll(c, views[p], who, byChart[p])
		if err != nil {
			return nil, err
		}
		for _, r := range some {
			shown[r.ID] = r
		}
		events = append(events, access.Event{Who: who, Patient: p, View: *views[p], Action: "search", Type: task, Categories: categories(some), Count: len(some), Outcome: "ok"})
	}
	known, err := s.Records.Patients(ctx, who, charts)
	if err != nil {
		return nil, err
	}
	out := make([]Listed, 0, len(page))
	for _, x := range page {
		r, ok := shown[x.id]
		if !ok {
			continue
		}
		l := Listed{Request: r}
		if i := slices.IndexFunc(known, func(k records.Patient) bool { return k.ID == x.patient }); i >= 0 {
			k := known[i]
			l.PatientName, l.BirthDate, l.Age, l.Sex = k.Name, k.BirthDate, k.Age, k.Sex
		}
		out = append(out, l)
	}
	return out, s.Access.Record(ctx, events...)
}

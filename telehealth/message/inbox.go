package message

import (
	"context"
	"database/sql"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/pool"
)

// Views of an inbox.
const (
	InboxAll       = "all"       // open
	InboxMine      = "mine"      // open and taken by the viewer
	InboxUnclaimed = "unclaimed" // open, somebody waits, and nobody has taken it
	InboxDone      = "done"      // closed
)

// InboxQuery is what somebody wants to see of their inbox.
type InboxQuery struct {
	View     string
	Pool     string   // only of this pool; empty: all
	Patients []string // only these; nil: all
	Topic    string   // only this one
	Priority string   // only this one
	Overdue  bool     // only what should have been answered by now
	Cursor   string
	Limit    int
}

// Counts is how many threads each view of an inbox holds, counted up to 1000.
type Counts struct {
	All       int `json:"all"`
	Mine      int `json:"mine"`
	Unclaimed int `json:"unclaimed"`
	Done      int `json:"done"`
}

func notStaff() error {
	return fault.New(fault.Forbidden, "Only doctors and nurses have an inbox.").WithCode("role")
}

// A part is one of the sets of threads that make up an inbox: those of one pool in
// which somebody is, those of the charts in whose care teams they are in person, or
// the urgent ones of charts that were lent to their pools. A pool only has threads of
// charts that it is joined to, so being in it is enough to list them; each chart that
// is shown is still decided on. The order of each part is served by an index, but of
// the last one, which is small.
type part struct {
	from, cond string
	args       []any
}

// maxCounted is how far threads are counted.
const maxCounted = 1000

// parts gives the sets of somebody's inbox: all of them, or that of one pool.
func (s *Service) parts(c *db.Conn, who identity.Principal, only string) ([]part, error) {
	if who.Kind != identity.Staff || !who.AllowsFHIR(communication, 's') {
		return nil, notStaff()
	}
	var roles []any
	for _, r := range []identity.Role{identity.Clinician, identity.Nurse} {
		if who.Is(r) {
			roles = append(roles, string(r))
		}
	}
	if len(roles) == 0 {
		return nil, nil
	}
	kept, err := s.Access.KeptCharts(c, who.Account, access.Messages)
	if err != nil {
		return nil, err
	}
	not, out := ``, []any(nil)
	if len(kept) > 0 {
		in, list := c.Among("t.patient_id", kept)
		not, out = ` AND NOT `+in, []any{list}
	}
	pools, err := s.Pools.Of(c, who)
	if err != nil {
		return nil, err
	}
	var parts []part
	var ids []string
	for _, p := range pools {
		if only == "" || only == p.ID {
			ids = append(ids, p.ID)
			parts = append(parts, part{`threads t`, `t.pool = ?` + not, append([]any{p.ID}, out...)})
		}
	}
	now := s.now()
	if len(ids) > 0 {
		of, list := c.Among("x.pool", ids)
		parts = append(parts, part{`pool_charts x JOIN threads t ON t.patient_id = x.patient_id`,
			`x.end_at > 0 AND x.end_at > ? AND x.start_at <= ? AND ` + of + ` AND t.priority = ? AND t.pool <> x.pool` + not,
			append([]any{now, now, list, int(pool.Urgent)}, out...)})
	}
	if only != "" {
		if len(parts) == 0 {
			return nil, fault.New(fault.NotFound, "We could not find this pool.")
		}
		return parts, nil
	}
	return append(parts, part{`threads t JOIN care_team ct ON ct.patient_id = t.patient_id`,
		`ct.account = ? AND ct.start_at <= ? AND (ct.end_at = 0 OR ct.end_at > ?) AND ct.role IN ` + db.Placeholders(1, len(roles)) + not,
		append(append([]any{who.Account, now, now}, roles...), out...)}), nil
}

// viewSQL is the condition of a view of an inbox.
func viewSQL(view string, who identity.Principal) (string, []any, error) {
	switch view {
	case "", InboxAll:
		return ` AND t.state = 1`, nil, nil
	case InboxMine:
		return ` AND t.claimed_by = ? AND t.claimed_by <> '' AND t.state = 1`, []any{who.Account}, nil
	case InboxUnclaimed:
		return ` AND t.state = 1 AND t.claimed_by = '' AND t.waits_since > 0`, nil, nil
	case InboxDone:
		return ` AND t.state = 2`, nil, nil
	}
	return "", nil, fault.New(fault.Invalid, "There is no such view of the inbox.")
}

// union gives, as one query of (patient_id, id, place), the first so many threads of
// each part that meet a condition.
func union(parts []part, cond string, args []any, limit int) (string, []any) {
	var list []string
	var all []any
	for _, p := range parts {
		list = append(list, `SELECT * FROM (SELECT t.patient_id, t.id, t.place FROM `+p.from+` WHERE `+p.cond+cond+` ORDER BY t.place, t.id LIMIT ?) p`+itoa(int64(len(list))))
		all = append(append(append(all, p.args...), args...), limit)
	}
	return strings.Join(list, ` UNION `), all
}

// filterSQL is the condition of what somebody narrows their inbox to.
func (s *Service) filterSQL(c *db.Conn, q InboxQuery) (cond string, args []any, err error) {
	if q.Patients != nil {
		in, list := c.Among("t.patient_id", q.Patients)
		cond, args = ` AND `+in, append(args, list)
	}
	if q.Topic != "" {
		cond, args = cond+` AND t.topic = ?`, append(args, q.Topic)
	}
	if q.Priority != "" {
		p, ok := pool.ParsePriority(q.Priority)
		if !ok {
			return "", nil, fault.New(fault.Invalid, "A priority is routine, soon or urgent.")
		}
		cond, args = cond+` AND t.priority = ?`, append(args, int(p))
	}
	if q.Overdue {
		cond, args = cond+` AND t.waits_since > 0 AND t.due_at < ?`, append(args, s.now())
	}
	return cond, args, nil
}

// Inbox lists the threads of the pools in which somebody is and of the charts in
// whose care teams they are: what waits first, the more urgent and what is due
// earlier before the rest, then what was last written.
func (s *Service) Inbox(ctx context.Context, who identity.Principal, q InboxQuery) (items []Thread, next string, counts Counts, err error) {
	c := s.DB.Read(ctx)
	parts, err := s.parts(c, who, q.Pool)
	if err != nil || len(parts) == 0 {
		return nil, "", counts, err
	}
	if counts, err = countInbox(c, who, parts); err != nil {
		return nil, "", counts, err
	}
	cond, args, err := viewSQL(q.View, who)
	if err != nil {
		return nil, "", counts, err
	}
	more, moreArgs, err := s.filterSQL(c, q)
	if err != nil {
		return nil, "", counts, err
	}
	cond, args = cond+more, append(args, moreArgs...)
	if q.Cursor != "" {
		place, id, err := openCursor(q.Cursor)
		if err != nil {
			return nil, "", counts, err
		}
		cond, args = cond+` AND (t.place, t.id) > (?, ?)`, append(args, place, id)
	}
	limit := min(max(q.Limit, 1), maxPage)
	from, all := union(parts, cond, args, limit+1)
	list, err := listThreads(c, who, `(`+from+`) k JOIN threads t ON t.patient_id = k.patient_id AND t.id = k.id`, `ORDER BY t.place, t.id LIMIT ?`, append(all, limit+1)...)
	if err != nil {
		return nil, "", counts, err
	}
	if len(list) > limit {
		list = list[:limit]
		next = sealCursor(list[limit-1].place(), list[limit-1].id)
	}
	items, err = s.ofCharts(ctx, c, who, list)
	return items, next, counts, err
}

// OpenCharts gives the charts of the open threads of the pools in which somebody is:
// of those pools that answer, and of those who may read what is in them.
func (s *Service) OpenCharts(ctx context.Context, who identity.Principal, most int) ([]string, error) {
	if who.Kind != identity.Staff || !who.Is(identity.Clinician) && !who.Is(identity.Nurse) || !who.AllowsFHIR(communication, 's') {
		return nil, nil
	}
	return s.InboxCharts(ctx, who, InboxQuery{View: InboxAll}, most)
}

// InboxCharts gives the charts of the first so many threads of a view, for a search by
// name.
func (s *Service) InboxCharts(ctx context.Context, who identity.Principal, q InboxQuery, most int) (patients []string, err error) {
	c := s.DB.Read(ctx)
	parts, err := s.parts(c, who, q.Pool)
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	cond, args, err := viewSQL(q.View, who)
	if err != nil {
		return nil, err
	}
	from, all := union(parts, cond, args, most)
	err = c.Each(`SELECT DISTINCT k.patient_id FROM (`+from+`) k ORDER BY k.patient_id LIMIT ?`, func(r *sql.Rows) error {
		var p string
		err := r.Scan(&p)
		patients = append(patients, p)
		return err
	}, append(all, most)...)
	return patients, err
}

// countInbox counts what each view holds, up to a bound: who has a thousand threads
// before them need not know how many more there are.
func countInbox(c *db.Conn, who identity.Principal, parts []part) (n Counts, err error) {
	for view, to := range map[string]*int{InboxAll: &n.All, InboxMine: &n.Mine, InboxUnclaimed: &n.Unclaimed, InboxDone: &n.Done} {
		cond, args, err := viewSQL(view, who)
		if err != nil {
			return n, err
		}
		from, all := union(parts, cond, args, maxCounted)
		if err := c.QueryRow(`SELECT count(*) FROM (`+from+`) k`, all...).Scan(to); err != nil {
			return n, err
		}
		*to = min(*to, maxCounted)
	}
	return n, nil
}

// ofCharts shows threads of several charts. Each chart is decided and audited.
func (s *Service) ofCharts(ctx context.Context, c *db.Conn, who identity.Principal, list []*thread) ([]Thread, error) {
	byChart := map[string][]*thread{}
	for _, t := range list {
		byChart[t.patient] = append(byChart[t.patient], t)
	}
	shown := map[string]Thread{}
	var events []access.Event
	for p, of := range byChart {
		v, err := s.enter(c, who, p)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		of, err := s.asSeen(c, who, v, of)
		if err != nil {
			return nil, err
		}
		some, err := s.showAll(c, who, v, of)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			shown[t.ID] = t
		}
		events = append(events, access.Event{Who: who, Patient: p, View: *v, Action: "search", Type: communication, Categories: access.Of(access.Messages), Count: len(some), Outcome: "ok"})
	}
	out := make([]Thread, 0, len(list))
	for _, t := range list {
		if x, ok := shown[t.id]; ok {
			out = append(out, x)
		}
	}
	return out, s.Access.Record(ctx, events...)
}

// InboxUnread counts the open threads of somebody's inbox that hold something
// they have not read and that nobody else takes care of: among the first thousand of
// each pool.
func (s *Service) InboxUnread(ctx context.Context, who identity.Principal) (n int, err error) {
	c := s.DB.Read(ctx)
	parts, err := s.parts(c, who, "")
	if err != nil || len(parts) == 0 {
		return 0, err
	}
	from, args := union(parts, ` AND t.state = 1 AND t.claimed_by IN ('', ?)`, []any{who.Account}, maxCounted)
	err = c.QueryRow(`SELECT count(*) FROM (`+from+`) t WHERE EXISTS (SELECT 1 FROM thread_messages u WHERE u.patient_id = t.patient_id AND u.thread = t.id`+theirs(true)+` AND u.n > `+readUpto+`)`,
		append(args, who.Account, who.Account)...).Scan(&n)
	return min(n, maxCounted), err
}

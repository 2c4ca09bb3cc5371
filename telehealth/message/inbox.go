package message

import (
	"context"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
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
	Patients []string // only these; nil: all
	Cursor   string
	Limit    int
}

// Counts is how many threads each view of an inbox holds.
type Counts struct {
	All       int `json:"all"`
	Mine      int `json:"mine"`
	Unclaimed int `json:"unclaimed"`
	Done      int `json:"done"`
}

func notStaff() error {
	return fault.New(fault.Forbidden, "Only doctors and nurses have an inbox.").WithCode("role")
}

const ofInbox = `threads t JOIN care_team ct ON ct.patient_id = t.patient_id`

// teams is the condition for the care teams in which somebody answers messages
// now; empty when there can be none.
func (s *Service) teams(who identity.Principal) (cond string, args []any, err error) {
	if who.Kind != identity.Staff || !who.AllowsFHIR(communication, 's') {
		return "", nil, notStaff()
	}
	var roles []any
	for _, r := range []identity.Role{identity.Clinician, identity.Nurse} {
		if who.Is(r) {
			roles = append(roles, string(r))
		}
	}
	if len(roles) == 0 {
		return "", nil, nil
	}
	now := s.now()
	kept, more := access.KeptFromSQL(access.Messages, "ct.account", "t.patient_id")
	return `ct.account = ? AND ct.start_at <= ? AND (ct.end_at = 0 OR ct.end_at > ?) AND ct.role IN ` + db.Placeholders(1, len(roles)) + ` AND NOT ` + kept,
		append(append([]any{who.Account, now, now}, roles...), more...), nil
}

// Inbox lists the threads of the charts in whose care teams somebody is: who
// waits longest first, then what was last written.
func (s *Service) Inbox(ctx context.Context, who identity.Principal, q InboxQuery) (items []Thread, next string, counts Counts, err error) {
	team, args, err := s.teams(who)
	if err != nil || team == "" {
		return nil, "", counts, err
	}
	c := s.DB.Read(ctx)
	if counts, err = countInbox(c, who, team, args); err != nil {
		return nil, "", counts, err
	}
	cond := `WHERE ` + team
	switch q.View {
	case "", InboxAll:
		cond += ` AND t.state = 1`
	case InboxMine:
		cond, args = cond+` AND t.state = 1 AND t.claimed_by = ?`, append(args, who.Account)
	case InboxUnclaimed:
		cond += ` AND t.state = 1 AND t.claimed_by = '' AND t.waits_since > 0`
	case InboxDone:
		cond += ` AND t.state = 2`
	default:
		return nil, "", counts, fault.New(fault.Invalid, "There is no such view of the inbox.")
	}
	if q.Patients != nil {
		if len(q.Patients) == 0 {
			return nil, "", counts, nil
		}
		cond += ` AND t.patient_id IN ` + db.Placeholders(1, len(q.Patients))
		for _, p := range q.Patients {
			args = append(args, p)
		}
	}
	if q.Cursor != "" {
		place, id, err := openCursor(q.Cursor)
		if err != nil {
			return nil, "", counts, err
		}
		cond, args = cond+` AND (t.place, t.id) > (?, ?)`, append(args, place, id)
	}
	limit := min(max(q.Limit, 1), maxPage)
	list, err := listThreads(c, who, ofInbox, cond+` ORDER BY t.place, t.id LIMIT ?`, append(args, limit+1)...)
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

func countInbox(c *db.Conn, who identity.Principal, team string, args []any) (n Counts, err error) {
	err = c.QueryRow(`SELECT COALESCE(sum(CASE WHEN t.state = 1 THEN 1 ELSE 0 END), 0),
		COALESCE(sum(CASE WHEN t.state = 1 AND t.claimed_by = ? THEN 1 ELSE 0 END), 0),
		COALESCE(sum(CASE WHEN t.state = 1 AND t.claimed_by = '' AND t.waits_since > 0 THEN 1 ELSE 0 END), 0),
		COALESCE(sum(CASE WHEN t.state = 2 THEN 1 ELSE 0 END), 0) FROM `+ofInbox+` WHERE `+team, append([]any{who.Account}, args...)...).
		Scan(&n.All, &n.Mine, &n.Unclaimed, &n.Done)
	return n, err
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
// they have not read and that nobody else takes care of.
func (s *Service) InboxUnread(ctx context.Context, who identity.Principal) (n int, err error) {
	team, args, err := s.teams(who)
	if err != nil || team == "" {
		return 0, err
	}
	err = s.DB.Read(ctx).QueryRow(`SELECT count(*) FROM `+ofInbox+` WHERE `+team+` AND t.state = 1 AND t.claimed_by IN ('', ?)
		AND EXISTS (SELECT 1 FROM thread_messages u WHERE u.patient_id = t.patient_id AND u.thread = t.id`+theirs(true)+` AND u.n > `+readUpto+`)`,
		append(args, who.Account, who.Account, who.Account)...).Scan(&n)
	return n, err
}

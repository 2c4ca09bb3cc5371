package message

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/telehealth/pool"
)

// States of a thread. They are stored.
const (
	open   = 1
	closed = 2
)

// thread is a row of threads.
type thread struct {
	patient, id                         string
	state                               int
	startedAt, lastAt, lastN            int64
	waitsSince                          int64
	claimedBy, claimedName, claimedRole string
	claimedAt                           int64
	pool, topic                         string // the pool owns it while nobody has claimed it
	priority                            pool.Priority
	dueAt                               int64 // of waitsSince
	dangerAt                            int64 // words of danger last came then; 0: none did
	ladder

	// of its last message, and for one viewer
	lastID string
	last   Author
	count  int
	unread int
}

const threadColumns = `t.patient_id, t.id, t.state, t.started_at, t.last_at, t.last_n, t.waits_since, t.claimed_by, t.claimed_name, t.claimed_role, t.claimed_at,
	t.pool, t.topic, t.priority, t.due_at, t.escalation, t.rung, t.ring_at, t.danger_at`

func (t *thread) columns() []any {
	return []any{&t.patient, &t.id, &t.state, &t.startedAt, &t.lastAt, &t.lastN, &t.waitsSince, &t.claimedBy, &t.claimedName, &t.claimedRole, &t.claimedAt,
		&t.pool, &t.topic, &t.priority, &t.dueAt, &t.escalation, &t.rung, &t.ringAt, &t.dangerAt}
}

// threadTx reads a thread to change it; its row is locked.
func threadTx(c *db.Conn, patient, id string) (*thread, error) {
	query := `SELECT ` + threadColumns + ` FROM threads t WHERE t.patient_id = ? AND t.id = ?`
	if c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var t thread
	err := c.QueryRow(query, patient, id).Scan(t.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound()
	}
	return &t, err
}

func (t *thread) claim(by Author, at int64) {
	t.claimedBy, t.claimedName, t.claimedRole, t.claimedAt = by.Account, by.Name, by.Role, at
}

// far is later than any time: threads on which nobody waits come after those on
// which somebody does.
const far = int64(1) << 60

// place is where a thread stands in an inbox: what waits comes first, the more
// urgent and then what is due earlier before the rest; then what was last written.
func (t *thread) place() int64 {
	if t.state == open && t.waitsSince > 0 {
		return int64(pool.Urgent-t.priority)<<54 + t.dueAt
	}
	return far - t.lastAt
}

func (t *thread) save(c *db.Conn) error {
	_, err := c.Exec(`INSERT INTO threads (patient_id, id, state, started_at, last_at, last_n, waits_since, place, claimed_by, claimed_name, claimed_role, claimed_at,
		pool, topic, priority, due_at, escalation, rung, ring_at, danger_at) VALUES `+db.Placeholders(1, 20)+` ON CONFLICT (patient_id, id) DO UPDATE SET state = excluded.state, last_at = excluded.last_at, last_n = excluded.last_n,
		waits_since = excluded.waits_since, place = excluded.place, claimed_by = excluded.claimed_by, claimed_name = excluded.claimed_name,
		claimed_role = excluded.claimed_role, claimed_at = excluded.claimed_at, pool = excluded.pool, priority = excluded.priority, due_at = excluded.due_at,
		escalation = excluded.escalation, rung = excluded.rung, ring_at = excluded.ring_at, danger_at = excluded.danger_at`,
		t.patient, t.id, t.state, t.startedAt, t.lastAt, t.lastN, t.waitsSince, t.place(), t.claimedBy, t.claimedName, t.claimedRole, t.claimedAt,
		t.pool, t.topic, int(t.priority), t.dueAt, t.escalation, t.rung, t.ringAt, t.dangerAt)
	return err
}

// readUpto is how far an account has read the thread t.
const readUpto = `COALESCE((SELECT max(r.upto) FROM thread_reads r WHERE r.patient_id = t.patient_id AND r.thread = t.id AND r.account = ?), 0)`

// theirs are messages that somebody has to read: what others wrote, and of what
// staff reads what the patient's side wrote.
func theirs(staff bool) string {
	if staff {
		return ` AND u.account <> ? AND u.role IN ('patient', 'proxy')`
	}
	return ` AND u.account <> ?`
}

// threads reads threads with what their lists show of the last message. It takes
// three arguments of the account before those of the condition.
func listThreads(c *db.Conn, who identity.Principal, from, rest string, args ...any) ([]*thread, error) {
	var out []*thread
	// A system reads nothing: its whole conversation would be looked through each time.
	unread, of := `0`, []any(nil)
	if who.Kind != identity.System {
		unread = `(SELECT count(*) FROM thread_messages u WHERE u.patient_id = t.patient_id AND u.thread = t.id` + theirs(who.Kind == identity.Staff) + ` AND u.n > ` + readUpto + `)`
		of = []any{who.Account, who.Account}
	}
	err := c.Each(`SELECT `+threadColumns+`, m.id, m.account, m.name, m.role, m.relation, `+unread+`
		FROM `+from+` JOIN thread_messages m ON m.patient_id = t.patient_id AND m.thread = t.id AND m.n = t.last_n `+rest, func(r *sql.Rows) error {
		var t thread
		err := r.Scan(append(t.columns(), &t.lastID, &t.last.Account, &t.last.Name, &t.last.Role, &t.last.Relation, &t.unread)...)
		t.last.Side, t.count = sideOf(t.last.Role), int(t.lastN)
		out = append(out, &t)
		return err
	}, append(of, args...)...)
	return out, err
}

// show is a thread as the viewer sees it.
func (s *Service) show(c *db.Conn, t *thread, who identity.Principal, v *access.View, body []byte) (Thread, error) {
	out := Thread{ID: t.id, Patient: t.patient, Topic: "other", State: "open", StartedAt: moment(t.startedAt), LastAt: moment(t.lastAt),
		LastFrom: t.last, Count: t.count, Unread: t.unread, Turn: "none"}
	if body != nil {
		w, err := read(body)
		if err != nil {
			return out, err
		}
		out.Topic, out.Subject, out.LastText = w.topic, w.subject, beginning(w.text)
	}
	if t.claimedBy != "" {
		out.ClaimedBy = &Claim{Name: t.claimedName, Role: t.claimedRole, Me: t.claimedBy == who.Account}
	}
	me := authorOf(who, v)
	if me.Side == ClinicSide {
		out.Priority, out.Pool = t.priority.String(), t.pool
		if out.ClaimedBy != nil {
			out.ClaimedBy.Account = t.claimedBy
		}
	}
	// Why it is urgent may stand in a message that is hidden from who looks.
	out.Urgent = me.Side == PatientSide && v.Hide == 0 && t.state == open && t.waitsSince > 0 && t.dangerAt >= t.waitsSince
	switch {
	case t.state == closed:
		out.State = "closed"
	case t.waitsSince > 0:
		out.Turn = "clinic"
		if me.Side == ClinicSide && t.claimedBy == who.Account {
			out.Turn = "you"
		}
		due := moment(t.dueAt)
		if t.dueAt == 0 { // of what this view sees, it is another message that waits
			p, err := s.Pools.Get(c, t.pool)
			if err != nil {
				return out, err
			}
			due = p.Due(t.topic, t.priority, moment(t.waitsSince))
		}
		out.Due = &due
	case me.Side == PatientSide:
		out.Turn = "you"
	default:
		out.Turn = "patient"
	}
	return out, nil
}

// beginning is what a list shows of a text: on one line.
func beginning(text string) string {
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) <= excerpt {
		return string(line)
	}
	return strings.TrimSpace(string(line[:excerpt-1])) + "…"
}

// showAll shows threads of one chart.
func (s *Service) showAll(c *db.Conn, who identity.Principal, v *access.View, list []*thread) ([]Thread, error) {
	ids := make([]string, len(list))
	for i, t := range list {
		ids[i] = t.lastID
	}
	bodies, err := s.Records.Bodies(c, v, communication, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Thread, len(list))
	for i, t := range list {
		if out[i], err = s.show(c, t, who, v, bodies[t.lastID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// enter decides whether somebody may read the messages of a chart.
func (s *Service) enter(c *db.Conn, who identity.Principal, patient string) (*access.View, error) {
	v, err := s.Records.Enter(c, who, patient, communication)
	if err == nil {
		err = mayRead(v)
	}
	return v, err
}

// Options is what somebody can do with the messages of a chart.
type Options struct {
	CanSend  bool
	Audience []access.Near // who reads at the clinic
	Carers   []access.Near // who else reads of the patient's side, as far as the viewer may know them
	Others   bool          // there are some that the viewer may not know
	Within   time.Duration // the longest that the clinic promises to take
	Paces    []Pace        // how soon it answers, by topic
}

// Pace is how soon the pool to which a topic would go now answers it.
type Pace struct {
	Topic string `json:"topic"`
	pool.Pace
	Opens *time.Time `json:"opens,omitempty" doc:"It is closed until then"`
}

// Options tells what somebody can do with the messages of a chart, and who will
// read them.
func (s *Service) Options(ctx context.Context, who identity.Principal, patient string) (o Options, err error) {
	c := s.DB.Read(ctx)
	v, err := s.enter(c, who, patient)
	if err != nil {
		return o, s.Records.Refuse(ctx, who, patient, communication, "", err)
	}
	circle, err := s.Access.Circle(c, patient)
	// Who may see with whom the record is shared knows the caregivers by name.
	known := !who.ThroughApp() && (v.Relation == access.Self || v.Treats() || v.Can&access.PowerShare != 0)
	for _, n := range circle {
		switch {
		case !n.See.Has(access.Messages) || n.Relation != access.CareTeam && n.Account == who.Account:
		case n.Relation == access.CareTeam:
			o.Audience = append(o.Audience, n)
		case n.Relation == access.Proxy && known:
			o.Carers = append(o.Carers, n)
		case n.Relation == access.Proxy:
			o.Others = true
		}
	}
	o.CanSend = mayAct(v) == nil
	if err != nil {
		return o, err
	}
	language, err := localeOf(c, who.Account)
	if err != nil {
		return o, err
	}
	for _, topic := range Topics {
		to, err := s.Pools.RouteTx(c, patient, topic, language)
		if err != nil {
			return o, err
		}
		x := Pace{Topic: topic}
		if x.Pace, err = s.Pools.Pace(c, to.Pool, topic); err != nil {
			return o, err
		}
		if opens := to.Pool.Rules.Hours.Opens(s.Now()); opens.After(s.Now()) {
			opens = opens.UTC()
			x.Opens = &opens
		}
		o.Paces = append(o.Paces, x)
		o.Within = max(o.Within, to.Pool.Within(topic, pool.Routine))
	}
	return o, nil
}

// Threads lists the threads of a chart, what was last written first.
func (s *Service) Threads(ctx context.Context, who identity.Principal, patient, cursor string, limit int) (items []Thread, next string, err error) {
	limit = min(max(limit, 1), maxPage)
	c := s.DB.Read(ctx)
	v, err := s.enter(c, who, patient)
	if err != nil {
		return nil, "", s.Records.Refuse(ctx, who, patient, communication, "", err)
	}
	list, err := s.newest(c, who, v, cursor, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(list) > limit {
		list = list[:limit]
		next = sealCursor(list[limit-1].lastAt, list[limit-1].id)
	}
	if items, err = s.showAll(c, who, v, list); err != nil {
		return nil, "", err
	}
	return items, next, s.Records.Looked(ctx, who, v, "search", communication, "", access.Of(access.Messages), len(items))
}

// Thread gives a thread with its newest messages, or with those before the
// cursor.
func (s *Service) Thread(ctx context.Context, who identity.Principal, patient, id, cursor string, limit int) (Page, error) {
	p, v, err := s.page(ctx, who, patient, id, cursor, min(max(limit, 1), maxPage))
	if err != nil {
		return Page{}, s.Records.Refuse(ctx, who, patient, communication, id, err)
	}
	return p, s.Records.Looked(ctx, who, v, "read", communication, id, access.Of(access.Messages), len(p.Messages))
}

func (s *Service) page(ctx context.Context, who identity.Principal, patient, id, cursor string, limit int) (p Page, v *access.View, err error) {
	err = s.DB.InReadTx(ctx, func(c *db.Conn) error {
		if v, err = s.enter(c, who, patient); err != nil {
			return err
		}
		if p.Thread, err = s.one(c, who, v, id); err != nil {
			return err
		}
		before := far
		if cursor != "" {
			if before, err = messageCursor(c, patient, id, cursor); err != nil {
				return err
			}
		}
		rows, err := s.listMessages(c, v, id, before, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit { // the oldest is one too many
			rows = rows[1:]
			p.Next = sealCursor(0, rows[0].id)
		}
		p.Messages, err = s.messages(c, v, who, rows)
		return err
	})
	return p, v, err
}

// messageCursor gives the number of the message that a cursor names. The cursor
// itself holds no number: that would tell how many are hidden.
func messageCursor(c *db.Conn, patient, thread, cursor string) (n int64, err error) {
	_, id, err := openCursor(cursor)
	if err != nil {
		return 0, err
	}
	err = c.QueryRow(`SELECT n FROM thread_messages WHERE patient_id = ? AND thread = ? AND id = ?`, patient, thread, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		err = badCursor()
	}
	return n, err
}

// one shows one thread.
func (s *Service) one(c *db.Conn, who identity.Principal, v *access.View, id string) (Thread, error) {
	t, err := s.find(c, who, v, id)
	if err != nil {
		return Thread{}, err
	}
	out, err := s.showAll(c, who, v, []*thread{t})
	if err != nil {
		return Thread{}, err
	}
	return out[0], nil
}

func badCursor() error {
	return fault.New(fault.Invalid, "This list cannot be continued from here. Start it again.").WithCode("cursor")
}

func sealCursor(n int64, id string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", n, id))
}

func openCursor(cursor string) (n int64, id string, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		_, err = fmt.Sscanf(string(b), "%d %s", &n, &id)
	}
	if err != nil {
		return 0, "", badCursor()
	}
	return n, id, nil
}

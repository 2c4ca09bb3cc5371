package pool

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

// Standard is the pool of the whole installation: it is there from the first day
// and cannot be ended, so that there is always one.
const Standard = "00000000-0000-7000-8000-000000000001"

// Priority says how much a thread hurries. They are stored.
type Priority int

// The priorities.
const (
	Routine Priority = iota + 1
	Soon
	Urgent
)

// Priorities are their words.
var Priorities = []string{"routine", "soon", "urgent"}

func (p Priority) String() string {
	if p < Routine || p > Urgent {
		return Priorities[0]
	}
	return Priorities[p-1]
}

// ParsePriority reads the word of a priority.
func ParsePriority(word string) (Priority, bool) {
	i := slices.Index(Priorities, word)
	return Priority(i + 1), i >= 0
}

// Rules are how a pool works.
type Rules struct {
	Topics     []string          `json:"topics,omitempty" maxItems:"20" doc:"What it answers; empty: everything"`
	Languages  []string          `json:"languages,omitempty" maxItems:"20" doc:"Of whom it answers; empty: everybody's"`
	Priorities map[string]string `json:"priorities,omitempty" doc:"Priority of new threads by topic"`
	Within     map[string]int    `json:"within,omitempty" doc:"Minutes of opening time until an answer, by topic; \"\" for all others"`
	Soon       int               `json:"soon,omitempty" minimum:"0" maximum:"100000" doc:"The same for what is to be answered soon"`
	Urgent     int               `json:"urgent,omitempty" minimum:"0" maximum:"100000" doc:"The same for what is urgent"`
	Hours      Hours             `json:"hours"`
}

// Pool is a group of staff who answer together.
type Pool struct {
	ID           string `json:"id"`
	Organization string `json:"organization,omitempty" doc:"Of its clinic; empty: of the whole installation"`
	Name         string `json:"name"`
	Standard     bool   `json:"standard" doc:"Joined to the clinic's patients when they register"`
	Active       bool   `json:"active"`
	Rules        Rules  `json:"rules"`
	Escalation   string `json:"escalation,omitempty" doc:"Name of how it passes on what nobody answers"`
	Version      int64  `json:"version"`
}

// within is the promise where a pool names none: two days of opening time.
const within = 48 * 60

// Within is how long, of its opening time, the pool takes to answer.
func (p *Pool) Within(topic string, priority Priority) time.Duration {
	minutes := p.Rules.Within[topic]
	if minutes == 0 {
		minutes = p.Rules.Within[""]
	}
	if minutes == 0 {
		minutes = within
	}
	if priority >= Soon && p.Rules.Soon > 0 {
		minutes = min(minutes, p.Rules.Soon)
	}
	if priority >= Urgent && p.Rules.Urgent > 0 {
		minutes = min(minutes, p.Rules.Urgent)
	}
	return time.Duration(minutes) * time.Minute
}

// Due is when the pool has promised to have answered what came at a time.
func (p *Pool) Due(topic string, priority Priority, at time.Time) time.Time {
	return p.Rules.Hours.After(at, p.Within(topic, priority))
}

// First is the priority of a new thread.
func (p *Pool) First(topic string) Priority {
	if x, ok := ParsePriority(p.Rules.Priorities[topic]); ok {
		return x
	}
	return Routine
}

// Deps is what the service works with.
type Deps struct {
	DB     *db.DB
	Access *access.Service
	Topics []string // what messages can be about
	Now    func() time.Time
	NewID  func() string // nil: UUIDv7
}

// Service keeps pools.
type Service struct {
	Deps
	mu    sync.Mutex
	read  map[string]*Pool // by id, of the version that was read last
	pace  map[string]Pace
	paced time.Time
}

// New makes the service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Access == nil {
		return nil, errors.New("pool: a part is missing")
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.NewID == nil {
		d.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	return &Service{Deps: d, read: map[string]*Pool{}, pace: map[string]Pace{}}, nil
}

func (s *Service) now() int64 { return s.Now().UnixMicro() }

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// manages refuses all but administrators, who configure pools and read no message.
func manages(who identity.Principal) error {
	if who.Scopes == nil && (who.Is(identity.Admin) || who.Kind == identity.System) {
		return nil
	}
	return fault.New(fault.Forbidden, "Only an administrator can do this.").WithCode("role")
}

// works refuses all but the clinic's staff.
func works(who identity.Principal) error {
	if who.Kind == identity.Staff {
		return nil
	}
	return fault.New(fault.Forbidden, "This is for the clinic's staff.").WithCode("role")
}

const columns = `p.id, p.organization, p.name, p.standard, p.active, p.rules, p.escalation, p.version`

func scan(r interface{ Scan(...any) error }, more ...any) (p Pool, err error) {
	var rules string
	if err = r.Scan(append([]any{&p.ID, &p.Organization, &p.Name, &p.Standard, &p.Active, &rules, &p.Escalation, &p.Version}, more...)...); err == nil {
		err = json.Unmarshal([]byte(rules), &p.Rules)
	}
	return p, err
}

// Get gives a pool. It is read from memory while its version is the one that is
// remembered.
func (s *Service) Get(c *db.Conn, id string) (*Pool, error) {
	var version int64
	err := c.QueryRow(`SELECT version FROM pools WHERE id = ?`, id).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound()
	}
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	p := s.read[id]
	s.mu.Unlock()
	if p != nil && p.Version == version {
		return p, nil
	}
	x, err := scan(c.QueryRow(`SELECT `+columns+` FROM pools p WHERE p.id = ?`, id))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.read[id] = &x
	s.mu.Unlock()
	return &x, nil
}

func notFound() error { return fault.New(fault.NotFound, "We could not find this pool.") }

// maxPools bounds the pools of an installation.
const maxPools = 500

// Overview is a pool in a list.
type Overview struct {
	Pool
	Members int `json:"members" doc:"Of now"`
	Charts  int `json:"charts" doc:"To whose care teams it is joined; counted up to 1000"`
	Waiting int `json:"waiting" doc:"Threads that wait for it; counted up to 1000"`
}

// All lists the pools for administrators: numbers, and no message.
func (s *Service) All(ctx context.Context, who identity.Principal) ([]Overview, error) {
	if err := manages(who); err != nil {
		return nil, err
	}
	now := s.now()
	out := []Overview{}
	err := s.DB.Read(ctx).Each(`SELECT `+columns+`, (SELECT count(*) FROM pool_members m WHERE m.pool = p.id AND m.start_at <= ? AND (m.end_at = 0 OR m.end_at > ?)),
		(SELECT count(*) FROM (SELECT 1 FROM pool_charts x WHERE x.pool = p.id AND (x.end_at = 0 OR x.end_at > ?) LIMIT 1000) y),
		(SELECT count(*) FROM (SELECT 1 FROM threads t WHERE t.pool = p.id AND t.state = 1 AND t.claimed_by = '' AND t.waits_since > 0 LIMIT 1000) z)
		FROM pools p ORDER BY p.active DESC, p.standard DESC, p.name, p.id LIMIT ?`, func(r *sql.Rows) error {
		var x Overview
		var err error
		x.Pool, err = scan(r, &x.Members, &x.Charts, &x.Waiting)
		out = append(out, x)
		return err
	}, now, now, now, maxPools)
	return out, err
}

// Named is a pool by its name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Of lists the pools that somebody is in now.
func (s *Service) Of(c *db.Conn, who identity.Principal) ([]Named, error) {
	now := s.now()
	out := []Named{}
	err := c.Each(`SELECT p.id, p.name, m.role FROM pool_members m JOIN pools p ON p.id = m.pool WHERE m.account = ? AND p.active AND m.start_at <= ? AND (m.end_at = 0 OR m.end_at > ?)
		ORDER BY p.name, p.id LIMIT ?`, func(r *sql.Rows) error {
		var n Named
		var role identity.Role
		err := r.Scan(&n.ID, &n.Name, &role)
		if who.Is(role) && (role == identity.Clinician || role == identity.Nurse) {
			out = append(out, n)
		}
		return err
	}, who.Account, now, now, maxPools)
	return out, err
}

func (s *Service) check(p *Pool) error {
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	if p.Name == "" || utf8.RuneCountInString(p.Name) > 80 {
		return fault.New(fault.Invalid, "Give the pool a name of at most 80 letters.")
	}
	topic := func(t string) bool { return slices.Contains(s.Topics, t) }
	for _, t := range p.Rules.Topics {
		if !topic(t) {
			return fault.New(fault.Invalid, "One of the topics is not known.")
		}
	}
	for t, word := range p.Rules.Priorities {
		if _, ok := ParsePriority(word); !ok || !topic(t) {
			return fault.New(fault.Invalid, "A priority is routine, soon or urgent, for a topic.")
		}
	}
	for t, n := range p.Rules.Within {
		if t != "" && !topic(t) || n < 1 || n > 100_000 {
			return fault.New(fault.Invalid, "Say in minutes, from 1 to 100000, how soon the pool answers.")
		}
	}
	for _, l := range p.Rules.Languages {
		if len(l) < 2 || len(l) > 12 {
			return fault.New(fault.Invalid, "A language is a code like en or es.")
		}
	}
	if p.Rules.Soon < 0 || p.Rules.Urgent < 0 {
		return fault.New(fault.Invalid, "Say in minutes, from 1 to 100000, how soon the pool answers.")
	}
	return p.Rules.Hours.check()
}

// Save makes a pool, or changes it when nobody changed it since it was read.
func (s *Service) Save(ctx context.Context, who identity.Principal, p Pool) (Pool, error) {
	if err := manages(who); err != nil {
		return p, err
	}
	if err := s.check(&p); err != nil {
		return p, err
	}
	rules, err := json.Marshal(p.Rules)
	if err != nil {
		return p, err
	}
	err = s.DB.InTx(ctx, func(c *db.Conn) error {
		if p.Escalation != "" {
			if _, err := s.EscalationTx(c, p.Escalation); err != nil {
				return err
			}
		}
		if p.ID == "" {
			p.ID, p.Active, p.Version = s.NewID(), true, 1
			var n int
			if err := c.QueryRow(`SELECT count(*) FROM pools`).Scan(&n); err != nil || n >= maxPools {
				return errors.Join(err, fault.New(fault.TooMany, "There are too many pools."))
			}
			if _, err := c.Exec(`INSERT INTO pools (id, organization, name, standard, active, rules, escalation, version, changed_by, changed_at) VALUES `+db.Placeholders(1, 10),
				p.ID, p.Organization, p.Name, p.Standard, true, string(rules), p.Escalation, 1, who.Account, s.now()); err != nil {
				return err
			}
			return s.changed(c, who, p.ID, "create")
		}
		old, err := s.Get(c, p.ID)
		if err != nil {
			return err
		}
		if old.Standard && (!p.Standard || !p.Active) {
			return fault.New(fault.Invalid, "The standard pool cannot be ended: what nobody else answers goes there.")
		}
		if old.Active && !p.Active {
			if err := s.emptyTx(c, p.ID); err != nil {
				return err
			}
		}
		n, err := c.Exec(`UPDATE pools SET name = ?, standard = ?, active = ?, rules = ?, escalation = ?, version = version + 1, changed_by = ?, changed_at = ? WHERE id = ? AND version = ?`,
			p.Name, p.Standard, p.Active, string(rules), p.Escalation, who.Account, s.now(), p.ID, p.Version)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "Somebody else has changed this pool meanwhile. Please load it again.").WithCode("version")
		}
		p.Version++
		if err != nil {
			return err
		}
		return s.changed(c, who, p.ID, "update")
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = fault.New(fault.Conflict, "This clinic has a standard pool already.")
	}
	return p, err
}

// emptyTx refuses to end a pool that still has something to answer.
func (s *Service) emptyTx(c *db.Conn, id string) error {
	var n int
	if err := c.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM threads WHERE pool = ? AND state = 1 LIMIT 1) x`, id).Scan(&n); err != nil || n == 0 {
		return err
	}
	return fault.New(fault.Conflict, "This pool still has open conversations. Hand them over first.").WithCode("open")
}

func (s *Service) changed(c *db.Conn, who identity.Principal, pool, what string) error {
	_, err := c.Exec(`INSERT INTO pool_changes (id, pool, at, account, what) VALUES (?,?,?,?,?)`, s.NewID(), pool, s.now(), who.Account, what)
	return err
}

// PoolMember is somebody of a pool.
type PoolMember struct {
	Account string     `json:"account"`
	Name    string     `json:"name"`
	Role    string     `json:"role" enum:"clinician,nurse,frontdesk"`
	From    time.Time  `json:"from"`
	Until   *time.Time `json:"until,omitempty"`
	Lead    bool       `json:"lead" doc:"They say when its members are out"`
	Out     bool       `json:"out" doc:"Somebody stands in for them now"`
}

// Members lists who is or will be in a pool: to administrators, and to its members.
func (s *Service) Members(ctx context.Context, who identity.Principal, pool string) ([]PoolMember, error) {
	c := s.DB.Read(ctx)
	if manages(who) != nil {
		mine, err := s.Of(c, who)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(mine, func(n Named) bool { return n.ID == pool }) {
			return nil, notFound()
		}
	}
	if _, err := s.Get(c, pool); err != nil {
		return nil, err
	}
	now := s.now()
	out := []PoolMember{}
	err := c.Each(`SELECT m.account, a.name, m.role, m.lead, m.start_at, m.end_at, EXISTS (SELECT 1 FROM coverage v WHERE v.account = m.account AND v.start_at <= ? AND v.end_at > ?)
		FROM pool_members m JOIN accounts a ON a.id = m.account WHERE m.pool = ? AND (m.end_at = 0 OR m.end_at > ?) AND a.active ORDER BY a.name, a.id LIMIT ?`, func(r *sql.Rows) error {
		var m PoolMember
		var from, until int64
		err := r.Scan(&m.Account, &m.Name, &m.Role, &m.Lead, &from, &until, &m.Out)
		m.From = moment(from)
		if until > 0 {
			t := moment(until)
			m.Until = &t
		}
		out = append(out, m)
		return err
	}, now, now, pool, now, maxPools)
	return out, err
}

// Join puts somebody into a pool; Leave takes them out at once.
func (s *Service) Join(ctx context.Context, who identity.Principal, n access.NewPoolMember) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error { return s.Access.JoinPoolTx(c, who, n) })
}

// Leave takes somebody out of a pool at once.
func (s *Service) Leave(ctx context.Context, who identity.Principal, pool, account string) error {
	return s.DB.InTx(ctx, func(c *db.Conn) error { return s.Access.LeavePoolTx(c, who, pool, account) })
}

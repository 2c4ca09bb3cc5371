package records

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"net/url"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Condition is a search that says what a change is about (R4 3.1.0.5.2, 3.1.0.6.2,
// 3.1.0.7.1, 3.1.0.8.1). It looks at what the principal may see, so that it tells
// nothing that a search would not.
//
//	           none            one              several
//	Create     create          leave it         refuse (412)
//	Put        create          update it        refuse (412)
//	Patch      not found       patch it         refuse (412)
//	Delete     nothing to do   delete it        refuse (412)
type Condition struct {
	query *fhir.Query
	key   int64 // of the lock that those with the same criteria wait on
}

// NewCondition reads criteria as a search has them in its URL. Criteria that
// cannot be looked up as they stand are refused: passing one over would change
// another resource than was meant.
func NewCondition(typ, criteria string) (*Condition, error) {
	values, err := url.ParseQuery(criteria)
	if err != nil {
		return nil, invalid("The criteria cannot be read.").WithIssues(fault.Issue{Code: "invalid"})
	}
	for _, shown := range []string{"_format", "_pretty"} {
		values.Del(shown)
	}
	q, issues := fhir.ParseQuery(typ, values, true)
	f := fault.New(fault.Invalid, "The criteria cannot be used.")
	for _, i := range issues {
		if i.Severity == fhir.SeverityError {
			f.Issues = append(f.Issues, fault.Issue{Code: i.Code, Expression: i.Expression, Text: i.Text})
		}
	}
	if len(f.Issues) > 0 {
		return nil, f
	}
	if len(q.Filters) == 0 || len(q.Sort)+len(q.Includes)+len(q.RevIncludes) > 0 || q.Page != "" {
		return nil, invalid("The criteria must say what to look for, and nothing else.").WithIssues(fault.Issue{Code: "invalid"})
	}
	for _, list := range values {
		slices.Sort(list)
	}
	sum := sha256.Sum256([]byte(typ + "?" + values.Encode()))
	return &Condition{q, int64(binary.BigEndian.Uint64(sum[:8]))}, nil
}

// errMoved: between the search and the lock somebody changed what was found.
var errMoved = errors.New("records: what a condition found was changed meanwhile")

// settle finds what conditional changes and references are about. Locks on
// criteria come before those on charts, each kind in order, so that no two
// transactions wait for each other. Who finds what they would create needs none:
// a lock keeps two from creating at once, and this one creates nothing.
func (s *Store) settle(c *db.Conn, who identity.Principal, changes []*change) error {
	var open []int
	any := false
	for i, ch := range changes {
		if ch.sent != nil { // a transaction may run again
			ch.Node, ch.sent = ch.sent, nil
		}
		any = any || ch.Where != nil || len(ch.links) > 0
		if ch.Where == nil {
			continue
		}
		ch.found, ch.missed, ch.none = false, false, false
		ch.become(ch.own)
		if ch.Kind == Create {
			ids, err := s.matches(c, who, ch.Where.query, 2)
			if err == nil && len(ids) > 0 {
				err = ch.settled(ids)
			}
			if err != nil {
				return &OpError{i, err}
			}
			if len(ids) > 0 {
				continue
			}
		}
		open = append(open, i)
	}
	if !any {
		return nil
	}
	if err := lockCriteria(c, changes, open); err != nil {
		return err
	}
	for _, i := range open {
		ids, err := s.matches(c, who, changes[i].Where.query, 2)
		if err == nil {
			err = changes[i].settled(ids)
		}
		if err != nil {
			return &OpError{i, err}
		}
	}
	for i, ch := range changes {
		if err := s.follow(c, who, ch); err != nil {
			return &OpError{i, err}
		}
	}
	return distinct(changes)
}

func lockCriteria(c *db.Conn, changes []*change, open []int) error {
	if c.Dialect == db.SQLite { // one writer
		return nil
	}
	keys := make([]int64, 0, len(open))
	for _, i := range open {
		keys = append(keys, changes[i].Where.key)
	}
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		if _, err := c.Exec(`SELECT pg_advisory_xact_lock(?)`, k); err != nil {
			return err
		}
	}
	return nil
}

// settled says what the search found.
func (ch *change) settled(ids []string) error {
	if len(ids) > 1 {
		return fault.New(fault.PreconditionFailed, "The criteria find several records, so it is not clear which is meant.").WithIssues(fault.Issue{Code: "multiple-matches"})
	}
	if len(ids) == 0 {
		switch ch.Kind {
		case Patch:
			return notFound()
		case Delete:
			ch.none, ch.patient = true, ""
		case Put:
			ch.missed = true
		}
		return nil
	}
	if ch.Kind == Put && ch.named && ch.own != ids[0] {
		return invalid("The criteria find another record than the one that the body names.").WithIssues(fault.Issue{Code: "invalid", Text: "the id in the body is not the one that was found"})
	}
	ch.found = ch.Kind == Create
	ch.become(ids[0])
	return nil
}

func (ch *change) become(id string) {
	ch.ID = id
	if ch.Node != nil {
		ch.Node.Set("id", fhir.String(id))
	}
}

// follow sets the references that were waiting, and makes again what is made of
// them.
func (s *Store) follow(c *db.Conn, who identity.Principal, ch *change) error {
	for _, l := range ch.links {
		if l.to != nil {
			l.node.SetStr(l.to.Type + "/" + l.to.ID)
			continue
		}
		ids, err := s.matches(c, who, l.where.query, 2)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if len(ids) != 1 {
			return noOneRecord(l.path)
		}
		l.node.SetStr(l.where.query.Type + "/" + ids[0])
	}
	if ch.Node == nil || ch.late != nil || ch.found || len(ch.links) == 0 && ch.Where == nil {
		return nil
	}
	return s.shape(ch)
}

// stillFound asks again under the lock of the chart: what was found may have
// been changed or deleted before the lock was taken.
func (s *Store) stillFound(c *db.Conn, who identity.Principal, changes []*change) error {
	for _, ch := range changes {
		if ch.Where == nil || ch.found || ch.missed || ch.none || ch.Kind == Create {
			continue
		}
		ids, err := s.matches(c, who, ch.Where.query, 2)
		if err != nil {
			return err
		}
		if len(ids) != 1 || ids[0] != ch.ID {
			return errMoved
		}
	}
	return nil
}

// existing is the answer to a create whose criteria found a resource.
func (s *Store) existing(c *db.Conn, ch *change, v *access.View) error {
	if ch.old == nil || ch.old.deleted {
		return errMoved
	}
	if !v.Sees(ch.Type, ch.ID, ch.old.class, ch.old.releaseAt, micros(s.now())) {
		return notFound()
	}
	ch.class, ch.outcome, ch.version, ch.at = ch.old.class, Unchanged, ch.old.version, ch.old.updated
	var err error
	ch.body, err = s.cut(c, v, ch.old.body)
	return err
}

// asked is the audit of the searches of a batch.
func asked(who identity.Principal, changes []*change) []access.Event {
	var events []access.Event
	for _, ch := range changes {
		if ch.Where == nil {
			continue
		}
		n := 1
		if ch.none || ch.missed || ch.Kind == Create && !ch.found {
			n = 0
		}
		events = append(events, access.Event{Who: who, Patient: ch.patient, Action: "search", Type: ch.Type, Categories: access.CategoriesOfType(ch.Type), Count: n, Outcome: "ok"})
	}
	return events
}

// homeless: the change is about what is there already, wherever that lives.
func (ch *change) homeless() bool { return ch.Kind == Delete || ch.Kind == Patch || ch.found }

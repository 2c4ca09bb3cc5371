package records

import (
	"strings"
	"time"

	"housecall/internal/fault"
	"housecall/records/access"
	"housecall/records/fhir"
)

// OpKind is what an Op does.
type OpKind uint8

// The kinds of Op.
const (
	Create OpKind = iota + 1 // a new resource; the id is ours
	Update                   // a new version of one that exists
	Put                      // create or update under a known id; nothing when unchanged
	Delete
)

// Op is one change. Node belongs to the batch from then on: its meta is
// rewritten.
type Op struct {
	Kind      OpKind
	Type, ID  string
	Node      *fhir.Node
	IfMatch   int64     // version that must be the current one; 0: any
	ReleaseAt time.Time // patients see it from then; zero: at once
}

// Batch is a set of changes that happen together or not at all.
type Batch struct {
	Ops    []Op
	Source string // meta.source for resources that name none
	Kept   bool   // rows beside the record are changed in the same transaction, see Own
}

// Outcome is what became of an Op.
type Outcome uint8

// The outcomes.
const (
	Created Outcome = iota + 1
	Updated
	Unchanged
	Deleted
)

func (o Outcome) String() string {
	return [...]string{"", "created", "updated", "unchanged", "deleted"}[o]
}

// Stored is a resource as the store holds it.
type Stored struct {
	Patient     string // chart; empty: the shared chart
	Type, ID    string
	Version     int64
	LastUpdated time.Time
	Outcome     Outcome
	Body        []byte
}

// maxOps bounds one transaction.
const maxOps = 5000

// change is an Op on its way into the database.
type change struct {
	Op
	patient string // home chart
	source  string
	kept    bool
	class   access.Class
	index   *fhir.Index
	entry   *entryRow

	// filled under the chart's lock
	old     *current
	outcome Outcome
	version int64
	n       int64
	at      int64
	body    []byte
}

// current is the version that a change replaces.
type current struct {
	patient    string
	version    int64
	class      access.Class
	releaseAt  int64
	deleted    bool
	updated    int64
	indexRules int64
	body       []byte
}

// prepare does everything that needs no lock: validation, ids, home charts,
// search rows, the entry. at are the names of other resources of the batch.
func (s *Store) prepare(b Batch) ([]*change, error) {
	if len(b.Ops) == 0 {
		return nil, invalid("There is nothing to store.")
	}
	if len(b.Ops) > maxOps {
		return nil, fault.Newf(fault.TooLarge, "At most %d changes can be made together.", maxOps)
	}
	changes := make([]*change, len(b.Ops))
	seen := make(map[string]bool, len(b.Ops))
	for i, op := range b.Ops {
		c := &change{Op: op, source: b.Source, kept: b.Kept}
		if err := s.prepareOne(c); err != nil {
			return nil, &OpError{i, err}
		}
		key := c.Type + "/" + c.ID
		if seen[key] {
			return nil, &OpError{i, invalid("The same resource stands twice in one transaction.")}
		}
		seen[key] = true
		changes[i] = c
	}
	return changes, nil
}

func (s *Store) prepareOne(c *change) error {
	if c.Kind == Delete {
		if !fhir.ValidID(c.ID) {
			return notFound()
		}
		return nil
	}
	if c.Node == nil {
		return invalid("The resource is missing.")
	}
	typ := c.Node.ResourceType()
	if c.Type == "" {
		c.Type = typ
	}
	if typ != c.Type {
		return invalid("The resourceType does not fit the address.").WithIssues(fault.Issue{Code: "invalid", Expression: "resourceType", Text: "expected " + c.Type})
	}
	if f := refused(fhir.Validate(c.Node)); f != nil {
		return f
	}
	if notStored[typ] {
		return fault.New(fault.Invalid, "This type of resource is not stored here.").WithIssues(fault.Issue{Code: "not-supported", Expression: "resourceType"})
	}
	switch c.Kind {
	case Create:
		if c.ID == "" {
			c.ID = s.newID()
		}
	default:
		if c.ID == "" {
			c.ID = c.Node.Get("id").Str()
		}
		if !fhir.IsUUID(c.ID) {
			return invalid("Ids must be UUIDs in lower case.").WithIssues(fault.Issue{Code: "value", Expression: c.Type + ".id"})
		}
		if id := c.Node.Get("id").Str(); id != "" && id != c.ID {
			return invalid("The id does not fit the address.").WithIssues(fault.Issue{Code: "value", Expression: c.Type + ".id"})
		}
	}
	c.Node.Set("id", fhir.String(c.ID))
	if src := c.Node.Get("meta", "source").Str(); src != "" {
		c.source = src
	} else if c.source != "" {
		meta := c.Node.Get("meta")
		if meta == nil {
			meta = fhir.Object()
			c.Node.Set("meta", meta)
		}
		meta.Set("source", fhir.String(c.source))
	}
	c.class = access.Classify(c.Node)
	var err error
	if c.index, err = fhir.Extract(c.Node); err != nil {
		return fault.Wrap(fault.Invalid, "This record cannot be indexed.", err)
	}
	c.entry = s.project(c)
	return nil
}

// home finds the one chart that a change belongs to. Provenance belongs to the
// chart of what it is about, which may come in the same batch.
func home(n *fhir.Node, known func(typ, id string) (patient string, ok bool)) (string, error) {
	typ := n.ResourceType()
	if typ == "Patient" {
		return n.Get("id").Str(), nil
	}
	var chart string
	for _, ref := range subjectRefs(n) {
		p, ok := patientOf(ref)
		if !ok && typ == "Provenance" {
			if t, id, _, literal := fhir.SplitReference(ref); literal {
				p, ok = known(t, id)
				ok = ok && p != ""
			}
		}
		if !ok {
			continue
		}
		if chart != "" && chart != p {
			return "", fault.New(fault.Invalid, "A record that is about several patients has to be sent once for each of them.").
				WithIssues(fault.Issue{Code: "not-supported", Expression: typ})
		}
		chart = p
	}
	return chart, nil
}

// sealBody writes version and time into meta and gives the bytes to keep.
func sealBody(n *fhir.Node, version, at int64) []byte {
	meta := n.Get("meta")
	if meta == nil {
		meta = fhir.Object()
		n.Set("meta", meta)
	}
	meta.Set("versionId", fhir.String(itoa(version)))
	meta.Set("lastUpdated", fhir.String(instant(at)))
	return n.Append(make([]byte, 0, 1024))
}

// frontMatter puts resourceType, id and meta first, as people expect to read it.
func frontMatter(n *fhir.Node) *fhir.Node {
	out := make([]fhir.Member, 0, len(n.Members())+1)
	for _, k := range []string{"resourceType", "id", "meta"} {
		if v := n.Get(k); v != nil {
			out = append(out, fhir.Member{Key: k, Value: v})
		}
	}
	for _, m := range n.Members() {
		if m.Key != "resourceType" && m.Key != "id" && m.Key != "meta" {
			out = append(out, m)
		}
	}
	return fhir.Object(out...)
}

func tombstone(typ, id string, version, at int64) []byte {
	var b strings.Builder
	b.WriteString(`{"resourceType":"` + typ + `","id":"` + id + `","meta":{"versionId":"` + itoa(version) + `","lastUpdated":"` + instant(at) + `"}}`)
	return []byte(b.String())
}

package records

import (
	"slices"
	"strings"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
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
	Patch // a new version, made from the current one by Op.Patch
)

// Op is one change. Node belongs to the batch from then on: its meta is
// rewritten.
type Op struct {
	Kind      OpKind
	Type, ID  string
	Node      *fhir.Node
	Patch     fhir.Patch
	Where     *Condition // a search finds what the change is about; see there
	FullURL   string     // by which other changes of a linked batch refer to it
	IfMatch   int64      // version that must be the current one; 0: any
	New       bool       // a Put that must find nothing under its id
	ReleaseAt time.Time  // patients see it from then; zero: at once
}

// Batch is a set of changes that happen together or not at all.
type Batch struct {
	Ops    []Op
	Source string // meta.source for resources that name none
	Kept   bool   // rows beside the record are changed in the same transaction, see Own
	Base   string // address of this server: references to it become relative
	Linked bool   // references may name another change by its FullURL, or by search

	// Profiles: resources are held against the profiles that they claim in
	// meta.profile, where they are known. Records of elsewhere and our own are not:
	// what another system calls conformant is kept as it came.
	Profiles bool
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
	decided bool // may be done: what it is a part of was decided on as a whole
	claims  bool // hold it against the profiles that it claims
	quiet   bool // whoever prepared it sees to what follows from a Patient
	class   access.Class
	index   *fhir.Index
	entry   *entryRow
	links   []link
	own     string // the id that it has when a search finds nothing
	late    error  // what is wrong with the body, unless what was hidden from its writer makes it whole
	named   bool   // the body names an id, which a search must agree with

	// of what may be about several patients, see several.go
	whole   bool     // it is whole in the shared chart and has parts in the charts of
	names   []string // the patients that it names
	charts  []string // those, and those that it named before
	also    []string // whom a patch makes it name
	placed  bool     // the locator knows it, and says
	from    string   // where it lived before
	byParts bool     // may be done: each part was decided on
	anew    bool     // a chart begins to have a part of it
	saw     int64    // the version that its writer saw; 0: that of the whole

	// filled in the transaction
	sent    *fhir.Node // Node as it was before hidden references came back into it
	found   bool       // Create: it is there already, nothing is to be done
	missed  bool       // Put: the search found nothing
	none    bool       // Delete: the search found nothing
	old     *current
	outcome Outcome
	version int64
	n       int64
	tx      int64 // see outbox.go
	at      int64
	release int64 // patients see it from then; 0: at once
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

// prepare does everything that needs no lock: ids, links, validation, home
// charts, search rows, the entry.
func (s *Store) prepare(who identity.Principal, b Batch) ([]*change, error) {
	if len(b.Ops) == 0 {
		return nil, invalid("There is nothing to store.")
	}
	if len(b.Ops) > maxOps {
		return nil, fault.Newf(fault.TooLarge, "At most %d changes can be made together.", maxOps)
	}
	changes := make([]*change, len(b.Ops))
	for i, op := range b.Ops {
		changes[i] = &change{Op: op, source: b.Source, kept: b.Kept, claims: b.Profiles}
		if err := s.identify(changes[i]); err != nil {
			return nil, &OpError{i, err}
		}
	}
	if err := connect(b, changes); err != nil {
		return nil, err
	}
	for i, c := range changes {
		if err := s.prepareOne(who, c); err != nil {
			return nil, &OpError{i, err}
		}
	}
	return changes, distinct(changes)
}

// distinct refuses two changes of one resource: which of them should win?
func distinct(changes []*change) error {
	seen := make(map[string]bool, len(changes))
	for i, c := range changes {
		if c.found || c.none || c.Where != nil && c.ID == "" {
			continue
		}
		key := c.Type + "/" + c.ID
		if seen[key] {
			return &OpError{i, invalid("The same resource stands twice in one transaction.")}
		}
		seen[key] = true
	}
	for i, c := range changes { // R4 3.1.0.11.2: what was found and what is deleted must not be the same either
		if c.found && slices.ContainsFunc(changes, func(d *change) bool { return d.Kind == Delete && !d.none && d.Type == c.Type && d.ID == c.ID }) {
			return &OpError{i, invalid("What this finds is deleted in the same transaction.")}
		}
	}
	return nil
}

// identify gives a change its type and id. What a search is to find has the id
// that it would be created with.
func (s *Store) identify(c *change) error {
	if c.Node != nil {
		typ := c.Node.ResourceType()
		if c.Type == "" {
			c.Type = typ
		}
		if typ != c.Type {
			return invalid("The resourceType does not fit the address.").WithIssues(fault.Issue{Code: "invalid", Expression: "resourceType", Text: "expected " + c.Type})
		}
	}
	switch c.Kind {
	case Delete, Patch:
		if c.Where == nil && !fhir.ValidID(c.ID) {
			return notFound()
		}
		if c.Where == nil || c.Kind == Delete {
			return nil
		}
	case Create:
		if c.ID == "" {
			c.ID = s.newID()
		}
	default:
		id := c.Node.Get("id").Str()
		c.named = id != ""
		if c.ID == "" {
			c.ID = id
		}
		if c.ID == "" && c.Where != nil {
			c.ID = s.newID()
		}
		if !fhir.IsUUID(c.ID) {
			return invalid("Ids must be UUIDs in lower case.").WithIssues(fault.Issue{Code: "value", Expression: c.Type + ".id"})
		}
		if id != "" && id != c.ID {
			return invalid("The id does not fit the address.").WithIssues(fault.Issue{Code: "value", Expression: c.Type + ".id"})
		}
	}
	c.own = c.ID
	return nil
}

func (s *Store) prepareOne(who identity.Principal, c *change) error {
	if c.Kind == Delete || c.Kind == Patch {
		return nil
	}
	if c.Node == nil {
		return invalid("The resource is missing.")
	}
	if !who.Everywhere() && !c.kept {
		c.unsigned(who)
	}
	if src := c.Node.Get("meta", "source").Str(); src != "" {
		c.source = src
	} else {
		c.setSource(c.source)
	}
	c.Node.Set("id", fhir.String(c.ID))
	if err := check(c.Node, c.claims); err != nil {
		if c.Kind == Create || who.Everywhere() || c.kept {
			return err
		}
		c.late = err
		return nil
	}
	return s.shape(c)
}

// check holds a resource against everything that needs nothing but itself, and
// if wanted against the profiles that it claims.
func check(n *fhir.Node, profiles bool) error {
	typ := n.ResourceType()
	if f := refused(fhir.ValidateWith(n, fhir.Options{Profiles: profiles})); f != nil {
		return f
	}
	if notStored[typ] {
		return fault.New(fault.Invalid, "This type of resource is not stored here.").WithIssues(fault.Issue{Code: "not-supported", Expression: "resourceType"})
	}
	for i, t := range n.Get("meta", "tag").Items() {
		if t.Get("code").Str() == "SUBSETTED" && t.Get("system").Str() == "http://terminology.hl7.org/CodeSystem/v3-ObservationValue" {
			// R4 3.1.1.5.7: servers should refuse to be updated with a part.
			return fault.New(fault.Invalid, "This is only a part of a record; stored as it is, the rest would be lost.").
				WithIssues(fault.Issue{Code: "business-rule", Expression: typ + ".meta.tag[" + itoa(int64(i)) + "]", Text: "a resource with the tag SUBSETTED is not stored"})
		}
	}
	return nil
}

// shape makes of a resource what is kept beside its body.
func (s *Store) shape(c *change) error {
	c.class = s.classify(c.Node)
	var err error
	if c.index, err = fhir.Extract(c.Node); err != nil {
		return fault.Wrap(fault.Invalid, "This record cannot be indexed.", err)
	}
	c.entry = s.project(c)
	return nil
}

// home finds the one chart that a change belongs to, of types that are about one
// patient (see several.go for the others).
func home(n *fhir.Node) (string, error) {
	typ := n.ResourceType()
	if typ == "Patient" {
		return n.Get("id").Str(), nil
	}
	var chart string
	for _, ref := range subjectRefs(n) {
		p, ok := patientOf(ref)
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
// Meta is there in any case: what is read and written back must be the same.
func frontMatter(n *fhir.Node) *fhir.Node {
	if n.Get("meta") == nil {
		n.Set("meta", fhir.Object())
	}
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

package ingest

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/fhir"
)

// Place says where something stood.
type Place struct {
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`  // of an NDJSON file, from 1
	Entry   int    `json:"entry,omitempty"` // of a bundle, from 1
	FullURL string `json:"fullUrl,omitempty"`
}

func (p Place) String() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
	}
	if p.Entry > 0 {
		s += ", entry " + strconv.Itoa(p.Entry)
	}
	return s
}

// Reason is one cause of a refusal. It names rules and places, never values.
type Reason struct {
	Code       string `json:"code"` // http://hl7.org/fhir/issue-type
	Expression string `json:"expression,omitempty"`
	Text       string `json:"text"`
}

const (
	maxSourceID = 512 // an index row has to hold it
	digestLen   = 16  // of SHA-256: enough to tell contents of one id apart
)

// The standing of a resource: a copy that a patient's bundle carried along, or
// one sent for its own sake.
const (
	carried int64 = 0
	own     int64 = 1
)

// content is what tells two sendings of one resource apart.
type content struct {
	digest   string
	standing int64
	updated  int64 // microseconds; 0: not said
	weight   int64
}

// state is what becomes of an item.
type state uint8

const (
	open      state = iota
	unchanged       // known by its content, or older than what is known
	refused         // breaks a rule, or refers to what does
	waiting         // refers to what is not here
	divided         // its parts go in instead of it
	committed       // in the database
)

// item is one resource on its way.
type item struct {
	place   Place
	typ     string
	sid     string // id at the sender
	hadID   bool
	node    *fhir.Node
	content content
	refs    []ref
	part    bool     // of a divided Provenance
	broken  []Reason // found before anything was looked up

	// found out by resolve
	id        string
	known     *mapped
	state     state
	reasons   []Reason
	clash     bool   // the id belongs to somebody else
	missing   []int  // refs whose targets are not here
	supersede string // digest that this one replaces
	chart     string
	several   bool // about several patients, see records.AboutSeveral
	prepared  *records.Prepared
	outcome   records.Outcome
}

// ref is one reference of an item.
type ref struct {
	node   *fhir.Node
	path   string
	value  string // as sent
	target target
	form   form
	at     *item   // in the same unit
	found  *mapped // in the database
	later  *mapped // promised: goes in in another transaction of this import
}

// mapped is a row of import_ids.
type mapped struct {
	source, sid, typ, id string
	content
	chart  string // home chart
	stored bool   // false: only promised
}

func (it *item) key() string { return it.typ + "/" + it.sid }

// stands tells whether others may refer to the item although it does not go in
// now: an earlier version of it is there.
func (it *item) stands() bool {
	return !it.clash && (it.state == unchanged || it.state == committed || it.known != nil && it.known.stored)
}

// makeItem reads what an item says about itself. fullURL and base come from its
// bundle.
func makeItem(n *fhir.Node, place Place, base string) *item {
	it := &item{place: place, typ: n.ResourceType(), node: n}
	body := n.Append(make([]byte, 0, 2048))
	sum := sha256.Sum256(body)
	it.content = content{digest: string(sum[:digestLen]), standing: own, weight: int64(len(body))}
	if at, err := time.Parse(time.RFC3339Nano, n.Get("meta", "lastUpdated").Str()); err == nil {
		it.content.updated = at.UnixMicro()
	}
	if !fhir.IsType(it.typ) {
		it.broken = []Reason{{fhir.CodeValue, "resourceType", "FHIR R4 has no resource of this type"}}
		it.typ = ""
		t, _, _ := classify(place.FullURL, base)
		it.sid = t.id // so that what refers to it is found
		return it
	}
	it.sid = n.Get("id").Str()
	it.hadID = it.sid != ""
	switch b := baseOf(place.FullURL, it.typ); {
	case it.hadID && !fhir.ValidID(it.sid):
		it.broken = []Reason{{fhir.CodeValue, it.typ + ".id", "an id has 1 to 64 letters, digits, hyphens and dots"}}
		return it
	case b != "" && b != base:
		it.sid = place.FullURL // another server's, carried in this bundle
	case it.sid != "":
	case place.FullURL != "":
		t, _, _ := classify(place.FullURL, base)
		it.sid = t.id
	}
	if it.sid == "" {
		it.sid = "sha256:" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if len(it.sid) > maxSourceID {
		it.broken = []Reason{{fhir.CodeTooLong, it.typ + ".id", "the id or address is too long"}}
		return it
	}
	it.readRefs(base)
	return it
}

func (it *item) readRefs(base string) {
	home := ""
	if h := fhir.HomeElement(it.typ); h != "" {
		home = it.typ + "." + h
	}
	for _, r := range references(it.node) {
		t, f, why := classify(r.Value, base)
		if len(t.id) > maxSourceID || len(t.query) > 2*maxSourceID {
			f, why = wrong, "the reference is too long"
		}
		if f == external && r.Path == home {
			f = direct // whom it is about must be known here
		}
		if f == wrong {
			it.broken = append(it.broken, Reason{fhir.CodeValue, r.Path + ".reference", why})
			continue
		}
		it.refs = append(it.refs, ref{node: r.Node, path: r.Path, value: r.Value, target: t, form: f})
	}
}

// restore puts references and id back into the sender's terms, in a form that
// can be read without the bundle.
func (it *item) restore() {
	for i := range it.refs {
		r := &it.refs[i]
		t := r.target
		if r.at != nil {
			t = target{typ: r.at.typ, id: r.at.sid}
		}
		r.node.SetStr(t.written())
	}
	if it.hadID && fhir.ValidID(it.sid) {
		it.node.Set("id", fhir.String(it.sid))
	} else {
		it.node.Delete("id")
	}
}

// party is what an item goes in together with: the patient whom it is about, in
// the sender's terms; "" for the shared chart.
func (it *item) party() string {
	if it.typ == "Patient" {
		return it.key()
	}
	home := it.typ + "." + fhir.HomeElement(it.typ)
	for i := range it.refs {
		r := &it.refs[i]
		if r.path != home && !(it.typ == "Provenance" && strings.HasPrefix(r.path, "Provenance.target[")) {
			continue
		}
		switch {
		case r.at != nil && r.at.typ != "Provenance" && it.typ == "Provenance":
			return r.at.party()
		case r.at != nil:
			return r.at.key()
		case r.found != nil:
			return r.found.typ + "/" + r.found.sid
		case r.target.typ == "Patient" || r.target.typ == "":
			return r.target.key()
		}
	}
	return ""
}

// identifiers lists the keys under which a conditional reference finds the item.
func (it *item) identifiers() []string {
	if p := fhir.LookupParam(it.typ, "identifier"); p == nil || !p.Cross {
		return nil
	}
	var keys []string
	list := it.node.Get("identifier").Items()
	for _, i := range list {
		system, value := i.Get("system").Str(), i.Get("value").Str()
		if value != "" {
			keys = append(keys, it.typ+"?"+system+"|"+value, it.typ+"?"+value)
		}
	}
	return keys
}

func (it *item) refuse(reasons ...Reason) {
	it.state, it.reasons = refused, append(it.reasons, reasons...)
}

// reasonsOf turns a refusal of the store into reasons.
func reasonsOf(err error) []Reason {
	f := fault.Of(err)
	if len(f.Issues) == 0 {
		return []Reason{{Code: "processing", Text: f.Msg}}
	}
	out := make([]Reason, len(f.Issues))
	for i, x := range f.Issues {
		out[i] = Reason{x.Code, x.Expression, x.Text}
		if x.Text == "" {
			out[i].Text = f.Msg
		}
	}
	return out
}

// replaces tells whether the content at hand counts instead of the known one.
func (c content) replaces(known content) bool {
	if c.standing != known.standing {
		return c.standing > known.standing
	}
	if c.updated != 0 && known.updated != 0 && c.updated != known.updated {
		return c.updated > known.updated
	}
	if c.standing == own {
		return true // what comes later is the newer one
	}
	// Copies were carried along in no order: the fullest counts, whichever came first.
	if c.weight != known.weight {
		return c.weight > known.weight
	}
	return c.digest > known.digest
}

package access

import (
	"encoding/binary"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/identity"
)

// Event is one decision that leaves an audit row: somebody did something in a
// chart, or was refused. It holds no clinical content: types and ids, no values.
type Event struct {
	Who        identity.Principal
	Patient    string // "": the shared chart, or no chart
	View       View   // by which it was allowed; zero when refused
	Action     string // read search history open create update delete export refused login
	Type, ID   string // of the resource; empty when many
	Categories CategorySet
	Count      int    // resources; 0 counts as one
	Outcome    string // "ok", "refused", "failed"; empty: ok
	Purpose    string // purpose of use, v3-PurposeOfUse: TREAT, PATRQT, HPAYMT, ..
	Detail     string // machine words of what was asked, never values

	act bool // on an account or a sign-in: it has no purpose of use
}

// entry is the body of a row. Its JSON is stored and hashed as it is; names may
// be added, and never change.
type entry struct {
	Kind         string      `json:"kind"`
	Account      string      `json:"account,omitempty"`
	Name         string      `json:"name,omitempty"`
	Role         string      `json:"role,omitempty"`
	Relation     string      `json:"relation,omitempty"`
	Kinship      string      `json:"kinship,omitempty"`
	Grant        string      `json:"grant,omitempty"`
	Pool         string      `json:"pool,omitempty"`
	Practitioner string      `json:"practitioner,omitempty"`
	App          string      `json:"app,omitempty"`
	AppName      string      `json:"appName,omitempty"`
	Action       string      `json:"action"`
	Categories   CategorySet `json:"categories,omitempty"`
	Type         string      `json:"type,omitempty"`
	ID           string      `json:"id,omitempty"`
	Count        int         `json:"count,omitempty"`
	Outcome      string      `json:"outcome,omitempty"`
	Purpose      string      `json:"purpose,omitempty"`
	Emergency    bool        `json:"emergency,omitempty"`
	Reason       string      `json:"reason,omitempty"`
	Detail       string      `json:"detail,omitempty"`
	Request      string      `json:"request,omitempty"`
	Node         string      `json:"node,omitempty"`
}

// row is an audit row. Rows that were committed together are stored as one page.
type row struct {
	writer, counter int64
	patient         string
	account         string
	at              int64
	body            []byte
	source          string // from where: address and session; under the code, and not in the body
	mac             []byte // of a row of before there were pages; nil: it is made when it is asked for
	by              codedBy
	bad             bool // the code of its page is wrong
	blank           bool // its page cannot be read: only its place and its time are known
	sealed          bool
	seq             int64 // leaf of the log
	link
}

var kindNames = [...]string{identity.Anonymous: "anonymous", identity.Person: "person", identity.Staff: "staff", identity.System: "system", identity.Visitor: "visitor"}

// roleOf is the word for what somebody acted as, as the patient reads it.
func roleOf(who identity.Principal, v *View) string {
	switch {
	case who.Kind == identity.System && who.Client != "":
		return "app"
	case who.Kind == identity.System:
		return "system"
	case v.Base == Self && v.Patient != "":
		return "self"
	case v.Base == Proxy:
		return "proxy"
	case v.Base == GuestByLink:
		return "guest"
	case who.Kind == identity.Visitor:
		return "link"
	case v.Role != "":
		return string(v.Role)
	case who.Kind == identity.Staff && len(who.Roles) > 0:
		return string(who.Roles[0])
	}
	return "other"
}

// row makes the row of an event, without its place.
func (s *Service) row(e *Event, at time.Time) row {
	count := max(e.Count, 1)
	outcome := e.Outcome
	if outcome == "" {
		outcome = "ok"
	}
	body := (&entry{
		Kind: kindNames[e.Who.Kind], Account: clean(e.Who.Account, 64), Name: clean(e.Who.Name, 200), Role: roleOf(e.Who, &e.View),
		Relation: e.View.Base.String(), Kinship: clean(e.View.Kinship, 60), Grant: e.View.Grant, Pool: e.View.Pool, Practitioner: clean(e.Who.Practitioner, 64),
		App: clean(e.Who.Client, 200), AppName: clean(e.Who.ClientName, 200),
		Action: clean(e.Action, 20), Categories: e.Categories, Type: clean(e.Type, 64), ID: clean(e.ID, 64), Count: count, Outcome: clean(outcome, 20),
		Purpose: clean(purposeOf(e), 40), Emergency: e.View.Emergency, Reason: clean(e.View.Reason, 500), Detail: clean(e.Detail, 200),
		Request: clean(e.Who.RequestID, 64), Node: s.node,
	}).appendJSON(make([]byte, 0, 512))
	return row{patient: clean(e.Patient, 64), account: clean(e.Who.Account, 64), at: at.UnixMicro(), body: body, source: sourceOf(&e.Who)}
}

// clean bounds a text and takes out what a database would refuse: one bad name
// must not keep the rows beside it from being written.
func clean(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

// canonical is the one form of a row that codes and hashes are taken of: numbers
// in eight bytes, texts with their length before them.
func (r *row) canonical(b []byte) []byte {
	b = append(b, "housecall audit 1\x00"...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.writer))
	b = binary.BigEndian.AppendUint64(b, uint64(r.counter))
	b = binary.BigEndian.AppendUint64(b, uint64(r.at))
	for _, s := range [...]string{r.patient, r.account} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(r.body)))
	return append(b, r.body...)
}

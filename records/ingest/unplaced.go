package ingest

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Unplaced is what a sender sent about one person who is not known here: it waits
// for the sender's Patient, or for somebody of the clinic to say who that is.
type Unplaced struct {
	Source     string          `json:"source"`
	Party      string          `json:"party"`  // the person, in the sender's terms
	Person     records.Patient `json:"person"` // as far as the sender says
	Kinds      []KindCount     `json:"kinds"`
	First      string          `json:"first,omitempty"` // FHIR dates of the earliest and the newest of it
	Last       string          `json:"last,omitempty"`
	Since      time.Time       `json:"since"` // the first of it came
	Candidates []Alike         `json:"candidates"`

	patient *fhir.Node // what is known of them
	waits   *waiter    // their Patient, which waits for something itself
}

// KindCount is how much of a kind of record waits.
type KindCount struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

// Alike is a chart that may be of that person.
type Alike struct {
	records.Candidate
	Score float64 `json:"score"` // from 0 to 1
	Grade string  `json:"grade" enum:"certain,probable,possible"`
}

const (
	maxUnplacedPage = 20
	maxScanned      = 200 // persons that one page is chosen from
	maxLooked       = 200 // records of one person that are looked into for dates and a name
	maxAlike        = 5
)

// noPerson is the condition that the party in w is a patient who is not here.
// A conditional reference is kept under identifierID.
const noPerson = `w.party <> '' AND NOT EXISTS (SELECT 1 FROM import_ids i WHERE i.source = w.source AND i.type = 'Patient' AND length(i.digest) > 0 AND i.source_id =
	CASE substr(w.party, 1, 8) WHEN 'Patient/' THEN substr(w.party, 9) WHEN ? THEN ? || substr(w.party, 9) ELSE substr(w.party, 2) END)`

var noPersonArgs = []any{"Patient?", identifierID}

// identifierID begins the source id of a person who was named by identifier only.
const identifierID = "identifier:"

// sourceIDOf is the id at the sender of a party's Patient.
func sourceIDOf(party string) string {
	t := parseKey(party)
	if t.query != "" {
		return identifierID + t.query
	}
	return t.id
}

// mayPlace tells whether somebody decides on what no chart holds yet: the front
// desk on all of it; doctors and nurses where it may be of a patient of theirs.
func mayPlace(who identity.Principal) (all bool, err error) {
	if who.Kind == identity.Staff && who.Scopes == nil {
		if who.Is(identity.FrontDesk) {
			return true, nil
		}
		if who.Is(identity.Clinician) || who.Is(identity.Nurse) {
			return false, nil
		}
	}
	return false, fault.New(fault.Forbidden, "Only the clinic can look patients up.").WithCode("role")
}

// Unplaced lists what waits for a person, the oldest first.
func (im *Importer) Unplaced(ctx context.Context, who identity.Principal, cursor string, limit int) (items []Unplaced, next string, err error) {
	all, err := mayPlace(who)
	if err != nil {
		return nil, "", err
	}
	limit = min(max(limit, 1), maxUnplacedPage)
	after, skip, err := readCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	c := im.db.Read(ctx)
	type line struct {
		source, party string
		since         int64
	}
	var lines []line
	err = c.Each(`SELECT w.source, w.party, min(w.since) AS since FROM import_waiting w WHERE `+noPerson+`
		GROUP BY w.source, w.party HAVING min(w.since) >= ? ORDER BY since, w.source, w.party LIMIT ?`, func(r *sql.Rows) error {
		var l line
		err := r.Scan(&l.source, &l.party, &l.since)
		lines = append(lines, l)
		return err
	}, append(slices.Clone(noPersonArgs), after, skip+maxScanned+1)...)
	if err != nil {
		return nil, "", err
	}
	lines = lines[min(skip, len(lines)):]
	// Those of one moment are told apart by their order: names of persons do not go
	// into addresses.
	events := []access.Event{{Who: who, Action: "search", Type: "Patient", Outcome: "ok", Detail: "waiting imports"}}
	for i, l := range lines {
		if len(items) == limit || i == maxScanned {
			next = strconv.FormatInt(after, 10) + "." + strconv.Itoa(skip)
			next = base64.RawURLEncoding.EncodeToString([]byte(next))
			break
		}
		if l.since != after {
			after, skip = l.since, 0
		}
		skip++
		u, seen, err := im.unplaced(c, who, l.source, l.party)
		if err != nil {
			return nil, "", err
		}
		if u == nil || !all && len(u.Candidates) == 0 {
			continue
		}
		items, events = append(items, *u), append(events, seen...)
	}
	return items, next, im.access.Record(ctx, events...)
}

func readCursor(cursor string) (after int64, skip int, err error) {
	if cursor == "" {
		return 0, 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	at, n, ok := strings.Cut(string(b), ".")
	if err == nil && ok {
		if after, err = strconv.ParseInt(at, 10, 64); err == nil {
			skip, err = strconv.Atoi(n)
		}
	}
	if err != nil || !ok || skip < 0 || skip > 1_000_000 {
		return 0, 0, fault.New(fault.Invalid, "This page link is no longer valid. Please start the list again.").WithCode("cursor")
	}
	return after, skip, nil
}

// unplaced reads what waits for one person; nil: nothing does.
func (im *Importer) unplaced(c *db.Conn, who identity.Principal, source, party string) (*Unplaced, []access.Event, error) {
	u := &Unplaced{Source: source, Party: party, Kinds: []KindCount{}, Candidates: []Alike{}}
	var since int64
	err := c.Each(`SELECT w.type, count(*), min(w.since) FROM import_waiting w WHERE w.source = ? AND w.party = ? AND `+noPerson+` GROUP BY w.type ORDER BY w.type`, func(r *sql.Rows) error {
		var k KindCount
		var at int64
		err := r.Scan(&k.Type, &k.Count, &at)
		if since == 0 || at < since {
			since = at
		}
		if k.Type != "Patient" {
			u.Kinds = append(u.Kinds, k)
		}
		return err
	}, append([]any{source, party}, noPersonArgs...)...)
	if err != nil || since == 0 {
		return nil, nil, err
	}
	u.Since = time.UnixMicro(since).UTC()
	if err := u.look(c); err != nil {
		return nil, nil, err
	}
	u.Person = records.PatientOf(u.patient)
	events, err := im.alike(c, who, u)
	return u, events, err
}

// look reads what the sender says of the person: their Patient where that waits
// itself, else what is said in passing.
func (u *Unplaced) look(c *db.Conn) error {
	said := fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String("Patient")})
	if t := parseKey(u.Party); t.query != "" {
		system, value, both := strings.Cut(t.query, "|")
		if !both {
			system, value = "", t.query
		}
		said.Set("identifier", fhir.Array(identifier(system, value)))
	}
	err := c.Each(`SELECT source_id, type, body FROM import_waiting WHERE source = ? AND party = ? ORDER BY CASE type WHEN 'Patient' THEN 0 ELSE 1 END, type, source_id LIMIT ?`, func(r *sql.Rows) error {
		var sid, typ string
		var body []byte
		if err := r.Scan(&sid, &typ, &body); err != nil {
			return err
		}
		n, err := fhir.Parse(body)
		if err != nil {
			return err
		}
		if typ == "Patient" {
			u.patient, u.waits = n, &waiter{sid: sid, typ: typ}
			return nil
		}
		u.date(n)
		u.named(said, n.Get(fhir.HomeElement(typ)))
		return nil
	}, u.Source, u.Party, maxLooked)
	if u.patient == nil {
		u.patient = said
	}
	return err
}

func identifier(system, value string) *fhir.Node {
	n := fhir.Object()
	if system != "" {
		n.Set("system", fhir.String(system))
	}
	n.Set("value", fhir.String(value))
	return n
}

// named takes what a reference says besides pointing (R4 2.3.0, Reference).
func (u *Unplaced) named(said, ref *fhir.Node) {
	if name := strings.TrimSpace(ref.Get("display").Str()); name != "" && said.Get("name") == nil {
		said.Set("name", fhir.Array(fhir.Object(fhir.Member{Key: "text", Value: fhir.String(name)})))
	}
	if id := ref.Get("identifier"); id.Get("value").Str() != "" && said.Get("identifier") == nil {
		said.Set("identifier", fhir.Array(identifier(id.Get("system").Str(), id.Get("value").Str())))
	}
}

// The elements that say when something was.
var dates = []string{"effectiveDateTime", "occurrenceDateTime", "performedDateTime", "onsetDateTime", "authoredOn", "recordedDate", "date", "issued", "sent", "started", "created"}

func (u *Unplaced) date(n *fhir.Node) {
	at := ""
	for _, name := range dates {
		if at = n.Get(name).Str(); at != "" {
			break
		}
	}
	for _, name := range []string{"effectivePeriod", "period", "performedPeriod"} {
		if at == "" {
			at = n.Get(name, "start").Str()
		}
	}
	if at == "" {
		return
	}
	if u.First == "" || at < u.First {
		u.First = at
	}
	if at > u.Last {
		u.Last = at
	}
}

// alike finds the charts that may be of the person, among those in which who
// looks works.
func (im *Importer) alike(c *db.Conn, who identity.Principal, u *Unplaced) ([]access.Event, error) {
	ids, err := worthComparing.Find(c, u.patient)
	if err != nil {
		return nil, err
	}
	var events []access.Event
	views := map[string]*access.View{}
	for _, id := range ids {
		n, err := patientNode(c, id)
		if err != nil {
			return nil, err
		}
		if n == nil {
			continue
		}
		score, grade := Score(u.patient, n)
		if grade == CertainlyNot {
			continue
		}
		one, v, err := im.store.CandidateTx(c, who, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		views[id] = v
		u.Candidates = append(u.Candidates, Alike{one, score, grade})
	}
	slices.SortFunc(u.Candidates, func(a, b Alike) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Count, a.Count), cmp.Compare(a.ID, b.ID))
	})
	u.Candidates = u.Candidates[:min(len(u.Candidates), maxAlike)]
	for _, a := range u.Candidates {
		events = append(events, access.Event{Who: who, Patient: a.ID, View: *views[a.ID], Action: "read", Type: "Patient", ID: a.ID, Categories: access.Of(access.Demographics), Count: 1, Detail: "match"})
	}
	return events, nil
}

package records

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Refile names what landed in the wrong chart and where it belongs. What belongs
// together (a report and its results) goes together.
type Refile struct {
	From, To string
	Refs     []string // Type/id
	Reason   string
}

const maxRefile = 100

// Refile moves resources from one chart into another. Both heads are locked in
// sorted order, and it is decided and audited in both charts. In the right chart
// each begins as a new first version with the next number, so that no copy of an
// older version passes for it, and a Provenance says that it was refiled. In the
// wrong chart it is removed: the next change of that chart tells who keeps a
// copy, and its old versions are hidden there.
//
// What is sent, signed or booked is not moved; neither is a file.
func (s *Store) Refile(ctx context.Context, who identity.Principal, r Refile) ([]Stored, error) {
	reason, err := ReasonGiven(r.Reason)
	if err != nil {
		return nil, err
	}
	if len(r.Refs) == 0 || len(r.Refs) > maxRefile {
		return nil, fault.Newf(fault.Invalid, "Between 1 and %d records can be refiled together.", maxRefile)
	}
	r.Reason = reason
	var out []Stored
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		locked, views, err := s.workIn(c, who, false, r.From, r.To)
		if err != nil {
			return err
		}
		m := &move{Refile: r, who: who, from: views[r.From], to: views[r.To], moved: map[string]*current{}}
		if err := s.pickUp(c, m); err != nil {
			return err
		}
		if err := s.look(c, m); err != nil {
			return err
		}
		out, err = s.carry(c, m, locked)
		return err
	})
	if err != nil {
		return nil, s.refusals(ctx, who, "refile", err, r.From, r.To)
	}
	return out, nil
}

// move is a refile under way.
type move struct {
	Refile
	who      identity.Principal
	from, to *access.View
	order    []string // Type/id, in the order asked for, then what goes along
	moved    map[string]*current
	trimmed  map[string]*current // Provenance of other records as well, which loses some of its targets
}

// pickUp finds what is to be moved and decides on each.
func (s *Store) pickUp(c *db.Conn, m *move) error {
	var keys []string
	for _, ref := range m.Refs {
		typ, id, ok := strings.Cut(ref, "/")
		if !ok || !fhir.IsType(typ) || !fhir.ValidID(id) || slices.Contains(m.order, ref) {
			return invalid("Each record is named once, by its type and id.")
		}
		m.order = append(m.order, ref)
		keys = append(keys, typ, id)
	}
	found, err := currentVersions(c, keys, true)
	if err != nil {
		return err
	}
	now := micros(s.now())
	for _, ref := range m.order {
		cur := found[ref]
		if cur != nil && cur.patient == "" {
			if err := s.refusePart(c, m, ref, now); err != nil {
				return err
			}
		}
		typ, id, _ := strings.Cut(ref, "/")
		if cur == nil || cur.patient != m.From || cur.deleted || !m.from.Sees(typ, id, cur.class, cur.releaseAt, now) {
			return notFound()
		}
		if !m.from.MayWrite(cur.class) || !m.to.MayWrite(cur.class) {
			return fault.New(fault.Forbidden, "You can read this, but not change it.").WithCode("role")
		}
		n, err := fhir.Parse(cur.body)
		if err != nil {
			return err
		}
		why := ""
		switch {
		case typ == "Patient":
			why = "Who a record is about is not refiled. Join the two records instead."
		case typ == "Provenance":
			why = "What is told about a record goes with it by itself."
		case typ == binaryType:
			why = "A file stays in the record that it was put into. Please put it into the other one again."
		case keptTypes[typ] && n.Get("meta", "source").Str() == Own:
			why = "What was sent, signed or booked stays where it is. Please write it again in the right record."
		}
		if why != "" {
			return fault.New(fault.Invalid, why).WithIssues(fault.Issue{Code: "business-rule", Expression: ref})
		}
		m.moved[ref] = cur
	}
	return nil
}

// refusePart tells that what is about several patients is in the chart of each.
func (s *Store) refusePart(c *db.Conn, m *move, ref string, now int64) error {
	typ, id, _ := strings.Cut(ref, "/")
	var class access.Class
	var release int64
	err := c.QueryRow(`SELECT r.category, r.labels, r.release_at FROM resource_charts k JOIN resources r ON r.patient_id = k.patient_id AND r.type = k.type AND r.id = k.id
		WHERE k.patient_id = ? AND k.type = ? AND k.id = ? AND NOT r.deleted`, m.From, typ, id).Scan(&class.Category, &class.Labels, &release)
	if isNoRows(err) || err == nil && !m.from.Sees(typ, id, class, release, now) {
		return nil
	}
	if err != nil {
		return err
	}
	return severalRefiled(ref)
}

func severalRefiled(ref string) error {
	return fault.New(fault.Invalid, "A record about several patients is not refiled. Please change whom it names instead.").WithIssues(fault.Issue{Code: "business-rule", Expression: ref})
}

var referenceMember = []byte(`"reference":"`)

// references calls f for each literal reference in a body, as Type/id. A body is
// canonical JSON: no blanks between members.
func references(body []byte, f func(ref string)) {
	for {
		i := bytes.Index(body, referenceMember)
		if i < 0 {
			return
		}
		body = body[i+len(referenceMember):]
		end := bytes.IndexByte(body, '"')
		if end < 0 {
			return
		}
		if typ, id, ok := cutRef(string(body[:end])); ok {
			f(typ + "/" + id)
		}
		body = body[end:]
	}
}

// look goes over the wrong chart for what refers to what is moved: that has to
// go along, or to let go of it first. Provenance goes along by itself.
func (s *Store) look(c *db.Conn, m *move) error {
	var stays, several []string
	unseen, now := false, micros(s.now())
	m.trimmed = map[string]*current{}
	err := c.Each(`SELECT r.type, r.id, r.version, r.category, r.labels, r.release_at, r.deleted, r.last_updated, r.index_rules, r.body, COALESCE(e.part_of, ''), NOT `+notPart("r")+`
		FROM resources r LEFT JOIN entries e ON e.patient_id = r.patient_id AND e.type = r.type AND e.id = r.id
		WHERE r.patient_id = ? AND NOT r.deleted ORDER BY r.type, r.id`, func(rows *sql.Rows) error {
		cur := &current{patient: m.From}
		var typ, id, partOf string
		var body sql.RawBytes
		var part bool
		if err := rows.Scan(&typ, &id, &cur.version, &cur.class.Category, &cur.class.Labels, &cur.releaseAt, &cur.deleted, &cur.updated, &cur.indexRules, &body, &partOf, &part); err != nil {
			return err
		}
		ref := typ + "/" + id
		if m.moved[ref] != nil {
			return nil
		}
		hits, misses := 0, 0
		references(body, func(to string) {
			if m.moved[to] != nil {
				hits++
			} else if typ == "Provenance" && !strings.HasPrefix(to, "Patient/") {
				t, _, _ := strings.Cut(to, "/")
				if _, chart := homePaths[t]; chart {
					misses++
				}
			}
		})
		switch {
		case hits == 0 && (partOf == "" || m.moved[partOf] == nil):
		case part && m.from.Sees(typ, id, cur.class, cur.releaseAt, now):
			several = append(several, ref)
		case part || typ != "Provenance" && !m.from.Sees(typ, id, cur.class, cur.releaseAt, now):
			unseen = true
		case typ != "Provenance":
			stays = append(stays, ref)
		default:
			cur.body = bytes.Clone(body)
			if misses == 0 {
				m.order, m.moved[ref] = append(m.order, ref), cur
			} else {
				m.trimmed[ref] = cur
			}
		}
		return nil
	}, m.From)
	if err != nil {
		return err
	}
	if len(several) > 0 {
		return severalRefiled(several[0])
	}
	if len(stays) > 0 {
		issues := make([]fault.Issue, 0, len(stays))
		for _, ref := range stays[:min(len(stays), maxRefile)] {
			issues = append(issues, fault.Issue{Code: "business-rule", Expression: ref, Text: "it refers to what is refiled"})
		}
		return fault.New(fault.Conflict, "Other entries belong to this one. Refile them together.").WithIssues(issues...)
	}
	if unseen { // what they do not see is not named to them
		return fault.New(fault.Forbidden, "You can read this, but not change it.").WithCode("role")
	}
	return nil
}

// carry makes the changes of both charts.
func (s *Store) carry(c *db.Conn, m *move, locked map[string]*head) ([]Stored, error) {
	at := micros(s.now())
	rows := newRows()
	var steps []db.Step
	var events []access.Event
	var arrived []*change
	var targets []*fhir.Node
	from, to := *m.from, *m.to
	from.Reason, to.Reason = m.Reason, m.Reason
	for _, ref := range m.order {
		cur := m.moved[ref]
		typ, id, _ := strings.Cut(ref, "/")
		gone := &change{Op: Op{Kind: Delete, Type: typ, ID: id}, patient: m.From, class: cur.class, old: cur, outcome: Deleted, version: cur.version + 1, at: max(at, cur.updated)}
		gone.body = tombstone(typ, id, gone.version, gone.at)
		h := locked[m.From]
		h.n++
		gone.n = h.n
		h.heads.set(cur.class, cur.releaseAt > at, gone.n)
		rows.add(gone, m.who, m.from)

		here, err := s.rehome(c, m, ref)
		if err != nil {
			return nil, err
		}
		here.version, here.at, here.outcome = gone.version, gone.at, Created
		here.body = sealBody(here.Node, here.version, here.at)
		s.arrive(here, locked[m.To], at)
		rows.add(here, m.who, m.to)
		arrived = append(arrived, here)
		if typ != "Provenance" {
			targets = append(targets, fhir.Object(fhir.Member{Key: "reference", Value: fhir.String(ref)}))
		}
		steps = append(steps,
			db.Step{SQL: `UPDATE resource_locator SET patient_id = ? WHERE type = ? AND id = ?`, Args: []any{m.To, typ, id}},
			db.Step{SQL: `UPDATE resource_versions SET category = ? WHERE patient_id = ? AND type = ? AND id = ?`, Args: []any{int64(access.NoCategory), m.From, typ, id}},
			db.Step{SQL: `UPDATE chart_assigns SET state = 3, done_by = ?, done_at = ? WHERE patient_id = ? AND other = ? AND type = ? AND id = ?`, Args: []any{m.who.Account, at, m.From, m.To, typ, id}},
			db.Step{SQL: `UPDATE release_holds SET patient_id = ? WHERE patient_id = ? AND type = ? AND id = ?`, Args: []any{m.To, m.From, typ, id}},
		)
		events = append(events,
			access.Event{Who: m.who, Patient: m.From, View: from, Action: "update", Type: typ, ID: id, Categories: categoryBit(cur.class.Category), Count: 1, Detail: "refile out"},
			access.Event{Who: m.who, Patient: m.To, View: to, Action: "update", Type: typ, ID: id, Categories: categoryBit(here.class.Category), Count: 1, Detail: "refile in"})
	}
	for ref, cur := range m.trimmed {
		ch, err := s.letGo(m, ref, cur)
		if err != nil {
			return nil, err
		}
		if err := s.apply(ch, m.from, locked[m.From], at); err != nil {
			return nil, err
		}
		rows.add(ch, m.who, m.from)
	}
	told, err := s.tell(m, targets)
	if err != nil {
		return nil, err
	}
	told.version, told.at, told.outcome = 1, at, Created
	told.body = sealBody(told.Node, 1, at)
	s.arrive(told, locked[m.To], at)
	rows.add(told, m.who, m.to)
	if err := s.commitRows(c, rows, locked, events); err != nil {
		return nil, err
	}
	if err := c.Run(steps); err != nil {
		return nil, err
	}
	if err := s.linkParts(c, arrived); err != nil {
		return nil, err
	}
	out := make([]Stored, 0, len(arrived))
	for _, ch := range arrived {
		out = append(out, Stored{Patient: m.To, Type: ch.Type, ID: ch.ID, Version: ch.version, LastUpdated: fromMicros(ch.at), Outcome: Created, Body: ch.body})
	}
	return out, nil
}

// arrive gives a resource that is new in a chart its number there.
func (s *Store) arrive(ch *change, h *head, at int64) {
	h.n++
	ch.n = h.n
	h.heads.set(ch.class, ch.release > at, ch.n)
	if ch.release != 0 {
		h.holds++
	}
}

// rehome makes a resource one of the right chart: it is about that patient, and
// refers to nothing that stays in the wrong one.
func (s *Store) rehome(c *db.Conn, m *move, ref string) (*change, error) {
	cur := m.moved[ref]
	left := map[string]bool{}
	var failed error
	references(cur.body, func(to string) {
		typ, id, _ := strings.Cut(to, "/")
		if typ == "Patient" || m.moved[to] != nil {
			return
		}
		p, found, err := locate(c, typ, id)
		if err != nil {
			failed = err
		}
		if found && p == m.From {
			left[typ+"/"+id] = true
		}
	})
	if failed != nil {
		return nil, failed
	}
	n, err := fhir.Parse(cur.body)
	if err != nil {
		return nil, err
	}
	if file, err := s.fileOf(c, n, m.From); err != nil {
		return nil, err
	} else if file {
		return nil, fault.New(fault.Invalid, "A file stays in the record that it was put into. Please put it into the other one again.").WithIssues(fault.Issue{Code: "business-rule", Expression: ref})
	}
	readdress(n, m.From, m.To)
	if len(left) > 0 {
		fhir.Prune("", n, isHidden(left))
	}
	typ, id, _ := strings.Cut(ref, "/")
	ch := &change{Op: Op{Kind: Put, Type: typ, ID: id, Node: n}, patient: m.To, decided: true, placed: true}
	ch.release = cur.releaseAt
	if err := s.ready(ch); err != nil {
		return nil, err
	}
	ch.Node = frontMatter(ch.Node)
	ch.class.Labels = ch.class.Labels.Keep(cur.class.Labels) // what it took over from others stays, see borrow
	return ch, nil
}

// fileOf tells whether a resource shows a file that is kept in the chart.
func (s *Store) fileOf(c *db.Conn, n *fhir.Node, patient string) (bool, error) {
	if n.Kind() == fhir.KindObject {
		if id, ok := strings.CutPrefix(n.Get("url").Str(), binaryType+"/"); ok {
			p, found, err := locate(c, binaryType, id)
			if err != nil || found && p == patient {
				return true, err
			}
		}
		for _, m := range n.Members() {
			if yes, err := s.fileOf(c, m.Value, patient); yes || err != nil {
				return yes, err
			}
		}
	}
	for _, i := range n.Items() {
		if yes, err := s.fileOf(c, i, patient); yes || err != nil {
			return yes, err
		}
	}
	return false, nil
}

// readdress makes references to one patient references to another.
func readdress(n *fhir.Node, old, new string) {
	switch n.Kind() {
	case fhir.KindObject:
		ref := n.Get("reference")
		if p, ok := patientOf(ref.Str()); ok && p == old {
			ref.SetStr("Patient/" + new)
		}
		for _, m := range n.Members() {
			readdress(m.Value, old, new)
		}
	case fhir.KindArray:
		for _, i := range n.Items() {
			readdress(i, old, new)
		}
	}
}

// letGo takes what is moved out of a Provenance that tells of other records too.
func (s *Store) letGo(m *move, ref string, cur *current) (*change, error) {
	n, err := fhir.Parse(cur.body)
	if err != nil {
		return nil, err
	}
	hits := make(map[string]bool, len(m.moved))
	for r := range m.moved {
		hits[r] = true
	}
	fhir.Prune("", n, isHidden(hits))
	_, id, _ := strings.Cut(ref, "/")
	ch := &change{Op: Op{Kind: Put, Type: "Provenance", ID: id, Node: n}, patient: m.From, decided: true}
	if err := s.ready(ch); err != nil {
		return nil, err
	}
	ch.old = cur
	ch.class.Labels = ch.class.Labels.Keep(cur.class.Labels)
	return ch, nil
}

// tell makes the Provenance of a refile (FHIR R4 Provenance). It does not name
// the other chart: that is for the audit.
func (s *Store) tell(m *move, targets []*fhir.Node) (*change, error) {
	text := func(s string) *fhir.Node { return fhir.Object(fhir.Member{Key: "text", Value: fhir.String(s)}) }
	agent := fhir.Object(fhir.Member{Key: "display", Value: fhir.String(m.who.Name)})
	switch {
	case m.who.Practitioner != "":
		agent = fhir.Object(fhir.Member{Key: "reference", Value: fhir.String("Practitioner/" + m.who.Practitioner)})
	case m.who.Name == "":
		agent = fhir.Object(fhir.Member{Key: "display", Value: fhir.String("Housecall")})
	}
	n := fhir.Object(
		fhir.Member{Key: "resourceType", Value: fhir.String("Provenance")},
		fhir.Member{Key: "target", Value: fhir.Array(targets...)},
		fhir.Member{Key: "recorded", Value: fhir.String(instant(micros(s.now())))},
		fhir.Member{Key: "activity", Value: text("refiled from another chart")},
		fhir.Member{Key: "agent", Value: fhir.Array(fhir.Object(fhir.Member{Key: "who", Value: agent}))},
		fhir.Member{Key: "entity", Value: fhir.Array(fhir.Object(
			fhir.Member{Key: "role", Value: fhir.String("source")},
			fhir.Member{Key: "what", Value: fhir.Object(fhir.Member{Key: "display", Value: fhir.String("another chart")})}))})
	ch := &change{Op: Op{Kind: Create, Type: "Provenance", Node: n}, patient: m.To, decided: true}
	if err := s.ready(ch); err != nil {
		return nil, err
	}
	ch.Node = frontMatter(ch.Node)
	var of []access.Class
	for _, cur := range m.moved {
		of = append(of, cur.class)
	}
	ch.class = s.tellsOf(ch.Node, of)
	return ch, nil
}

// ready does everything that needs no lock, for a change that the house itself
// makes: what stands in the record stays, its source among it.
func (s *Store) ready(ch *change) error {
	if err := s.identify(ch); err != nil {
		return err
	}
	return s.prepareOne(identity.SystemPrincipal(""), ch)
}

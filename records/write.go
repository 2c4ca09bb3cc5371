package records

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// Write makes the changes of a batch in one transaction, or none of them. It
// decides on each chart under that chart's lock and leaves an audit row for each
// change. A chart that the principal may not see is not found; validation
// findings are Invalid with their places; a version that is not the expected one
// is PreconditionFailed.
func (s *Store) Write(ctx context.Context, who identity.Principal, b Batch) ([]Stored, error) {
	changes, err := s.prepare(who, b)
	if err == nil {
		err = s.scan(ctx, who, changes)
	}
	if err != nil {
		return nil, err
	}
	var stored []Stored
	for range maxTries {
		err = s.db.InTx(ctx, func(c *db.Conn) error {
			var err error
			stored, err = s.writeTx(c, who, changes)
			return err
		})
		if !errors.Is(err, errMoved) {
			break
		}
	}
	if errors.Is(err, errMoved) {
		err = busy(err)
	}
	if err != nil {
		s.auditRefusal(ctx, who, changes, err)
		return nil, err
	}
	return stored, nil
}

// WriteTx joins another transaction, for what must happen together with more
// than records. It is for what this house makes itself: nothing is scanned in it.
func (s *Store) WriteTx(c *db.Conn, who identity.Principal, b Batch) ([]Stored, error) {
	changes, err := s.prepare(who, b)
	if err != nil {
		return nil, err
	}
	stored, err := s.writeTx(c, who, changes)
	if errors.Is(err, errMoved) {
		err = busy(err)
	}
	return stored, err
}

func busy(err error) error {
	return fault.Wrap(fault.Conflict, "Others are changing the same. Please try again.", err)
}

// maxTries bounds how often a conditional change looks again for what it is
// about, because somebody else was quicker.
const maxTries = 5

func (s *Store) writeTx(c *db.Conn, who identity.Principal, changes []*change) ([]Stored, error) {
	at := micros(s.now())
	if err := s.settle(c, who, changes); err != nil {
		return nil, err
	}
	charts, err := s.resolveHomes(c, who, changes)
	if err != nil {
		return nil, err
	}
	locked, err := s.lockCharts(c, who, charts, changes, at)
	if err != nil {
		return nil, err
	}
	views := make(map[string]*access.View, len(charts))
	for _, p := range charts {
		if views[p], err = s.viewForWrite(c, who, p, changes); err != nil {
			return nil, err
		}
	}
	if err := s.loadCurrent(c, who, changes); err != nil {
		return nil, err
	}
	if err := orderShared(c, changes); err != nil {
		return nil, err
	}
	if err := s.stillFound(c, who, changes); err != nil {
		return nil, err
	}
	var own *owning // what is about several patients is looked at again under the locks
	if slices.ContainsFunc(changes, func(ch *change) bool { return ch.whole || pointsTo(ch.Type) }) {
		if own, err = newOwning(c, changes); err == nil {
			err = s.stillNamed(c, changes, own)
		}
		if err != nil {
			return nil, err
		}
	}
	divisions := map[*change]*division{}
	events := asked(who, changes)
	rows, moving := newRows(), false
	hidden, done := map[string][]string{}, map[string]*change{}
	for _, i := range inTurn(changes) {
		ch := changes[i]
		if ch.none {
			ch.outcome = Unchanged
			continue
		}
		if ch.whole {
			d, err := s.writeWhole(c, who, ch, views, own, locked, done, at)
			if err != nil {
				return nil, wrapOp(i, err)
			}
			divisions[ch] = d
			if ch.Kind != Delete {
				done[ch.Type+"/"+ch.ID] = ch
			}
			if ch.outcome == Unchanged {
				continue
			}
			moving = true
			events = append(events, rows.addWhole(ch, d, who, views)...)
			continue
		}
		if ch.found {
			if err := s.existing(c, ch, views[ch.patient]); err != nil {
				return nil, &OpError{i, err}
			}
			continue
		}
		if _, looked := hidden[ch.patient]; !looked && ch.old != nil && (!who.Everywhere() || views[ch.patient].Parts != 0) {
			if hidden[ch.patient], err = s.hidden(c, views[ch.patient]); err != nil {
				return nil, err
			}
		}
		if err := s.complete(c, who, ch, views[ch.patient], hidden[ch.patient], nil); err != nil {
			return nil, wrapOp(i, err)
		}
		if err := s.borrow(c, ch, done); err != nil {
			return nil, err
		}
		if err := s.apply(ch, views[ch.patient], locked[ch.patient], at); err != nil {
			return nil, &OpError{i, err}
		}
		if ch.Kind != Delete {
			done[ch.Type+"/"+ch.ID] = ch
		}
		if ch.outcome == Unchanged {
			continue
		}
		moving = true
		rows.add(ch, who, views[ch.patient])
		events = append(events, access.Event{
			Who: who, Patient: ch.patient, View: *views[ch.patient], Action: actionWord(ch.outcome),
			Type: ch.Type, ID: ch.ID, Categories: categoryBit(ch.class.Category), Count: 1, Outcome: "ok",
		})
	}
	if moving {
		heads, moved := s.headSteps(locked)
		audit, err := s.access.RecordSteps(c, events...)
		if err != nil {
			return nil, err
		}
		if err := c.Run(slices.Concat(rows.steps(c.Dialect), heads, audit)); err != nil {
			if taken(err) {
				return nil, fmt.Errorf("%w: %w", errMoved, err)
			}
			return nil, err
		}
		if err := s.linkParts(c, changes); err != nil {
			return nil, err
		}
		if err := s.followBirthDates(c, who, changes); err != nil {
			return nil, err
		}
		if err := s.tellOfPatients(c, changes); err != nil {
			return nil, err
		}
		c.After(func() { s.nudge(moved) })
	} else if len(events) > 0 {
		if err := s.access.RecordTx(c, events...); err != nil {
			return nil, err
		}
	}
	out := make([]Stored, len(changes))
	for i, ch := range changes {
		out[i] = Stored{Patient: ch.patient, Type: ch.Type, ID: ch.ID, Version: ch.version, LastUpdated: fromMicros(ch.at), Outcome: ch.outcome, Body: ch.body}
		if d := divisions[ch]; d != nil {
			err = s.shownTo(who, ch, d, views, &out[i])
		} else {
			out[i].Body, err = cutHidden(ch.body, hidden[ch.patient])
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// wrapOp says which change a fault is of.
func wrapOp(i int, err error) error {
	if errors.Is(err, errMoved) {
		return err
	}
	return &OpError{i, err}
}

func categoryBit(c access.Category) access.CategorySet {
	if c < 0 {
		return 0
	}
	return access.CategorySet(1) << c
}

func actionWord(o Outcome) string {
	switch o {
	case Created:
		return "create"
	case Deleted:
		return "delete"
	}
	return "update"
}

// resolveHomes finds the chart of each change and gives the charts in the order
// in which everybody locks them.
func (s *Store) resolveHomes(c *db.Conn, who identity.Principal, changes []*change) ([]string, error) {
	for i, ch := range changes {
		ch.whole, ch.names, ch.charts, ch.byParts = false, nil, nil, false
		if ch.none || severalTypes[ch.Type] {
			continue
		}
		if !ch.homeless() {
			p, err := home(ch.Node)
			if err != nil {
				return nil, &OpError{i, err}
			}
			ch.patient = p
			continue
		}
		p, ok, err := locate(c, ch.Type, ch.ID)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, &OpError{i, notFound()}
		}
		ch.patient = p
	}
	if slices.ContainsFunc(changes, func(ch *change) bool { return severalTypes[ch.Type] }) {
		own, err := newOwning(c, changes)
		if err == nil {
			err = s.seat(c, who, changes, own)
		}
		if err != nil {
			return nil, err
		}
	}
	charts := make([]string, 0, 4)
	for _, ch := range changes {
		if ch.none {
			continue
		}
		for _, p := range append(ch.charts, ch.patient) {
			if !slices.Contains(charts, p) {
				charts = append(charts, p)
			}
		}
	}
	slices.Sort(charts)
	return charts, nil
}

func locate(c *db.Conn, typ, id string) (string, bool, error) {
	var p string
	err := c.QueryRow(`SELECT patient_id FROM resource_locator WHERE type = ? AND id = ?`, typ, id).Scan(&p)
	if isNoRows(err) {
		return "", false, nil
	}
	return p, err == nil, err
}

// lockCharts takes the head rows in sorted order. A chart begins with its
// Patient; nothing else makes one.
func (s *Store) lockCharts(c *db.Conn, who identity.Principal, charts []string, changes []*change, at int64) (map[string]*head, error) {
	locked := make(map[string]*head, len(charts))
	for _, p := range charts {
		if p == "" {
			locked[p] = nil
			continue
		}
		if slices.ContainsFunc(changes, func(ch *change) bool { return ch.Type == "Patient" && ch.ID == p && !ch.homeless() }) {
			added, err := c.Exec(`INSERT INTO charts (patient_id, class_heads, created_at, label_rules, label_floor) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, p, []byte{}, at, s.labelRules, s.labelRules)
			if err == nil && added > 0 {
				err = s.access.RegisterTx(c, p, organizationOf(changes, p))
			}
			if err != nil {
				return nil, err
			}
		}
		query := `SELECT head, class_heads, holds, links, wait_days, tx FROM charts WHERE patient_id = ?`
		if c.Dialect == db.Postgres {
			query = `SELECT head, class_heads, holds, links, wait_days, GREATEST(tx, ` + db.ThisTx + `) FROM charts WHERE patient_id = ? FOR UPDATE`
		}
		var h head
		var raw []byte
		err := c.QueryRow(query, p).Scan(&h.n, &raw, &h.holds, &h.links, &h.waitDays, &h.tx)
		if isNoRows(err) {
			return nil, noChart(who, p, changes)
		}
		if err != nil {
			return nil, err
		}
		h.heads = decodeHeads(raw)
		if h.links > 0 {
			if err := h.readLinks(c, p); err != nil {
				return nil, err
			}
		}
		locked[p] = &h
	}
	return locked, nil
}

// organizationOf is the id of the organization that keeps a patient's record, as
// their Patient among the changes says it.
func organizationOf(changes []*change, patient string) string {
	for _, ch := range changes {
		if ch.Type == "Patient" && ch.ID == patient && ch.Node != nil {
			id, _ := strings.CutPrefix(ch.Node.Get("managingOrganization", "reference").Str(), "Organization/")
			return id
		}
	}
	return ""
}

// noChart is the answer to a change in a chart that is not there or may not be
// seen: the same for both, in words and place. A system sees every chart and is
// told more.
func noChart(who identity.Principal, patient string, changes []*change) error {
	why := notFound()
	if who.Everywhere() {
		why = why.WithIssues(fault.Issue{Code: "not-found", Expression: "subject", Text: "the patient is not known here"})
	}
	return &OpError{slices.IndexFunc(changes, func(ch *change) bool { return ch.patient == patient || slices.Contains(ch.charts, patient) }), why}
}

// viewForWrite decides whether the principal may come in at all, and whether an
// app's scopes for this chart name what it wants to change. It is nil for a chart
// that they may not see and that has a part already of what they change: of that
// they are told nothing.
func (s *Store) viewForWrite(c *db.Conn, who identity.Principal, patient string, changes []*change) (*access.View, error) {
	v, err := s.access.ViewOf(c, who, patient)
	if fault.Is(err, fault.NotFound) {
		if !slices.ContainsFunc(changes, func(ch *change) bool {
			return !ch.none && (ch.patient == patient || slices.Contains(ch.names, patient))
		}) {
			return nil, nil
		}
		return nil, noChart(who, patient, changes)
	}
	if err != nil {
		return nil, err
	}
	for i, ch := range changes {
		if ch.none {
			continue
		}
		if ch.patient == "" && patient == "" && ch.Type == "Provenance" && len(ch.charts) == 0 && v.Act == 0 {
			return nil, &OpError{i, notFound()} // of what is not there; as of what is in a chart that is not shared
		}
		action := byte('u')
		if ch.Kind == Create {
			action = 'c'
		} else if ch.Kind == Delete {
			action = 'd'
		}
		if (ch.patient == patient || slices.Contains(ch.charts, patient)) && !v.AllowsType(ch.Type, action) {
			return nil, fault.New(fault.Forbidden, "This app was not allowed to change this kind of record.").WithCode("scope")
		}
	}
	return &v, nil
}

// followBirthDates moves the ages at which parents' grants change when a date of
// birth was corrected.
func (s *Store) followBirthDates(c *db.Conn, who identity.Principal, changes []*change) error {
	for _, ch := range changes {
		if ch.Type == "Patient" && ch.outcome == Updated {
			if err := s.access.RebirthTx(c, who, ch.patient, ch.Node.Get("birthDate").Str()); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellOfPatients tells of Patients that are new or say something else now.
func (s *Store) tellOfPatients(c *db.Conn, changes []*change) error {
	for _, ch := range changes {
		if s.onPatient == nil || ch.Type != "Patient" || ch.quiet || ch.outcome != Created && ch.outcome != Updated {
			continue
		}
		if err := s.onPatient(c, ch.ID, ch.version); err != nil {
			return err
		}
	}
	return nil
}

// loadCurrent reads the versions that the changes replace, and makes sure that
// an id is not taken in another chart. Which chart has it is told only to who may
// see it there.
func (s *Store) loadCurrent(c *db.Conn, who identity.Principal, changes []*change) error {
	var keys, read []string
	for _, ch := range changes {
		ch.old = nil
		switch {
		case ch.none:
		case ch.found:
			read = append(read, ch.Type, ch.ID)
		case ch.Kind != Create:
			keys = append(keys, ch.Type, ch.ID)
		}
	}
	if len(keys)+len(read) == 0 {
		return nil
	}
	found, err := currentVersions(c, keys, true)
	if err != nil {
		return err
	}
	there, err := currentVersions(c, read, false)
	if err != nil {
		return err
	}
	maps.Copy(found, there)
	for i, ch := range changes {
		if ch.none || ch.Kind == Create && !ch.found {
			continue
		}
		cur, ok := found[ch.Type+"/"+ch.ID]
		if !ok {
			if ch.found {
				return errMoved
			}
			if ch.Kind != Put {
				return &OpError{i, notFound()}
			}
			continue
		}
		if cur.patient != ch.patient && ch.whole && slices.Contains(ch.charts, cur.patient) {
			ch.old = cur // it was about that one alone
			continue
		}
		if cur.patient == "" && ch.patient != "" && severalTypes[ch.Type] {
			return errMoved // meanwhile it is about several
		}
		if cur.patient != ch.patient {
			v, err := s.access.ViewOf(c, who, cur.patient)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if err != nil || !v.Sees(ch.Type, ch.ID, cur.class, cur.releaseAt, micros(s.now())) {
				return &OpError{i, notFound()}
			}
			return &OpError{i, otherChart(ch.Type)}
		}
		ch.old = cur
	}
	return nil
}

// currentVersions reads current versions by type and id (in turn in keys).
// Those of the shared chart, which has no head to hold, are locked one by one
// when they are to be changed.
func currentVersions(c *db.Conn, keys []string, change bool) (map[string]*current, error) {
	const what = `SELECT r.type, r.id, r.patient_id, r.version, r.category, r.labels, r.release_at, r.deleted, r.last_updated, r.index_rules, r.body
		FROM resource_locator l JOIN resources r ON r.patient_id = l.patient_id AND r.type = l.type AND r.id = l.id `
	found := make(map[string]*current, len(keys)/2)
	if len(keys) == 0 {
		return found, nil
	}
	scan := func(rows *sql.Rows) error {
		var cur current
		var typ, id string
		if err := rows.Scan(&typ, &id, &cur.patient, &cur.version, &cur.class.Category, &cur.class.Labels, &cur.releaseAt, &cur.deleted, &cur.updated, &cur.indexRules, &cur.body); err != nil {
			return err
		}
		found[typ+"/"+id] = &cur
		return nil
	}
	if c.Dialect == db.SQLite {
		for i := 0; i < len(keys); i += 2 {
			if err := c.Each(what+`WHERE l.type = ? AND l.id = ?`, scan, keys[i], keys[i+1]); err != nil {
				return nil, err
			}
		}
		return found, nil
	}
	types, ids := make([]string, 0, len(keys)/2), make([]string, 0, len(keys)/2)
	for i := 0; i < len(keys); i += 2 {
		types, ids = append(types, keys[i]), append(ids, keys[i+1])
	}
	if err := c.Each(what+`WHERE (l.type, l.id) IN (SELECT * FROM unnest(?::text[], ?::text[]))`, scan, types, ids); err != nil {
		return nil, err
	}
	if !change {
		return found, nil
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if found[key].patient != "" {
			continue
		}
		typ, id, _ := strings.Cut(key, "/")
		if err := c.Each(what+`WHERE l.type = ? AND l.id = ? FOR UPDATE OF r`, scan, typ, id); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// apply decides on one change and gives it its number, version and body.
func (s *Store) apply(ch *change, v *access.View, h *head, at int64) error {
	now := micros(s.now())
	if ch.old != nil && !ch.decided && !ch.byParts && !v.Sees(ch.Type, ch.ID, ch.old.class, ch.old.releaseAt, now) {
		return notFound() // also when it was deleted: a further version would tell by its number
	}
	if ch.Kind == Delete {
		ch.class = ch.old.class
	}
	made := ch.class
	if ch.speaks() {
		made.Labels = access.NoLabels
	}
	if !ch.decided && !ch.byParts && (!ch.mayWrite(v, made) || ch.old != nil && !ch.old.deleted && !ch.mayWrite(v, ch.old.class)) {
		return fault.New(fault.Forbidden, "You can read this, but not change it.").WithCode("role")
	}
	if ch.Type == "Patient" && ch.Node != nil && h.links > 0 {
		ch.showLinks(h)
	}
	if ch.Type == "Patient" && !ch.decided && !mayRewrite(v, ch) {
		return fault.New(fault.Forbidden, "Only contact details can be changed here. Please ask the clinic to correct the rest.").WithCode("role")
	}
	if err := ch.mayTouch(); err != nil {
		return err
	}
	if ch.IfMatch != 0 && (ch.old == nil || cmp.Or(ch.saw, ch.old.version) != ch.IfMatch) {
		return staleVersion()
	}
	if ch.old != nil && !ch.old.deleted {
		switch {
		case ch.New:
			return fault.New(fault.PreconditionFailed, "This is there already.").WithIssues(fault.Issue{Code: "duplicate"})
		case ch.missed: // R4 3.1.0.7.1: the criteria found nothing, yet the id is somebody's
			return fault.New(fault.Conflict, "The id is taken by a record that the criteria do not find.").WithIssues(fault.Issue{Code: "duplicate"})
		}
	}
	if ch.Kind == Update && ch.old.deleted {
		return gone()
	}
	if ch.Kind == Delete && ch.old.deleted {
		ch.outcome, ch.version, ch.at = Unchanged, ch.old.version, ch.old.updated
		return nil
	}
	if ch.Node != nil {
		ch.Node = frontMatter(ch.Node)
	}
	if ch.old != nil && !ch.old.deleted && ch.Kind != Delete {
		same := sealBody(ch.Node, ch.old.version, ch.old.updated)
		if string(same) == string(ch.old.body) && (ch.Kind != Update || ch.IfMatch == 0) && ch.old.indexRules == indexRules && ch.old.class.Same(ch.class) && !ch.anew {
			ch.outcome, ch.version, ch.at, ch.body = Unchanged, ch.old.version, ch.old.updated, ch.old.body
			return nil
		}
	}
	ch.at, ch.version, ch.outcome = at, 1, Created
	if ch.old != nil {
		ch.version = ch.old.version + 1
		if !ch.old.deleted {
			ch.outcome = Updated
		}
		ch.at = max(at, ch.old.updated)
	}
	ch.release = s.releaseOf(ch, v, h)
	if ch.Kind == Delete {
		ch.outcome = Deleted
		ch.body = tombstone(ch.Type, ch.ID, ch.version, ch.at)
	} else {
		ch.body = sealBody(ch.Node, ch.version, ch.at)
	}
	if h != nil {
		ch.number(h, now)
	}
	return nil
}

// number gives a change the next number of its chart.
func (ch *change) number(h *head, now int64) {
	h.n++
	ch.n, ch.tx = h.n, h.tx
	was := ch.old != nil && !ch.old.deleted
	held := ch.release > now
	if ch.Kind == Delete {
		held = ch.old.releaseAt > now
	}
	h.heads.set(ch.class, held, ch.n)
	if was {
		h.heads.set(ch.old.class, ch.old.releaseAt > now, ch.n)
	}
	if ch.release != 0 {
		h.holds++
	}
}

func staleVersion() error {
	return fault.New(fault.PreconditionFailed, "Somebody else changed this meanwhile. Please look at the new version first.")
}

func otherChart(typ string) error {
	return fault.New(fault.Invalid, "This record belongs to another chart and cannot be moved by changing it.").
		WithIssues(fault.Issue{Code: "business-rule", Expression: typ})
}

// saveHead keeps also that somebody wrote by older rules than others did, as a node
// does that is not yet replaced: the chart is relabelled once more.
const saveHead = `UPDATE charts SET head = ?, class_heads = ?, holds = ?, tx = ?, label_rules = CASE WHEN label_rules > ? THEN ? ELSE label_rules END,
	label_floor = CASE WHEN label_floor > ? THEN ? ELSE label_floor END WHERE patient_id = ?`

// headSteps saves the heads, and tells which charts moved.
func (s *Store) headSteps(locked map[string]*head) (steps []db.Step, moved []string) {
	for p, h := range locked {
		if h == nil {
			continue
		}
		steps = append(steps, db.Step{SQL: saveHead, Args: []any{h.n, h.heads.encode(), h.holds, h.tx, s.labelRules, s.labelRules, s.labelRules, s.labelRules, p}})
		moved = append(append(moved, p), h.linked...) // who looks at one of them looks at all
	}
	return steps, moved
}

// auditRefusal leaves a row when somebody was turned away. It cannot be in the
// transaction, which was rolled back.
func (s *Store) auditRefusal(ctx context.Context, who identity.Principal, changes []*change, err error) {
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Forbidden, fault.Unauthenticated:
	case fault.PreconditionFailed, fault.Conflict: // what a search found was told, though nothing was changed
		if events := asked(who, changes); len(events) > 0 {
			_ = s.access.Record(ctx, events...)
		}
		return
	default:
		return
	}
	seen := map[string]bool{}
	var events []access.Event
	for _, ch := range changes {
		for _, p := range append([]string{ch.patient}, ch.names...) {
			if seen[p] {
				continue
			}
			seen[p] = true
			events = append(events, access.Event{Who: who, Patient: p, Action: "refused", Type: ch.Type, ID: ch.ID, Categories: categoryBit(ch.class.Category), Count: 1, Outcome: "refused"})
		}
	}
	_ = s.access.Record(ctx, events...)
}

package records

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Joining two charts of one person moves nothing: a link makes one view over
// both, and each keeps its order, its audit and its grants (records/access,
// links.go, says who sees what). Patient.link tells other systems of it. When
// the link ends, what was written meanwhile is listed, for somebody to say in
// which of the two it belongs.

// Link joins the chart Other with the chart Survivor.
type Link struct {
	ID        string    `json:"id"`
	Survivor  string    `json:"survivor"`
	Other     string    `json:"other"`
	Reason    string    `json:"reason"`
	CreatedAt time.Time `json:"createdAt"`
}

// readLinks reads what a head row only counts.
func (h *head) readLinks(c *db.Conn, patient string) (err error) {
	if h.linked, h.parted, err = linksOf(c, patient); err == nil {
		h.linkTypes, err = linkTypesOf(c, patient)
	}
	return err
}

// linksOf gives the charts that this one is joined with, and those that it was
// joined with before.
func linksOf(c *db.Conn, patient string) (linked, parted []string, err error) {
	if linked, err = access.Linked(c, patient); err != nil {
		return nil, nil, err
	}
	err = c.Each(`SELECT survivor, other FROM chart_links WHERE survivor = ? OR other = ?`, func(r *sql.Rows) error {
		var a, b string
		if err := r.Scan(&a, &b); err != nil {
			return err
		}
		for _, p := range []string{a, b} {
			if p != patient && !slices.Contains(linked, p) && !slices.Contains(parted, p) {
				parted = append(parted, p)
			}
		}
		return nil
	}, patient, patient)
	return linked, parted, err
}

// openBeside adds to a view those of the charts that are joined with it, as far
// as the principal sees them.
func (s *Store) openBeside(c *db.Conn, who identity.Principal, v *access.View) error {
	linked, err := access.Linked(c, v.Patient)
	if err != nil {
		return err
	}
	for _, p := range linked {
		w, err := s.viewForRead(c, who, p, "Patient")
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		v.Beside = append(v.Beside, *w)
	}
	return nil
}

// reachOver is openBeside for what is asked for by a patient's id on /fhir: only
// who reaches over from this chart gets the others with it.
func (s *Store) reachOver(c *db.Conn, who identity.Principal, v *access.View) error {
	if !v.ReachesOver() {
		return nil
	}
	return s.openBeside(c, who, v)
}

// Beside names the charts that are joined with this one, as far as the principal
// sees them, for who asks for each by itself. A proxy and an app are told of none.
func (s *Store) Beside(ctx context.Context, who identity.Principal, patient string) ([]string, error) {
	c := s.db.Read(ctx)
	v, err := s.viewForRead(c, who, patient, "Patient")
	if err != nil {
		return nil, err
	}
	return s.beside(c, who, *v)
}

// beside is Beside for who has a view of the chart already. The view goes on to be
// of the one chart: nothing of the others is read by it.
func (s *Store) beside(c *db.Conn, who identity.Principal, v access.View) (ids []string, err error) {
	if !v.Carries() {
		return nil, nil
	}
	if err := s.openBeside(c, who, &v); err != nil {
		return nil, err
	}
	for i := range v.Beside {
		ids = append(ids, v.Beside[i].Patient)
	}
	return ids, nil
}

// tagBeside is the part that a joined chart has in the ETag of the view.
func (s *Store) tagBeside(c *db.Conn, v *access.View) (string, error) {
	h, err := readHead(c, v.Patient)
	if err != nil {
		return "", err
	}
	boundary, err := s.boundary(c, v, h, micros(s.now()))
	if err != nil {
		return "", err
	}
	last, err := s.lastSeen(c, v, h)
	return s.etag(v, last, boundary, "beside"), err
}

// showLinks writes the links of a chart into its Patient (Patient.link, FHIR R4).
// They are the house's to say: what somebody sends about the charts that it is
// or was joined with is replaced, and what they say about others stays. Links are
// not indexed: searching by them would tell of charts that one may not see.
func (ch *change) showLinks(h *head) {
	ours := func(ref string) bool {
		p, ok := patientOf(ref)
		return ok && (slices.Contains(h.linked, p) || slices.Contains(h.parted, p))
	}
	var links []*fhir.Node
	for _, l := range ch.Node.Get("link").Items() {
		if !ours(l.Get("other", "reference").Str()) {
			links = append(links, l)
		}
	}
	for _, p := range h.linked {
		if what := h.linkTypes[p]; what != "" {
			links = append(links, fhir.Object(
				fhir.Member{Key: "other", Value: fhir.Object(fhir.Member{Key: "reference", Value: fhir.String("Patient/" + p)})},
				fhir.Member{Key: "type", Value: fhir.String(what)}))
		}
	}
	ch.Node.Delete("link")
	if len(links) > 0 {
		ch.Node.Set("link", fhir.Array(links...))
	}
	ch.index.Refs = slices.DeleteFunc(ch.index.Refs, func(r fhir.RefRow) bool { return r.Param == "link" && ours(r.Type+"/"+r.ID) })
}

// linkTypesOf says what each joined chart is to this one
// (http://hl7.org/fhir/link-type): the one to go on with replaces the others.
// Two that are replaced by the same one do not name each other.
func linkTypesOf(c *db.Conn, patient string) (map[string]string, error) {
	types := map[string]string{}
	err := c.Each(`SELECT survivor, other FROM chart_links WHERE ended_at = 0 AND (survivor = ? OR other = ?)`, func(r *sql.Rows) error {
		var survivor, other string
		if err := r.Scan(&survivor, &other); err != nil {
			return err
		}
		if survivor == patient {
			types[other] = "replaces"
		} else {
			types[survivor] = "replaced-by"
		}
		return nil
	}, patient, patient)
	return types, err
}

const (
	minReason = 5
	maxReason = 500
)

// ReasonGiven takes the reason of something that is done to a chart.
func ReasonGiven(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if len(reason) < minReason || len(reason) > maxReason || !utf8.ValidString(reason) || strings.ContainsRune(reason, 0) {
		return "", fault.New(fault.Invalid, "Please say in a few words why you do this.").WithIssues(fault.Issue{Code: "value", Expression: "reason"})
	}
	return reason, nil
}

// workIn decides whether somebody works as staff in all of the charts, and locks
// them in the order in which everybody does. A chart that they may not see is
// not found.
func (s *Store) workIn(c *db.Conn, who identity.Principal, treats bool, patients ...string) (map[string]*head, map[string]*access.View, error) {
	charts := slices.Compact(slices.Sorted(slices.Values(patients)))
	if len(charts) != len(patients) {
		return nil, nil, fault.New(fault.Invalid, "These are the same record.")
	}
	if slices.ContainsFunc(charts, func(p string) bool { return !fhir.ValidID(p) }) { // the database does not take all that may be sent
		return nil, nil, notFound()
	}
	locked, err := s.lockCharts(c, who, charts, nil, micros(s.now()))
	if err != nil {
		return nil, nil, asAbsent(err)
	}
	views := make(map[string]*access.View, len(charts))
	for _, p := range charts {
		v, err := s.access.ViewOf(c, who, p)
		if err != nil {
			return nil, nil, asAbsent(err)
		}
		views[p] = &v
	}
	for _, v := range views {
		if !v.Works() || treats && !v.Treats() {
			return nil, nil, fault.New(fault.Forbidden, "Only staff who care for this patient can do this.").WithCode("role")
		}
	}
	return locked, views, nil
}

// refusals leaves a row in each chart of something that was refused.
func (s *Store) refusals(ctx context.Context, who identity.Principal, detail string, why error, patients ...string) error {
	if k := fault.KindOf(why); k != fault.NotFound && k != fault.Forbidden {
		return why
	}
	var events []access.Event
	for _, p := range patients {
		if !fhir.ValidID(p) {
			p = ""
		}
		events = append(events, access.Event{Who: who, Patient: p, Action: "refused", Type: "Patient", ID: p, Count: 1, Outcome: "refused", Detail: detail})
	}
	if err := s.access.Record(ctx, events...); err != nil {
		return err
	}
	return why
}

// Join links two charts of one person: from then on Survivor is the one to go on
// with, and who may see both sees them as one.
func (s *Store) Join(ctx context.Context, who identity.Principal, survivor, other, reason string) (l Link, err error) {
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		l, err = s.JoinTx(c, who, survivor, other, reason)
		return err
	})
	if err != nil {
		return Link{}, s.refusals(ctx, who, "link", err, survivor, other)
	}
	return l, nil
}

// JoinTx joins another transaction. Of the charts that it locked already, each is
// new or before these two in their order.
func (s *Store) JoinTx(c *db.Conn, who identity.Principal, survivor, other, reason string) (Link, error) {
	reason, err := ReasonGiven(reason)
	if err != nil {
		return Link{}, err
	}
	at := s.now()
	l := Link{ID: s.newID(), Survivor: survivor, Other: other, Reason: reason, CreatedAt: at}
	locked, views, err := s.workIn(c, who, false, survivor, other)
	if err != nil {
		return Link{}, err
	}
	var taken int
	if err := c.QueryRow(`SELECT count(*) FROM chart_links WHERE ended_at = 0 AND (other IN (?, ?) OR survivor = ?)`, survivor, other, other).Scan(&taken); err != nil {
		return Link{}, err
	}
	if taken > 0 {
		return Link{}, fault.New(fault.Conflict, "One of these records is already joined with another one. Separate those first, or join with the one to go on with.")
	}
	_, err = c.Exec(`INSERT INTO chart_links (id, survivor, other, reason, survivor_n, other_n, created_by, created_at) VALUES (?,?,?,?,?,?,?,?)`,
		l.ID, survivor, other, reason, locked[survivor].n, locked[other].n, who.Account, micros(at))
	if err != nil {
		return Link{}, err
	}
	a, b := inOrderOf(survivor, other)
	if _, err := c.Exec(`INSERT INTO chart_matches (chart_a, chart_b, score, grade, state, created_at, done_by, done_at) VALUES (?,?,100,'certain',2,?,?,?)
		ON CONFLICT (chart_a, chart_b) DO UPDATE SET state = 2, done_by = excluded.done_by, done_at = excluded.done_at`, a, b, micros(at), who.Account, micros(at)); err != nil {
		return Link{}, err
	}
	return l, s.relink(c, who, views, locked, "link", reason)
}

// Part ends a link. It gives how much was written into the two charts meanwhile,
// which is in the work list then.
func (s *Store) Part(ctx context.Context, who identity.Principal, survivor, other, reason string) (written int64, err error) {
	if reason, err = ReasonGiven(reason); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(c *db.Conn) error {
		locked, views, err := s.workIn(c, who, false, survivor, other)
		if err != nil {
			return err
		}
		var id string
		var marks [2]int64
		err = c.QueryRow(`SELECT id, survivor_n, other_n FROM chart_links WHERE ended_at = 0 AND survivor = ? AND other = ?`, survivor, other).Scan(&id, &marks[0], &marks[1])
		if isNoRows(err) {
			return fault.New(fault.Conflict, "These records are not joined.")
		}
		if err != nil {
			return err
		}
		at := micros(s.now())
		if _, err := c.Exec(`UPDATE chart_links SET ended_by = ?, ended_at = ?, end_reason = ? WHERE id = ?`, who.Account, at, reason, id); err != nil {
			return err
		}
		a, b := inOrderOf(survivor, other)
		if _, err := c.Exec(`UPDATE chart_matches SET state = 3, done_by = ?, done_at = ? WHERE chart_a = ? AND chart_b = ?`, who.Account, at, a, b); err != nil {
			return err
		}
		written = 0
		for i, p := range [][2]string{{survivor, other}, {other, survivor}} {
			n, err := c.Exec(`INSERT INTO chart_assigns (patient_id, other, type, id, state, created_at)
				SELECT r.patient_id, ?, r.type, r.id, 1, ? FROM resources r WHERE r.patient_id = ? AND r.n > ? AND NOT r.deleted AND r.type NOT IN ('Patient', 'Provenance') AND `+notPart("r")+`
				ON CONFLICT (patient_id, other, type, id) DO UPDATE SET state = 1, created_at = excluded.created_at`, p[1], at, p[0], marks[i])
			if err != nil {
				return err
			}
			written += n
		}
		return s.relink(c, who, views, locked, "unlink", reason)
	})
	if err != nil {
		return 0, s.refusals(ctx, who, "unlink", err, survivor, other)
	}
	return written, nil
}

func inOrderOf(a, b string) (string, string) {
	if a > b {
		return b, a
	}
	return a, b
}

// relink follows a change of links: the Patients say it, who may see what is
// decided anew on every node, and it stands in the audit of both charts.
func (s *Store) relink(c *db.Conn, who identity.Principal, views map[string]*access.View, locked map[string]*head, action, reason string) error {
	at := micros(s.now())
	var changes []*change
	var events []access.Event
	for p, h := range locked {
		if _, err := c.Exec(`UPDATE charts SET links = links + 1 WHERE patient_id = ?`, p); err != nil {
			return err
		}
		h.links++
		if err := h.readLinks(c, p); err != nil {
			return err
		}
		cur, err := currentVersions(c, []string{"Patient", p}, true)
		if err != nil {
			return err
		}
		old := cur["Patient/"+p]
		if old == nil || old.deleted {
			return notFound()
		}
		n, err := fhir.Parse(old.body)
		if err != nil {
			return err
		}
		ch := &change{Op: Op{Kind: Put, Type: "Patient", ID: p, Node: n}, patient: p, decided: true}
		if err := s.ready(ch); err != nil {
			return err
		}
		ch.old = old
		changes = append(changes, ch)
		if err := s.access.SpreadTx(c, p); err != nil {
			return err
		}
		v := *views[p]
		v.Reason = reason
		events = append(events, access.Event{Who: who, Patient: p, View: v, Action: "update", Type: "Patient", ID: p, Categories: access.Of(access.Demographics), Count: 1, Detail: action})
	}
	rows := newRows()
	for _, ch := range changes {
		if err := s.apply(ch, views[ch.patient], locked[ch.patient], at); err != nil {
			return err
		}
		if ch.outcome != Unchanged {
			rows.add(ch, who, views[ch.patient])
		}
	}
	return s.commitRows(c, rows, locked, events)
}

// commitRows writes rows, heads and audit, and wakes who looks at the charts.
func (s *Store) commitRows(c *db.Conn, rows *rows, locked map[string]*head, events []access.Event) error {
	heads, moved := s.headSteps(locked)
	audit, err := s.access.RecordSteps(c, events...)
	if err != nil {
		return err
	}
	if err := c.Run(slices.Concat(rows.steps(c.Dialect), heads, audit)); err != nil {
		return err
	}
	c.After(func() { s.nudge(moved) })
	return nil
}

package records

import (
	"context"
	"database/sql"
	"slices"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// When the rules by which labels are set change, what was written by older ones is
// judged again, chart by chart, a bounded number of resources in a transaction. No
// resource gets a new version by that: it says what it said. What changes is who
// sees it, so that a resource whose sensitive kinds or category are others now is
// the next change of its chart: copies, pages and ETags of who lost sight of it, or
// sees it again, follow.
//
// What is written meanwhile has labels by the new rules already. A chart is done
// when everything in it was looked at; whatever interrupts it, it begins anew, and
// finds what is right already as it should be.

// relabelBatch bounds the resources of one transaction, and so how long others
// wait for the chart.
const relabelBatch = 100

// changeLabels is the kind of a row in chart_changes.
const changeLabels = 4

// RelabelLeft counts the charts whose labels were set by older rules.
func (s *Store) RelabelLeft(ctx context.Context) (n int64, err error) {
	return relabelLeft(ctx, s.db, s.labelRules)
}

// ChartsToRelabel is RelabelLeft for who only looks at the database.
func ChartsToRelabel(ctx context.Context, d *db.DB) (int64, error) {
	return relabelLeft(ctx, d, access.RulesVersion)
}

func relabelLeft(ctx context.Context, d *db.DB, rules int64) (n int64, err error) {
	err = d.Read(ctx).QueryRow(`SELECT count(*) FROM charts WHERE label_rules < ?`, rules).Scan(&n)
	return n, err
}

// relabelPhases are the resources of a chart in the order in which they are judged:
// what lends its labels comes before what borrows them.
var relabelPhases = [...]string{`r.type = 'Medication'`, `r.type NOT IN ('Medication', 'Provenance')`, `r.type = 'Provenance'`}

// relabelPlace is how far a chart is done.
type relabelPlace struct {
	phase   int
	typ, id string
}

// relabelShared judges what is in the shared chart again, which charts borrow from.
func (s *Store) relabelShared(ctx context.Context) error {
	var since int64
	if err := s.db.Read(ctx).QueryRow(`SELECT rules FROM relabelling WHERE id = 1`).Scan(&since); err != nil || since >= s.labelRules {
		return err
	}
	for at := (relabelPlace{}); at.phase < len(relabelPhases); {
		next := at
		err := s.db.InTx(ctx, func(c *db.Conn) error {
			next = at
			r := &relabel{s: s, c: c, since: since, now: micros(s.now())}
			return r.batch(&next)
		})
		if err != nil {
			return err
		}
		at = next
	}
	return s.db.InTx(ctx, func(c *db.Conn) error {
		if _, err := c.Exec(`UPDATE relabelling SET rules = ? WHERE id = 1`, s.labelRules); err != nil {
			return err
		}
		who := identity.SystemPrincipal("relabelling")
		return s.access.RecordTx(c, access.Event{Who: who, Action: "update", Detail: "labels by rules " + itoa(s.labelRules), Outcome: "ok"})
	})
}

// relabelChart judges what is in a chart again.
func (s *Store) relabelChart(ctx context.Context, patient string) error {
	at, since := relabelPlace{phase: -1}, int64(0)
	for at.phase < len(relabelPhases) {
		next := at
		err := s.db.InTx(ctx, func(c *db.Conn) error {
			next = at
			locked, err := s.lockCharts(c, identity.SystemPrincipal("relabelling"), []string{patient}, nil, micros(s.now()))
			if err != nil {
				return err
			}
			if at.phase < 0 { // whoever writes by older rules from now on says so
				next.phase = 0
				if err := c.QueryRow(`SELECT label_rules FROM charts WHERE patient_id = ?`, patient).Scan(&since); err != nil {
					return err
				}
				_, err := c.Exec(`UPDATE charts SET label_floor = ? WHERE patient_id = ?`, s.labelRules, patient)
				return err
			}
			r := &relabel{s: s, c: c, patient: patient, h: locked[patient], since: since, now: micros(s.now())}
			if err := r.batch(&next); err != nil {
				return err
			}
			if next.phase == len(relabelPhases) {
				_, err = c.Exec(`UPDATE charts SET label_rules = label_floor WHERE patient_id = ?`, patient)
			}
			return err
		})
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}

// relabel is one transaction of it.
type relabel struct {
	s       *Store
	c       *db.Conn
	patient string
	h       *head // nil: the shared chart
	since   int64 // the rules that it was labelled by
	now     int64
	steps   []db.Step
	told    bool // somebody sees more or less by it
	moved   bool
}

// judged is a resource that is judged again.
type judged struct {
	typ, id string
	current
	node *fhir.Node // nil: deleted
}

// batch judges the next resources and moves on.
func (r *relabel) batch(at *relabelPlace) error {
	query := `SELECT r.type, r.id, r.version, r.category, r.labels, r.release_at, r.deleted, r.body FROM resources r
		WHERE r.patient_id = ? AND ` + relabelPhases[at.phase] + ` AND (r.type, r.id) > (?, ?) ORDER BY r.type, r.id LIMIT ?`
	if r.h == nil && r.c.Dialect == db.Postgres {
		query += ` FOR UPDATE`
	}
	var list []judged
	err := r.c.Each(query, func(rows *sql.Rows) error {
		var x judged
		err := rows.Scan(&x.typ, &x.id, &x.version, &x.class.Category, &x.class.Labels, &x.releaseAt, &x.deleted, &x.body)
		list = append(list, x)
		return err
	}, r.patient, at.typ, at.id, relabelBatch)
	if err != nil {
		return err
	}
	for i := range list {
		if err := r.one(&list[i]); err != nil {
			return err
		}
	}
	if len(list) < relabelBatch {
		*at = relabelPlace{phase: at.phase + 1}
	} else {
		last := &list[len(list)-1]
		at.typ, at.id = last.typ, last.id
	}
	return r.save()
}

// save writes what was found.
func (r *relabel) save() error {
	if len(r.steps) == 0 {
		return nil
	}
	steps := r.steps
	if r.h != nil {
		heads, moved := r.s.headSteps(map[string]*head{r.patient: r.h})
		steps = append(steps, heads...)
		if r.told {
			r.c.After(func() { r.s.nudge(moved) })
		}
	}
	return r.c.Run(steps)
}

// one judges a resource and its versions.
func (r *relabel) one(x *judged) error {
	before, class, err := r.versions(x)
	if err != nil {
		return err
	}
	if !x.deleted {
		if x.node, err = fhir.Parse(x.body); err != nil {
			return err
		}
		if class, err = r.classOf(x.node, x.typ, x.class); err != nil {
			return err
		}
	} else if !before {
		return nil
	}
	if class == x.class {
		return nil
	}
	key := []any{r.patient, x.typ, x.id}
	set := append([]any{int64(class.Category), int64(class.Labels)}, key...)
	r.steps = append(r.steps,
		db.Step{SQL: `UPDATE resource_versions SET category = ?, labels = ? WHERE patient_id = ? AND type = ? AND id = ? AND version = ? AND category >= 0`, Args: append(slices.Clone(set), x.version)},
		db.Step{SQL: `UPDATE entries SET category = ?, labels = ? WHERE patient_id = ? AND type = ? AND id = ?`, Args: set},
		db.Step{SQL: `UPDATE resources SET category = ?, labels = ? WHERE patient_id = ? AND type = ? AND id = ?`, Args: set})
	switch {
	case r.h == nil || x.deleted:
	case class.Same(x.class): // only who sees parts of a type may see it otherwise
		if !r.moved {
			r.moved = true
			r.h.n++
		}
		r.h.heads.set(class, x.releaseAt > r.now, r.h.n)
	default:
		r.tell(x, class)
	}
	return nil
}

// tell makes it the next change of the chart.
func (r *relabel) tell(x *judged, class access.Class) {
	r.told = true
	r.h.n++
	held := x.releaseAt > r.now
	r.h.heads.set(x.class, held, r.h.n)
	r.h.heads.set(class, held, r.h.n)
	r.steps = append(r.steps,
		db.Step{SQL: `UPDATE resources SET n = ? WHERE patient_id = ? AND type = ? AND id = ?`, Args: []any{r.h.n, r.patient, x.typ, x.id}},
		db.Step{SQL: `INSERT INTO chart_changes (patient_id, n, type, id, version, kind, before_category, before_labels, after_category, after_labels, at) VALUES (?,?,?,?,?,?,?,?,?,?,?)`,
			Args: []any{r.patient, r.h.n, x.typ, x.id, x.version, changeLabels, int64(x.class.Category), int64(x.class.Labels), int64(class.Category), int64(class.Labels), r.now}})
}

// versions judges the versions before the current one, each by its own words. It
// gives the class of the last of them, which is that of a deletion after it.
func (r *relabel) versions(x *judged) (found bool, last access.Class, err error) {
	if x.version == 1 {
		return false, last, nil
	}
	err = r.c.Each(`SELECT version, kind, category, labels, body FROM resource_versions WHERE patient_id = ? AND type = ? AND id = ? AND version < ? ORDER BY version`, func(rows *sql.Rows) error {
		var n, kind int64
		var was access.Class
		var body sql.RawBytes
		if err := rows.Scan(&n, &kind, &was.Category, &was.Labels, &body); err != nil {
			return err
		}
		class := last
		switch {
		case was.Category < 0: // it was in the wrong chart, and is in none by now
			return nil
		case kind != 3:
			node, err := fhir.Parse(body)
			if err != nil {
				return err
			}
			class = r.kept(r.s.classify(node), was)
		case !found:
			return nil
		}
		found, last = true, class
		if class != was {
			r.steps = append(r.steps, db.Step{SQL: `UPDATE resource_versions SET category = ?, labels = ? WHERE patient_id = ? AND type = ? AND id = ? AND version = ?`,
				Args: []any{int64(class.Category), int64(class.Labels), r.patient, x.typ, x.id, n}})
		}
		return nil
	}, r.patient, x.typ, x.id, x.version)
	return found, last, err
}

// kept is a class with what was taken over from others before. Rules before
// LentRules did not say what that was: all is kept then.
func (r *relabel) kept(class, before access.Class) access.Class {
	if r.since < access.LentRules {
		class.Labels = class.Labels.Keep(before.Labels)
	} else {
		class.Labels = class.Labels.Borrow(before.Labels.Lent())
	}
	return class
}

// classOf is the class of a current version: by its own words, and what it borrows
// from what it refers to (borrow.go), as that is labelled now. When some of that is
// not there any more, what it had from others stays.
func (r *relabel) classOf(n *fhir.Node, typ string, before access.Class) (access.Class, error) {
	own := r.s.classify(n)
	kept := r.kept(own, before)
	if r.since < access.LentRules || kept.Same(own) && before.Labels.Lent() == 0 && typ != "Provenance" && n.Get("medicationReference") == nil {
		return kept, nil
	}
	var refs []string
	if typ == "Provenance" {
		refs = subjectRefs(n)
	} else if ref := n.Get("medicationReference", "reference").Str(); ref != "" {
		refs = []string{ref}
	}
	wanted := map[string]bool{}
	for _, ref := range refs {
		if t, id, ok := cutRef(ref); ok {
			wanted[t+"/"+id] = true
		}
	}
	var labels access.Labels
	found, open := 0, false
	err := r.s.lenders(r.c, r.patient, refs, nil, func(from lent) {
		found++
		labels |= from.labels
		open = open || from.labels == 0
	})
	switch {
	case err != nil:
		return own, err
	case typ == "Provenance" && open:
		return own, nil
	case len(wanted) == 0 || found < len(wanted):
		kept.Labels = kept.Labels.Borrow(labels)
		return kept, nil
	}
	own.Labels = own.Labels.Borrow(labels)
	return own, nil
}

package records

import (
	"database/sql"
	"slices"

	"housecall/internal/db"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Some resources say the sensitive thing elsewhere: a prescription names a Medication
// by reference, and a Provenance tells when and by whom its targets were written.
// They are as sensitive as that when they are written. What becomes of the other one
// later does not move them: with its reference they lose what they tell of it.

// lent is what a resource takes over from one that it refers to.
type lent struct {
	labels  access.Labels
	release int64
}

// borrow adds to a change what it takes over. in are the other changes of the batch,
// which were decided on before it.
func (s *Store) borrow(c *db.Conn, ch *change, in map[string]*change) error {
	if ch.Node == nil || ch.Kind == Delete {
		return nil
	}
	if ch.Type != "Provenance" {
		ref := ch.Node.Get("medicationReference", "reference").Str()
		if ref == "" {
			return nil
		}
		return s.lenders(c, ch.patient, []string{ref}, in, func(from lent) { ch.class.Labels = ch.class.Labels.Borrow(from.labels) })
	}
	// As long as one of its targets may be seen, it tells of that one.
	var labels access.Labels
	open, free, release, now := false, false, int64(0), micros(s.now())
	err := s.lenders(c, ch.patient, subjectRefs(ch.Node), in, func(from lent) {
		labels |= from.labels
		open = open || from.labels == 0
		free = free || from.release <= now
		if release == 0 || from.release < release {
			release = from.release
		}
	})
	if err != nil {
		return err
	}
	if !open {
		ch.class.Labels = ch.class.Labels.Borrow(labels)
	}
	if !free && release > 0 && ch.ReleaseAt.IsZero() {
		ch.ReleaseAt = fromMicros(release)
	}
	return nil
}

// lenders calls f for each resource that is referred to, in the chart or in the
// shared one. What is not there lends nothing, and is not seen.
func (s *Store) lenders(c *db.Conn, patient string, refs []string, in map[string]*change, f func(lent)) error {
	var keys []any
	for _, ref := range refs {
		typ, id, ok := cutRef(ref)
		if !ok {
			continue
		}
		if ch := in[typ+"/"+id]; ch != nil {
			from := lent{ch.class.Labels.Sensitive(), ch.release}
			if ch.outcome == Unchanged {
				from.release = ch.old.releaseAt
			}
			f(from)
			continue
		}
		keys = append(keys, typ, id)
	}
	for part := range slices.Chunk(keys, 400) {
		err := c.Each(`SELECT r.labels, r.release_at FROM resources r WHERE r.patient_id IN (?, '') AND NOT r.deleted AND (r.type, r.id) IN (VALUES `+db.Placeholders(len(part)/2, 2)+`)`, func(r *sql.Rows) error {
			var from lent
			err := r.Scan(&from.labels, &from.release)
			from.labels = from.labels.Sensitive()
			f(from)
			return err
		}, append([]any{patient}, part...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// inTurn are the changes in the order in which they are decided on: what tells of
// others comes after them.
func inTurn(changes []*change) []int {
	order := make([]int, 0, len(changes))
	var last []int
	for i, ch := range changes {
		if ch.Type == "Provenance" {
			last = append(last, i)
		} else {
			order = append(order, i)
		}
	}
	return append(order, last...)
}

// tellsOf is the class of a Provenance of resources of these classes.
func (s *Store) tellsOf(n *fhir.Node, of []access.Class) access.Class {
	class := s.classify(n)
	open := slices.ContainsFunc(of, func(x access.Class) bool { return x.Labels.Sensitive() == 0 })
	for _, x := range of {
		if !open {
			class.Labels = class.Labels.Borrow(x.Labels)
		}
	}
	return class
}

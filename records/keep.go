package records

import (
	"bytes"
	"cmp"
	"slices"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// What somebody writes replaces what they saw, and nothing else. References to
// what their view hides were cut out before they read the resource (see cut), so
// what they send back lacks them; taken at its word, a correction of a visit's
// date would take the hidden diagnosis off the visit. So hidden references stay
// where they are, and a patch is done on what the view shows: test and copy find
// nothing that reading would not, and places in arrays are those that were read.
//
// Where a hidden reference stands in an element that holds only one value and the
// writer gives it another, theirs is kept: refusing would tell that there is
// something. The version before stays in the history.

// complete makes of what was sent what is to be stored, now that the version
// before is known.
func (s *Store) complete(c *db.Conn, who identity.Principal, ch *change, v *access.View, hidden []string, cut *cutting) error {
	if ch.old == nil || ch.Kind == Delete {
		return ch.late
	}
	if (!ch.whole || len(ch.charts) == 0) && !v.Sees(ch.Type, ch.ID, ch.old.class, ch.old.releaseAt, micros(s.now())) {
		return notFound()
	}
	if ch.old.deleted {
		if ch.Kind == Patch {
			return gone()
		}
		return ch.late
	}
	hits := hitsOf(ch.old.body, hidden)
	if hits == nil && cut == nil && ch.late != nil {
		return ch.late
	}
	ours := who.Everywhere() || ch.kept
	if ch.Kind != Patch && hits == nil && cut == nil && ours {
		return nil
	}
	whole, err := fhir.Parse(ch.old.body)
	if err != nil {
		return err
	}
	old := whole
	if cut != nil {
		if old = cut.show(whole); cut.owning.err != nil {
			return cut.owning.err
		}
	}
	source := old.Get("meta", "source").Str()
	node := ch.Node
	if ch.Kind == Patch {
		if ch.IfMatch != 0 && ch.IfMatch != cmp.Or(ch.saw, ch.old.version) {
			return staleVersion()
		}
		if node, err = patched(old, ch.Patch, hits, ch.old.version); err != nil {
			return err
		}
		if err := s.onlyScanned(node, old, ch.Patch); err != nil {
			return err
		}
		if named := node.Get("meta", "source").Str(); ours && named != "" {
			source = named
		}
	}
	touched := ch.Kind == Patch
	if hits != nil {
		if ch.Kind != Patch {
			ch.sent = node // a transaction may run again
		}
		node, touched = restored(node, old, hits), true
	}
	if cut != nil && old != whole {
		if ch.Kind != Patch && ch.sent == nil {
			ch.sent = ch.Node
		}
		node, touched = cut.rejoin(node, whole), true
	}
	ch.Node = node
	if ch.Kind == Patch || !ours && source != node.Get("meta", "source").Str() {
		ch.setSource(source)
		touched = true
	}
	if ch.Kind == Patch && !ch.whole {
		if err := s.staysHome(c, ch); err != nil {
			return err
		}
	}
	if !touched {
		return nil
	}
	if err := check(node, ch.claims); err != nil {
		return err
	}
	return s.shape(ch)
}

// patched is the resource after the patch, as the view sees it. Version and time
// are the server's.
func patched(old *fhir.Node, p fhir.Patch, hits map[string]bool, version int64) (*fhir.Node, error) {
	seen := old.Clone()
	fhir.Mask(seen, isHidden(hits))
	n, err := p.Apply(seen)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "The patch does not fit this record.", err).
			WithIssues(fault.Issue{Code: "processing", Text: err.Error()}).WithCode("patch")
	}
	if n.ResourceType() != old.ResourceType() || n.Get("id").Str() != old.Get("id").Str() {
		return nil, invalid("A patch cannot change what a record is or its id.").WithIssues(fault.Issue{Code: "business-rule", Expression: old.ResourceType() + ".id"})
	}
	return n, nil
}

// staysHome refuses a patch that would make it a record of another chart. One by
// which it is about several patients begins again, with the charts of them all.
func (s *Store) staysHome(c *db.Conn, ch *change) error {
	if !severalTypes[ch.Type] {
		p, err := home(ch.Node)
		if err == nil && p != ch.patient {
			err = otherChart(ch.Type)
		}
		return err
	}
	own := &owning{c: c}
	names, shared, err := namesOf(ch.Node, own.charts)
	if err == nil {
		err = own.err
	}
	switch {
	case err != nil:
		return err
	case !shared && len(names) == 1 && names[0] == ch.patient:
		return nil
	case !slices.Contains(names, ch.patient) || !shared:
		return otherChart(ch.Type)
	}
	ch.also = names
	return errMoved
}

// restored puts hidden references back. When the way to one cannot stand alone
// (an entry needs what was taken out of it), the whole of it comes back.
func restored(n, old *fhir.Node, hits map[string]bool) *fhir.Node {
	n = n.Clone()
	if !bytes.Contains(old.Append(nil), []byte(`"masked"`)) { // what was masked when it was read comes back, too
		fhir.Prune("", n, fhir.Masked)
	}
	out := n.Clone()
	keep("", out, old, hits, hiddenPart)
	if refused(fhir.Validate(out)) != nil {
		whole := n.Clone()
		keep("", whole, old, hits, func(element string, n *fhir.Node, hits map[string]bool) *fhir.Node {
			if hiddenPart(element, n, hits) == nil {
				return nil
			}
			return n.Clone()
		})
		if refused(fhir.Validate(whole)) == nil {
			return whole
		}
	}
	return out
}

// hiddenPart is what of the value of an element the view does not see, with the way
// to it; nil when that is nothing.
func hiddenPart(element string, n *fhir.Node, hits map[string]bool) *fhir.Node {
	switch n.Kind() {
	case fhir.KindObject:
		if fhir.WithReference(isHidden(hits))(element, n) {
			return n.Clone()
		}
		var kept []fhir.Member
		for _, m := range n.Members() {
			if v := hiddenPart(m.Key, m.Value, hits); v != nil {
				kept = append(kept, fhir.Member{Key: m.Key, Value: v})
			}
		}
		if url := n.Get("url"); len(kept) > 0 && url != nil { // an extension says what its value is
			kept = append([]fhir.Member{{Key: "url", Value: url.Clone()}}, kept...)
		}
		if len(kept) > 0 {
			return fhir.Object(kept...)
		}
	case fhir.KindArray:
		var kept []*fhir.Node
		for _, i := range n.Items() {
			if v := hiddenPart(element, i, hits); v != nil {
				kept = append(kept, v)
			}
		}
		if len(kept) > 0 {
			return fhir.Array(kept...)
		}
	}
	return nil
}

// partOf gives what comes back of the value of an element.
type partOf func(element string, n *fhir.Node, hits map[string]bool) *fhir.Node

// keep puts into n what of old the view does not see. part says what comes back
// where n has lost the place for it.
func keep(element string, n, old *fhir.Node, hits map[string]bool, part partOf) {
	switch {
	case n.Kind() != old.Kind() || fhir.WithReference(isHidden(hits))(element, old):
	case old.Kind() == fhir.KindObject:
		for i, m := range old.Members() {
			back := part(m.Key, m.Value, hits)
			if back == nil {
				continue
			}
			if now := n.Get(m.Key); now != nil {
				keep(m.Key, now, m.Value, hits, part)
				continue
			}
			insertMember(n, old, i, back)
		}
	case old.Kind() == fhir.KindArray:
		keepItems(element, n, old, hits, part)
	}
}

// insertMember adds a member where it stood: after the one before it that is
// still there, so that what was sent back unchanged is the same again.
func insertMember(n, old *fhir.Node, at int, v *fhir.Node) {
	members := slices.Clone(n.Members())
	place := 0
	for i := at - 1; i >= 0 && place == 0; i-- {
		place = 1 + slices.IndexFunc(members, func(m fhir.Member) bool { return m.Key == old.Members()[i].Key })
	}
	*n = *fhir.Object(slices.Insert(members, place, fhir.Member{Key: old.Members()[at].Key, Value: v})...)
}

// keepItems finds for each item of the array as the view saw it the item that was
// sent for it: an equal one, else, when as many are left on both sides, the one
// at its turn. Hidden items go back to their places.
func keepItems(element string, n, old *fhir.Node, hits map[string]bool, part partOf) {
	items := slices.Clone(n.Items())
	taken := make([]bool, len(items))
	sent := make([]*fhir.Node, len(old.Items())) // for each old item
	seen := make([]*fhir.Node, len(old.Items()))
	for i, o := range old.Items() {
		if seen[i] = o.Clone(); fhir.Prune(element, seen[i], isHidden(hits)) {
			seen[i] = nil
			continue
		}
		for k, it := range items {
			if !taken[k] && it.Equal(seen[i]) {
				sent[i], taken[k] = it, true
				break
			}
		}
	}
	var changedOld, changedNew []int
	for i := range seen {
		if seen[i] != nil && sent[i] == nil {
			changedOld = append(changedOld, i)
		}
	}
	for k := range items {
		if !taken[k] {
			changedNew = append(changedNew, k)
		}
	}
	if len(changedOld) == len(changedNew) {
		for i := range changedOld {
			sent[changedOld[i]] = items[changedNew[i]]
		}
	}
	for i, o := range old.Items() {
		back := part(element, o, hits)
		switch {
		case back == nil:
		case sent[i] != nil:
			keep(element, sent[i], o, hits, part)
		default:
			items = slices.Insert(items, min(i, len(items)), back)
		}
	}
	*n = *fhir.Array(items...)
}

// setSource writes meta.source, or takes it away.
func (ch *change) setSource(source string) {
	ch.source = source
	meta := ch.Node.Get("meta")
	if source == "" {
		if meta.Delete("source"); meta != nil && len(meta.Members()) == 0 {
			ch.Node.Delete("meta")
		}
		return
	}
	if meta == nil {
		meta = fhir.Object()
		ch.Node.Set("meta", meta)
	}
	meta.Set("source", fhir.String(source))
}

// unsigned takes away the source that a person's app names: sources are shown to
// readers as the places where facts come from, and only systems are such places.
// A new record has the app that wrote it; one that is changed keeps its own (see
// complete).
func (ch *change) unsigned(who identity.Principal) {
	if keptTypes[ch.Type] && ch.Node.Get("meta", "source").Str() == Own {
		return // mayTouch says what is wrong with it
	}
	source := ch.source
	if source == "" && who.Client != "" {
		source = "#" + who.Client
	}
	ch.setSource(source)
}

package records

import (
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/records/fhir"
)

// What is about several patients (a visit of mother and child, a Group, a List
// without a subject, Provenance of records in several charts) is whole in the
// shared chart, where systems read it. Each patient it names has a part of it in
// their chart: a row of its own under the same type and id, without what is about
// the others. A part is like anything else in that chart (history, search rows,
// labels, change number), so whatever reads the chart reads the part and cannot
// tell of the others. resource_charts says which charts there are.
//
// Version numbers are those of the whole. A part gets a new version only when it
// changed itself, so its ETag does not move by what its reader does not see.
//
// What is about one patient is home in that chart. When it names a second one, it
// becomes whole in the shared chart and what the first chart has stays there as
// that chart's part: its order, its history and its audit move nowhere, so this
// is no change of home. Naming somebody else instead is one, and is refused.

// severalTypes may be about several patients.
var severalTypes = map[string]bool{"Appointment": true, "Group": true, "List": true, "Provenance": true}

// naming is the element whose members say whom it is about, and where in each.
var naming = map[string][2]string{"Appointment": {"participant", "actor"}, "Group": {"member", "entity"}, "List": {"entry", "item"}, "Provenance": {"target", ""}}

// maxNamed bounds the charts that one write locks for one resource.
const maxNamed = 1000

// namesOf gives the charts that a resource of such a type is about, sorted, and
// whether it belongs into the shared chart. charts tells in which charts a
// resource is that it refers to.
func namesOf(n *fhir.Node, charts func(typ, id string) []string) (names []string, shared bool, err error) {
	typ := n.ResourceType()
	refs := subjectRefs(n)
	if typ == "List" {
		if p, ok := patientOf(n.Get("subject", "reference").Str()); ok {
			return []string{p}, false, nil
		}
		shared = true
		for _, e := range n.Get("entry").Items() {
			refs = append(refs, e.Get("item", "reference").Str())
		}
	}
	seen := map[string]bool{}
	add := func(p string) {
		if !seen[p] {
			seen[p], names = true, append(names, p)
		}
	}
	for _, ref := range refs {
		if p, ok := patientOf(ref); ok {
			add(p)
		} else if t, id, _, ok := fhir.SplitReference(ref); ok && pointsTo(typ) && inCharts(t) {
			for _, p := range charts(t, id) {
				add(p)
			}
		}
	}
	if len(names) > maxNamed {
		return nil, false, fault.Newf(fault.TooLarge, "At most %d patients can be named by one record.", maxNamed)
	}
	slices.Sort(names)
	return names, shared || len(names) > 1, nil
}

// MayBeAboutSeveral tells whether a resource of the type may be about several
// patients at once.
func MayBeAboutSeveral(typ string) bool { return severalTypes[typ] }

// AboutSeveral tells whether a resource is whole in the shared chart because it
// is about several patients, or may be about any. Provenance tells that only by
// where its targets are.
func AboutSeveral(n *fhir.Node) bool {
	typ := n.ResourceType()
	if !severalTypes[typ] || typ == "Provenance" {
		return false
	}
	_, shared, err := namesOf(n, func(string, string) []string { return nil })
	return err != nil || shared
}

func anySeveral(types []string) bool {
	return slices.ContainsFunc(types, func(t string) bool { return severalTypes[t] })
}

// pointsTo: it is about those whose records it names.
func pointsTo(typ string) bool { return typ == "Provenance" || typ == "List" }

// owning tells in which charts resources are: those of a batch, and those that
// are there already.
type owning struct {
	c       *db.Conn
	inBatch map[string]*change
	known   map[string]owners
	err     error
}

func newOwning(c *db.Conn, changes []*change) (*owning, error) {
	o := &owning{c: c, inBatch: make(map[string]*change, len(changes))}
	for i, ch := range changes {
		if ch.none {
			continue
		}
		if severalTypes[ch.Type] && !pointsTo(ch.Type) && !ch.homeless() {
			var err error
			if ch.names, _, err = namesOf(ch.Node, nil); err != nil {
				return nil, &OpError{i, err}
			}
		}
		o.inBatch[ch.Type+"/"+ch.ID] = ch
	}
	return o, nil
}

type owners struct {
	found  bool
	charts []string // none: the shared chart
}

func (o *owning) charts(typ, id string) []string { return o.of(typ, id).charts }

func (o *owning) of(typ, id string) owners {
	key := typ + "/" + id
	if ch := o.inBatch[key]; ch != nil && !ch.homeless() && !pointsTo(typ) {
		return owners{true, ch.about()}
	}
	if is, ok := o.known[key]; ok {
		return is
	}
	var is owners
	p, found, err := locate(o.c, typ, id)
	switch {
	case err != nil:
		o.err = err
	case found && p == "" && severalTypes[typ]:
		is.found = true
		is.charts, o.err = liveCharts(o.c, typ, id)
	case found && p == "":
		is.found = true
	case found:
		is = owners{true, []string{p}}
	}
	if o.known == nil {
		o.known = map[string]owners{}
	}
	o.known[key] = is
	return is
}

// about gives the charts that a change is about.
func (ch *change) about() []string {
	switch {
	case severalTypes[ch.Type]:
		return ch.names
	case ch.patient == "":
		return nil
	}
	return []string{ch.patient}
}

// cutting shows of a resource what is for some of the charts that it names: what
// refers to others, or to anybody that is not known, is left out as a whole
// (a participant, a member, an entry).
type cutting struct {
	charts []string
	owning *owning
	inside map[string]bool // ids of contained resources that are shown
}

// see says whether a reference may be shown in a chart.
func (k *cutting) see(ref, chart string) bool {
	if id, ok := strings.CutPrefix(ref, "#"); ok {
		return k.inside[id]
	}
	typ, id, _, ok := fhir.SplitReference(ref)
	switch {
	case !ok || typ == "Person":
		return false
	case typ == "Patient":
		p, _ := patientOf(ref)
		return p == chart
	case !inCharts(typ):
		return true
	}
	is := k.owning.of(typ, id)
	return is.found && (len(is.charts) == 0 || slices.Contains(is.charts, chart))
}

// holds tells whether everything that a value refers to may be shown in a chart.
func (k *cutting) holds(n *fhir.Node, chart string) bool {
	if ref := n.Get("reference"); ref.Kind() == fhir.KindString && !k.see(ref.Str(), chart) {
		return false
	}
	for _, m := range n.Members() {
		if !k.holds(m.Value, chart) {
			return false
		}
	}
	for _, i := range n.Items() {
		if !k.holds(i, chart) {
			return false
		}
	}
	return true
}

// keeps tells whether a value of a member of the resource is shown: in one of the
// charts at least, so that several parts together show what each of them does.
func (k *cutting) keeps(typ, key string, v *fhir.Node) bool {
	who := v
	if path := naming[typ]; path[0] == key && path[1] != "" {
		who = v.Get(path[1])
	} else if path[0] != key {
		who = nil
	}
	if who != nil && who.Get("reference").Str() == "" {
		return false // a name or a number: whose, nobody knows
	}
	if key == "contained" && !publicShared[v.ResourceType()] {
		return false
	}
	return slices.ContainsFunc(k.charts, func(chart string) bool { return k.holds(v, chart) })
}

// masked stands for the agents of a Provenance, of which there has to be one.
func masked() *fhir.Node {
	return fhir.Object(fhir.Member{Key: "who", Value: fhir.MaskedReference()})
}

// begin finds which contained resources are shown.
func (k *cutting) begin(n *fhir.Node) {
	k.inside = map[string]bool{}
	for _, in := range n.Get("contained").Items() {
		if k.keeps(n.ResourceType(), "contained", in) {
			k.inside[in.Get("id").Str()] = true
		}
	}
}

// show gives what is shown of a resource; the resource itself when that is all
// of it.
func (k *cutting) show(n *fhir.Node) *fhir.Node {
	k.begin(n)
	out, cut := k.members(n.ResourceType(), n)
	if !cut {
		return n
	}
	for _, telling := range []string{"text", "quantity"} { // they tell of all of them
		out.Delete(telling)
	}
	return out
}

func (k *cutting) members(typ string, n *fhir.Node) (*fhir.Node, bool) {
	out, cut := make([]fhir.Member, 0, len(n.Members())), false
	for _, m := range n.Members() {
		v, less := m.Value, false
		switch {
		case m.Key == "meta" && typ != "":
			v, less = k.members("", v)
		case v.Kind() == fhir.KindArray:
			var kept []*fhir.Node
			for _, i := range v.Items() {
				if k.keeps(typ, m.Key, i) {
					kept = append(kept, i)
				}
			}
			if less = len(kept) < len(v.Items()); less {
				if kept == nil && typ == "Provenance" && m.Key == "agent" {
					kept = []*fhir.Node{masked()}
				}
				v = fhir.Array(kept...)
			}
			if less && kept == nil {
				v = nil
			}
		case !k.keeps(typ, m.Key, v):
			v, less = nil, true
		}
		if v != nil {
			out = append(out, fhir.Member{Key: m.Key, Value: v})
		}
		cut = cut || less
	}
	return fhir.Object(out...), cut
}

// rejoin puts what was not shown of the whole into what was written by somebody
// who saw the rest.
func (k *cutting) rejoin(sent, whole *fhir.Node) *fhir.Node {
	if k.show(whole) == whole {
		return sent
	}
	out := sent.Clone()
	k.rejoinMembers(whole.ResourceType(), out, whole)
	if text := whole.Get("text"); text != nil && sent.Get("text") == nil && text.Get("status").Str() == "generated" {
		was, is := whole.Clone(), out.Clone()
		was.Delete("text")
		is.Delete("text")
		if !was.Equal(is) { // it tells of what there was before
			out.Delete("text")
		}
	}
	return out
}

func (k *cutting) rejoinMembers(typ string, out, whole *fhir.Node) {
	for i, m := range whole.Members() {
		now := out.Get(m.Key)
		switch {
		case m.Key == "meta" && typ != "":
			if now == nil {
				now = fhir.Object()
				insertMember(out, whole, i, now)
				now = out.Get(m.Key)
			}
			k.rejoinMembers("", now, m.Value)
		case m.Value.Kind() == fhir.KindArray:
			items := slices.DeleteFunc(slices.Clone(now.Items()), func(i *fhir.Node) bool { return m.Key == "agent" && i.Equal(masked()) })
			hidden := false
			for j, it := range m.Value.Items() {
				if !k.keeps(typ, m.Key, it) {
					hidden = true
					items = slices.Insert(items, min(j, len(items)), it.Clone())
				}
			}
			switch {
			case !hidden:
			case now == nil:
				insertMember(out, whole, i, fhir.Array(items...))
			default:
				out.Set(m.Key, fhir.Array(items...))
			}
		case now == nil && (typ != "" && (m.Key == "text" || m.Key == "quantity") || !k.keeps(typ, m.Key, m.Value)):
			insertMember(out, whole, i, m.Value.Clone())
		}
	}
}

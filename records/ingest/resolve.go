package ingest

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/records"
	"housecall/records/fhir"
)

// resolve decides what becomes of each item of a unit, as the database is now:
// what is new, what is known already, what waits, what is refused. It writes
// nothing, and may be done again when the database moved meanwhile.
func (r *run) resolve(ctx context.Context, u *unit) error {
	u.snapshot = r.log.now()
	u.source = r.sourceOf(u)
	u.reset()
	c := r.db.Read(ctx)
	if err := r.recognise(c, u); err != nil {
		return err
	}
	if err := r.follow(c, u); err != nil {
		return err
	}
	users := u.users()
	u.spread(users)
	for _, it := range u.items {
		if it.state == open {
			it.rewrite()
		}
	}
	if err := r.assignCharts(c, u); err != nil {
		return err
	}
	for _, it := range u.items {
		switch it.state {
		case open:
			if err := r.prepare(ctx, u, it); err != nil {
				return err
			}
		case waiting:
			var wrong []Reason
			for _, i := range fhir.Validate(it.node) {
				if i.Severity == fhir.SeverityError {
					wrong = append(wrong, Reason{i.Code, i.Expression, i.Text})
				}
			}
			if wrong != nil {
				it.refuse(wrong...)
			} else if err := r.refused(it, r.store.Scan(ctx, r.who, it.node)); err != nil {
				return err
			}
		}
	}
	u.spread(users)
	return nil
}

func (u *unit) reset() {
	u.items = slices.DeleteFunc(u.items, func(it *item) bool { return it.part && it.state != committed })
	u.seen, u.reserved = nil, map[string]*mapped{}
	for _, it := range u.items {
		if it.state == committed {
			continue
		}
		it.state, it.reasons, it.missing, it.supersede, it.clash, it.prepared, it.chart = open, nil, nil, "", false, nil, ""
		for i := range it.refs {
			f := &it.refs[i]
			f.at, f.found, f.later = nil, nil, nil
		}
	}
}

// recognise finds what is known of the items, and decides which contents count.
func (r *run) recognise(c *db.Conn, u *unit) error {
	sids := make([]string, 0, len(u.items))
	for _, it := range u.items {
		if it.broken == nil {
			sids = append(sids, it.sid)
		}
	}
	found, err := lookup(c, u.source, sids)
	if err != nil {
		return err
	}
	var doubtful []*item
	for _, it := range u.items {
		if it.state == committed {
			continue
		}
		if it.broken != nil {
			it.refuse(it.broken...)
			if it.sid != "" && it.typ != "" {
				it.known = pick(found, it.typ, it.sid)
			}
			continue
		}
		if winner := u.byKey[it.key()]; !it.part && winner != it {
			it.state = unchanged
			if it.content.digest != winner.content.digest && it.content.standing == own {
				u.seen = append(u.seen, it)
			}
			continue
		}
		it.known = pick(found, it.typ, it.sid)
		switch k := it.known; {
		case k == nil:
			if it.id == "" {
				it.id = r.newID()
			}
			continue
		case !k.stored:
			it.id = k.id
		case k.digest == it.content.digest || !it.content.replaces(k.content):
			it.id, it.chart, it.state = k.id, k.chart, unchanged
		default:
			it.id = k.id
			doubtful = append(doubtful, it)
		}
	}
	return r.judge(c, u, doubtful)
}

// judge looks closer at new contents of known resources.
func (r *run) judge(c *db.Conn, u *unit, items []*item) error {
	if len(items) == 0 {
		return nil
	}
	sids := make([]string, len(items))
	for i, it := range items {
		sids[i] = it.sid
	}
	seen, err := seenBefore(c, u.source, sids)
	if err != nil {
		return err
	}
	for _, it := range items {
		if seen[it.key()+"\x00"+it.content.digest] {
			it.state, it.chart = unchanged, it.known.chart
			continue
		}
		if it.content.standing == own && it.known.standing == own {
			it.supersede = it.known.digest
		}
		if it.typ != "Patient" {
			continue
		}
		var body []byte
		err := c.QueryRow(`SELECT body FROM resources WHERE patient_id = ? AND type = 'Patient' AND id = ?`, it.id, it.id).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return err
		}
		if was, err := fhir.Parse(body); err == nil && strangers(was, it.node) {
			it.clash = true
			it.refuse(Reason{"business-rule", "Patient.id", "this source has another patient under this id: name the system that sent this (--source), so that the two are kept apart"})
		}
	}
	return nil
}

// strangers tells whether two Patient resources are about two people: no
// identifier in common, another birth date and another family name.
func strangers(a, b *fhir.Node) bool {
	for _, i := range a.Get("identifier").Items() {
		for _, j := range b.Get("identifier").Items() {
			if v := i.Get("value").Str(); v != "" && v == j.Get("value").Str() && i.Get("system").Str() == j.Get("system").Str() {
				return false
			}
		}
	}
	family := func(n *fhir.Node) string {
		for _, name := range n.Get("name").Items() {
			if f := name.Get("family").Str(); f != "" {
				return fhir.Fold(f)
			}
		}
		return ""
	}
	born, other := a.Get("birthDate").Str(), b.Get("birthDate").Str()
	return born != "" && other != "" && born != other && family(a) != "" && family(b) != "" && family(a) != family(b)
}

// follow finds the targets of the references.
func (r *run) follow(c *db.Conn, u *unit) error {
	var sids []string
	each := func(f func(it *item, i int, ref *ref) error) error {
		for _, it := range u.items {
			for i := range it.refs {
				if it.state != open {
					break
				}
				if err := f(it, i, &it.refs[i]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	err := each(func(it *item, _ int, ref *ref) error {
		at, ambiguous := u.find(ref)
		if ambiguous {
			it.refuse(Reason{"multiple-matches", ref.path, "several resources of this bundle have this identifier"})
			return nil
		}
		if ref.at = at; at == nil && ref.target.id != "" {
			sids = append(sids, ref.target.id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	found, err := lookup(c, u.source, sids)
	if err != nil {
		return err
	}
	return each(func(it *item, i int, ref *ref) error {
		if ref.at != nil {
			if ref.at.clash {
				it.refuse(Reason{"business-rule", ref.path, "it refers to a patient whose id belongs to somebody else"})
			}
			return nil
		}
		matches, err := r.candidates(c, u, ref.target, found)
		if err != nil {
			return err
		}
		var promised *mapped
		if len(matches) == 1 && !matches[0].stored {
			promised, matches = matches[0], nil
		}
		switch {
		case len(matches) > 1:
			it.refuse(Reason{"multiple-matches", ref.path, "several records fit this reference"})
		case len(matches) == 1 && r.isClashed(u.source, matches[0]):
			it.refuse(Reason{"business-rule", ref.path, "it refers to a patient whose id belongs to somebody else"})
		case len(matches) == 1:
			ref.found = matches[0]
		case ref.form == external:
		case u.promised[ref.target.key()]:
			ref.later = u.reserve(r, ref.target, promised)
		default:
			it.missing = append(it.missing, i)
			it.state = waiting
		}
		return nil
	})
}

// reserve gives an id ahead to what goes in in another transaction.
func (u *unit) reserve(r *run, t target, promised *mapped) *mapped {
	if m := u.reserved[t.key()]; m != nil {
		return m
	}
	m := promised
	if m == nil {
		m = &mapped{source: u.source, sid: t.id, typ: t.typ, id: r.newID()}
	}
	u.reserved[t.key()] = m
	return m
}

func (r *run) candidates(c *db.Conn, u *unit, t target, found map[string][]*mapped) ([]*mapped, error) {
	switch {
	case t.query != "":
		return r.identified(c, u.source, t)
	case t.typ != "":
		if m := pick(found, t.typ, t.id); m != nil {
			return []*mapped{m}, nil
		}
		return nil, nil
	}
	return found[t.id], nil
}

// identified answers conditional references. Answers are remembered: a bulk of
// records refers to the same few practitioners.
func (r *run) identified(c *db.Conn, source string, t target) ([]*mapped, error) {
	key := source + " " + t.key()
	if m, ok := r.idents.Load(key); ok {
		return []*mapped{m.(*mapped)}, nil
	}
	list, err := byIdentifier(c, source, t, false)
	if err == nil && len(list) == 0 && r.anywhere {
		list, err = byIdentifier(c, source, t, true)
	}
	if err == nil && len(list) == 1 && r.identCount.Add(1) < 200_000 {
		r.idents.Store(key, list[0])
	}
	return list, err
}

// users maps each item to those that refer to it.
func (u *unit) users() map[*item][]*item {
	users := map[*item][]*item{}
	for _, it := range u.items {
		for i := range it.refs {
			if at := it.refs[i].at; at != nil && at != it {
				users[at] = append(users[at], it)
			}
		}
	}
	return users
}

// spread carries refusals, and then waiting, on to what refers to it.
func (u *unit) spread(users map[*item][]*item) {
	var queue []*item
	for _, it := range u.items {
		if it.state == refused && !it.stands() {
			queue = append(queue, it)
		}
	}
	for len(queue) > 0 {
		it := queue[0]
		queue = queue[1:]
		for _, user := range users[it] {
			if user.state != open && user.state != waiting {
				continue
			}
			user.refuse(Reason{"not-found", refTo(user, it), "it refers to " + it.typ + " at " + it.place.String() + ", which is refused"})
			if !user.stands() {
				queue = append(queue, user)
			}
		}
	}
	for _, it := range u.items {
		if it.state == waiting && !it.stands() {
			queue = append(queue, it)
		}
	}
	for len(queue) > 0 {
		it := queue[0]
		queue = queue[1:]
		for _, user := range users[it] {
			if user.state == open {
				user.state = waiting
				if !user.stands() {
					queue = append(queue, user)
				}
			}
		}
	}
}

func refTo(user, it *item) string {
	for i := range user.refs {
		if user.refs[i].at == it {
			return user.refs[i].path
		}
	}
	return user.typ
}

// rewrite puts our ids in place of the sender's.
func (it *item) rewrite() {
	for i := range it.refs {
		f := &it.refs[i]
		switch {
		case f.at != nil:
			f.node.SetStr(f.at.typ + "/" + f.at.id)
		case f.found != nil:
			f.node.SetStr(f.found.typ + "/" + f.found.id)
		case f.later != nil:
			f.node.SetStr(f.later.typ + "/" + f.later.id)
		}
	}
	it.node.Set("id", fhir.String(it.id))
}

func (r *run) prepare(ctx context.Context, u *unit, it *item) error {
	op := records.Op{Kind: records.Create, Type: it.typ, ID: it.id, Node: it.node}
	if it.known != nil && it.known.stored {
		op.Kind = records.Put
	}
	var err error
	it.prepared, err = r.store.Prepare(ctx, r.who, op, r.metaSource(u))
	return r.refused(it, err)
}

// refused sets an item aside that the store does not take. What says nothing about
// the item ends the run: it goes on from here another time.
func (r *run) refused(it *item, err error) error {
	if fault.Is(err, fault.Unavailable) {
		return err
	}
	if err != nil {
		it.refuse(reasonsOf(err)...)
	}
	return nil
}

// assignCharts finds the chart of each item. Provenance is divided among the
// charts that it tells of.
func (r *run) assignCharts(c *db.Conn, u *unit) error {
	var about []*item
	for _, it := range u.items {
		if it.state != open {
			continue
		}
		if it.typ == "Provenance" {
			about = append(about, it)
			continue
		}
		charts := records.ChartsOf(it.node)
		it.several = records.AboutSeveral(it.node)
		switch {
		case len(charts) == 0:
		case it.known != nil && it.known.stored && it.known.chart == "" && records.MayBeAboutSeveral(it.typ):
			it.several = true
		case it.several && it.known != nil && it.known.stored && slices.Contains(charts, it.known.chart):
			continue // it was about that one alone
		case it.several:
		case len(charts) > 1:
			it.refuse(Reason{fhir.CodeNotSupported, it.typ, "a record about several patients has to be sent once for each of them"})
			continue
		default:
			it.chart = charts[0]
		}
		it.holdChart()
	}
	var parts []*item
	for _, it := range about {
		charts := it.targetCharts()
		it.several = it.tellsOfSeveral()
		if it.several && len(charts) == 0 {
			it.holdChart()
			continue
		}
		switch len(charts) {
		case 0:
		case 1:
			it.chart = charts[0]
		default:
			parts = append(parts, it.divide(charts)...)
			it.state = divided
			continue
		}
		it.holdChart()
	}
	if len(parts) == 0 {
		return nil
	}
	sids := make([]string, len(parts))
	for i, p := range parts {
		sids[i] = p.sid
	}
	found, err := lookup(c, u.source, sids)
	if err != nil {
		return err
	}
	for _, p := range parts {
		switch k := pick(found, p.typ, p.sid); {
		case k == nil:
			p.id = r.newID()
		default:
			p.known, p.id = k, k.id
			if k.stored && (k.digest == p.content.digest || !p.content.replaces(k.content)) {
				p.state = unchanged
			}
		}
		p.node.Set("id", fhir.String(p.id))
	}
	u.items = append(u.items, parts...)
	return nil
}

// holdChart keeps a record in its chart: what moved to another patient at the
// sender needs somebody to look at it.
func (it *item) holdChart() {
	if it.known != nil && it.known.stored && it.known.chart != it.chart {
		it.refuse(Reason{"business-rule", it.typ, "this record was about another patient before and cannot be moved by an import"})
	}
}

const targetPath = "Provenance.target["

// chartOf is the chart of a reference's target.
func (f *ref) chartOf() string {
	switch {
	case f.at != nil && f.at.typ == "Patient":
		return f.at.id
	case f.at != nil:
		return f.at.chart
	case f.found != nil:
		return f.found.chart
	}
	return ""
}

func (it *item) targetCharts() []string {
	var charts []string
	for i := range it.refs {
		f := &it.refs[i]
		if !strings.HasPrefix(f.path, targetPath) {
			continue
		}
		if c := f.chartOf(); c != "" && !slices.Contains(charts, c) {
			charts = append(charts, c)
		}
	}
	slices.Sort(charts)
	return charts
}

// tellsOfSeveral: one of its targets is about several patients.
func (it *item) tellsOfSeveral() bool {
	return slices.ContainsFunc(it.refs, func(f ref) bool {
		if !strings.HasPrefix(f.path, targetPath) {
			return false
		}
		return f.at != nil && f.at.several || f.at == nil && f.found != nil && f.found.stored && f.found.chart == "" && records.MayBeAboutSeveral(f.found.typ)
	})
}

// divide makes one Provenance for each chart, with the targets in that chart and
// in no chart.
func (it *item) divide(charts []string) []*item {
	elsewhere := map[string]string{} // reference -> chart
	for i := range it.refs {
		if f := &it.refs[i]; strings.HasPrefix(f.path, targetPath) {
			elsewhere[f.node.Str()] = f.chartOf()
		}
	}
	parts := make([]*item, len(charts))
	for i, chart := range charts {
		n := it.node.Clone()
		var targets []*fhir.Node
		for _, t := range n.Get("target").Items() {
			if c := elsewhere[t.Get("reference").Str()]; c == "" || c == chart {
				targets = append(targets, t)
			}
		}
		n.Set("target", fhir.Array(targets...))
		parts[i] = &item{place: it.place, typ: it.typ, sid: it.sid + "~" + chart, node: n, content: it.content, chart: chart, part: true}
	}
	return parts
}

package records

import (
	"net/url"
	"regexp"
	"strings"

	"housecall/records/fhir"
)

func projectEncounter(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title, e.Code = concept(first(n.Get("type")))
	e.Title = withoutTag(e.Title)
	if e.Title == "" {
		e.Title = n.Get("class", "display").Str()
	}
	e.Plain = visitKeys[n.Get("class", "code").Str()]
	e.At, e.End = when(n, "period")
	e.Active = e.Status == "in-progress" || e.Status == "arrived"
	reason(e, n)
	e.Reason = withoutTag(e.Reason)
	person(e, first(n.Get("participant")).Get("individual"))
	place(e, n.Get("serviceProvider"))
	if e.Place == "" && e.PlaceRef == "" {
		place(e, first(n.Get("location")).Get("location"))
	}
	r.fact = ""
}

// visitKeys: http://terminology.hl7.org/CodeSystem/v3-ActCode, encounter classes.
var visitKeys = map[string]string{"AMB": "visit-clinic", "VR": "visit-video", "EMER": "visit-emergency", "IMP": "visit-hospital", "ACUTE": "visit-hospital", "HH": "visit-home", "OBSENC": "visit-hospital"}

func projectProcedure(_ *Store, c *change, e *Entry, _ *entryRow) {
	n := c.Node
	e.Title, e.Code = concept(n.Get("code"))
	e.Title = withoutTag(e.Title)
	e.At, e.End = when(n, "performedDateTime", "performedPeriod")
	e.Active = e.Status == "in-progress"
	reason(e, n)
	e.Text, _ = concept(n.Get("outcome"))
	person(e, first(n.Get("performer")).Get("actor"))
	place(e, n.Get("location"))
}

func projectDocument(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	kind, code := concept(n.Get("type"))
	e.Code = code
	att := first(n.Get("content")).Get("attachment")
	e.Title = n.Get("description").Str()
	if e.Title == "" {
		e.Title = att.Get("title").Str()
	}
	if e.Title == "" {
		e.Title = kind
	} else if kind != e.Title {
		e.Text = kind
	}
	e.At, _ = when(n, "date")
	if e.At == "" {
		e.At, _ = when(n.Get("context"), "period")
	}
	e.Active = e.Status == "current"
	person(e, first(n.Get("author")))
	place(e, n.Get("custodian"))
	if enc := first(n.Get("context", "encounter")).Get("reference").Str(); enc != "" {
		r.partOf = ""
	}
	r.fact = ""
}

func projectCarePlan(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title = n.Get("title").Str()
	for _, cat := range n.Get("category").Items() {
		if e.Title != "" {
			break
		}
		if t, code := concept(cat); code == nil || code.Code != "assess-plan" {
			e.Title, e.Code = withoutTag(t), code
		}
	}
	e.At, e.End = when(n, "period", "created")
	e.Active = e.Status == "active"
	var acts []string
	for _, a := range n.Get("activity").Items() {
		t := a.Get("detail", "description").Str()
		if t == "" {
			t, _ = concept(a.Get("detail", "code"))
		}
		if t != "" {
			acts = append(acts, withoutTag(t))
		}
	}
	e.Text = n.Get("description").Str()
	if e.Text == "" {
		e.Text = strings.Join(acts, "; ")
	}
	person(e, n.Get("author"))
	r.fact = ""
}

func projectGoal(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title, e.Code = concept(n.Get("description"))
	e.At, _ = when(n, "startDate", "statusDate")
	e.Status = n.Get("lifecycleStatus").Str()
	e.Active = e.Status == "active" || e.Status == "accepted" || e.Status == "planned" || e.Status == "on-hold"
	t := first(n.Get("target"))
	e.End = t.Get("dueDate").Str()
	if q := t.Get("detailQuantity"); q != nil {
		e.Text = strings.TrimSpace(q.Get("comparator").Str() + q.Get("value").Num() + " " + unitOf(q))
	}
	person(e, n.Get("expressedBy"))
	r.timeline = false
	r.fact = ""
}

func projectCareTeam(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title = n.Get("name").Str()
	e.At, e.End = when(n, "period")
	e.Active = e.Status == "active" || e.Status == ""
	for _, p := range n.Get("participant").Items() {
		role, _ := concept(first(p.Get("role")))
		m := Entry{Title: p.Get("member", "display").Str(), Text: withoutTag(role), WhoRef: p.Get("member", "reference").Str(), Sources: []Source{}}
		if strings.HasPrefix(m.WhoRef, "Patient/") {
			continue
		}
		if len(e.Children) < 50 {
			e.Children = append(e.Children, m)
		}
	}
	r.timeline = false
	r.fact = ""
}

var tag = regexp.MustCompile(` \((disorder|finding|situation|procedure|regime/therapy|record artifact|morphologic abnormality|observable entity|qualifier value|person|event)\)$`)

// withoutTag takes off the semantic tag that SNOMED CT puts behind its names.
func withoutTag(s string) string { return tag.ReplaceAllString(s, "") }

// fold makes text comparable: lower case, no accents.
func fold(s string) string { return fhir.Fold(s) }

// clip cuts text to at most n bytes, not inside a letter.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// sourceName makes a readable name of a meta.source URI whose organization is
// not known: the host of an address, the last part of anything else.
func sourceName(source string) string {
	source, _, _ = strings.Cut(source, "#")
	name := source
	if u, err := url.Parse(source); err == nil && u.Host != "" {
		name, _, _ = strings.Cut(strings.TrimPrefix(u.Host, "www."), ".")
	} else if i := strings.LastIndexAny(source, ":/"); i >= 0 && i < len(source)-1 {
		name = source[i+1:]
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == ' ' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

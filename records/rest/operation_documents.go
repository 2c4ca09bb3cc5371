package rest

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

func (f *Face) documentOperations() []operation {
	return []operation{
		{name: "summary", definition: "http://hl7.org/fhir/uv/ips/OperationDefinition/summary", types: []string{"Patient"}, levels: onInstance, methods: readMethods, handle: f.summary},
		{name: "docref", definition: "http://hl7.org/fhir/us/core/OperationDefinition/docref", types: []string{"DocumentReference"}, levels: onType, methods: readMethods, handle: f.docref},
	}
}

// summaryProfile is the profile of the documents that $summary makes.
const summaryProfile = "http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips"

// summary answers Patient/id/$summary
// (http://hl7.org/fhir/uv/ips/OperationDefinition/summary): the International
// Patient Summary, made anew each time.
func (f *Face) summary(c *fiber.Ctx) error {
	in, err := parametersOf(c, param{name: "profile", kind: 'u'})
	if err != nil {
		return err
	}
	if p, _, _ := strings.Cut(in.text("profile"), "|"); p != "" && p != summaryProfile && p != "http://hl7.org/fhir/uv/ips/StructureDefinition/Composition-uv-ips" {
		return invalid("not-supported", "profile", "Only the International Patient Summary is made here.")
	}
	doc, err := f.store.Summary(c.UserContext(), edge.Principal(c), c.Params("id"), records.SummaryOptions{Base: f.base, Clinic: f.clinic})
	if err != nil {
		return err
	}
	return sendJSON(c, doc.Append(make([]byte, 0, 64<<10)))
}

// docrefMost bounds the documents that one answer looks at.
const docrefMost = 1000

// docref answers DocumentReference/$docref of US Core: the documents of a patient
// about care in a time, those that are stored and the patient summary, which is
// made when it is fetched. Without a time, it is the latest of each type. No C-CDA
// is made here, so that a type or profile of one finds only what was received.
func (f *Face) docref(c *fiber.Ctx) error {
	in, err := parametersOf(c, param{name: "patient", kind: 'n'}, param{name: "start", kind: 'd'}, param{name: "end", kind: 'd'},
		param{name: "type", kind: 'y', many: true}, param{name: "on-demand", kind: 'b'}, param{name: "profile", kind: 'u', many: true})
	if err != nil {
		return err
	}
	patient := strings.TrimPrefix(in.text("patient"), "Patient/")
	if !fhir.ValidID(patient) {
		return invalid("required", "patient", "Name the patient by id.")
	}
	w := wanted{}
	if w.from, w.to, err = in.days("start", "end"); err != nil {
		return err
	}
	for _, t := range in["type"] {
		w.types = append(w.types, typeTokens(t)...)
	}
	for _, p := range in["profile"] {
		url, _, _ := strings.Cut(p.Str(), "|")
		w.profiles = append(w.profiles, url)
	}
	who := edge.Principal(c)
	var found []records.Stored
	more := false
	if !in.truth("on-demand") {
		if found, more, err = f.storedDocuments(c, who, patient, w); err != nil {
			return err
		}
	}
	s := newSplice("searchset", size(found)+2000)
	self := f.base + "/DocumentReference/$docref"
	if raw := queryOf(c); len(raw) > 0 {
		self += "?" + raw.Encode()
	}
	s.links(self, "")
	for i := range found {
		s.found(f.base, &found[i], "match")
	}
	made, err := f.summaryReference(c, who, patient, w)
	if err != nil {
		return err
	}
	if made != nil {
		s.entry()
		s.raw(`"fullUrl":"urn:uuid:` + f.newID() + `","resource":`)
		s.b = made.Append(s.b)
		s.raw(`,"search":{"mode":"match"}`)
		s.done()
	}
	if more {
		s.said(outcome(issue("warning", "incomplete", "There are more documents than were looked at. Please narrow the time.", "", "")))
	}
	return sendJSON(c, s.bytes())
}

// wanted is which documents are meant.
type wanted struct {
	from, to int64 // of the care that they tell of; 0: no bound
	types    []string
	profiles []string
}

// typeTokens writes a type as system|code, or code when the system is not said.
func typeTokens(n *fhir.Node) []string {
	token := func(k *fhir.Node) string {
		if s := k.Get("system").Str(); s != "" {
			return s + "|" + k.Get("code").Str()
		}
		return k.Get("code").Str()
	}
	if n.Kind() == fhir.KindString { // from an address: several may stand there
		return strings.Split(n.Str(), ",")
	}
	var out []string
	for _, k := range n.Get("coding").Items() {
		out = append(out, token(k))
	}
	if n.Get("code").Kind() == fhir.KindString {
		out = append(out, token(n))
	}
	return out
}

func (w wanted) ofType(typ *fhir.Node) bool {
	return len(w.types) == 0 || slices.ContainsFunc(typ.Get("coding").Items(), func(k *fhir.Node) bool {
		return slices.Contains(w.types, k.Get("code").Str()) || slices.Contains(w.types, k.Get("system").Str()+"|"+k.Get("code").Str())
	})
}

// holds looks at a stored document: a current one of that type and profile, about
// care in that time. A document that does not say when is from its own date.
func (w wanted) holds(n *fhir.Node) bool {
	if n.Get("status").Str() != "current" || !w.ofType(n.Get("type")) {
		return false
	}
	if len(w.profiles) > 0 && !slices.ContainsFunc(n.Get("content").Items(), func(x *fhir.Node) bool {
		return slices.Contains(w.profiles, x.Get("format", "code").Str()) || slices.Contains(w.profiles, x.Get("format", "system").Str())
	}) {
		return false
	}
	if w.from == 0 && w.to == 0 {
		return true
	}
	first, last := n.Get("context", "period", "start").Str(), n.Get("context", "period", "end").Str()
	if first == "" && last == "" {
		first = n.Get("date").Str()
		last = first
	}
	if lo, _, ok := fhir.DateRange(first); ok && w.to != 0 && lo >= w.to {
		return false
	}
	if _, hi, ok := fhir.DateRange(last); ok && w.from != 0 && hi <= w.from {
		return false
	}
	return first != "" || last != ""
}

// storedDocuments gives the documents of the chart, newest first, as the view sees
// them. A patient who is not found has none.
func (f *Face) storedDocuments(c *fiber.Ctx, who identity.Principal, patient string, w wanted) (found []records.Stored, more bool, err error) {
	q, err := f.parseQuery("DocumentReference", url.Values{"patient": {patient}, "_sort": {"-date"}}, true)
	if err != nil {
		return nil, false, err
	}
	q.Count = docrefMost
	p, err := f.store.Search(c.UserContext(), who, q)
	if fault.Is(err, fault.NotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	latest := map[string]bool{}
	for _, st := range p.Items {
		n, err := fhir.Parse(st.Body)
		if err != nil {
			return nil, false, err
		}
		if !w.holds(n) {
			continue
		}
		if w.from == 0 && w.to == 0 {
			kind := string(n.Get("type").Append(nil))
			if latest[kind] {
				continue
			}
			latest[kind] = true
		}
		found = append(found, st)
	}
	return found, p.Next != "", nil
}

// summaryReference refers to the patient summary, for who may fetch it; nil when it
// is not asked for. The summary tells of now.
func (f *Face) summaryReference(c *fiber.Ctx, who identity.Principal, patient string, w wanted) (*fhir.Node, error) {
	typ, err := fhir.Make(object{"coding": []object{{"system": "http://loinc.org", "code": "60591-5", "display": "Patient summary Document"}}})
	if err != nil {
		return nil, err
	}
	now := f.now().UTC()
	if !w.ofType(typ) || len(w.profiles) > 0 && !slices.Contains(w.profiles, summaryProfile) || w.from > now.UnixMicro() || w.to != 0 && w.to < now.UnixMicro() {
		return nil, nil
	}
	if !who.AllowsFHIR("Patient", 'r') {
		return nil, nil
	}
	if _, err := f.store.Read(c.UserContext(), who, "Patient", patient); err != nil {
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
			return nil, nil
		}
		return nil, err
	}
	n, err := fhir.Make(object{
		"resourceType": "DocumentReference", "status": "current", "docStatus": "final", "subject": object{"reference": "Patient/" + patient}, "date": now.Format("2006-01-02T15:04:05.000Z"),
		"category": []object{{"coding": []object{{"system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", "code": "clinical-note", "display": "Clinical Note"}}}},
		"content":  []object{{"attachment": object{"contentType": JSON, "url": f.base + "/Patient/" + patient + "/$summary", "title": "International Patient Summary"}, "format": object{"system": "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode", "code": "urn:ihe:iti:xds:2017:mimeTypeSufficient", "display": "mimeType Sufficient"}}},
	})
	if err != nil {
		return nil, err
	}
	n.Set("type", typ)
	return n, nil
}

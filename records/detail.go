package records

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"housecall/internal/db"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records/access"
	"housecall/records/fhir"
)

// Detail is one entry with everything a page about it shows.
type Detail struct {
	Entry    Entry     `json:"entry"`
	Related  []Entry   `json:"related"`
	Notes    []Note    `json:"note"`
	Details  []Line    `json:"details"`
	Document *Document `json:"document,omitempty"`
	History  int64     `json:"history"` // versions of the resource
	// Held tells staff that the patient does not see this yet.
	Held *Held `json:"held,omitempty"`
	// Chart is where it is, when that is a chart joined with the one that is open.
	Chart string `json:"chart,omitempty"`
}

// Note is what somebody wrote about it.
type Note struct {
	Who  string `json:"who,omitempty"`
	At   string `json:"at,omitempty"`
	Text string `json:"text"`
}

// Line is one labelled detail; the label is a key.
type Line struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Document is the content of a document.
type Document struct {
	ContentType string `json:"contentType"`
	Title       string `json:"title,omitempty"`
	Size        int    `json:"size"`
	Text        string `json:"text,omitempty"`
	URL         string `json:"url,omitempty"`

	Pictures  []Picture `json:"pictures,omitempty" doc:"That go with it"`
	Recording string    `json:"recording,omitempty" doc:"Its id, when it is the recording of a visit"`
}

// Picture is one of the pictures of a document.
type Picture struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

const maxInlineText = 200_000

// Detail gives one entry by its reference.
func (s *Store) Detail(ctx context.Context, who identity.Principal, patient, typ, id string) (Detail, error) {
	d := Detail{Related: []Entry{}, Notes: []Note{}, Details: []Line{}}
	var view *access.View
	var cats access.CategorySet
	err := s.db.InReadTx(ctx, func(c *db.Conn) error {
		v, _, err := s.enter(c, who, patient)
		if err != nil {
			return err
		}
		view = v
		list, err := s.entriesWhere(c, v, "AND e.type = ? AND e.id = ?", typ, id)
		if err != nil {
			return err
		}
		if len(list) == 0 || typ == "Patient" {
			return notFound()
		}
		home := list[0].view
		cat, _ := access.ParseCategory(list[0].Section)
		cats = categoryBit(cat)
		if err := s.attachParts(c, v, list, 200); err != nil {
			return err
		}
		if same, err := s.sameFact(c, v, list[0]); err != nil {
			return err
		} else if len(same) > 1 {
			list = merge(append(list, same...))
		}
		if err := s.joinElsewhere(c, v, &list[0]); err != nil {
			return err
		}
		d.Entry = plainEntries(list[:1])[0]
		var body []byte
		if err := c.QueryRow(`SELECT version, body FROM resources WHERE patient_id = ? AND type = ? AND id = ?`, home.Patient, typ, id).Scan(&d.History, &body); err != nil {
			return err
		}
		n, err := fhir.Parse(body)
		if err != nil {
			return err
		}
		d.fromNode(n)
		if d.Document = documentOf(n, home.Patient, id); d.Document != nil && len(d.Document.Text) > maxInlineText {
			d.Document.Text = ""
		}
		if d.Held, err = s.heldOf(c, home, typ, id); err != nil {
			return err
		}
		if home.Patient != patient {
			d.Chart = home.Patient
		}
		related, err := s.related(c, home, typ, id)
		if err != nil {
			return err
		}
		d.Related = plainEntries(related)
		one := []Entry{d.Entry}
		if err := s.fill(c, v, one); err != nil {
			return err
		}
		d.Entry = one[0]
		return s.fill(c, v, d.Related)
	})
	if err != nil {
		return d, s.refuse(ctx, who, patient, typ, id, err)
	}
	return d, s.seen(ctx, who, view, "read", typ, id, cats, 1)
}

// sameFact finds the same fact from other places.
func (s *Store) sameFact(c *db.Conn, v *access.View, l listed) ([]listed, error) {
	if l.fact == "" {
		return nil, nil
	}
	return s.entriesWhere(c, v, "AND e.at BETWEEN ? AND ? AND e.fact = ? LIMIT 20", l.at-86_400_000_000, l.at+86_400_000_000, l.fact)
}

// joinElsewhere adds what other sources say of the same problem, medicine,
// allergy or vaccine at other dates.
func (s *Store) joinElsewhere(c *db.Conn, v *access.View, l *listed) error {
	var all []listed
	var err error
	switch l.Kind {
	case "AllergyIntolerance", "Condition", "Immunization":
		all, err = s.entriesWhere(c, v, "AND e.type = ? ORDER BY e.at DESC, e.id DESC LIMIT ?", l.Kind, 8*sectionShown)
		for _, o := range sameElsewhere(*l, all) {
			if !slices.ContainsFunc(l.also, func(x listed) bool { return x.Ref == o.Ref }) {
				l.join(o)
			}
		}
	case "MedicationRequest", "MedicationStatement":
		all, err = s.entriesWhere(c, v, "AND e.type IN ('MedicationRequest', 'MedicationStatement') AND e.kind = ? ORDER BY e.at DESC, e.id DESC LIMIT ?", l.kind, sectionShown)
		for _, o := range all {
			if o.Ref != l.Ref && !slices.ContainsFunc(l.also, func(x listed) bool { return x.Ref == o.Ref }) {
				l.join(o)
			}
		}
	}
	if l.Kind == "AllergyIntolerance" && err == nil {
		marked := sameAcross(all)
		againstNoneKnown(marked)
		for _, m := range marked {
			if m.Ref == l.Ref || slices.ContainsFunc(m.also, func(x listed) bool { return x.Ref == l.Ref }) {
				l.Differs = m.Differs
			}
		}
	}
	return err
}

// related gives what belongs to a visit: what was found, given and written there.
func (s *Store) related(c *db.Conn, v *access.View, typ, id string) ([]listed, error) {
	if typ != "Encounter" {
		return nil, nil
	}
	list, err := s.entriesWhere(c, v, `AND (e.type, e.id) IN (SELECT x.type, x.id FROM search_ref x WHERE x.patient_id = ? AND x.target_id = ? AND x.target_type = 'Encounter'
		AND x.type IN ('Observation','DiagnosticReport','Condition','Procedure','Immunization','MedicationRequest','DocumentReference','Composition','CarePlan') AND x.param IN ('encounter','context')) AND e.part_of = '' ORDER BY e.section, e.at, e.id LIMIT 200`, v.Patient, id)
	if err != nil {
		return nil, err
	}
	return list, s.attachParts(c, v, list, 3)
}

// fromNode takes out of the resource what only its own page shows.
func (d *Detail) fromNode(n *fhir.Node) {
	line := func(label, value string) {
		if value != "" {
			d.Details = append(d.Details, Line{label, value})
		}
	}
	for _, x := range n.Get("note").Items() {
		at := x.Get("time").Str()
		w := x.Get("authorString").Str()
		if w == "" {
			w = x.Get("authorReference", "display").Str()
		}
		d.Notes = append(d.Notes, Note{Who: w, At: at, Text: x.Get("text").Str()})
	}
	line("status", n.Get("status").Str())
	for _, c := range n.Get("code", "coding").Items() {
		line("code", strings.TrimSpace(codeSystemName(c.Get("system").Str())+" "+c.Get("code").Str()+" "+c.Get("display").Str()))
	}
	method, _ := concept(n.Get("method"))
	line("method", method)
	site, _ := concept(n.Get("bodySite"))
	line("bodySite", site)
	line("specimen", n.Get("specimen", "display").Str())
	line("issued", n.Get("issued").Str())
	line("recorded", n.Get("recordedDate").Str())
	line("lot", n.Get("lotNumber").Str())
	for _, p := range n.Get("performer").Items() {
		line("performer", p.Get("display").Str())
	}
	for _, id := range n.Get("identifier").Items() {
		line("identifier", id.Get("value").Str())
	}
}

// codeSystemName is how people call a code system.
func codeSystemName(uri string) string {
	switch uri {
	case "http://loinc.org":
		return "LOINC"
	case "http://snomed.info/sct":
		return "SNOMED CT"
	case "http://www.nlm.nih.gov/research/umls/rxnorm":
		return "RxNorm"
	case "http://hl7.org/fhir/sid/icd-10-cm":
		return "ICD-10-CM"
	case "http://hl7.org/fhir/sid/cvx":
		return "CVX"
	}
	return ""
}

func attachmentOf(n *fhir.Node) *fhir.Node {
	switch n.ResourceType() {
	case "DocumentReference":
		return first(n.Get("content")).Get("attachment")
	case "DiagnosticReport":
		return first(n.Get("presentedForm"))
	}
	return nil
}

func documentOf(n *fhir.Node, patient, id string) *Document {
	if n.ResourceType() == "Composition" {
		text := CompositionText(n)
		if text == "" {
			return nil
		}
		return &Document{ContentType: "text/plain; charset=utf-8", Title: n.Get("title").Str(), Size: len(text), Text: text}
	}
	a := attachmentOf(n)
	if expires(n) {
		return &Document{ContentType: a.Get("contentType").Str(), Title: n.Get("description").Str(), Recording: id}
	}
	data, err := base64.StdEncoding.DecodeString(a.Get("data").Str())
	if a == nil || err != nil || len(data) == 0 {
		return nil
	}
	d := &Document{ContentType: a.Get("contentType").Str(), Title: a.Get("title").Str(), Size: len(data)}
	if strings.HasPrefix(d.ContentType, "text/plain") && utf8.Valid(data) {
		d.Text = string(data)
	}
	d.URL = "/api/v1/charts/" + patient + "/documents/" + n.ResourceType() + "/" + id + "/content"
	if parts := n.Get("content").Items(); len(parts) > 1 && n.Get("meta", "source").Str() == Own { // else nobody knows whether the Binary is here
		for _, x := range parts[1:] {
			a := x.Get("attachment")
			if binary, ok := strings.CutPrefix(a.Get("url").Str(), "Binary/"); ok && strings.HasPrefix(a.Get("contentType").Str(), "image/") {
				d.Pictures = append(d.Pictures, Picture{a.Get("title").Str(), "/api/v1/charts/" + patient + "/binaries/" + binary})
			}
		}
	}
	return d
}

// safeTypes are the contents that a browser may show; anything else is only
// handed over for saving.
var safeTypes = map[string]bool{"application/pdf": true, "image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "text/plain; charset=utf-8": true}

// DocumentContent gives the bytes of a document, with the type that they really
// have: what a document says about itself is not trusted.
func (s *Store) DocumentContent(ctx context.Context, who identity.Principal, patient, typ, id string) (content []byte, contentType string, show bool, err error) {
	if typ != "DocumentReference" && typ != "DiagnosticReport" {
		return nil, "", false, notFound()
	}
	st, err := s.Read(ctx, who, typ, id)
	if err != nil {
		return nil, "", false, err
	}
	if st.Patient != patient {
		return nil, "", false, notFound()
	}
	n, err := fhir.Parse(st.Body)
	if err != nil {
		return nil, "", false, err
	}
	content, err = base64.StdEncoding.DecodeString(attachmentOf(n).Get("data").Str())
	if err != nil || len(content) == 0 {
		return nil, "", false, fault.New(fault.NotFound, "This document has no content here.")
	}
	contentType = http.DetectContentType(content)
	return content, contentType, safeTypes[contentType], nil
}

// Patients gives the demographics of charts that the principal may open, for
// lists of people. Each is decided; a list of one's own people is no access to
// their records, so nothing is audited here.
func (s *Store) Patients(ctx context.Context, who identity.Principal, ids []string) ([]Patient, error) {
	c := s.db.Read(ctx)
	out := make([]Patient, 0, len(ids))
	for _, id := range ids {
		v, err := s.viewForRead(c, who, id, "Patient")
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		p, err := s.patient(c, v)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// NameOf is what a patient is called; empty for who may not see it.
func (s *Store) NameOf(ctx context.Context, who identity.Principal, patient string) (string, error) {
	known, err := s.Patients(ctx, who, []string{patient})
	if err != nil || len(known) == 0 {
		return "", err
	}
	return known[0].Name, nil
}

// Subject is somebody whose chart a person may open: their own, or by grant.
type Subject struct {
	Patient  Patient
	Relation string        // "self", or what the patient is to the person
	Grant    *access.Grant // nil: the own chart
}

// Subjects lists whose charts a person may open. A chart without a Patient yet is
// left out.
func (s *Store) Subjects(ctx context.Context, who identity.Principal) ([]Subject, error) {
	list, err := s.access.Subjects(ctx, who)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, x := range list {
		ids[i] = x.Patient
	}
	known, err := s.Patients(ctx, who, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Subject, 0, len(list))
	for _, x := range list {
		i := slices.IndexFunc(known, func(p Patient) bool { return p.ID == x.Patient })
		if i < 0 {
			continue
		}
		sub := Subject{Patient: known[i], Relation: "self", Grant: x.Grant}
		if x.Grant != nil {
			sub.Relation = x.Grant.Relation
		}
		out = append(out, sub)
	}
	return out, nil
}

package records

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"housecall/records/fhir"
)

// kindOf makes an opaque key for a kind of fact, so that no code stands in a URL.
func (s *Store) kindOf(parts ...string) string {
	m := hmac.New(sha256.New, s.kinds.Lasting())
	m.Write([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(m.Sum(nil)[:10])
}

// concept gives the best words and the leading code of a CodeableConcept.
func concept(n *fhir.Node) (string, *Coding) {
	var code *Coding
	for _, c := range n.Get("coding").Items() {
		if code == nil || c.Get("userSelected").Kind() == fhir.KindBool {
			code = &Coding{System: c.Get("system").Str(), Code: c.Get("code").Str(), Display: c.Get("display").Str()}
		}
	}
	title := n.Get("text").Str()
	if title == "" && code != nil {
		title = code.Display
		if title == "" {
			title = code.Code
		}
	}
	return title, code
}

func firstCode(n *fhir.Node) string { return first(n.Get("coding")).Get("code").Str() }

func first(n *fhir.Node) *fhir.Node {
	if items := n.Items(); len(items) > 0 {
		return items[0]
	}
	return nil
}

// when gives the first date found among dateTime, Period start and instant.
func when(n *fhir.Node, names ...string) (at, end string) {
	for _, name := range names {
		v := n.Get(name)
		if v == nil {
			continue
		}
		if v.Kind() == fhir.KindObject {
			if at = v.Get("start").Str(); at != "" {
				return at, v.Get("end").Str()
			}
			continue
		}
		if at = v.Str(); at != "" {
			return at, ""
		}
	}
	return "", ""
}

// person takes the name of a Reference, or the reference itself to look it up
// when the entry is read.
func person(e *Entry, ref *fhir.Node) {
	if d := ref.Get("display").Str(); d != "" {
		e.Who = d
	} else {
		e.WhoRef = ref.Get("reference").Str()
	}
}

func place(e *Entry, ref *fhir.Node) {
	if d := ref.Get("display").Str(); d != "" {
		e.Place = d
	} else {
		e.PlaceRef = ref.Get("reference").Str()
	}
}

// reason takes why something was done. What another record says goes by that
// record: who does not see it does not read its name here.
func reason(e *Entry, n *fhir.Node) {
	if e.Reason, _ = concept(first(n.Get("reasonCode"))); e.Reason == "" {
		ref := first(n.Get("reasonReference"))
		e.Reason, e.ReasonRef = ref.Get("display").Str(), ref.Get("reference").Str()
	}
}

func projectPatient(c *change) *entryRow {
	p := PatientOf(c.Node)
	p.ID = c.ID
	body, err := json.Marshal(p)
	if err != nil {
		return nil
	}
	return &entryRow{section: c.class.Category, active: true, words: fold(p.Name), body: body}
}

// PatientOf reads who a Patient is about.
func PatientOf(n *fhir.Node) Patient {
	p := Patient{BirthDate: n.Get("birthDate").Str(), Sex: n.Get("gender").Str()}
	name := bestName(n)
	p.Given, p.Family = nameParts(name)
	p.Name = name.Get("text").Str()
	if p.Name == "" {
		p.Name = strings.TrimSpace(p.Given + " " + p.Family)
	}
	if d := n.Get("deceasedDateTime").Str(); d != "" {
		p.Deceased = d
	} else if dead, ok := n.Get("deceasedBoolean").Bool(); ok && dead {
		p.Deceased = "yes"
	}
	for _, l := range n.Get("communication").Items() {
		pref, _ := l.Get("preferred").Bool()
		p.Languages = append(p.Languages, Language{Code: firstCode(l.Get("language")), Preferred: pref})
	}
	for _, t := range n.Get("telecom").Items() {
		switch t.Get("system").Str() {
		case "phone", "sms":
			p.Phones = append(p.Phones, t.Get("value").Str())
		case "email":
			p.Emails = append(p.Emails, t.Get("value").Str())
		}
	}
	p.Address = addressLine(first(n.Get("address")))
	for _, id := range n.Get("identifier").Items() {
		label := id.Get("type", "text").Str()
		if label == "" {
			label = first(id.Get("type", "coding")).Get("display").Str()
		}
		v := id.Get("value").Str()
		if v == "" || len(p.Identifiers) == 10 {
			continue
		}
		one := Identifier{Label: label, Value: v}
		if firstCode(id.Get("type")) == "MR" { // the medical record number is what people ask for
			p.Identifiers = slices.Insert(p.Identifiers, 0, one)
		} else {
			p.Identifiers = append(p.Identifiers, one)
		}
	}
	return p
}

// bestName prefers the official or usual name over old and maiden ones.
func bestName(n *fhir.Node) *fhir.Node {
	names := n.Get("name").Items()
	for _, use := range []string{"usual", "official", ""} {
		for _, x := range names {
			if x.Get("use").Str() == use && x.Get("period", "end").Str() == "" {
				return x
			}
		}
	}
	if len(names) > 0 {
		return names[0]
	}
	return nil
}

func nameParts(n *fhir.Node) (given, family string) {
	var g []string
	for _, x := range n.Get("given").Items() {
		g = append(g, x.Str())
	}
	return strings.Join(g, " "), n.Get("family").Str()
}

func addressLine(a *fhir.Node) string {
	if t := a.Get("text").Str(); t != "" {
		return t
	}
	var parts []string
	for _, l := range a.Get("line").Items() {
		parts = append(parts, l.Str())
	}
	city := strings.TrimSpace(strings.Join(slices.DeleteFunc([]string{a.Get("city").Str(), a.Get("state").Str(), a.Get("postalCode").Str()}, func(s string) bool { return s == "" }), " "))
	if city != "" {
		parts = append(parts, city)
	}
	return strings.Join(parts, ", ")
}

// projectNamed keeps the names of places and people of the shared chart, for the
// entries that refer to them.
func projectNamed(_ *Store, c *change, e *Entry, r *entryRow) {
	e.Title = c.Node.Get("name").Str()
	if c.Type == "Practitioner" {
		n := bestName(c.Node)
		given, family := nameParts(n)
		if e.Title = n.Get("text").Str(); e.Title == "" {
			prefix := first(n.Get("prefix")).Str()
			e.Title = strings.TrimSpace(strings.TrimSpace(prefix+" "+given) + " " + family)
		}
	}
	if c.Type == "Medication" {
		e.Title, e.Code = concept(c.Node.Get("code"))
	}
	r.timeline = false
	e.Active = true
}

func projectAllergy(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title, e.Code = concept(n.Get("code"))
	e.At, e.End = when(n, "onsetDateTime", "onsetPeriod", "recordedDate")
	e.Status = firstCode(n.Get("clinicalStatus"))
	e.Active = e.Status == "active" || e.Status == ""
	e.Severity = n.Get("criticality").Str()
	var reactions []string
	for _, x := range n.Get("reaction").Items() {
		for _, m := range x.Get("manifestation").Items() {
			if t, _ := concept(m); t != "" {
				reactions = append(reactions, t)
			}
		}
		if e.Severity == "" {
			e.Severity = x.Get("severity").Str()
		}
	}
	e.Text = strings.Join(reactions, ", ")
	if firstCode(n.Get("verificationStatus")) == "entered-in-error" {
		e.Status = "entered-in-error"
	}
	person(e, n.Get("recorder"))
	r.timeline = false
	r.fact = ""
}

func projectCondition(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title, e.Code = concept(n.Get("code"))
	e.Title = withoutTag(e.Title)
	e.At, _ = when(n, "onsetDateTime", "onsetPeriod", "recordedDate")
	e.End, _ = when(n, "abatementDateTime", "abatementPeriod")
	e.Status = firstCode(n.Get("clinicalStatus"))
	e.Active = e.End == "" && (e.Status == "active" || e.Status == "recurrence" || e.Status == "relapse" || e.Status == "")
	e.Severity, _ = concept(n.Get("severity"))
	if firstCode(n.Get("verificationStatus")) == "entered-in-error" {
		e.Status = "entered-in-error"
	}
	if v := firstCode(n.Get("verificationStatus")); v == "refuted" {
		e.Active = false
	}
	e.Text = first(n.Get("note")).Get("text").Str()
	person(e, n.Get("recorder"))
}

func projectMedication(s *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title, e.Code = concept(n.Get("medicationCodeableConcept"))
	if e.Code == nil && e.Title == "" {
		ref := n.Get("medicationReference")
		e.Title = ref.Get("display").Str()
		if id, ok := strings.CutPrefix(ref.Get("reference").Str(), "#"); ok {
			for _, k := range n.Get("contained").Items() {
				if k.Get("id").Str() == id {
					e.Title, e.Code = concept(k.Get("code"))
				}
			}
		}
	}
	e.At, e.End = when(n, "authoredOn", "effectiveDateTime", "effectivePeriod", "dateAsserted")
	e.Active = e.Status == "active" || e.Status == "on-hold"
	dose := first(n.Get("dosageInstruction"))
	if c.Type == "MedicationStatement" {
		dose = first(n.Get("dosage"))
	}
	e.Text = dosageText(dose)
	reason(e, n)
	if !e.Active {
		e.StopReason, _ = concept(n.Get("statusReason"))
		if e.StopReason == "" {
			e.StopReason, _ = concept(first(n.Get("statusReason"))) // a list in MedicationStatement
		}
		if e.End == "" {
			e.End = dose.Get("timing", "repeat", "boundsPeriod", "end").Str()
		}
	}
	person(e, n.Get("requester"))
	if e.Code != nil {
		r.kind = s.kindOf("medicine", e.Code.System, e.Code.Code)
	} else {
		r.kind = s.kindOf("medicine", fold(e.Title))
	}
}

// dosageText is the instruction as written, or made from the structured timing.
func dosageText(d *fhir.Node) string {
	if t := d.Get("text").Str(); t != "" {
		return t
	}
	if t := d.Get("patientInstruction").Str(); t != "" {
		return t
	}
	dose := first(d.Get("doseAndRate")).Get("doseQuantity")
	var parts []string
	if v := dose.Get("value").Num(); v != "" {
		parts = append(parts, strings.TrimSpace(v+" "+dose.Get("unit").Str()))
	}
	rep := d.Get("timing", "repeat")
	if f, p, u := rep.Get("frequency").Num(), rep.Get("period").Num(), rep.Get("periodUnit").Str(); f != "" && p != "" && u != "" {
		parts = append(parts, f+" × / "+strings.TrimSuffix(p, ".0")+" "+u)
	}
	return strings.Join(parts, ", ")
}

func projectImmunization(_ *Store, c *change, e *Entry, r *entryRow) {
	n := c.Node
	e.Title, e.Code = concept(n.Get("vaccineCode"))
	e.At, _ = when(n, "occurrenceDateTime", "occurrenceString")
	e.Active = e.Status == "completed"
	if e.Status == "not-done" {
		e.Reason, _ = concept(n.Get("statusReason"))
	}
	e.Text = doseText(first(n.Get("protocolApplied")))
	person(e, first(n.Get("performer")).Get("actor"))
	place(e, n.Get("location"))
}

func doseText(p *fhir.Node) string {
	d := p.Get("doseNumberPositiveInt").Num()
	if d == "" {
		d = p.Get("doseNumberString").Str()
	}
	if d == "" {
		return ""
	}
	if of := p.Get("seriesDosesPositiveInt").Num(); of != "" {
		return d + "/" + of
	}
	return d
}

package access

import (
	"strings"
	"unicode"

	"housecall/records/fhir"
)

// categoryOf says for each type of resource which category it is by itself;
// types that are not here are Other. Observation and DiagnosticReport are
// decided by content.
var categoryOf = map[string]Category{
	"Patient": Demographics, "RelatedPerson": Demographics, "Person": Demographics,
	"Condition": Conditions, "ClinicalImpression": Conditions, "DetectedIssue": Conditions, "FamilyMemberHistory": Conditions,
	"RiskAssessment": Conditions, "AdverseEvent": Conditions,
	"AllergyIntolerance": Allergies,
	"Medication":         Medicines, "MedicationRequest": Medicines, "MedicationStatement": Medicines,
	"MedicationAdministration": Medicines, "MedicationDispense": Medicines,
	"Immunization": Immunizations, "ImmunizationEvaluation": Immunizations, "ImmunizationRecommendation": Immunizations,
	"Observation": Results, "DiagnosticReport": Results, "Specimen": Results, "ImagingStudy": Results, "MolecularSequence": Results,
	"Media": Results, "BodyStructure": Results,
	"Encounter": Visits, "EpisodeOfCare": Visits, "Procedure": Visits,
	"DocumentReference": Documents, "DocumentManifest": Documents, "Composition": Documents, "Binary": Documents,
	"CarePlan": CarePlan, "Goal": CarePlan, "CareTeam": CarePlan, "ServiceRequest": CarePlan, "NutritionOrder": CarePlan,
	"RequestGroup": CarePlan, "DeviceRequest": CarePlan, "VisionPrescription": CarePlan, "Task": CarePlan,
	"Communication": Messages, "CommunicationRequest": Messages,
	"Appointment": Appointments, "AppointmentResponse": Appointments,
	"QuestionnaireResponse": Questionnaires, "Questionnaire": Questionnaires,
	"Coverage": Coverage, "CoverageEligibilityRequest": Coverage, "CoverageEligibilityResponse": Coverage, "Claim": Coverage,
	"ClaimResponse": Coverage, "ExplanationOfBenefit": Coverage, "Account": Coverage, "Invoice": Coverage, "ChargeItem": Coverage,
	"EnrollmentRequest": Coverage, "EnrollmentResponse": Coverage, "PaymentNotice": Coverage, "PaymentReconciliation": Coverage,
}

// typesOf is the reverse, for the scopes of apps, which speak of types. Other
// stands for a type that no scope but a wildcard or itself would name.
var typesOf = func() [categories][]string {
	var out [categories][]string
	for t, c := range categoryOf {
		out[c] = append(out[c], t)
	}
	out[Vitals] = append(out[Vitals], "Observation")
	out[Documents] = append(out[Documents], "DiagnosticReport", "Task")
	out[Medicines] = append(out[Medicines], "Task")
	out[Appointments] = append(out[Appointments], "Task")
	out[Other] = append(out[Other], "Consent", "Device", "DeviceUseStatement", "Flag", "List", "Provenance", "AuditEvent", "Group", "Basic",
		"Organization", "Practitioner", "PractitionerRole", "Location", "HealthcareService", "Schedule", "Slot", "Endpoint", "Substance")
	return out
}()

// noteCodes: DiagnosticReport categories of US Core that are notes, not results
// (US Core DiagnosticReport for Report and Note Exchange).
var noteCodes = map[string]bool{"34117-2": true, "51847-2": true, "11488-4": true, "18842-5": true, "11506-3": true, "28570-0": true, "34111-5": true}

// BinaryUse is the system of tags that say what a Binary belongs to: one that was
// sent along with a message is seen by who sees messages.
const (
	BinaryUse         = "urn:housecall:binary"
	MessageAttachment = "message"
)

// RequestKind is the system of the codes that say what somebody asks the clinic for.
// A Task with one of them is of the category that it asks about: who does not see
// medicines does not see that one was asked for.
const RequestKind = "urn:housecall:request"

var requestKinds = map[string]Category{"refill": Medicines, "renewal": Medicines, "visit": Appointments, "record": Appointments, "form": Documents}

// CategoryOfRequest is the category of a Task that asks for this.
func CategoryOfRequest(kind string) Category {
	if c, ok := requestKinds[kind]; ok {
		return c
	}
	return NoCategory
}

// Own is the meta.source of what this house itself made. Nobody else can name it.
const Own = "urn:housecall"

// Classify says what kind of data a resource is and which sensitive kinds it
// touches. A resource that carries or sums up labelled content in its own codes
// (the reason of a visit, the diagnoses of a claim) gets the labels as well. A
// message or request that was sent here got its labels when it was sent, by who wrote
// it to whom; its words are not judged a second time. Which part of its type it is of,
// see facet.go, goes with the labels.
func Classify(n *fhir.Node) Class {
	typ := n.ResourceType()
	cat, known := categoryOf[typ]
	if !known {
		cat = Other
	}
	switch typ {
	case "Observation":
		if hasCategory(n, func(_, code string) bool { return code == "vital-signs" }) {
			cat = Vitals
		}
	case "DiagnosticReport":
		if len(n.Get("result").Items()) == 0 && len(n.Get("presentedForm").Items()) > 0 &&
			hasCategory(n, func(system, code string) bool { return system == loinc && noteCodes[code] }) {
			cat = Documents
		}
	case "Binary":
		for _, t := range n.Get("meta", "tag").Items() {
			if t.Get("system").Str() == BinaryUse && t.Get("code").Str() == MessageAttachment {
				cat = Messages
			}
		}
	}
	sent := (typ == "Communication" || typ == "Task") && n.Get("meta", "source").Str() == Own
	if typ == "Task" && sent {
		for _, c := range n.Get("code", "coding").Items() {
			if kind, ok := requestKinds[c.Get("code").Str()]; ok && c.Get("system").Str() == RequestKind {
				cat = kind
			}
		}
	}
	l := labeller{medicine: cat == Medicines || cat == Coverage}
	for _, m := range n.Members() {
		switch m.Key {
		case "meta":
			for _, c := range m.Value.Get("security").Items() {
				l.labels |= securityLabels[c.Get("system").Str()][c.Get("code").Str()]
			}
		case "text", "identifier", "resourceType", "id", "subject", "patient", "encounter", "performer", "requester":
		case "topic", "payload":
			if !sent {
				l.walk(m.Value)
			}
		case "title", "description", "conclusion":
			if !sent || typ != "Task" {
				l.name(m.Value.Str())
			}
		default:
			if !sent || typ != "Task" {
				l.walk(m.Value)
			}
		}
	}
	return Class{Category: cat, Labels: l.labels | facetsOf(n, typ, cat)}
}

// LabelsOfText says which sensitive kinds running text touches, as of a note: all
// of it, however long, and names of medicines count. What a resource keeps where
// Classify does not look (a narrative, an attachment) is labelled by this when it
// is written, with Security.
func LabelsOfText(texts ...string) Labels {
	l := labeller{medicine: true, prose: true}
	for _, t := range texts {
		t = strings.Map(func(r rune) rune {
			if r > unicode.MaxASCII && !unicode.In(r, unicode.L, unicode.M, unicode.N) {
				return ' ' // dashes and quotation marks of phones
			}
			return r
		}, t)
		l.words(t)
		if strings.Contains(t, "-") { // "HIV-positive"
			l.words(strings.ReplaceAll(t, "-", " "))
		}
	}
	return l.labels
}

// personNames are medicines that people are called like as well: in running text
// they say nothing.
var personNames = map[string]bool{"camila": true, "errin": true, "jolivette": true, "natazia": true, "skyla": true, "yasmin": true}

// labelCodings has one of securityLabels for each label.
var labelCodings = []struct {
	label        Labels
	system, code string
}{
	{MentalHealth, actCode, "MH"}, {SubstanceUse, actCode, "SUD"}, {Reproductive, actCode, "SEX"},
	{HIV, actCode, "HIV"}, {Genetics, actCode, "GDIS"}, {Restricted, secrecy, "R"},
}

// Security gives the labels as the codings of meta.security, as Classify reads
// them again.
func (l Labels) Security() []any {
	out := []any{}
	for _, x := range labelCodings {
		if l&x.label != 0 {
			out = append(out, map[string]any{"system": x.system, "code": x.code})
		}
	}
	return out
}

func hasCategory(n *fhir.Node, match func(system, code string) bool) bool {
	for _, concept := range n.Get("category").Items() {
		for _, c := range concept.Get("coding").Items() {
			if match(c.Get("system").Str(), c.Get("code").Str()) {
				return true
			}
		}
	}
	return false
}

// labeller collects the labels of every code and name in a resource.
type labeller struct {
	labels   Labels
	medicine bool // names of medicines count
	prose    bool // it is running text, in which people have names as well
}

func (l *labeller) walk(n *fhir.Node) {
	switch n.Kind() {
	case fhir.KindArray:
		for _, it := range n.Items() {
			l.walk(it)
		}
	case fhir.KindObject:
		l.object(n)
	}
}

func (l *labeller) object(n *fhir.Node) {
	var system, code string
	for _, m := range n.Members() {
		switch m.Value.Kind() {
		case fhir.KindString:
			switch m.Key {
			case "system":
				system = m.Value.Str()
			case "code":
				code = m.Value.Str()
			case "display", "text", "title", "description", "conclusion":
				l.name(m.Value.Str())
			case "contentString":
				l.labels |= LabelsOfText(m.Value.Str())
			}
		case fhir.KindObject, fhir.KindArray:
			if m.Key == "text" && m.Value.Get("div") != nil || m.Key == "meta" && n.ResourceType() != "" {
				continue // narrative; meta of a contained resource
			}
			l.walk(m.Value)
		}
	}
	if system != "" && code != "" {
		l.labels |= labelsOfCode(system, code)
	}
}

// labelsOfCode looks one code up in the rules.
func labelsOfCode(system, code string) Labels {
	if len(code) == 36 && strings.HasSuffix(code, "AAAAAAAA") {
		return rules.ciel[strings.TrimRight(code, "A")]
	}
	known, ok := systemNames[system]
	if !ok {
		return 0
	}
	if known != icd10 {
		return rules.codes[known][code]
	}
	for l := min(len(code), rules.longestICD); l >= 3; l-- {
		if labels, ok := rules.icd[code[:l]]; ok {
			return labels
		}
	}
	return 0
}

// name looks at the words of a name, of which the beginning is enough.
func (l *labeller) name(s string) {
	if len(s) > 400 {
		s = s[:400]
	}
	l.words(s)
}

// words looks at words, one by one and as phrases of up to three.
func (l *labeller) words(s string) {
	var buf [3][40]byte // the last three words, lower case
	var n [3]int
	var phrase [128]byte
	word := 0
	take := func() {
		if n[word%3] == 0 {
			return
		}
		w := word % 3
		one := buf[w][:n[w]]
		if l.medicine && !(l.prose && personNames[string(one)]) {
			l.labels |= rules.medicines[string(one)]
		}
		l.labels |= rules.words[string(one)]
		if rules.lastWords[string(one)] { // only then phrases are worth a look
			p := 127
			end := len(phrase)
			for back := 0; back < 3 && word-back >= 0; back++ {
				i := (word - back) % 3
				if n[i] == 0 {
					break
				}
				if back > 0 {
					phrase[p] = ' '
					p--
				}
				p -= n[i]
				copy(phrase[p+1:], buf[i][:n[i]])
				if back > 0 {
					l.labels |= rules.words[string(phrase[p+1:end])]
				}
			}
		}
		word++
		n[word%3] = 0
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
			fallthrough
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c >= 0x80:
			if w := word % 3; n[w] < 40 {
				buf[w][n[w]] = c
				n[w]++
			}
		default:
			take()
		}
	}
	take()
}

// rules are the tables of rules.go, turned for looking up.
var rules = func() (r struct {
	icd              map[string]Labels
	longestICD       int
	codes            map[string]map[string]Labels
	ciel             map[string]Labels
	medicines, words map[string]Labels
	lastWords        map[string]bool // last words of phrases
}) {
	r.icd, r.ciel = map[string]Labels{}, map[string]Labels{}
	r.medicines, r.words, r.lastWords = map[string]Labels{}, map[string]Labels{}, map[string]bool{}
	r.codes = map[string]map[string]Labels{}
	for _, rule := range icdRules {
		r.longestICD = max(r.longestICD, len(rule.from))
		if rule.to == "" {
			r.icd[rule.from] = rule.labels
			continue
		}
		// A range runs over the two digits of one letter.
		for d := digits(rule.from); d <= digits(rule.to); d++ {
			r.icd[string([]byte{rule.from[0], byte('0' + d/10), byte('0' + d%10)})] = rule.labels
		}
	}
	for system, byLabel := range codeRules {
		r.codes[system] = map[string]Labels{}
		spread(r.codes[system], byLabel)
	}
	spread(r.ciel, cielRules)
	spread(r.medicines, medicineWords)
	spread(r.words, plainWords)
	for phrase := range r.words {
		if i := strings.LastIndexByte(phrase, ' '); i >= 0 {
			r.lastWords[phrase[i+1:]] = true
		}
	}
	return r
}()

func digits(icd string) int { return int(icd[1]-'0')*10 + int(icd[2]-'0') }

func spread(into map[string]Labels, from map[Labels][]string) {
	for label, words := range from {
		for _, w := range words {
			into[w] |= label
		}
	}
}

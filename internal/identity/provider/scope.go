package provider

import (
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"housecall/internal/identity"
)

const (
	scopeFHIRUser      = "fhirUser"
	scopeLaunch        = "launch"
	scopeLaunchPatient = "launch/patient"
	scopeLaunchVisit   = "launch/encounter"
	scopeSensitive     = "housecall/sensitive"
)

// AppLine is one line of the consent page: one thing that an app wants and that the
// person may leave out.
type AppLine struct {
	ID    string `json:"id"`
	Level string `json:"level,omitempty" enum:"patient,user" doc:"In the one chart, or in every chart that the person may open; missing: no data of a chart"`
	Type  string `json:"type,omitempty" doc:"FHIR resource type; other: all the rest"`
	Part  string `json:"part,omitempty" doc:"Code of the only category asked for"`
	Write bool   `json:"write,omitempty"`
	On    bool   `json:"on" doc:"Ticked to begin with"`
}

// chartTypes are the types that have a line of their own when an app asks for
// everything, in the order of the page. otherTypes are behind its last line.
var (
	chartTypes = []string{
		"Patient", "Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "MedicationDispense", "Immunization", "Observation", "DiagnosticReport",
		"Procedure", "Encounter", "Appointment", "CarePlan", "CareTeam", "Goal", "ServiceRequest", "DocumentReference", "Communication",
		"QuestionnaireResponse", "FamilyMemberHistory", "RelatedPerson", "Device", "Coverage", "ExplanationOfBenefit",
	}
	otherTypes = []string{
		"Account", "AdverseEvent", "AppointmentResponse", "AuditEvent", "Basic", "Binary", "BodyStructure", "ChargeItem", "Claim", "ClaimResponse", "ClinicalImpression",
		"CommunicationRequest", "Composition", "Consent", "DetectedIssue", "DeviceRequest", "DeviceUseStatement", "DocumentManifest", "Endpoint", "EpisodeOfCare", "Flag",
		"HealthcareService", "ImagingStudy", "ImmunizationRecommendation", "Invoice", "List", "Location", "Media", "Medication", "MedicationAdministration",
		"NutritionOrder", "Organization", "Practitioner", "PractitionerRole", "Provenance", "Questionnaire", "RequestGroup", "RiskAssessment", "Schedule",
		"Slot", "Specimen", "Task", "VisionPrescription",
	}
)

// wish is a clinical scope as it was asked for.
type wish struct {
	raw, level, typ, read, write, query string
	v1                                  bool
}

func parseWish(scope string) (w wish, ok bool) {
	asked, ok := identity.ParseScope(scope)
	if !ok || asked.Level == "system" {
		return wish{}, false
	}
	head, query, _ := strings.Cut(scope, "?")
	w = wish{raw: scope, level: asked.Level, typ: asked.Type, query: query}
	switch head[strings.LastIndexByte(head, '.'):] {
	case ".*", ".read", ".write":
		w.v1 = true
	}
	for _, a := range "cruds" {
		switch {
		case asked.Acts&identity.ActOf(byte(a)) == 0:
		case strings.ContainsRune("rs", a):
			w.read += string(a)
		default:
			w.write += string(a)
		}
	}
	return w, true
}

// types are the lines of a wish: one, or for everything one each.
func (w wish) types() []string {
	if w.typ != "*" {
		return []string{w.typ}
	}
	return append(slices.Clone(chartTypes), "other")
}

func (w wish) line(typ string, write bool) string {
	id := w.level + "/" + typ + ".read"
	if write {
		id = w.level + "/" + typ + ".write"
	}
	if w.query != "" {
		id += "?" + w.query
	}
	return id
}

// scope words a part of a wish in the form in which it was asked (SMART App
// Launch 2.2, section 3.0.2: version 1 says read and write, version 2 letters).
func (w wish) scope(typ string, read, write bool) string {
	acts := ""
	if read {
		acts += w.read
	}
	if write {
		acts += w.write
	}
	switch {
	case acts == "":
		return ""
	case w.v1 && read && write && w.read != "" && w.write != "":
		acts = "*"
	case w.v1 && read && w.read != "":
		acts = "read"
	case w.v1:
		acts = "write"
	default:
		acts = lettered(acts)
	}
	s := w.level + "/" + typ + "." + acts
	if w.query != "" {
		s += "?" + w.query
	}
	return s
}

// lettered puts the letters in the one order that they may have.
func lettered(acts string) (out string) {
	for _, a := range "cruds" {
		if strings.ContainsRune(acts, a) {
			out += string(a)
		}
	}
	return out
}

// unasked tells which scopes are no question to the person: they say who signs in
// and how the app was started.
func unasked(scope string) bool {
	switch scope {
	case oidc.ScopeOpenID, scopeFHIRUser, scopeLaunch, scopeLaunchPatient, scopeLaunchVisit:
		return true
	}
	return false
}

// Lines are the lines of the consent page for what an app asks, or has.
func Lines(asked []string) []AppLine {
	var out []AppLine
	seen := map[string]bool{}
	add := func(l AppLine) {
		if !seen[l.ID] {
			seen[l.ID] = true
			out = append(out, l)
		}
	}
	for _, s := range asked {
		w, ok := parseWish(s)
		if !ok {
			if !unasked(s) {
				add(AppLine{ID: s, On: s != scopeSensitive})
			}
			continue
		}
		for _, t := range w.types() {
			l := AppLine{Level: w.level, Type: t, Part: partOf(w.query), On: true}
			if w.read != "" {
				l.ID = w.line(t, false)
				add(l)
			}
			if w.write != "" {
				l.ID, l.Write = w.line(t, true), true
				add(l)
			}
		}
	}
	return out
}

// Held are the lines of what an app has. What it has of all the types behind the
// last line of the consent page is one line here as well.
func Held(scopes []string) []AppLine {
	lines := Lines(scopes)
	for _, level := range []string{"patient", "user"} {
		for _, write := range []bool{false, true} {
			w := wish{level: level}
			rest := func(l AppLine) bool {
				return l.Write == write && l.Part == "" && slices.ContainsFunc(otherTypes, func(t string) bool { return l.ID == w.line(t, write) })
			}
			other := AppLine{ID: w.line("other", write), Level: level, Type: "other", Write: write, On: true}
			n := 0
			for _, l := range lines {
				if rest(l) {
					n++
				}
			}
			if n < len(otherTypes) {
				continue
			}
			lines = slices.DeleteFunc(lines, rest)
			if !slices.Contains(lines, other) {
				lines = append(lines, other)
			}
		}
	}
	return lines
}

// keep gives what is left of the scopes of an authorization when these lines of
// Held are.
func keep(scopes, lines []string) []string {
	ticked := map[string]bool{}
	for _, id := range lines {
		ticked[id] = true
		level, typ, _ := strings.Cut(id, "/")
		if typ, ok := strings.CutPrefix(typ, "other"); ok {
			for _, t := range otherTypes {
				ticked[level+"/"+t+typ] = true
			}
		}
	}
	return grant(scopes, ticked)
}

// partOf gives the code of a category: category=http://..|laboratory.
func partOf(query string) string {
	_, code, ok := strings.Cut(query, "category=")
	if !ok {
		return query
	}
	code, _, _ = strings.Cut(code, "&")
	return code[strings.LastIndexByte(code, '|')+1:]
}

// grant gives the scopes that the ticked lines make of what was asked: a wish that
// is ticked as a whole as it was asked, else what of it is ticked.
func grant(asked []string, ticked map[string]bool) []string {
	var out []string
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, s := range asked {
		w, ok := parseWish(s)
		if !ok {
			if unasked(s) || ticked[s] {
				add(s)
			}
			continue
		}
		whole := true
		for _, t := range w.types() {
			whole = whole && (w.read == "" || ticked[w.line(t, false)]) && (w.write == "" || ticked[w.line(t, true)])
		}
		if whole {
			add(s)
			continue
		}
		for _, t := range w.types() {
			read, write := ticked[w.line(t, false)], ticked[w.line(t, true)]
			types := []string{t}
			if t == "other" {
				types = otherTypes
			}
			for _, one := range types {
				add(w.scope(one, read, write))
			}
		}
	}
	return out
}

// ofChart tells whether a scope needs one chart to be about.
func ofChart(scope string) bool {
	return scope == scopeLaunchPatient || strings.HasPrefix(scope, "patient/")
}

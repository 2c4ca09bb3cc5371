package rest

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"housecall/internal/edge"
	"housecall/internal/fault"
	"housecall/records/fhir"
	"housecall/records/ingest"
)

func (f *Face) lookupOperations() []operation {
	return []operation{
		{name: "match", definition: "http://hl7.org/fhir/OperationDefinition/Patient-match", types: []string{"Patient"}, levels: onType, methods: []string{fiber.MethodPost}, handle: f.matchPatient},
	}
}

func errorsOf(issues []fhir.Issue) (bad []fault.Issue) {
	for _, i := range issues {
		if i.Severity == fhir.SeverityError {
			bad = append(bad, fault.Issue{Code: i.Code, Expression: i.Expression, Text: i.Text})
		}
	}
	return bad
}

// matchMost bounds the patients of one answer.
const matchMost = 50

// matchPatient answers Patient/$match
// (https://hl7.org/fhir/R4/patient-operation-match.html): who here is the person
// that the resource describes? It is scored as imports are. Those who are certainly
// somebody else are left out.
func (f *Face) matchPatient(c *fiber.Ctx) error {
	in, err := parametersOf(c, param{name: "resource", kind: 'r'}, param{name: "onlyCertainMatches", kind: 'b'}, param{name: "count", kind: 'i'})
	if err != nil {
		return err
	}
	most := in.number("count", matchMost)
	if most < 1 {
		return invalid("invalid", "count", "count must be a number above 0.")
	}
	wanted := in.node("resource")
	if wanted == nil {
		return invalid("required", "resource", "Send a Patient with what is known about the person.")
	}
	if wanted.ResourceType() != "Patient" {
		return invalid("structure", "resource", "The resource must be a Patient.")
	}
	if bad := errorsOf(fhir.Validate(wanted)); bad != nil {
		return fault.New(fault.Invalid, "The Patient is not valid.").WithIssues(bad...)
	}
	if len(wanted.Get("identifier").Items())+len(wanted.Get("name").Items()) == 0 {
		return invalid("required", "Patient.identifier", "A person is found by an identifier, or by their name. Please send one of them.")
	}
	certain := in.truth("onlyCertainMatches")
	judge := func(candidate *fhir.Node) (float64, string, bool) {
		score, grade := ingest.Score(wanted, candidate)
		return score, grade, grade != ingest.CertainlyNot && (!certain || grade == ingest.Certain)
	}
	wide := min(most, matchMost)
	if certain { // one too many shows that it is not certain
		wide = 2
	}
	found, err := f.store.MatchPatients(c.UserContext(), edge.Principal(c), wanted, judge, wide)
	if err != nil {
		return err
	}
	several := certain && len(found) > 1
	if several {
		found = nil
	}
	n := 0
	for i := range found {
		n += len(found[i].Body) + 400
	}
	s := newSplice("searchset", n)
	s.total(len(found))
	for i := range found {
		m := &found[i]
		s.entry()
		s.raw(`"fullUrl":"` + f.base + `/Patient/` + m.ID + `","resource":`)
		s.b = append(s.b, m.Body...)
		s.raw(`,"search":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/match-grade","valueCode":"` + m.Grade + `"}],"mode":"match","score":` + strconv.FormatFloat(m.Score, 'f', -1, 64) + `}`)
		s.done()
	}
	if several {
		s.said(outcome(issue("warning", "multiple-matches", "Several patients fit with certainty, so none of them is the one.", "", "")))
	}
	return sendJSON(c, s.bytes())
}

package records_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/db"
	"housecall/internal/db/dbtest"
	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

const (
	obsCategory  = "http://terminology.hl7.org/CodeSystem/observation-category"
	condCategory = "http://terminology.hl7.org/CodeSystem/condition-category"
)

// measured is an observation of some categories.
func measured(id, patient, loinc string, categories ...string) string {
	var kinds []string
	for _, c := range categories {
		kinds = append(kinds, `{"coding":[{"system":"`+obsCategory+`","code":"`+c+`"}]}`)
	}
	category := ""
	if kinds != nil {
		category = `"category":[` + strings.Join(kinds, ",") + `],`
	}
	return `{"resourceType":"Observation","id":"` + id + `","status":"final",` + category + `"code":{"coding":[{"system":"http://loinc.org","code":"` + loinc + `"}]},"subject":{"reference":"Patient/` + patient + `"},"effectiveDateTime":"2026-11-20","valueQuantity":{"value":5}}`
}

// partial is a chart of which an app may see some observations and conditions.
type partial struct {
	*house
	rosa                                  string
	self                                  identity.Principal
	lab, vital, both, bare, problem, diag string
	report, visit, told                   string
}

func newPartial(t *testing.T, d *db.DB) *partial {
	h := newHouse(t, d)
	p := &partial{house: h, lab: newID(), vital: newID(), both: newID(), bare: newID(), problem: newID(), diag: newID(), report: newID(), visit: newID(), told: newID()}
	p.rosa, p.self = h.patient("Caléndula")
	h.put(measured(p.lab, p.rosa, "2345-7", "laboratory"))
	h.put(measured(p.vital, p.rosa, "8867-4", "vital-signs"))
	h.put(measured(p.both, p.rosa, "2708-6", "laboratory", "vital-signs"))
	h.put(measured(p.bare, p.rosa, "1234-5"))
	h.put(condition(p.problem, p.rosa, "http://hl7.org/fhir/sid/icd-10-cm", "E11.9", "Type 2 diabetes"))
	h.put(strings.Replace(condition(p.diag, p.rosa, "http://hl7.org/fhir/sid/icd-10-cm", "J06.9", "Common cold"), "problem-list-item", "encounter-diagnosis", 1))
	h.put(`{"resourceType":"DiagnosticReport","id":"` + p.report + `","status":"final","code":{"text":"Blood test"},"subject":{"reference":"Patient/` + p.rosa + `"},"effectiveDateTime":"2026-11-20","result":[{"reference":"Observation/` + p.lab + `"},{"reference":"Observation/` + p.vital + `"}]}`)
	h.put(`{"resourceType":"Encounter","id":"` + p.visit + `","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/` + p.rosa + `"},"period":{"start":"2026-11-20T10:00:00Z"},"diagnosis":[{"condition":{"reference":"Condition/` + p.problem + `"}},{"condition":{"reference":"Condition/` + p.diag + `"}}]}`)
	h.put(`{"resourceType":"Provenance","id":"` + p.told + `","target":[{"reference":"Observation/` + p.vital + `"},{"reference":"Observation/` + p.lab + `"}],"recorded":"2026-11-20T10:00:00Z","agent":[{"who":{"display":"Dr Okafor"}}]}`)
	return p
}

// scopes lets an app see laboratory results and the problem list, and what else
// stands around them.
func partScopes(level string) []string {
	out := []string{level + "/Observation.rs?category=" + obsCategory + "|laboratory", level + "/Condition.rs?category=" + condCategory + "|problem-list-item", "housecall/sensitive"}
	for _, t := range []string{"Patient", "DiagnosticReport", "Encounter", "Provenance"} {
		out = append(out, level+"/"+t+".rs")
	}
	return out
}

// apps are the ways in which somebody comes with such scopes.
func (p *partial) apps() map[string]identity.Principal {
	app := func(who identity.Principal, level string) identity.Principal {
		who.Client, who.Scopes = "app-1", partScopes(level)
		return who
	}
	elena := app(p.caregiver(p.rosa, p.self), "patient")
	elena.Context.Patient = p.rosa
	ehr := app(p.staff(identity.Clinician, p.rosa), "patient")
	ehr.Context.Patient = p.rosa
	return map[string]identity.Principal{
		"the patient's app": app(p.self, "patient"), "the caregiver's app": elena, "a clinician's app": app(p.staff(identity.Clinician, p.rosa), "user"),
		"launched by a clinician": ehr, "a system": app(identity.SystemPrincipal("warehouse"), "system"),
	}
}

// An app that was let into the laboratory results finds nothing of the vital signs,
// by whatever way it looks.
func TestAPartOfATypeIsAllThereIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPartial(t, d)
		for name, who := range p.apps() {
			t.Run(name, func(t *testing.T) { p.looksEverywhere(t, who) })
		}
	})
}

func (p *partial) looksEverywhere(t *testing.T, who identity.Principal) {
	ctx := context.Background()
	shown, unseen := []string{p.lab, p.both, p.problem}, []string{p.vital, p.bare, p.diag}
	clean := func(what string, body []byte) {
		t.Helper()
		for _, id := range unseen {
			require.NotContains(t, string(body), id, what)
		}
		for _, code := range []string{"8867-4", "1234-5", "J06.9"} {
			require.NotContains(t, string(body), code, what)
		}
	}
	page := func(what string, got records.Page, err error) []string {
		t.Helper()
		require.NoError(t, err, what)
		var ids []string
		for _, items := range [][]records.Stored{got.Items, got.Included} {
			for _, it := range items {
				clean(what, it.Body)
				require.NotContains(t, unseen, it.ID, what)
				ids = append(ids, it.ID)
			}
		}
		return ids
	}
	for _, typ := range []string{"Observation", "Condition"} {
		for _, id := range append(shown, unseen...) {
			there := typ == "Observation" && (id == p.lab || id == p.both) || typ == "Condition" && id == p.problem
			_, err := p.store.Read(ctx, who, typ, id)
			require.Equal(t, there, err == nil, "read")
			_, err = p.store.VRead(ctx, who, typ, id, 1)
			require.Equal(t, there, err == nil, "vread")
			list, err := p.store.History(ctx, who, typ, id, 0, 10)
			require.Equal(t, there, err == nil && len(list) == 1, "history")
		}
	}
	search := func(typ, query string) []string {
		t.Helper()
		got, err := p.store.Search(ctx, who, parseQuery(t, typ, query))
		return page(typ+"?"+query, got, err)
	}
	mine := "patient=" + p.rosa
	labs := []string{p.lab, p.both}
	for _, where := range []string{mine, "patient.birthdate=1952-03-02", "_lastUpdated=gt2020-01-01", "_id=" + p.lab + "," + p.both + "," + p.vital + "," + p.bare} {
		require.ElementsMatch(t, labs, search("Observation", where), where)
		require.ElementsMatch(t, labs, search("Observation", where+"&_sort=-date"), where)
		require.Len(t, search("Observation", where+"&_count=1"), 1)
		got, err := p.store.Search(ctx, who, parseQuery(t, "Observation", where+"&_total=accurate&_count=1"))
		page("total", got, err)
		require.Equal(t, 2, got.Total, where)
		got, err = p.store.Search(ctx, who, parseQuery(t, "Observation", where+"&_summary=count"))
		page("count", got, err)
		require.Equal(t, 2, got.Total, where)
	}
	require.Empty(t, search("Observation", mine+"&code=8867-4"))
	require.Empty(t, search("Observation", "code=8867-4"))
	require.Equal(t, []string{p.both}, search("Observation", mine+"&category=vital-signs"))
	require.Empty(t, search("Observation", mine+"&category:missing=true"))
	require.ElementsMatch(t, []string{p.problem}, search("Condition", mine))
	for _, where := range []string{mine, "status=final"} { // in the chart, and over all
		require.Equal(t, []string{p.report}, search("DiagnosticReport", where+"&result=Observation/"+p.lab))
		require.Empty(t, search("DiagnosticReport", where+"&result=Observation/"+p.vital))
		require.Equal(t, []string{p.report}, search("DiagnosticReport", where+"&result.code=2345-7"))
		require.Empty(t, search("DiagnosticReport", where+"&result.code=8867-4"))
		require.ElementsMatch(t, []string{p.report, p.lab}, search("DiagnosticReport", where+"&_include=DiagnosticReport:result"))
		require.Contains(t, search("DiagnosticReport", where+"&_include=*"), p.lab)
	}
	require.Equal(t, []string{p.rosa}, search("Patient", "_id="+p.rosa+"&_has:Observation:patient:code=2345-7"))
	require.Empty(t, search("Patient", "_id="+p.rosa+"&_has:Observation:patient:code=8867-4"))
	require.Empty(t, search("Patient", "birthdate=1952-03-02&_has:Condition:patient:code=J06.9"))
	require.NotEmpty(t, search("Patient", "birthdate=1952-03-02&_has:Condition:patient:code=E11.9"))
	require.Subset(t, search("Patient", "_id="+p.rosa+"&_revinclude=Observation:patient&_revinclude=Condition:patient&_revinclude=Provenance:target"), shown)
	require.ElementsMatch(t, append([]string{p.told}, labs...), search("Observation", mine+"&_revinclude=Provenance:target"))
	require.Empty(t, search("Provenance", mine+"&target=Observation/"+p.vital))
	require.NotEmpty(t, search("Encounter", mine+"&diagnosis=Condition/"+p.problem))
	require.Empty(t, search("Encounter", mine+"&diagnosis=Condition/"+p.diag))

	q, issues := fhir.ParseQueryOfTypes([]string{"Condition", "Observation"}, map[string][]string{"_total": {"accurate"}}, true)
	require.Empty(t, issues)
	got, err := p.store.Search(ctx, who, q)
	require.ElementsMatch(t, shown, page("over types", got, err))
	require.Equal(t, 3, got.Total)
	q.Patient = p.rosa
	got, err = p.store.Search(ctx, who, q)
	require.ElementsMatch(t, shown, page("compartment", got, err))
	dbtest.Settled(t, p.db)
	for _, typ := range []string{"Observation", "Condition", ""} {
		got, err = p.store.HistoryOf(ctx, who, typ, records.HistoryOptions{Count: 100})
		require.NotEmpty(t, page("history of "+typ, got, err))
	}
	got, err = p.store.Everything(ctx, who, p.rosa, records.EverythingOptions{})
	require.Subset(t, page("everything", got, err), append(shown, p.report, p.visit, p.told))
	if who.Kind == identity.System {
		out, err := p.store.Export(ctx, who, records.ExportOptions{Until: p.clock().Add(time.Minute)}, records.ExportCursor{})
		require.NoError(t, err)
		require.Subset(t, page("export", records.Page{Items: out.Items}, nil), append(shown, p.report))
	}
	for _, ref := range []string{"DiagnosticReport/" + p.report, "Encounter/" + p.visit, "Provenance/" + p.told} {
		typ, id, _ := strings.Cut(ref, "/")
		st, err := p.store.Read(ctx, who, typ, id)
		require.NoError(t, err)
		clean(ref, st.Body)
	}
	for what, f := range map[string]func() (any, error){
		"chart":    func() (any, error) { return p.store.Open(ctx, who, p.rosa, "") },
		"timeline": func() (any, error) { return p.store.Timeline(ctx, who, p.rosa, "", "", "", 100) },
		"results":  func() (any, error) { return p.store.Section(ctx, who, p.rosa, "results", "", 100) },
		"changes":  func() (any, error) { return p.store.Changes(ctx, who, p.rosa, "", 100) },
		"summary":  func() (any, error) { return p.store.Summary(ctx, who, p.rosa, records.SummaryOptions{}) },
	} {
		x, err := f()
		require.NoError(t, err, what)
		text, err := json.Marshal(x)
		require.NoError(t, err)
		if n, ok := x.(*fhir.Node); ok {
			text = n.Append(nil)
		}
		clean(what, text)
	}
	_, err = p.store.Detail(ctx, who, p.rosa, "Observation", p.vital)
	require.True(t, fault.Is(err, fault.NotFound), "%v", err)

	// Subscriptions and live pages.
	told := map[string]bool{}
	place, c := records.Place{}, p.db.Read(ctx)
	require.Eventually(t, func() bool {
		list, err := p.store.After(ctx, place, 100)
		for _, x := range list {
			var one records.Told
			if one, err = p.store.Tell(c, who, x); err != nil {
				break
			}
			if one.Seen {
				clean("told", one.Body)
			}
			told[x.ID], place = one.Seen, x.Place
		}
		return err == nil && len(list) == 0 && place.Seq > 0
	}, 20*time.Second, time.Millisecond)
	for _, id := range append(shown, p.report, p.visit, p.told) {
		require.True(t, told[id])
	}
	for _, id := range unseen {
		require.False(t, told[id])
	}
	follower := &follower{who: who}
	p.follow(follower, p.rosa)
	before, err := p.store.Tag(ctx, who, p.rosa)
	require.NoError(t, err)
	p.put(strings.Replace(measured(p.vital, p.rosa, "8867-4", "vital-signs"), `"value":5`, `"value":`+itoa(int(p.head(p.rosa))), 1))
	after, err := p.store.Tag(ctx, who, p.rosa)
	require.NoError(t, err)
	require.Equal(t, before, after, "what is not seen moves nothing")
	resync, n := p.follow(follower, p.rosa)
	require.False(t, resync)
	require.Zero(t, n)

	// What changes its category comes and goes with it.
	moves := newID()
	p.put(measured(moves, p.rosa, "2345-7", "laboratory"))
	p.follow(follower, p.rosa)
	require.True(t, follower.has["Observation/"+moves])
	p.put(measured(moves, p.rosa, "2345-7", "vital-signs"))
	p.follow(follower, p.rosa)
	require.False(t, follower.has["Observation/"+moves])
	_, err = p.store.VRead(ctx, who, "Observation", moves, 1)
	require.True(t, fault.Is(err, fault.NotFound), "what it was before goes with it")
	_, err = p.write(feed, records.Op{Kind: records.Delete, Type: "Observation", ID: moves})
	require.NoError(t, err)
	_, err = p.store.Read(ctx, who, "Observation", moves)
	require.True(t, fault.Is(err, fault.NotFound), "that it is gone is not told either: %v", err)
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// A system that sees parts of a type changes a visit without taking away what it
// does not see of it.
func TestASystemThatSeesPartsKeepsTheRest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPartial(t, d)
		who := identity.SystemPrincipal("warehouse")
		who.Client, who.Scopes = "app-1", append(partScopes("system"), "system/Encounter.u")
		st, err := p.store.Read(context.Background(), who, "Encounter", p.visit)
		require.NoError(t, err)
		_, err = p.write(who, put(t, strings.Replace(string(st.Body), "finished", "unknown", 1)))
		require.NoError(t, err)
		st, err = p.store.Read(context.Background(), feed, "Encounter", p.visit)
		require.NoError(t, err)
		require.Contains(t, string(st.Body), p.diag)
		require.Contains(t, string(st.Body), `"unknown"`)
		_, err = p.write(who, put(t, measured(p.lab, p.rosa, "2345-7", "laboratory", "survey")))
		require.True(t, fault.Is(err, fault.Forbidden), "reading is all that it may: %v", err)
	})
}

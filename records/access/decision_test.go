package access

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"housecall/internal/identity"
)

const (
	labScope    = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
	vitalScope  = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"
	healthScope = "patient/Condition.rs?category=http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern"
)

var at0 = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)

func member() tie {
	return tie{team: Member{Account: doctor.Account, Role: identity.Clinician, Start: 1}}
}

// What a decision about one row costs: it is made for every row that leaves a
// chart.
func BenchmarkSees(b *testing.B) {
	v, ok := viewOf(doctor, "p1", member(), 5)
	if !ok {
		b.Fatal("no view")
	}
	classes := []Class{{Category: Results}, {Category: Vitals}, {Category: Conditions, Labels: MentalHealth}, {Category: Other}}
	b.ReportAllocs()
	n := 0
	for i := 0; b.Loop(); i++ {
		if v.Sees("", "", classes[i&3], 0, 1) {
			n++
		}
	}
	if n == 0 {
		b.Fatal("nothing seen")
	}
}

// An app with many scopes, as a hospital's app has them.
func BenchmarkViewOfManyScopes(b *testing.B) {
	who := through(ana, "openid", "fhirUser", "launch/patient", labScope, vitalScope, healthScope, "patient/Patient.rs", "patient/AllergyIntolerance.rs",
		"patient/MedicationRequest.rs", "patient/Immunization.rs", "patient/Procedure.rs", "patient/Encounter.rs", "patient/DocumentReference.rs", "patient/Goal.rs", "patient/CarePlan.rs")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := viewOf(who, ana.Patient, tie{}, 5); !ok {
			b.Fatal()
		}
	}
}

func TestADecisionAllocatesNothing(t *testing.T) {
	for name, who := range map[string]identity.Principal{"the patient": ana, "an app": through(ana, labScope, healthScope, "patient/*.s")} {
		v, ok := viewOf(who, ana.Patient, tie{}, 5)
		require.True(t, ok)
		n := 0
		require.Zero(t, testing.AllocsPerRun(100, func() {
			for _, c := range []Class{{Results, facetBits[identity.Laboratory]}, {Vitals, 0}, {Conditions, HIV}} {
				if v.Sees("", "", c, 0, 1) && v.MayWrite(c) || v.AllowsType("Observation", 'r') {
					n++
				}
			}
		}), name)
	}
}

func classOf(t *testing.T, text string) Class {
	t.Helper()
	return Classify(parse(t, text))
}

func TestAPartOfAType(t *testing.T) {
	coded := func(typ, system, code string) Class {
		return classOf(t, `{"resourceType":"`+typ+`","category":[{"coding":[{"system":"`+system+`","code":"`+code+`"}]}]}`)
	}
	lab, vital := coded("Observation", obsKinds, "laboratory"), coded("Observation", obsKinds, "vital-signs")
	both := classOf(t, `{"resourceType":"Observation","category":[{"coding":[{"system":"`+obsKinds+`","code":"vital-signs"}]},{"coding":[{"code":"x"},{"system":"`+obsKinds+`","code":"laboratory"}]}]}`)
	bare, own := classOf(t, `{"resourceType":"Observation"}`), coded("Observation", "urn:clinic", "laboratory")
	report, before := classOf(t, `{"resourceType":"DiagnosticReport"}`), Class{Category: Results}
	concern := coded("Condition", "http://hl7.org/fhir/us/core/CodeSystem/condition-category", "health-concern")
	problem := coded("Condition", "http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item")
	message := classOf(t, `{"resourceType":"Communication"}`)
	names := map[Class]string{lab: "laboratory", vital: "vital sign", both: "both", bare: "without category", own: "a clinic's own category", report: "report", concern: "concern", problem: "problem", message: "message", before: "written by older rules"}

	for _, c := range []struct {
		scopes []string
		sees   []Class
	}{
		{[]string{labScope}, []Class{lab, both, report}}, // that reports are of no scope is for AllowsType
		{[]string{vitalScope, labScope}, []Class{lab, vital, both, report}},
		{[]string{labScope, "patient/DiagnosticReport.rs"}, []Class{lab, both, report}},
		{[]string{labScope, "patient/Observation.rs"}, []Class{lab, vital, both, bare, own, report, before}},
		{[]string{labScope, "patient/*.rs"}, []Class{lab, vital, both, bare, own, report, before, concern, problem, message}},
		{[]string{healthScope}, []Class{concern}},
		{[]string{healthScope, "patient/Observation.rs", "patient/Communication.r"}, []Class{lab, vital, both, bare, own, report, before, concern, message}},
		{[]string{labScope[:len("patient/Observation.r")] + labScope[len("patient/Observation.rs"):], "patient/Observation.s"}, []Class{lab, both, report}},
		{[]string{"patient/Observation.r", vitalScope}, []Class{vital, both, report}},
		{[]string{"patient/Observation.rs?category=laboratory", "patient/Observation.sr"}, nil},
	} {
		v, ok := viewOf(through(ana, c.scopes...), ana.Patient, tie{}, 5)
		require.Equal(t, c.sees != nil, ok, c.scopes)
		for class, name := range names {
			want := false
			for _, s := range c.sees {
				want = want || s == class
			}
			require.Equal(t, want, v.Sees("", "", class, 0, 1), "%v: %s", c.scopes, name)
		}
	}
	v, ok := viewOf(through(ana, labScope), ana.Patient, tie{}, 5)
	require.True(t, ok)
	require.True(t, v.AllowsType("Observation", 'r'))
	require.False(t, v.AllowsType("DiagnosticReport", 'r'))
	require.False(t, v.AllowsType("Observation", 'u'))
	require.Zero(t, v.Act)
	other, _ := viewOf(through(ana, vitalScope), ana.Patient, tie{}, 5)
	require.NotEqual(t, v.Fingerprint, other.Fingerprint)
	require.True(t, v.Limited())
}

// What a launch chose is the chart in which scopes that begin with patient/ count,
// for whoever may open it, and then their own chart is not.
func TestTheChartOfTheLaunch(t *testing.T) {
	grant := tie{grant: Grant{ID: "g1", Account: dora.Account, Patient: "pat-ana", State: Active, See: Everything, Can: PowerShare, Start: at0, End: at0.AddDate(1, 0, 0)}}
	now := micros(at0.AddDate(0, 1, 0))
	app := through(dora, "patient/Observation.rs")
	_, ok := viewOf(app, "pat-ana", grant, now)
	require.False(t, ok, "nobody chose it")
	_, ok = viewOf(app, "pat-dora", tie{}, now)
	require.True(t, ok)

	app.Context.Patient = "pat-ana"
	v, ok := viewOf(app, "pat-ana", grant, now)
	require.True(t, ok)
	require.Equal(t, Proxy, v.Base)
	require.Equal(t, AllLabels, v.Hide)
	require.Equal(t, Of(Results, Vitals), v.See)
	_, ok = viewOf(app, "pat-ana", tie{}, now)
	require.False(t, ok, "the launch gives no access")
	_, ok = viewOf(app, "pat-dora", tie{}, now)
	require.False(t, ok, "their own was not chosen")
	_, ok = viewOf(app, "pat-eve", tie{}, now)
	require.False(t, ok)

	app.Scopes = append(app.Scopes, "user/Condition.rs")
	w, ok := viewOf(app, "pat-dora", tie{}, now)
	require.True(t, ok)
	require.Equal(t, Of(Conditions), w.See, "user/ counts in every chart")
	w, ok = viewOf(app, "pat-ana", grant, now)
	require.True(t, ok)
	require.Equal(t, Of(Conditions, Results, Vitals), w.See)
	chosen := w.Fingerprint
	app.Context.Patient = ""
	w, ok = viewOf(app, "pat-ana", grant, now)
	require.True(t, ok)
	require.NotEqual(t, chosen, w.Fingerprint)

	ehr := through(doctor, "patient/*.rs")
	_, ok = viewOf(ehr, "p1", member(), 5)
	require.False(t, ok)
	ehr.Context.Patient = "p1"
	v, ok = viewOf(ehr, "p1", member(), 5)
	require.True(t, ok)
	require.Equal(t, CareTeam, v.Relation)
	_, ok = viewOf(ehr, "p2", member(), 5)
	require.False(t, ok, "another patient of theirs")

	feed := job
	feed.Scopes, feed.Context.Patient = []string{"patient/*.rs"}, "p1"
	_, ok = viewOf(feed, "p1", tie{}, 5)
	require.False(t, ok, "a system has system/ scopes")
}

func TestWhoMayHaveWhatWasReadForAnother(t *testing.T) {
	system := func(scopes ...string) identity.Principal {
		p := job
		p.Scopes = scopes
		return p
	}
	lab, vital := "system"+labScope[len("patient"):], "system"+vitalScope[len("patient"):]
	require.True(t, SeesPartsOf(system("system/*.rs"), system(lab), "Observation"))
	require.True(t, SeesPartsOf(system(lab, vital), system(lab), "Observation"))
	require.False(t, SeesPartsOf(system(lab), system("system/*.rs"), "Observation"))
	require.False(t, SeesPartsOf(system(lab), system(vital), "Observation"))
	require.True(t, SeesPartsOf(system(lab, "system/Condition.rs"), system("system/*.rs"), "Condition"))
	require.Nil(t, Wide(system("system/*.rs")))
	require.Nil(t, Wide(job))
	require.NotNil(t, Wide(system("system/Patient.rs", lab)))
}

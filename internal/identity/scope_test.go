package identity

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const lab = "?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"

func TestScopesAreReadWholeOrNotAtAll(t *testing.T) {
	for in, want := range map[string]string{
		"patient/Observation.rs":       "patient/Observation.rs",
		"user/*.cruds":                 "user/*.cruds",
		"system/*.*":                   "system/*.cruds",
		"patient/Observation.read":     "patient/Observation.rs",
		"patient/Observation.write":    "patient/Observation.cud",
		"patient/Condition.s":          "patient/Condition.s",
		"patient/Observation.rs" + lab: "patient/Observation.rs" + lab,
		"system/Observation.r" + lab:   "system/Observation.r" + lab,
		"user/Condition.rs?category=http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern": "user/Condition.rs?category=http://hl7.org/fhir/us/core/CodeSystem/condition-category|health-concern",
	} {
		s, ok := ParseScope(in)
		require.True(t, ok, in)
		require.Equal(t, want, s.String())
	}
	for _, in := range []string{
		"", "openid", "launch/patient", "housecall/sensitive", "patient", "patient/", "patient/Observation", "patient/Observation.", "/Observation.rs",
		"patient/.rs", "patient/observation.rs", "patient/Obser vation.rs", "patient/Observation*.rs", "Patient/Observation.rs", "patients/Observation.rs",
		"patient/Observation.sr", "patient/Observation.rr", "patient/Observation.rsx", "patient/Observation.crudsc", "patient/Observation.RS", "patient/Observation.r*", "patient/Observation.reads", "patient/Observation.rs.rs", "patient/Observation.rs ",
		"patient/Observation.rs?", "patient/Observation.rs?category=", "patient/Observation.rs?category=laboratory", "patient/Observation.rs?category=|laboratory",
		"patient/Observation.rs" + lab + "&status=final", "patient/Observation.rs" + lab + "," + lab[10:], "patient/Observation.rs" + lab + "|", "patient/Observation.rs?code=1", "patient/Observation.rs" + lab + "?" + lab,
		"patient/Observation.rs" + strings.ToUpper(lab), "patient/Observation.rs?category:in=x", "patient/Observation.rs" + strings.Replace(lab, "laboratory", "imaging", 1), "patient/Observation.rs" + strings.Replace(lab, "|", "%7C", 1),
		"patient/*.rs" + lab, "patient/Condition.rs" + lab, "patient/DiagnosticReport.rs" + lab,
		"patient/Observation.cruds" + lab, "patient/Observation.u" + lab, "patient/Observation.sr" + lab, "patient/Observation.read" + lab, "patient/Observation.*" + lab, "patient/Observation." + lab,
		"patient/Observation.rs" + strings.Repeat("s", 300),
	} {
		_, ok := ParseScope(in)
		require.False(t, ok, in)
		require.False(t, Principal{Scopes: []string{in}}.AllowsFHIR("Observation", 'r'), in)
		if clinicalLevel(in) { // looks like clinical data: not even when somebody wrote it down as allowed
			require.False(t, ScopeWithin(in, in), in)
			require.False(t, ScopeWithin(in, "patient/*.cruds"), in)
		}
	}
}

func TestScopesLieWithinOthers(t *testing.T) {
	for _, c := range []struct {
		scope, wide string
		within      bool
	}{
		{"openid", "openid", true},
		{"openid", "profile", false},
		{"housecall/sensitive", "housecall/sensitive", true},
		{"launch/patient", "patient/*.cruds", false},
		{"patient/Observation.rs", "patient/*.rs", true},
		{"patient/Observation.rs", "patient/Observation.read", true},
		{"patient/Observation.read", "patient/*.cruds", true},
		{"patient/Observation.*", "patient/*.rs", false},
		{"patient/*.rs", "patient/Observation.rs", false},
		{"patient/Observation.rs", "user/*.rs", false},
		{"system/Observation.rs", "system/*.*", true},
		{"patient/Observation.write", "patient/Observation.rs", false},
		{"patient/Observation.rs" + lab, "patient/Observation.rs", true},
		{"patient/Observation.r" + lab, "patient/Observation.rs" + lab, true},
		{"patient/Observation.rs" + lab, "patient/*.cruds", true},
		{"patient/Observation.rs", "patient/Observation.rs" + lab, false},
		{"patient/Observation.rs" + strings.Replace(lab, "laboratory", "survey", 1), "patient/Observation.rs" + lab, false},
		{"patient/Observation.rs" + lab, "patient/Observation.r" + lab, false},
	} {
		require.Equal(t, c.within, ScopeWithin(c.scope, c.wide), "%s within %s", c.scope, c.wide)
	}
}

func TestScopesAllowActions(t *testing.T) {
	who := Principal{Scopes: []string{"openid", "patient/Observation.rs" + lab, "patient/Condition.read", "patient/Goal.cu"}}
	require.True(t, who.AllowsFHIR("Observation", 's'), "on a part of them")
	require.False(t, who.AllowsFHIR("Observation", 'u'))
	require.True(t, who.AllowsFHIR("Condition", 'r'))
	require.False(t, who.AllowsFHIR("Condition", 'd'))
	require.True(t, who.AllowsFHIR("Goal", 'c'))
	require.False(t, who.AllowsFHIR("Goal", 'r'))
	require.False(t, who.AllowsFHIR("Goal", 'x'))
	require.True(t, Principal{}.AllowsFHIR("Goal", 'd'), "no scopes: Housecall itself")
	require.Zero(t, testing.AllocsPerRun(100, func() { who.AllowsFHIR("Goal", 'd') }))
}

// Each facet is written as the profile writes it and found by its code again.
func TestEveryFacetIsAScope(t *testing.T) {
	require.Len(t, Facets(), 9)
	for _, f := range Facets() {
		system, code := f.Coding()
		s, ok := ParseScope("user/" + f.Type() + ".rs?category=" + system + "|" + code)
		require.True(t, ok, code)
		require.Equal(t, f, s.Facet)
		require.Equal(t, f, FacetOfCoding(f.Type(), system, code))
	}
}

func TestScopesAreCutDownAndNeverWidened(t *testing.T) {
	for _, c := range []struct{ scopes, within, want string }{
		{"patient/*.rs", "patient/Condition.rs patient/Observation.r", "patient/Condition.rs patient/Observation.r"},
		{"patient/Condition.read", "patient/*.rs", "patient/Condition.read"},
		{"patient/Condition.*", "patient/Condition.rs", "patient/Condition.rs"},
		{"patient/Condition.rs", "patient/Condition.cud", ""},
		{"patient/Condition.rs", "user/*.cruds", ""},
		{"patient/Observation.cruds", "patient/Observation.rs" + lab, "patient/Observation.rs" + lab},
		{"patient/Observation.r" + lab, "patient/*.cruds", "patient/Observation.r" + lab},
		{"patient/Observation.rs" + lab, "patient/Observation.rs" + strings.Replace(lab, "laboratory", "vital-signs", 1), ""},
		{"openid offline_access patient/*.rs", "openid patient/*.rs", "openid patient/*.rs"},
		{"patient/Goal.rs", "", ""},
	} {
		require.Equal(t, strings.Fields(c.want), Meet(strings.Fields(c.scopes), strings.Fields(c.within)), c.scopes+" in "+c.within)
	}
}

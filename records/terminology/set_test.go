package terminology_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/fault"
	"housecall/records/fhir"
	"housecall/records/terminology"
)

const (
	gender  = `"system":"http://hl7.org/fhir/administrative-gender"`
	marital = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"
	role    = `"system":"http://terminology.hl7.org/CodeSystem/v3-RoleCode"`
)

func read(t *testing.T, compose string) (*terminology.Set, error) {
	t.Helper()
	n, err := fhir.Parse([]byte(`{"resourceType":"ValueSet","status":"active","url":"http://x.example/me","compose":{` + compose + `}}`))
	require.NoError(t, err)
	return terminology.Read(n)
}

func codes(t *testing.T, compose string) []string {
	t.Helper()
	v, err := read(t, compose)
	require.NoError(t, err, compose)
	all, err := v.All()
	require.NoError(t, err, compose)
	list := []string{}
	for _, c := range all {
		list = append(list, c.Code)
	}
	return list
}

func TestDefinitions(t *testing.T) {
	for compose, want := range map[string][]string{
		`"include":[{` + gender + `}]`:                                              {"male", "female", "other", "unknown"},
		`"include":[{` + gender + `,"concept":[{"code":"other"},{"code":"male"}]}]`: {"other", "male"},
		`"include":[{` + gender + `},{` + gender + `}],"exclude":[{` + gender + `,"concept":[{"code":"male"},{"code":"other"}]}]`:                                                          {"female", "unknown"},
		`"include":[{` + gender + `,"filter":[{"property":"code","op":"in","value":"male, other"}]}]`:                                                                                      {"male", "other"},
		`"include":[{` + gender + `,"filter":[{"property":"code","op":"=","value":"male"}]}]`:                                                                                              {"male"},
		`"include":[{` + gender + `,"filter":[{"property":"display","op":"=","value":"Other"}]}]`:                                                                                          {"other"},
		`"include":[{` + gender + `,"filter":[{"property":"concept","op":"is-not-a","value":"male"}]}]`:                                                                                    {"female", "other", "unknown"},
		`"include":[{` + gender + `,"filter":[{"property":"code","op":"in","value":"male,other"},{"property":"code","op":"=","value":"other"}]}]`:                                          {"other"},
		`"include":[{` + role + `,"filter":[{"property":"concept","op":"is-a","value":"CHILD"},{"property":"concept","op":"descendent-of","value":"NCHILD"}]}]`:                            {"DAU", "SON"},
		`"include":[{` + role + `,"filter":[{"property":"parent","op":"=","value":"NCHILD"}]}]`:                                                                                            {"DAU", "SON"},
		`"include":[{"valueSet":["http://hl7.org/fhir/ValueSet/administrative-gender"]}]`:                                                                                                  {"male", "female", "other", "unknown"},
		`"include":[{` + gender + `,"concept":[{"code":"male"}]},{"valueSet":["http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1"]}]`:                                               {"male", "female", "other", "unknown"},
		`"include":[{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","valueSet":["http://hl7.org/fhir/ValueSet/marital-status"],"concept":[{"code":"UNK"},{"code":"NI"}]}]`: {"UNK"},
		`"include":[{"system":"http://snomed.info/sct","concept":[{"code":"1","display":"listed"}]}]`:                                                                                      {"1"},
	} {
		require.Equal(t, want, codes(t, compose), compose)
	}
}

func TestDefinitionsAreRefused(t *testing.T) {
	for compose, text := range map[string]string{
		`"include":[{"system":"http://snomed.info/sct"}]`:                                                                          "not kept here: http://snomed.info/sct.",
		`"include":[{"system":"http://x.example/<b>\u00e4"}]`:                                                                      "not kept here: http://x.example/?b??.",
		`"include":[{` + gender + `,"version":"1"}]`:                                                                               "not kept here",
		`"include":[{` + gender + `}],"exclude":[{"system":"http://loinc.org"}]`:                                                   "not kept here: http://loinc.org.",
		`"include":[{` + gender + `,"filter":[{"property":"code","op":"regex","value":"(a+)+"}]}]`:                                 "not supported: code regex",
		`"include":[{` + gender + `,"filter":[{"property":"color","op":"=","value":"red"}]}]`:                                      "not supported: color =",
		`"include":[{` + gender + `,"filter":[{"property":"concept","op":"is-a","value":"nobody"}]}]`:                              "not in its code system",
		`"include":[{` + gender + `,"concept":[{"code":"male"}],"filter":[{"property":"code","op":"=","value":"male"}]}]`:          "concepts and filters",
		`"include":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","filter":[{"property":"concept","op":"is-a","value":"E11.9"}]}]`: "hierarchy",
		`"include":[{"valueSet":["http://x.example/other"]}]`:                                                                      "not kept here: http://x.example/other.",
		`"include":[{"version":"1"}]`: "neither a code system nor a value set",
		`"include":[]`:                "compose",
		`"lockedDate":"2026-01-01","include":[{` + gender + `}]`: "locked date",
	} {
		v, err := read(t, compose)
		if err == nil {
			_, err = v.All()
		}
		require.ErrorContains(t, err, text, compose)
	}
	n, err := fhir.Parse([]byte(`{"resourceType":"ValueSet","url":"http://hl7.org/fhir/ValueSet/marital-status","compose":{"include":[{"valueSet":["http://hl7.org/fhir/ValueSet/marital-status"]}]}}`))
	require.NoError(t, err)
	v, err := terminology.Read(n)
	require.NoError(t, err)
	_, err = v.All()
	require.ErrorContains(t, err, "includes itself")
	_, _, err = v.Holds(marital, "M")
	require.ErrorContains(t, err, "includes itself")
	many := `"include":[{"system":"http://hl7.org/fhir/sid/icd-10-cm"}`
	for range 6 {
		many += `,{"system":"http://hl7.org/fhir/sid/icd-10-cm"}`
	}
	v, err = read(t, many+"]")
	require.NoError(t, err)
	_, err = v.All()
	require.Equal(t, fault.TooLarge, fault.KindOf(err))
	_, err = terminology.ValueSet("http://hl7.org/fhir/ValueSet/marital-status|1.0")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

// What is found stands though another part cannot be looked at; what is not found then is not denied.
func TestHolds(t *testing.T) {
	v, err := read(t, `"include":[{`+gender+`},{"system":"http://loinc.org"},{"valueSet":["http://x.example/unknown"]}],"exclude":[{`+gender+`,"concept":[{"code":"other"}]}]`)
	require.NoError(t, err)
	const system = "http://hl7.org/fhir/administrative-gender"
	c, found, err := v.Holds(system, "male")
	require.NoError(t, err)
	require.True(t, found)
	require.True(t, c.Calls("male "))
	require.False(t, c.Calls("female"))
	_, found, err = v.Holds(system, "other")
	require.NoError(t, err)
	require.False(t, found, "it is excluded, whatever the rest holds")
	_, _, err = v.Holds(system, "nobody")
	require.ErrorContains(t, err, "http://x.example/unknown")
	_, _, err = v.Holds("http://loinc.org", "1-8")
	require.Error(t, err)
	_, found, err = terminology.Lookup(system, "MALE")
	require.NoError(t, err)
	require.False(t, found, "codes are compared as they are written")
}

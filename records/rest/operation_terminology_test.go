package rest_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// answered is a Parameters resource as an operation gives it.
type answered struct {
	ResourceType string
	Parameter    []struct {
		Name         string
		ValueBoolean *bool
		ValueString  string
		ValueMeta    json.RawMessage
		Part         []struct{ Name, ValueCode string }
	}
}

func (r reply) answered(t *testing.T) answered {
	t.Helper()
	require.Equal(t, 200, r.StatusCode, r.body)
	var a answered
	require.NoError(t, json.Unmarshal([]byte(r.body), &a))
	require.Equal(t, "Parameters", a.ResourceType)
	return a
}

func (a answered) text(name string) string {
	for _, p := range a.Parameter {
		if p.Name == name {
			return p.ValueString
		}
	}
	return ""
}

func (a answered) result(t *testing.T) bool {
	t.Helper()
	require.Equal(t, "result", a.Parameter[0].Name)
	require.NotNil(t, a.Parameter[0].ValueBoolean)
	return *a.Parameter[0].ValueBoolean
}

type valueSet struct {
	URL, Status string
	Expansion   struct {
		Identifier, Timestamp string
		Total, Offset         int
		Parameter             []struct{ Name, ValueString string }
		Contains              []struct {
			System, Code, Display string
			Inactive              bool
		}
	}
}

// refusal checks that a request was refused with a status and one code.
func (s *site) refusal(t *testing.T, r reply, status int, code string) {
	t.Helper()
	require.Equal(t, status, r.StatusCode, r.body)
	var o struct {
		ResourceType string
		Issue        []struct{ Code string }
	}
	require.NoError(t, json.Unmarshal([]byte(r.body), &o))
	require.Equal(t, "OperationOutcome", o.ResourceType)
	require.Equal(t, code, o.Issue[0].Code, r.body)
}

// posted is a Parameters resource: name, element, value as JSON.
func posted(list ...string) string {
	var b strings.Builder
	for i := 0; i < len(list); i += 3 {
		fmt.Fprintf(&b, `,{"name":"%s","%s":%s}`, list[i], list[i+1], list[i+2])
	}
	return `{"resourceType":"Parameters","parameter":[` + strings.TrimPrefix(b.String(), ",") + `]}`
}

const (
	vaccines = "http://hl7.org/fhir/ValueSet/vaccine-code"
	roles    = "http://terminology.hl7.org/ValueSet/v3-RoleCode"
	marital  = "http://hl7.org/fhir/ValueSet/marital-status"
	genders  = "http://hl7.org/fhir/administrative-gender"
	ownSet   = `{"resourceType":"ValueSet","status":"active","url":"http://x.example/set","compose":{"include":[{"system":"http://hl7.org/fhir/administrative-gender"}]}}`
)

func TestExpand(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		expand := func(r reply) valueSet {
			t.Helper()
			require.Equal(t, 200, r.StatusCode, r.body)
			var v valueSet
			require.NoError(t, json.Unmarshal([]byte(r.body), &v))
			require.NotEmpty(t, v.Expansion.Timestamp)
			require.Contains(t, v.Expansion.Identifier, "urn:uuid:")
			return v
		}
		before := s.audited(t, "")
		path := "/fhir/ValueSet/$expand"
		v := expand(s.do(s.stranger, "GET", path+"?url="+roles, ""))
		require.Equal(t, roles, v.URL)
		require.Len(t, v.Expansion.Contains, 100)
		require.Greater(t, v.Expansion.Total, 250)
		total := v.Expansion.Total
		next := expand(s.do(s.stranger, "GET", path+"?offset=100&count=5&url="+roles, ""))
		require.Len(t, next.Expansion.Contains, 5)
		require.Equal(t, 100, next.Expansion.Offset)
		require.NotContains(t, v.Expansion.Contains, next.Expansion.Contains[0])
		require.Empty(t, expand(s.do(s.self, "GET", path+"?count=0&url="+roles, "")).Expansion.Contains)
		require.Empty(t, expand(s.do(s.self, "GET", path+"?offset=9999&url="+roles, "")).Expansion.Contains)
		require.Less(t, expand(s.do(s.self, "GET", path+"?activeOnly=true&url="+roles, "")).Expansion.Total, total)
		require.Len(t, expand(s.do(s.self, "GET", path+"?count=5000&url=http://terminology.hl7.org/ValueSet/v3-ActCode", "")).Expansion.Contains, 1000)
		found := expand(s.do(s.self, "GET", path+"?filter=natural+daughter&includeDesignations=false&url="+roles, ""))
		require.NotEmpty(t, found.Expansion.Contains)
		for _, c := range found.Expansion.Contains {
			require.Contains(t, strings.ToLower(c.Display), "daughter")
		}
		require.Equal(t, "natural daughter", found.Expansion.Parameter[2].ValueString)

		require.Equal(t, 4, expand(s.do(s.self, "POST", path, ownSet)).Expansion.Total, "the value set alone")
		require.Equal(t, 2, expand(s.do(s.self, "POST", path, posted("valueSet", "resource", ownSet, "filter", "valueString", `"male"`))).Expansion.Total)
		require.NotZero(t, expand(s.do(s.self, "POST", path, posted("url", "valueUri", `"`+marital+`"`))).Expansion.Total)
		require.NotZero(t, expand(s.do(s.self, "GET", path+"?url="+marital+"&valueSetVersion=4.0.1", "")).Expansion.Total)
		require.Equal(t, before, s.audited(t, ""), "no chart is touched")

		stored := s.do(s.feed, "POST", "/fhir/ValueSet", ownSet)
		require.Equal(t, 201, stored.StatusCode, stored.body)
		at := "/fhir/ValueSet/" + idIn(stored.Header.Get("Location"))
		require.Equal(t, 4, expand(s.do(s.feed, "GET", at+"/$expand", "")).Expansion.Total)
		require.Equal(t, 4, expand(s.do(s.feed, "POST", at+"/$expand", "")).Expansion.Total)
		require.Equal(t, 404, s.do(s.self, "GET", at+"/$expand", "").StatusCode, "who may not read it may not expand it")

		s.refusal(t, s.do(s.self, "GET", path, ""), 400, "required")
		s.refusal(t, s.do(s.self, "POST", path+"?url="+marital, ownSet), 400, "required")
		s.refusal(t, s.do(s.feed, "GET", at+"/$expand?url="+marital, ""), 400, "required")
		s.refusal(t, s.do(s.self, "POST", path+"?valueSetVersion=1", ownSet), 400, "invalid")
		s.refusal(t, s.do(s.self, "GET", path+"?count=-1&url="+marital, ""), 400, "invalid")
		s.refusal(t, s.do(s.self, "GET", path+"?count=x&url="+marital, ""), 400, "invalid")
		s.refusal(t, s.do(s.self, "GET", path+"?date=2026-01-01&url="+marital, ""), 400, "not-supported")
		s.refusal(t, s.do(s.self, "GET", path+"?includeDesignations=true&url="+marital, ""), 400, "not-supported")
		s.refusal(t, s.do(s.self, "GET", path+"?url=http://x.example/none", ""), 404, "not-found")
		s.refusal(t, s.do(s.self, "POST", path, `{"resourceType":"Patient"}`), 400, "invalid")
		s.refusal(t, s.do(s.self, "POST", path, `{"resourceType":"ValueSet"}`), 422, "required")
		loinc := s.do(s.self, "GET", path+"?url=http://hl7.org/fhir/ValueSet/observation-codes", "")
		s.refusal(t, loinc, 400, "not-supported")
		require.Contains(t, loinc.body, "http://loinc.org")
		large := `{"resourceType":"ValueSet","status":"draft","compose":{"include":[` + strings.TrimSuffix(strings.Repeat(`{"system":"`+icd+`"},`, 7), ",") + `]}}`
		s.refusal(t, s.do(s.self, "POST", path, large), 413, "too-costly")
		require.Equal(t, 401, s.do("", "GET", path+"?url="+marital, "").StatusCode)
	})
}

func TestValidateCode(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		before := s.audited(t, "")
		set, system := "/fhir/ValueSet/$validate-code", "/fhir/CodeSystem/$validate-code"
		cvx, status := url.QueryEscape("http://hl7.org/fhir/sid/cvx"), "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"
		for query, want := range map[string]bool{
			set + "?url=" + vaccines + "&system=" + cvx + "&code=140":                                           true,
			set + "?url=" + vaccines + "&system=" + cvx + "&code=9999":                                          false,
			set + "?url=" + vaccines + "&system=http://x.example/other&code=140":                                false,
			set + "?url=" + marital + "&system=" + status + "&code=M&display=married":                           true,
			set + "?url=" + marital + "&system=" + status + "&code=M&display=Single":                            false,
			system + "?url=" + status + "&code=M":                                                               true,
			system + "?url=" + status + "&version=2018-08-12&code=M":                                            true,
			system + "?url=" + status + "&code=m":                                                               false,
			system + "?url=" + icd + "&code=E11.9":                                                              true,
			system + "?url=" + icd + "&code=E11":                                                                false,
			system + "?url=http://terminology.hl7.org/CodeSystem/v3-ActCode&code=_ActAccountCode":               false,
			system + "?abstract=true&url=http://terminology.hl7.org/CodeSystem/v3-ActCode&code=_ActAccountCode": true,
		} {
			require.Equal(t, want, s.do(s.stranger, "GET", query, "").answered(t).result(t), query)
		}
		a := s.do(s.self, "GET", set+"?url="+marital+"&system="+status+"&code=M&display=Single", "").answered(t)
		require.Equal(t, "Married", a.text("display"))
		require.Contains(t, a.text("message"), "display")
		require.Contains(t, s.do(s.self, "GET", system+"?url="+icd+"&code=E11", "").answered(t).text("message"), "only a part")

		coding := `{"system":"` + genders + `","code":"female"}`
		concept := `{"coding":[{"display":"words"},{"system":"http://loinc.org","code":"1-8"},` + coding + `]}`
		require.True(t, s.do(s.self, "POST", set, posted("valueSet", "resource", ownSet, "coding", "valueCoding", coding)).answered(t).result(t))
		require.True(t, s.do(s.self, "POST", set, posted("valueSet", "resource", ownSet, "codeableConcept", "valueCodeableConcept", concept)).answered(t).result(t))
		require.True(t, s.do(s.self, "POST", set+"?code=male&system="+genders, ownSet).answered(t).result(t))
		require.True(t, s.do(s.self, "POST", system, posted("coding", "valueCoding", coding)).answered(t).result(t))
		require.True(t, s.do(s.self, "POST", system, posted("codeableConcept", "valueCodeableConcept", concept)).answered(t).result(t))
		require.False(t, s.do(s.self, "POST", system, posted("url", "valueUri", `"`+status+`"`, "coding", "valueCoding", coding)).answered(t).result(t), "it is of another system")
		require.Equal(t, before, s.audited(t, ""), "no chart is touched")

		stored := s.do(s.feed, "POST", "/fhir/ValueSet", ownSet)
		at := "/fhir/ValueSet/" + idIn(stored.Header.Get("Location")) + "/$validate-code?code=male&system=" + genders
		require.True(t, s.do(s.feed, "GET", at, "").answered(t).result(t))
		require.Equal(t, 404, s.do(s.self, "GET", at, "").StatusCode)

		s.refusal(t, s.do(s.self, "GET", set+"?url="+marital, ""), 400, "required")
		s.refusal(t, s.do(s.self, "GET", set+"?url="+marital+"&code=M", ""), 400, "required")
		s.refusal(t, s.do(s.self, "GET", set+"?system="+status+"&code=M", ""), 400, "required")
		s.refusal(t, s.do(s.self, "POST", set, posted("url", "valueUri", `"`+marital+`"`, "code", "valueCode", `"M"`, "coding", "valueCoding", coding)), 400, "required")
		s.refusal(t, s.do(s.self, "POST", system, posted("coding", "valueCoding", `{"code":"M"}`)), 400, "required")
		s.refusal(t, s.do(s.self, "POST", system, posted("codeableConcept", "valueCodeableConcept", `{"text":"x"}`)), 400, "required")
		s.refusal(t, s.do(s.self, "GET", system+"?url=http://loinc.org&code=1-8", ""), 400, "not-supported")
		s.refusal(t, s.do(s.self, "GET", system+"?url="+status+"&version=1&code=M", ""), 400, "not-supported")
		s.refusal(t, s.do(s.self, "GET", set+"?url=http://hl7.org/fhir/ValueSet/observation-codes&system=http://loinc.org&code=1-8", ""), 400, "not-supported")
		s.refusal(t, s.do(s.self, "GET", set+"?url=http://x.example/none&system="+status+"&code=M", ""), 404, "not-found")
	})
}

func TestLookup(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		path := "/fhir/CodeSystem/$lookup"
		const role = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
		a := s.do(s.stranger, "GET", path+"?system="+role+"&code=DAU", "").answered(t)
		require.Equal(t, "natural daughter", a.text("display"))
		require.NotEmpty(t, a.text("name"))
		require.NotEmpty(t, a.text("version"))
		var parents []string
		for _, p := range a.Parameter {
			if len(p.Part) == 2 && p.Part[0].ValueCode == "parent" {
				parents = append(parents, p.Part[1].ValueCode)
			}
		}
		require.Contains(t, parents, "NCHILD")
		a = s.do(s.self, "POST", path, posted("coding", "valueCoding", `{"system":"http://hl7.org/fhir/sid/mvx","code":"PFR"}`)).answered(t)
		require.Contains(t, a.text("display"), "Pfizer")
		s.refusal(t, s.do(s.self, "GET", path+"?system="+role+"&code=NOBODY", ""), 404, "not-found")
		s.refusal(t, s.do(s.self, "GET", path+"?system=http://snomed.info/sct&code=1", ""), 400, "not-supported")
		s.refusal(t, s.do(s.self, "GET", path+"?system="+role+"&version=1&code=DAU", ""), 400, "not-supported")
		s.refusal(t, s.do(s.self, "GET", path+"?code=DAU", ""), 400, "required")
		s.refusal(t, s.do(s.self, "GET", path+"?property=parent&system="+role+"&code=DAU", ""), 400, "not-supported")
		s.refusal(t, s.do(s.self, "POST", path, `{"resourceType":"CodeSystem","status":"draft","content":"complete"}`), 400, "invalid")
	})
}

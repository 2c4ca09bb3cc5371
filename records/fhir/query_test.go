package fhir_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

func parseQuery(t *testing.T, typ, query string, strict bool) (*fhir.Query, []fhir.Issue) {
	t.Helper()
	values, err := url.ParseQuery(query)
	require.NoError(t, err)
	return fhir.ParseQuery(typ, values, strict)
}

func oneFilter(t *testing.T, typ, query string) fhir.Filter {
	t.Helper()
	q, issues := parseQuery(t, typ, query, true)
	require.Empty(t, issues, query)
	require.Len(t, q.Filters, 1, query)
	return q.Filters[0]
}

func TestQueryShape(t *testing.T) {
	q, issues := parseQuery(t, "Observation", "_count=20&_sort=-date,code&_include=Observation:subject:Patient&_revinclude:iterate=Provenance:target&_total=accurate&_summary=false&_elements=status,value&_page=abc&_format=json&code=a,b&code=c&patient=", true)
	require.Empty(t, issues)
	require.Equal(t, 20, q.Count)
	require.Equal(t, "abc", q.Page)
	require.Equal(t, "accurate", q.Total)
	require.Equal(t, "false", q.Summary)
	require.Equal(t, []string{"status", "value"}, q.Elements)
	require.Len(t, q.Sort, 2)
	require.True(t, q.Sort[0].Desc)
	require.Equal(t, "code", q.Sort[1].Param.Name)
	require.Equal(t, "Patient", q.Includes[0].Target)
	require.True(t, q.RevIncludes[0].Iterate)
	require.Len(t, q.Filters, 2)
	require.Len(t, q.Filters[0].Values, 2)

	q, issues = parseQuery(t, "Patient", "", true)
	require.Empty(t, issues)
	require.Equal(t, fhir.DefaultCount, q.Count)
	q, _ = parseQuery(t, "Patient", "_count=100000", true)
	require.Equal(t, fhir.MaxCount, q.Count)
	q, _ = parseQuery(t, "Patient", "_count=0", true)
	require.Equal(t, "count", q.Summary)
}

func TestQueryTakesTextOnly(t *testing.T) {
	for _, query := range []string{"code=a%00b", "code=%ff|x", "subject:missing=%00", "category=http://x|%00"} {
		_, issues := parseQuery(t, "Observation", query, false)
		require.NotEmpty(t, issues, query)
		require.Equal(t, fhir.SeverityError, issues[0].Severity)
	}
}

func TestQueryTokens(t *testing.T) {
	for in, want := range map[string]struct{ system, code string }{
		"8480-6": {"any", "8480-6"}, "http://loinc.org|8480-6": {"http://loinc.org", "8480-6"}, "|8480-6": {"", "8480-6"},
		"http://loinc.org|": {"http://loinc.org", ""}, `a\|b|c\,d`: {"a|b", "c,d"}, `x\\y`: {"any", `x\y`},
	} {
		f := oneFilter(t, "Observation", "code="+url.QueryEscape(in))
		require.Len(t, f.Values, 1, in)
		v := f.Values[0]
		require.Equal(t, want.code, v.Code, in)
		if want.system == "any" {
			require.Nil(t, v.System, in)
		} else {
			require.Equal(t, want.system, *v.System, in)
		}
	}
	require.Equal(t, "not", oneFilter(t, "Observation", "status:not=final").Modifier)
	require.True(t, oneFilter(t, "Observation", "code:missing=true").Values[0].Missing)
	require.Len(t, oneFilter(t, "Observation", `code=a\,b,c`).Values, 2)
}

func TestQueryReferences(t *testing.T) {
	v := oneFilter(t, "Observation", "patient=123").Values[0]
	require.Equal(t, [2]string{"Patient", "123"}, [2]string{v.RefType, v.RefID})
	v = oneFilter(t, "Observation", "subject=Group/1").Values[0]
	require.Equal(t, [2]string{"Group", "1"}, [2]string{v.RefType, v.RefID})
	v = oneFilter(t, "Observation", "subject:Patient=9").Values[0]
	require.Equal(t, [2]string{"Patient", "9"}, [2]string{v.RefType, v.RefID})
	v = oneFilter(t, "Observation", "subject=9").Values[0]
	require.Equal(t, [2]string{"", "9"}, [2]string{v.RefType, v.RefID})
	require.Equal(t, "https://x.example/Patient/1", oneFilter(t, "Observation", "subject=https://x.example/Patient/1").Values[0].URL)
	v = oneFilter(t, "Observation", "performer:identifier=npi|7").Values[0]
	require.Equal(t, "npi", *v.System)
	require.Equal(t, "7", v.Code)
}

func TestQueryDatesAndNumbers(t *testing.T) {
	v := oneFilter(t, "Observation", "date=ge2020-03").Values[0]
	require.Equal(t, "ge", v.Prefix)
	require.Equal(t, at("2020-03-01T00:00:00Z"), v.Lo)
	require.Equal(t, at("2020-04-01T00:00:00Z"), v.Hi)
	v = oneFilter(t, "Observation", "date=2020-03-01T10:00:00+02:00").Values[0] // an unescaped plus
	require.Equal(t, "eq", v.Prefix)
	require.Equal(t, at("2020-03-01T08:00:00Z"), v.Lo)
	v = oneFilter(t, "Observation", "date=ap2020").Values[0]
	require.Equal(t, at("2019-01-01T00:00:00Z")-86400e6, v.Lo) // 2020 has 366 days

	v = oneFilter(t, "Observation", "value-quantity=5.4|http://unitsofmeasure.org|mg").Values[0]
	require.InDelta(t, 5.35, v.NumLo, 1e-9)
	require.InDelta(t, 5.45, v.NumHi, 1e-9)
	require.Equal(t, "mg", v.Unit)
	require.Equal(t, "http://unitsofmeasure.org", *v.System)
	v = oneFilter(t, "Observation", "value-quantity=gt1e2||mg").Values[0]
	require.InDelta(t, 50, v.NumLo, 1e-9)
	require.Nil(t, v.System)
	require.InDelta(t, 90, oneFilter(t, "Observation", "value-quantity=ap100").Values[0].NumLo, 1e-9)
}

func TestQueryChains(t *testing.T) {
	f := oneFilter(t, "Observation", "subject:Patient.name:exact=Ana")
	require.Equal(t, "subject", f.Param.Name)
	require.Equal(t, "Patient", f.Chain.Type)
	require.Equal(t, "exact", f.Chain.Filter.Modifier)
	require.Equal(t, "Ana", f.Chain.Filter.Values[0].Text)
	require.Equal(t, "Patient", oneFilter(t, "Observation", "patient.identifier=urn:x|1").Chain.Type)

	f = oneFilter(t, "Patient", "_has:Observation:patient:code=8480-6")
	require.Nil(t, f.Param)
	require.True(t, f.Chain.Reverse)
	require.Equal(t, "Observation", f.Chain.Type)
	require.Equal(t, "patient", f.Chain.Ref.Name)
	require.Equal(t, "8480-6", f.Chain.Filter.Values[0].Code)

	f = oneFilter(t, "Observation", "performer.name=x")
	types := []string{f.Chain.Type}
	for _, alt := range f.Or {
		types = append(types, alt.Chain.Type)
	}
	require.ElementsMatch(t, []string{"Practitioner", "Organization", "Patient", "RelatedPerson"}, types)

	f = oneFilter(t, "Observation", "encounter.service-provider.partof:Organization.name:contains=x")
	require.Equal(t, "contains", f.Chain.Filter.Chain.Filter.Chain.Filter.Modifier)
	f = oneFilter(t, "Patient", "_has:Observation:patient:_has:Provenance:target:agent=Practitioner/1")
	require.True(t, f.Chain.Filter.Chain.Reverse)
	f = oneFilter(t, "Patient", "_has:Observation:patient:encounter.type=x")
	require.Equal(t, "Encounter", f.Chain.Filter.Chain.Type)
}

func TestQueryOfBodies(t *testing.T) {
	v := oneFilter(t, "Observation", `code-value-quantity=http://loinc.org|8480-6$gt5.4|u\$v|mm\|Hg`).Values[0]
	require.Equal(t, "8480-6", v.Parts[0].Code)
	require.Equal(t, "gt", v.Parts[1].Prefix)
	v = oneFilter(t, "Patient", "identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|12345").Values[0]
	require.Equal(t, [2]string{"MR", "12345"}, [2]string{v.Code, v.Text})
	require.Equal(t, "Heart", oneFilter(t, "Observation", "code:text=Heart").Values[0].Text)
	v = oneFilter(t, "Location", "near=42.25|-71.1|10|mi").Values[0]
	require.InDelta(t, 16.09, v.Num, 0.01)
	_, issues := parseQuery(t, "Location", "near=42.25", true)
	require.Len(t, issues, 1)
}

// Every parameter of every type can be asked for, and says so of itself.
func TestEveryParameterIsAnswered(t *testing.T) {
	samples := map[fhir.ParamType]string{fhir.TypeToken: "x", fhir.TypeReference: "Patient/1", fhir.TypeDate: "ge2020", fhir.TypeString: "x", fhir.TypeQuantity: "5.4", fhir.TypeNumber: "3", fhir.TypeURI: "http://x.test/y", fhir.TypeSpecial: "1|2"}
	sample := func(p *fhir.Param) string {
		if p.Type == fhir.TypeReference && p.Targets != nil {
			return p.Targets[0] + "/1"
		}
		return samples[p.Type]
	}
	for _, typ := range fhir.Types() {
		for _, p := range fhir.Params(typ) {
			require.True(t, p.Supported(), "%s.%s", typ, p.Name)
			value := sample(p)
			for i, part := range p.Parts {
				if i > 0 {
					value += "$"
				}
				value += sample(part)
			}
			if p.Name == "_id" {
				value = "x"
			}
			f := oneFilter(t, typ, p.Name+"="+url.QueryEscape(value))
			n, err := fhir.Parse([]byte(`{"resourceType":"` + typ + `"}`))
			require.NoError(t, err)
			require.False(t, fhir.Matches(n, &f), "%s.%s: an empty resource", typ, p.Name)
		}
	}
	require.Contains(t, fhir.IncludesOf("Observation"), "Observation:subject")
	require.Contains(t, fhir.RevIncludesOf("Observation"), "Provenance:target")
	require.NotContains(t, fhir.RevIncludesOf("Observation"), "Encounter:subject")
}

func TestQueryRefuses(t *testing.T) {
	for query, code := range map[string]string{
		"nothing=1":                            fhir.CodeNotSupported,
		"_text=x":                              fhir.CodeNotSupported,
		"_contained=true":                      fhir.CodeNotSupported,
		"code:in=x":                            fhir.CodeNotSupported,
		"date:exact=2020":                      fhir.CodeNotSupported,
		"subject:Practitioner=1":               fhir.CodeNotSupported,
		"date=yesterday":                       fhir.CodeInvalid,
		"date=2020-02-30":                      fhir.CodeInvalid,
		"value-quantity=much":                  fhir.CodeInvalid,
		"value-quantity=5|mg":                  fhir.CodeInvalid,
		"code=a|b|c":                           fhir.CodeInvalid,
		"code=|":                               fhir.CodeInvalid,
		"code:missing=maybe":                   fhir.CodeInvalid,
		"_id=a_b":                              fhir.CodeInvalid,
		"subject=a b":                          fhir.CodeInvalid,
		"subject:Patient=Group/1":              fhir.CodeInvalid,
		"_count=many":                          fhir.CodeInvalid,
		"_count=-1":                            fhir.CodeInvalid,
		"_total=perhaps":                       fhir.CodeInvalid,
		"_summary=perhaps":                     fhir.CodeInvalid,
		"_elements=nothing":                    fhir.CodeInvalid,
		"_sort=nothing":                        fhir.CodeNotSupported,
		"_include=Observation":                 fhir.CodeInvalid,
		"_include=Observation:code":            fhir.CodeNotSupported,
		"_include:x=Observation:subject":       fhir.CodeNotSupported,
		"_include=Observation:subject:Nothing": fhir.CodeInvalid,
		"subject.birthdate.x=1":                fhir.CodeNotSupported,
		"focus.code=1":                         fhir.CodeInvalid,
		"encounter.part-of.part-of.part-of.status=x":                                                   fhir.CodeNotSupported,
		"_has:Observation:has-member:_has:Observation:has-member:_has:Observation:has-member:status=x": fhir.CodeNotSupported,
		"code-value-quantity=a":             fhir.CodeInvalid,
		"code-value-quantity=a$b":           fhir.CodeInvalid,
		"code-value-quantity:missing=true":  fhir.CodeNotSupported,
		"code:above=a":                      fhir.CodeNotSupported,
		"code:of-type=a|b|c":                fhir.CodeNotSupported,
		"identifier:of-type=a|b":            fhir.CodeInvalid,
		"code:missing=true,false":           fhir.CodeInvalid,
		"_id:text=a":                        fhir.CodeNotSupported,
		"_sort=value-string":                fhir.CodeNotSupported,
		"subject:Practitioner.name=x":       fhir.CodeInvalid,
		"code.name=x":                       fhir.CodeNotSupported,
		"_has:Nothing:a:b=1":                fhir.CodeInvalid,
		"_has:Provenance:target":            fhir.CodeInvalid,
		"_has:Provenance:target:recorded=x": fhir.CodeInvalid,
	} {
		if query == "_has:Provenance:target" {
			query += "=1"
		}
		_, issues := parseQuery(t, "Observation", query, true)
		require.Len(t, issues, 1, query)
		require.Equal(t, code, issues[0].Code, query)
		require.NotContains(t, issues[0].Text, "yesterday")
	}
	_, issues := parseQuery(t, "Nothing", "", true)
	require.Len(t, issues, 1)
}

func TestQueryLenient(t *testing.T) {
	q, issues := parseQuery(t, "Observation", "nothing=1&_text=x&status=final", false)
	require.Empty(t, issues)
	require.Equal(t, []string{"_text", "nothing"}, q.Unknown)
	require.Len(t, q.Filters, 1)
	_, issues = parseQuery(t, "Observation", "date=yesterday", false)
	require.Len(t, issues, 1)
	_, issues = parseQuery(t, "Observation", "code:in=x", false)
	require.Len(t, issues, 1)
}

func FuzzParseQuery(f *testing.F) {
	f.Add("Observation", "code=http://loinc.org|8480-6&date=ge2020&_sort=-date&_include=Observation:subject")
	f.Add("Patient", `name:contains=a\,b&_has:Observation:patient:value-quantity=gt5.4|u|c&birthdate=ap1950`)
	f.Add("Observation", `code-value-quantity=a$5||mg&performer.name=x&subject:Patient._has:Group:member:_id=1&code:text=a&_revinclude=*`)
	f.Add("Location", `near=1|2|3|km&organization.partof.partof.name=x&identifier:of-type=a|b|c`)
	f.Add("Appointment", "actor:Patient.name=x&date=2020-01-01T00:00:00 05:00&_count=0&_summary=count")
	f.Fuzz(func(t *testing.T, typ, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		for _, strict := range []bool{true, false} {
			q, issues := fhir.ParseQuery(typ, values, strict)
			if q.Count < 1 || q.Count > fhir.MaxCount {
				t.Fatalf("count %d", q.Count)
			}
			for _, filter := range q.Filters {
				if filter.Chain == nil && (filter.Param == nil || len(filter.Values) == 0) {
					t.Fatal("a filter without parameter or value")
				}
				leaf := filter
				for leaf.Chain != nil {
					leaf = leaf.Chain.Filter
				}
				if len(leaf.Values) == 0 {
					t.Fatal("a chain without value")
				}
				for _, alt := range filter.Or {
					if alt.Chain == nil || alt.Param != filter.Param {
						t.Fatal("an alternative that is no chain of the same reference")
					}
				}
			}
			for _, i := range issues {
				if i.Severity == "" || i.Code == "" || i.Text == "" {
					t.Fatal("an issue that says nothing")
				}
			}
		}
	})
}

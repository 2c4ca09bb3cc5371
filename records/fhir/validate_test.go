package fhir_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

func TestValidate(t *testing.T) {
	const obs = `"status":"final","code":{"text":"x"}`
	for name, c := range map[string]struct {
		in   string
		want []string // "expression: part of the text" of each error
	}{
		"a good one":             {labResult, nil},
		"no object":              {`[]`, []string{": a resource is a JSON object"}},
		"no type":                {`{"id":"1"}`, []string{"resourceType: missing"}},
		"unknown type":           {`{"resourceType":"Paper"}`, []string{"resourceType: no resource of this type"}},
		"abstract type":          {`{"resourceType":"DomainResource"}`, []string{"resourceType: no resource"}},
		"unknown element":        {`{"resourceType":"Patient","nick":"x"}`, []string{"Patient.nick: does not exist"}},
		"secret in a name":       {`{"resourceType":"Patient","John Smith":"x"}`, []string{"Patient.?: does not exist"}},
		"nested unknown":         {`{"resourceType":"Patient","name":[{"family":"x"},{"last":"y"}]}`, []string{"Patient.name[1].last: does not exist"}},
		"required missing":       {`{"resourceType":"Observation","status":"final"}`, []string{"Observation.code: required"}},
		"required by extension":  {`{"resourceType":"Observation","_status":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]},"code":{"text":"x"}}`, nil},
		"array where one":        {`{"resourceType":"Patient","gender":["male"]}`, []string{"Patient.gender: only one value"}},
		"one where array":        {`{"resourceType":"Patient","name":{"family":"x"}}`, []string{"Patient.name: an array is expected"}},
		"null":                   {`{"resourceType":"Patient","gender":null}`, []string{"Patient.gender: null"}},
		"empty array":            {`{"resourceType":"Patient","name":[]}`, []string{"Patient.name: must not be empty"}},
		"empty object":           {`{"resourceType":"Patient","name":[{}]}`, []string{"Patient.name[0]: must not be empty"}},
		"empty string":           {`{"resourceType":"Patient","name":[{"family":""}]}`, []string{"Patient.name[0].family: must not be empty"}},
		"code list":              {`{"resourceType":"Patient","gender":"m"}`, []string{"Patient.gender: female, male, other, unknown"}},
		"two types of a choice":  {`{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"}`, []string{"Patient.deceased: only one type"}},
		"wrong type of a choice": {`{"resourceType":"Patient","deceasedString":"x"}`, []string{"Patient.deceasedString: does not exist"}},
		"choice path":            {`{"resourceType":"Observation",` + obs + `,"valueQuantity":{"value":"5"}}`, []string{"Observation.value.ofType(Quantity).value: a number"}},
		"sibling":                {`{"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"a","extension":[{"url":"urn:x","valueString":"y"}]}}`, nil},
		"sibling not object":     {`{"resourceType":"Patient","_birthDate":"x"}`, []string{"Patient.birthDate: an object with id"}},
		"sibling of complex":     {`{"resourceType":"Patient","_name":[{"id":"x"}]}`, []string{"Patient._name: does not exist"}},
		"nulls with siblings":    {`{"resourceType":"Patient","name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"urn:x","valueCode":"masked"}]}]}]}`, nil},
		"null without sibling":   {`{"resourceType":"Patient","name":[{"given":["A",null]}]}`, []string{"Patient.name[0].given[1]: null is only allowed"}},
		"lengths differ":         {`{"resourceType":"Patient","name":[{"given":["A","B"],"_given":[{"id":"x"}]}]}`, []string{"Patient.name[0].given: same length"}},
		"date that is not":       {`{"resourceType":"Patient","birthDate":"1970-02-30"}`, []string{"Patient.birthDate: and exist"}},
		"period backwards":       {`{"resourceType":"Patient","name":[{"family":"x","period":{"start":"2020","end":"2019-05"}}]}`, []string{"Patient.name[0].period: per-1"}},
		"period within a year":   {`{"resourceType":"Patient","name":[{"family":"x","period":{"start":"2020-05","end":"2020"}}]}`, nil},
		"extension with both":    {`{"resourceType":"Patient","extension":[{"url":"urn:a","valueString":"x","extension":[{"url":"b","valueString":"y"}]}]}`, []string{"Patient.extension[0]: ext-1"}},
		"extension with nothing": {`{"resourceType":"Patient","extension":[{"url":"urn:a"}]}`, []string{"Patient.extension[0]: ext-1"}},
		"target type":            {`{"resourceType":"Observation",` + obs + `,"encounter":{"reference":"Patient/1"}}`, []string{"Observation.encounter: Encounter"}},
		"target by URL":          {`{"resourceType":"Observation",` + obs + `,"encounter":{"reference":"https://a.example/fhir/Patient/1"}}`, []string{"Observation.encounter: Encounter"}},
		"target by type":         {`{"resourceType":"Observation",` + obs + `,"encounter":{"type":"Patient","identifier":{"value":"1"}}}`, []string{"Observation.encounter: Encounter"}},
		"reference to nowhere":   {`{"resourceType":"Observation",` + obs + `,"subject":{"reference":"Smith"}}`, []string{"Observation.subject.reference: Type/id"}},
		"conditional reference":  {`{"resourceType":"Observation",` + obs + `,"subject":{"reference":"Patient?identifier=urn:x|1"}}`, nil},
		"contained":              {`{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"}],` + obs + `,"subject":{"reference":"#p"}}`, nil},
		"contained unused":       {`{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"}],` + obs + `}`, []string{"Observation.contained[0]: dom-3"}},
		"contained missing":      {`{"resourceType":"Observation",` + obs + `,"subject":{"reference":"#p"}}`, []string{"Observation.subject.reference: ref-1"}},
		"contained wrong type":   {`{"resourceType":"Observation","contained":[{"resourceType":"Practitioner","id":"p","active":true}],` + obs + `,"subject":{"reference":"#p"}}`, []string{"Observation.subject: Patient"}},
		"contained in contained": {`{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p","contained":[{"resourceType":"Device","id":"d"}]}],` + obs + `,"subject":{"reference":"#p"}}`, []string{"Observation.contained[0].contained: dom-2"}},
		"required concept":       {`{"resourceType":"Condition","clinicalStatus":{"coding":[{"system":"urn:x","code":"active"}]},"subject":{"reference":"Patient/1"}}`, []string{"Condition.clinicalStatus: condition-clinical"}},
		"value and absence":      {`{"resourceType":"Observation",` + obs + `,"valueString":"x","dataAbsentReason":{"text":"y"}}`, []string{"Observation.dataAbsentReason: obs-6"}},
		"simple quantity":        {`{"resourceType":"Observation",` + obs + `,"referenceRange":[{"low":{"value":1,"comparator":"<"}}]}`, []string{"Observation.referenceRange[0].low.comparator: does not exist"}},
		"unit without system":    {`{"resourceType":"Observation",` + obs + `,"valueQuantity":{"value":1,"code":"mg"}}`, []string{"Observation.value.ofType(Quantity): qty-3"}},
		"attachment size":        {`{"resourceType":"DocumentReference","status":"current","content":[{"attachment":{"contentType":"text/plain","data":"SGVsbG8=","size":6}}]}`, []string{"DocumentReference.content[0].attachment.size: size"}},
		"bundle entry":           {`{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:0c5a3d3e-2b7d-4c9a-8a55-0f2f6f1c7f10","resource":{"resourceType":"Patient","gender":"x"}}]}`, []string{"Bundle.entry[0].resource.gender: codes"}},
		"bundle without request": {`{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"}}]}`, []string{"Bundle.entry[0]: bdl-3"}},
		"content reference":      {`{"resourceType":"Observation",` + obs + `,"component":[{"code":{"text":"x"},"referenceRange":[{"upper":1}]}]}`, []string{"Observation.component[0].referenceRange[0].upper: does not exist"}},
		"only an id":             {`{"resourceType":"Patient","name":[{"id":"a"}],"_birthDate":{"id":"b"}}`, []string{"Patient.name[0]: ele-1", "Patient.birthDate: ele-1"}},
		"only an id in a list":   {`{"resourceType":"Patient","name":[{"given":["x",null],"_given":[{"id":"a"},{"id":"b"}]}]}`, []string{"Patient.name[0].given[1]: ele-1"}},
		"a contained picture":    {`{"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'><img src='#pic'/></div>"},"contained":[{"resourceType":"Binary","id":"pic","contentType":"image/png"}]}`, nil},
		"another picture":        {`{"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'><img src='#pic2'/></div>"},"contained":[{"resourceType":"Binary","id":"pic","contentType":"image/png"}]}`, []string{"Basic.contained[0]: dom-3"}},
		"fullUrl of another id":  {`{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"https://x.example/Patient/1","resource":{"resourceType":"Patient","id":"1"}},{"fullUrl":"https://x.example/Patient/2","resource":{"resourceType":"Patient","id":"1"}},{"fullUrl":"https://x.example/Group/1","resource":{"resourceType":"Patient","id":"1"}},{"fullUrl":"https://x.example/Patient/3","resource":{"resourceType":"Patient","active":true}},{"fullUrl":"https://x.example/any","resource":{"resourceType":"Patient","id":"1"}}]}`, []string{"Bundle.entry[1]: type and id", "Bundle.entry[2]: type and id", "Bundle.entry[3]: type and id"}},
		"fullUrl before the id":  {`{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"https://x.example/Patient/3","resource":{"resourceType":"Patient","active":true},"request":{"method":"POST","url":"Patient"}}]}`, nil},
		"what a search says":     {`{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Patient","id":"1"},"search":{"mode":"outcome"}},{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"invalid"}]},"search":{"mode":"match"}},{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"invalid"}]},"search":{"mode":"outcome"}}]}`, []string{"Bundle.entry[0].resource: is an OperationOutcome", "Bundle.entry[1].resource: its mode is outcome"}},
		"relative own url":       {`{"resourceType":"Questionnaire","status":"draft","url":"Questionnaire/1"}`, []string{"Questionnaire.url: absolute"}},
		"contained code system":  {`{"resourceType":"ValueSet","status":"draft","url":"urn:oid:1.2.3","compose":{"include":[{"system":"http://x.example"}],"exclude":[{"system":"#c"}]}}`, []string{"ValueSet.compose.exclude[0].system: absolute"}},
		"supplement":             {`{"resourceType":"CodeSystem","status":"draft","content":"complete","supplements":"http://loinc.org"}`, []string{"CodeSystem.content: supplement"}},
		"half a composite":       {`{"resourceType":"SearchParameter","url":"urn:x:s","name":"S","status":"draft","description":"D","code":"s","base":["Patient"],"type":"composite","expression":"Patient","component":[{"definition":"urn:x","expression":"name"}]}`, []string{"SearchParameter: two components"}},
		"official parameters":    {`{"resourceType":"CapabilityStatement","status":"draft","date":"2024","kind":"instance","fhirVersion":"4.0.1","format":["json"],"implementation":{"description":"x"},"rest":[{"mode":"server","resource":[{"type":"Condition","searchParam":[{"name":"code","type":"token","definition":"http://hl7.org/fhir/SearchParameter/clinical-code"},{"name":"x","type":"string","definition":"http://hl7.org/fhir/SearchParameter/clinical-code|4.0.1"},{"name":"y","type":"string","definition":"urn:own"}]},{"type":"ConceptMap","searchParam":[{"name":"_source","type":"uri","definition":"http://hl7.org/fhir/SearchParameter/Resource-source"},{"name":"source","type":"reference","definition":"http://hl7.org/fhir/SearchParameter/ConceptMap-source"}]}]}]}`, []string{"CapabilityStatement.rest[0].resource[0].searchParam[1]: token"}},
		"parameters":             {`{"resourceType":"Parameters","parameter":[{"name":"x","resource":{"resourceType":"Patient","active":1}}]}`, []string{"Parameters.parameter[0].resource.active: true or false"}},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := fhir.Parse([]byte(c.in))
			require.NoError(t, err)
			issues := errorsOf(fhir.Validate(n))
			require.Len(t, issues, len(c.want), "%v", issues)
			for i, want := range c.want {
				place, text, _ := strings.Cut(want, ": ")
				require.Equal(t, place, issues[i].Expression)
				require.Contains(t, issues[i].Text, text)
				require.NotEmpty(t, issues[i].Code)
			}
		})
	}
}

// Invariants are found at the element that they speak of, and only there.
func TestInvariants(t *testing.T) {
	for name, c := range map[string]struct{ in, place, key string }{
		"an allergy without status":   {`{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/1"}}`, "AllergyIntolerance", "ait-1"},
		"an appointment half timed":   {`{"resourceType":"Appointment","status":"proposed","start":"2024-01-01T10:00:00Z","participant":[{"status":"accepted","type":[{"text":"x"}]}]}`, "Appointment", "app-2"},
		"nobody takes part":           {`{"resourceType":"Appointment","status":"proposed","participant":[{"status":"accepted","type":[{"text":"x"}]},{"status":"accepted"}]}`, "Appointment.participant[1]", "app-1"},
		"a contact without anything":  {`{"resourceType":"Patient","contact":[{"gender":"male"}]}`, "Patient.contact[0]", "pat-1"},
		"an office at home":           {`{"resourceType":"Organization","name":"x","telecom":[{"system":"phone","value":"1"},{"system":"phone","value":"2","use":"home"}]}`, "Organization.telecom[1]", "org-3"},
		"a range of nothing":          {`{"resourceType":"Observation","status":"final","code":{"text":"x"},"referenceRange":[{"type":{"text":"x"}}]}`, "Observation.referenceRange[0]", "obs-3"},
		"a period without its unit":   {`{"resourceType":"MedicationRequest","status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"Patient/1"},"dosageInstruction":[{"timing":{"repeat":{"period":1}}}]}`, "MedicationRequest.dosageInstruction[0].timing.repeat", "tim-2"},
		"a question of a question":    {`{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"group","item":[{"linkId":"2","type":"display","required":true}]}]}`, "Questionnaire.item[0].item[0]", "que-6"},
		"two questions of one name":   {`{"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"string"},{"linkId":"1","type":"string"}]}`, "Questionnaire", "que-2"},
		"in a contained resource":     {`{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p","contact":[{"gender":"male"}]}]}`, "Observation.contained[0].contact[0]", "pat-1"},
		"an age of no unit":           {`{"resourceType":"Condition","subject":{"reference":"Patient/1"},"onsetAge":{"value":5}}`, "Condition.onset.ofType(Age)", "age-1"},
		"given out before it is made": {`{"resourceType":"MedicationDispense","status":"completed","medicationCodeableConcept":{"text":"x"},"whenPrepared":"2024-01-02","whenHandedOver":"2024-01-01"}`, "MedicationDispense", "mdd-1"},
	} {
		n, err := fhir.Parse([]byte(c.in))
		require.NoError(t, err, name)
		issues := errorsOf(fhir.Validate(n))
		require.Len(t, issues, 1, name)
		require.Equal(t, c.place, issues[0].Expression, name)
		require.Contains(t, issues[0].Text, "("+c.key+")", name)
	}
	n, err := fhir.Parse([]byte(`{"resourceType":"ValueSet","status":"draft","name":"not a name"}`))
	require.NoError(t, err)
	issues := fhir.Validate(n)
	require.Len(t, issues, 1)
	require.Equal(t, fhir.SeverityWarning, issues[0].Severity, "vsd-0 only warns")
}

func TestIssuesAreBounded(t *testing.T) {
	n, err := fhir.Parse([]byte(`{"resourceType":"Patient","name":[` + strings.Repeat(`{},`, 500) + `{}]}`))
	require.NoError(t, err)
	require.Len(t, fhir.Validate(n), 100)
}

func TestPrimitives(t *testing.T) {
	for typ, cases := range map[string]struct{ good, bad []string }{
		"Date":         {[]string{`"2020"`, `"2020-02"`, `"2020-02-29"`, `"0001-01-01"`}, []string{`"0000"`, `"2021-02-29"`, `"1900-02-29"`, `"2020-13"`, `"2020-00"`, `"20"`, `"2020-1-1"`, `"2020-01-01T00:00:00Z"`, `20200101`, `"2020-01-01 "`}},
		"DateTime":     {[]string{`"2020"`, `"2020-02-29T23:59:60Z"`, `"2020-02-29T10:00:00.123456789+14:00"`, `"2020-01-01T00:00:00-00:30"`}, []string{`"2020-02-29T10:00Z"`, `"2020-02-29T10:00:00"`, `"2020-02-29T24:00:00Z"`, `"2020-02-29T10:00:00+14:30"`, `"2020-02-29T10:60:00Z"`, `"2020-02-29t10:00:00Z"`, `"2020-02-29T10:00:00."`, `"2020-02-29T10:00:00.Z"`}},
		"Instant":      {[]string{`"2020-02-29T10:00:00Z"`, `"2020-02-29T10:00:00.1+01:00"`}, []string{`"2020-02-29"`, `"2020-02-29T10:00:00"`}},
		"Time":         {[]string{`"00:00:00"`, `"23:59:59.999"`}, []string{`"24:00:00"`, `"10:00"`, `"10:00:00Z"`, `"1:00:00"`}},
		"Integer":      {[]string{`0`, `-5`, `2147483647`}, []string{`2147483648`, `1.0`, `1e2`, `"1"`}},
		"PositiveInt":  {[]string{`1`}, []string{`0`, `-1`}},
		"UnsignedInt":  {[]string{`0`}, []string{`-1`}},
		"Decimal":      {[]string{`0`, `-1.50`, `1e10`, `1E-5`}, []string{`"1"`, `1e999`}},
		"Boolean":      {[]string{`true`}, []string{`"true"`, `1`}},
		"Code":         {[]string{`"a"`, `"a b"`}, []string{`" a"`, `"a "`, `"a  b"`, `"a\tb"`}},
		"Id":           {[]string{`"a-1.B"`}, []string{`"a_1"`, `"` + strings.Repeat("a", 65) + `"`}},
		"Uri":          {[]string{`"urn:x"`, `"relative"`}, []string{`"a b"`}},
		"Oid":          {[]string{`"urn:oid:2.16.840.1"`}, []string{`"2.16.840"`, `"urn:oid:3.1"`, `"urn:oid:1.02"`, `"urn:oid:1."`}},
		"Uuid":         {[]string{`"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"`}, []string{`"c757873d-ec9a-4326-a141-556f43239520"`}},
		"Base64Binary": {[]string{`"SGVsbG8="`, `"SGVs\nbG8="`}, []string{`"SGVsbG8"`, `"SG=sbG8="`, `"SGVs*G8="`, `"===="`}},
		"String":       {[]string{`"a\nb\t"`, `"é"`}, []string{`"a\u0000"`, `"a\u0007"`, `5`}},
		"Markdown":     {[]string{`"# a"`}, []string{`true`}},
	} {
		check := func(value string) []fhir.Issue {
			n, err := fhir.Parse([]byte(`{"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"urn:x","value` + typ + `":` + value + `}]}`))
			require.NoError(t, err)
			return errorsOf(fhir.Validate(n))
		}
		for _, v := range cases.good {
			require.Empty(t, check(v), "%s %s", typ, v)
		}
		for _, v := range cases.bad {
			require.Len(t, check(v), 1, "%s %s", typ, v)
		}
	}
}

func TestNarrative(t *testing.T) {
	check := func(div string) []fhir.Issue {
		n := fhir.Object(fhir.Member{Key: "resourceType", Value: fhir.String("Patient")},
			fhir.Member{Key: "text", Value: fhir.Object(
				fhir.Member{Key: "status", Value: fhir.String("generated")},
				fhir.Member{Key: "div", Value: fhir.String(div)})})
		return fhir.Validate(n)
	}
	const open = `<div xmlns="http://www.w3.org/1999/xhtml">`
	for _, good := range []string{
		open + `a</div>`,
		open + `<p class="x">a &amp; b &#160; &#xA0; &lt;</p><br/><!-- note --></div>`,
		open + `<img src="#pic" alt='a'/></div>`,
		open + `<a href="https://x.example/?a=1&amp;b=2">x</a><a href="Patient/1">y</a></div>`,
		open + "<table\n border='1'><tbody><tr><td colspan=\"2\" >x</td ></tr></tbody></table></div>",
		open + `<img src="data:image/png;base64,AAAA"/></div>`,
	} {
		require.Empty(t, check(good), good)
	}
	for _, bad := range []string{
		`plain`, `<p>x</p>`, open + `<p>x</div>`, open + `x</div><div>y</div>`, open + `x</div>y`, open + `x`,
		open + `<script>alert(1)</script></div>`, open + `<iframe src="x"/>y</div>`, open + `<form>x</form></div>`,
		open + `<p onclick="x()">y</p></div>`, open + `<p class=x>y</p></div>`, open + `<p class>y</p></div>`,
		open + `<a href="javascript:alert(1)">x</a></div>`, open + `<a href=" JaVa&#115;cript:alert(1)">x</a></div>`,
		open + "<a href=\"java\nscript:alert(1)\">x</a></div>", open + `<a href="data:text/html,x">x</a></div>`,
		open + `<img src="data:image/svg+xml,x"/></div>`, open + `a & b</div>`, open + `&nbsp;</div>`, open + `<object data="x">y</object></div>`,
		open + `<P>x</P></div>`, open + `<![CDATA[x]]></div>`, open + `<?php x ?>y</div>`, open + `<p title="<">x</p></div>`,
		open + `<!-- --!><script>alert(1)</script> -->x</div>`, open + `<!-- a -- b -->x</div>`, open + `<!--->x</div>`, open + `<!-- x</div>`,
		open + strings.Repeat("<b>", 100) + "x" + strings.Repeat("</b>", 100) + "</div>",
	} {
		require.NotEmpty(t, errorsOf(check(bad)), bad)
	}
	empty := check(open + ` </div>`)
	require.Len(t, empty, 1)
	require.Equal(t, fhir.SeverityWarning, empty[0].Severity)
}

package access

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"housecall/internal/db/dbtest"
	"housecall/records/fhir"
)

func parse(t testing.TB, text string) *fhir.Node {
	t.Helper()
	n, err := fhir.Parse([]byte(text))
	require.NoError(t, err, text)
	return n
}

func concept(system, code, display string) string {
	b, _ := json.Marshal(map[string]any{"coding": []any{map[string]string{"system": system, "code": code, "display": display}}})
	return string(b)
}

func TestCategoryByTypeAndContent(t *testing.T) {
	for text, want := range map[string]Category{
		`{"resourceType":"Patient"}`:            Demographics,
		`{"resourceType":"Condition"}`:          Conditions,
		`{"resourceType":"AllergyIntolerance"}`: Allergies,
		`{"resourceType":"MedicationRequest"}`:  Medicines,
		`{"resourceType":"Immunization"}`:       Immunizations,
		`{"resourceType":"Observation"}`:        Results,
		`{"resourceType":"Observation","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}]}`:        Results,
		`{"resourceType":"Observation","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"social-history"}]}]}`:    Results,
		`{"resourceType":"Observation","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}]}`:       Vitals,
		`{"resourceType":"DiagnosticReport","result":[{"reference":"Observation/1"}]}`:                                                                                Results,
		`{"resourceType":"DiagnosticReport","category":[{"coding":[{"system":"http://loinc.org","code":"34117-2"}]}],"presentedForm":[{"contentType":"text/plain"}]}`: Documents,
		`{"resourceType":"Encounter"}`:             Visits,
		`{"resourceType":"DocumentReference"}`:     Documents,
		`{"resourceType":"CarePlan"}`:              CarePlan,
		`{"resourceType":"Communication"}`:         Messages,
		`{"resourceType":"Appointment"}`:           Appointments,
		`{"resourceType":"QuestionnaireResponse"}`: Questionnaires,
		`{"resourceType":"ExplanationOfBenefit"}`:  Coverage,
		`{"resourceType":"Consent"}`:               Other,
		`{"resourceType":"SomethingOfTheFuture"}`:  Other,
		`{}`: Other,
	} {
		got := Classify(parse(t, text))
		require.Equal(t, want, got.Category, text)
		require.Zero(t, got.Labels.Sensitive(), text)
	}
	require.Equal(t, Other, Classify(nil).Category)
}

func TestLabelsBySecurity(t *testing.T) {
	for code, want := range map[string]Labels{
		actCode + " PSY": MentalHealth, actCode + " SUD": SubstanceUse, actCode + " ETH": SubstanceUse, actCode + " SEX": Reproductive, actCode + " HIV": HIV, actCode + " GDIS": Genetics,
		actCode + " SDV": Restricted, secrecy + " R": Restricted, secrecy + " V": Restricted, secrecy + " N": 0, secrecy + " M": 0, "http://example.org R": 0, actCode + " AMB": 0,
	} {
		system, word, _ := strings.Cut(code, " ")
		n := parse(t, `{"resourceType":"Observation","meta":{"security":[{"system":"`+system+`","code":"`+word+`"}]}}`)
		require.Equal(t, want, Classify(n).Labels.Sensitive(), code)
	}
	require.Zero(t, Classify(parse(t, `{"resourceType":"Encounter","class":{"system":"`+actCode+`","code":"VIP"}}`)).Labels, "only as a security label")
}

// The deck: what must be labelled, and what is near to it and must not be.
func TestLabelsDeck(t *testing.T) {
	const none = NoLabels
	for _, c := range []struct {
		typ, element, system, code, display string
		want                                Labels
	}{
		{"Condition", "code", icd10cm, "F32.9", "", MentalHealth},
		{"Condition", "code", icd10cm, "F43.10", "", MentalHealth},
		{"Condition", "code", icd10cm, "F90.0", "", MentalHealth},
		{"Condition", "code", icd10cm, "R45.851", "", MentalHealth},
		{"Condition", "code", icd10cm, "F03.90", "", none}, // dementia
		{"Condition", "code", icd10cm, "F84.0", "", none},
		{"Condition", "code", icd10cm, "F17.210", "", none}, // nicotine
		{"Condition", "code", icd10cm, "R45.1", "", none},
		{"Condition", "code", icd10cm, "F11.20", "", SubstanceUse},
		{"Condition", "code", icd10cm, "F10.10", "", SubstanceUse},
		{"Condition", "code", icd10cm, "K70.30", "", SubstanceUse},
		{"Condition", "code", icd10cm, "K74.60", "", none},
		{"Condition", "code", icd10cm, "B20", "", HIV},
		{"Condition", "code", icd10cm, "Z21", "", HIV},
		{"Condition", "code", "urn:oid:2.16.840.1.113883.6.90", "Z21", "", HIV},
		{"Condition", "code", icd10, "B24", "", HIV},
		{"Condition", "code", icd10cm, "B19.20", "", none}, // hepatitis C
		{"Condition", "code", icd10cm, "B25.9", "", none},
		{"Condition", "code", icd10cm, "Z20.6", "", HIV},
		{"Condition", "code", icd10cm, "Z20.5", "", none},
		{"Condition", "code", icd10cm, "Z20.822", "", none}, // COVID-19
		{"Condition", "code", icd10cm, "O99.320", "", SubstanceUse | Reproductive},
		{"Condition", "code", icd10cm, "Z33.2", "", Reproductive},
		{"Condition", "code", icd10cm, "Z30.09", "", Reproductive},
		{"Condition", "code", icd10cm, "A56.01", "", Reproductive},
		{"Condition", "code", icd10cm, "J16.0", "Chlamydial pneumonia", none},
		{"Condition", "code", icd10cm, "Z15.01", "", Genetics},
		{"Condition", "code", icd10cm, "C50.911", "", none},
		{"Condition", "code", icd10cm, "T74.11XA", "", Restricted},
		{"Condition", "code", icd10cm, "T78.40XA", "", none},
		{"Condition", "code", "http://hl7.org/fhir/sid/icd-9-cm", "F32.9", "", none}, // another system
		{"Condition", "code", icd10cm, "F", "", none},
		{"Condition", "code", snomed, "86406008", "", HIV},
		{"Condition", "code", snomed, "370143000", "", MentalHealth},
		{"Condition", "code", snomed, "7200002", "", SubstanceUse},
		{"Condition", "code", snomed, "72892002", "", Reproductive},
		{"Condition", "code", snomed, "706893006", "", Restricted},
		{"Condition", "code", snomed, "38341003", "Hypertension", none},
		{"Condition", "code", snomed, "44054006", "Type 2 diabetes", none},
		{"Condition", "code", snomed, "840539006", "COVID-19", none},
		{"Condition", "code", "", "", "Opioid use disorder, severe", SubstanceUse},
		{"Condition", "code", "", "", "Major depressive disorder", MentalHealth},
		{"Condition", "code", "", "", "ST segment depression", none},
		{"Condition", "code", "", "", "Opioid induced constipation", none},
		{"Procedure", "code", snomed, "169553002", "", Reproductive},
		{"Procedure", "code", snomed, "714812005", "", Reproductive},
		{"Procedure", "code", "", "", "Bipolar hemiarthroplasty", none},
		{"Procedure", "code", "", "", "Fitting of hearing aids", none},
		{"Encounter", "reasonCode", icd10cm, "F33.1", "", MentalHealth},
		{"Encounter", "type", snomed, "424441002", "Prenatal initial visit", Reproductive},
		{"Encounter", "type", snomed, "162673000", "General examination of patient", none},
		{"Observation", "code", loinc, "75622-1", "", HIV},
		{"Observation", "code", loinc, "25835-0", "", HIV},
		{"Observation", "code", loinc, "16935-9", "Hepatitis B surface Ab", none},
		{"Observation", "code", loinc, "44261-6", "", MentalHealth},
		{"Observation", "code", loinc, "75626-2", "", SubstanceUse},
		{"Observation", "code", loinc, "2106-3", "", Reproductive},
		{"Observation", "code", loinc, "21636-6", "", Genetics},
		{"Observation", "code", loinc, "2339-0", "Glucose", none},
		{"Observation", "code", loinc, "6690-2", "Leukocytes", none},
		{"Observation", "valueCodeableConcept", snomed, "165816005", "", HIV},
		{"Observation", "code", snomed, "856AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", HIV},
		{"Observation", "code", snomed, "999AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", none},
		{"Claim", "procedure", hcpcs, "H0020", "", SubstanceUse},
		{"Claim", "procedure", hcpcs, "G0008", "", none},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "1", "Dolutegravir 50 MG Oral Tablet [Tivicay]", HIV},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "2", "buprenorphine 8 MG / naloxone 2 MG Sublingual Film", SubstanceUse},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "3", "Naltrexone hydrochloride 50 MG Oral Tablet", SubstanceUse},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "4", "sertraline 50 MG Oral Tablet", MentalHealth},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "36437", "", MentalHealth},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "5", "Levonorgestrel 0.15 MG / Ethinyl Estradiol 0.03 MG", Reproductive},
		{"MedicationStatement", "medicationCodeableConcept", "", "", "olanzapine", MentalHealth},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "6", "entecavir 0.5 MG Oral Tablet", none},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "7", "acyclovir 400 MG Oral Tablet", none},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "8", "lisinopril 10 MG Oral Tablet", none},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "9", "Estradiol 1 MG Oral Tablet", none},
		{"MedicationRequest", "medicationCodeableConcept", rxnorm, "10", "misoprostol 0.2 MG Oral Tablet", none},
		{"Condition", "code", "", "", "Lithium in drinking water", none}, // names of medicines count in medicines only
	} {
		n := parse(t, `{"resourceType":"`+c.typ+`","`+c.element+`":`+concept(c.system, c.code, c.display)+`}`)
		require.Equal(t, c.want, Classify(n).Labels.Sensitive(), "%s %s %s %s", c.typ, c.system, c.code, c.display)
	}
}

// A code anywhere in the resource counts; narrative and identifiers do not.
func TestLabelsOfWhatCarriesThem(t *testing.T) {
	hiv := `{"coding":[{"system":"http://snomed.info/sct","code":"86406008"}]}`
	for text, want := range map[string]Labels{
		`{"resourceType":"Claim","diagnosis":[{"sequence":1,"diagnosisCodeableConcept":` + hiv + `}]}`:                                          HIV,
		`{"resourceType":"DiagnosticReport","contained":[{"resourceType":"Observation","id":"o","code":` + hiv + `}]}`:                          HIV,
		`{"resourceType":"Observation","component":[{"code":` + hiv + `}]}`:                                                                     HIV,
		`{"resourceType":"MedicationRequest","reasonCode":[` + hiv + `]}`:                                                                       HIV,
		`{"resourceType":"CarePlan","title":"Alcohol use disorder"}`:                                                                            SubstanceUse,
		`{"resourceType":"Observation","text":{"status":"generated","div":"<div>HIV</div>"}}`:                                                   0,
		`{"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p","text":{"status":"generated","div":"<div>HIV</div>"}}]}`: 0,
		`{"resourceType":"Observation","identifier":[{"system":"http://snomed.info/sct","value":"86406008"}]}`:                                  0,
		`{"resourceType":"Observation","performer":[{"display":"HIV Clinic"}]}`:                                                                 0,
	} {
		require.Equal(t, want, Classify(parse(t, text)).Labels.Sensitive(), text)
	}
}

// Codes that carry a check digit carry the right one: a slip of a digit would
// label something else.
func TestRuleCodesHaveTheirCheckDigits(t *testing.T) {
	for label, codes := range codeRules[loinc] {
		for _, c := range codes {
			require.True(t, loincCheck(c), "%d %s", label, c)
		}
	}
	for label, codes := range codeRules[snomed] {
		for _, c := range codes {
			require.True(t, verhoeff(c), "%d %s", label, c)
		}
	}
	for _, r := range icdRules {
		require.GreaterOrEqual(t, len(r.from), 3)
		require.True(t, r.to == "" || len(r.from) == 3 && len(r.to) == 3 && r.from[0] == r.to[0] && r.from <= r.to, r.from)
	}
	for _, words := range []map[Labels][]string{medicineWords, plainWords} {
		for _, list := range words {
			for _, w := range list {
				require.Equal(t, strings.ToLower(w), w)
				require.LessOrEqual(t, len(strings.Fields(w)), 3)
			}
		}
	}
}

func loincCheck(code string) bool {
	num, check, ok := strings.Cut(code, "-")
	if !ok || len(check) != 1 {
		return false
	}
	sum := 0
	for i := range len(num) {
		d := int(num[len(num)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return (10-sum%10)%10 == int(check[0]-'0')
}

// verhoeff: the dihedral group D5 and the permutation 1-5-7-6-2-8-3-0-9-4.
func verhoeff(code string) bool {
	multiply := func(a, b int) int {
		switch {
		case a < 5 && b < 5:
			return (a + b) % 5
		case a < 5:
			return 5 + (a+b-5)%5
		case b < 5:
			return 5 + (a-5-b+5)%5
		}
		return (a - b + 5) % 5
	}
	step := [10]int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	sum := 0
	for i := range len(code) {
		d := int(code[len(code)-1-i] - '0')
		for range i % 8 {
			d = step[d]
		}
		sum = multiply(sum, d)
	}
	return sum == 0
}

// Real histories: the HIV programme's patients are labelled, and most of an
// ordinary chart is not.
func TestLabelsOnRealHistories(t *testing.T) {
	count := func(dir string) (resources, hiv, labelled int) {
		files, err := filepath.Glob(filepath.Join(dir, "*.json*"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files[:min(8, len(files))] {
			for _, e := range readBundle(t, file).Get("entry").Items() {
				l := Classify(e.Get("resource")).Labels.Sensitive()
				resources++
				if l&HIV != 0 {
					hiv++
				}
				if l != 0 {
					labelled++
				}
			}
		}
		return resources, hiv, labelled
	}
	n, hiv, _ := count(dbtest.Data(t, "synthea-r4-2021-hiv"))
	require.Greater(t, hiv, 40, "of %d", n)
	n, hiv, labelled := count(dbtest.Data(t, "synthea-r4"))
	require.Zero(t, hiv)
	require.Greater(t, labelled, 0)
	require.Less(t, labelled*5, n, "labels are the exception")
}

func readBundle(t testing.TB, file string) *fhir.Node {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		in, err = gzip.NewReader(f)
		require.NoError(t, err)
	}
	b, err := io.ReadAll(in)
	require.NoError(t, err)
	return parse(t, string(b))
}

func BenchmarkClassify(b *testing.B) {
	n := parse(b, `{"resourceType":"Observation","id":"2c0b1b1e-9a4f-4ad5-8d1b-0d5b0b0c1a11","meta":{"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},
		"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory","display":"Laboratory"}]}],
		"code":{"coding":[{"system":"http://loinc.org","code":"2339-0","display":"Glucose [Mass/volume] in Blood"}],"text":"Glucose [Mass/volume] in Blood"},
		"subject":{"reference":"Patient/1"},"encounter":{"reference":"Encounter/1"},"effectiveDateTime":"2019-08-01T06:34:37-04:00","issued":"2019-08-01T06:34:37.325-04:00",
		"valueQuantity":{"value":85.4,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"},
		"referenceRange":[{"low":{"value":70,"unit":"mg/dL"},"high":{"value":99,"unit":"mg/dL"},"text":"70 to 99"}]}`)
	b.ReportAllocs()
	for b.Loop() {
		Classify(n)
	}
}

func TestAMessageFromElsewhereIsJudgedByItsWords(t *testing.T) {
	const words = `"topic":{"text":"Question"},"payload":[{"contentString":"I think I am pregnant"}]}`
	for body, want := range map[string]Labels{
		`{"resourceType":"Communication","status":"completed",` + words:                                   Reproductive,
		`{"resourceType":"Communication","status":"completed","meta":{"source":"urn:elsewhere"},` + words: Reproductive,
		`{"resourceType":"Communication","status":"completed","meta":{"source":"` + Own + `"},` + words:   NoLabels,
	} {
		n, err := fhir.Parse([]byte(body))
		require.NoError(t, err)
		require.Equal(t, Class{Category: Messages, Labels: want}, Classify(n), body)
	}
	for l := Labels(1); l <= AllLabels; l++ {
		n, err := fhir.Make(map[string]any{"resourceType": "Communication", "meta": map[string]any{"source": Own, "security": l.Security()}})
		require.NoError(t, err)
		require.Equal(t, l, Classify(n).Labels.Sensitive())
	}
}

package demo

// Code systems.
const (
	loinc          = "http://loinc.org"
	snomed         = "http://snomed.info/sct"
	icd10          = "http://hl7.org/fhir/sid/icd-10-cm"
	rxnorm         = "http://www.nlm.nih.gov/research/umls/rxnorm"
	cvx            = "http://hl7.org/fhir/sid/cvx"
	ucum           = "http://unitsofmeasure.org"
	npi            = "http://hl7.org/fhir/sid/us-npi"
	nucc           = "http://nucc.org/provider-taxonomy"
	languageTags   = "urn:ietf:bcp:47"
	thoBase        = "http://terminology.hl7.org/CodeSystem/"
	identifierType = thoBase + "v2-0203"
	actCode        = thoBase + "v3-ActCode"
	roleCode       = thoBase + "v3-RoleCode"
	interpretation = thoBase + "v3-ObservationInterpretation"
	obsCategory    = thoBase + "observation-category"
	reportSection  = thoBase + "v2-0074"
	clinicalStatus = thoBase + "condition-clinical"
	certainty      = thoBase + "condition-ver-status"
	problemKind    = thoBase + "condition-category"
	usCoreBase     = "http://hl7.org/fhir/us/core/CodeSystem/"
)

// labels are the sensitivity labels that the stories use.
var labels = map[string]string{
	"PSY": "psychiatry disorder information sensitivity",
	"HIV": "HIV/AIDS information sensitivity",
	"SEX": "sexuality and reproductive health information sensitivity",
}

type coding struct{ system, code, display string }

func (c coding) json() obj {
	body := obj{"system": c.system, "code": c.code}
	set(body, "display", c.display)
	return body
}

// concept is plain words with the codes that say the same.
func concept(text string, codings ...coding) obj {
	body := obj{}
	set(body, "text", text)
	var all list
	for _, c := range codings {
		all = append(all, c.json())
	}
	set(body, "coding", all)
	return body
}

// tho is a concept of one code from a terminology.hl7.org system, without words of its own.
func tho(system, code, display string) obj { return concept("", coding{system, code, display}) }

// diagnosis is a problem in plain words, ICD-10-CM and, where there is a good one, SNOMED CT.
type diagnosis struct{ text, icd, icdName, sct, sctName string }

func (d diagnosis) concept() obj {
	codings := []coding{{icd10, d.icd, d.icdName}}
	if d.sct != "" {
		codings = append(codings, coding{snomed, d.sct, d.sctName})
	}
	return concept(d.text, codings...)
}

var diagnoses = map[string]diagnosis{
	"diabetes":      {"Type 2 diabetes", "E11.22", "Type 2 diabetes mellitus with diabetic chronic kidney disease", "44054006", "Diabetes mellitus type 2"},
	"hypertension":  {"High blood pressure", "I10", "Essential (primary) hypertension", "59621000", "Essential hypertension"},
	"kidney3a":      {"Chronic kidney disease, stage 3a", "N18.31", "Chronic kidney disease, stage 3a", "700378005", "Chronic kidney disease stage 3A"},
	"knee":          {"Osteoarthritis of the right knee", "M17.11", "Unilateral primary osteoarthritis, right knee", "239873007", "Osteoarthritis of knee"},
	"lipids":        {"High cholesterol", "E78.5", "Hyperlipidemia, unspecified", "55822004", "Hyperlipidemia"},
	"depressionRem": {"Depression, one episode, recovered", "F32.5", "Major depressive disorder, single episode, in full remission", "36923009", "Major depression, single episode"},
	"depression":    {"Depression, recurrent, moderate", "F33.1", "Major depressive disorder, recurrent, moderate", "66344007", "Recurrent major depression"},
	"anxiety":       {"Anxiety", "F41.1", "Generalized anxiety disorder", "21897009", "Generalized anxiety disorder"},
	"bronchitis":    {"Acute bronchitis", "J20.9", "Acute bronchitis, unspecified", "10509002", "Acute bronchitis"},
	"cataract":      {"Cataract in both eyes, early", "H25.13", "Age-related nuclear cataract, bilateral", "193570009", "Cataract"},
	"bruisedKnee":   {"Bruised right knee after a fall", "S80.01XA", "Contusion of right knee, initial encounter", "", ""},
	"migraine":      {"Migraine without aura", "G43.009", "Migraine without aura, not intractable, without status migrainosus", "56097005", "Migraine without aura"},
	"ironAnemia":    {"Low iron with anemia", "D50.9", "Iron deficiency anemia, unspecified", "87522002", "Iron deficiency anemia"},
	"hayfever":      {"Hay fever", "J30.2", "Other seasonal allergic rhinitis", "367498001", "Seasonal allergic rhinitis"},
	"otitis":        {"Middle ear infection, right", "H66.91", "Otitis media, unspecified, right ear", "65363002", "Otitis media"},
	"ankle":         {"Sprained right ankle", "S93.401A", "Sprain of unspecified ligament of right ankle, initial encounter", "44465007", "Sprain of ankle"},
	"eczema":        {"Eczema", "L20.9", "Atopic dermatitis, unspecified", "24079001", "Atopic dermatitis"},
	"jaundice":      {"Jaundice of the newborn", "P59.9", "Neonatal jaundice, unspecified", "387712008", "Neonatal jaundice"},
	"asthma":        {"Asthma, mild, persistent", "J45.30", "Mild persistent asthma, uncomplicated", "426979002", "Mild persistent asthma"},
	"asthmaFlare":   {"Asthma flare", "J45.31", "Mild persistent asthma with (acute) exacerbation", "708038006", "Acute exacerbation of asthma"},
	"acne":          {"Acne", "L70.0", "Acne vulgaris", "88616000", "Acne vulgaris"},
	"pregnancy":     {"Pregnancy, first", "Z34.03", "Encounter for supervision of normal first pregnancy, third trimester", "77386006", "Pregnancy"},
	"pregnancyIron": {"Mild anemia in pregnancy", "O99.013", "Anemia complicating pregnancy, third trimester", "", ""},
	"hypothyroid":   {"Underactive thyroid", "E03.9", "Hypothyroidism, unspecified", "40930008", "Hypothyroidism"},
	"hiv":           {"HIV infection, well controlled", "Z21", "Asymptomatic human immunodeficiency virus [HIV] infection status", "86406008", "Human immunodeficiency virus infection"},
	"afib":          {"Atrial fibrillation", "I48.21", "Permanent atrial fibrillation", "49436004", "Atrial fibrillation"},
	"copd":          {"COPD", "J44.9", "Chronic obstructive pulmonary disease, unspecified", "13645005", "Chronic obstructive lung disease"},
	"copdFlare":     {"COPD flare", "J44.1", "Chronic obstructive pulmonary disease with (acute) exacerbation", "195951007", "Acute exacerbation of chronic obstructive airways disease"},
	"breastCancer":  {"Breast cancer, treated", "Z85.3", "Personal history of malignant neoplasm of breast", "254837009", "Malignant neoplasm of breast"},
	"osteoporosis":  {"Osteoporosis", "M81.0", "Age-related osteoporosis without current pathological fracture", "64859006", "Osteoporosis"},
	"heartFailure":  {"Heart failure", "I50.22", "Chronic systolic (congestive) heart failure", "42343007", "Congestive heart failure"},
	"kneeBoth":      {"Osteoarthritis of both knees", "M17.0", "Bilateral primary osteoarthritis of knee", "239873007", "Osteoarthritis of knee"},
	"exSmoker":      {"Former smoker", "Z87.891", "Personal history of nicotine dependence", "8517006", "Ex-smoker"},
	"bladder":       {"Bladder infection", "N39.0", "Urinary tract infection, site not specified", "68566005", "Urinary tract infectious disease"},
}

// reasons are why somebody came, where it was not for a problem of the list above.
var reasons = map[string]obj{
	"checkup":    concept("Yearly check-up", coding{icd10, "Z00.00", "Encounter for general adult medical examination without abnormal findings"}),
	"wellChild":  concept("Well-child check", coding{icd10, "Z00.129", "Encounter for routine child health examination without abnormal findings"}),
	"newborn":    concept("Newborn check", coding{icd10, "Z00.110", "Health examination for newborn under 8 days old"}),
	"newborn2":   concept("Newborn weight check", coding{icd10, "Z00.111", "Health examination for newborn 8 to 28 days old"}),
	"birth":      concept("Birth", coding{icd10, "Z38.00", "Single liveborn infant, delivered vaginally"}),
	"eyes":       concept("Yearly eye check for diabetes", coding{icd10, "Z01.00", "Encounter for examination of eyes and vision without abnormal findings"}),
	"prenatal":   concept("Pregnancy check", coding{icd10, "Z34.02", "Encounter for supervision of normal first pregnancy, second trimester"}),
	"prenatal3":  concept("Pregnancy check", coding{icd10, "Z34.03", "Encounter for supervision of normal first pregnancy, third trimester"}),
	"prenatal1":  concept("First pregnancy visit", coding{icd10, "Z34.01", "Encounter for supervision of normal first pregnancy, first trimester"}),
	"clotting":   concept("Warfarin check", coding{icd10, "Z79.01", "Long term (current) use of anticoagulants"}),
	"confidence": concept("Private visit", coding{icd10, "Z11.3", "Encounter for screening for infections with a predominantly sexual mode of transmission"}),
}

func reason(key string) obj {
	if r, ok := reasons[key]; ok {
		return r
	}
	return diagnoses[key].concept()
}

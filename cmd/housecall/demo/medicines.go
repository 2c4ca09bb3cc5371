package demo

import "time"

// drug is a medicine as the pharmacy names it. Where RxNorm has no single code
// that the story needs, the words stand alone.
type drug struct{ text, code, name, unit, unitCode, route string }

const (
	tablet = "{tbl}"
	puff   = "{puff}"
	oral   = "26643006"
	inhale = "447694001"
	onSkin = "6064005"
)

var routes = map[string]string{oral: "Oral route", inhale: "Respiratory tract route", onSkin: "Topical route"}

var drugs = map[string]drug{
	"metformin":     {"Metformin 500 mg tablet", "861007", "metformin hydrochloride 500 MG Oral Tablet", "tablet", tablet, oral},
	"lisinopril10":  {"Lisinopril 10 mg tablet", "314076", "lisinopril 10 MG Oral Tablet", "tablet", tablet, oral},
	"lisinopril20":  {"Lisinopril 20 mg tablet", "314077", "lisinopril 20 MG Oral Tablet", "tablet", tablet, oral},
	"atorvastatin":  {"Atorvastatin 40 mg tablet", "617311", "atorvastatin 40 MG Oral Tablet", "tablet", tablet, oral},
	"simvastatin":   {"Simvastatin 20 mg tablet", "312961", "simvastatin 20 MG Oral Tablet", "tablet", tablet, oral},
	"ibuprofen":     {"Ibuprofen 400 mg tablet", "197805", "ibuprofen 400 MG Oral Tablet", "tablet", tablet, oral},
	"acetaminophen": {"Acetaminophen 500 mg tablet", "198440", "acetaminophen 500 MG Oral Tablet", "tablet", tablet, oral},
	"azithromycin":  {"Azithromycin 250 mg tablet", "308460", "azithromycin 250 MG Oral Tablet", "tablet", tablet, oral},
	"amoxicillin":   {"Amoxicillin 250 mg capsule", "308182", "amoxicillin 250 MG Oral Capsule", "capsule", "{capsule}", oral},
	"sertraline50":  {"Sertraline 50 mg tablet", "312941", "sertraline 50 MG Oral Tablet", "tablet", tablet, oral},
	"sertraline25":  {"Sertraline 25 mg tablet", "312940", "sertraline 25 MG Oral Tablet", "tablet", tablet, oral},
	"propranolol":   {"Propranolol 20 mg tablet", "856457", "propranolol hydrochloride 20 MG Oral Tablet", "tablet", tablet, oral},
	"sumatriptan":   {"Sumatriptan 50 mg tablet", "37418", "sumatriptan", "tablet", tablet, oral},
	"naproxen":      {"Naproxen 500 mg tablet", "198014", "naproxen 500 MG Oral Tablet", "tablet", tablet, oral},
	"iron":          {"Ferrous sulfate 325 mg tablet", "310325", "ferrous sulfate 325 MG Oral Tablet", "tablet", tablet, oral},
	"loratadine":    {"Loratadine 10 mg tablet", "311372", "loratadine 10 MG Oral Tablet", "tablet", tablet, oral},
	"albuterol":     {"Albuterol inhaler 90 mcg", "745679", "200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler", "puff", puff, inhale},
	"fluticasone":   {"Fluticasone inhaler 44 mcg", "895994", "120 ACTUAT fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler", "puff", puff, inhale},
	"salmeterol":    {"Fluticasone and salmeterol inhaler 250/50 mcg", "896209", "60 ACTUAT fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler", "puff", puff, inhale},
	"prednisone":    {"Prednisone 20 mg tablet", "312615", "prednisone 20 MG Oral Tablet", "tablet", tablet, oral},
	"hydrocort":     {"Hydrocortisone 1% cream", "106258", "hydrocortisone 10 MG/ML Topical Cream", "thin layer", "{application}", onSkin},
	"prenatal":      {"Prenatal vitamin with folic acid", "", "", "tablet", tablet, oral},
	"vitaminDDrops": {"Vitamin D drops 400 units", "", "", "drop", "{drop}", oral},
	"vitaminD":      {"Vitamin D 1000 units tablet", "", "", "tablet", tablet, oral},
	"levothyroxine": {"Levothyroxine 75 mcg tablet", "966222", "levothyroxine sodium 0.075 MG Oral Tablet", "tablet", tablet, oral},
	"antiviral":     {"Dolutegravir, abacavir and lamivudine tablet", "", "", "tablet", tablet, oral},
	"warfarin2":     {"Warfarin 2 mg tablet", "855302", "warfarin sodium 2 MG Oral Tablet", "tablet", tablet, oral},
	"warfarin5":     {"Warfarin 5 mg tablet", "855332", "warfarin sodium 5 MG Oral Tablet", "tablet", tablet, oral},
	"metoprolol":    {"Metoprolol succinate 50 mg tablet", "866436", "24 HR metoprolol succinate 50 MG Extended Release Oral Tablet", "tablet", tablet, oral},
	"furosemide":    {"Furosemide 40 mg tablet", "313988", "furosemide 40 MG Oral Tablet", "tablet", tablet, oral},
	"spironolact":   {"Spironolactone 25 mg tablet", "313096", "spironolactone 25 MG Oral Tablet", "tablet", tablet, oral},
	"amlodipine":    {"Amlodipine 5 mg tablet", "197361", "amlodipine 5 MG Oral Tablet", "tablet", tablet, oral},
	"anastrozole":   {"Anastrozole 1 mg tablet", "199224", "anastrozole 1 MG Oral Tablet", "tablet", tablet, oral},
	"alendronate":   {"Alendronate 10 mg tablet", "904419", "alendronic acid 10 MG Oral Tablet", "tablet", tablet, oral},
	"nitrofurant":   {"Nitrofurantoin 50 mg capsule", "311995", "nitrofurantoin, macrocrystals 50 MG Oral Capsule", "capsule", "{capsule}", oral},
}

func (d drug) concept() obj {
	if d.code == "" {
		return concept(d.text)
	}
	return concept(d.text, coding{rxnorm, d.code, d.name})
}

// medicine is a MedicationRequest. It lasts from start until stop; a zero stop is still taken.
type medicine struct {
	key       string
	drug      string
	start     time.Time
	stop      time.Time
	sig       string // how to take it, in words for the person
	dose      float64
	times     int    // doses in each period
	days      int    // length of the period in days, 1 by default
	when      list   // MORN, EVE, NIGHT, C
	asNeeded  string // for what
	why       string // reference to a Condition
	whyWords  string // when there is no Condition
	stopped   string // why it was stopped early; "" means that the course ended as planned
	by        string
	source    string
	encounter string
	refills   int
	supply    int // days that one filling lasts
	label     string
}

// takes writes a medicine and returns its reference.
func (c *chart) takes(m medicine) string {
	d := drugs[m.drug]
	if m.by == "" {
		m.by = c.doctor
	}
	if m.key == "" {
		m.key = m.drug
	}
	if m.days == 0 {
		m.days = 1
	}
	status := "active"
	bounds := obj{"start": date(m.start)}
	if !m.stop.IsZero() {
		status = "completed"
		if m.stopped != "" {
			status = "stopped"
		}
		bounds["end"] = date(m.stop)
	}
	repeat := obj{"boundsPeriod": bounds, "frequency": m.times, "period": m.days, "periodUnit": "d"}
	set(repeat, "when", m.when)
	dosage := obj{
		"sequence": 1, "text": m.sig,
		"timing": obj{"repeat": repeat},
		"route":  concept("", coding{snomed, d.route, routes[d.route]}),
		"doseAndRate": list{obj{
			"type":         tho(thoBase+"dose-rate-type", "ordered", "Ordered"),
			"doseQuantity": quantity(m.dose, 0, d.unit, d.unitCode),
		}},
	}
	if m.asNeeded != "" {
		dosage["asNeededCodeableConcept"] = concept(m.asNeeded)
	}
	body := obj{
		"status": status, "intent": "order", "reportedBoolean": false,
		"category":                  list{tho(thoBase+"medicationrequest-category", "community", "Community")},
		"medicationCodeableConcept": d.concept(),
		"subject":                   c.subject(),
		"authoredOn":                stamp(m.start),
		"requester":                 clinician(m.by),
		"dosageInstruction":         list{dosage},
	}
	if m.supply != 0 {
		body["dispenseRequest"] = obj{
			"numberOfRepeatsAllowed": m.refills,
			"quantity":               quantity(float64(m.supply*m.times)*m.dose/float64(m.days), 0, d.unit, d.unitCode),
			"expectedSupplyDuration": quantity(float64(m.supply), 0, "days", "d"),
		}
	}
	if m.encounter != "" {
		body["encounter"] = ref(m.encounter)
	}
	set(body, "reasonReference", refs(m.why))
	if m.whyWords != "" {
		body["reasonCode"] = list{concept(m.whyWords)}
	}
	if m.stopped != "" {
		body["statusReason"] = concept(m.stopped)
	}
	return c.add("MedicationRequest", m.key, private(from(body, m.source), m.label))
}

// filled is what the pharmacy handed over for a medicine.
func (c *chart) filled(request, drugKey, label string, on time.Time, quantityOf float64, days int) {
	d := drugs[drugKey]
	c.add("MedicationDispense", drugKey+"/"+date(on), private(from(obj{
		"status": "completed", "subject": c.subject(),
		"medicationCodeableConcept": d.concept(),
		"authorizingPrescription":   refs(request),
		"quantity":                  quantity(quantityOf, 0, d.unit, d.unitCode),
		"daysSupply":                quantity(float64(days), 0, "days", "d"),
		"whenHandedOver":            stamp(on),
		"performer":                 list{obj{"actor": place("pharmacy")}},
		"location":                  roomOf("pharmacy"),
	}, "pharmacy"), label))
}

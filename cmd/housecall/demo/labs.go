package demo

import (
	"math"
	"time"
)

// test is one thing that a laboratory measures. A zero bound is no bound.
type test struct {
	code, name, text   string // LOINC, its display, and plain words
	unit, ucum         string
	digits             int
	low, high          float64
	veryLow, veryHigh  float64 // where a laboratory telephones
	section, sectionIs string  // observation category when it is not laboratory
}

var tests = map[string]test{
	"glucose":      {code: "2345-7", name: "Glucose [Mass/volume] in Serum or Plasma", text: "Glucose", unit: "mg/dL", ucum: "mg/dL", low: 70, high: 99, veryLow: 50, veryHigh: 400},
	"glucose1h":    {code: "1504-0", name: "Glucose [Mass/volume] in Serum or Plasma --1 hour post 50 g glucose PO", text: "Glucose, one hour after the sugar drink", unit: "mg/dL", ucum: "mg/dL", high: 139},
	"urea":         {code: "3094-0", name: "Urea nitrogen [Mass/volume] in Serum or Plasma", text: "Urea nitrogen (BUN)", unit: "mg/dL", ucum: "mg/dL", low: 7, high: 25},
	"creatinine":   {code: "2160-0", name: "Creatinine [Mass/volume] in Serum or Plasma", text: "Creatinine", unit: "mg/dL", ucum: "mg/dL", digits: 2, low: 0.50, high: 1.00},
	"creatinineM":  {code: "2160-0", name: "Creatinine [Mass/volume] in Serum or Plasma", text: "Creatinine", unit: "mg/dL", ucum: "mg/dL", digits: 2, low: 0.70, high: 1.30},
	"egfr":         {code: "98979-8", name: "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum, Plasma or Blood by Creatinine-based formula (CKD-EPI 2021)", text: "Kidney filtering (eGFR)", unit: "mL/min/1.73 m2", ucum: "mL/min/{1.73_m2}", low: 60},
	"sodium":       {code: "2951-2", name: "Sodium [Moles/volume] in Serum or Plasma", text: "Sodium", unit: "mmol/L", ucum: "mmol/L", low: 135, high: 145, veryLow: 120, veryHigh: 160},
	"potassium":    {code: "2823-3", name: "Potassium [Moles/volume] in Serum or Plasma", text: "Potassium", unit: "mmol/L", ucum: "mmol/L", digits: 1, low: 3.5, high: 5.1, veryLow: 2.8, veryHigh: 6.2},
	"chloride":     {code: "2075-0", name: "Chloride [Moles/volume] in Serum or Plasma", text: "Chloride", unit: "mmol/L", ucum: "mmol/L", low: 98, high: 107},
	"bicarbonate":  {code: "2028-9", name: "Carbon dioxide, total [Moles/volume] in Serum or Plasma", text: "Bicarbonate (CO2)", unit: "mmol/L", ucum: "mmol/L", low: 21, high: 31},
	"calcium":      {code: "17861-6", name: "Calcium [Mass/volume] in Serum or Plasma", text: "Calcium", unit: "mg/dL", ucum: "mg/dL", digits: 1, low: 8.6, high: 10.3},
	"a1c":          {code: "4548-4", name: "Hemoglobin A1c/Hemoglobin.total in Blood", text: "A1c (three-month sugar)", unit: "%", ucum: "%", digits: 1, low: 4.0, high: 5.6},
	"cholesterol":  {code: "2093-3", name: "Cholesterol [Mass/volume] in Serum or Plasma", text: "Total cholesterol", unit: "mg/dL", ucum: "mg/dL", high: 199},
	"ldl":          {code: "13457-7", name: "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation", text: "LDL cholesterol", unit: "mg/dL", ucum: "mg/dL", high: 99},
	"hdl":          {code: "2085-9", name: "Cholesterol in HDL [Mass/volume] in Serum or Plasma", text: "HDL cholesterol", unit: "mg/dL", ucum: "mg/dL", low: 40},
	"triglyceride": {code: "2571-8", name: "Triglyceride [Mass/volume] in Serum or Plasma", text: "Triglycerides", unit: "mg/dL", ucum: "mg/dL", high: 149},
	"white":        {code: "6690-2", name: "Leukocytes [#/volume] in Blood by Automated count", text: "White blood cells", unit: "10*3/uL", ucum: "10*3/uL", digits: 1, low: 4.0, high: 11.0},
	"hemoglobin":   {code: "718-7", name: "Hemoglobin [Mass/volume] in Blood", text: "Hemoglobin", unit: "g/dL", ucum: "g/dL", digits: 1, low: 12.0, high: 15.5, veryLow: 7},
	"hemoglobinM":  {code: "718-7", name: "Hemoglobin [Mass/volume] in Blood", text: "Hemoglobin", unit: "g/dL", ucum: "g/dL", digits: 1, low: 13.2, high: 17.1, veryLow: 7},
	"hemoglobinOB": {code: "718-7", name: "Hemoglobin [Mass/volume] in Blood", text: "Hemoglobin", unit: "g/dL", ucum: "g/dL", digits: 1, low: 11.0, high: 14.5, veryLow: 7},
	"hematocrit":   {code: "4544-3", name: "Hematocrit [Volume Fraction] of Blood by Automated count", text: "Hematocrit", unit: "%", ucum: "%", digits: 1, low: 36.0, high: 46.5},
	"hematocritM":  {code: "4544-3", name: "Hematocrit [Volume Fraction] of Blood by Automated count", text: "Hematocrit", unit: "%", ucum: "%", digits: 1, low: 38.5, high: 50.0},
	"hematocritOB": {code: "4544-3", name: "Hematocrit [Volume Fraction] of Blood by Automated count", text: "Hematocrit", unit: "%", ucum: "%", digits: 1, low: 32.0, high: 43.0},
	"mcv":          {code: "787-2", name: "MCV [Entitic volume] by Automated count", text: "Red cell size (MCV)", unit: "fL", ucum: "fL", digits: 1, low: 80.0, high: 100.0},
	"platelets":    {code: "777-3", name: "Platelets [#/volume] in Blood by Automated count", text: "Platelets", unit: "10*3/uL", ucum: "10*3/uL", low: 150, high: 400, veryLow: 30},
	"urineAlbumin": {code: "9318-7", name: "Albumin/Creatinine [Mass Ratio] in Urine", text: "Protein in urine (albumin/creatinine)", unit: "mg/g", ucum: "mg/g{creat}", high: 29},
	"tsh":          {code: "3016-3", name: "Thyrotropin [Units/volume] in Serum or Plasma", text: "Thyroid test (TSH)", unit: "mIU/L", ucum: "m[IU]/L", digits: 1, low: 0.4, high: 4.5},
	"freeT4":       {code: "3024-7", name: "Thyroxine (T4) free [Mass/volume] in Serum or Plasma", text: "Thyroid hormone (free T4)", unit: "ng/dL", ucum: "ng/dL", digits: 1, low: 0.8, high: 1.8},
	"ferritin":     {code: "2276-4", name: "Ferritin [Mass/volume] in Serum or Plasma", text: "Iron stores (ferritin)", unit: "ng/mL", ucum: "ng/mL", low: 16, high: 232},
	"inr":          {code: "6301-6", name: "INR in Platelet poor plasma by Coagulation assay", text: "Clotting time (INR)", unit: "", ucum: "{INR}", digits: 1, low: 2.0, high: 3.0, veryHigh: 5.0},
	"bnp":          {code: "33762-6", name: "Natriuretic peptide.B prohormone N-Terminal [Mass/volume] in Serum or Plasma", text: "Heart strain (NT-proBNP)", unit: "pg/mL", ucum: "pg/mL", high: 449},
	"cd4":          {code: "24467-3", name: "CD3+CD4+ (T4 helper) cells [#/volume] in Blood", text: "Helper cells (CD4)", unit: "cells/uL", ucum: "/uL", low: 490, high: 1740, veryLow: 50},
	"vitaminD":     {code: "1989-3", name: "25-hydroxyvitamin D3 [Mass/volume] in Serum or Plasma", text: "Vitamin D", unit: "ng/mL", ucum: "ng/mL", low: 30, high: 100},
	"bilirubin":    {code: "1975-2", name: "Bilirubin.total [Mass/volume] in Serum or Plasma", text: "Bilirubin", unit: "mg/dL", ucum: "mg/dL", digits: 1, high: 12.0, veryHigh: 20},
	"lead":         {code: "5671-3", name: "Lead [Mass/volume] in Blood", text: "Lead", unit: "ug/dL", ucum: "ug/dL", digits: 1, high: 3.4},
	"viralLoad":    {code: "25836-8", name: "HIV 1 RNA [#/volume] (viral load) in Specimen by NAA with probe detection", text: "HIV viral load", unit: "copies/mL", ucum: "{copies}/mL", high: 19},
	"bloodType":    {code: "883-9", name: "ABO group [Type] in Blood", text: "Blood group"},
	"rhesus":       {code: "10331-7", name: "Rh [Type] in Blood", text: "Rh factor"},
	"rubella":      {code: "25514-1", name: "Rubella virus IgG Ab [Presence] in Serum or Plasma by Immunoassay", text: "Rubella protection"},
	"hepatitisB":   {code: "5196-1", name: "Hepatitis B virus surface Ag [Presence] in Serum or Plasma by Immunoassay", text: "Hepatitis B"},
	"hivScreen":    {code: "56888-1", name: "HIV 1+2 Ab+HIV1 p24 Ag [Presence] in Serum or Plasma by Immunoassay", text: "HIV screening"},
	"syphilis":     {code: "20507-0", name: "Reagin Ab [Presence] in Serum by RPR", text: "Syphilis screening"},
	"chlamydia":    {code: "43304-5", name: "Chlamydia trachomatis rRNA [Presence] in Specimen by NAA with probe detection", text: "Chlamydia screening"},
	"urineCulture": {code: "630-4", name: "Bacteria identified in Urine by Culture", text: "Urine culture"},
	"stoolBlood":   {code: "57905-2", name: "Hemoglobin.gastrointestinal [Presence] in Stool by Immunologic method", text: "Hidden blood in stool"},
	"fev1":         {code: "20150-9", name: "FEV1", text: "Breath in one second (FEV1)", unit: "L", ucum: "L", digits: 2, section: "procedure", sectionIs: "Procedure"},
	"fev1Ratio":    {code: "19926-5", name: "FEV1/FVC", text: "Share breathed out in one second (FEV1/FVC)", unit: "%", ucum: "%", low: 70, section: "procedure", sectionIs: "Procedure"},
	"peakFlow":     {code: "19935-6", name: "Maximum expiratory gas flow Respiratory system airway by Peak flow meter", text: "Peak flow", unit: "L/min", ucum: "L/min", low: 330, section: "procedure", sectionIs: "Procedure"},
	"ejection":     {code: "10230-1", name: "Left ventricular Ejection fraction", text: "Heart's pumping (ejection fraction)", unit: "%", ucum: "%", low: 52, high: 74, section: "imaging", sectionIs: "Imaging"},
	"boneScore":    {code: "38265-5", name: "DXA Skeletal system.axial [T-score] Bone density", text: "Bone density (T-score)", unit: "", ucum: "{T-score}", digits: 1, low: -1.0, section: "imaging", sectionIs: "Imaging"},
}

// panels are the reports that hold several tests.
var panels = map[string]coding{
	"metabolic": {loinc, "51990-0", "Basic metabolic panel - Blood"},
	"kidney":    {loinc, "24362-6", "Renal function 2000 panel - Serum or Plasma"},
	"lipids":    {loinc, "24331-1", "Lipid 1996 panel - Serum or Plasma"},
	"count":     {loinc, "58410-2", "CBC panel - Blood by Automated count"},
	"obstetric": {loinc, "24364-2", "Obstetric 1996 panel - Serum and Blood"},
}

var panelWords = map[string]string{
	"metabolic": "Blood salts, sugar and kidneys", "kidney": "Kidneys and potassium", "lipids": "Cholesterol",
	"count": "Blood count", "obstetric": "Pregnancy blood tests",
}

// result is a value of one test: a number, or a finding in words.
type result struct {
	test    string
	number  float64
	finding string // "" for numbers
	meaning string // for findings: NEG, POS, N, ND
	note    string // what the clinician wrote beside it
}

func num(test string, value float64) result { return result{test: test, number: value} }

func found(test, words, meaning string) result {
	return result{test: test, finding: words, meaning: meaning}
}

// order is one sample and what was found in it.
type order struct {
	key        string
	on         time.Time // when it was taken
	panel      string    // "" for tests that stand alone
	by         string    // who asked for it
	source     string    // whose laboratory, "lab" by default
	encounter  string
	conclusion string
	noted      time.Time // when notes were written, if any
	label      string
}

// report writes the observations of an order and, for a panel, the report over them.
func (c *chart) report(o order, results ...result) string {
	if o.source == "" {
		o.source = "lab"
	}
	var members []string
	for _, r := range results {
		members = append(members, c.observe(o, r))
	}
	if o.panel == "" {
		return ""
	}
	body := obj{
		"status": "final", "subject": c.subject(),
		"category":           list{tho(reportSection, "LAB", "Laboratory")},
		"code":               concept(panelWords[o.panel], panels[o.panel]),
		"effectiveDateTime":  stamp(o.on),
		"issued":             stamp(o.on.Add(5 * time.Hour)),
		"performer":          list{place(o.source)},
		"resultsInterpreter": list{clinician(o.by)},
		"result":             refs(members...),
	}
	if o.encounter != "" {
		body["encounter"] = ref(o.encounter)
	}
	set(body, "conclusion", o.conclusion)
	return c.add("DiagnosticReport", o.key, private(from(body, o.source), o.label))
}

func (c *chart) observe(o order, r result) string {
	t := tests[r.test]
	section, words := "laboratory", "Laboratory"
	if t.section != "" {
		section, words = t.section, t.sectionIs
	}
	body := obj{
		"status": "final", "subject": c.subject(),
		"category":          list{tho(obsCategory, section, words)},
		"code":              concept(t.text, coding{loinc, t.code, t.name}),
		"effectiveDateTime": stamp(o.on),
		"issued":            stamp(o.on.Add(5 * time.Hour)),
		"performer":         list{place(o.source)},
	}
	if o.encounter != "" {
		body["encounter"] = ref(o.encounter)
	}
	meaning := r.meaning
	if r.finding != "" {
		body["valueCodeableConcept"] = concept(r.finding)
	} else {
		value := round(r.number, t.digits)
		body["valueQuantity"] = t.quantity(value)
		meaning = t.meaning(value)
		set(body, "referenceRange", t.usual())
	}
	if meaning != "" {
		body["interpretation"] = list{means(meaning)}
	}
	if r.note != "" {
		body["note"] = list{obj{"authorReference": clinician(o.by), "time": stamp(o.noted), "text": r.note}}
	}
	return c.add("Observation", o.key+"/"+r.test, private(from(body, o.source), o.label))
}

func (t test) quantity(value float64) obj {
	q := quantity(value, t.digits, t.unit, t.ucum)
	if t.unit == "" {
		delete(q, "unit")
	}
	return q
}

// usual is the reference range, nothing for a test without bounds.
func (t test) usual() list {
	if t.low == 0 && t.high == 0 {
		return nil
	}
	r := obj{}
	if t.low != 0 {
		r["low"] = t.quantity(t.low)
	}
	if t.high != 0 {
		r["high"] = t.quantity(t.high)
	}
	return list{r}
}

func (t test) meaning(value float64) string {
	switch {
	case t.low == 0 && t.high == 0:
		return ""
	case t.veryLow != 0 && value < t.veryLow:
		return "LL"
	case t.veryHigh != 0 && value > t.veryHigh:
		return "HH"
	case t.low != 0 && value < t.low:
		return "L"
	case t.high != 0 && value > t.high:
		return "H"
	default:
		return "N"
	}
}

var meanings = map[string]string{
	"N": "Normal", "H": "High", "L": "Low", "HH": "Critical high", "LL": "Critical low", "A": "Abnormal",
	"NEG": "Negative", "POS": "Positive", "ND": "Not detected",
}

func means(code string) obj { return tho(interpretation, code, meanings[code]) }

func round(value float64, digits int) float64 {
	scale := math.Pow(10, float64(digits))
	return math.Round(value*scale) / scale
}

// filtering is the eGFR that goes with a creatinine: CKD-EPI 2021, without race.
// https://www.niddk.nih.gov/research-funding/research-programs/kidney-clinical-trials-epidemiology/laboratory/glomerular-filtration-rate-equations
func (c *chart) filtering(creatinine float64, on time.Time) float64 {
	kappa, alpha, factor := 0.9, -0.302, 1.0
	if c.female {
		kappa, alpha, factor = 0.7, -0.241, 1.012
	}
	ratio := creatinine / kappa
	years := float64(ageOn(c.born, on))
	return math.Round(142 * math.Pow(math.Min(ratio, 1), alpha) * math.Pow(math.Max(ratio, 1), -1.2) * math.Pow(0.9938, years) * factor)
}

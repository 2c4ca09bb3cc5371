package demo

import "time"

// vitals are what was measured at a visit. Zero is not measured.
type vitals struct {
	systolic, diastolic float64
	pulse, breaths      float64
	warmth              float64 // Celsius
	oxygen              float64 // percent
	weight              float64 // kg
	height              float64 // cm
	head                float64 // cm
}

type measure struct {
	code, name, text, unit, ucum string
	digits                       int
	low, high                    float64 // for adults
}

var (
	pulseRate   = measure{"8867-4", "Heart rate", "Pulse", "beats/minute", "/min", 0, 50, 100}
	breathRate  = measure{"9279-1", "Respiratory rate", "Breaths in a minute", "breaths/minute", "/min", 0, 12, 20}
	temperature = measure{"8310-5", "Body temperature", "Temperature", "C", "Cel", 1, 36.0, 37.9}
	saturation  = measure{"59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "Oxygen in the blood", "%", "%", 0, 94, 100}
	bodyWeight  = measure{"29463-7", "Body weight", "Weight", "kg", "kg", 1, 0, 0}
	bodyHeight  = measure{"8302-2", "Body height", "Height", "cm", "cm", 1, 0, 0}
	headAround  = measure{"9843-4", "Head Occipital-frontal circumference", "Head size", "cm", "cm", 1, 0, 0}
	massIndex   = measure{"39156-5", "Body mass index (BMI) [Ratio]", "Body mass index", "kg/m2", "kg/m2", 1, 0, 0}
	massPercent = measure{"59576-9", "Body mass index (BMI) [Percentile] Per age and sex", "Body mass index, percentile for age", "%", "%", 0, 0, 0}
	headPercent = measure{"8289-1", "Head Occipital-frontal circumference Percentile", "Head size, percentile for age", "%", "%", 0, 0, 0}
	lengthRatio = measure{"77606-2", "Weight-for-length Per age and sex", "Weight for length, percentile", "%", "%", 0, 0, 0}
)

// clinicPressure and homePressure are the usual highest values in adults: what
// is measured at home counts as high a little earlier.
var (
	clinicPressure = [2]float64{139, 89}
	homePressure   = [2]float64{134, 84}
)

func (c *chart) vital(key string, on time.Time, encounter string, body obj) string {
	body["status"] = "final"
	body["category"] = list{tho(obsCategory, "vital-signs", "Vital Signs")}
	body["subject"] = c.subject()
	body["effectiveDateTime"] = stamp(on)
	if encounter != "" {
		body["encounter"] = ref(encounter)
	}
	return c.add("Observation", key, body)
}

// measured writes the vitals of a visit, and what follows from them.
func (c *chart) measured(key string, on time.Time, encounter, by, where string, v vitals) {
	adult := ageOn(c.born, on) >= 18
	who := list{clinician(by)}
	if v.systolic != 0 {
		body := pressure(v.systolic, v.diastolic, clinicPressure, adult)
		body["performer"] = who
		c.vital(key+"/pressure", on, encounter, from(body, where))
	}
	single := func(name string, m measure, value float64) {
		if value == 0 {
			return
		}
		body := m.body(value, adult)
		body["performer"] = who
		c.vital(key+"/"+name, on, encounter, from(body, where))
	}
	single("pulse", pulseRate, v.pulse)
	single("breaths", breathRate, v.breaths)
	single("warmth", temperature, v.warmth)
	single("oxygen", saturation, v.oxygen)
	weight := bodyWeight
	if v.weight < 10 {
		weight.digits = 2 // what a baby gains in a week shows in grams
	}
	single("weight", weight, v.weight)
	single("height", bodyHeight, v.height)
	single("head", headAround, v.head)
	if v.weight != 0 && v.height != 0 && ageOn(c.born, on) >= 2 {
		single("index", massIndex, v.weight/(v.height/100)/(v.height/100))
	}
}

func (m measure) body(value float64, adult bool) obj {
	value = round(value, m.digits)
	body := obj{
		"code":          concept(m.text, coding{loinc, m.code, m.name}),
		"valueQuantity": quantity(value, m.digits, m.unit, m.ucum),
	}
	if m.code == saturation.code {
		// US Core Pulse Oximetry wants both codes.
		body["code"] = concept(m.text, coding{loinc, m.code, m.name}, coding{loinc, "2708-6", "Oxygen saturation in Arterial blood"})
	}
	if adult && m.high != 0 {
		t := test{unit: m.unit, ucum: m.ucum, digits: m.digits, low: m.low, high: m.high}
		body["interpretation"] = list{means(t.meaning(value))}
		body["referenceRange"] = t.usual()
	}
	return body
}

// pressure is a blood pressure: one observation, two components.
func pressure(systolic, diastolic float64, highest [2]float64, adult bool) obj {
	upper := test{unit: "mmHg", ucum: "mm[Hg]", low: 90, high: highest[0]}
	lower := test{unit: "mmHg", ucum: "mm[Hg]", low: 55, high: highest[1]}
	component := func(code, name, text string, t test, value float64) obj {
		part := obj{
			"code":          concept(text, coding{loinc, code, name}),
			"valueQuantity": t.quantity(value),
		}
		if adult {
			part["interpretation"] = list{means(t.meaning(value))}
			part["referenceRange"] = t.usual()
		}
		return part
	}
	body := obj{
		"code": concept("Blood pressure", coding{loinc, "85354-9", "Blood pressure panel with all children optional"}),
		"component": list{
			component("8480-6", "Systolic blood pressure", "Upper number", upper, systolic),
			component("8462-4", "Diastolic blood pressure", "Lower number", lower, diastolic),
		},
	}
	if adult {
		whole := upper.meaning(systolic)
		if whole == "N" {
			whole = lower.meaning(diastolic)
		}
		body["interpretation"] = list{means(whole)}
	}
	return body
}

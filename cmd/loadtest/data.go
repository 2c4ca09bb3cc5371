package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// The data is the same in every run: ids, values and times follow from the
// number of the chart and of the observation. Each chart that is read has a
// second one beside it, which takes what a run creates, so that the charts that
// are read stay as they are from run to run.

const (
	perChart     = 120 // resources: a Patient and its Observations
	observations = perChart - 1
	newest       = 50

	// system of the identifiers; its number changes when the data does.
	identifiers = "urn:housecall:loadtest:1"
)

var space = uuid.NewSHA1(uuid.NameSpaceURL, []byte(identifiers))

func idOf(kind byte, chart, n int) string {
	b := append(make([]byte, 0, 32), kind)
	b = strconv.AppendInt(b, int64(chart), 10)
	b = append(b, '/')
	return uuid.NewSHA1(space, strconv.AppendInt(b, int64(n), 10)).String()
}

func readPatient(chart int) string           { return idOf('r', chart, 0) }
func writePatient(chart int) string          { return idOf('w', chart, 0) }
func observationID(chart, n int) string      { return idOf('o', chart, n) }
func readIdentifier(chart int) string        { return "read-" + strconv.Itoa(chart) }
func writeIdentifier(chart int) string       { return "write-" + strconv.Itoa(chart) }
func appendString(b []byte, s string) []byte { return append(append(append(b, '"'), s...), '"') }

// measured is one kind of observation; values are in units of 1/scale.
type measured struct {
	code, display, category, unit, ucum string
	low, high, base, spread, scale      int
}

var kinds = []measured{
	{"8867-4", "Heart rate", "vital-signs", "beats/minute", "/min", 60, 100, 66, 30, 1},
	{"9279-1", "Respiratory rate", "vital-signs", "breaths/minute", "/min", 12, 20, 13, 8, 1},
	{"8310-5", "Body temperature", "vital-signs", "C", "Cel", 361, 375, 362, 18, 10},
	{"29463-7", "Body weight", "vital-signs", "kg", "kg", 500, 900, 640, 120, 10},
	{"2708-6", "Oxygen saturation in Arterial blood", "vital-signs", "%", "%", 95, 100, 94, 6, 1},
	{"2823-3", "Potassium [Moles/volume] in Serum or Plasma", "laboratory", "mmol/L", "mmol/L", 35, 51, 34, 20, 10},
	{"2951-2", "Sodium [Moles/volume] in Serum or Plasma", "laboratory", "mmol/L", "mmol/L", 136, 145, 134, 13, 1},
	{"2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "laboratory", "mg/dL", "mg/dL", 60, 130, 65, 80, 100},
	{"2345-7", "Glucose [Mass/volume] in Serum or Plasma", "laboratory", "mg/dL", "mg/dL", 70, 99, 75, 50, 1},
	{"4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "laboratory", "%", "%", 40, 56, 48, 30, 10},
	{"718-7", "Hemoglobin [Mass/volume] in Blood", "laboratory", "g/dL", "g/dL", 120, 175, 115, 50, 10},
	{"13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation", "laboratory", "mg/dL", "mg/dL", 0, 130, 80, 80, 1},
}

var firstDay = time.Date(2020, 1, 1, 8, 0, 0, 0, time.UTC)

func appendDecimal(b []byte, v, scale int) []byte {
	b = strconv.AppendInt(b, int64(v/scale), 10)
	for digit := scale / 10; digit > 0; digit /= 10 {
		if digit == scale/10 {
			b = append(b, '.')
		}
		b = append(b, byte('0'+v/digit%10))
	}
	return b
}

// appendObservation writes observation n of a patient. Without an id the server
// makes one.
func appendObservation(b []byte, id, patient string, n int, at time.Time) []byte {
	k := &kinds[n%len(kinds)]
	v := k.base + n*7%k.spread
	meaning, word := "N", "Normal"
	switch {
	case v < k.low:
		meaning, word = "L", "Low"
	case v > k.high:
		meaning, word = "H", "High"
	}
	quantity := func(v int) {
		b = append(b, `{"value":`...)
		b = appendDecimal(b, v, k.scale)
		b = append(append(append(b, `,"unit":"`...), k.unit...), `","system":"http://unitsofmeasure.org","code":`...)
		b = append(appendString(b, k.ucum), '}')
	}
	b = append(b, `{"resourceType":"Observation",`...)
	if id != "" {
		b = append(appendString(append(b, `"id":`...), id), ',')
	}
	b = append(b, `"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":`...)
	b = appendString(b, k.category)
	b = append(b, `}]}],"code":{"coding":[{"system":"http://loinc.org","code":`...)
	b = appendString(b, k.code)
	b = appendString(append(b, `,"display":`...), k.display)
	b = appendString(append(b, `}],"text":`...), k.display)
	b = append(append(append(b, `},"subject":{"reference":"Patient/`...), patient...), `"},"effectiveDateTime":"`...)
	b = at.AppendFormat(b, time.RFC3339)
	b = at.Add(2*time.Hour).AppendFormat(append(b, `","issued":"`...), time.RFC3339)
	b = append(b, `","performer":[{"display":"Load Test Laboratory"}],"valueQuantity":`...)
	quantity(v)
	b = append(b, `,"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":`...)
	b = appendString(b, meaning)
	b = appendString(append(b, `,"display":`...), word)
	b = append(b, `}]}],"referenceRange":[{"low":`...)
	quantity(k.low)
	b = append(b, `,"high":`...)
	quantity(k.high)
	return append(b, `}]}`...)
}

func patient(id, identifier string, chart int) string {
	gender := [...]string{"female", "male"}[chart%2]
	return fmt.Sprintf(`{"resourceType":"Patient","id":"%s","identifier":[{"use":"official","system":"%s","value":"%s"}],"active":true,`+
		`"name":[{"use":"official","family":"Loadtest","given":["Made","Up"]}],"telecom":[{"system":"phone","value":"555-%04d","use":"home"}],`+
		`"gender":"%s","birthDate":"%s","address":[{"line":["%d Test Street"],"city":"Springfield","state":"MA","postalCode":"01101","country":"US"}]}`,
		id, identifiers, identifier, chart%10000, gender, born(chart), chart%900+1)
}

func appendPut(b []byte, typ, id string) []byte {
	return append(append(append(append(append(b, `{"request":{"method":"PUT","url":"`...), typ...), '/'), id...), `"},"resource":`...)
}

func born(chart int) string {
	return time.Date(1935, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, chart*37%29000).Format(time.DateOnly)
}

// appendChart writes the transaction that makes a chart and the one beside it.
func appendChart(b []byte, chart int) []byte {
	entry := func(typ, id string) { b = appendPut(b, typ, id) }
	p, w := readPatient(chart), writePatient(chart)
	b = append(b, `{"resourceType":"Bundle","type":"transaction","entry":[`...)
	entry("Patient", p)
	b = append(append(b, patient(p, readIdentifier(chart), chart)...), `},`...)
	entry("Patient", w)
	b = append(b, patient(w, writeIdentifier(chart), chart)...)
	for n := range observations {
		b = append(b, `},`...)
		id := observationID(chart, n)
		entry("Observation", id)
		b = appendObservation(b, id, p, n+chart, firstDay.AddDate(0, 0, n*18).Add(time.Duration(chart%480)*time.Minute))
	}
	return append(b, `}]}`...)
}

package demo

import (
	"fmt"
	"math"
	"time"
)

// childChecks are the ages, in months, of well-child visits: those of the
// vaccines, and one a year.
var childChecks = []int{0, 1, 2, 4, 6, 9, 12, 15, 18, 24, 36, 49, 61, 73, 85, 97, 109, 121, 133, 145, 157, 169, 181, 193, 205}

// growsUp writes the well-child visits until today, growth and the vaccines.
func (c *chart) growsUp(heavy, tall float64, notes map[int]words) {
	checked := func(due time.Time) time.Time { return workday(due.AddDate(0, 0, 5)) }
	for _, months := range childChecks {
		day := checked(c.born.AddDate(0, months, 0))
		if !day.Before(c.today) {
			break
		}
		key := fmt.Sprintf("child/%d", months)
		on := c.slot(day, key)
		v := visit{key: key, on: on, length: 30 * time.Minute, kind: wellChild, why: "wellChild", told: notes[months].told, plan: notes[months].plan, summary: notes[months].plan}
		encounter := c.meets(&v)
		var more vitals
		if years := float64(months) / 12; years > 3 {
			more.systolic, more.diastolic = math.Round(88+years*1.6+c.noise(key+"/systolic")*4), math.Round(54+years*0.8+c.noise(key+"/diastolic")*3)
		}
		c.grown(key, on.Add(5*time.Minute), encounter, "quill", heavy, tall, more)
		c.noteOf(v, encounter)
	}
	c.scheduled(checked)
}

// wren was born less than three weeks ago.
func wren(cal calendar) *chart {
	c := open(cal, person{
		key: "wren", given: "Wren", family: "Ortolan", number: "AS-15093", female: true, born: cal.ago(0, 19), doctor: "sedge",
		phone: "555-0211", street: "90 Sail Loft Lane", postcode: "04903", contact: parent("Cosima", "Ortolan", "555-0211"),
	})
	c.caredForBy(c.ago(0, 19), []string{"sedge", "quill"})
	born := at(c.born, 4, 52)
	birth := visit{key: "birth", on: born, length: 44 * time.Hour, kind: hospital, by: "reed", place: "hospital", why: "birth", vitals: vitals{weight: 3.21, height: 49.5, head: 34.1, warmth: 36.9, pulse: 142, breaths: 44}}
	encounter := c.meets(&birth)
	c.add("Observation", "apgar", from(obj{
		"status": "final", "subject": c.subject(), "encounter": ref(encounter),
		"category":          list{tho(obsCategory, "exam", "Exam")},
		"code":              concept("Apgar score after five minutes", coding{loinc, "9274-2", "5 minute Apgar Score"}),
		"effectiveDateTime": stamp(born.Add(5 * time.Minute)),
		"valueQuantity":     quantity(9, 0, "points", "{score}"),
		"interpretation":    list{means("N")},
		"performer":         list{clinician("reed")},
	}, "hospital"))
	c.did(act{key: "hearing", text: "Hearing test of the newborn", code: coding{snomed, "417491009", "Neonatal hearing test"}, on: born.Add(30 * time.Hour), by: "reed", place: "hospital", encounter: encounter, outcome: "Both ears hear."})
	c.shot(shot{what: "hepatitisB", on: c.born, dose: 1, of: 4, by: "reed", source: "hospital", encounter: encounter})
	c.document(paper{
		key: "birth", title: "Letter from the birth ward", on: born.Add(44 * time.Hour), kind: discharge, by: "reed", source: "hospital", encounter: encounter,
		summary: "Healthy girl, 3.2 kg, born at 39 weeks.",
		text:    "Lantern Hill Hospital, Birth ward\n\nWren Ortolan was born on " + written(c.born) + " at 4:52 AM, at 39 weeks, without complications.\nWeight 3.21 kg, length 49.5 cm, head 34.1 cm. Apgar 8, 9, 10.\nHearing test passed. Heel-prick test sent. First hepatitis B vaccine given.\nShe drinks at the breast. A little yellow on day two: please check bilirubin at the first visit.\n\nOttoline Reed, midwife\n",
	})
	c.report(order{key: "bilirubin/1", on: born.Add(36 * time.Hour), by: "reed", source: "hospital", encounter: encounter}, num("bilirubin", 9.4))
	c.notAllergic(c.ago(0, 14))

	first := visit{key: "first", on: at(workday(c.ago(0, 14)), 10, 20), length: 30 * time.Minute, kind: wellChild, why: "newborn", vitals: vitals{weight: 3.02, height: 49.8, head: 34.3, warmth: 36.8},
		told: "Drinks eight to ten times a day. Skin and eyes are yellow.", saw: "Lively. Yellow down to the belly.", plan: "Jaundice of the newborn, below the line for light treatment. More feeds, check bilirubin again in three days. Vitamin D drops each day.", summary: "A little yellow. Blood test again in three days."}
	visited := c.visited(first)
	jaundice := c.has(problem{what: "jaundice", since: date(c.born.AddDate(0, 0, 2)), until: date(c.ago(0, 6)), recorded: first.on, visit: visited})
	c.report(order{key: "bilirubin/2", on: first.on.Add(20 * time.Minute), by: "sedge", encounter: visited}, num("bilirubin", 13.1))
	c.report(order{key: "bilirubin/3", on: at(c.ago(0, 11), 9, 30), by: "sedge"}, num("bilirubin", 10.6))
	second := visit{key: "second", on: at(workday(c.ago(0, 4)), 11, 0), kind: wellChild, why: "newborn2", about: []string{jaundice}, vitals: vitals{weight: 3.44, height: 51.0, head: 35.0, warmth: 36.7},
		told: "Drinks well, sleeps three hours at a time.", saw: "Rosy, no longer yellow. Gains 40 grams a day.", plan: "Jaundice is gone. Next check and vaccines at two months.", summary: "Gains weight well. Jaundice is gone."}
	visited = c.visited(second)
	c.report(order{key: "bilirubin/4", on: second.on.Add(15 * time.Minute), by: "sedge", encounter: visited}, num("bilirubin", 4.8))
	c.takes(medicine{drug: "vitaminDDrops", start: first.on, sig: "1 drop in the mouth each day.", dose: 1, times: 1, whyWords: "Strong bones", supply: 90, refills: 3})
	goal := c.aims(aim{key: "weight", text: "Back to birth weight by two weeks", start: first.on, due: c.ago(0, 4), state: "achieved", finished: true, about: jaundice})
	c.plans(plan{key: "first-months", title: "The first two months", text: "Feeding, weight, and the first vaccines.", start: c.ago(0, 14), end: c.born.AddDate(0, 2, 14), goals: []string{goal},
		steps: []step{{text: "Vitamin D drops each day"}, {text: "Check of weight and bilirubin", done: true, whom: "sedge"}, {text: "Two-month visit with vaccines", by: c.born.AddDate(0, 2, 7), whom: "sedge"}}})
	return c
}

// sabine is sixteen: asthma, and a private visit that her parents do not see.
func sabine(cal calendar) *chart {
	c := open(cal, person{
		key: "sabine", given: "Sabine", family: "Nettle", number: "AS-12744", female: true, born: cal.ago(16, 110), doctor: "sedge",
		phone: "555-0226", street: "14 Rope Walk", postcode: "04902", contact: parent("Agathe", "Nettle", "555-0225"),
	})
	c.caredForBy(c.born.AddDate(0, 0, 4), []string{"sedge"}, member{"Lung doctor", clinician("dell")})
	asthma := c.has(problem{what: "asthma", since: year(c.born.AddDate(6, 0, 0)), recorded: c.born.AddDate(6, 5, 0)})
	c.has(problem{what: "acne", since: year(c.ago(2, 0)), recorded: c.ago(2, 60)})
	c.allergic(allergy{key: "peanut", kind: "food", risk: "high", since: year(c.born.AddDate(3, 0, 0)), severity: "severe",
		what: concept("Peanuts", coding{snomed, "762952008", "Peanut"}), reaction: hives, told: "Welts all over and a tight throat after peanut butter."})
	c.growsUp(-0.2, 0.9, map[int]words{
		12:  {"Walks along the sofa.", "All on her line. Vaccines today."},
		61:  {"Starts school. Coughs at night now and then.", "Listen for wheeze with colds. Come in early next time."},
		73:  {"Night cough most weeks, wheeze when running.", "Asthma, mild, persistent. Fluticasone each day, albuterol when needed. Showed how to use the spacer."},
		109: {"Rarely needs albuterol.", "Well controlled. Keep the daily inhaler."},
		145: {"Forgets the daily inhaler in summer.", "Tie it to brushing teeth. HPV vaccine today."},
		181: {"Runs track. Wants clearer skin.", "Fit for track with albuterol before running. Mild acne: wash, benzoyl peroxide."},
		193: {"No night cough, albuterol once a week.", "Well controlled. Vaccines for age 16 today."},
	})
	c.takes(medicine{drug: "fluticasone", start: at(c.born.AddDate(6, 5, 0), 10, 0), sig: "Breathe in 2 puffs in the morning and 2 in the evening, then rinse the mouth.", dose: 2, times: 2, when: list{"MORN", "EVE"}, why: asthma, supply: 30, refills: 11})
	c.takes(medicine{drug: "albuterol", start: at(c.born.AddDate(6, 5, 0), 10, 0), sig: "Breathe in 2 puffs when you wheeze, and 15 minutes before running.", dose: 2, times: 4, asNeeded: "Wheeze", why: asthma, supply: 30, refills: 3})
	peaks := course{{4, 335}, {0, 405}}
	for n := 5; n >= 0; n-- {
		key := fmt.Sprintf("breath/%d", n)
		on := c.slot(c.ago(n, 71), key)
		encounter := c.visited(visit{key: key, on: on, kind: followUp, why: "asthma", about: []string{asthma}, vitals: vitals{oxygen: 98, pulse: 78}})
		o := order{key: key, on: on.Add(12 * time.Minute), by: "sedge", source: "alder", encounter: encounter}
		if n <= 3 { // the bound is for a grown girl
			c.report(o, num("peakFlow", math.Round(c.level(peaks, on, 8, key)/5)*5))
		}
		c.report(o, num("fev1Ratio", 81+c.noise(key)*3))
	}
	on := at(workday(c.ago(4, 20)), 19, 40)
	flare := visit{key: "flare", on: on, length: 3 * time.Hour, kind: emergency, by: "oakes", place: "hospital", why: "asthmaFlare", about: []string{asthma}, vitals: vitals{oxygen: 92, pulse: 124, breaths: 30, warmth: 37.4},
		told: "A cold for three days, albuterol every two hours since noon.", saw: "Wheeze on both sides, speaks in short sentences.", plan: "Asthma flare with a cold. Better after three treatments. Prednisone for five days, see Dr. Sedge in two days.", summary: "Asthma flare, better after treatment."}
	encounter := c.visited(flare)
	attack := c.has(problem{what: "asthmaFlare", since: date(on), until: date(on.AddDate(0, 0, 9)), recorded: on, by: "oakes", source: "hospital", visit: encounter})
	c.takes(medicine{drug: "prednisone", start: on, stop: on.AddDate(0, 0, 5), sig: "Take 2 tablets in the morning for 5 days.", dose: 2, times: 1, when: list{"MORN"}, why: attack, by: "oakes", source: "hospital", encounter: encounter})
	c.confides(workday(c.ago(0, 94)))
	c.fluEachFall(5, false)
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 150)), dose: 1, of: 2})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 125)), dose: 2, of: 2})
	goal := c.aims(aim{key: "nights", text: "No night cough, and albuterol at most twice a week", start: c.ago(1, 71), due: c.ago(-1, 71), state: "achieved", about: asthma})
	c.plans(plan{key: "asthma", title: "Asthma plan", text: "Green: every day, both inhalers as written. Yellow: cough at night or albuterol more than twice a week, call us. Red: short sentences or blue lips, call 911.", start: workday(c.ago(0, 71)), end: c.ago(-1, 71), about: []string{asthma}, goals: []string{goal},
		steps: []step{{text: "Daily inhaler, morning and evening"}, {text: "Albuterol before track"}, {text: "Flu vaccine each fall", done: true}}})
	return c
}

// confides is what a sixteen-year-old may keep to herself; all of it is labelled.
func (c *chart) confides(day time.Time) {
	on := at(day, 16, 0)
	encounter := c.visited(visit{key: "private", on: on, kind: followUp, why: "confidence", label: "SEX",
		told: "Has a boyfriend since spring. Wants a test and talks about the pill.", plan: "Test today. Talked about condoms and the pill; she thinks it over. Result to her own phone only.", summary: "A private visit."})
	c.report(order{key: "private/test", on: on.Add(15 * time.Minute), by: "sedge", encounter: encounter, label: "SEX"}, found("chlamydia", "Not found", "NEG"))
}

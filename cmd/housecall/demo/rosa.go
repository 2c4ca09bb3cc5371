package demo

import "time"

// rosa is the chart that the demo is about: twelve years of diabetes, blood
// pressure and kidneys, and a potassium that came back high this week.
func rosa(cal calendar) *chart {
	c := open(cal, person{
		key: "rosa", given: "Rosa", family: "Caléndula", email: "patient@housecall.test", number: "AS-10422",
		female: true, born: cal.story(1952, time.March, 2), doctor: "hale",
		phone: "555-0181", street: "27 Quince Row, Apartment 2", postcode: "04901", languages: []string{"es", "en"},
	})
	r := &rosaStory{chart: c}
	r.people()
	r.problems()
	r.medicines()
	r.hardTime()
	r.visits()
	r.outside()
	r.home()
	r.vaccines()
	r.plan()
	return c
}

// rosaStory holds what several parts of Rosa's story point at.
type rosaStory struct {
	*chart
	elena, team                                  string
	diabetes, pressure, kidneys, knee, fats      string
	metformin, lisinopril, atorvastatin, episode string
}

// Days before today on which Rosa's last year turned.
const (
	raisedDay   = 215 // lisinopril from 10 to 20 mg
	afterRaise  = 201 // blood test two weeks later
	summerDay   = 96
	videoDay    = 46 // ibuprofen stopped
	eyeDay      = 27
	fluDay      = 20
	cuffDay     = 11 // last day of the week of home readings
	thisWeekDay = 3  // the potassium of 5.3
)

func (r *rosaStory) people() {
	r.elena = r.add("RelatedPerson", "elena", obj{
		"active": true, "patient": r.subject(),
		"relationship": list{concept("Daughter", coding{roleCode, "DAUC", "daughter"})},
		"name":         list{obj{"use": "official", "family": "Caléndula", "given": list{"Elena"}}},
		"telecom":      list{obj{"system": "phone", "value": "555-0182", "use": "mobile"}, obj{"system": "email", "value": "caregiver@housecall.test"}},
		"gender":       "female",
	})
	r.team = r.caredForBy(r.ago(12, raisedDay), []string{"hale", "quill"}, member{"Daughter, helps at home", ref(r.elena)}, member{"Eye doctor", clinician("fenwick")})
}

func (r *rosaStory) problems() {
	r.pressure = r.has(problem{what: "hypertension", since: year(r.story(2008, time.June, 1)), recorded: r.story(2008, time.June, 11)})
	r.diabetes = r.has(problem{what: "diabetes", since: year(r.story(2011, time.September, 1)), recorded: r.story(2011, time.September, 14)})
	r.fats = r.has(problem{what: "lipids", since: year(r.story(2009, time.March, 1)), recorded: r.story(2009, time.March, 4)})
	r.knee = r.has(problem{what: "knee", since: year(r.story(2019, time.May, 1)), recorded: workday(r.ago(7, raisedDay))})
	r.kidneys = r.has(problem{
		what: "kidney3a", since: month(r.ago(2, videoDay)), recorded: workday(r.ago(2, videoDay)),
		note: "Filtering was under 60 on two tests half a year apart. No pain pills of the ibuprofen kind.",
	})
	r.has(problem{what: "diabetes", key: "diabetes/eye", since: year(r.story(2011, time.September, 1)), recorded: workday(r.ago(3, eyeDay)), by: "fenwick", source: "eye"})
	r.has(problem{what: "cataract", since: year(r.ago(3, eyeDay)), recorded: workday(r.ago(3, eyeDay)), by: "fenwick", source: "eye"})
	r.has(problem{what: "hypertension", key: "hypertension/hospital", since: year(r.story(2008, time.June, 1)), recorded: r.lastSaturday(), by: "oakes", source: "hospital"})
	r.allergic(allergy{
		key: "penicillin", kind: "medication", risk: "high", since: year(r.story(1998, time.February, 1)), severity: "severe",
		what:     concept("Penicillin", coding{rxnorm, "7980", "penicillin G"}, coding{snomed, "764146007", "Substance with penicillin structure and antibacterial mechanism of action"}),
		reaction: swelling, told: "My face swelled up an hour after the first pill. I went to the hospital.",
	})
	r.allergic(allergy{
		key: "tape", kind: "environment", risk: "low", since: year(r.story(2006, time.July, 1)), severity: "mild",
		what: concept("Adhesive tape", coding{snomed, "405649006", "Adhesive tape"}), reaction: rash, told: "Itchy skin under plasters.",
	})
}

func (r *rosaStory) medicines() {
	r.metformin = r.takes(medicine{
		drug: "metformin", start: at(r.story(2011, time.September, 14), 10, 20), sig: "Take 1 tablet in the morning and 1 in the evening, with food.",
		dose: 1, times: 2, when: list{"MORN", "EVE"}, why: r.diabetes, supply: 90, refills: 3,
	})
	r.takes(medicine{
		drug: "simvastatin", start: at(r.story(2009, time.March, 4), 9, 40), stop: workday(r.ago(8, raisedDay)), sig: "Take 1 tablet in the evening.",
		dose: 1, times: 1, when: list{"EVE"}, why: r.fats, stopped: "Changed to atorvastatin, which lowers cholesterol more.",
	})
	r.atorvastatin = r.takes(medicine{
		drug: "atorvastatin", start: at(workday(r.ago(8, raisedDay)), 9, 40), sig: "Take 1 tablet in the evening.",
		dose: 1, times: 1, when: list{"EVE"}, why: r.fats, supply: 90, refills: 3,
	})
	r.takes(medicine{
		drug: "lisinopril10", start: at(r.story(2008, time.June, 11), 11, 0), stop: workday(r.ago(0, raisedDay)), sig: "Take 1 tablet in the morning.",
		dose: 1, times: 1, when: list{"MORN"}, why: r.pressure, stopped: "Dose raised to 20 mg, because blood pressure stayed above the goal.",
	})
	r.lisinopril = r.takes(medicine{
		drug: "lisinopril20", start: at(workday(r.ago(0, raisedDay)), 9, 40), sig: "Take 1 tablet in the morning.",
		dose: 1, times: 1, when: list{"MORN"}, why: r.pressure, supply: 90, refills: 3,
	})
	r.takes(medicine{
		drug: "ibuprofen", start: at(workday(r.ago(1, raisedDay)), 9, 40), stop: workday(r.ago(0, videoDay)), sig: "Take 1 tablet with food when the knee hurts, up to 2 times a day.",
		dose: 1, times: 2, asNeeded: "Knee pain", why: r.knee, stopped: "It is not good for your kidneys. Use acetaminophen for pain.",
	})
	r.takes(medicine{
		drug: "acetaminophen", start: at(workday(r.ago(0, videoDay)), 14, 50), sig: "Take 1 tablet when the knee hurts, up to 3 times a day.",
		dose: 1, times: 3, asNeeded: "Knee pain", why: r.knee, supply: 30, refills: 2,
	})
	r.takes(medicine{
		drug: "azithromycin", start: at(workday(r.ago(7, 290)), 11, 20), stop: workday(r.ago(7, 290)).AddDate(0, 0, 5), sig: "Take 2 tablets on the first day, then 1 a day for 4 days.",
		dose: 1, times: 1, whyWords: "Acute bronchitis",
	})
	for _, days := range []int{354, 264, 174, 84} { // the last one lasts 6 more days
		r.filled(r.metformin, "metformin", "", at(r.ago(0, days), 16, 15), 180, 90)
	}
	for _, days := range []int{319, 229, 139, 49} {
		r.filled(r.atorvastatin, "atorvastatin", "", at(r.ago(0, days), 16, 30), 90, 90)
	}
	for _, days := range []int{214, 125, 35} {
		r.filled(r.lisinopril, "lisinopril20", "", at(r.ago(0, days), 11, 5), 90, 90)
	}
}

// hardTime is the year after Rosa's husband died: an episode of depression,
// long over. All of it is labelled.
func (r *rosaStory) hardTime() {
	const label = "PSY"
	began, better := workday(r.ago(10, 75)), workday(r.ago(9, 40))
	r.episode = r.has(problem{
		what: "depressionRem", since: month(began), until: month(better), recorded: began, label: label,
		note: "After the death of her husband. Recovered with counseling and sertraline.",
	})
	for i, m := range []struct {
		days        int
		score       int
		told, plan  string
		by, atPlace string
	}{
		{0, 16, "Cries most days since Anselmo died. Sleeps three hours. No wish to die.", "Depression. Start sertraline 50 mg in the morning. Counseling at Quiet Harbor. Call in one week.", "hale", "alder"},
		{20, 0, "Talked about Anselmo and about the empty mornings.", "Weekly sessions. A walk with a neighbor each morning.", "vale", "harbor"},
		{48, 9, "Sleeps better, sees her sister again.", "Sertraline helps, no side effects. Stay on 50 mg.", "hale", "alder"},
		{150, 4, "Back in the choir. Misses him, but the days are full.", "Keep sertraline for half a year more. Sessions end.", "vale", "harbor"},
		{395, 2, "Feels like herself.", "Sertraline was lowered over four weeks and is stopped today. Come back early if sleep goes.", "hale", "alder"},
	} {
		key := "hard-time/" + string(rune('a'+i))
		on := r.slot(began.AddDate(0, 0, m.days), key)
		kind := followUp
		if m.atPlace == "harbor" {
			kind = counselling
		}
		encounter := r.visited(visit{
			key: key, on: on, length: 50 * time.Minute, kind: kind, by: m.by, place: m.atPlace, why: "depressionRem",
			about: []string{r.episode}, label: label, told: m.told, plan: m.plan, summary: "About mood and sleep.",
		})
		if m.score > 0 {
			r.mood("phq9/"+key, on, encounter, label, m.score)
		}
	}
	r.takes(medicine{
		drug: "sertraline50", start: at(began, 11, 0), stop: better, sig: "Take 1 tablet in the morning.", dose: 1, times: 1, when: list{"MORN"},
		why: r.episode, stopped: "Recovered. Lowered over four weeks, then stopped.", label: label,
	})
}

func (r *rosaStory) vaccines() {
	for n := 11; n >= 1; n-- {
		what := "fluHigh"
		if n == 1 {
			what = "fluHighNow"
		}
		r.shot(shot{what: what, on: workday(r.ago(n, fluDay+(n*7)%23)), by: "copper", source: "pharmacy"})
	}
	flu := workday(r.ago(0, fluDay))
	r.shot(shot{what: "fluHighNow", on: flu, by: "copper", source: "pharmacy"})
	r.shot(shot{what: "fluHighNow", on: flu, copied: true})
	first := workday(r.ago(5, 255))
	r.shot(shot{what: "covidFirst", on: first, dose: 1, of: 2})
	r.shot(shot{what: "covidFirst", on: first.AddDate(0, 0, 21), dose: 2, of: 2})
	r.shot(shot{what: "covidFirst", on: workday(r.ago(4, 350)), dose: 3})
	for n := 3; n >= 0; n-- {
		r.shot(shot{what: "covid", on: workday(r.ago(n, fluDay+14)), by: "copper", source: "pharmacy"})
	}
	r.shot(shot{what: "pneumo13", on: workday(r.ago(9, raisedDay))})
	r.shot(shot{what: "pneumo23", on: workday(r.ago(8, raisedDay))})
	r.shot(shot{what: "tetanus", on: workday(r.ago(12, raisedDay))})
	r.shot(shot{what: "tetanus", on: workday(r.ago(2, raisedDay))})
	r.shot(shot{what: "shingles", on: workday(r.ago(6, 160)), dose: 1, of: 2, by: "copper", source: "pharmacy"})
	r.shot(shot{what: "shingles", on: workday(r.ago(6, 70)), dose: 2, of: 2, by: "copper", source: "pharmacy"})
	r.shot(shot{what: "rsv", on: workday(r.ago(2, 60)), by: "copper", source: "pharmacy"})
}

func (r *rosaStory) plan() {
	begun, end := workday(r.ago(0, raisedDay)), r.ago(-1, 0).AddDate(0, -7, 0)
	retest := r.ago(0, -8)
	goals := []string{
		r.aims(aim{key: "a1c", text: "Keep the three-month sugar (A1c) under 7.5", start: r.ago(4, raisedDay), due: end, state: "sustaining", measure: coding{loinc, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"}, below: 7.5, digits: 1, unit: "%", ucum: "%", about: r.diabetes}),
		r.aims(aim{key: "pressure", text: "Home blood pressure under 135 over 85", start: begun, due: end, state: "in-progress", measure: coding{loinc, "8480-6", "Systolic blood pressure"}, below: 135, unit: "mmHg", ucum: "mm[Hg]", about: r.pressure}),
		r.aims(aim{key: "potassium", text: "Potassium back under 5.1", start: workday(r.ago(0, thisWeekDay)), due: retest, state: "in-progress", measure: coding{loinc, "2823-3", "Potassium [Moles/volume] in Serum or Plasma"}, below: 5.1, digits: 1, unit: "mmol/L", ucum: "mmol/L", about: r.kidneys}),
		r.aims(aim{key: "walk", text: "Walk 20 minutes on five days a week", start: begun, due: end, state: "improving", about: r.knee}),
	}
	r.aims(aim{key: "weight", text: "Reach 75 kg", start: r.ago(9, raisedDay), due: workday(r.ago(5, raisedDay)), state: "achieved", finished: true, measure: coding{loinc, "29463-7", "Body weight"}, below: 75, unit: "kg", ucum: "kg", about: r.diabetes})
	r.plans(plan{
		key: "whole", title: "Sugar, blood pressure and kidneys", start: begun, end: end,
		text:  "Keep sugar steady, bring blood pressure down a little, and protect the kidneys.",
		about: []string{r.diabetes, r.pressure, r.kidneys, r.knee}, goals: goals, team: r.team,
		steps: []step{
			{text: "Repeat the potassium blood test", by: retest},
			{text: "Measure blood pressure at home, morning and evening, for one week in each month"},
			{text: "Use acetaminophen for the knee, no ibuprofen"},
			{text: "Yearly eye check for diabetes", done: true, whom: "fenwick"},
			{text: "Look at feet and feeling in the toes once a year", done: true, whom: "quill"},
			{text: "Blood pressure and kidney check in spring", by: end, whom: "hale"},
		},
	})
	r.plans(plan{
		key: "lighter", title: "Eating for diabetes", start: workday(r.ago(9, raisedDay)), end: workday(r.ago(5, raisedDay)), finished: true,
		text: "Less bread and juice, more vegetables and beans, smaller plates.", about: []string{r.diabetes},
		steps: []step{{text: "Six lessons with the nurse", done: true, whom: "quill"}, {text: "Weigh once a week", done: true}},
	})
}

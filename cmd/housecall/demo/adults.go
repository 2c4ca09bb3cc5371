package demo

import (
	"fmt"
	"time"
)

// odalys expects her first child in eleven weeks.
func odalys(cal calendar) *chart {
	c := open(cal, person{
		key: "odalys", given: "Odalys", family: "Finch", number: "AS-14010", female: true, born: cal.ago(27, 222), doctor: "hale",
		phone: "555-0240", street: "61 Market Square", postcode: "04901",
	})
	c.caredForBy(c.ago(5, 300), []string{"hale", "quill", "reed"})
	const length = 280
	lmp := c.ago(0, 205) // 29 weeks and 2 days
	dueDate := lmp.AddDate(0, 0, length)
	week := func(n int) time.Time { return workday(lmp.AddDate(0, 0, 7*n)) }
	pregnancy := c.has(problem{what: "pregnancy", since: date(lmp), recorded: week(8), by: "reed"})
	c.notAllergic(c.ago(5, 300))
	c.checkups(4, 300, physique{systolic: course{{5, 112}, {0, 114}}, diastolic: course{{5, 70}, {0, 72}}, weight: course{{5, 60}, {0.85, 62}}, pulse: 72, height: 167}, map[int]words{
		4: {"New in town. Feels well.", "Healthy. Cervical screening today."},
		1: {"Thinks about a child in the next years.", "Healthy. Start folic acid before."},
		0: {"Would like to become pregnant.", "Folic acid, no alcohol. Vaccines are complete."},
	}, func(n int, on time.Time, encounter string) {
		if n%2 == 0 {
			c.count(order{key: fmt.Sprintf("count/%d", n), on: on, by: "hale", encounter: encounter}, 13.1, 88)
		}
	})
	bladder := c.slot(c.ago(2, 140), "bladder")
	encounter := c.visited(visit{key: "bladder", on: bladder, kind: sickVisit, why: "bladder", vitals: vitals{warmth: 37.0}, told: "Burning since yesterday.", plan: "Bladder infection. Nitrofurantoin for five days.", summary: "Bladder infection, antibiotic for five days."})
	infection := c.has(problem{what: "bladder", since: date(bladder), until: date(bladder.AddDate(0, 0, 7)), recorded: bladder, visit: encounter})
	c.report(order{key: "bladder/culture", on: bladder, by: "hale", encounter: encounter}, found("urineCulture", "Escherichia coli, more than 100,000 per mL", "POS"))
	c.takes(medicine{drug: "nitrofurant", start: bladder, stop: bladder.AddDate(0, 0, 5), sig: "Take 1 capsule 4 times a day with food, for 5 days.", dose: 1, times: 4, why: infection, encounter: encounter})

	weight := course{{0.42, 62.3}, {0.3, 64.6}, {0, 71.5}}
	for _, v := range []struct {
		week, fundal, heart int
		words
	}{
		{8, 0, 0, words{"Nauseous in the mornings, very happy.", "Pregnant, eight weeks. Blood tests today. Prenatal vitamin each day, small meals against nausea."}},
		{12, 0, 158, words{"Nausea is going.", "Ultrasound: one lively child, dates are right. Blood pressure fine."}},
		{16, 16, 152, words{"More energy.", "All well. Anatomy ultrasound in four weeks."}},
		{20, 20, 148, words{"Feels kicks since last week.", "Anatomy ultrasound: everything where it belongs."}},
		{24, 24, 146, words{"Back pain in the evening.", "Growing as it should. Sugar drink test before the next visit."}},
		{28, 28, 142, words{"Short of breath on stairs, tired.", "Sugar test is fine. Mild anemia: iron tablet each second day. Whooping cough vaccine today. Count kicks from now on."}},
	} {
		key := fmt.Sprintf("prenatal/%d", v.week)
		on := c.slot(week(v.week), key)
		kind, why := prenatalOB, "prenatal"
		switch {
		case v.week == 8:
			kind, why = firstOB, "prenatal1"
		case v.week >= 28:
			why = "prenatal3"
		}
		encounter := c.visited(visit{key: key, on: on, kind: kind, by: "reed", why: why, about: []string{pregnancy}, told: v.told, plan: v.plan, summary: v.plan,
			vitals: vitals{systolic: float64(108 + v.week/4), diastolic: float64(68 + v.week/7), weight: round(c.level(weight, on, 0.2, key), 1), pulse: float64(76 + v.week/4)}})
		c.expecting(key, on, encounter, v.week, v.fundal, v.heart)
	}
	tests := order{key: "obstetric", on: at(week(8), 9, 0), panel: "obstetric", by: "reed", conclusion: "Blood group O positive. Protected against rubella. No infections found."}
	c.report(tests, found("bloodType", "O", ""), found("rhesus", "Positive", ""), found("rubella", "Protected", "POS"), found("hepatitisB", "Not found", "NEG"), found("syphilis", "Not found", "NEG"), found("hivScreen", "Not found", "NEG"))
	c.count(order{key: "count/8", on: tests.on, panel: "obstetric", by: "reed"}, 12.4, 89)
	c.report(order{key: "sugar", on: at(week(27), 9, 30), by: "reed"}, num("glucose1h", 128))
	c.count(order{key: "count/27", on: at(week(27), 9, 30), panel: "obstetric", by: "reed"}, 10.6, 84)
	c.report(order{key: "stores/27", on: at(week(27), 9, 30), by: "reed"}, num("ferritin", 11))
	anemia := c.has(problem{what: "pregnancyIron", since: date(week(28)), recorded: week(28), by: "reed"})
	c.scans(week)
	c.takes(medicine{drug: "prenatal", start: at(week(8), 10, 0), sig: "Take 1 tablet each day with food.", dose: 1, times: 1, why: pregnancy, supply: 90, refills: 3, by: "reed"})
	c.takes(medicine{drug: "iron", start: at(week(28), 10, 0), sig: "Take 1 tablet each second day, with orange juice.", dose: 1, times: 1, days: 2, why: anemia, supply: 60, refills: 1, by: "reed"})
	c.smoking(week(8), neverSmoked, "Never smoked")
	c.fluEachFall(4, false)
	c.shot(shot{what: "tetanusCough", on: week(28)})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 180)), dose: 1, of: 2})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 159)), dose: 2, of: 2})
	for i, years := range []int{13, 12} {
		c.shot(shot{what: "hpv", on: workday(c.ago(years, 90)), dose: i + 1, of: 2, copied: true})
	}
	goal := c.aims(aim{key: "iron", text: "Hemoglobin back over 11 before the birth", start: week(28), due: dueDate, state: "in-progress", measure: coding{loinc, "718-7", "Hemoglobin [Mass/volume] in Blood"}, below: 14.5, digits: 1, unit: "g/dL", ucum: "g/dL", about: anemia})
	c.plans(plan{key: "pregnancy", title: "Pregnancy plan", text: "Birth is expected around " + written(dueDate) + ", at Lantern Hill Hospital with Ottoline Reed.", start: week(8), end: dueDate, about: []string{pregnancy}, goals: []string{goal},
		steps: []step{{text: "Prenatal vitamin each day"}, {text: "Count kicks each evening"}, {text: "Sugar drink test", done: true, whom: "reed"}, {text: "Whooping cough vaccine", done: true, whom: "quill"}, {text: "Blood count again", by: c.ago(0, -21), whom: "reed"}}})
	return c
}

// expecting is what only a pregnancy visit measures.
func (c *chart) expecting(key string, on time.Time, encounter string, week, fundal, heart int) {
	write := func(name, code, display, text string, q obj) {
		c.add("Observation", key+"/"+name, obj{
			"status": "final", "subject": c.subject(), "encounter": ref(encounter),
			"category": list{tho(obsCategory, "exam", "Exam")}, "code": concept(text, coding{loinc, code, display}),
			"effectiveDateTime": stamp(on), "valueQuantity": q, "performer": list{clinician("reed")},
		})
	}
	write("age", "49051-6", "Gestational age in weeks", "Weeks of pregnancy", quantity(float64(week), 0, "weeks", "wk"))
	if fundal > 0 {
		write("fundal", "11881-0", "Uterus Fundal height Tape measure", "Height of the womb", quantity(float64(fundal), 0, "cm", "cm"))
	}
	if heart > 0 {
		write("heart", "55283-6", "Fetal Heart rate", "The child's heart rate", quantity(float64(heart), 0, "beats/minute", "/min"))
	}
}

func (c *chart) scans(week func(int) time.Time) {
	for _, s := range []struct {
		week  int
		words string
	}{
		{12, "One child, heart beats, size fits the dates."},
		{20, "One child in good size. Heart, brain, spine and limbs look normal. Placenta well away from the cervix."},
	} {
		on := at(week(s.week), 7, 40)
		key := fmt.Sprintf("scan/%d", s.week)
		c.did(act{key: key, text: "Ultrasound of the pregnancy", code: coding{snomed, "268445003", "Ultrasound scan - obstetric"}, on: on, by: "reed"})
		c.pictured(picture{key: key, text: "Ultrasound of the pregnancy", code: coding{loinc, "11525-3", "US Pelvis and Fetus for pregnancy"}, on: on, by: "reed", source: "alder", conclusion: s.words})
	}
}

// persis has depression that comes back; she and her team follow it closely.
func persis(cal calendar) *chart {
	const label = "PSY"
	c := open(cal, person{
		key: "persis", given: "Persis", family: "Lamb", number: "AS-13588", female: true, born: cal.ago(29, 88), doctor: "hale",
		phone: "555-0257", street: "3 Ferry Steps", postcode: "04903",
	})
	c.caredForBy(c.ago(6, 40), []string{"hale", "quill"}, member{"Counselor", clinician("vale")})
	depression := c.has(problem{what: "depression", since: month(c.ago(4, 80)), recorded: workday(c.ago(4, 80)), label: label})
	anxiety := c.has(problem{what: "anxiety", since: year(c.ago(6, 0)), recorded: workday(c.ago(4, 80)), label: label})
	c.allergic(allergy{key: "codeine", kind: "medication", risk: "low", since: year(c.ago(8, 0)), severity: "mild", what: concept("Codeine", coding{rxnorm, "2670", "codeine"}), reaction: nausea, told: "Vomited all night after a cough syrup."})
	c.checkups(6, 40, physique{systolic: course{{7, 112}, {0, 116}}, diastolic: course{{7, 70}, {0, 74}}, weight: course{{7, 58}, {4.2, 54.8}, {3, 57.5}, {0, 59.2}}, pulse: 74, height: 165}, map[int]words{
		6: {"Starts as a teacher.", "Healthy. Vaccines are complete."},
		3: {"Feels well.", "Healthy."},
		0: {"Sleeps well, runs twice a week.", "Healthy. Vitamin D is a bit low, tablets through the winter."},
	}, func(n int, on time.Time, encounter string) {
		if n%3 == 0 {
			c.count(order{key: fmt.Sprintf("count/%d", n), on: on, by: "hale", encounter: encounter}, 13.0, 89)
			c.report(order{key: fmt.Sprintf("thyroid/%d", n), on: on, by: "hale", encounter: encounter}, num("tsh", 2.1+c.noise(fmt.Sprintf("tsh/%d", n))*0.5))
		}
	})
	c.report(order{key: "vitaminD", on: at(workday(c.ago(0, 40)), 10, 0), by: "hale"}, num("vitaminD", 24))
	c.takes(medicine{drug: "vitaminD", start: at(workday(c.ago(0, 38)), 9, 0), sig: "Take 1 tablet each day until spring.", dose: 1, times: 1, whyWords: "Low vitamin D", supply: 90, refills: 1})

	doses := []medicine{
		{drug: "sertraline25", start: at(workday(c.ago(4, 80)), 11, 0), stop: workday(c.ago(4, 66)), stopped: "Raised to 50 mg as planned.", sig: "Take 1 tablet in the morning for two weeks."},
		{drug: "sertraline50", key: "sertraline50/first", start: at(workday(c.ago(4, 66)), 11, 0), stop: workday(c.ago(2, 170)), stopped: "Well for a year. Lowered and stopped together.", sig: "Take 1 tablet in the morning."},
		{drug: "sertraline50", start: at(workday(c.ago(1, 90)), 11, 0), sig: "Take 1 tablet in the morning.", supply: 30, refills: 5},
	}
	for _, m := range doses {
		m.dose, m.times, m.when, m.why, m.label = 1, 1, list{"MORN"}, depression, label
		request := c.takes(m)
		if m.stop.IsZero() {
			for _, days := range []int{115, 85, 56, 27} {
				c.filled(request, "sertraline50", label, at(c.ago(0, days), 17, 20), 30, 30)
			}
		}
	}
	for _, v := range []struct {
		years, days, score int
		by                 string
		words
	}{
		{4, 80, 17, "hale", words{"No joy since summer, sleeps badly, cannot grade papers. No plan to hurt herself.", "Depression and anxiety. Start sertraline low. Counseling. Call in one week."}},
		{4, 52, 14, "hale", words{"Still low, but gets up.", "Sertraline now 50 mg. No side effects but a dry mouth."}},
		{4, 40, 0, "vale", words{"What helps, what does not.", "Weekly sessions, small plans for each day."}},
		{4, 5, 11, "hale", words{"Two good days a week.", "Carry on."}},
		{3, 290, 0, "vale", words{"Worry before school days.", "Practice with breathing and with the worst thought."}},
		{3, 210, 6, "hale", words{"Mostly good days.", "Better. Keep 50 mg for a year."}},
		{2, 170, 3, "hale", words{"Well for a year.", "Lower and stop sertraline over four weeks."}},
		{1, 90, 15, "hale", words{"Since the move it is back: tired, hopeless evenings, no plan to hurt herself.", "Second episode. Sertraline 50 mg again. Plan to stay on it for two years."}},
		{1, 60, 0, "vale", words{"Recognized it earlier this time.", "Sessions each second week."}},
		{1, 30, 9, "hale", words{"Better sleep.", "Keep 50 mg."}},
		{0, 260, 6, "hale", words{"Enjoys school again.", "Keep 50 mg."}},
		{0, 120, 5, "hale", words{"Steady.", "Keep 50 mg. Video visit in fall."}},
		{0, 26, 4, "hale", words{"Good weeks. Asks to go on.", "Doing well. Keep sertraline 50 mg, next visit in three months."}},
	} {
		key := fmt.Sprintf("mood/%d-%d", v.years, v.days)
		on := c.slot(c.ago(v.years, v.days), key)
		kind, where := followUp, "alder"
		switch {
		case v.by == "vale":
			kind, where = counselling, "harbor"
		case v.years == 0:
			kind = videoVisit
		}
		encounter := c.visited(visit{key: key, on: on, length: 45 * time.Minute, kind: kind, by: v.by, place: where, why: "depression", about: []string{depression, anxiety}, label: label, told: v.told, plan: v.plan, summary: "About mood and sleep."})
		if v.score > 0 {
			c.mood("phq9/"+key, on, encounter, label, v.score)
		}
	}
	c.smoking(workday(c.ago(0, 40)), neverSmoked, "Never smoked")
	c.fluEachFall(3, false)
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 240)), dose: 1, of: 2})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 219)), dose: 2, of: 2})
	c.shot(shot{what: "tetanusCough", on: workday(c.ago(6, 40))})
	goal := c.aims(aim{key: "mood", text: "Mood questionnaire under 5 for half a year", start: workday(c.ago(1, 90)), due: c.ago(-1, 200), state: "improving", measure: coding{loinc, "44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"}, below: 4, unit: "points", ucum: "{score}", about: depression, label: label})
	c.plans(plan{key: "mood", title: "Staying well", text: "Medicine, sessions and running; and whom to call when evenings turn dark.", start: workday(c.ago(1, 90)), end: c.ago(-1, 200), about: []string{depression}, goals: []string{goal}, label: label,
		steps: []step{{text: "Sertraline each morning"}, {text: "Run twice a week"}, {text: "Sessions at Quiet Harbor", whom: "vale"}, {text: "Call 988 or the clinic when thoughts of dying come"}}})
	return c
}

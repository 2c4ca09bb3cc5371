package demo

import (
	"fmt"
	"time"
)

// wilhelmina had breast cancer nine years ago and is well. She speaks Spanish.
func wilhelmina(cal calendar) *chart {
	c := open(cal, person{
		key: "wilhelmina", given: "Wilhelmina", family: "Roe", number: "AS-10209", female: true, born: cal.ago(81, 17), doctor: "sedge",
		phone: "555-0302", street: "6 Quince Row", postcode: "04901", languages: []string{"es"},
	})
	c.caredForBy(c.ago(11, 70), []string{"sedge", "quill"}, member{"Cancer doctor", clinician("moss")})
	cancer := c.has(problem{what: "breastCancer", since: month(c.ago(9, 210)), recorded: workday(c.ago(9, 210)), by: "moss", source: "cancer", status: "remission", note: "Left breast, stage I, hormone sensitive. Surgery, radiation, five years of anastrozole. No sign of it since."})
	bones := c.has(problem{what: "osteoporosis", since: year(c.ago(6, 0)), recorded: workday(c.ago(6, 70))})
	knees := c.has(problem{what: "kneeBoth", since: year(c.ago(8, 0)), recorded: workday(c.ago(8, 70))})
	pressure := c.has(problem{what: "hypertension", since: year(c.ago(16, 0)), recorded: workday(c.ago(11, 70))})
	c.notAllergic(workday(c.ago(11, 70)))
	c.treated(cancer)
	c.checkups(10, 70, physique{systolic: course{{11, 146}, {0, 138}}, diastolic: course{{11, 82}, {0, 74}}, weight: course{{11, 68}, {9, 64}, {0, 61}}, pulse: 72, height: 154}, map[int]words{
		10: {"Feels well, gardens.", "Healthy for her age. Mammogram arranged."},
		9:  {"Tired from the radiation, in good spirits.", "Blood count is fine. Walk each day."},
		6:  {"Two centimeters shorter than she was.", "Bone scan shows osteoporosis. Alendronate, calcium from food, no loose rugs."},
		4:  {"Five years since the surgery.", "No sign of cancer. Anastrozole ends."},
		2:  {"Knees hurt in the morning.", "Exercises, acetaminophen. An injection when that is not enough."},
		0:  {"Asks whether the knee injection can be on a Friday.", "Right knee injection next month. All else steady."},
	}, func(n int, on time.Time, encounter string) {
		key := fmt.Sprintf("checkup/%d/labs", n)
		c.kidney(order{key: key + "/kidney", on: on, by: "sedge", encounter: encounter}, 0.80+c.noise(key)*0.05, 4.2, 97)
		if n%2 == 0 {
			c.count(order{key: key + "/count", on: on, by: "sedge", encounter: encounter}, 12.7, 91)
			c.report(order{key: key + "/vitaminD", on: on, by: "sedge", encounter: encounter}, num("vitaminD", 26+float64(10-n)*1.4))
		}
		if n <= 6 && n%2 == 0 {
			score := []float64{-2.2, 0, -2.3, 0, -2.5, 0, -2.7}[n]
			c.did(act{key: key, text: "Bone scan", code: coding{snomed, "312681000", "Bone density scan"}, on: on.Add(2 * time.Hour), by: "sedge", encounter: encounter, about: bones})
			c.report(order{key: key + "/bone", on: on.Add(2 * time.Hour), by: "sedge", source: "hospital", encounter: encounter}, num("boneScore", score))
		}
	})
	for n := 6; n >= 0; n-- {
		c.pictured(picture{key: fmt.Sprintf("mammogram/%d", n), text: "Mammogram", code: coding{loinc, "24606-6", "MG Breast Screening"}, on: at(workday(c.ago(n, 190)), 10, 30), by: "moss", source: "cancer", conclusion: "Scar on the left as known. Nothing suspicious in either breast."})
	}
	c.takes(medicine{drug: "anastrozole", start: at(workday(c.ago(9, 60)), 10, 0), stop: workday(c.ago(4, 60)), sig: "Take 1 tablet each day.", dose: 1, times: 1, why: cancer, by: "moss", source: "cancer"})
	c.takes(medicine{drug: "alendronate", start: at(workday(c.ago(6, 70)), 10, 0), sig: "Take 1 tablet in the morning with a full glass of water. Stay upright for half an hour.", dose: 1, times: 1, when: list{"ACM"}, why: bones, supply: 90, refills: 3})
	c.takes(medicine{drug: "vitaminD", start: at(workday(c.ago(6, 70)), 10, 0), sig: "Take 1 tablet each day.", dose: 1, times: 1, why: bones})
	c.takes(medicine{drug: "amlodipine", start: at(workday(c.ago(11, 70)), 10, 0), sig: "Take 1 tablet in the morning.", dose: 1, times: 1, when: list{"MORN"}, why: pressure, supply: 90, refills: 3})
	c.takes(medicine{drug: "acetaminophen", start: at(workday(c.ago(2, 70)), 10, 0), sig: "Take 1 tablet when the knees hurt, up to 3 times a day.", dose: 1, times: 3, asNeeded: "Knee pain", why: knees})
	c.smoking(workday(c.ago(0, 70)), neverSmoked, "Never smoked")
	c.fluEachFall(7, true)
	c.shot(shot{what: "pneumo13", on: workday(c.ago(10, 70))})
	c.shot(shot{what: "pneumo23", on: workday(c.ago(9, 70))})
	c.shot(shot{what: "tetanus", on: workday(c.ago(7, 70))})
	for i, days := range []int{262, 241} {
		c.shot(shot{what: "covidFirst", on: workday(c.ago(5, days)), dose: i + 1, of: 2})
	}
	c.shot(shot{what: "covid", on: workday(c.ago(1, 28)), by: "copper", source: "pharmacy"})
	goal := c.aims(aim{key: "bones", text: "No falls this year", start: workday(c.ago(0, 70)), due: c.ago(-1, 70), state: "sustaining", about: bones})
	c.plans(plan{key: "after-cancer", title: "Years after cancer", text: "Mammogram each year, strong bones, and a word when something feels new.", start: workday(c.ago(0, 70)), end: c.ago(-1, 70), about: []string{cancer, bones}, goals: []string{goal},
		steps: []step{{text: "Mammogram each year", done: true, whom: "moss"}, {text: "Balance exercises twice a week"}, {text: "Injection of the right knee", by: c.ago(0, -25), whom: "sedge"}}})
	return c
}

// treated is the year of the cancer.
func (c *chart) treated(cancer string) {
	found := at(workday(c.ago(9, 210)), 11, 0)
	encounter := c.visited(visit{key: "cancer/first", on: found, length: time.Hour, kind: consult, by: "moss", place: "cancer", why: "breastCancer", about: []string{cancer}, told: "The mammogram showed a spot. She has felt nothing.", plan: "Early cancer in the left breast, one centimeter, hormone sensitive. Surgery that keeps the breast, then radiation, then tablets for five years.", summary: "Early breast cancer, good outlook."})
	c.document(paper{key: "cancer/pathology", title: "Tissue report", on: found.AddDate(0, 0, 2), kind: pathology, by: "moss", source: "cancer", encounter: encounter, summary: "Small hormone-sensitive cancer, removed with a clear edge.",
		text: "Tidewater Cancer Center, Pathology\n\nLeft breast: invasive ductal carcinoma, grade 1, 10 mm. Estrogen receptor positive 95 %, progesterone receptor positive 80 %, HER2 negative. Edges clear. Two sentinel nodes without cancer.\n"})
	surgery := at(workday(c.ago(9, 182)), 8, 30)
	c.did(act{key: "cancer/surgery", text: "Surgery that keeps the breast, left", code: coding{snomed, "392021009", "Lumpectomy of breast"}, on: surgery, until: surgery.Add(95 * time.Minute), by: "moss", place: "cancer", about: cancer, outcome: "Cancer removed with a clear edge."})
	rays := at(workday(c.ago(9, 140)), 9, 0)
	c.did(act{key: "cancer/radiation", text: "Radiation of the left breast, 16 sessions", code: coding{snomed, "108290001", "Radiation oncology AND/OR radiotherapy"}, on: rays, until: rays.AddDate(0, 0, 24), by: "moss", place: "cancer", about: cancer, outcome: "Finished without breaks."})
	for n := 8; n >= 4; n-- {
		key := fmt.Sprintf("cancer/year/%d", n)
		c.visited(visit{key: key, on: c.slot(c.ago(n, 186), key), length: 30 * time.Minute, kind: consult, by: "moss", place: "cancer", why: "breastCancer", about: []string{cancer}, told: "Feels well, some stiff fingers from the tablets.", plan: "No sign of cancer. Next check in one year.", summary: "No sign of cancer."})
	}
}

// leopold died last winter; his chart stays.
func leopold(cal calendar) *chart {
	died := cal.ago(0, 283)
	c := open(cal, person{
		key: "leopold", given: "Leopold", family: "Vane", number: "AS-10034", born: cal.ago(87, 140), died: at(died, 5, 40), doctor: "hale",
		phone: "555-0315", street: "1 Harbor Road", postcode: "04903",
	})
	c.caredForBy(c.ago(9, 0), []string{"hale"}, member{"Heart doctor", clinician("lark")})
	failure := c.has(problem{what: "heartFailure", since: month(c.ago(5, 90)), recorded: workday(c.ago(5, 90))})
	pressure := c.has(problem{what: "hypertension", since: year(c.ago(25, 0)), recorded: workday(c.ago(8, 330))})
	c.allergic(allergy{key: "penicillin", kind: "medication", risk: "low", since: year(c.ago(50, 0)), severity: "mild", what: concept("Penicillin", coding{rxnorm, "7980", "penicillin G"}), reaction: rash, told: "A rash as a young man."})
	strain := course{{5.3, 1850}, {4.5, 920}, {3, 1100}, {1.6, 2400}, {0.8, 6200}}
	weak := course{{8, 1.10}, {4, 1.25}, {0.8, 1.72}}
	for n := 8; n >= 1; n-- {
		key := fmt.Sprintf("checkup/%d", n)
		on := c.slot(c.ago(n, -35), key)
		told := map[int]words{
			8: {"Plays chess each day.", "Healthy for his age."},
			5: {"Better since the hospital. Ankles are slim again, two pillows at night.", "Heart failure, steadier. Furosemide in the morning, weigh each day, low salt."},
			3: {"One stair is fine, two are not.", "Add spironolactone. Salt low."},
			2: {"Wants to stay at home, no more hospital if it can be avoided.", "Wishes are written down and with his son."},
			1: {"Sleeps in the chair, tired.", "Weaker. Talked with him and his son about comfort at home."},
		}[n]
		v := c.readings(key, on, physique{systolic: course{{9, 144}, {1, 112}}, diastolic: course{{9, 82}, {1, 64}}, weight: course{{9, 82}, {5.2, 88}, {4, 80}, {1, 76}}, pulse: 78, oxygen: 94})
		encounter := c.visited(visit{key: key, on: on, length: 30 * time.Minute, kind: checkUp, why: "checkup", about: []string{pressure}, vitals: v, told: told.told, plan: told.plan, summary: told.plan})
		c.kidney(order{key: key + "/kidney", on: on, by: "hale", encounter: encounter}, c.level(weak, on, 0.03, key+"/creatinine"), 4.5+c.noise(key)*0.3, 102)
		if n <= 5 {
			c.report(order{key: key + "/strain", on: on, by: "hale", encounter: encounter}, num("bnp", c.level(strain, on, 60, key+"/strain")))
		}
		if n%3 == 2 {
			c.count(order{key: key + "/count", on: on, by: "hale", encounter: encounter}, 13.4, 93)
		}
	}
	for i, days := range []int{5*365 + 60, 3 * 365, 396} {
		c.echo(fmt.Sprintf("echo/%d", i), at(workday(c.ago(0, days)), 13, 0), "", failure, []float64{38, 34, 26}[i], []string{"The heart pumps less than it should.", "A little weaker than two years ago.", "Weaker. Both sides are wide."}[i])
	}
	for i, days := range []int{5*365 + 80, 396} {
		on := at(c.ago(0, days), 23, 15)
		key := fmt.Sprintf("stay/%d", i)
		encounter := c.meets(&visit{key: key, on: on, length: 100 * time.Hour, kind: hospital, by: "lark", place: "hospital", why: "heartFailure", about: []string{failure}, vitals: vitals{systolic: 148 - 30*float64(i), diastolic: 84 - 20*float64(i), pulse: 104, oxygen: 89, breaths: 28}})
		c.report(order{key: key, on: on.Add(time.Hour), by: "lark", source: "hospital", encounter: encounter}, num("bnp", 4100+1900*float64(i)), num("sodium", 133), num("potassium", 4.9))
		c.document(paper{key: key, title: "Letter from the hospital", on: on.Add(101 * time.Hour), kind: discharge, by: "lark", source: "hospital", encounter: encounter, summary: "Four days in hospital for heart failure.",
			text: "Lantern Hill Hospital\n\nLeopold Vane was with us for four days because of heart failure with water in the lungs. He lost four kilograms with furosemide.\n\nAt home: furosemide 40 mg in the morning, weigh each day, call when two kilograms more in three days.\n\nDr. Evander Lark\n"})
	}
	end := died
	c.takes(medicine{drug: "furosemide", start: at(workday(c.ago(0, 5*365+75)), 10, 0), stop: end, sig: "Take 1 tablet in the morning.", dose: 1, times: 1, when: list{"MORN"}, why: failure})
	c.takes(medicine{drug: "spironolact", start: at(workday(c.ago(3, -35)), 10, 0), stop: end, sig: "Take 1 tablet in the morning.", dose: 1, times: 1, when: list{"MORN"}, why: failure})
	c.takes(medicine{drug: "lisinopril10", start: at(workday(c.ago(8, 330)), 10, 0), stop: end, sig: "Take 1 tablet in the morning.", dose: 1, times: 1, when: list{"MORN"}, why: pressure})
	c.smoking(workday(c.ago(2, 0)), smokedBefore, "Stopped smoking years ago")
	for n := 6; n >= 1; n-- {
		c.shot(shot{what: "fluHigh", on: workday(c.ago(n, 40))})
	}
	c.shot(shot{what: "pneumo23", on: workday(c.ago(8, 300))})
	wish := c.aims(aim{key: "home", text: "Stay at home, without pain and without hunger for breath", start: workday(c.ago(2, -35)), due: end, state: "achieved", finished: true, about: failure})
	c.plans(plan{key: "comfort", title: "Comfort at home", text: "No more hospital stays if comfort is possible at home. His son knows.", start: workday(c.ago(2, -35)), end: end, finished: true, about: []string{failure}, goals: []string{wish},
		steps: []step{{text: "Visits at home each week", done: true, whom: "hale"}}})
	c.document(paper{key: "farewell", title: "Note of death", on: at(died, 9, 0), kind: progressNote, by: "hale", summary: "Died at home, with his son beside him.",
		text: "Leopold Vane died at home at 5:40 AM on " + written(died) + ", calm, with his son beside him. Cause: heart failure. The family was called and visited the same day.\n\nDr. Juniper Hale\n"})
	return c
}

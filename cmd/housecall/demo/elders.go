package demo

import (
	"fmt"
	"time"
)

// thaddeus takes warfarin for atrial fibrillation and has his blood tested each month.
func thaddeus(cal calendar) *chart {
	c := open(cal, person{
		key: "thaddeus", given: "Thaddeus", family: "Pyle", number: "AS-10977", born: cal.ago(67, 205), doctor: "hale",
		phone: "555-0284", street: "2 Net Loft", postcode: "04903",
	})
	c.caredForBy(c.ago(10, 130), []string{"hale", "quill"}, member{"Heart doctor", clinician("lark")})
	afib := c.has(problem{what: "afib", since: month(c.ago(5, 30)), recorded: workday(c.ago(5, 30))})
	pressure := c.has(problem{what: "hypertension", since: year(c.ago(14, 0)), recorded: workday(c.ago(10, 130))})
	c.has(problem{what: "lipids", since: year(c.ago(9, 0)), recorded: workday(c.ago(9, 130))})
	c.allergic(allergy{key: "shellfish", kind: "food", risk: "high", since: year(c.ago(30, 0)), severity: "moderate", what: concept("Crab and other shellfish", coding{snomed, "735029006", "Shellfish"}), reaction: hives, told: "Welts after crab."})
	c.checkups(10, 130, physique{systolic: course{{11, 148}, {8, 136}, {0, 132}}, diastolic: course{{11, 90}, {0, 78}}, weight: course{{11, 92}, {0, 88}}, pulse: 74, height: 178}, map[int]words{
		10: {"Fisherman, retires next year.", "Blood pressure high. Amlodipine, less salt."},
		6:  {"Heart stumbles at times.", "Heart tracing today is regular. Come at once when it stumbles again."},
		5:  {"Short of breath on the stairs since spring.", "Irregular pulse. Sent to Dr. Lark today."},
		1:  {"No bleeding, no falls.", "Steady. Keep warfarin and metoprolol."},
		0:  {"Feels well. Cooks more greens since summer.", "Steady. The same amount of greens each week keeps the INR steady."},
	}, func(n int, on time.Time, encounter string) {
		key := fmt.Sprintf("checkup/%d/labs", n)
		c.kidney(order{key: key + "/kidney", on: on, by: "hale", encounter: encounter}, 1.04+c.noise(key)*0.05, 4.4, 101+c.noise(key+"/sugar")*6)
		if n%3 == 0 {
			c.count(order{key: key + "/count", on: on, by: "hale", encounter: encounter}, 14.4, 92)
			c.lipids(order{key: key + "/lipids", on: on, by: "hale", encounter: encounter}, 92, 46, 140)
		}
	})
	c.heart(afib)
	c.clotting(afib)
	c.takes(medicine{drug: "amlodipine", start: at(workday(c.ago(10, 130)), 10, 0), sig: "Take 1 tablet in the morning.", dose: 1, times: 1, when: list{"MORN"}, why: pressure, supply: 90, refills: 3})
	c.takes(medicine{drug: "metoprolol", start: at(workday(c.ago(5, 28)), 10, 0), sig: "Take 1 tablet in the morning. Do not crush it.", dose: 1, times: 1, when: list{"MORN"}, why: afib, supply: 90, refills: 3, by: "lark"})
	c.takes(medicine{drug: "warfarin5", start: at(workday(c.ago(5, 28)), 10, 0), stop: workday(c.ago(4, 250)), sig: "Take 1 tablet in the evening.", dose: 1, times: 1, when: list{"EVE"}, why: afib, stopped: "Changed to 2 mg tablets, because 5 mg was too much."})
	request := c.takes(medicine{drug: "warfarin2", start: at(workday(c.ago(4, 250)), 10, 0), sig: "Take 2 tablets in the evening, or as the warfarin check says.", dose: 2, times: 1, when: list{"EVE"}, why: afib, supply: 30, refills: 5})
	for _, days := range []int{146, 117, 87, 58, 28} {
		c.filled(request, "warfarin2", "", at(c.ago(0, days), 15, 40), 60, 30)
	}
	c.smoking(workday(c.ago(0, 130)), smokedBefore, "Stopped smoking years ago")
	c.fluEachFall(6, true)
	c.shot(shot{what: "pneumo20", on: workday(c.ago(1, 130))})
	c.shot(shot{what: "tetanus", on: workday(c.ago(6, 130))})
	c.shot(shot{what: "shingles", on: workday(c.ago(4, 60)), dose: 1, of: 2})
	c.shot(shot{what: "shingles", on: workday(c.ago(3, 350)), dose: 2, of: 2})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 260)), dose: 1, of: 2})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 239)), dose: 2, of: 2})
	goal := c.aims(aim{key: "inr", text: "INR between 2 and 3", start: workday(c.ago(5, 28)), due: c.ago(-1, 130), state: "in-progress", measure: coding{loinc, "6301-6", "INR in Platelet poor plasma by Coagulation assay"}, below: 3.0, digits: 1, unit: "INR", ucum: "{INR}", about: afib})
	c.plans(plan{key: "warfarin", title: "Warfarin safely", text: "Blood test each month, the same amount of greens each week, no new pills without asking.", start: workday(c.ago(0, 130)), end: c.ago(-1, 130), about: []string{afib}, goals: []string{goal},
		steps: []step{{text: "INR again", by: c.ago(0, -8), whom: "quill"}, {text: "Call at once for black stools or a hit on the head"}}})
	return c
}

// heart is how the fibrillation was found.
func (c *chart) heart(afib string) {
	on := at(workday(c.ago(5, 30)), 13, 20)
	encounter := c.visited(visit{key: "lark", on: on, length: 50 * time.Minute, kind: consult, by: "lark", place: "hospital", why: "afib", about: []string{afib}, vitals: vitals{systolic: 138, diastolic: 84, pulse: 118, oxygen: 96},
		told: "Heart stumbles since spring, short of breath on stairs.", plan: "Atrial fibrillation. Metoprolol for the pulse, warfarin against clots, INR 2 to 3.", summary: "Atrial fibrillation found, warfarin started."})
	c.did(act{key: "ecg", text: "Heart tracing (ECG)", code: coding{snomed, "29303009", "Electrocardiographic procedure"}, on: on.Add(10 * time.Minute), by: "lark", place: "hospital", encounter: encounter, about: afib})
	c.pictured(picture{key: "ecg", text: "Heart tracing (ECG)", code: coding{loinc, "11524-6", "EKG study"}, on: on.Add(10 * time.Minute), by: "lark", section: "EC", sectionIs: "Electrocardiac (e.g., EKG, EEC, Holter)", encounter: encounter, conclusion: "Atrial fibrillation, rate 118. No sign of a heart attack."})
	c.echo("echo", on.Add(25*time.Minute), encounter, afib, 56, "Both upper chambers a little wide. The heart pumps as it should.")
}

// echo is an ultrasound of the heart with its ejection fraction.
func (c *chart) echo(key string, on time.Time, encounter, about string, ejection float64, conclusion string) {
	c.did(act{key: key, text: "Ultrasound of the heart", code: coding{snomed, "40701008", "Echocardiography"}, on: on, by: "lark", place: "hospital", encounter: encounter, about: about})
	fraction := c.observe(order{key: key, on: on, by: "lark", source: "hospital", encounter: encounter}, num("ejection", ejection))
	c.pictured(picture{key: key, text: "Ultrasound of the heart", code: coding{loinc, "34552-0", "Cardiac 2D echo panel"}, on: on, by: "lark", section: "CUS", sectionIs: "Cardiac Ultrasound", encounter: encounter, conclusion: conclusion, results: []string{fraction}})
}

// clotting are the monthly warfarin checks of the last twenty months.
func (c *chart) clotting(afib string) {
	special := map[int]struct {
		inr   float64
		words words
	}{
		0:  {3.4, words{"No bleeding. Took an antibiotic from the weekend doctor for five days.", "INR a little high, from the antibiotic. Leave out tonight's dose, then go on as before. Test again in two weeks."}},
		7:  {1.7, words{"Forgot two evenings while visiting his son.", "INR a little low. One extra tablet tonight, then as before."}},
		15: {3.8, words{"Nosebleed for ten minutes.", "INR too high. No tablet for two evenings, test again in one week."}},
	}
	for n := 19; n >= 0; n-- {
		key := fmt.Sprintf("inr/%d", n)
		on := at(workday(c.ago(0, 6+n*30)), 8, 20)
		story, told := special[n]
		value := 2.5 + c.noise(key)*0.4
		if told {
			value = story.inr
		}
		encounter := c.visited(visit{key: key, on: on, length: 10 * time.Minute, kind: followUp, by: "quill", why: "clotting", about: []string{afib}, told: story.words.told, plan: story.words.plan, summary: story.words.plan})
		c.report(order{key: key, on: on, by: "hale", source: "alder", encounter: encounter}, num("inr", value))
	}
}

// maude has COPD and coughs for three weeks.
func maude(cal calendar) *chart {
	c := open(cal, person{
		key: "maude", given: "Maude", family: "Thistle", number: "AS-10718", female: true, born: cal.ago(70, 61), doctor: "hale",
		phone: "555-0291", street: "44 Gull Street", postcode: "04902",
	})
	c.caredForBy(c.ago(10, 100), []string{"hale", "quill"}, member{"Lung doctor", clinician("dell")})
	copd := c.has(problem{what: "copd", since: month(c.ago(9, 100)), recorded: workday(c.ago(9, 100))})
	c.has(problem{what: "exSmoker", since: year(c.ago(8, 0)), recorded: workday(c.ago(8, 100))})
	pressure := c.has(problem{what: "hypertension", since: year(c.ago(12, 0)), recorded: workday(c.ago(10, 100))})
	c.allergic(allergy{key: "aspirin", kind: "medication", risk: "high", since: year(c.ago(28, 0)), severity: "moderate", what: concept("Aspirin", coding{rxnorm, "1191", "aspirin"}), reaction: hives, told: "Welts and wheezing after a headache pill."})
	breath := course{{9.3, 1.92}, {5, 1.71}, {0, 1.52}}
	c.checkups(10, 100, physique{systolic: course{{11, 142}, {0, 134}}, diastolic: course{{11, 84}, {0, 76}}, weight: course{{11, 64}, {0, 57.5}}, pulse: 82, oxygen: 94.6, height: 161}, map[int]words{
		10: {"Smokes a pack a day since age 20. Coughs in the morning.", "Talked about stopping. Lung test next year."},
		9:  {"Out of breath on one flight of stairs.", "COPD on the lung test. Albuterol when needed. Nicotine patches offered."},
		8:  {"Stopped smoking in March!", "Best thing for her lungs. Add the daily inhaler."},
		4:  {"Walks to the harbor with one rest.", "Lung exercise class at Lantern Hill."},
		1:  {"One flare last winter.", "Lung test a little lower. Keep the inhaler, flu vaccine each fall."},
		0:  {"Needs albuterol about three times a week.", "Steady. Lung scan was clear."},
	}, func(n int, on time.Time, encounter string) {
		key := fmt.Sprintf("checkup/%d/labs", n)
		if n <= 9 {
			fev := round(c.level(breath, on, 0.03, key), 2)
			c.report(order{key: key + "/breath", on: on, by: "hale", source: "alder", encounter: encounter}, num("fev1", fev), num("fev1Ratio", 48+fev*7))
			c.did(act{key: key, text: "Lung test (spirometry)", code: coding{snomed, "127783003", "Spirometry"}, on: on, by: "quill", encounter: encounter, about: copd})
		}
		if n%2 == 0 {
			c.kidney(order{key: key + "/kidney", on: on, by: "hale", encounter: encounter}, 0.82+c.noise(key)*0.04, 4.1, 95)
		}
		if n%4 == 0 {
			c.count(order{key: key + "/count", on: on, by: "hale", encounter: encounter}, 14.3, 92)
		}
	})
	for i, days := range []int{3*365 + 288, 326} {
		c.flare(fmt.Sprintf("flare/%d", i), c.ago(0, days), copd, i)
	}
	video := visit{key: "cough", on: at(workday(c.ago(0, 9)), 9, 40), kind: videoVisit, why: "copd", about: []string{copd}, told: "More cough for three weeks, phlegm is clear. No fever. Sleeps flat.", saw: "Speaks in full sentences. Own oxygen meter shows 94.", plan: "Slow flare without infection. Albuterol four times a day for a week, chest X-ray, call when phlegm turns green.", summary: "Cough for three weeks. Chest X-ray ordered."}
	encounter := c.visited(video)
	c.pictured(picture{key: "chest", text: "X-ray of the chest", code: coding{loinc, "36643-5", "XR Chest 2 Views"}, on: at(workday(c.ago(0, 6)), 11, 0), by: "hale", encounter: encounter, conclusion: "Wide lungs as in COPD. No pneumonia, no shadow."})
	for n := 3; n >= 1; n-- {
		c.pictured(picture{key: fmt.Sprintf("scan/%d", n), text: "Lung scan (low dose CT)", code: coding{loinc, "79086-7", "CT Chest for screening WO contrast"}, on: at(workday(c.ago(n-1, 110)), 14, 0), by: "dell", conclusion: "No suspicious spots. Next scan in one year."})
	}
	c.takes(medicine{drug: "albuterol", start: at(workday(c.ago(9, 100)), 10, 0), sig: "Breathe in 2 puffs when short of breath, up to 4 times a day.", dose: 2, times: 4, asNeeded: "Shortness of breath", why: copd, supply: 30, refills: 3})
	c.takes(medicine{drug: "salmeterol", start: at(workday(c.ago(8, 100)), 10, 0), sig: "Breathe in 1 puff in the morning and 1 in the evening, then rinse the mouth.", dose: 1, times: 2, when: list{"MORN", "EVE"}, why: copd, supply: 30, refills: 11})
	c.takes(medicine{drug: "amlodipine", start: at(workday(c.ago(10, 100)), 10, 0), sig: "Take 1 tablet in the morning.", dose: 1, times: 1, when: list{"MORN"}, why: pressure, supply: 90, refills: 3})
	c.smoking(workday(c.ago(9, 100)), "77176002", "Smokes")
	c.smoking(workday(c.ago(0, 100)), smokedBefore, "Stopped smoking eight years ago")
	c.fluEachFall(7, true)
	c.shot(shot{what: "pneumo23", on: workday(c.ago(9, 100))})
	c.shot(shot{what: "pneumo20", on: workday(c.ago(3, 100))})
	c.shot(shot{what: "rsv", on: workday(c.ago(1, 70)), by: "copper", source: "pharmacy"})
	c.shot(shot{what: "tetanusCough", on: workday(c.ago(5, 100))})
	for i, days := range []int{258, 237} {
		c.shot(shot{what: "covidFirst", on: workday(c.ago(5, days)), dose: i + 1, of: 2})
	}
	c.shot(shot{what: "covid", on: workday(c.ago(0, 30)), by: "copper", source: "pharmacy"})
	goal := c.aims(aim{key: "walk", text: "Walk to the harbor without a rest", start: workday(c.ago(4, 100)), due: c.ago(-1, 100), state: "improving", about: copd})
	c.plans(plan{key: "lungs", title: "Lung plan", text: "Daily inhaler, walking, vaccines; and what to do when breath gets short.", start: workday(c.ago(0, 100)), end: c.ago(-1, 100), about: []string{copd}, goals: []string{goal},
		steps: []step{{text: "Daily inhaler, morning and evening"}, {text: "Chest X-ray", done: true}, {text: "Call when phlegm turns green, 911 when lips turn blue"}}})
	return c
}

// flare is an emergency visit for COPD and its treatment.
func (c *chart) flare(key string, day time.Time, copd string, i int) {
	on := at(day, 21, 10)
	encounter := c.visited(visit{key: key, on: on, length: 5 * time.Hour, kind: emergency, by: "oakes", place: "hospital", why: "copdFlare", about: []string{copd}, vitals: vitals{systolic: 150, diastolic: 82, pulse: 108, breaths: 28, oxygen: 88 + float64(i), warmth: 37.8},
		told: "Breath got short over two days, green phlegm.", plan: "COPD flare. Better with treatments and oxygen. Prednisone five days, azithromycin five days, see Dr. Hale this week.", summary: "COPD flare, better after treatment."})
	attack := c.has(problem{what: "copdFlare", key: key, since: date(on.AddDate(0, 0, -2)), until: date(on.AddDate(0, 0, 12)), recorded: on, by: "oakes", source: "hospital", visit: encounter})
	c.takes(medicine{key: key + "/prednisone", drug: "prednisone", start: on, stop: on.AddDate(0, 0, 5), sig: "Take 2 tablets in the morning for 5 days.", dose: 2, times: 1, when: list{"MORN"}, why: attack, by: "oakes", source: "hospital", encounter: encounter})
	c.takes(medicine{key: key + "/azithromycin", drug: "azithromycin", start: on, stop: on.AddDate(0, 0, 5), sig: "Take 2 tablets on the first day, then 1 a day for 4 days.", dose: 1, times: 1, why: attack, by: "oakes", source: "hospital", encounter: encounter})
	c.report(order{key: key + "/gas", on: on.Add(time.Hour), by: "oakes", source: "hospital", encounter: encounter}, num("white", 12.4+float64(i)/2), num("sodium", 138))
}

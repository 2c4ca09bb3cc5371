package demo

import (
	"fmt"
	"time"
)

// barnaby has an underactive thyroid, and a test this week that says his dose is too small.
func barnaby(cal calendar) *chart {
	c := open(cal, person{
		key: "barnaby", given: "Barnaby", family: "Stroud", number: "AS-12031", born: cal.ago(45, 300), doctor: "hale",
		phone: "555-0263", street: "8 Foundry Lane", postcode: "04901",
	})
	c.caredForBy(c.ago(8, 180), []string{"hale"})
	thyroid := c.has(problem{what: "hypothyroid", since: month(c.ago(6, 180)), recorded: workday(c.ago(6, 180))})
	c.has(problem{what: "hayfever", since: year(c.ago(20, 0)), recorded: workday(c.ago(8, 180))})
	c.notAllergic(workday(c.ago(8, 180)))
	tsh := course{{8.6, 3.4}, {7.6, 4.9}, {6.6, 12.4}, {6.2, 5.2}, {5.6, 3.1}, {3.6, 2.4}, {1.6, 2.9}, {0.6, 3.8}, {0, 6.8}}
	t4 := course{{6.6, 0.6}, {6.2, 0.9}, {3, 1.2}, {0.6, 1.1}, {0, 0.9}}
	c.checkups(8, 180, physique{systolic: course{{9, 124}, {0, 130}}, diastolic: course{{9, 78}, {0, 82}}, weight: course{{9, 84}, {6.6, 91}, {5, 87}, {0.6, 88}, {0, 90}}, pulse: 68, height: 181}, map[int]words{
		8: {"First visit. Builds boats.", "Healthy. A little more movement in winter."},
		7: {"Tired in winter.", "TSH at the edge. Check again in a year, earlier when more tired."},
		6: {"Very tired, cold hands, seven kilograms more.", "Underactive thyroid. Start levothyroxine 75 mcg, blood test in eight weeks."},
		5: {"Energy is back.", "Dose is right."},
		2: {"Feels well.", "All steady. Cholesterol a little high: oats, fish, walking."},
		0: {"Feels well. Takes the pill with breakfast and coffee lately.", "TSH is still fine. Take the pill half an hour before coffee."},
	}, func(n int, on time.Time, encounter string) {
		key := fmt.Sprintf("thyroid/%d", n)
		values := []result{num("tsh", c.level(tsh, on, 0.15, key))}
		if n <= 6 {
			values = append(values, num("freeT4", c.level(t4, on, 0.03, key+"/t4")))
		}
		c.report(order{key: key, on: on, by: "hale", encounter: encounter}, values...)
		if n%2 == 0 {
			c.lipids(order{key: fmt.Sprintf("lipids/%d", n), on: on, by: "hale", encounter: encounter}, 118+c.noise(key+"/ldl")*14, 47, 138+c.noise(key+"/fat")*20)
		}
		if n%3 == 2 {
			c.kidney(order{key: fmt.Sprintf("kidney/%d", n), on: on, by: "hale", encounter: encounter}, 0.96, 4.3, 92)
			c.count(order{key: fmt.Sprintf("count/%d", n), on: on, by: "hale", encounter: encounter}, 15.0, 90)
		}
	})
	c.report(order{key: "thyroid/eight-weeks", on: at(workday(c.ago(6, 120)), 8, 30), by: "hale"}, num("tsh", 5.4), num("freeT4", 0.9))
	high := num("tsh", 6.8)
	high.note = "Barnaby, your thyroid pill works less well than last year. Do you take it with coffee? Half an hour before is better. Please send us a message; we test again in eight weeks."
	week := at(workday(c.ago(0, 5)), 8, 40)
	c.report(order{key: "thyroid/now", on: week, by: "hale", noted: at(week, 16, 50)}, high, num("freeT4", 0.9))
	c.takes(medicine{drug: "levothyroxine", start: at(workday(c.ago(6, 180)), 10, 0), sig: "Take 1 tablet in the morning with water, half an hour before food and coffee.", dose: 1, times: 1, when: list{"ACM"}, why: thyroid, supply: 90, refills: 3})
	c.takes(medicine{drug: "loratadine", start: at(workday(c.ago(7, 180)), 10, 0), sig: "Take 1 tablet a day in spring when the nose runs.", dose: 1, times: 1, asNeeded: "Hay fever"})
	c.smoking(workday(c.ago(0, 180)), neverSmoked, "Never smoked")
	c.report(order{key: "stool", on: at(workday(c.ago(0, 170)), 9, 0), by: "hale"}, found("stoolBlood", "Not found", "NEG"))
	c.fluEachFall(5, false)
	c.shot(shot{what: "tetanusCough", on: workday(c.ago(7, 180))})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 210)), dose: 1, of: 2})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 189)), dose: 2, of: 2})
	goal := c.aims(aim{key: "tsh", text: "TSH between 0.4 and 4.5", start: workday(c.ago(6, 180)), due: c.ago(-1, 0), state: "in-progress", measure: coding{loinc, "3016-3", "Thyrotropin [Units/volume] in Serum or Plasma"}, below: 4.5, digits: 1, unit: "mIU/L", ucum: "m[IU]/L", about: thyroid})
	c.plans(plan{key: "thyroid", title: "Thyroid", text: "One pill each morning, and a blood test once a year.", start: workday(c.ago(0, 180)), end: c.ago(-1, 180), about: []string{thyroid}, goals: []string{goal},
		steps: []step{{text: "Take the pill half an hour before coffee"}, {text: "Thyroid test again", by: c.ago(0, -51)}}})
	return c
}

// aurelio has lived well with HIV for eleven years. What tells of it is labelled.
func aurelio(cal calendar) *chart {
	const label = "HIV"
	c := open(cal, person{
		key: "aurelio", given: "Aurelio", family: "Winnow", number: "AS-11207", born: cal.ago(52, 33), doctor: "sedge",
		phone: "555-0278", street: "19 Chandler Street", postcode: "04902", languages: []string{"en", "es"},
	})
	c.caredForBy(c.ago(11, 120), []string{"sedge"})
	hiv := c.has(problem{what: "hiv", since: month(c.ago(11, 30)), recorded: workday(c.ago(11, 30)), label: label})
	fats := c.has(problem{what: "lipids", since: year(c.ago(4, 0)), recorded: workday(c.ago(4, 95))})
	c.notAllergic(workday(c.ago(11, 120)))
	helpers := course{{11.4, 318}, {10.5, 452}, {9, 560}, {6, 690}, {2, 760}, {0, 784}}
	c.checkups(9, 95, physique{systolic: course{{10, 122}, {0, 128}}, diastolic: course{{10, 76}, {0, 80}}, weight: course{{10, 74}, {0, 79}}, pulse: 70, height: 176}, map[int]words{
		9: {"Feels well, works in the theater.", "Healthy."},
		4: {"Eats out a lot.", "LDL cholesterol is high. Start atorvastatin."},
		2: {"Feels well.", "All steady. Shingles vaccine at the pharmacy."},
		0: {"Swims three times a week.", "All steady. Bowel screening kit sent home."},
	}, func(n int, on time.Time, encounter string) {
		key := fmt.Sprintf("checkup/%d/labs", n)
		ldl := course{{10, 132}, {4.3, 148}, {4, 96}, {0, 88}}
		c.lipids(order{key: key + "/lipids", on: on, by: "sedge", encounter: encounter}, c.level(ldl, on, 5, key), 44, 141)
		if n%2 == 0 {
			c.kidney(order{key: key + "/kidney", on: on, by: "sedge", encounter: encounter}, 1.02+c.noise(key)*0.05, 4.2, 94)
		}
	})
	for n := 22; n >= 0; n-- {
		if n > 6 && n%2 == 1 {
			continue // once a year until the last three years, twice since
		}
		days := n*182 + 12
		key := fmt.Sprintf("hiv/%d", n)
		on := c.slot(c.ago(0, days), key)
		v := visit{key: key, on: on, kind: followUp, why: "hiv", about: []string{hiv}, label: label}
		load := found("viralLoad", "Not detected, less than 20 copies/mL", "ND")
		switch n {
		case 22:
			v.told, v.plan, v.summary = "Got the result last month. Many questions.", "HIV found early. Start treatment today. It is one tablet a day and he can grow old with it.", "First treatment visit."
			load = num("viralLoad", 48200)
		case 20:
			v.told, v.plan, v.summary = "Takes the tablet each morning, no side effects.", "Virus can no longer be found. Undetectable means that it is not passed on.", "Virus not found."
		case 14:
			v.told, v.plan, v.summary = "Missed about a week of tablets on a trip.", "A small amount of virus. Take the tablets each day, test again.", "A small amount of virus after missed tablets."
			load = num("viralLoad", 164)
		case 0:
			v.told, v.plan, v.summary = "Feels well. Never misses a tablet.", "Virus not found for years, helper cells in the usual range. Next test in six months.", "Virus not found."
		}
		encounter := c.visited(v)
		c.report(order{key: key, on: on.Add(15 * time.Minute), by: "sedge", encounter: encounter, label: label}, load, num("cd4", c.level(helpers, on, 22, key)))
	}
	c.takes(medicine{drug: "antiviral", start: at(c.ago(0, 22*182+12), 11, 0), sig: "Take 1 tablet each morning, with or without food.", dose: 1, times: 1, when: list{"MORN"}, why: hiv, supply: 90, refills: 3, label: label})
	c.takes(medicine{drug: "atorvastatin", start: at(workday(c.ago(4, 95)), 11, 0), sig: "Take 1 tablet in the evening.", dose: 1, times: 1, when: list{"EVE"}, why: fats, supply: 90, refills: 3})
	c.smoking(workday(c.ago(0, 95)), smokedBefore, "Stopped smoking years ago")
	c.fluEachFall(6, false)
	for i, days := range []int{90, 60, 0} {
		c.shot(shot{what: "hepatitisBGrow", on: workday(c.ago(10, days+150)), dose: i + 1, of: 3})
	}
	c.shot(shot{what: "pneumo13", on: workday(c.ago(10, 20))})
	c.shot(shot{what: "pneumo20", on: workday(c.ago(2, 95))})
	c.shot(shot{what: "shingles", on: workday(c.ago(2, 80)), dose: 1, of: 2, by: "copper", source: "pharmacy"})
	c.shot(shot{what: "shingles", on: workday(c.ago(2, 5)), dose: 2, of: 2, by: "copper", source: "pharmacy"})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 250)), dose: 1, of: 2})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 229)), dose: 2, of: 2})
	c.shot(shot{what: "covid", on: workday(c.ago(0, 33)), by: "copper", source: "pharmacy"})
	c.shot(shot{what: "tetanusCough", on: workday(c.ago(8, 95))})
	goal := c.aims(aim{key: "virus", text: "Virus stays below what can be found", start: c.ago(10, 120), due: c.ago(-1, 0), state: "sustaining", measure: coding{loinc, "25836-8", "HIV 1 RNA [#/volume] (viral load) in Specimen by NAA with probe detection"}, below: 19, unit: "copies/mL", ucum: "{copies}/mL", about: hiv, label: label})
	c.plans(plan{key: "hiv", title: "Living with HIV", text: "One tablet a day, a test each half year.", start: workday(c.ago(0, 95)), end: c.ago(-1, 95), about: []string{hiv}, goals: []string{goal}, label: label,
		steps: []step{{text: "One tablet each morning"}, {text: "Viral load and helper cells each half year", whom: "sedge"}}})
	return c
}

package demo

import (
	"fmt"
	"time"
)

// elena is Rosa's daughter: migraine, low iron some years ago, and two people to care for.
func elena(cal calendar) *chart {
	c := open(cal, person{
		key: "elena", given: "Elena", family: "Caléndula", number: "AS-11870", female: true, born: cal.ago(46, 131), doctor: "sedge",
		phone: "555-0182", street: "5 Lark Close", postcode: "04901", languages: []string{"en", "es"},
	})
	c.caredForBy(c.ago(11, 60), []string{"sedge", "quill"})
	migraine := c.has(problem{what: "migraine", since: year(c.ago(19, 0)), recorded: workday(c.ago(10, 60))})
	anemia := c.has(problem{what: "ironAnemia", since: month(c.ago(6, 60)), until: month(c.ago(5, 60)), recorded: workday(c.ago(6, 60))})
	c.has(problem{what: "hayfever", since: year(c.ago(25, 0)), recorded: workday(c.ago(10, 60))})
	c.allergic(allergy{
		key: "sulfa", kind: "medication", risk: "low", since: year(c.ago(21, 0)), severity: "moderate",
		what: concept("Sulfa antibiotics", coding{snomed, "387406002", "Sulfonamide (substance)"}), reaction: hives, told: "Itching welts on arms and belly for two days.",
	})
	c.did(act{key: "cesarean", text: "Cesarean birth of Teo", code: coding{snomed, "11466000", "Cesarean section"}, on: at(c.ago(13, 0).AddDate(0, 0, 47), 6, 20), by: "sedge", place: "hospital", outcome: "Healthy boy."})
	iron := course{{10.2, 12.8}, {7.2, 12.4}, {6.2, 10.4}, {5.6, 11.8}, {5.2, 12.9}, {0, 13.3}}
	stores := course{{6.2, 7}, {5.6, 18}, {5.2, 34}, {0, 48}}
	b := physique{
		systolic: course{{11, 114}, {0, 122}}, diastolic: course{{11, 72}, {0, 78}}, weight: course{{11, 66}, {5, 68.5}, {0, 67.2}}, pulse: 70, height: 163,
	}
	c.checkups(10, 60, b, map[int]words{
		10: {"Two migraines a month, worse with short nights.", "Migraine without aura. Sleep at fixed times. Naproxen early in the attack."},
		8:  {"Three attacks a month since the new job.", "Start propranolol 20 mg twice a day. Keep a headache calendar."},
		6:  {"Very tired, out of breath on stairs. Heavy periods.", "Low iron with anemia. Iron tablet each second day. Repeat the blood count in half a year."},
		5:  {"Energy is back.", "Iron stores are filled. Stop the tablets."},
		2:  {"One migraine in two months.", "Stop propranolol slowly over four weeks. Sumatriptan for attacks."},
		1:  {"Cares for her mother and her son, little time for herself.", "Talked about help at home. First mammogram arranged."},
		0:  {"Migraine about once a month, gone in two hours with sumatriptan.", "All steady. Mammogram was fine. Bowel screening kit sent home."},
	}, func(n int, on time.Time, encounter string) {
		if n <= 7 {
			c.count(order{key: fmt.Sprintf("count/%d", n), on: on, by: "sedge", encounter: encounter}, c.level(iron, on, 0.1, fmt.Sprintf("iron/%d", n)), 80+min(float64(8-n), 8)*1.1)
		}
		if n <= 6 {
			c.report(order{key: fmt.Sprintf("stores/%d", n), on: on, by: "sedge", encounter: encounter}, num("ferritin", c.level(stores, on, 1, fmt.Sprintf("stores/%d", n))))
		}
		if n%4 == 0 {
			c.lipids(order{key: fmt.Sprintf("lipids/%d", n), on: on, by: "sedge", encounter: encounter}, 104-float64(n), 58, 96)
		}
		if n == 1 || n == 0 {
			c.mood(fmt.Sprintf("phq9/%d", n), on, encounter, "PSY", 4-n)
		}
	})
	c.takes(medicine{drug: "naproxen", start: at(workday(c.ago(10, 60)), 10, 0), stop: workday(c.ago(2, 60)), sig: "Take 1 tablet with food at the first sign of a migraine.", dose: 1, times: 1, asNeeded: "Migraine", why: migraine, stopped: "Sumatriptan works better."})
	c.takes(medicine{drug: "propranolol", start: at(workday(c.ago(8, 60)), 10, 0), stop: workday(c.ago(2, 30)), sig: "Take 1 tablet in the morning and 1 in the evening.", dose: 1, times: 2, when: list{"MORN", "EVE"}, why: migraine, stopped: "Migraines had become rare."})
	c.takes(medicine{drug: "iron", start: at(workday(c.ago(6, 58)), 10, 0), stop: workday(c.ago(5, 60)), sig: "Take 1 tablet each second day, with orange juice.", dose: 1, times: 1, days: 2, why: anemia})
	c.takes(medicine{drug: "sumatriptan", start: at(workday(c.ago(2, 60)), 10, 0), sig: "Take 1 tablet when a migraine begins. A second one after two hours if it comes back.", dose: 1, times: 1, asNeeded: "Migraine", why: migraine, supply: 9, refills: 3})
	c.takes(medicine{drug: "loratadine", start: at(workday(c.ago(4, 60)), 10, 0), sig: "Take 1 tablet a day in spring when the nose runs.", dose: 1, times: 1, asNeeded: "Hay fever"})
	c.pictured(picture{key: "mammogram", text: "Mammogram", code: coding{loinc, "24606-6", "MG Breast Screening"}, on: at(workday(c.ago(0, 250)), 11, 0), by: "sedge", conclusion: "Nothing suspicious in either breast. Next one in two years."})
	c.report(order{key: "stool", on: at(workday(c.ago(0, 41)), 9, 0), by: "sedge"}, found("stoolBlood", "Not found", "NEG"))
	c.smoking(workday(c.ago(0, 60)), neverSmoked, "Never smoked")
	c.fluEachFall(6, false)
	c.shot(shot{what: "tetanusCough", on: workday(c.ago(6, 60))})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 220)), dose: 1, of: 2})
	c.shot(shot{what: "covidFirst", on: workday(c.ago(5, 190)), dose: 2, of: 2})
	c.shot(shot{what: "covid", on: workday(c.ago(1, 40)), by: "copper", source: "pharmacy"})
	goal := c.aims(aim{key: "rest", text: "Sleep seven hours on most nights", start: workday(c.ago(1, 60)), due: c.ago(-1, 200), state: "in-progress", about: migraine})
	c.plans(plan{key: "migraine", title: "Fewer migraines", text: "Regular nights, a headache calendar, and early treatment of attacks.", start: workday(c.ago(1, 60)), end: c.ago(-1, 200), about: []string{migraine}, goals: []string{goal},
		steps: []step{{text: "Write down each headache"}, {text: "No more than 8 sumatriptan tablets a month"}, {text: "Bowel screening kit", done: true}}})
	return c
}

// teo is Elena's son, who turns 13 in a few weeks: then she sees less of his record.
func teo(cal calendar) *chart {
	c := open(cal, person{
		key: "teo", given: "Teo", family: "Caléndula", number: "AS-13216", born: cal.ago(13, 0).AddDate(0, 0, 47), doctor: "hale",
		phone: "555-0182", street: "5 Lark Close", postcode: "04901", languages: []string{"en", "es"},
		contact: parent("Elena", "Caléndula", "555-0182"),
	})
	c.add("RelatedPerson", "elena", obj{
		"active": true, "patient": c.subject(), "gender": "female",
		"relationship": list{concept("Mother", coding{roleCode, "MTH", "mother"})},
		"name":         list{obj{"use": "official", "family": "Caléndula", "given": list{"Elena"}}},
		"telecom":      list{obj{"system": "phone", "value": "555-0182", "use": "mobile"}, obj{"system": "email", "value": "caregiver@housecall.test"}},
	})
	c.caredForBy(c.born.AddDate(0, 0, 4), []string{"hale", "quill"})
	c.notAllergic(c.born.AddDate(12, 1, 5))
	eczema := c.has(problem{what: "eczema", since: month(c.born.AddDate(0, 9, 0)), until: year(c.born.AddDate(6, 0, 0)), recorded: c.born.AddDate(0, 10, 0)})
	c.growsUp(0.35, 0.5, map[int]words{
		0:   {"Feeds every two to three hours, wakes by himself.", "Healthy newborn. Weight check in a month."},
		6:   {"Sits with help, laughs, begins with mashed food.", "Right on his line. Vaccines today."},
		9:   {"Dry red patches in the elbows.", "Eczema. Thick cream twice a day, hydrocortisone for a week when red."},
		24:  {"Says about sixty words in two languages.", "Development is right for his age."},
		49:  {"Starts preschool. Afraid of needles.", "Ready for preschool. Two vaccines, a brave boy."},
		97:  {"Reads on his own. Skin has stayed clear.", "All well. Dentist twice a year."},
		121: {"Plays soccer three times a week.", "Healthy. Talked about sleep and screens."},
		133: {"A bit shorter than two friends and worried about it.", "He keeps to his line and will grow. Vaccines for age 11 today."},
		145: {"School goes well. Questions about puberty, some of them without his mother.", "Healthy. Second HPV vaccine. From 13 on, part of each visit is for him alone."},
	})
	c.takes(medicine{drug: "hydrocort", start: at(c.born.AddDate(0, 9, 5), 10, 0), stop: c.born.AddDate(2, 0, 0), sig: "A thin layer on red patches, twice a day, for up to a week.", dose: 1, times: 2, asNeeded: "Red patches", why: eczema})
	on := c.slot(c.born.AddDate(5, 3, 0), "ear")
	encounter := c.visited(visit{key: "ear", on: on, kind: sickVisit, why: "otitis", vitals: vitals{warmth: 38.7, pulse: 112}, told: "Ear pain since last night, fever.", plan: "Middle ear infection. Amoxicillin for ten days. Come back if not better in three days.", summary: "Ear infection, antibiotic for ten days."})
	otitis := c.has(problem{what: "otitis", since: date(on), until: date(on.AddDate(0, 0, 14)), recorded: on, visit: encounter})
	c.takes(medicine{drug: "amoxicillin", start: on, stop: on.AddDate(0, 0, 10), sig: "1 capsule 3 times a day for 10 days.", dose: 1, times: 3, why: otitis, encounter: encounter})
	on = c.slot(c.ago(0, 151), "ankle")
	encounter = c.visited(visit{key: "ankle", on: on, kind: sickVisit, why: "ankle", vitals: vitals{pulse: 84}, told: "Turned his right foot at soccer an hour ago. Can put weight on it.", saw: "Swollen over the outer ankle, bone does not hurt. No X-ray needed.", plan: "Sprain. Ice, bandage, two weeks without soccer, exercises after.", summary: "Sprained ankle, two weeks without soccer."})
	c.has(problem{what: "ankle", since: date(on), until: date(on.AddDate(0, 0, 24)), recorded: on, visit: encounter})
	for i, level := range []float64{1.4, 1.1} {
		c.report(order{key: fmt.Sprintf("lead/%d", i+1), on: at(workday(c.born.AddDate(i+1, 0, 9)), 10, 0), by: "hale"}, num("lead", level))
	}
	c.count(order{key: "count/1", on: at(workday(c.born.AddDate(1, 0, 9)), 10, 0), by: "hale"}, 13.4, 82)
	c.fluEachFall(5, false)
	c.shot(shot{what: "covidChild", on: workday(c.ago(4, 350)), dose: 1, of: 2})
	c.shot(shot{what: "covidChild", on: workday(c.ago(4, 325)), dose: 2, of: 2})
	return c
}

func parent(given, family, phone string) obj {
	return obj{
		"relationship": list{concept("Mother", coding{thoBase + "v2-0131", "N", "Next-of-Kin"})},
		"name":         obj{"family": family, "given": list{given}},
		"telecom":      list{obj{"system": "phone", "value": phone}},
	}
}

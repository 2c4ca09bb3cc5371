package demo

import (
	"fmt"
	"time"
)

func (r *rosaStory) springLabs(n int, on time.Time, encounter string) {
	key := fmt.Sprintf("labs/spring/%d", n)
	level := func(k course, scatter float64, name string) float64 { return r.level(k, on, scatter, key+"/"+name) }
	r.kidney(order{key: key + "/kidney", on: on, by: "hale", encounter: encounter},
		level(rosaCreatinine, 0.015, "creatinine"), level(rosaPotassium, 0.08, "potassium"), level(rosaSugar, 12, "glucose"))
	r.report(order{key: key, on: on, by: "hale", encounter: encounter}, num("a1c", level(rosaA1c, 0.1, "a1c")))
	if n <= 5 {
		r.report(order{key: key + "/urine", on: on, by: "hale", encounter: encounter}, num("urineAlbumin", level(rosaProtein, 2, "protein")))
	}
	if n%2 == 0 {
		r.lipids(order{key: key + "/lipids", on: on, by: "hale", encounter: encounter},
			level(rosaLDL, 5, "ldl"), 48+r.noise(key+"/hdl")*4, 146+r.noise(key+"/fat")*18)
	}
	if n%4 == 0 {
		r.count(order{key: key + "/count", on: on, by: "hale", encounter: encounter}, 13.3-0.05*float64(12-n), 89)
	}
}

func (r *rosaStory) fallLabs(n int, on time.Time, encounter string) {
	key := fmt.Sprintf("labs/fall/%d", n)
	r.report(order{key: key, on: on, by: "hale", encounter: encounter}, num("a1c", r.level(rosaA1c, on, 0.1, key+"/a1c")))
	if n > 4 {
		return
	}
	r.kidney(order{key: key + "/kidney", on: on, by: "hale", encounter: encounter},
		r.level(rosaCreatinine, on, 0.01, key+"/creatinine"), r.level(rosaPotassium, on, 0.04, key+"/potassium"),
		r.level(rosaSugar, on, 10, key+"/glucose"))
}

// metabolic is the full panel of the last months, with the values that the story names.
func (r *rosaStory) metabolic(key string, on time.Time, potassium, creatinine, glucose float64, note, conclusion string) {
	high := num("potassium", potassium)
	high.note = note
	o := order{key: "labs/" + key, on: on, panel: "metabolic", by: "hale", conclusion: conclusion, noted: at(on, 17, 41)}
	r.report(o,
		high, num("creatinine", creatinine), num("egfr", r.filtering(creatinine, on)), num("urea", 21+r.noise(key+"/urea")*2),
		num("sodium", 139+r.noise(key+"/sodium")*1.4), num("chloride", 103+r.noise(key+"/chloride")*1.4),
		num("bicarbonate", 23.6+r.noise(key+"/bicarbonate")), num("calcium", 9.4+r.noise(key+"/calcium")*0.2), num("glucose", glucose))
}

// thisWeek is the potassium that Rosa's demo begins with.
func (r *rosaStory) thisWeek() {
	on := at(workday(r.ago(0, thisWeekDay)), 8, 10)
	r.metabolic("this-week", on, 5.3, 1.11, 131,
		"Rosa, this is not an emergency. Keep taking your pills and eat as usual. Please repeat this test within about a week. We will look for the reason together.",
		"Potassium is a little higher than usual. Kidneys are about the same as last time. Please repeat the test.")
	r.report(order{key: "labs/this-week", on: on, by: "hale"}, num("a1c", 7.0))
}

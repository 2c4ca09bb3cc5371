package demo

import (
	"fmt"
	"math"
	"time"
)

// sexed picks the test whose usual range fits the person.
func (c *chart) sexed(test string) string {
	if c.female {
		return test
	}
	return test + "M"
}

// lipids reports cholesterol; the total follows from its parts.
func (c *chart) lipids(o order, ldl, hdl, fat float64) {
	ldl, hdl, fat = round(ldl, 0), round(hdl, 0), round(fat, 0)
	o.panel, o.conclusion = "lipids", "Cholesterol is in the usual range."
	switch {
	case ldl > tests["ldl"].high:
		o.conclusion = "LDL cholesterol is higher than usual."
	case fat > tests["triglyceride"].high:
		o.conclusion = "Blood fats are a little higher than usual. The cholesterols are fine."
	}
	c.report(o, num("cholesterol", ldl+hdl+round(fat/5, 0)), num("ldl", ldl), num("hdl", hdl), num("triglyceride", fat))
}

// count reports the blood cells around a hemoglobin and a red cell size.
func (c *chart) count(o order, hemoglobin, size float64) {
	hgb, hct := c.sexed("hemoglobin"), c.sexed("hematocrit")
	if o.panel == "obstetric" {
		hgb, hct = "hemoglobinOB", "hematocritOB"
	}
	o.panel, o.conclusion = "count", "All blood cells are in the usual range."
	if hemoglobin < tests[hgb].low {
		o.conclusion = "Hemoglobin is lower than usual. The other cells are fine."
	}
	c.report(o,
		num("white", 6.6+c.noise(o.key+"/white")), num(hgb, hemoglobin), num(hct, hemoglobin*3),
		num("mcv", size+c.noise(o.key+"/mcv")), num("platelets", 246+c.noise(o.key+"/platelets")*22))
}

// kidney reports kidneys, salts and sugar around the values that a story cares about.
func (c *chart) kidney(o order, creatinine, potassium, glucose float64) {
	creatinine = round(creatinine, 2)
	filtering := c.filtering(creatinine, o.on)
	o.panel, o.conclusion = "kidney", "Kidneys and potassium are in the usual range."
	if filtering < tests["egfr"].low {
		o.conclusion = "The kidneys filter a little less than usual."
	}
	c.report(o,
		num(c.sexed("creatinine"), creatinine), num("egfr", filtering), num("potassium", potassium),
		num("sodium", 140+c.noise(o.key+"/sodium")*2.4), num("glucose", glucose))
}

// physique is how somebody's vitals went over the years.
type physique struct {
	systolic, diastolic, weight course
	pulse, height, oxygen       float64
}

func (c *chart) readings(key string, on time.Time, b physique) vitals {
	var v vitals
	if b.systolic != nil {
		v.systolic = math.Round(c.level(b.systolic, on, 4, key+"/systolic"))
		v.diastolic = math.Round(c.level(b.diastolic, on, 3, key+"/diastolic"))
	}
	if b.weight != nil {
		v.weight = round(c.level(b.weight, on, 0.4, key+"/weight"), 1)
	}
	if b.pulse != 0 {
		v.pulse = math.Round(b.pulse + c.noise(key+"/pulse")*6)
	}
	if b.oxygen != 0 {
		v.oxygen = math.Round(b.oxygen + c.noise(key+"/oxygen"))
	}
	return v
}

// words are what a visit's note holds.
type words struct{ told, plan string }

// checkups writes a yearly check for each of the last years, oldest first, on
// about the same day, and hands each to then for what was found at it. Height is
// taken at the first and the last one.
func (c *chart) checkups(years, day int, b physique, notes map[int]words, then func(n int, on time.Time, encounter string)) {
	for n := years; n >= 0; n-- {
		key := fmt.Sprintf("checkup/%d", n)
		on := c.slot(c.ago(n, day), key)
		v := c.readings(key, on, b)
		if n == years || n == 0 {
			v.height = b.height
		}
		encounter := c.visited(visit{
			key: key, on: on, length: 30 * time.Minute, kind: checkUp, why: "checkup", vitals: v,
			told: notes[n].told, plan: notes[n].plan, summary: notes[n].plan,
		})
		if then != nil {
			then(n, on.Add(20*time.Minute), encounter)
		}
	}
}

// fluEachFall gives the flu vaccine of the last years.
func (c *chart) fluEachFall(years int, high bool) {
	for n := years - 1; n >= 0; n-- {
		what := "flu"
		if n <= 1 {
			what = "fluNow"
		}
		if high {
			what = "fluHigh"
			if n <= 1 {
				what = "fluHighNow"
			}
		}
		day := 24 + int((c.noise(fmt.Sprintf("flu/%d", n))+1)*16)
		c.shot(shot{what: what, on: workday(c.ago(n, day))})
	}
}

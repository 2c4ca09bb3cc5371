package demo

import (
	"math"
	"time"
)

// size is the middle child of an age: months, weight in kg, height in cm, head in cm.
// Rounded from the WHO (to 24 months) and CDC (after) growth charts.
type size struct{ months, weight, height, head float64 }

var girlSizes = []size{
	{0, 3.2, 49.1, 33.9}, {1, 4.2, 53.7, 36.5}, {2, 5.1, 57.1, 38.3}, {4, 6.4, 62.1, 40.6}, {6, 7.3, 65.7, 42.2},
	{9, 8.2, 70.1, 43.8}, {12, 8.9, 74.0, 44.9}, {15, 9.6, 77.5, 45.7}, {18, 10.2, 80.7, 46.2}, {24, 11.5, 86.4, 47.2},
	{36, 13.9, 94.2, 48.5}, {48, 15.9, 101.0, 0}, {60, 18.0, 107.9, 0}, {72, 20.3, 115.0, 0}, {84, 22.9, 121.7, 0},
	{96, 25.8, 127.8, 0}, {108, 29.0, 133.1, 0}, {120, 33.0, 138.2, 0}, {132, 37.2, 144.8, 0}, {144, 41.7, 151.5, 0},
	{156, 45.9, 157.3, 0}, {168, 49.4, 160.4, 0}, {180, 52.0, 161.9, 0}, {192, 54.0, 162.5, 0}, {216, 56.7, 163.1, 0},
}

var boySizes = []size{
	{0, 3.3, 49.9, 34.5}, {1, 4.5, 54.7, 37.3}, {2, 5.6, 58.4, 39.1}, {4, 7.0, 63.9, 41.6}, {6, 7.9, 67.6, 43.3},
	{9, 8.9, 72.0, 45.0}, {12, 9.6, 75.7, 46.1}, {15, 10.3, 79.1, 46.8}, {18, 10.9, 82.3, 47.4}, {24, 12.2, 87.8, 48.3},
	{36, 14.4, 95.3, 49.6}, {48, 16.3, 102.5, 0}, {60, 18.5, 109.2, 0}, {72, 20.8, 115.7, 0}, {84, 23.2, 122.0, 0},
	{96, 25.8, 128.1, 0}, {108, 28.7, 133.7, 0}, {120, 32.1, 138.8, 0}, {132, 36.1, 143.7, 0}, {144, 40.7, 149.3, 0},
	{156, 45.8, 156.4, 0}, {168, 51.2, 163.9, 0}, {180, 56.5, 170.1, 0}, {192, 61.1, 173.6, 0}, {216, 67.3, 176.1, 0},
}

func (c *chart) middle(months float64) size {
	table := boySizes
	if c.female {
		table = girlSizes
	}
	for i := 1; i < len(table); i++ {
		if months > table[i].months {
			continue
		}
		from, to := table[i-1], table[i]
		share := (months - from.months) / (to.months - from.months)
		mix := func(a, b float64) float64 { return a + (b-a)*share }
		return size{months, mix(from.weight, to.weight), mix(from.height, to.height), mix(from.head, to.head)}
	}
	return table[len(table)-1]
}

// grown measures a child who keeps to a line of the growth chart, so many
// standard deviations from the middle, and writes the percentiles beside it.
func (c *chart) grown(key string, on time.Time, encounter, by string, heavy, tall float64, v vitals) {
	months := monthsOn(c.born, on)
	middle := c.middle(months)
	heavy += c.noise(key+"/heavy") * 0.12
	tall += c.noise(key+"/tall") * 0.10
	spread := 0.11 + 0.0004*months // older children differ more in weight
	v.weight = round(middle.weight*(1+heavy*spread), 2)
	v.height = round(middle.height*(1+tall*0.038), 1)
	if months <= 24.5 {
		v.head = round(middle.head*(1+tall*0.025), 1)
	}
	c.measured(key, on, encounter, by, "alder", v)
	share := func(name string, m measure, deviations float64) {
		body := m.body(percentile(deviations), false)
		body["performer"] = list{clinician(by)}
		c.vital(key+"/"+name, on, encounter, body)
	}
	if months < 24 {
		share("lengthRatio", lengthRatio, heavy-tall*0.5)
		share("headPercent", headPercent, tall*0.9)
	} else {
		share("massPercent", massPercent, heavy-tall*0.5)
	}
}

// percentile of so many standard deviations.
func percentile(deviations float64) float64 {
	return math.Max(1, math.Min(99, math.Round(50*(1+math.Erf(deviations/math.Sqrt2)))))
}

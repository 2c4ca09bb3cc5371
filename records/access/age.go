package access

import (
	"time"

	"housecall/internal/fault"
)

// ageRule says at which birthdays a parent's access to a child's record shrinks
// and ends.
type ageRule struct {
	narrow int // from this birthday on only narrowed is left
	end    int // on this birthday access ends
}

// jurisdictions: ages by law or common policy of the place. The narrowing age
// follows the age at which minors may consent to some care by themselves, the
// ending age is the age of majority. A place that is not here has the rule "".
var jurisdictions = map[string]ageRule{
	"":      {13, 18},
	"US":    {13, 18},
	"US-CA": {12, 18},
	"US-IL": {12, 18},
	"US-OR": {14, 18},
	"US-WA": {13, 18},
	"US-AL": {13, 19},
	"US-NE": {13, 19},
	"US-MS": {13, 21},
	"CA":    {12, 18},
	"GB":    {12, 16},
	"IE":    {12, 16},
	"AU":    {14, 18},
	"NZ":    {12, 16},
}

// narrowed is what a parent keeps between the two birthdays: what organising a
// young person's care needs, without what they may have come for alone.
var (
	narrowed       = Of(Demographics, Allergies, Immunizations, Appointments, Coverage, Messages)
	narrowedPowers = PowerMessages | PowerScheduling
)

// boundaries gives the moments at which a child's grant narrows and ends, for a
// birth date of FHIR's precision (YYYY, YYYY-MM, YYYY-MM-DD). What the date leaves
// open is read so that access ends earlier: a year is its first of January. Who
// was born on 29 February has their birthday on 28 February in other years. Days
// begin at midnight of the zone.
func boundaries(birth, jurisdiction string, zone *time.Location) (narrow, end time.Time, err error) {
	y, m, d, ok := splitDate(birth)
	if !ok {
		return narrow, end, fault.New(fault.Invalid, "The date of birth must look like 2014-05-31.")
	}
	rule, ok := jurisdictions[jurisdiction]
	if !ok {
		rule = jurisdictions[""]
	}
	if zone == nil {
		zone = time.UTC
	}
	birthday := func(age int) time.Time {
		day := d
		if m == 2 && d == 29 && !leap(y+age) {
			day = 28
		}
		return time.Date(y+age, time.Month(m), day, 0, 0, 0, 0, zone)
	}
	return birthday(rule.narrow), birthday(rule.end), nil
}

func splitDate(s string) (y, m, d int, ok bool) {
	layout := map[int]string{4: "2006", 7: "2006-01", 10: "2006-01-02"}[len(s)]
	t, err := time.Parse(layout, s)
	if layout == "" || err != nil || t.Year() < 1850 {
		return 0, 0, 0, false
	}
	return t.Year(), int(t.Month()), t.Day(), true
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

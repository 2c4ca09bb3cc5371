package demo

import "time"

// calendar counts back from the day of the build. The stories were written for
// a year in which Rosa, born in 1952, is 74; later builds move every year that a
// story names by whole years, so that people keep their ages and their stories.
type calendar struct {
	today time.Time // the first moment of the day, in the clinic's zone
	shift int       // years to add to a year that a story names
}

const (
	storyBirth = 1952 // Rosa's year of birth in the story
	storyAge   = 74
)

func newCalendar(now time.Time) calendar {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	age := today.Year() - storyBirth
	if today.Before(time.Date(today.Year(), time.March, 2, 0, 0, 0, 0, today.Location())) {
		age--
	}
	return calendar{today: today, shift: age - storyAge}
}

// ago is the day that many years and days before today.
func (c calendar) ago(years, days int) time.Time { return c.today.AddDate(-years, 0, -days) }

// story is a date of the story, moved to the years of this build.
func (c calendar) story(year int, month time.Month, day int) time.Time {
	return time.Date(year+c.shift, month, day, 0, 0, 0, 0, c.today.Location())
}

// endOf is the last second of a day.
func (c calendar) endOf(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 23, 59, 59, 0, c.today.Location())
}

// lastSaturday is the Saturday before today.
func (c calendar) lastSaturday() time.Time {
	days := (int(c.today.Weekday()) + 1) % 7
	if days == 0 {
		days = 7
	}
	return c.ago(0, days)
}

// yearsBack is how long before today a moment is, in years.
func (c calendar) yearsBack(t time.Time) float64 { return c.today.Sub(t).Hours() / 24 / 365.25 }

// workday moves a weekend day to the Friday before it.
func workday(day time.Time) time.Time {
	switch day.Weekday() {
	case time.Saturday:
		return day.AddDate(0, 0, -1)
	case time.Sunday:
		return day.AddDate(0, 0, -2)
	default:
		return day
	}
}

func at(day time.Time, hour, minute int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, day.Location())
}

func stamp(t time.Time) string   { return t.Format(time.RFC3339) }
func date(t time.Time) string    { return t.Format(time.DateOnly) }
func month(t time.Time) string   { return t.Format("2006-01") }
func year(t time.Time) string    { return t.Format("2006") }
func written(t time.Time) string { return t.Format("January 2, 2006") }

// ageOn is a person's age in whole years.
func ageOn(born, day time.Time) int {
	years := day.Year() - born.Year()
	if day.Before(time.Date(day.Year(), born.Month(), born.Day(), 0, 0, 0, 0, day.Location())) {
		years--
	}
	return years
}

// monthsOn is a person's age in months, with its fraction.
func monthsOn(born, day time.Time) float64 { return day.Sub(born).Hours() / 24 / 30.4375 }

package phrase

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/records"
	"housecall/records/fhir"
)

// filling is one phrase on its way into a message.
type filling struct {
	s       *Service
	ctx     context.Context
	who     identity.Principal
	patient string
	es      bool
	chart   *records.Chart
}

// value gives what stands for a field; empty: nothing that may be seen.
func (f *filling) value(field string) (string, error) {
	word, arg, _ := strings.Cut(field, ":")
	p := &f.chart.Patient
	switch word {
	case "patient":
		return p.Name, nil
	case "first":
		return p.Given, nil
	case "me":
		return f.who.Name, nil
	case "today":
		return f.day(f.s.Now().In(f.s.Zone)), nil
	case "age":
		if p.Age == nil {
			return "", nil
		}
		return strconv.Itoa(p.Age.Years), nil
	case "medicines":
		return f.medicines(), nil
	case "problems":
		return names(f.chart.Conditions), nil
	case "allergies":
		return names(f.chart.Allergies), nil
	case "vitals":
		return f.vitals(), nil
	case "result":
		return f.result(arg), nil
	case "visit":
		return f.visit()
	}
	return "", nil
}

const maxMedicines = 30

func (f *filling) medicines() string {
	var lines []string
	for _, e := range f.chart.Medicines {
		if e.Active && len(lines) < maxMedicines {
			lines = append(lines, strings.TrimSpace("- "+e.Title+" "+e.Text))
		}
	}
	return strings.Join(lines, "\n")
}

// names are the titles of what holds now.
func names(entries []records.Entry) string {
	var out []string
	for _, e := range entries {
		if e.Active && len(out) < maxMedicines {
			out = append(out, e.Title)
		}
	}
	return strings.Join(out, ", ")
}

// A measurement is offered for so long, and no more than a few.
const (
	vitalsSince = 60 * 24 * time.Hour
	maxVitals   = 6
)

func (f *filling) vitals() string {
	var out []string
	since := f.s.Now().Add(-vitalsSince).Format(time.DateOnly)
	for _, l := range f.chart.Vitals {
		if e := l.Latest; e.Value != nil && len(e.At) >= 10 && e.At >= since && len(out) < maxVitals {
			out = append(out, l.Title+" "+e.Value.Text)
		}
	}
	return strings.Join(out, "; ")
}

// result finds the last value of a kind of result by its plain word, its title, or
// the beginning of its title.
func (f *filling) result(name string) string {
	lines := append(slices.Clip(f.chart.Results), f.chart.Vitals...)
	wanted := fhir.Fold(name)
	for _, fits := range []func(l *records.ResultLine) bool{
		func(l *records.ResultLine) bool { return fhir.Fold(l.Plain) == wanted || fhir.Fold(l.Title) == wanted },
		func(l *records.ResultLine) bool { return strings.HasPrefix(fhir.Fold(l.Title), wanted) },
	} {
		if i := slices.IndexFunc(lines, func(l records.ResultLine) bool { return fits(&l) && l.Latest.Value != nil }); i >= 0 {
			e := lines[i].Latest
			value := e.Value.Text
			if day, err := time.Parse(time.DateOnly, first(e.At, 10)); err == nil {
				value += " (" + f.day(day) + ")"
			}
			return value
		}
	}
	return ""
}

func first(s string, n int) string { return s[:min(len(s), n)] }

// visit is when the next appointment is.
func (f *filling) visit() (string, error) {
	list, _, err := f.s.Schedule.Appointments(f.ctx, f.who, f.patient, false, "", 1)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) || err == nil && len(list) == 0 {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	at := list[0].Start.In(f.s.Zone)
	if f.es {
		return f.day(at) + ", " + at.Format("15:04"), nil
	}
	return f.day(at) + ", " + at.Format("3:04 PM"), nil
}

var months = strings.Fields("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")

func (f *filling) day(t time.Time) string {
	if f.es {
		return fmt.Sprintf("%d de %s de %d", t.Day(), months[t.Month()-1], t.Year())
	}
	return t.Format("January 2, 2006")
}

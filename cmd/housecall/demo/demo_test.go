package demo

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"housecall/records/fhir"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var storyDay = time.Date(2026, time.November, 24, 9, 30, 0, 0, time.UTC)

// days are those on which a clinic is built: each weekday, and the corners of
// the calendar. Each is read once for all tests.
var days = sync.OnceValues(func() ([]built, error) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return nil, err
	}
	moments := []time.Time{
		time.Date(2027, time.January, 1, 0, 0, 1, 0, time.UTC),
		time.Date(2027, time.March, 2, 12, 0, 0, 0, zone),
		time.Date(2027, time.March, 15, 1, 0, 0, 0, zone),
		time.Date(2028, time.February, 29, 23, 59, 59, 0, zone),
	}
	for i := range 7 {
		moments = append(moments, storyDay.AddDate(0, 0, i))
	}
	var all []built
	for _, now := range moments {
		one := built{now: now, clinic: Build(now)}
		lists := map[string][]json.RawMessage{"": one.clinic.Shared}
		order := []string{""}
		for _, p := range one.clinic.People {
			lists[p.Patient] = p.Resources
			order = append(order, p.Patient)
		}
		for _, chart := range order {
			for _, raw := range lists[chart] {
				r := read{chart: chart, raw: raw}
				if err := json.Unmarshal(raw, &r.body); err != nil {
					return nil, err
				}
				one.all = append(one.all, r)
			}
		}
		all = append(all, one)
	}
	return all, nil
})

type built struct {
	now    time.Time
	clinic *Clinic
	all    []read
}

// read is one resource of a clinic, in writing order.
type read struct {
	chart string // "" for the shared
	body  map[string]any
	raw   json.RawMessage
}

func (r read) reference() string {
	return r.body["resourceType"].(string) + "/" + r.body["id"].(string)
}

func clinics(t *testing.T) []built {
	t.Helper()
	all, err := days()
	require.NoError(t, err)
	return all
}

// walk calls visit with each string of a resource and the path to it.
func walk(value any, path string, visit func(path, text string)) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			walk(inner, path+"."+key, visit)
		}
	case []any:
		for _, inner := range v {
			walk(inner, path, visit)
		}
	case string:
		visit(path, v)
	}
}

func TestSameDayIsSameClinic(t *testing.T) {
	t.Parallel()
	for _, one := range clinics(t)[:5] {
		later := time.Date(one.now.Year(), one.now.Month(), one.now.Day(), 17, 45, 3, 9, one.now.Location())
		want, err := json.Marshal(one.clinic)
		require.NoError(t, err)
		got, err := json.Marshal(Build(later))
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), one.now)
	}
}

func TestEveryReferenceResolvesBackwards(t *testing.T) {
	t.Parallel()
	for _, one := range clinics(t) {
		known := map[string]string{}
		for _, r := range one.all {
			if err := uuid.Validate(r.body["id"].(string)); err != nil {
				t.Fatalf("%s: %v", r.reference(), err)
			}
			if _, twice := known[r.reference()]; twice {
				t.Fatalf("%s twice", r.reference())
			}
			walk(r.body, "", func(path, text string) {
				if !strings.HasSuffix(path, ".reference") {
					return
				}
				chart, ok := known[text]
				if !ok || chart != "" && chart != r.chart {
					t.Fatalf("%s of %s points at %s, which does not stand before it in its chart", path, r.reference(), text)
				}
			})
			known[r.reference()] = r.chart
		}
	}
}

// later are the paths that may lie ahead: ends of plans and goals.
var later = map[string]bool{
	"CarePlan.period.end": true, "CarePlan.activity.detail.scheduledPeriod.end": true, "Goal.target.dueDate": true,
}

func TestEverythingLiesBetweenBirthAndYesterday(t *testing.T) {
	t.Parallel()
	for _, one := range clinics(t) {
		zone := one.now.Location()
		today := time.Date(one.now.Year(), one.now.Month(), one.now.Day(), 0, 0, 0, 0, zone)
		ahead := 0
		var born time.Time
		for _, r := range one.all {
			kind := r.body["resourceType"].(string)
			if kind == "Patient" {
				born, _ = moment(r.body["birthDate"].(string), zone)
			}
			walk(r.body, kind, func(path, text string) {
				when, ok := moment(text, zone)
				switch {
				case !ok:
				case when.Before(born):
					t.Fatalf("%s of %s is %s, before birth", path, r.reference(), text)
				case when.Before(today):
				case later[path]:
					ahead++
				default:
					t.Fatalf("%s of %s is %s, after %s", path, r.reference(), text, one.now)
				}
			})
			if period, ok := r.body["period"].(map[string]any); ok && period["end"] != nil {
				require.LessOrEqual(t, period["start"].(string), period["end"].(string), r.reference())
			}
		}
		require.NotZero(t, ahead)
	}
}

// moment reads what looks like a date of FHIR, but for years alone.
func moment(text string, zone *time.Location) (time.Time, bool) {
	if len(text) < len("2006-01") || len(text) > len(time.RFC3339) || text[4] != '-' {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly, "2006-01"} {
		if when, err := time.ParseInLocation(layout, text, zone); err == nil {
			if layout == "2006-01" {
				when = when.AddDate(0, 1, -1) // some day of that month
			}
			return when, true
		}
	}
	return time.Time{}, false
}

func TestRosaThisWeek(t *testing.T) {
	t.Parallel()
	for _, one := range clinics(t) {
		rosa := one.clinic.People[0]
		require.Equal(t, "patient@housecall.test", rosa.Email)
		var latest, meaning string
		var value json.Number
		readings, flu := 0, map[string]int{}
		for _, raw := range rosa.Resources {
			var o struct {
				ResourceType, EffectiveDateTime, OccurrenceDateTime string
				Code, VaccineCode                                   struct{ Coding []struct{ Code string } }
				ValueQuantity                                       struct{ Value json.Number }
				Interpretation                                      []struct{ Coding []struct{ Code string } }
				Meta                                                struct{ Source string }
			}
			require.NoError(t, json.Unmarshal(raw, &o))
			switch {
			case o.ResourceType == "Observation" && o.Code.Coding[0].Code == "2823-3" && o.EffectiveDateTime > latest:
				latest, value, meaning = o.EffectiveDateTime, o.ValueQuantity.Value, o.Interpretation[0].Coding[0].Code
			case o.ResourceType == "Observation" && o.Meta.Source == places["app"].source:
				readings++
			case o.ResourceType == "Immunization" && o.VaccineCode.Coding[0].Code == vaccines["fluHighNow"].code:
				flu[o.OccurrenceDateTime]++
			}
		}
		require.Equal(t, json.Number("5.3"), value, one.now)
		require.Equal(t, "H", meaning)
		when, _ := moment(latest, one.now.Location())
		require.Less(t, one.now.Sub(when), 7*24*time.Hour)
		require.Equal(t, len(lastWeek)+len(beforeRaise)+2, readings)
		twice := 0
		for _, n := range flu {
			if n == 2 {
				twice++
			}
		}
		require.Equal(t, 1, twice, "one flu vaccine from two places")
	}
}

// TestEveryResourceIsValid holds the clinic against the base definitions of R4,
// warnings included.
func TestEveryResourceIsValid(t *testing.T) {
	t.Parallel()
	for _, r := range clinics(t)[len(clinics(t))-1].all {
		node, err := fhir.Parse(r.raw)
		require.NoError(t, err, r.reference())
		require.Empty(t, fhir.Validate(node), r.reference())
	}
}

// TestSensitiveFactsAreLabelled guards what Rosa's limited grant leaves out: the
// labels are on each resource that tells of it.
func TestSensitiveFactsAreLabelled(t *testing.T) {
	t.Parallel()
	telling := []string{"depress", "sertraline", "phq-9", "mood", "hiv infection", "quiet harbor", "chlamydia", "viral load"}
	kinds := map[string]map[string]bool{}
	for _, r := range clinics(t)[4].all {
		kind := r.body["resourceType"].(string)
		if r.chart == "" || kind == "CareTeam" {
			continue
		}
		text := strings.ToLower(string(r.raw))
		if at, ok := r.body["content"].([]any); ok {
			for _, one := range at {
				data, err := base64.StdEncoding.DecodeString(one.(map[string]any)["attachment"].(map[string]any)["data"].(string))
				require.NoError(t, err)
				text += strings.ToLower(string(data))
			}
		}
		labelled := false
		if m, ok := r.body["meta"].(map[string]any); ok {
			labelled = m["security"] != nil
		}
		for _, word := range telling {
			if strings.Contains(text, word) {
				require.True(t, labelled, "%s tells of %q without a label", r.reference(), word)
			}
		}
		if labelled {
			if kinds[r.chart] == nil {
				kinds[r.chart] = map[string]bool{}
			}
			kinds[r.chart][kind] = true
		}
	}
	rosa := kinds[clinics(t)[4].clinic.People[0].Patient]
	for _, kind := range []string{"Condition", "MedicationRequest", "Encounter", "DocumentReference", "Observation"} {
		require.True(t, rosa[kind], kind)
	}
}

func TestLastWeekAverage(t *testing.T) {
	t.Parallel()
	var sum reading
	for _, r := range lastWeek {
		sum.systolic, sum.diastolic = sum.systolic+r.systolic, sum.diastolic+r.diastolic
	}
	require.Equal(t, reading{138 * 14, 84 * 14}, sum)
}

func TestGrantsAndTeams(t *testing.T) {
	t.Parallel()
	clinic := Build(storyDay)
	charts := map[string]string{}
	for _, p := range clinic.People {
		charts[p.Patient] = p.Name
	}
	emails := map[string]bool{}
	for _, s := range clinic.Staff {
		emails[s.Email] = true
	}
	for _, p := range clinic.People {
		require.Greater(t, len(p.CareTeam), 1, p.Name)
		require.Contains(t, p.CareTeam, frontDesk, p.Name)
		for _, email := range p.CareTeam {
			require.True(t, emails[email], email)
		}
	}
	h := clinic.Caregiver
	require.Equal(t, "Elena Caléndula", charts[h.Patient])
	require.Len(t, h.Grants, 2)
	require.Equal(t, "Rosa Caléndula", charts[h.Grants[0].Patient])
	require.False(t, h.Grants[0].Sensitive)
	require.Equal(t, time.Date(2027, time.June, 30, 23, 59, 59, 0, time.UTC), h.Grants[0].End)
	require.Equal(t, "Teo Caléndula", charts[h.Grants[1].Patient])
	for _, g := range h.Grants {
		require.True(t, g.Start.Before(storyDay) && g.End.After(storyDay))
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	clinic := Build(storyDay)
	var out strings.Builder
	total := 0
	count := func(name string, list []json.RawMessage) {
		kinds := map[string]int{}
		for _, raw := range list {
			var body struct{ ResourceType string }
			require.NoError(t, json.Unmarshal(raw, &body))
			kinds[body.ResourceType]++
		}
		names := make([]string, 0, len(kinds))
		for kind := range kinds {
			names = append(names, kind)
		}
		sort.Strings(names)
		fmt.Fprintf(&out, "%s: %d\n", name, len(list))
		for _, kind := range names {
			fmt.Fprintf(&out, "  %-20s %d\n", kind, kinds[kind])
		}
		total += len(list)
	}
	count("shared", clinic.Shared)
	for _, p := range clinic.People {
		count(p.Name, p.Resources)
	}
	fmt.Fprintf(&out, "all: %d\n", total)
	path := filepath.Join("testdata", "summary.golden")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(out.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String())
}

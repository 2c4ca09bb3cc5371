package demo

import (
	"encoding/json"
	"slices"
	"time"
)

// Clinic is everything the demo is made of.
type Clinic struct {
	Shared    []json.RawMessage // Organization, Location, Practitioner, PractitionerRole: nobody's chart
	People    []Person
	Staff     []Staff
	Caregiver Helper
}

// Person is one chart.
type Person struct {
	Patient   string // id of the Patient resource
	Email     string // sign-in of the person, "" for those without an account
	Name      string
	Resources []json.RawMessage // the Patient first
	CareTeam  []string          // e-mails of the staff who look after this person
}

// Staff is one account of the clinic.
type Staff struct {
	Email        string
	Name         string
	Roles        []string // clinician, nurse, frontdesk, privacy, admin
	Practitioner string   // id of the Practitioner, "" for those who treat nobody
}

// Helper is the account of somebody who cares for others.
type Helper struct {
	Email   string
	Name    string
	Patient string // the helper's own chart
	Grants  []Grant
}

// Grant is what one person lets the helper see and do.
type Grant struct {
	Patient   string
	Relation  string   // what the patient is to the helper: mother, child
	Basis     string   // why the law lets them: consent or parent
	Sees      []string // categories of the record
	Can       []string // messages, scheduling, medicines, documents, visits, share
	Sensitive bool     // whether labelled facts are seen too
	Start     time.Time
	End       time.Time
}

// everything is each category of the record that a grant can open.
var everything = []string{
	"demographics", "conditions", "allergies", "medicines", "immunizations", "results", "vitals",
	"visits", "documents", "careplan", "messages", "appointments", "questionnaires", "coverage", "other",
}

// Build makes the demo clinic as of the calendar day of now, in now's time zone.
// Any moment of the same day gives the same clinic.
func Build(now time.Time) *Clinic {
	cal := newCalendar(now)
	mother, daughter, grandson := rosa(cal), elena(cal), teo(cal)
	charts := []*chart{
		mother, daughter, grandson,
		wren(cal), sabine(cal),
		odalys(cal), persis(cal), barnaby(cal), aurelio(cal),
		thaddeus(cal), maude(cal), wilhelmina(cal), leopold(cal),
	}
	clinic := &Clinic{
		Shared: sharedResources(),
		Staff:  accounts(),
		Caregiver: Helper{
			Email: "caregiver@housecall.test", Name: daughter.name, Patient: daughter.patient,
			Grants: []Grant{
				{
					Patient: mother.patient, Relation: "mother", Basis: "consent", Sees: everything,
					Can:   []string{"messages", "scheduling", "medicines", "documents", "visits"},
					Start: cal.ago(1, 145), End: cal.endOf(cal.today.Year()+1, time.June, 30),
				},
				{
					Patient: grandson.patient, Relation: "child", Basis: "parent", Sees: everything,
					Can:       []string{"messages", "scheduling", "medicines", "documents", "visits", "share"},
					Sensitive: true,
					Start:     cal.ago(3, 12), End: grandson.born.AddDate(18, 0, 0),
				},
			},
		},
	}
	for _, c := range charts {
		clinic.People = append(clinic.People, Person{
			Patient: c.patient, Email: c.email, Name: c.name, Resources: c.resources,
			CareTeam: append(slices.Clone(c.team), frontDesk), // whoever answers the phone books for everybody
		})
	}
	return clinic
}

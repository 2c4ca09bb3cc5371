package demo

import (
	"encoding/xml"
	"strings"
	"time"
)

// member is somebody of a care team who is not on the clinic's staff list of the chart.
type member struct {
	role string
	who  obj
}

// caredForBy sets the chart's care team: the clinic's own by key, and others.
func (c *chart) caredForBy(since time.Time, keys []string, others ...member) string {
	var participants list
	for _, key := range keys {
		w := clinicians[key]
		participants = append(participants, obj{
			"role":   list{concept(w.specialtyName, coding{nucc, w.specialty, w.specialtyName})},
			"member": clinician(key), "onBehalfOf": place(w.place),
		})
		if w.email != "" {
			c.team = append(c.team, w.email)
		}
	}
	for _, o := range others {
		participants = append(participants, obj{"role": list{concept(o.role)}, "member": o.who})
	}
	return c.add("CareTeam", "team", obj{
		"status": "active", "name": "Care team of " + c.name, "subject": c.subject(),
		"period": obj{"start": date(since)}, "participant": participants,
		"managingOrganization": list{place("alder")},
	})
}

// aim is a Goal.
type aim struct {
	key      string
	text     string
	start    time.Time
	due      time.Time
	state    string // in-progress, improving, achieved, not-achieved, sustaining
	measure  coding
	below    float64
	unit     string
	ucum     string
	digits   int
	finished bool
	about    string
	label    string
}

var achievements = map[string]string{
	"in-progress": "In Progress", "improving": "Improving", "achieved": "Achieved", "not-achieved": "Not Achieved", "sustaining": "Sustaining",
}

func (c *chart) aims(a aim) string {
	life := "active"
	if a.finished {
		life = "completed"
	}
	target := obj{"dueDate": date(a.due)}
	if a.measure.code != "" {
		target["measure"] = concept("", a.measure)
		target["detailRange"] = obj{"high": quantity(a.below, a.digits, a.unit, a.ucum)}
	}
	body := obj{
		"lifecycleStatus":   life,
		"achievementStatus": tho(thoBase+"goal-achievement", a.state, achievements[a.state]),
		"description":       concept(a.text),
		"subject":           c.subject(),
		"startDate":         date(a.start),
		"expressedBy":       clinician(c.doctor),
		"target":            list{target},
	}
	set(body, "addresses", refs(a.about))
	return c.add("Goal", a.key, private(body, a.label))
}

// step is something that a plan asks somebody to do.
type step struct {
	text string
	done bool
	by   time.Time // zero for what goes on
	whom string    // a clinician; "" is the person
}

// plan is a CarePlan.
type plan struct {
	key, title, text string
	start, end       time.Time
	finished         bool
	about, goals     []string
	team             string
	steps            []step
	label            string
}

func (c *chart) plans(p plan) string {
	var activities list
	for _, s := range p.steps {
		status := "in-progress"
		if s.done {
			status = "completed"
		} else if !s.by.IsZero() {
			status = "not-started"
		}
		detail := obj{"status": status, "description": s.text}
		if !s.by.IsZero() {
			detail["scheduledPeriod"] = obj{"end": date(s.by)}
		}
		if s.whom != "" {
			detail["performer"] = list{clinician(s.whom)}
		} else {
			detail["performer"] = list{c.subject()}
		}
		activities = append(activities, obj{"detail": detail})
	}
	status := "active"
	if p.finished {
		status = "completed"
	}
	body := obj{
		"status": status, "intent": "plan", "title": p.title, "description": p.text,
		"text":     narrative(p.title + ". " + p.text),
		"category": list{concept("", coding{usCoreBase + "careplan-category", "assess-plan", "Assessment and Plan of Treatment"})},
		"subject":  c.subject(),
		"period":   obj{"start": date(p.start), "end": date(p.end)},
		"created":  date(p.start),
		"author":   clinician(c.doctor),
		"activity": activities,
	}
	set(body, "addresses", refs(p.about...))
	set(body, "goal", refs(p.goals...))
	set(body, "careTeam", refs(p.team))
	return c.add("CarePlan", p.key, private(body, p.label))
}

// narrative is the text that a reader without software for codes sees.
func narrative(words string) obj {
	var out strings.Builder
	if err := xml.EscapeText(&out, []byte(words)); err != nil {
		panic(err) // a strings.Builder takes everything
	}
	return obj{"status": "generated", "div": `<div xmlns="http://www.w3.org/1999/xhtml"><p>` + out.String() + `</p></div>`}
}

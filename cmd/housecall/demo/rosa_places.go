package demo

import (
	"fmt"
	"time"
)

// outside is what other places wrote about Rosa: the eye center, the hospital.
func (r *rosaStory) outside() {
	for n := 3; n >= 0; n-- {
		key := fmt.Sprintf("eyes/%d", n)
		on := r.slot(r.ago(n, eyeDay), key)
		v := visit{key: key, on: on, length: 45 * time.Minute, kind: consult, by: "fenwick", place: "eye", why: "eyes", about: []string{r.diabetes}}
		encounter := r.meets(&v)
		r.did(act{key: key, text: "Eye check with wide pupils", code: coding{snomed, "36228007", "Ophthalmic examination and evaluation"}, on: on, by: "fenwick", place: "eye", encounter: encounter, about: r.diabetes, outcome: "No changes from diabetes in either eye."})
		if n > 2 {
			continue
		}
		r.document(paper{
			key: key, title: "Letter from the eye clinic", on: on.Add(3 * time.Hour), kind: consultNote, by: "fenwick", source: "eye", encounter: encounter,
			summary: "Your eyes are healthy. Come back in one year.",
			text: "Lantern Hill Eye Center\n" + written(on) + "\n\nTo Dr. Juniper Hale, Alder Street Clinic\nAbout Rosa Caléndula, born " + written(r.born) + "\n\n" +
				"Rosa came for her yearly eye check because of diabetes. Pupils were widened.\n\nVision: right 20/30, left 20/25, with glasses.\nPressure: right 15, left 16 mmHg.\n" +
				"Lens: early cataract in both eyes, no need for surgery.\nRetina: no bleeding, no swelling, no sign of diabetes.\n\nYour eyes are healthy. Please come back in one year, or at once if you see flashes or a curtain.\n\nDr. Silas Fenwick\n",
		})
	}
	r.fell()
}

// fell is the night of last Saturday.
func (r *rosaStory) fell() {
	on := at(r.lastSaturday(), 1, 40)
	v := visit{
		key: "fall-at-home", on: on, length: 170 * time.Minute, kind: emergency, by: "oakes", place: "hospital", why: "bruisedKnee",
		vitals: vitals{systolic: 152, diastolic: 86, pulse: 84, warmth: 36.7, oxygen: 97},
	}
	encounter := r.meets(&v)
	r.has(problem{what: "bruisedKnee", since: date(on), recorded: on, by: "oakes", source: "hospital", visit: encounter})
	r.pictured(picture{key: "fall-knee", text: "X-ray of the right knee", code: coding{loinc, "36689-8", "XR Knee - right AP and Lateral"}, on: on.Add(40 * time.Minute), by: "oakes", encounter: encounter, conclusion: "No fracture. Wear of the inner joint space, as known."})
	r.document(paper{
		key: "fall-at-home", title: "Emergency visit at Lantern Hill", on: on.Add(v.length), kind: emergencyRep, by: "oakes", source: "hospital", encounter: encounter,
		summary: "Fall at home, bruised right knee, nothing broken.",
		text: "Lantern Hill Hospital, Emergency\n" + written(on) + "\n\nRosa Caléndula tripped over a rug at night on the way to the bathroom. She did not hit her head and did not faint.\n\n" +
			v.vitals.words() + "\nRight knee bruised, stands and walks. X-ray: no fracture.\n\nPlan: cold packs, acetaminophen, no ibuprofen because of the kidneys. See Dr. Hale within two weeks. Come back for weakness, vomiting or a bad headache.\n\nDr. Pim Oakes\n",
	})
}

// reading is one measurement of the cuff at home.
type reading struct{ systolic, diastolic float64 }

// lastWeek has an average of exactly 138 over 84.
var lastWeek = []reading{
	{141, 86}, {136, 83}, {139, 85}, {134, 82}, {142, 87}, {138, 84}, {137, 83},
	{140, 85}, {135, 82}, {139, 84}, {138, 85}, {141, 86}, {136, 83}, {136, 81},
}

var beforeRaise = []reading{{151, 90}, {147, 88}, {153, 92}, {146, 87}, {149, 90}, {150, 89}, {147, 87}}

// home is what Rosa's own cuff sent.
func (r *rosaStory) home() {
	cuff := r.add("Device", "cuff", from(obj{
		"status": "active", "patient": r.subject(), "owner": place("app"), "manufacturer": "Kettle & Cuff",
		"deviceName": list{obj{"name": "Kettle & Cuff", "type": "user-friendly-name"}},
		"type":       concept("Blood pressure cuff", coding{snomed, "70665002", "Blood pressure cuff"}),
	}, "app"))
	send := func(on time.Time, m reading) {
		body := pressure(m.systolic, m.diastolic, homePressure, true)
		body["performer"] = list{r.subject()}
		body["device"] = obj{"reference": cuff, "display": "Kettle & Cuff"}
		body["method"] = concept("Measured at home")
		r.vital("home/"+stamp(on), on, "", from(body, "app"))
	}
	for i, m := range beforeRaise {
		send(at(r.ago(0, raisedDay+14-i), 7, 5+i), m)
	}
	for i, m := range lastWeek {
		on := at(r.ago(0, cuffDay+6-i/2), 7, 2+i%5)
		if i%2 == 1 {
			on = at(on, 20, 40+i)
		}
		send(on, m)
	}
	send(at(r.ago(0, 2), 7, 4), reading{139, 84})
	send(at(r.ago(0, 1), 7, 2), reading{137, 83})
}

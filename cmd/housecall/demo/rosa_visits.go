package demo

import (
	"fmt"
	"math"
	"time"
)

// spring is what each yearly visit was about, the oldest first: 12 years ago to this year.
var spring = [13]struct{ told, plan string }{
	{"Feels well. Forgets the evening metformin about twice a week.", "Diabetes fair. Put the evening pill beside the toothbrush. Tetanus vaccine today."},
	{"Walks to the market. Some heartburn after coffee.", "Blood pressure better on lisinopril. One coffee less. See you in fall."},
	{"Tired, short nights. Husband is ill.", "Labs steady. Elena will come along next time."},
	{"Lives alone now, cooks less.", "Lessons about food with Tobias. Pneumonia vaccine today."},
	{"Lost two kilograms since the lessons.", "Cholesterol still high: change simvastatin to atorvastatin. Second pneumonia vaccine."},
	{"Right knee hurts on stairs.", "Osteoarthritis of the knee on X-ray. Exercises, heat, weight."},
	{"Knee better with exercises. Sugar at home 110 to 140.", "Best A1c so far. No change."},
	{"Few visits outside, sings with the choir by video.", "Weight goal reached. Keep all medicines."},
	{"Feels well.", "All steady. Eye check is due in fall."},
	{"Some days dizzy when standing up fast.", "Blood pressure lying and standing is fine. Drink more water in the heat."},
	{"Sleeps well. Fewer walks in winter.", "Kidney test a little low. Repeat it in fall. Tetanus vaccine today."},
	{"Knee pain is back, asks for something stronger.", "Ibuprofen 400 mg only when needed, up to twice a day. Watch the kidneys."},
	{"Home readings about 149 over 89.", "Blood pressure above the goal. Raise lisinopril from 10 to 20 mg. Blood test in two weeks."},
}

// fall is the same for the half-year check that had something to say; by years ago.
var fall = map[int]struct{ told, plan string }{
	11: {"Takes metformin every day now.", "A1c has come down. Carry on."},
	8:  {"Gained back a little over the summer.", "Smaller plates again. Back in spring."},
	5:  {"Home sugars steady.", "A1c under 7. Well done."},
	3:  {"Lights have rings at night.", "Ask the eye doctor about the cataracts at the next check."},
	2:  {"Feels well, surprised by the kidney result.", "Second test with filtering under 60, half a year after the first: chronic kidney disease, stage 3a. No salt tablets, no ibuprofen kind of pills for long. Check potassium twice a year."},
	1:  {"Knee pain most evenings.", "Kidneys steady. Try to take ibuprofen less often."},
}

// Courses of Rosa's values, by years before today.
var (
	rosaSystolic   = course{{12.6, 148}, {10, 138}, {6, 132}, {2, 137}, {1, 143}, {0.59, 150}, {0.5, 140}, {0, 140}}
	rosaDiastolic  = course{{12.6, 88}, {6, 79}, {2, 82}, {1, 85}, {0.59, 90}, {0.5, 84}, {0, 83}}
	rosaWeight     = course{{12.6, 79.5}, {9.6, 78.8}, {7, 76}, {5.6, 74.6}, {2, 73.0}, {0, 71.6}}
	rosaA1c        = course{{12.6, 7.6}, {11, 7.2}, {9, 7.3}, {6.5, 6.8}, {5, 6.8}, {3, 7.0}, {1.5, 7.3}, {0.6, 7.2}, {0, 7.0}}
	rosaPotassium  = course{{12.6, 4.1}, {6, 4.2}, {2.6, 4.3}, {2, 4.4}, {1.1, 4.6}, {0.6, 4.6}, {0, 5.3}}
	rosaCreatinine = course{{12.6, 0.79}, {6, 0.87}, {3.2, 0.94}, {2.7, 1.02}, {2.1, 1.03}, {1, 1.06}, {0.2, 1.09}, {0, 1.11}}
	rosaSugar      = course{{12.6, 156}, {9, 141}, {6, 124}, {3, 132}, {0, 131}}
	rosaLDL        = course{{12.6, 121}, {8.7, 128}, {8, 88}, {4, 79}, {0, 74}}
	rosaProtein    = course{{5.6, 12}, {3, 24}, {1, 33}, {0, 41}}
)

var rosaBody = physique{systolic: rosaSystolic, diastolic: rosaDiastolic, weight: rosaWeight}

func (r *rosaStory) visits() {
	for n := 12; n >= 0; n-- {
		key := fmt.Sprintf("spring/%d", n)
		on := r.slot(r.ago(n, raisedDay), key)
		if n == 0 {
			on = at(on, 9, 20)
		}
		words := spring[12-n]
		v := r.readings(key, on, rosaBody)
		if n%3 == 0 {
			v.pulse, v.height = math.Round(72+r.noise(key+"/pulse")*6), 157
		}
		encounter := r.visited(visit{
			key: key, on: on, length: 40 * time.Minute, kind: checkUp, with: "quill", why: "checkup",
			about: []string{r.diabetes, r.pressure}, vitals: v,
			told: words.told, plan: words.plan, summary: words.plan,
		})
		r.springLabs(n, on.Add(-50*time.Minute), encounter)
		if n == 7 {
			r.pictured(picture{key: "knee", text: "X-ray of the right knee", code: coding{loinc, "36689-8", "XR Knee - right AP and Lateral"}, on: on.Add(2 * time.Hour), by: "hale", encounter: encounter, conclusion: "Moderate wear of the inner joint space. No fracture."})
		}
		if n <= 3 {
			r.did(act{key: fmt.Sprintf("feet/%d", n), text: "Diabetic foot check", code: coding{snomed, "401191002", "Diabetic foot examination"}, on: on.Add(20 * time.Minute), by: "quill", encounter: encounter, about: r.diabetes, outcome: "Feeling and pulses are good in both feet."})
			r.mood(fmt.Sprintf("phq9/%d", n), on.Add(10*time.Minute), encounter, "PSY", []int{3, 1, 2, 2}[n])
		}
		if n > 0 {
			r.fallVisit(n)
		}
	}
	r.smoking(workday(r.ago(0, raisedDay)), neverSmoked, "Never smoked")
	r.bronchitis()
	r.lastYear()
}

func (r *rosaStory) fallVisit(n int) {
	key := fmt.Sprintf("fall/%d", n)
	on := r.slot(r.ago(n, videoDay), key)
	words := fall[n]
	encounter := r.visited(visit{
		key: key, on: on, kind: followUp, why: "diabetes", about: []string{r.diabetes},
		vitals: r.readings(key, on, physique{systolic: rosaSystolic, diastolic: rosaDiastolic}), told: words.told, plan: words.plan, summary: words.plan,
	})
	r.fallLabs(n, on.Add(-40*time.Minute), encounter)
}

func (r *rosaStory) bronchitis() {
	on := r.slot(r.ago(7, 290), "bronchitis")
	encounter := r.visited(visit{
		key: "bronchitis", on: on, kind: sickVisit, by: "sedge", why: "bronchitis", vitals: vitals{warmth: 38.1, oxygen: 96, pulse: 88},
		told: "Cough with green phlegm for nine days, fever since two.", plan: "Acute bronchitis. Azithromycin because of the penicillin allergy. Rest and fluids.",
		summary: "Bronchitis, treated without penicillin.",
	})
	r.has(problem{what: "bronchitis", since: date(on.AddDate(0, 0, -9)), until: date(on.AddDate(0, 0, 12)), recorded: on, by: "sedge", visit: encounter})
}

// lastYear is from the blood test after the higher dose to this week.
func (r *rosaStory) lastYear() {
	r.metabolic("after-raise", at(workday(r.ago(0, afterRaise)), 8, 10), 4.8, 1.07, 129, "", "The higher dose of lisinopril is going well. Potassium is in the usual range.")
	r.metabolic("summer", at(workday(r.ago(0, summerDay)), 8, 10), 4.9, 1.09, 134, "", "Potassium is at the upper end of usual. Kidneys are steady.")
	video := visit{
		key: "video", on: at(workday(r.ago(0, videoDay)), 14, 30), length: 25 * time.Minute, kind: videoVisit, joined: r.elena, why: "hypertension",
		about:   []string{r.pressure, r.knee, r.kidneys},
		told:    "Blood pressure at home is mostly in the 130s. The right knee hurts on stairs, so she takes ibuprofen most days. Elena is with her.",
		saw:     "Looks well on video. Walks across the room with a small limp.",
		plan:    "Stop ibuprofen: it is not good for the kidneys. Acetaminophen 500 mg up to three times a day. Keep lisinopril 20 mg. Measure at home for one week, then a blood test in six weeks.",
		summary: "Blood pressure and sore knee. Elena joined.",
	}
	encounter := r.visited(video)
	r.document(paper{
		key: "summary", title: "Summary of your video visit", on: video.on.Add(40 * time.Minute), kind: instructions, by: "hale", encounter: encounter,
		summary: "Stop ibuprofen. Use acetaminophen for the knee. Measure at home for one week.",
		text: "Your visit with Dr. Juniper Hale, " + written(video.on) + "\n\nWhat you do\n- Stop ibuprofen. It is not good for your kidneys.\n- For the knee, take acetaminophen 500 mg, up to 3 times a day.\n" +
			"- Keep your other medicines: lisinopril, metformin and atorvastatin, without change.\n- Measure your blood pressure at home, morning and evening, for one week.\n- Have a blood test in six weeks.\n\n" +
			"Call 911 for\n- chest pain, fainting, or trouble breathing\n- weakness in an arm or a leg, or trouble speaking\n",
		translation: "Su visita con la Dra. Juniper Hale\n\nLe toca a usted\n- Deje el ibuprofeno. No es bueno para sus riñones.\n- Para la rodilla, tome acetaminofén 500 mg, hasta 3 veces al día.\n" +
			"- Siga con sus otras medicinas: lisinopril, metformina y atorvastatina, sin cambios.\n- Mida su presión en casa, en la mañana y en la noche, durante una semana.\n- Hágase un análisis de sangre en seis semanas.\n\n" +
			"Llame al 911 si tiene\n- dolor en el pecho, desmayo o dificultad para respirar\n- debilidad en un brazo o una pierna, o dificultad para hablar\n",
	})
	r.thisWeek()
}

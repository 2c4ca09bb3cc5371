package demo

import (
	"context"
	"time"

	"housecall/internal/fault"
	"housecall/internal/identity"
	"housecall/telehealth"
	"housecall/telehealth/form"
	"housecall/telehealth/picklist"
	"housecall/telehealth/schedule"
)

const (
	slotLength = 20 * time.Minute
	weeksAhead = 4
	clinicRoom = "Alder Street Clinic, second floor"
)

// today gives the time of a slot near the moment at which the demo began, so that
// there is something to do whenever that is.
func (g *together) today(slots int) time.Time {
	return g.now.Truncate(slotLength).Add(time.Duration(slots) * slotLength)
}

// lastWeek is when the visit was that is over.
func (g *together) lastWeek() time.Time { return g.today(-3 * 24 * 6) } // six days ago

// offer opens the doctors' hours.
func (g *together) offer(ctx context.Context) error {
	feed := identity.SystemPrincipal("Demo clinic")
	for _, x := range []struct{ email, specialty string }{{doctorMail, "Family Medicine"}, {otherMail, "Internal Medicine"}} {
		starts := []time.Time{}
		for d := 1; d <= 7*weeksAhead; d++ {
			date := g.now.AddDate(0, 0, d)
			if wd := date.Weekday(); wd == time.Saturday || wd == time.Sunday {
				continue
			}
			for _, h := range []int{9, 10, 11, 13, 14, 15} {
				for m := 0; m < 60; m += 20 {
					starts = append(starts, time.Date(date.Year(), date.Month(), date.Day(), h, m, 0, 0, g.now.Location()))
				}
			}
		}
		for n := -9; n <= 12; n++ {
			starts = append(starts, g.today(n))
		}
		if x.email == doctorMail {
			starts = append(starts, g.lastWeek())
		}
		if _, err := g.Schedule.Offer(ctx, feed, schedule.Offered{
			Account: g.accounts[x.email], Specialty: x.specialty, Place: clinicRoom, Modes: []schedule.Mode{schedule.Video, schedule.Clinic}, Starts: starts, Length: slotLength,
		}); err != nil {
			return err
		}
	}
	return nil
}

// booked is one appointment of the demo.
type booked struct {
	key, patient, doctor, reason string
	start                        time.Time
	mode                         schedule.Mode
}

func (g *together) book(ctx context.Context, b booked) (string, error) {
	at := b.start.AddDate(0, 0, -2)
	_, s, _, err := g.at(at)
	if err != nil {
		return "", err
	}
	var slot string
	if err := g.DB.Read(ctx).QueryRow(`SELECT id FROM slots WHERE account = ? AND starts_at = ?`, g.accounts[b.doctor], b.start.UnixMicro()).Scan(&slot); err != nil {
		return "", err
	}
	a, err := s.Book(ctx, g.as(frontDesk, at), b.patient, schedule.In{ID: newID("appointment/" + b.key), Slot: slot, Mode: b.mode, Reason: b.reason})
	return a.ID, err
}

// meet books the days around today, and holds the visit that is over.
func (g *together) meet(ctx context.Context) error {
	rosa := rosaOf(g)
	others := g.doctorsPatients(doctorMail)
	theirs := g.doctorsPatients(otherMail)
	pick := func(list []string, n int) string {
		if len(list) == 0 {
			return rosa
		}
		return list[n%len(list)]
	}
	coming := []booked{
		{"rosa-now", rosa, doctorMail, "Dizzy when I get up", g.today(1), schedule.Video},
		{"today-1", pick(others, 0), doctorMail, "Check of blood pressure", g.today(-5), schedule.Clinic},
		{"today-2", pick(others, 1), doctorMail, "Cough for two weeks", g.today(-3), schedule.Clinic},
		{"today-3", pick(others, 2), doctorMail, "Results of the blood test", g.today(3), schedule.Video},
		{"today-4", pick(others, 3), doctorMail, "Knee after the fall", g.today(5), schedule.Clinic},
		{"today-5", pick(others, 4), doctorMail, "Sleep", g.today(8), schedule.Video},
		{"today-6", pick(theirs, 0), otherMail, "Blood sugar diary", g.today(2), schedule.Video},
		{"today-7", pick(theirs, 1), otherMail, "Yearly check", g.today(6), schedule.Clinic},
	}
	for _, b := range coming {
		if _, err := g.book(ctx, b); err != nil {
			return err
		}
	}
	if err := g.draft(ctx, newID("appointment/today-2"), pick(others, 1), g.today(-2)); err != nil {
		return err
	}
	return g.hold(ctx, rosa)
}

var dizzyNote = telehealth.NoteBody{
	Subjective:   "Dizzy on standing up in the morning for about two weeks, no fall. Drinks about one litre a day. Takes the water pill in the evening since the last box was filled.",
	Objective:    "Home readings in the morning 104/62 to 112/66 mmHg sitting, pulse 72. Speaks in full sentences, no confusion.",
	Assessment:   "Dizziness on standing, most likely from the water pill taken late and drinking too little. No sign of a heart rhythm problem in the history.",
	Plan:         "Water pill back to the morning. Drink 1.5 litres a day. Home blood pressure lying and standing for a week. Visit by video in a week.",
	Summary:      "Your dizziness most likely comes from the water pill being taken in the evening and from drinking too little.",
	Instructions: []string{"Take the water pill in the morning again.", "Drink about six glasses a day.", "Measure your blood pressure lying and standing, once a day for a week."},
	CallIf:       "you faint\nyou have chest pain or your heart races",
	FollowUp:     "We talk again by video in a week, with your readings.",
	Language:     "en",
	VisitPlan: telehealth.VisitPlan{
		Problems: []telehealth.VisitProblem{{System: picklist.ICD10CM, Code: "R42", Text: "Dizziness and giddiness"}},
		Orders:   []telehealth.VisitOrder{{Group: "lab", System: picklist.LOINC, Code: "24321-2", Text: "Basic metabolic panel"}},
		Next:     &telehealth.VisitNext{Count: 1, Unit: "weeks", Mode: "video"},
	},
}

// lastAnswers are what Rosa answered before the visit that is over.
var lastAnswers = form.Answers{
	"what": {"I am dizzy in the morning when I get up."}, "since": {"weeks"}, "bad": {"some"}, "signs": {"none"}, "medicine": {"no"},
}

// ask lets the clinic ask a few questions before each visit by video.
func (g *together) ask(ctx context.Context, v *telehealth.Service) error {
	_, err := v.SaveFormChoices(ctx, g.as(adminMail, g.now), telehealth.FormChoices{Choices: []telehealth.FormChoice{{Mode: string(schedule.Video), Form: "general"}}})
	if fault.Is(err, fault.Conflict) { // cut off after it
		err = nil
	}
	return err
}

// hold is the visit that is over: Rosa and her daughter, by video, with its note
// signed.
func (g *together) hold(ctx context.Context, rosa string) error {
	start := g.lastWeek()
	id, err := g.book(ctx, booked{"rosa-before", rosa, doctorMail, "Dizzy in the morning", start, schedule.Video})
	if err != nil {
		return err
	}
	came := start.Add(-6 * time.Minute)
	_, _, v, err := g.at(came)
	if err != nil {
		return err
	}
	now, err := v.Visit(ctx, g.as(doctorMail, came), rosa, id)
	if err != nil || now.Note == schedule.NoteSigned {
		return err // cut off after it
	}
	if err := g.ask(ctx, v); err != nil {
		return err
	}
	check := telehealth.DeviceCheck{Camera: "ok", Microphone: "ok", Speaker: "ok", Network: "ok", LineFound: telehealth.LineFound{Reach: "direct", RoundTrip: 60, Down: 12_000, Up: 4_000, Browser: "chrome", System: "android"}}
	var seats []string
	for _, email := range []string{rosaMail, elenaMail} {
		who := g.as(email, came)
		if _, err := v.Check(ctx, who, rosa, id, check); err != nil {
			return err
		}
		if _, err := v.Consent(ctx, who, rosa, id, telehealth.ConsentVersion); err != nil {
			return err
		}
		if _, err := v.SayPlace(ctx, who, rosa, id, telehealth.Whereabouts{Country: "US", Region: "OR", Address: "At home, 48 Harbor Street, Portland", Phone: "+1 503 555 0142"}); err != nil {
			return err
		}
		if email == rosaMail {
			if _, err := v.Answer(ctx, who, rosa, id, "general", lastAnswers, true); err != nil {
				return err
			}
		}
		x, err := v.Wait(ctx, who, rosa, id)
		if err != nil {
			return err
		}
		seats = append(seats, x.Me.Seat)
	}
	doctor := g.as(doctorMail, start)
	if _, _, v, err = g.at(start); err != nil {
		return err
	}
	for _, seat := range seats {
		x, err := v.Admit(ctx, doctor, rosa, id, seat)
		if err != nil {
			return err
		}
		if err := v.Present(ctx, id, append(seats, x.Me.Seat)); err != nil {
			return err
		}
	}
	end := start.Add(17 * time.Minute)
	if _, _, v, err = g.at(end); err != nil {
		return err
	}
	if _, err := v.End(ctx, g.as(doctorMail, end), rosa, id); err != nil {
		return err
	}
	n, err := v.SaveNote(ctx, g.as(doctorMail, end), rosa, id, 0, dizzyNote, false)
	if err != nil {
		return err
	}
	_, err = v.Sign(ctx, g.as(doctorMail, end), rosa, id, n.Version, false, telehealth.LeftOut{})
	return err
}

// draft leaves a note that waits to be signed.
func (g *together) draft(ctx context.Context, id, patient string, at time.Time) error {
	_, _, v, err := g.at(at)
	if err != nil {
		return err
	}
	who := g.as(doctorMail, at)
	n, err := v.Note(ctx, who, patient, id)
	if err != nil || n.Version > 0 {
		return err
	}
	_, err = v.SaveNote(ctx, who, patient, id, 0, telehealth.NoteBody{
		Subjective: "Dry cough for two weeks, worse at night. No fever, no weight loss.", Objective: "Lungs clear on both sides. Throat a little red.",
		Assessment: "Cough after a cold.", Plan: "Wait two more weeks. Chest X-ray if it stays.", Summary: "Your cough is most likely what is left of a cold.",
		Instructions: []string{"Drink warm tea with honey before you go to bed."}, CallIf: "you get a fever or cannot breathe well", FollowUp: "Come again if it is not gone in two weeks.",
	}, false)
	return err
}

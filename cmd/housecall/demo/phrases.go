package demo

import (
	"context"

	"housecall/internal/fault"
	"housecall/telehealth/phrase"
)

const adminMail = "admin@housecall.test"

// phrases are the clinic's texts: short ones for messages and notes, and templates,
// which have a line with a heading before each part of a note.
var phrases = []phrase.Phrase{
	{Name: "video-followup", Text: `# subjective
{first} ({age}) is seen by video today. Feels better than last time. No new complaints.
# objective
Speaks in full sentences, no distress. Last readings: {vitals}
# assessment
Course as expected.
# plan
Go on as before. Medicines were looked through:
{medicines}
# summary
You are doing well. Please go on as before.
# do
Take your medicines as they are on your list.
# call
you feel worse`},
	{Name: "cold", Text: `# subjective
Runny nose, sore throat and cough for a few days. No trouble breathing, no high fever.
# objective
Looks well on video. Speaks in full sentences.
# assessment
A cold. No sign of a lung infection.
# plan
Rest and fluids. No antibiotics.
# summary
You have a cold. It goes away by itself within two weeks.
# do
Drink enough and rest.
Take acetaminophen when you feel bad.
# call
you cannot breathe well
your fever is over 39 °C (102 °F) for more than three days`},
	{Name: "allergies", Text: "Allergies: {allergies}"},
	{Name: "lookswell", Text: "Looks well on video, speaks in full sentences, no distress."},
	{Name: "thanks", Text: "Thank you for your message. Best wishes, {me}"},
}

// say keeps the clinic's texts.
func (g *together) say(ctx context.Context) error {
	s, err := phrase.New(phrase.Deps{DB: g.DB, Records: g.Records, Schedule: g.Schedule})
	if err != nil {
		return err
	}
	for _, p := range phrases {
		p.Clinic = true
		if _, err := s.Save(ctx, g.as(adminMail, g.now), p); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

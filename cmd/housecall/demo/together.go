package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
	"time"

	"housecall/internal/identity"
	"housecall/records"
	"housecall/telehealth"
	"housecall/telehealth/message"
	"housecall/telehealth/schedule"
)

// What people did with one another before the first sign-in: they wrote, booked
// and met. It goes through the same services as everything else, only with their
// clocks set back to when it was.

// together is the clinic at a moment.
type together struct {
	Parts
	c        *Clinic
	accounts map[string]string
	now      time.Time // when the demo was begun
}

// at gives the services as they were at a moment.
func (g *together) at(t time.Time) (*message.Service, *schedule.Service, *telehealth.Service, error) {
	clock := func() time.Time { return t }
	s := *g.Schedule
	s.Now = clock
	v, err := telehealth.New(telehealth.Deps{DB: g.DB, Records: g.Records, Access: g.Access, Identity: g.Identity, Notices: g.Notices, Schedule: &s, Now: clock})
	return g.Messages.At(clock), &s, v, err
}

// as is somebody of the clinic or of its patients, who has just signed in.
func (g *together) as(email string, t time.Time) identity.Principal {
	p := identity.Principal{Kind: identity.Person, Account: g.accounts[email], Proof: identity.SecondFactor, ProvedAt: t}
	for _, x := range g.c.People {
		if x.Email == email {
			p.Name, p.Patient = x.Name, x.Patient
		}
	}
	if email == g.c.Caregiver.Email {
		p.Name, p.Patient = g.c.Caregiver.Name, g.c.Caregiver.Patient
	}
	for _, s := range g.c.Staff {
		if s.Email == email {
			p.Kind, p.Name, p.Practitioner = identity.Staff, s.Name, s.Practitioner
			for _, r := range s.Roles {
				p.Roles = append(p.Roles, identity.Role(r))
			}
		}
	}
	return p
}

const (
	rosaMail   = "patient@housecall.test"
	elenaMail  = "caregiver@housecall.test"
	doctorMail = "clinician@housecall.test"
	otherMail  = "clinician2@housecall.test"
	nurseMail  = "nurse@housecall.test"
)

// said is one message of a thread.
type said struct {
	by    string
	ago   time.Duration
	text  string
	photo bool
}

// talk is a thread.
type talk struct {
	key, topic, subject string
	patient             func(g *together) string
	said                []said
	closed              bool
}

func rosaOf(g *together) string  { return g.as(rosaMail, g.now).Patient }
func elenaOf(g *together) string { return g.as(elenaMail, g.now).Patient }
func teoOf(g *together) string   { return g.c.Caregiver.Grants[1].Patient }

const hour, day = time.Hour, 24 * time.Hour

var talks = []talk{
	{"pillbox", "medicine", "Mama's evening pills", rosaOf, []said{
		{elenaMail, 3*hour + 10*time.Minute, "Good morning. When I filled Mama's box today I found the water pill in the evening row. Did somebody change that? I took a photo of the box.", true},
	}, false},
	{"school", "question", "A note for school", teoOf, []said{
		{elenaMail, 26 * hour, "Teo's school asks for a note that he may use his inhaler before sports. Can you write one?", false},
	}, false},
	{"kidneys", "results", "Kidney value", rosaOf, []said{
		{rosaMail, 3*day + 2*hour, "I saw the kidney value in my results. Is it worse than last time?", false},
		{doctorMail, 2*day + 20*hour, "It is about the same as in spring, so nothing to worry about today. Please go on drinking enough, and leave out ibuprofen. We check it again before your next visit.", false},
		{elenaMail, 2*day + 3*hour, "Thank you. We have thrown the ibuprofen out.", false},
		{doctorMail, 20 * hour, "Very good. If her knee hurts, paracetamol is fine, at most three a day.", false},
	}, false},
	{"refill", "medicine", "Metformin", rosaOf, []said{
		{rosaMail, 6 * day, "I have metformin for one more week. Could you send it to the pharmacy on Harbor Street?", false},
		{nurseMail, 5*day + 21*hour, "Done. It is ready tomorrow after ten.", false},
		{rosaMail, 5*day + 20*hour, "Thank you, Tobias.", false},
	}, true},
	{"own", "appointment", "Blood test before the visit", elenaOf, []said{
		{elenaMail, 2*day + 5*hour, "Do I have to come with an empty stomach for the blood test?", false},
		{nurseMail, 2 * day, "Not for this one. Eat and drink as always.", false},
	}, false},
	{"paper", "billing", "Bill of October", rosaOf, []said{
		{elenaMail, 50 * hour, "We got a bill for the visit in October, though the insurance should have paid it. Where do I send it?", false},
	}, false},
}

// write sends what was written.
func (g *together) write(ctx context.Context) error {
	for _, t := range talks {
		patient := t.patient(g)
		thread := newID("thread/" + t.key)
		var last string
		for i, s := range t.said {
			at := g.now.Add(-s.ago)
			m, _, _, err := g.at(at)
			if err != nil {
				return err
			}
			in := message.In{ID: thread, Topic: t.topic, Subject: t.subject, Text: s.text}
			if i > 0 {
				in = message.In{ID: newID(fmt.Sprintf("message/%s/%d", t.key, i)), Thread: thread, Text: s.text}
			}
			who := g.as(s.by, at)
			if s.photo {
				b, err := g.Records.SaveBinary(ctx, who, patient, records.BinaryIn{ID: newID("binary/" + t.key), Title: "Photo", ContentType: "image/png", Content: pillBox()})
				if err != nil {
					return fmt.Errorf("photo: %w", err)
				}
				in.Attachments = []string{b.ID}
			}
			if _, err := m.Send(ctx, who, patient, in); err != nil {
				return fmt.Errorf("message %s: %w", t.key, err)
			}
			// Who writes has read what was there.
			if last != "" {
				if err := m.MarkRead(ctx, who, patient, thread, last); err != nil {
					return err
				}
			}
			last = in.ID
		}
		if !t.closed {
			continue
		}
		at := g.now.Add(-t.said[len(t.said)-1].ago + hour)
		m, _, _, err := g.at(at)
		if err != nil {
			return err
		}
		nurse := g.as(nurseMail, at)
		if err := errors.Join(m.MarkRead(ctx, nurse, patient, thread, last), closeThread(ctx, m, nurse, patient, thread)); err != nil {
			return err
		}
	}
	return nil
}

func closeThread(ctx context.Context, m *message.Service, who identity.Principal, patient, thread string) error {
	_, err := m.Close(ctx, who, patient, thread)
	return err
}

// pillBox draws a box for a week of pills: seven days, morning above evening.
func pillBox() []byte {
	m := image.NewRGBA(image.Rect(0, 0, 960, 540))
	fill := func(r image.Rectangle, c color.Color) { draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src) }
	fill(m.Bounds(), color.RGBA{198, 176, 150, 255})
	fill(image.Rect(60, 90, 900, 450), color.RGBA{236, 241, 244, 255})
	pill := func(cx, cy, w, h int, c color.RGBA) {
		for y := -h; y <= h; y++ {
			for x := -w; x <= w; x++ {
				if x*x*h*h+y*y*w*w <= w*w*h*h {
					m.Set(cx+x, cy+y, c)
				}
			}
		}
	}
	for d := range 7 {
		for row := range 2 {
			x, y := 80+d*117, 110+row*170
			fill(image.Rect(x, y, x+102, y+150), color.RGBA{150, 190, 214, 255})
			fill(image.Rect(x+5, y+5, x+97, y+145), color.RGBA{214, 230, 240, 255})
			pill(x+34, y+56, 20, 12, color.RGBA{250, 250, 248, 255})
			if row == 0 {
				pill(x+66, y+88, 16, 16, color.RGBA{232, 190, 120, 255})
			} else {
				pill(x+62, y+92, 15, 15, color.RGBA{222, 120, 110, 255}) // the one in the wrong row
			}
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // into memory
	return b.Bytes()
}

// loadTogether says who answers, books, meets and writes.
func loadTogether(ctx context.Context, p Parts, c *Clinic, accounts map[string]string, now time.Time) error {
	g := &together{p, c, accounts, now.Truncate(time.Minute)}
	if err := g.answer(ctx); err != nil {
		return fmt.Errorf("who answers: %w", err)
	}
	if err := g.offer(ctx); err != nil {
		return fmt.Errorf("times: %w", err)
	}
	if err := g.meet(ctx); err != nil {
		return fmt.Errorf("visits: %w", err)
	}
	return errors.Join(g.write(ctx), g.say(ctx))
}

// doctorsPatients are those whom a staff member treats, Rosa not among them.
func (g *together) doctorsPatients(email string) (out []string) {
	for _, p := range g.c.People {
		if p.Email != rosaMail && slices.Contains(p.CareTeam, email) {
			out = append(out, p.Patient)
		}
	}
	return out
}

package notifications

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"housecall/internal/db"
	"housecall/internal/identity"
	"housecall/notifications/carrier"
)

// Links makes the secrets of the one-time links that are mailed, and is told who
// mails them, and who tells people of tries to sign in and of sessions that were used
// elsewhere.
type Links interface {
	Letter(ctx context.Context, id string) (identity.Letter, bool, error)
	Carry(mail func(c *db.Conn, link string) error)
	Warn(tell func(c *db.Conn, account string) error)
	Moved(tell func(c *db.Conn, account string) error)
}

// letterJob is to mail a one-time link, which gets its secret only then: a secret
// is in no job.
type letterJob struct {
	Link string `json:"link"`
}

// Kind implements Job.
func (letterJob) Kind() string { return "letter" }

// carryLetters takes over the mailing of links, where there is mail at all.
func (s *Service) carryLetters() error {
	if s.Links == nil {
		return nil
	}
	s.Links.Warn(s.triedTx)
	s.Links.Moved(s.movedTx)
	if s.Mail == nil {
		return nil
	}
	if err := addWorker(s, s.mailLetter); err != nil {
		return err
	}
	s.Links.Carry(func(c *db.Conn, link string) error { return s.EnqueueTx(c, letterJob{link}, time.Time{}) })
	return nil
}

// mailLetter sends one. What surely was not taken by the mail server is tried
// again, with a new secret; what may have been taken is not: the person can ask
// again.
func (s *Service) mailLetter(ctx context.Context, job *river.Job[letterJob]) error {
	l, ok, err := s.Links.Letter(ctx, job.Args.Link)
	if err != nil || !ok {
		return err
	}
	subject, text := writeLetter(l)
	err = s.Mail.Carry(ctx, l.To, carrier.Word{ID: s.link("letter", fmt.Sprintf("%s %d", job.Args.Link, job.Attempt)), Subject: subject, Text: text})
	if err != nil && carrier.Failure(err).Class != carrier.Later {
		return GiveUp(err)
	}
	return err
}

// Letters name nobody and say nothing: not who invites, not to which clinic, not
// whose record it is about. An address may be read by others.
var letterWords = map[string]map[identity.Purpose]letter{
	"en": {
		identity.ForInvitation: {"You are invited", "You are invited to make an account. Open this link within 7 days; you may be asked for your date of birth:"},
		identity.ForRecovery:   {"Your way back in", "Open this link within a day to choose a new way to sign in:"},
		identity.ForAddress:    {"Is this your address?", "Somebody gave this address as theirs. If it was you, open this link within a day and confirm it. If not, do nothing:"},
		identity.ForPassword:   {"A new password", "Somebody asked for a new password. If it was you, open this link within an hour. If not, do nothing:"},
		toldSomething:          {"Something about how you sign in was changed", "Something about how you sign in was changed. If it was you, you need not do anything. If not, sign in and look at \"Account\", or call the clinic at once."},
	},
	"es": {
		identity.ForInvitation: {"Tiene una invitación", "Le invitan a crear una cuenta. Abra este enlace antes de 7 días; es posible que le preguntemos su fecha de nacimiento:"},
		identity.ForRecovery:   {"Cómo volver a entrar", "Abra este enlace antes de un día para elegir una nueva manera de entrar:"},
		identity.ForAddress:    {"¿Es suya esta dirección?", "Alguien dio esta dirección como suya. Si fue usted, abra este enlace antes de un día y confírmela. Si no, no haga nada:"},
		identity.ForPassword:   {"Una contraseña nueva", "Alguien pidió una contraseña nueva. Si fue usted, abra este enlace antes de una hora. Si no, no haga nada:"},
		toldSomething:          {"Cambió algo de su manera de entrar", "Cambió algo de su manera de entrar. Si fue usted, no tiene que hacer nada. Si no, entre y mire en «Cuenta», o llame a la clínica enseguida."},
	},
}

// toldSomething is the letter that holds no link.
const toldSomething identity.Purpose = ""

var letterClosing = map[string]string{
	"en": "This mail was sent by a machine; nobody reads answers to it.",
	"es": "Este correo lo envió una máquina; nadie lee las respuestas.",
}

func writeLetter(l identity.Letter) (subject, text string) {
	locale, purpose := l.Locale, l.Purpose
	if letterWords[locale] == nil {
		locale = "en"
	}
	if l.URL == "" {
		purpose = toldSomething
	}
	w := letterWords[locale][purpose]
	if l.URL != "" {
		w.text += "\n" + l.URL
	}
	return w.subject, fmt.Sprintf("%s\n\n-- \n%s\n", w.text, letterClosing[locale])
}

package notifications

import "fmt"

// letter is what a mail says. Nothing is filled in but the link: there is no
// place for a name or for what the notice is about.
type letter struct{ subject, text string }

// Notes, results and requests have the same words as everything else that is new: that
// somebody has results would say too much already.
var letters = map[string]map[Kind]letter{
	"en": {
		Message:     {"You have a new message", "You have a new message. Sign in to read it:"},
		Appointment: {"There is news about an appointment", "There is news about an appointment. Sign in to see it:"},
		Visit:       {"You have a visit", "You have a visit. Sign in to see it:"},
		Note:        {"Something new is waiting for you", "Something new is waiting for you. Sign in to see it:"},
		Result:      {"Something new is waiting for you", "Something new is waiting for you. Sign in to see it:"},
		Request:     {"Something new is waiting for you", "Something new is waiting for you. Sign in to see it:"},
		Sharing:     {"Something new is waiting for you", "Something new is waiting for you. Sign in to see it:"},
		Oversight:   {"Something needs your attention", "Something needs your attention as privacy officer. Sign in to see it:"},
	},
	"es": {
		Message:     {"Tiene un mensaje nuevo", "Tiene un mensaje nuevo. Entre para leerlo:"},
		Appointment: {"Hay novedades sobre una cita", "Hay novedades sobre una cita. Entre para verlas:"},
		Visit:       {"Tiene una consulta", "Tiene una consulta. Entre para verla:"},
		Note:        {"Hay algo nuevo para usted", "Hay algo nuevo para usted. Entre para verlo:"},
		Result:      {"Hay algo nuevo para usted", "Hay algo nuevo para usted. Entre para verlo:"},
		Request:     {"Hay algo nuevo para usted", "Hay algo nuevo para usted. Entre para verlo:"},
		Sharing:     {"Hay algo nuevo para usted", "Hay algo nuevo para usted. Entre para verlo:"},
		Oversight:   {"Algo requiere su atención", "Algo requiere su atención como responsable de privacidad. Entre para verlo:"},
	},
}

var closing = map[string]string{
	"en": "This mail was sent by a machine; nobody reads answers to it. After signing in you can choose which mails you get.",
	"es": "Este correo lo envió una máquina; nadie lee las respuestas. Después de entrar puede elegir qué correos recibe.",
}

// write gives the mail about a notice in somebody's language; English when they
// chose none.
func write(locale string, kind Kind, link string) (subject, text string) {
	if letters[locale] == nil {
		locale = "en"
	}
	l := letters[locale][kind]
	return l.subject, fmt.Sprintf("%s\n%s\n\n-- \n%s\n", l.text, link, closing[locale])
}

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
		SignIn:      {"Somebody tried to sign in as you", "Somebody tried several times to sign in as you and was not let in. If it was you, you need not do anything. If not, sign in and look at how your account is kept safe, or call the clinic:"},
		Moved:       {"A sign-in of yours was ended", "A sign-in of yours was used in another browser than the one you signed in with. We ended it there and here. If you do not know why, sign in, change your password and look at how your account is kept safe, or call the clinic:"},
		Oversight:   {"Something needs your attention", "Something needs your attention as privacy officer. Sign in to see it:"},
	},
	"es": {
		Message:     {"Tiene un mensaje nuevo", "Tiene un mensaje nuevo. Entre para leerlo:"},
		Appointment: {"Hay novedades sobre una cita", "Hay novedades sobre una cita. Entre para verlas:"},
		Visit:       {"Tiene una visita", "Tiene una visita. Entre para verla:"},
		Note:        {"Hay algo nuevo para usted", "Hay algo nuevo para usted. Entre para verlo:"},
		Result:      {"Hay algo nuevo para usted", "Hay algo nuevo para usted. Entre para verlo:"},
		Request:     {"Hay algo nuevo para usted", "Hay algo nuevo para usted. Entre para verlo:"},
		Sharing:     {"Hay algo nuevo para usted", "Hay algo nuevo para usted. Entre para verlo:"},
		SignIn:      {"Alguien intentó entrar con su cuenta", "Alguien intentó varias veces entrar con su cuenta y no pudo. Si fue usted, no tiene que hacer nada. Si no, entre y mire cómo está protegida su cuenta, o llame a la clínica:"},
		Moved:       {"Cerramos una sesión suya", "Una sesión suya se usó en otro navegador que el que usted usó para entrar. La cerramos allí y aquí. Si no sabe por qué, entre, cambie su contraseña y mire cómo está protegida su cuenta, o llame a la clínica:"},
		Oversight:   {"Algo requiere su atención", "Algo requiere su atención como responsable de privacidad. Entre para verlo:"},
	},
}

// rings is what browsers and phones show, whatever it is about: screens are seen by
// others. The service worker of the web client has the same words.
var rings = map[string]string{"en": "You have a new message", "es": "Tiene un mensaje nuevo"}

// digests is the mail of the day.
var digests = map[string]letter{
	"en": {"Something new is waiting for you", "Something new is waiting for you. This mail comes once a day at most. Sign in to see it:"},
	"es": {"Hay algo nuevo para usted", "Hay algo nuevo para usted. Este correo llega una vez al día como máximo. Entre para verlo:"},
}

var codes = map[string]string{
	"en": "Your code is %s. Nobody from the clinic will ask you for it.",
	"es": "Su código es %s. Nadie de la clínica se lo pedirá.",
}

var closing = map[string]string{
	"en": "This mail was sent by a machine; nobody reads answers to it. After signing in you can choose which mails you get.",
	"es": "Este correo lo envió una máquina; nadie lee las respuestas. Después de entrar puede elegir qué correos recibe.",
}

var stopping = map[string]string{
	"en": "No more mails of this kind, without signing in:",
	"es": "Dejar de recibir estos correos, sin entrar:",
}

// language is the one that we have words in; English when somebody chose none.
func language(locale string) string {
	if letters[locale] == nil {
		return "en"
	}
	return locale
}

// write gives the mail about a notice in somebody's language.
func write(locale string, kind Kind, link, stop string) (subject, text string) {
	return compose(language(locale), letters[language(locale)][kind], link, stop)
}

func compose(lang string, l letter, link, stop string) (subject, text string) {
	text = fmt.Sprintf("%s\n%s\n\n-- \n%s\n", l.text, link, closing[lang])
	if stop != "" {
		text += fmt.Sprintf("%s\n%s\n", stopping[lang], stop)
	}
	return l.subject, text
}

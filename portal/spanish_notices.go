package portal

var spanishNotices = map[string]string{
	"Quiet hours need a beginning and another end.":                           "Las horas de silencio necesitan un comienzo y otro final.",
	"This time zone is not known. An example: America/Chicago":                "No se conoce esta zona horaria. Un ejemplo: America/Chicago",
	"Write the time as hours and minutes. An example: 22:00":                  "Escriba la hora con horas y minutos. Un ejemplo: 22:00",
	"Each way to be told has one place in the order.":                         "Cada manera de avisar tiene un lugar en el orden.",
	"These are too many choices.":                                             "Son demasiadas opciones.",
	"There is no such thing to choose.":                                       "No existe esa opción.",
	"This site does not tell browsers.":                                       "Este sitio no avisa a navegadores.",
	"This browser cannot be told from here.":                                  "No se puede avisar a este navegador desde aquí.",
	"This site sends no text messages.":                                       "Este sitio no envía mensajes de texto.",
	"Write the number with its country code. An example: +1 555 010 0123":     "Escriba el número con el código del país. Un ejemplo: +1 555 010 0123",
	"That were many codes for one day. Please try again tomorrow.":            "Han sido muchos códigos para un día. Inténtelo de nuevo mañana.",
	"This number cannot get text messages.":                                   "Este número no puede recibir mensajes de texto.",
	"The code could not be sent just now. Please try again.":                  "No se pudo enviar el código. Inténtelo de nuevo.",
	"This is not the code that we sent, or it is too old. Ask for a new one.": "Este no es el código que enviamos, o es demasiado antiguo. Pida uno nuevo.",
	"This link is not complete. Copy the whole of it from the mail.":          "Este enlace no está completo. Cópielo entero del correo.",
}

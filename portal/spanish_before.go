package portal

// spanishBefore are the messages about what is done before a visit.
var spanishBefore = map[string]string{
	"A place is a country, or a state behind its country.":                        "Un lugar es un país, o un estado detrás de su país.",
	"Choose one set of questions for each kind of visit.":                         "Elija un grupo de preguntas para cada tipo de visita.",
	"Choose the country and the state where you are now.":                         "Elija el país y el estado donde está ahora.",
	"Only the patient, or who acts for them, can say this.":                       "Solo el paciente, o quien actúa por él, puede decir esto.",
	"Only who agreed can take it back.":                                           "Solo quien aceptó puede retirarlo.",
	"Other questions are asked now. Please load the page again.":                  "Ahora se hacen otras preguntas. Vuelva a cargar la página.",
	"Please answer this question.":                                                "Responda esta pregunta, por favor.",
	"Please look at the number again.":                                            "Revise el número, por favor.",
	"Please say first where you are now.":                                         "Diga primero dónde está ahora.",
	"Please write where you are in at most 300 characters.":                       "Escriba dónde está en 300 caracteres como máximo.",
	"Say what happens outside of these places.":                                   "Diga qué pasa fuera de estos lugares.",
	"Some questions are not answered yet.":                                        "Algunas preguntas todavía no están respondidas.",
	"These are not the questions that were asked. Please load the page again.":    "Estas no son las preguntas que se hicieron. Vuelva a cargar la página.",
	"These questions were answered already. Send them again to change them.":      "Estas preguntas ya están respondidas. Envíelas otra vez para cambiarlas.",
	"This is more than a try of the line sends.":                                  "Esto es más de lo que envía una prueba de la línea.",
	"Where you are now, this clinic may not treat you by video. Please call us.":  "Donde está ahora, esta clínica no puede atenderle por video. Llámenos, por favor.",
	"Write a telephone number at which we reach you now, with at least 6 digits.": "Escriba un teléfono en el que le encontremos ahora, con al menos 6 cifras.",
	"Write where you are now: street and town, or what helps to find you.":        "Escriba dónde está ahora: calle y ciudad, o qué ayuda a encontrarle.",
	"You can see this visit, but not answer its questions.":                       "Puede ver esta visita, pero no responder sus preguntas.",
}

package portal

var spanishGroups = map[string]string{
	"A group has from 2 to 24 places.":                                                   "Un grupo tiene de 2 a 24 lugares.",
	"A group visit cannot be moved. Cancel it, and ask for another one.":                 "Una visita en grupo no se puede cambiar de hora. Cancélela y pida otra.",
	"In a group visit no pictures can be shared in the chat.":                            "En una visita en grupo no se pueden enviar fotos por el chat.",
	"A group visit cannot be recorded.":                                                  "Una visita en grupo no se puede grabar.",
	"A group visit cannot have the extra encryption.":                                    "Una visita en grupo no puede tener la privacidad extra.",
	"All places of this group are taken.":                                                "Todos los lugares de este grupo están ocupados.",
	"It is too early for this visit.":                                                    "Es demasiado pronto para esta visita.",
	"Nobody else can be invited to a group visit.":                                       "A una visita en grupo no se puede invitar a nadie más.",
	"Only in a group one chooses a name.":                                                "Solo en un grupo se elige un nombre.",
	"Say what the group is about, in at most 80 characters.":                             "Diga de qué trata el grupo, en 80 caracteres como máximo.",
	"Somebody was added to this group just now. Please try again.":                       "Acaban de añadir a alguien a este grupo. Inténtelo de nuevo.",
	"The others know you by your name already.":                                          "Los demás ya le conocen por su nombre.",
	"This is a group visit. Open the group to take part in it.":                          "Es una visita en grupo. Abra el grupo para participar.",
	"This patient comes to this group already.":                                          "Este paciente ya viene a este grupo.",
	"This visit has begun. End it instead.":                                              "Esta visita ya empezó. Termínela.",
	"What is found and decided is of one patient. Write it in their own note.":           "Lo que se encuentra y se decide es de un solo paciente. Escríbalo en su propia nota.",
	"Who leads this group does not treat this patient. Add them to the care team first.": "Quien dirige este grupo no atiende a este paciente. Añádalo antes al equipo médico.",
	"Write the name that the others will see, in at most 40 characters.":                 "Escriba el nombre que verán los demás, en 40 caracteres como máximo.",
	"You can see this group, but not call it off.":                                       "Puede ver este grupo, pero no cancelarlo.",
}

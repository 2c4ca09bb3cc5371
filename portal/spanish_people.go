package portal

var spanishPeople = map[string]string{
	"Enter a shorter name.":                            "Escriba un nombre más corto.",
	"Enter your name, so that they know who is there.": "Escriba su nombre, para que sepan quién está.",
	"Nobody else can join right now. The care team wants to talk without being disturbed. Please wait a little and try again, or call the clinic.": "Ahora no puede entrar nadie más. El equipo médico quiere hablar sin interrupciones. Espere un poco e inténtelo de nuevo, o llame a la clínica.",
	"Say how the two are related in a few words.":                                                       "Diga en pocas palabras qué relación tienen.",
	"Say whether it is a guest or an interpreter.":                                                      "Diga si es una persona invitada o un intérprete.",
	"So many people are invited that no more can be added. Take an invitation back first.":              "Hay tantas personas invitadas que no se puede añadir otra. Retire primero una invitación.",
	"Somebody else leads this visit now. Ask them to do this.":                                          "Ahora otra persona dirige esta visita. Pídale que lo haga.",
	"The care team took you out of this visit. If you think that is a mistake, please call the clinic.": "El equipo médico le sacó de esta visita. Si cree que es un error, llame a la clínica.",
	"There is no such invitation.":                                                                      "No existe esa invitación.",
	"This visit is over, or the invitation was taken back.":                                             "Esta visita ha terminado, o se retiró la invitación.",
}

package portal

var spanishCare = map[string]string{
	"Only doctors, nurses and administrators can look people up.":                "Solo los médicos, las enfermeras y los administradores pueden buscar a personas.",
	"Give the whole name and the birth date, or the record number.":              "Indique el nombre completo y la fecha de nacimiento, o el número de expediente.",
	"Say in one or two sentences why you need this record now.":                  "Diga en una o dos frases por qué necesita este expediente ahora.",
	"You can open this record already.":                                          "Usted ya puede abrir este expediente.",
	"Only privacy officers can see this.":                                        "Solo lo ven los responsables de privacidad.",
	"Say in a few words how you came to this.":                                   "Diga en pocas palabras cómo llegó a esta conclusión.",
	"Somebody else has to look at what you did.":                                 "Otra persona tiene que revisar lo que usted hizo.",
	"Somebody else has looked at this meanwhile.":                                "Otra persona lo revisó entretanto.",
	"Nobody can put themselves into a care team.":                                "Nadie puede incluirse a sí mismo en un equipo de atención.",
	"The end must be after the beginning, and the beginning within two years.":   "El final debe ser posterior al comienzo, y el comienzo dentro de dos años.",
	"Choose somebody of the clinic who works in that role.":                      "Elija a alguien de la clínica que trabaje en esa función.",
	"Only an administrator or a doctor of the team can change care teams.":       "Solo un administrador o un médico del equipo puede cambiar los equipos de atención.",
	"They are not in this care team.":                                            "Esa persona no está en este equipo de atención.",
	"The care team has to change this visit.":                                    "El equipo de atención tiene que cambiar esta visita.",
	"Say about whom it is, and which kinds of data.":                             "Diga sobre quién es y qué tipos de datos.",
	"There are many requests already. Please withdraw some, or call the clinic.": "Ya hay muchas solicitudes. Retire algunas o llame a la clínica.",
	"Somebody else has to decide what concerns you.":                             "Otra persona tiene que decidir lo que le concierne a usted.",
}

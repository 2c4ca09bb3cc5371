package portal

var spanishAudit = map[string]string{
	"This purpose of use is not known, or it is not one for this account.":                     "No se conoce este motivo de uso, o no es uno que corresponda a esta cuenta.",
	"Only the privacy officer can see this.":                                                   "Solo el responsable de privacidad puede ver esto.",
	"Please choose a period: its first and its last day.":                                      "Elija un periodo: su primer y su último día.",
	"Please choose a period of at most a year.":                                                "Elija un periodo de un año como máximo.",
	"Please choose a period of at most a month.":                                               "Elija un periodo de un mes como máximo.",
	"The list cannot be sorted by this.":                                                       "La lista no se puede ordenar por esto.",
	"There is too much in this period to sort it. Please choose a shorter one, or one person.": "Hay demasiado en este periodo para ordenarlo. Elija uno más corto o a una sola persona.",
	"There is too much in this period to look through it. Please choose a shorter one.":        "Hay demasiado en este periodo para revisarlo. Elija uno más corto.",
	"Say why a part of the log is not there, for example: restored the copy of Sunday.":        "Diga por qué falta una parte del registro, por ejemplo: se restauró la copia del domingo.",
	"The log holds all that its checkpoints tell of: there is no gap.":                         "El registro contiene todo lo que indican sus puntos de control: no falta nada.",
}

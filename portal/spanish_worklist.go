package portal

var spanishWorklist = map[string]string{
	"Please say in a few words why you do this.":                                                                         "Diga en pocas palabras por qué hace esto.",
	"These are the same record.":                                                                                         "Es el mismo expediente.",
	"Only staff who care for this patient can do this.":                                                                  "Solo puede hacerlo el personal que atiende a este paciente.",
	"These records are not joined.":                                                                                      "Estos expedientes no están unidos.",
	"This was decided already.":                                                                                          "Esto ya se decidió.",
	"A record about several patients is not refiled. Please change whom it names instead.":                               "Una anotación sobre varios pacientes no se traslada. Cambie a quién nombra.",
	"Between 1 and %d records can be refiled together.":                                                                  "Se pueden trasladar juntas entre 1 y %d anotaciones.",
	"Each record is named once, by its type and id.":                                                                     "Cada anotación se nombra una vez, por su tipo y su identificador.",
	"Results can wait for at most %d days.":                                                                              "Los resultados pueden esperar como máximo %d días.",
	"Only the patient can decide this.":                                                                                  "Solo el paciente puede decidirlo.",
	"Only doctors can hold a result back.":                                                                               "Solo los médicos pueden retener un resultado.",
	"Only results and documents are held back.":                                                                          "Solo se retienen resultados y documentos.",
	"Other entries belong to this one. Refile them together.":                                                            "Otras anotaciones pertenecen a esta. Trasládelas juntas.",
	"Who a record is about is not refiled. Join the two records instead.":                                                "No se traslada de quién es un expediente. Una los dos expedientes.",
	"What is told about a record goes with it by itself.":                                                                "Lo que se dice de una anotación se traslada con ella.",
	"A file stays in the record that it was put into. Please put it into the other one again.":                           "Un archivo se queda en el expediente en que se puso. Póngalo de nuevo en el otro.",
	"What was sent, signed or booked stays where it is. Please write it again in the right record.":                      "Lo enviado, firmado o reservado se queda donde está. Escríbalo de nuevo en el expediente correcto.",
	"One of these records is already joined with another one. Separate those first, or join with the one to go on with.": "Uno de estos expedientes ya está unido a otro. Sepárelos primero, o únalo con el que continúa.",
	"What the sender says of this person breaks a rule, so no record can be begun with it.":                              "Lo que el remitente dice de esta persona incumple una regla; no se puede abrir un expediente con ello.",
	"Please give a day within the next six months until which this is held back.":                                        "Indique hasta qué día de los próximos seis meses se retiene.",
}

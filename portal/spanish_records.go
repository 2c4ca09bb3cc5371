package portal

var spanishRecords = map[string]string{
	"A patch cannot change what a record is or its id.":                         "Un cambio parcial no puede cambiar qué es un registro ni su identificador.",
	"Others are changing the same. Please try again.":                           "Otras personas están cambiando lo mismo. Inténtelo de nuevo.",
	"References by search are for transactions only.":                           "Las referencias por búsqueda son solo para transacciones.",
	"The criteria cannot be read.":                                              "Los criterios no se pueden leer.",
	"The criteria cannot be used.":                                              "Los criterios no se pueden usar.",
	"The criteria find another record than the one that the body names.":        "Los criterios encuentran un registro distinto del que nombra el contenido.",
	"The criteria find several records, so it is not clear which is meant.":     "Los criterios encuentran varios registros, así que no está claro cuál es.",
	"The criteria must say what to look for, and nothing else.":                 "Los criterios deben decir qué buscar, y nada más.",
	"The id is taken by a record that the criteria do not find.":                "El identificador ya es de un registro que los criterios no encuentran.",
	"The patch does not fit this record.":                                       "El cambio parcial no se ajusta a este registro.",
	"This is only a part of a record; stored as it is, the rest would be lost.": "Esto es solo una parte de un registro; si se guardara así, se perdería el resto.",
	"This is there already.":                                                    "Esto ya existe.",
	"This reference by search does not name exactly one record.":                "Esta referencia por búsqueda no nombra exactamente un registro.",
	"This reference points to nothing that was sent along.":                     "Esta referencia no apunta a nada de lo enviado.",
	"Two entries have the same fullUrl.":                                        "Dos entradas tienen el mismo fullUrl.",
	"What this finds is deleted in the same transaction.":                       "Lo que esto encuentra se borra en la misma transacción.",
}

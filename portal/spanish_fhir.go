package portal

// spanishFHIR has what only those meet who ask over /fhir, through an app.
var spanishFHIR = map[string]string{
	"Only the clinic can look patients up.":                                                  "Solo la clínica puede buscar pacientes.",
	"This would be the records of the whole clinic. Please ask for Patient/$export instead.": "Serían los expedientes de toda la clínica. Pida en su lugar Patient/$export.",
	"This would go over too many records. Please ask about one of them.":                     "Abarcaría demasiados expedientes. Pregunte por uno de ellos.",
}

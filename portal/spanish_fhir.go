package portal

// spanishFHIR has what only those meet who ask over /fhir, through an app.
var spanishFHIR = map[string]string{
	"There are too many patients to search in all of them. Name the patient, or export the group.": "Hay demasiados pacientes para buscar en todos. Indique el paciente o exporte el grupo.",
	"This app works for a group of patients. It can export that group.":                            "Esta aplicación trabaja para un grupo de pacientes. Puede exportar ese grupo.",
	"We could not find this group.": "No encontramos este grupo.",

	"Only the clinic can look patients up.":                                                  "Solo la clínica puede buscar pacientes.",
	"This would be the records of the whole clinic. Please ask for Patient/$export instead.": "Serían los expedientes de toda la clínica. Pida en su lugar Patient/$export.",
	"This would go over too many records. Please ask about one of them.":                     "Abarcaría demasiados expedientes. Pregunte por uno de ellos.",
}

package portal

var spanishScopes = map[string]string{
	"One of the scopes is not understood. Write for example system/Observation.rs, letters in the order cruds, or system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory": "Uno de los permisos no se entiende. Escriba por ejemplo system/Observation.rs, con las letras en el orden cruds, o system/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory",
}

package portal

var spanishAudit = map[string]string{
	"This purpose of use is not known, or it is not one for this account.": "No se conoce este motivo de uso, o no es uno que corresponda a esta cuenta.",
}

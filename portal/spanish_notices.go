package portal

var spanishNotices = map[string]string{
	"Quiet hours need a beginning and another end.":            "Las horas de silencio necesitan un comienzo y otro final.",
	"This time zone is not known. An example: America/Chicago": "No se conoce esta zona horaria. Un ejemplo: America/Chicago",
	"Write the time as hours and minutes. An example: 22:00":   "Escriba la hora con horas y minutos. Un ejemplo: 22:00",
}

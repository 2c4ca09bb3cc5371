package portal

var spanishConnected = map[string]string{
	"This app is not connected any more.":                        "Esta aplicación ya no está conectada.",
	"You cannot connect an app to this record.":                  "Usted no puede conectar una aplicación a este expediente.",
	"We could not find this app.":                                "No encontramos esta aplicación.",
	"Choose for whom the app is.":                                "Elija para quién es la aplicación.",
	"Choose at least one thing that the app may see, or refuse.": "Elija al menos una cosa que la aplicación pueda ver, o rechácela.",
}

package portal

var spanishAdministration = map[string]string{
	"This account was changed outside of Housecall and is closed until somebody has looked at it. Please call the clinic.":  "Esta cuenta se cambió fuera de Housecall y está cerrada hasta que alguien la revise. Llame a la clínica.",
	"Make a passkey of your own first, under Security. Otherwise you would lock yourself out.":                              "Primero cree una llave de acceso propia, en Seguridad. De lo contrario se quedaría usted fuera.",
	"Staff of this clinic confirm with a passkey. If you have none yet, sign out and sign in again: you can make one then.": "El personal de esta clínica confirma con una llave de acceso. Si todavía no tiene una, salga y vuelva a entrar: entonces podrá crearla.",
	"Staff of this clinic sign in with a passkey. Add another one before you remove this one.":                              "El personal de esta clínica entra con una llave de acceso. Añada otra antes de quitar esta.",
	"Staff of this clinic sign in with a passkey. If you have lost yours, ask an administrator to help you back in.":        "El personal de esta clínica entra con una llave de acceso. Si perdió la suya, pida a un administrador que le ayude a volver a entrar.",
	"At this clinic, administration is done from its own network only. You can do everything else from here.":               "En esta clínica, la administración se hace solo desde su propia red. Todo lo demás puede hacerlo desde aquí.",
	"Please confirm that it is you before you change how the clinic works.":                                                 "Confirme que es usted antes de cambiar cómo funciona la clínica.",
	"This app was changed outside of Housecall and is not let in any more. Please register it anew.":                        "Esta aplicación se cambió fuera de Housecall y ya no tiene acceso. Regístrela de nuevo.",
}

package form

// Short ways to write the list below.
func yes(en, es string) []Option {
	return []Option{{"yes", Text{"Yes", "Sí"}, true}, {"no", Text{en, es}, false}}
}

var plainYesNo = []Option{{"yes", Text{"Yes", "Sí"}, false}, {"no", Text{"No", "No"}, false}}

var sinceWhen = Item{ID: "since", Kind: Choice, Text: Text{"Since when?", "¿Desde cuándo?"}, Options: []Option{
	{"today", Text{"Today", "Hoy"}, false}, {"days", Text{"A few days", "Unos días"}, false}, {"weeks", Text{"A few weeks", "Unas semanas"}, false}, {"longer", Text{"Longer", "Más tiempo"}, false},
}}

var howBad = Item{ID: "bad", Kind: Choice, Text: Text{"How much does it bother you?", "¿Cuánto le molesta?"}, Need: true, Options: []Option{
	{"little", Text{"A little", "Un poco"}, false}, {"some", Text{"Quite a bit", "Bastante"}, false}, {"much", Text{"Very much", "Mucho"}, true},
}}

var newMedicine = Item{ID: "medicine", Kind: Choice, Text: Text{"Do you take a new medicine, or have you stopped one?", "¿Toma un medicamento nuevo o dejó alguno?"}, Options: plainYesNo}
var whichMedicine = Item{ID: "medicine-which", Kind: Words, Text: Text{"Which one, and since when?", "¿Cuál y desde cuándo?"}, When: &Condition{"medicine", "yes"}}
var wish = Item{ID: "wish", Kind: Words, Text: Text{"What do you want to be sure we talk about?", "¿De qué quiere hablar sin falta?"}}

// all are the forms that come with the program. Who changes words of one gives it
// another version; ids stay.
var all = []*Form{
	{Key: "general", Version: "1", id: "5b0a8c1e-31f0-4d0c-9c53-6f1e0d2a7c01", Title: Text{"Before your visit", "Antes de su consulta"}, Items: []Item{
		{ID: "what", Kind: Words, Text: Text{"What brings you here, in your own words?", "¿Por qué nos consulta? Dígalo con sus palabras."}, Need: true},
		sinceWhen, howBad,
		{ID: "signs", Kind: Several, Text: Text{"Do you have any of these now?", "¿Tiene ahora algo de esto?"}, Options: []Option{
			{"fever", Text{"Fever", "Fiebre"}, false}, {"breath", Text{"Trouble breathing", "Le cuesta respirar"}, true}, {"chest", Text{"Pain in the chest", "Dolor en el pecho"}, true},
			{"faint", Text{"Fainting or feeling faint", "Desmayo o sensación de desmayo"}, true}, {"none", Text{"None of these", "Nada de esto"}, false},
		}},
		newMedicine, whichMedicine, wish,
	}},
	{Key: "pressure", Version: "1", id: "5b0a8c1e-31f0-4d0c-9c53-6f1e0d2a7c02", Title: Text{"Blood pressure at home", "Presión arterial en casa"}, Items: []Item{
		{ID: "upper", Kind: Number, Text: Text{"Your last upper number (the higher one)", "Su último número de arriba (el más alto)"}, Unit: "mmHg", Least: 50, Most: 300},
		{ID: "lower", Kind: Number, Text: Text{"Your last lower number", "Su último número de abajo"}, Unit: "mmHg", Least: 20, Most: 200},
		{ID: "often", Kind: Choice, Text: Text{"How often do you measure?", "¿Cada cuánto se la mide?"}, Options: []Option{
			{"daily", Text{"Every day", "Todos los días"}, false}, {"weekly", Text{"Every week", "Cada semana"}, false}, {"seldom", Text{"Seldom or never", "Casi nunca o nunca"}, false},
		}},
		{ID: "dizzy", Kind: Choice, Text: Text{"Are you dizzy when you stand up?", "¿Se marea al levantarse?"}, Need: true, Options: yes("No", "No")},
		{ID: "missed", Kind: Choice, Text: Text{"How often did you miss your pills in the last week?", "¿Cuántas veces olvidó sus pastillas la última semana?"}, Need: true, Options: []Option{
			{"never", Text{"Never", "Nunca"}, false}, {"once", Text{"Once or twice", "Una o dos veces"}, false}, {"more", Text{"More often", "Más veces"}, true},
		}},
		newMedicine, whichMedicine, wish,
	}},
	{Key: "breathing", Version: "1", id: "5b0a8c1e-31f0-4d0c-9c53-6f1e0d2a7c03", Title: Text{"Cough, cold and breathing", "Tos, resfriado y respiración"}, Items: []Item{
		{ID: "signs", Kind: Several, Text: Text{"What do you have?", "¿Qué tiene?"}, Need: true, Options: []Option{
			{"cough", Text{"Cough", "Tos"}, false}, {"throat", Text{"Sore throat", "Dolor de garganta"}, false}, {"nose", Text{"Runny nose", "Nariz que gotea"}, false},
			{"ear", Text{"Pain in the ear", "Dolor de oído"}, false}, {"other", Text{"Something else", "Otra cosa"}, false},
		}},
		sinceWhen,
		{ID: "temperature", Kind: Choice, Text: Text{"Do you have a fever?", "¿Tiene fiebre?"}, Need: true, Options: []Option{
			{"no", Text{"No", "No"}, false}, {"some", Text{"Up to 39 °C (102 °F)", "Hasta 39 °C (102 °F)"}, false}, {"high", Text{"Higher", "Más alta"}, true}, {"unknown", Text{"I did not measure", "No la medí"}, false},
		}},
		{ID: "breath", Kind: Choice, Text: Text{"Can you talk without stopping for breath?", "¿Puede hablar sin parar para tomar aire?"}, Need: true, Options: []Option{
			{"yes", Text{"Yes", "Sí"}, false}, {"no", Text{"No", "No"}, true},
		}},
		newMedicine, whichMedicine, wish,
	}},
	{Key: "medicines", Version: "1", id: "5b0a8c1e-31f0-4d0c-9c53-6f1e0d2a7c04", Title: Text{"Your medicines", "Sus medicamentos"}, Items: []Item{
		{ID: "as-listed", Kind: Choice, Text: Text{"Do you take your medicines as they are on your list?", "¿Toma sus medicamentos como están en su lista?"}, Need: true, Options: []Option{
			{"yes", Text{"Yes, all of them", "Sí, todos"}, false}, {"some", Text{"Not all of them", "No todos"}, true}, {"no", Text{"No", "No"}, true},
		}},
		{ID: "why", Kind: Words, Text: Text{"Which ones not, and why?", "¿Cuáles no y por qué?"}, When: &Condition{"as-listed", "some"}},
		{ID: "effects", Kind: Choice, Text: Text{"Is there something that you think comes from a medicine?", "¿Hay algo que cree que viene de un medicamento?"}, Options: yes("No", "No")},
		{ID: "effects-what", Kind: Words, Text: Text{"What is it?", "¿Qué es?"}, When: &Condition{"effects", "yes"}},
		{ID: "other", Kind: Words, Text: Text{"What else do you take: without a prescription, herbs, vitamins?", "¿Qué más toma: sin receta, hierbas, vitaminas?"}},
		{ID: "refill", Kind: Choice, Text: Text{"Will one of them run out soon?", "¿Se le acaba pronto alguno?"}, Options: plainYesNo},
		wish,
	}},
}

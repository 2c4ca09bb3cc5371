package picklist

import (
	"sync"

	"housecall/records/terminology"
)

// problems are the common ones with the words that people say for them. What the
// code is called is looked up where it is kept.
var problems = sync.OnceValue(func() []listed {
	out := make([]listed, 0, len(common))
	for _, c := range common {
		name := c.plain
		if found, ok, err := terminology.Lookup(ICD10CM, c.code); err == nil && ok {
			name = found.Display
		}
		out = append(out, listed{Pick{System: ICD10CM, Code: c.code, Text: name, Plain: c.plain, Local: c.local}, c.words})
	}
	return out
})

// common: code, how patients call it in English and in Spanish, and what else
// clinicians type for it.
var common = []struct{ code, plain, local, words string }{
	{"I10", "High blood pressure", "Presión arterial alta", "htn bp"},
	{"I95.1", "Blood pressure falls on standing up", "La presión baja al ponerse de pie", "orthostatic dizzy"},
	{"R03.0", "A high blood pressure reading", "Una medición de presión alta", "bp"},
	{"E11.9", "Type 2 diabetes", "Diabetes tipo 2", "dm2 t2dm sugar"},
	{"E11.65", "Type 2 diabetes with high blood sugar", "Diabetes tipo 2 con azúcar alta", "dm2 t2dm"},
	{"R73.03", "Early signs of diabetes", "Prediabetes", "sugar"},
	{"E78.5", "High blood fats", "Grasas altas en la sangre", "lipids cholesterol hld"},
	{"E78.00", "High cholesterol", "Colesterol alto", "lipids"},
	{"E66.9", "Overweight", "Sobrepeso", "bmi weight"},
	{"E03.9", "Underactive thyroid", "Tiroides poco activa", "tsh"},
	{"E55.9", "Low vitamin D", "Vitamina D baja", ""},
	{"E86.0", "Too little fluid in the body", "Falta de líquido en el cuerpo", ""},
	{"E87.5", "High potassium", "Potasio alto", "k"},
	{"D50.9", "Low iron", "Falta de hierro", "ida anemia"},
	{"N18.30", "Weak kidneys, stage 3", "Riñones débiles, etapa 3", "ckd"},
	{"N18.31", "Weak kidneys, stage 3a", "Riñones débiles, etapa 3a", "ckd"},
	{"N18.9", "Weak kidneys", "Riñones débiles", "ckd"},
	{"I48.91", "Irregular heartbeat", "Latido irregular", "afib"},
	{"I25.10", "Narrowed heart arteries", "Arterias del corazón estrechas", "cad chd"},
	{"I50.9", "Weak heart", "Corazón débil", "chf hf"},
	{"I63.9", "Stroke", "Derrame cerebral", "cva"},
	{"R07.9", "Chest pain", "Dolor en el pecho", "cp"},
	{"R06.02", "Short of breath", "Falta de aire", "sob dyspnea"},
	{"R60.0", "Swelling", "Hinchazón", "oedema"},
	{"J06.9", "A cold", "Resfriado", "uri cold"},
	{"J02.9", "Sore throat", "Dolor de garganta", ""},
	{"J01.90", "Sinus infection", "Infección de los senos nasales", ""},
	{"J20.9", "Bronchitis", "Bronquitis", "cough"},
	{"J45.909", "Asthma", "Asma", ""},
	{"J44.9", "Lung disease that narrows the airways", "Enfermedad pulmonar que estrecha las vías", "copd"},
	{"J18.9", "Lung infection", "Infección del pulmón", "pna"},
	{"J11.1", "The flu", "Gripe", ""},
	{"J30.9", "Hay fever", "Alergia nasal", "allergies"},
	{"U07.1", "COVID-19", "COVID-19", "corona"},
	{"R05", "Cough", "Tos", ""},
	{"N39.0", "Urine infection", "Infección de orina", "uti"},
	{"N30.00", "Bladder infection", "Infección de la vejiga", "uti"},
	{"N20.0", "Kidney stone", "Piedra en el riñón", ""},
	{"N40.0", "Enlarged prostate", "Próstata agrandada", "bph"},
	{"N95.1", "Change of life", "Menopausia", "hot flashes"},
	{"B37.3", "Yeast infection", "Infección por hongos", ""},
	{"M54.5", "Low back pain", "Dolor en la espalda baja", "lbp"},
	{"M54.2", "Neck pain", "Dolor de cuello", ""},
	{"M25.561", "Right knee pain", "Dolor en la rodilla derecha", ""},
	{"M25.562", "Left knee pain", "Dolor en la rodilla izquierda", ""},
	{"M17.0", "Worn knees", "Desgaste de las rodillas", "oa arthritis"},
	{"M19.90", "Worn joints", "Desgaste de las articulaciones", "oa arthritis"},
	{"M10.9", "Gout", "Gota", ""},
	{"M79.7", "Fibromyalgia", "Fibromialgia", ""},
	{"M81.0", "Thin bones", "Huesos débiles", ""},
	{"G56.00", "Carpal tunnel", "Túnel carpiano", "cts"},
	{"G43.909", "Migraine", "Migraña", ""},
	{"R51.9", "Headache", "Dolor de cabeza", ""},
	{"R42", "Dizziness", "Mareo", "vertigo"},
	{"H81.10", "Dizziness when you turn your head", "Mareo al girar la cabeza", "bppv"},
	{"G47.00", "Trouble sleeping", "Dificultad para dormir", "sleep"},
	{"G20", "Parkinson's disease", "Enfermedad de Parkinson", ""},
	{"F32.9", "Depression", "Depresión", "mdd"},
	{"F41.1", "Constant worry", "Preocupación constante", "gad anxiety"},
	{"F41.9", "Anxiety", "Ansiedad", ""},
	{"F17.210", "Smoking", "Tabaquismo", "tobacco"},
	{"K21.9", "Heartburn", "Acidez", "gerd reflux"},
	{"K59.00", "Constipation", "Estreñimiento", ""},
	{"K52.9", "Stomach bug", "Infección del estómago", "diarrhea gastroenteritis"},
	{"K80.20", "Gallstones", "Piedras en la vesícula", ""},
	{"R10.9", "Belly pain", "Dolor de barriga", "abdominal"},
	{"L30.9", "Eczema", "Eccema", "rash"},
	{"L70.0", "Acne", "Acné", ""},
	{"L03.90", "Skin infection", "Infección de la piel", ""},
	{"B35.1", "Nail fungus", "Hongos en las uñas", "onychomycosis"},
	{"R21", "Rash", "Sarpullido", ""},
	{"H10.9", "Pink eye", "Conjuntivitis", ""},
	{"H66.90", "Ear infection", "Infección del oído", "aom"},
	{"R53.83", "Tiredness", "Cansancio", "fatigue"},
	{"T78.40XA", "Allergic reaction", "Reacción alérgica", ""},
	{"W19.XXXA", "A fall", "Una caída", ""},
	{"Z23", "Vaccination", "Vacunación", "shot immunization"},
	{"Z79.899", "Medicines over a long time", "Medicinas por largo tiempo", ""},
	{"Z00.00", "Check-up", "Chequeo", "physical annual"},
}

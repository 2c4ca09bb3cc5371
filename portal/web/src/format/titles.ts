// Short names for what people meet most. What is not here keeps the name it was recorded with.
// Tests, by LOINC code.
const tests: Record<string, string> = {
  '2823-3': 'potassium', '6298-4': 'potassium', '2951-2': 'sodium', '2947-0': 'sodium', '2075-0': 'chloride', '2069-3': 'chloride',
  '17861-6': 'calcium', '49765-1': 'calcium', '2028-9': 'carbonDioxide', '20565-8': 'carbonDioxide', '2339-0': 'glucose', '2345-7': 'glucose',
  '1558-6': 'glucoseFasting', '4548-4': 'a1c', '17856-6': 'a1c', '38483-4': 'creatinine', '2160-0': 'creatinine', '33914-3': 'egfr', '48642-3': 'egfr', '98979-8': 'egfr',
  '69405-9': 'egfr', '62238-1': 'egfr', '50210-4': 'egfr', '3094-0': 'urea', '6299-2': 'urea', '2093-3': 'cholesterol', '13457-7': 'ldl', '18262-6': 'ldl', '2089-1': 'ldl',
  '2085-9': 'hdl', '2571-8': 'triglycerides', '3043-7': 'triglycerides', '718-7': 'hemoglobin', '20570-8': 'hematocrit', '4544-3': 'hematocrit',
  '6690-2': 'whiteCells', '26464-8': 'whiteCells', '789-8': 'redCells', '777-3': 'platelets', '26515-7': 'platelets', '787-2': 'cellSize', '785-6': 'cellHemoglobin',
  '1742-6': 'alt', '1920-8': 'ast', '6768-6': 'alp', '1975-2': 'bilirubin', '1751-7': 'albumin', '2885-2': 'protein', '10834-0': 'globulin',
  '3016-3': 'tsh', '11580-8': 'tsh', '3024-7': 't4', '14959-1': 'urineAlbumin', '9318-7': 'urineAlbumin', '6301-6': 'inr', '34714-6': 'inr', '5902-2': 'clottingTime',
  '2857-1': 'psa', '1989-3': 'vitaminD', '62292-8': 'vitaminD', '2132-9': 'b12', '2276-4': 'ferritin', '30522-7': 'crp', '1988-5': 'crp', '3084-1': 'uricAcid',
  '24467-3': 'cd4', '20447-9': 'hivLoad', '25836-8': 'hivLoad',
  '85354-9': 'bloodPressure', '55284-4': 'bloodPressure', '8480-6': 'systolic', '8462-4': 'diastolic', '8867-4': 'heartRate', '9279-1': 'breathing',
  '8310-5': 'temperature', '8331-1': 'temperature', '2708-6': 'oxygen', '59408-5': 'oxygen', '29463-7': 'weight', '8302-2': 'height', '39156-5': 'bmi', '59576-9': 'bmiChild',
  '72514-3': 'pain', '9843-4': 'headSize', '24323-8': 'panelMetabolic', '51990-0': 'panelMetabolicBasic', '24321-2': 'panelMetabolicBasic', '57698-3': 'panelLipids', '24331-1': 'panelLipids',
  '58410-2': 'panelBlood', '69742-5': 'panelBlood', '24357-6': 'panelUrine', '72166-2': 'smoking',
}

// Vaccines, by CVX code.
const vaccines: Record<string, string> = {
  '15': 'flu', '16': 'flu', '88': 'flu', '135': 'flu', '140': 'flu', '141': 'flu', '149': 'flu', '150': 'flu', '158': 'flu', '161': 'flu', '168': 'flu', '171': 'flu', '185': 'flu', '186': 'flu', '197': 'flu', '205': 'flu',
  '207': 'covid', '208': 'covid', '210': 'covid', '211': 'covid', '212': 'covid', '213': 'covid', '217': 'covid', '218': 'covid', '221': 'covid', '228': 'covid', '229': 'covid', '300': 'covid', '308': 'covid', '309': 'covid', '312': 'covid',
  '33': 'pneumonia', '133': 'pneumonia', '152': 'pneumonia', '215': 'pneumonia', '216': 'pneumonia', '09': 'tetanus', '113': 'tetanus', '115': 'tetanus', '138': 'tetanus', '139': 'tetanus', '196': 'tetanus',
  '121': 'shingles', '187': 'shingles', '08': 'hepatitisB', '43': 'hepatitisB', '44': 'hepatitisB', '45': 'hepatitisB', '189': 'hepatitisB', '52': 'hepatitisA', '83': 'hepatitisA', '85': 'hepatitisA',
  '03': 'mmr', '21': 'chickenpox', '10': 'polio', '89': 'polio', '62': 'hpv', '137': 'hpv', '165': 'hpv', '114': 'meningitis', '136': 'meningitis', '147': 'meningitis', '203': 'meningitis',
  '20': 'dtap', '106': 'dtap', '107': 'dtap', '17': 'hib', '46': 'hib', '48': 'hib', '49': 'hib', '116': 'rotavirus', '119': 'rotavirus', '122': 'rotavirus',
}
// Conditions, by SNOMED CT code: for patients only, with the recorded name beside it.
const conditions: Record<string, string> = {
  '59621000': 'pressure', '38341003': 'pressure', '44054006': 'diabetes2', '46635009': 'diabetes1', '15777000': 'prediabetes', '714628002': 'prediabetes', '55822004': 'fats', '13644009': 'fats', '302870006': 'triglycerides',
  '195662009': 'throat', '43878008': 'strep', '10509002': 'bronchitis', '444814009': 'sinus', '75498004': 'sinus', '36971009': 'sinus', '40055000': 'sinusLong', '65363002': 'ear', '195967001': 'asthma', '233678006': 'asthma', '185086009': 'copd', '13645005': 'copd', '87433001': 'copd',
  '162864005': 'obesity', '408512008': 'obesity', '271737000': 'anemia', '53741008': 'heart', '414545008': 'heart', '22298006': 'attack', '401303003': 'attack', '230690007': 'stroke', '49436004': 'rhythm', '88805009': 'failure', '84114007': 'failure',
  '431855005': 'kidney', '431856006': 'kidney', '433144002': 'kidney', '700378005': 'kidney', '700379002': 'kidney', '431857002': 'kidney', '239873007': 'knee', '239872002': 'hip', '396275006': 'joints', '64859006': 'bones', '69896004': 'rheuma', '370143000': 'depression', '35489007': 'depression', '197480006': 'anxiety', '80583007': 'anxiety',
  '26929004': 'alzheimer', '86406008': 'hiv', '34095006': 'water', '301011002': 'bladder', '68496003': 'polyp', '37320007': 'teeth', '66383009': 'gums', '40930008': 'thyroidSlow', '37796009': 'migraine', '235595009': 'reflux', '72892002': 'pregnancy',
}

type Code = { system?: string; code: string } | undefined
const has = (code: NonNullable<Code>, system: string) => !code.system || code.system.includes(system)

/** The key of our own name for a test or a vaccine, if we have one. */
export function nameKey(code: Code): string | undefined {
  if (!code) return undefined
  if (has(code, 'loinc') && tests[code.code]) return tests[code.code]
  return has(code, 'cvx') ? vaccines[code.code] : undefined
}
/** The key of our plain name for a condition, if we have one. */
export const conditionKey = (code: Code): string | undefined => (code && has(code, 'snomed') ? conditions[code.code] : undefined)

// SNOMED adds what kind of concept it is; a reader needs none of it.
const tail = /\s*\((disorder|finding|situation|procedure|regime\/therapy|substance|product|qualifier value|observable entity|morphologic abnormality|event|person|environment|record artifact|medicinal product|organism)\)\s*$/i
const specimen = /\s*\[[^\]]*\](?:\s*(?:in|by|of)\s.*)?$/

/** A recorded name without its coding tail: "Essential hypertension (disorder)" reads "Essential hypertension". */
export function plainTitle(title: string): string {
  const cut = title.replace(tail, '').replace(specimen, '').trim()
  return cut || title
}

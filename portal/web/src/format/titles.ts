// Short names for the tests people meet most, by LOINC code. What is not here keeps the name it was recorded with.
const byCode: Record<string, string> = {
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

/** The key of our own name for a code, if we have one. */
export const nameKey = (code: { system?: string; code: string } | undefined): string | undefined =>
  code && (!code.system || code.system.includes('loinc')) ? byCode[code.code] : undefined

// SNOMED adds what kind of concept it is; a reader needs none of it.
const tail = /\s*\((disorder|finding|situation|procedure|regime\/therapy|substance|product|qualifier value|observable entity|morphologic abnormality|event|person|environment|record artifact|medicinal product|organism)\)\s*$/i
const specimen = /\s*\[[^\]]*\](?:\s*(?:in|by|of)\s.*)?$/

/** A recorded name without its coding tail: "Essential hypertension (disorder)" reads "Essential hypertension". */
export function plainTitle(title: string): string {
  const cut = title.replace(tail, '').replace(specimen, '').trim()
  return cut || title
}

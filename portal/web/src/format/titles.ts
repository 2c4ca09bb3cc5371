const byCode = (names: Record<string, string>): Partial<Record<string, string>> =>
  Object.fromEntries(Object.entries(names).flatMap(([name, codes]) => codes.split(' ').map((code) => [code, name])))

// Short names for what people meet most. What is not here keeps the name it was recorded with.
// Tests, by LOINC code.
const tests = byCode({
  potassium: '2823-3 6298-4', sodium: '2951-2 2947-0', chloride: '2075-0 2069-3', calcium: '17861-6 49765-1', carbonDioxide: '2028-9 20565-8', glucose: '2339-0 2345-7',
  glucoseFasting: '1558-6', a1c: '4548-4 17856-6', creatinine: '38483-4 2160-0', egfr: '33914-3 48642-3 98979-8 69405-9 62238-1 50210-4', urea: '3094-0 6299-2',
  cholesterol: '2093-3', ldl: '13457-7 18262-6 2089-1', hdl: '2085-9', triglycerides: '2571-8 3043-7', hemoglobin: '718-7', hematocrit: '20570-8 4544-3',
  whiteCells: '6690-2 26464-8', redCells: '789-8', platelets: '777-3 26515-7', cellSize: '787-2', cellHemoglobin: '785-6', alt: '1742-6', ast: '1920-8', alp: '6768-6',
  bilirubin: '1975-2', albumin: '1751-7', protein: '2885-2', globulin: '10834-0', tsh: '3016-3 11580-8', t4: '3024-7', urineAlbumin: '14959-1 9318-7',
  inr: '6301-6 34714-6', clottingTime: '5902-2', psa: '2857-1', vitaminD: '1989-3 62292-8', b12: '2132-9', ferritin: '2276-4', crp: '30522-7 1988-5',
  uricAcid: '3084-1', cd4: '24467-3', hivLoad: '20447-9 25836-8', bloodPressure: '85354-9 55284-4', systolic: '8480-6', diastolic: '8462-4', heartRate: '8867-4',
  breathing: '9279-1', temperature: '8310-5 8331-1', oxygen: '2708-6 59408-5', weight: '29463-7', height: '8302-2', bmi: '39156-5', bmiChild: '59576-9',
  pain: '72514-3', headSize: '9843-4', panelMetabolic: '24323-8', panelMetabolicBasic: '51990-0 24321-2', panelLipids: '57698-3 24331-1', panelBlood: '58410-2 69742-5',
  panelUrine: '24357-6', smoking: '72166-2',
})

// Vaccines, by CVX code.
const vaccines = byCode({
  flu: '15 16 88 135 140 141 149 150 158 161 168 171 185 186 197 205',
  covid: '207 208 210 211 212 213 217 218 221 228 229 300 308 309 312 219 225 226 227 230 301 302 310 311 313', pneumonia: '33 133 152 215 216',
  tetanus: '09 113 115 138 139 196', shingles: '121 187', hepatitisB: '08 43 44 45 189', hepatitisA: '52 83 85', mmr: '03', chickenpox: '21', polio: '10 89',
  hpv: '62 137 165', meningitis: '114 136 147 203', dtap: '20 106 107', hib: '17 46 48 49', rotavirus: '116 119 122', rsv: '303 304 305 326', fiveInOne: '110',
  dtapPolio: '130', mmrChickenpox: '94', meningitisB: '162 163 164',
})
// Conditions, by SNOMED CT code: for patients only, with the recorded name beside it.
const conditions = byCode({
  pressure: '59621000 38341003', diabetes2: '44054006', diabetes1: '46635009', prediabetes: '15777000 714628002', fats: '55822004 13644009', triglycerides: '302870006',
  throat: '195662009', strep: '43878008', bronchitis: '10509002', sinus: '444814009 75498004 36971009', sinusLong: '40055000', ear: '65363002',
  asthma: '195967001 233678006', copd: '185086009 13645005 87433001', obesity: '162864005 408512008', anemia: '271737000', heart: '53741008 414545008',
  attack: '22298006 401303003', stroke: '230690007', rhythm: '49436004', failure: '88805009 84114007',
  kidney: '431855005 431856006 433144002 700378005 700379002 431857002', knee: '239873007', hip: '239872002', joints: '396275006', bones: '64859006',
  rheuma: '69896004', depression: '370143000 35489007', anxiety: '197480006 80583007', alzheimer: '26929004', hiv: '86406008', water: '34095006', bladder: '301011002',
  polyp: '68496003', teeth: '37320007', gums: '66383009', thyroidSlow: '40930008', migraine: '37796009', reflux: '235595009', pregnancy: '72892002',
})

// Entries of the allergy list that say there is none, by SNOMED CT code.
const noAllergy = new Set('716186003 409137002 429625007 428607008'.split(' '))

type Code = { system?: string; code: string } | undefined
const has = (code: NonNullable<Code>, system: string) => !code.system || code.system.includes(system)

/** The key of our own name for a test or a vaccine, if we have one. */
export function nameKey(code: Code): string | undefined {
  if (!code) return undefined
  if (code.system === 'urn:housecall:video-visit') return 'videoVisit'
  if (has(code, 'loinc') && tests[code.code]) return tests[code.code]
  return has(code, 'cvx') ? vaccines[code.code] : undefined
}
/** "No known allergies" is good news and no warning. */
export const saysNone = (code: Code): boolean => code !== undefined && has(code, 'snomed') && noAllergy.has(code.code)
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

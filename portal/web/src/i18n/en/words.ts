export const words = {
  category: {
    demographics: 'Personal details', conditions: 'Conditions', allergies: 'Allergies', medicines: 'Medicines', immunizations: 'Vaccines',
    results: 'Results', vitals: 'Measurements', visits: 'Visits', documents: 'Letters and documents', careplan: 'Care plan',
    messages: 'Messages', appointments: 'Appointments', questionnaires: 'Forms', coverage: 'Insurance', other: 'Other entries',
  },
  level: {
    usual: 'Usual', littleLow: 'A little lower than usual', low: 'Lower than usual', veryLow: 'Much lower than usual',
    littleHigh: 'A little higher than usual', high: 'Higher than usual', veryHigh: 'Much higher than usual',
    abnormal: 'Not as usual', unknown: 'No usual range given',
  },
  levelShort: {
    usual: 'Usual', littleLow: 'A little low', low: 'Low', veryLow: 'Very low', littleHigh: 'A little high', high: 'High', veryHigh: 'Very high',
    abnormal: 'Not as usual', unknown: 'No range',
  },
  titleLevel: {
    usual: '{{name}}: usual', littleLow: '{{name}}: a little low', low: '{{name}}: low', veryLow: '{{name}}: very low',
    littleHigh: '{{name}}: a little high', high: '{{name}}: high', veryHigh: '{{name}}: very high', abnormal: '{{name}}: not as usual',
    unknown: '{{name}}',
  },
  range: {
    both: 'Usual: {{low}} to {{high}}', low: 'Usual: {{low}} or more', high: 'Usual: up to {{high}}', text: 'Usual: {{text}}',
    none: 'The lab gives no usual range.', lowEnd: 'Low', highEnd: 'High', offScale: 'Far beyond the usual range',
    sentence: '{{value}}. {{level}}. {{range}}.', sentenceNoRange: '{{value}}. The lab gives no usual range.', name: 'Usual range',
  },
  panel: {
    allUsual_one: 'The value is usual.', allUsual_other: 'All {{count}} values are usual.',
    out_one: '1 value is not as usual.', out_other: '{{count}} values are not as usual.',
    rest_one: 'The other value is usual.', rest_other: 'The other {{count}} are usual.',
    values_one: '{{count}} value', values_other: '{{count}} values',
  },
  relation: {
    self: 'You', mother: 'Your mother', father: 'Your father', parent: 'Your parent', child: 'Your child', son: 'Your son', daughter: 'Your daughter',
    brother: 'Your brother', sister: 'Your sister', wife: 'Your wife', husband: 'Your husband', friend: 'Your friend', spouse: 'Your spouse', partner: 'Your partner', sibling: 'Your sibling', grandparent: 'Your grandparent', guardian: 'Your guardian', other: 'Someone you help',
  },
  role: {
    self: 'You', proxy: 'Acts for you', clinician: 'Doctor or clinician', nurse: 'Nurse', frontdesk: 'Front desk', privacy: 'Privacy officer',
    admin: 'Administrator', system: 'A system of the clinic', app: 'An app', link: 'With the link to a visit', guest: 'Guest of a visit',
  },
  name: {
    videoVisit: 'Agreement to a visit by video', potassium: 'Potassium', sodium: 'Sodium', chloride: 'Chloride', calcium: 'Calcium', carbonDioxide: 'Carbon dioxide', glucose: 'Blood sugar',
    glucoseFasting: 'Blood sugar, fasting', a1c: 'Hemoglobin A1c', creatinine: 'Creatinine', egfr: 'Kidney filter rate (eGFR)', urea: 'Urea nitrogen',
    cholesterol: 'Cholesterol, total', ldl: 'LDL cholesterol', hdl: 'HDL cholesterol', triglycerides: 'Triglycerides', hemoglobin: 'Hemoglobin',
    hematocrit: 'Hematocrit', whiteCells: 'White blood cells', redCells: 'Red blood cells', platelets: 'Platelets', cellSize: 'Red cell size (MCV)',
    cellHemoglobin: 'Red cell hemoglobin (MCH)', alt: 'ALT, a liver test', ast: 'AST, a liver test', alp: 'ALP, a liver test', bilirubin: 'Bilirubin',
    albumin: 'Albumin', protein: 'Protein, total', globulin: 'Globulin', tsh: 'Thyroid test (TSH)', t4: 'Thyroid hormone (T4)', urineAlbumin: 'Albumin in urine',
    inr: 'Blood clotting (INR)', clottingTime: 'Clotting time', psa: 'PSA', vitaminD: 'Vitamin D', b12: 'Vitamin B12', ferritin: 'Ferritin, iron stores', crp: 'CRP',
    uricAcid: 'Uric acid', cd4: 'CD4 cells', hivLoad: 'HIV viral load', bloodPressure: 'Blood pressure', systolic: 'Upper blood pressure', diastolic: 'Lower blood pressure',
    heartRate: 'Heart rate', breathing: 'Breathing rate', temperature: 'Temperature', oxygen: 'Oxygen in the blood', weight: 'Weight', height: 'Height',
    bmi: 'Body mass index (BMI)', bmiChild: 'BMI for age', pain: 'Pain, 0 to 10', headSize: 'Head size', panelMetabolic: 'Blood test, full metabolic panel',
    panelMetabolicBasic: 'Blood test, basic metabolic panel', panelLipids: 'Cholesterol test', panelBlood: 'Blood count', panelUrine: 'Urine test', smoking: 'Smoking',
    flu: 'Flu vaccine', covid: 'COVID-19 vaccine', pneumonia: 'Pneumonia vaccine', tetanus: 'Tetanus vaccine', shingles: 'Shingles vaccine', hepatitisB: 'Hepatitis B vaccine', hepatitisA: 'Hepatitis A vaccine',
    mmr: 'Measles, mumps and rubella vaccine', chickenpox: 'Chickenpox vaccine', polio: 'Polio vaccine', hpv: 'HPV vaccine', meningitis: 'Meningitis vaccine', dtap: 'Diphtheria, tetanus and whooping cough vaccine', hib: 'Hib vaccine', rotavirus: 'Rotavirus vaccine',
    rsv: 'RSV vaccine', fiveInOne: 'DTaP, hepatitis B and polio vaccine', dtapPolio: 'DTaP and polio vaccine', mmrChickenpox: 'MMR and chickenpox vaccine', meningitisB: 'Meningitis B vaccine',
  },
  condition: {
    pressure: 'High blood pressure', diabetes2: 'Diabetes, type 2', diabetes1: 'Diabetes, type 1', prediabetes: 'Early sign of diabetes', fats: 'High cholesterol', triglycerides: 'High blood fats', throat: 'Sore throat', strep: 'Strep throat',
    bronchitis: 'Bronchitis', sinus: 'Sinus infection', sinusLong: 'Sinus trouble, long lasting', ear: 'Ear infection', asthma: 'Asthma', copd: 'Lung disease (COPD)', obesity: 'Very high weight', anemia: 'Anemia, too few red blood cells', heart: 'Narrowed heart vessels',
    attack: 'Heart attack', stroke: 'Stroke', rhythm: 'Irregular heartbeat', failure: 'Weak heart (heart failure)', kidney: 'Weak kidneys', knee: 'Worn knee joint', hip: 'Worn hip joint', joints: 'Worn joints', bones: 'Thin bones (osteoporosis)', rheuma: 'Rheumatoid arthritis',
    depression: 'Depression', anxiety: 'Anxiety', alzheimer: 'Alzheimer’s disease', hiv: 'HIV', water: 'Too little water in the body', bladder: 'Bladder infection', polyp: 'Polyp in the bowel', teeth: 'Missing teeth', gums: 'Inflamed gums', thyroidSlow: 'Slow thyroid', migraine: 'Migraine', reflux: 'Heartburn (reflux)', pregnancy: 'Pregnancy',
  },
} as const

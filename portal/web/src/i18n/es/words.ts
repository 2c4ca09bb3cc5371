import type { Same } from '../shape'
import type { words as english } from '../en/words'

export const words: Same<typeof english> = {
  category: {
    demographics: 'Datos personales', conditions: 'Enfermedades', allergies: 'Alergias', medicines: 'Medicinas', immunizations: 'Vacunas',
    results: 'Resultados', vitals: 'Mediciones', visits: 'Visitas', documents: 'Cartas y documentos', careplan: 'Plan de cuidado',
    messages: 'Mensajes', appointments: 'Citas', questionnaires: 'Formularios', coverage: 'Seguro', other: 'Otros datos',
  },
  level: {
    usual: 'Normal', littleLow: 'Un poco más bajo de lo normal', low: 'Más bajo de lo normal', veryLow: 'Mucho más bajo de lo normal',
    littleHigh: 'Un poco más alto de lo normal', high: 'Más alto de lo normal', veryHigh: 'Mucho más alto de lo normal',
    abnormal: 'Fuera de lo normal', unknown: 'Sin rango normal',
  },
  levelShort: {
    usual: 'Normal', littleLow: 'Un poco bajo', low: 'Bajo', veryLow: 'Muy bajo', littleHigh: 'Un poco alto', high: 'Alto', veryHigh: 'Muy alto',
    abnormal: 'Fuera de lo normal', unknown: 'Sin rango',
  },
  titleLevel: {
    usual: '{{name}}: normal', littleLow: '{{name}}: valor un poco bajo', low: '{{name}}: valor bajo', veryLow: '{{name}}: valor muy bajo',
    littleHigh: '{{name}}: valor un poco alto', high: '{{name}}: valor alto', veryHigh: '{{name}}: valor muy alto', abnormal: '{{name}}: fuera de lo normal',
    unknown: '{{name}}',
  },
  range: {
    both: 'Normal: de {{low}} a {{high}}', low: 'Normal: {{low}} o más', high: 'Normal: hasta {{high}}', text: 'Normal: {{text}}',
    none: 'El laboratorio no da un rango normal.', lowEnd: 'Bajo', highEnd: 'Alto', offScale: 'Muy lejos del rango normal',
    sentence: '{{value}}. {{level}}. {{range}}.', sentenceNoRange: '{{value}}. El laboratorio no da un rango normal.', name: 'Rango normal',
  },
  panel: {
    allUsual_one: 'El valor es normal.', allUsual_other: 'Los {{count}} valores son normales.',
    out_one: '1 valor está fuera de lo normal.', out_other: '{{count}} valores están fuera de lo normal.',
    rest_one: 'El otro valor es normal.', rest_other: 'Los otros {{count}} son normales.',
    values_one: '{{count}} valor', values_other: '{{count}} valores',
  },
  relation: {
    self: 'Usted', mother: 'Su madre', father: 'Su padre', parent: 'Su madre o padre', child: 'Su hijo o hija', son: 'Su hijo', daughter: 'Su hija',
    brother: 'Su hermano', sister: 'Su hermana', wife: 'Su esposa', husband: 'Su esposo', friend: 'Una persona amiga', spouse: 'Su cónyuge', partner: 'Su pareja', sibling: 'Su hermano o hermana', grandparent: 'Su abuelo o abuela', guardian: 'Su tutor o tutora', other: 'Alguien a quien ayuda',
  },
  role: {
    self: 'Usted', proxy: 'Actúa por usted', clinician: 'Personal médico', nurse: 'Enfermería', frontdesk: 'Recepción', privacy: 'Privacidad',
    admin: 'Administración', system: 'Un sistema de la clínica', app: 'Una aplicación', link: 'Con el enlace a una visita', guest: 'Invitado a una visita',
  },
  name: {
    videoVisit: 'Aceptación de una visita por video', potassium: 'Potasio', sodium: 'Sodio', chloride: 'Cloruro', calcium: 'Calcio', carbonDioxide: 'Dióxido de carbono', glucose: 'Azúcar en la sangre',
    glucoseFasting: 'Azúcar en ayunas', a1c: 'Hemoglobina A1c', creatinine: 'Creatinina', egfr: 'Filtración del riñón (eGFR)', urea: 'Nitrógeno ureico',
    cholesterol: 'Colesterol total', ldl: 'Colesterol LDL', hdl: 'Colesterol HDL', triglycerides: 'Triglicéridos', hemoglobin: 'Hemoglobina',
    hematocrit: 'Hematocrito', whiteCells: 'Glóbulos blancos', redCells: 'Glóbulos rojos', platelets: 'Plaquetas', cellSize: 'Tamaño de los glóbulos rojos (VCM)',
    cellHemoglobin: 'Hemoglobina por glóbulo (HCM)', alt: 'ALT, prueba del hígado', ast: 'AST, prueba del hígado', alp: 'Fosfatasa alcalina, prueba del hígado', bilirubin: 'Bilirrubina',
    albumin: 'Albúmina', protein: 'Proteínas totales', globulin: 'Globulina', tsh: 'Prueba de tiroides (TSH)', t4: 'Hormona tiroidea (T4)', urineAlbumin: 'Albúmina en la orina',
    inr: 'Coagulación de la sangre (INR)', clottingTime: 'Tiempo de coagulación', psa: 'PSA', vitaminD: 'Vitamina D', b12: 'Vitamina B12', ferritin: 'Ferritina, reservas de hierro', crp: 'PCR',
    uricAcid: 'Ácido úrico', cd4: 'Células CD4', hivLoad: 'Carga viral de VIH', bloodPressure: 'Presión arterial', systolic: 'Presión alta (sistólica)', diastolic: 'Presión baja (diastólica)',
    heartRate: 'Pulso', breathing: 'Respiraciones', temperature: 'Temperatura', oxygen: 'Oxígeno en la sangre', weight: 'Peso', height: 'Estatura',
    bmi: 'Índice de masa corporal (IMC)', bmiChild: 'IMC para la edad', pain: 'Dolor, de 0 a 10', headSize: 'Tamaño de la cabeza', panelMetabolic: 'Análisis de sangre, panel metabólico completo',
    panelMetabolicBasic: 'Análisis de sangre, panel metabólico básico', panelLipids: 'Análisis de colesterol', panelBlood: 'Conteo de sangre', panelUrine: 'Análisis de orina', smoking: 'Tabaco',
    flu: 'Vacuna contra la gripe', covid: 'Vacuna contra el COVID-19', pneumonia: 'Vacuna contra la neumonía', tetanus: 'Vacuna contra el tétanos', shingles: 'Vacuna contra el herpes zóster', hepatitisB: 'Vacuna contra la hepatitis B', hepatitisA: 'Vacuna contra la hepatitis A',
    mmr: 'Vacuna contra sarampión, paperas y rubéola', chickenpox: 'Vacuna contra la varicela', polio: 'Vacuna contra la polio', hpv: 'Vacuna contra el VPH', meningitis: 'Vacuna contra la meningitis', dtap: 'Vacuna contra difteria, tétanos y tos ferina', hib: 'Vacuna contra Hib', rotavirus: 'Vacuna contra el rotavirus',
    rsv: 'Vacuna contra el VRS', fiveInOne: 'Vacuna DTaP, hepatitis B y polio', dtapPolio: 'Vacuna DTaP y polio', mmrChickenpox: 'Vacuna triple viral y varicela', meningitisB: 'Vacuna contra la meningitis B',
  },
  condition: {
    pressure: 'Presión alta', diabetes2: 'Diabetes tipo 2', diabetes1: 'Diabetes tipo 1', prediabetes: 'Señal temprana de diabetes', fats: 'Colesterol alto', triglycerides: 'Grasas altas en la sangre', throat: 'Dolor de garganta', strep: 'Infección de garganta por estreptococo',
    bronchitis: 'Bronquitis', sinus: 'Sinusitis', sinusLong: 'Sinusitis de larga duración', ear: 'Infección de oído', asthma: 'Asma', copd: 'Enfermedad de los pulmones (EPOC)', obesity: 'Peso muy alto', anemia: 'Anemia, pocos glóbulos rojos', heart: 'Vasos del corazón estrechos',
    attack: 'Infarto', stroke: 'Derrame cerebral', rhythm: 'Latido irregular', failure: 'Corazón débil (insuficiencia cardíaca)', kidney: 'Riñones débiles', knee: 'Desgaste de la rodilla', hip: 'Desgaste de la cadera', joints: 'Desgaste de las articulaciones', bones: 'Huesos frágiles (osteoporosis)', rheuma: 'Artritis reumatoide',
    depression: 'Depresión', anxiety: 'Ansiedad', alzheimer: 'Enfermedad de Alzheimer', hiv: 'VIH', water: 'Poca agua en el cuerpo', bladder: 'Infección de la vejiga', polyp: 'Pólipo en el intestino', teeth: 'Dientes que faltan', gums: 'Encías inflamadas', thyroidSlow: 'Tiroides lenta', migraine: 'Migraña', reflux: 'Acidez (reflujo)', pregnancy: 'Embarazo',
  },
}

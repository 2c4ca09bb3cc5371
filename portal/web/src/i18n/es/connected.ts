import type { connected as english } from '../en/connected'
import type { Same } from '../shape'

export const connected: Same<typeof english> = { connected: {
  consent: {
    page: 'Permitir una aplicación', title: '{{app}} pide su permiso', who: 'Usted ha entrado como {{name}}.', notYou: '¿No es usted? Cierre la sesión', site: 'Después volverá a {{site}}.', device: 'Esta aplicación dice que está en su dispositivo. Continúe solo si usted mismo la acaba de abrir.',
    lead: 'No es parte de Housecall. Lo que usted permita sale de Housecall, y la aplicación decide qué hace con ello. Puede terminarlo cuando quiera en «Usted», «Aplicaciones conectadas».',
    forWhom: '¿Para quién es?', own: 'Su propio expediente', for: 'Se trata del expediente de {{name}}.', forOwn: 'Se trata de su propio expediente.', born: 'Nacimiento: {{date}}', nobody: 'Pide un expediente y no hay ninguno que usted pueda conectar. Solo sabrá quién es usted.',
    see: 'Puede ver', seeAll: 'Puede ver en todos los expedientes que usted puede abrir', change: 'Puede añadir y cambiar', changeAll: 'Puede añadir y cambiar en todos los expedientes que usted puede abrir', changeHelp: 'Lo que escriba quedará en el expediente como suyo.', also: 'Además puede',
    none: 'Desmarcar todo', all: 'Marcar todo', allow: 'Permitir', refuse: 'No permitir', need: 'Marque al menos una cosa, o no lo permita.', needWho: 'Elija para quién es la aplicación.',
    hidden: 'No verá notas ni temas privados, como la salud mental.',
    expiredTitle: 'Empiece de nuevo en la aplicación', expired: 'Tardó demasiado, o ya se respondió. La aplicación no recibió nada nuevo.',
  },
  list: {
    page: 'Aplicaciones conectadas', lead: 'Aplicaciones que usted ha permitido. Cada una ve solo lo que dice aquí, y puede terminarlo cuando quiera.',
    empty: 'No hay ninguna aplicación conectada', emptyText: 'Cuando permita que una aplicación entre en su expediente, aparecerá aquí con todo lo que lea.',
    for: 'Para {{name}}', own: 'Para usted', sees: 'Puede ver', changes: 'Puede añadir y cambiar', everywhere: 'en todos los expedientes que usted puede abrir', nothing: 'Solo sabe quién es usted',
    offline: 'Conserva el acceso cuando usted no está', since: 'Desde el {{date}}', last: 'Último uso: {{when}}', did: 'Qué hizo', didNothing: 'Todavía no ha leído nada.',
    when: 'Cuándo', what: 'Qué', whose: 'De quién', times_one: '{{count}} vez', times_other: '{{count}} veces',
    end: 'Terminar el acceso', endTitle: '¿Terminar el acceso de {{app}}?', endText: '{{app}} deja de tener acceso de inmediato. Lo que ya se llevó se queda con ella: pídale que lo borre.', endGo: 'Terminar el acceso', keep: 'Conservarla', ended: '{{app}} ya no tiene acceso.',
    less: 'Quitarle algo', lessTitle: '¿Qué puede seguir viendo {{app}}?', lessText: 'Desmarque lo que le quita. Termina de inmediato, y {{app}} sigue con lo demás. Si después necesita más, tiene que pedírselo otra vez.', lessGo: 'Dejar solo lo marcado', lessKeep: 'Dejarlo como está', lessSame: 'Desmarque al menos una cosa.', lessAll: 'Deje marcada al menos una cosa, o termine el acceso de esta aplicación.', lessDone: '{{app}} conserva solo lo que dice aquí.',
    deed: { looked: 'Leyó {{what}}', searched: 'Buscó en {{what}}', wrote: 'Añadió a {{what}}', changed: 'Cambió {{what}}', removed: 'Quitó algo de {{what}}', took: 'Se llevó una copia de {{what}}', signedIn: 'Entró', refused: 'Pidió {{what}} y se le negó' },
    theRecord: 'el expediente',
  },
  scope: {
    profile: 'Ver su nombre e idioma', email: 'Ver su correo electrónico',
    offline: 'Conservar el acceso cuando usted no está', offlineHelp: 'Durante 3 meses después de cada uso, un año como máximo, hasta que usted lo termine.',
    sensitive: 'Ver notas y temas privados', sensitiveHelp: 'Salud mental, consumo de sustancias, salud reproductiva, VIH, genética, violencia.',
    other: 'Algo para lo que Housecall no tiene palabra ({{name}})',
  },
  type: {
    Patient: 'Nombre, fecha de nacimiento y datos de contacto', Condition: 'Problemas de salud', AllergyIntolerance: 'Alergias', MedicationRequest: 'Medicinas recetadas', MedicationStatement: 'Medicinas que toma', MedicationDispense: 'Medicinas entregadas',
    Immunization: 'Vacunas', Observation: 'Resultados, mediciones e historia social', DiagnosticReport: 'Informes de pruebas', Procedure: 'Operaciones y tratamientos', Encounter: 'Visitas', Appointment: 'Citas', CarePlan: 'Planes de atención', CareTeam: 'Equipo de atención',
    Goal: 'Metas de salud', ServiceRequest: 'Pruebas y tratamientos pedidos', DocumentReference: 'Documentos y notas', Communication: 'Mensajes', QuestionnaireResponse: 'Respuestas en formularios', FamilyMemberHistory: 'Historia familiar',
    RelatedPerson: 'Familiares y quienes ayudan', Device: 'Implantes y dispositivos', Coverage: 'Seguro', ExplanationOfBenefit: 'Facturas y pagos del seguro', Medication: 'Nombres de medicinas', Provenance: 'De dónde vienen los datos', Practitioner: 'Profesionales',
    PractitionerRole: 'Trabajo de los profesionales', Organization: 'Clínicas y otras organizaciones', Location: 'Lugares', Specimen: 'Muestras', ImagingStudy: 'Imágenes', Task: 'Tareas', Consent: 'Permisos', Binary: 'Archivos', other: 'Todo lo demás',
  },
  part: {
    laboratory: 'Resultados de laboratorio', 'vital-signs': 'Mediciones, como la presión arterial', 'social-history': 'Historia social, como el tabaco', sdoh: 'Condiciones de vida', survey: 'Respuestas en encuestas', 'clinical-test': 'Otras pruebas',
    'problem-list-item': 'Problemas de salud de larga duración', 'encounter-diagnosis': 'Diagnósticos de visitas', 'health-concern': 'Preocupaciones de salud',
  },
  partOther: '{{type}}: {{part}}',
} }

import type { Same } from '../shape'
import type { clinic as english } from '../en/clinic'

export const clinic: Same<typeof english> = {
  clinic: {
    accounts: 'Cuentas e invitaciones',
    nav: { accesses: 'Quién miró qué', today: 'Hoy', inbox: 'Bandeja', patients: 'Pacientes', system: 'Sistema', account: 'Su cuenta', work: 'Por decidir', apps: 'Aplicaciones', invitations: 'Invitaciones', privacy: 'Para su decisión' },
    patients: 'Sus pacientes', patientsLead: 'Personas de sus equipos de atención.', search: 'Buscar un paciente', searchHelp: 'Nombre, fecha de nacimiento, teléfono o número',
    name: 'Nombre', born: 'Nacimiento', ageSex: 'Edad, sexo', number: 'Número', phone: 'Teléfono', count_one: '{{count}} paciente', count_other: '{{count}} pacientes', countMore: 'Más de {{count}} pacientes',
    noMatch: 'Ninguno de sus pacientes coincide con “{{q}}”', noMatchText: 'Revise cómo está escrito, o pruebe la fecha de nacimiento así: 1952-03-02.', none: 'Todavía no hay pacientes', noneText: 'Verá a las personas aquí cuando esté en su equipo de atención.',
    keys: 'Todas las teclas', keysTitle: 'Teclas', keysOff: 'Las teclas no actúan mientras escribe.', keysSwitch: 'Usar teclas sueltas',
    key: { move: 'siguiente, anterior', open: 'abrir', find: 'buscar', filter: 'filtrar el historial', back: 'volver a la lista', goInbox: 'ir a la bandeja', goToday: 'ir a hoy', goPatients: 'ir a los pacientes', all: 'todas las teclas', clear: 'quitar el filtro' },
    chart: 'Historial', filter: 'Filtrar este historial', filterHelp: 'Palabras de cualquier tabla', filterEmpty: 'Nada en este historial coincide con “{{q}}”.', problems: 'Problemas', medicines: 'Medicinas', allergies: 'Alergias', results: 'Últimos resultados', vitals: 'Signos vitales', vaccines: 'Vacunas', visits: 'Visitas', documents: 'Documentos', careplan: 'Plan de cuidado y metas', team: 'Equipo de atención',
    test: 'Análisis', value: 'Valor', range: 'Normal', trend: 'Tendencia', date: 'Fecha', problem: 'Problema', since: 'Desde', medicine: 'Medicina', how: 'Cómo', status: 'Estado', substance: 'Sustancia', reaction: 'Reacción', vaccine: 'Vacuna', visit: 'Visita', who: 'Quién', title: 'Título', item: 'Dato', role: 'Función',
    noneRecorded: 'Nada registrado', all: 'Todo', showInactive_one: '{{count}} más, no activo', showInactive_other: '{{count}} más, no activos', hideInactive: 'Ocultar lo no activo', noAllergies: 'No hay alergias registradas', identity: 'nacimiento: {{date}}', no: 'n.º {{value}}', speaks: 'Habla {{list}}', died: 'Falleció el {{date}}',
    trendLabel: 'Últimos {{count}} valores, rango normal sombreado', result: 'Resultado', back: 'Volver al historial', backPatients: 'Volver a los pacientes', notLive: 'Sin conexión en vivo', limited: 'Vista parcial',
    roleTitle: 'Lo que puede hacer aquí', role_frontdesk: 'Usted busca pacientes y revisa sus datos. Su función no ve el contenido médico.', role_privacy: 'Usted cuida quién ve cada historial. Los historiales siguen cerrados para usted sin un motivo escrito.', role_admin: 'Usted cuida el sistema: sus conexiones, sus cuentas y su estado. No ve historiales.', role_nurse: 'Usted ve los historiales de sus equipos de atención.', role_clinician: 'Usted ve los historiales de sus equipos de atención.',
    none_role: 'Su cuenta todavía no tiene una función en esta clínica. Pregunte a su administrador.', health: 'Estado del sistema', healthLead: 'Revisado ahora. La página se renueva cada 30 segundos.', healthAgain: 'Revisar de nuevo', healthOk: 'Todo funciona.', healthWarn_one: '{{count}} cosa necesita una mirada.', healthWarn_other: '{{count}} cosas necesitan una mirada.', healthFail_one: '{{count}} cosa no funciona.', healthFail_other: '{{count}} cosas no funcionan.',
    level: { ok: 'Funciona', warn: 'Necesita una mirada', fail: 'No funciona' }, appsText: 'Qué aplicaciones y sistemas pueden pedir datos', healthText: 'Qué funciona y qué necesita una mirada', accountText: 'Nombre, idioma, colores', contact: 'Contacto', address: 'Dirección', email: 'Correo electrónico', language: 'Idioma', planned: 'Visitas previstas', book: 'Reservar una visita', noPlanned: 'No hay visitas previstas', changeVisit: 'Cambiar o cancelar', openPatients: 'Buscar un paciente', whoYouAre: 'Sesión de {{name}}', sexShort: { male: 'M', female: 'F', other: 'O', unknown: '?' }, years: '{{count}} a', months: '{{count}} m',
    moveEntry: 'Es de otra persona', joined_one: 'Se muestra como uno solo con otro expediente de esta persona.', joined_other: 'Se muestra como uno solo con otros {{count}} expedientes de esta persona.', joinedOpen: 'Ver cómo se unieron',
    levelShort: { littleLow: 'bajo', low: 'bajo', veryLow: 'muy bajo', littleHigh: 'alto', high: 'alto', veryHigh: 'muy alto', abnormal: 'anormal' },
  },
  hold: {
    title: 'El paciente aún no ve esto', harmBy: '{{name}} lo retiene hasta el {{date}}.', harm: 'Un médico lo retiene hasta el {{date}}.', wish: 'Pidió escuchar primero su explicación. El {{date}} lo verá en todo caso.', because: 'Por qué: {{text}}', release: 'Dejar que el paciente lo vea',
    ask: 'No mostrarlo todavía al paciente', lead: 'Solo cuando leerlo a solas le haría daño. No se le dice que algo está retenido. El personal ve quién lo hizo y por qué.', reason: 'Por qué (solo lo lee el personal)', reasonMissing: 'Diga en pocas palabras por qué esto haría daño al paciente.',
    until: 'Retenido hasta el final del día', untilHelp: 'Como máximo seis meses. Puede dejar que lo vea antes.', untilMissing: 'Elija un día desde hoy.', go: 'Retenerlo', cancel: 'Cancelar',
  },
}

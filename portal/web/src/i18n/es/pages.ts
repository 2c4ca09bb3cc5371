import type { Same } from '../shape'
import type { pages as english } from '../en/pages'

export const pages: Same<typeof english> = {
  differs: { status: 'Los lugares no coinciden en si esto sigue vigente.', dose: 'Los lugares no coinciden en cómo se toma.', date: 'Los lugares no coinciden en la fecha.', 'none-known': 'Los lugares no coinciden en si hay alergias.', says: '{{place}}: {{value}}' },
  home: {
    page: 'Inicio',
    morning: 'Buenos días, {{name}}', afternoon: 'Buenas tardes, {{name}}', evening: 'Buenas noches, {{name}}',
    forPerson: 'Inicio de {{name}}',
    heroLook: 'Conviene mirarlo', heroUrgent: 'Por favor, mire esto ahora', heroNew: 'Nuevo en el historial',
    open: 'Ver qué significa', read: 'Leerlo',
    callNow: 'Llame al {{phone}} si se siente mal. En una emergencia, llame al {{emergency}}.',
    lookToo: 'También conviene mirar', recent: 'Nuevo', glance: 'De un vistazo', team: 'Su equipo de atención', teamFor: 'El equipo de atención de {{name}}',
    nothing: 'Hoy no tiene nada pendiente', nothingText: 'Cuando llegue un resultado, una carta o una visita, lo encontrará aquí.',
    yourTurn: 'Le toca a usted', wrote: 'Mensajes por leer',
    tomorrow: 'Mañana', visitAt: '{{day}}, {{time}}', videoWith: 'Visita por video con {{name}}', visitWith: 'Visita con {{name}}', getReady: 'Prepararse', goIn: 'Entrar a la visita', seeVisit: 'Ver la visita', late_one: 'La clínica lleva más o menos {{count}} minuto de retraso.', late_other: 'La clínica lleva más o menos {{count}} minutos de retraso.', doorsAt: 'La sala de espera abre {{day}} a las {{time}}.',
    vaccineDue: 'Le toca una vacuna', goal: 'Una meta por revisar', careplan: 'Del plan de cuidado',
  },
  record: {
    glance: 'De un vistazo', liveWith: 'Enfermedades', take: 'Medicinas', allMedicines: 'Todas las medicinas', allConditions: 'Todas las enfermedades', allAllergies: 'Todas las alergias',
    noneAllergies: 'No hay alergias registradas', noneConditions: 'Ninguna registrada', noneMedicines: 'Ninguna registrada', fromPlaces_one: 'De {{names}}',
    fromPlaces_other: 'De {{count}} lugares: {{names}}', reason: 'Para {{text}}', homeTitle: '{{name}} en casa: {{value}}', homeDays: 'Promedio de {{readings}} mediciones en {{days}} días.',
    homeDay: 'Promedio de {{readings}} mediciones en un día.', stopWhy: 'Motivo: {{text}}',
  },
}

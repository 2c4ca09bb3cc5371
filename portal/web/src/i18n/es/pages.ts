import type { Same } from '../shape'
import type { pages as english } from '../en/pages'

export const pages: Same<typeof english> = {
  home: {
    page: 'Inicio',
    morning: 'Buenos días, {{name}}', afternoon: 'Buenas tardes, {{name}}', evening: 'Buenas noches, {{name}}',
    forPerson: 'Inicio de {{name}}',
    heroLook: 'Conviene mirarlo', heroUrgent: 'Por favor, mire esto ahora', heroNew: 'Nuevo en el historial',
    open: 'Ver qué significa', read: 'Leerlo',
    callNow: 'Llame al {{phone}} si se siente mal. En una emergencia, llame al {{emergency}}.',
    lookToo: 'También conviene mirar', recent: 'Nuevo', glance: 'De un vistazo', team: 'Su equipo de atención', teamFor: 'El equipo de atención de {{name}}',
    nothing: 'Hoy no tiene nada pendiente', nothingText: 'Cuando llegue un resultado, una carta o una visita, lo encontrará aquí.',
    vaccineDue: 'Le toca una vacuna', goal: 'Una meta por revisar', careplan: 'Del plan de cuidado',
  },
  record: {
    page: 'Historial', title: 'Su historial', titleFor: 'Historial de {{name}}',
    byDate: 'Por fecha', byKind: 'Por tipo', view: 'Vista',
    search: 'Buscar en el historial', searchHint: 'Un análisis, una medicina, un médico, un año', clearSearch: 'Borrar la búsqueda',
    show: 'Mostrar', everything: 'Todo', letters: 'Cartas',
    undated: 'Sin fecha', newTag: 'Nuevo',
    noMatch: 'Nada coincide con “{{q}}”', noMatchText: 'Pruebe con una sola palabra, o busque en todo.', showEverything: 'Mostrar todo',
    empty: 'Aquí no hay nada todavía', emptyText: 'Los resultados, visitas y cartas aparecen aquí cuando su clínica o laboratorio los envía.',
    emptyKind: 'Todavía no hay nada de este tipo', emptyKindText: 'Aparece aquí en cuanto alguien lo registre.',
    glance: 'De un vistazo', liveWith: 'Enfermedades', take: 'Medicinas', allMedicines: 'Todas las medicinas', allConditions: 'Todas las enfermedades', allAllergies: 'Todas las alergias',
    noneAllergies: 'No hay alergias registradas', noneConditions: 'Ninguna registrada', noneMedicines: 'Ninguna registrada',
    from: 'De {{name}}', fromPlaces_one: 'De {{names}}', fromPlaces_other: 'De {{count}} lugares: {{names}}',
    current: 'Ahora', before: 'Antes', stopped: 'Suspendidas', resolved: 'Terminadas', given: 'Aplicadas', goals: 'Metas', plan: 'Plan', more_one: '{{count}} dato', more_other: '{{count}} datos',
    count_one: '{{count}} valor', count_other: '{{count}} valores', last: 'Último: {{date}}', newItems: 'Llegaron datos nuevos', reactions: 'Reacción: {{text}}', reason: 'Para {{text}}', homeTitle: '{{name}} en casa: {{value}}', homeDays: 'Promedio de {{readings}} mediciones en {{days}} días.', homeDay: 'Promedio de {{readings}} mediciones en un día.', stopWhy: 'Motivo: {{text}}', stoppedOn: 'Suspendida el {{date}}', startedOn: 'Desde {{date}}', resolvedOn: 'Terminada desde {{date}}',
    limited: 'Usted ve las partes de este historial que le compartieron.',
    allergyTag: 'Alergia: {{name}}',
    sectionEmpty: {
      results: 'Todavía no hay resultados', medicines: 'No hay medicinas registradas', conditions: 'No hay enfermedades registradas', allergies: 'No hay alergias registradas',
      immunizations: 'No hay vacunas registradas', vitals: 'Todavía no hay mediciones', visits: 'Todavía no hay visitas', documents: 'Todavía no hay cartas ni documentos', careplan: 'Todavía no hay plan de cuidado',
    },
    sectionEmptyText: 'Si cree que falta algo, dígaselo a su clínica.',
    sectionLead: {
      results: 'Su valor más reciente de cada análisis. Abra uno para verlo a lo largo de los años.', medicines: 'Lo que toma ahora y lo que se suspendió.',
      conditions: 'Las enfermedades que tiene y las que ya pasaron.', allergies: 'Quien le atiende ve esto primero.',
      immunizations: 'Todas las vacunas que conocemos.', vitals: 'Peso, presión arterial y otras mediciones.', visits: 'Cada vez que le atendieron.',
      documents: 'Cartas, resúmenes e informes.', careplan: 'Lo que acordó con su equipo.',
    },
  },
}

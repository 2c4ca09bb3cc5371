import type { Same } from '../shape'
import type { detail as english } from '../en/detail'

export const detail: Same<typeof english> = {
  result: {
    page: 'Resultado', your: 'El resultado', over: 'A lo largo del tiempo', howFar: 'Cuánto tiempo', y1: '1 año', y2: '2 años', all: 'Todo',
    date: 'Fecha', value: 'Valor', compared: 'Comparado', table: 'Los mismos valores en números',
    once: 'Por ahora hay un solo valor. Con el próximo verá cómo cambia.', noneInSpan: 'No hay valores en este tiempo. Elija uno más largo.',
    plotLabel_one: '{{title}}: {{count}} valor, de {{from}} a {{to}}. Después hay una tabla con los mismos valores.',
    plotLabel_other: '{{title}}: {{count}} valores, de {{from}} a {{to}}. El último es {{last}}, {{level}}. Después hay una tabla con los mismos valores.',
    plotHelp: 'Use las flechas izquierda y derecha para oír cada valor.', point: '{{date}}: {{value}}. {{level}}.',
    up: 'Ha subido desde {{date}}.', down: 'Ha bajado desde {{date}}.', steady: 'Se ha mantenido casi igual desde {{date}}.',
    ask: 'Preguntar sobre esto', askText: '{{title}}, {{date}}: ', what: 'Qué es', codes: 'Laboratorio, método y códigos', noAbout: 'Pregunte a su equipo qué significa este valor para usted.', note: 'Nota', noteFrom: 'De {{who}}',
    parts: 'En este análisis', outFirst: 'Fuera de lo normal', usualRest: 'Normales', members: 'Valores de este análisis', code: 'Código', more: 'Más sobre este dato', perPart: '{{title}}: {{value}}',
    event: { 'medicine-start': 'Empezó {{title}}', 'medicine-stop': 'Terminó {{title}}', 'medicine-change': 'Cambió {{title}}' },
    notEmergency: 'Está muy lejos de lo normal. Si se siente mal, llame al {{phone}}. En una emergencia, llame al {{emergency}}.',
  },
  entry: {
    page: 'Dato', visitPage: 'Visita', documentPage: 'Documento', summary: 'Resumen', related: 'De esta visita', relatedOther: 'Pertenece a esto',
    details: 'Códigos y detalles', source: 'De dónde viene', corrected_one: 'Este dato se cambió {{count}} vez.', corrected_other: 'Este dato se cambió {{count}} veces.',
    with: 'Con {{who}}', at: 'En {{place}}', pictures: 'Imágenes', newTab: '(se abre en otra pestaña)', openDocument: 'Abrir el documento', size: '{{type}}, {{size}}', noText: 'Este documento solo se puede abrir como archivo.',
    noContent: 'No nos han enviado el texto de este documento.', why: 'Por qué', stopWhy: 'Por qué se suspendió', dosage: 'Cómo tomarla', reaction: 'Reacción', severity: 'Gravedad', status: 'Estado', started: 'Desde', ended: 'Hasta', when: 'Cuándo', who: 'Quién', where: 'Dónde',
    detail: {
      status: 'Estado', performer: 'Hecho por', lab: 'Laboratorio', method: 'Método', code: 'Código', specimen: 'Muestra', issued: 'Enviado', recorded: 'Registrado', identifier: 'Número',
      category: 'Tipo', site: 'Parte del cuerpo', route: 'Cómo se da', lot: 'Número de lote', manufacturer: 'Fabricante', expires: 'Vence', dose: 'Dosis', intent: 'Propósito', verification: 'Confirmado', clinical: 'Estado', type: 'Tipo', class: 'Tipo de visita', period: 'Tiempo', author: 'Escrito por', custodian: 'Guardado por', location: 'Lugar', service: 'Servicio', requester: 'Pedido por', prescriber: 'Recetado por', dispense: 'Cantidad', criticality: 'Riesgo', onset: 'Empezó', abatement: 'Terminó',
    },
  },
  // The record’s own pages; what the start page says of it is among the first words.
  record: {
    page: 'Historial', title: 'Su historial', titleFor: 'Historial de {{name}}', byDate: 'Por fecha', byKind: 'Por tipo', asks: 'Solicitudes', view: 'Vista', search: 'Buscar en el historial',
    searchHint: 'Un análisis, una medicina, un médico, un año', clearSearch: 'Borrar la búsqueda', show: 'Mostrar', everything: 'Todo', letters: 'Cartas', undated: 'Sin fecha',
    newTag: 'Nuevo', noMatch: 'Nada coincide con “{{q}}”', noMatchText: 'Pruebe con una sola palabra, o busque en todo.', showEverything: 'Mostrar todo', empty: 'Aquí no hay nada todavía',
    emptyText: 'Los resultados, visitas y cartas aparecen aquí cuando su clínica o laboratorio los envía.', emptyKind: 'Todavía no hay nada de este tipo',
    emptyKindText: 'Aparece aquí en cuanto alguien lo registre.', from: 'De {{name}}', current: 'Ahora', before: 'Antes', stopped: 'Suspendidas', resolved: 'Terminadas', given: 'Aplicadas',
    goals: 'Metas', plan: 'Plan', more_one: '{{count}} dato', more_other: '{{count}} datos', count_one: '{{count}} valor', count_other: '{{count}} valores', last: 'Último: {{date}}',
    newItems: 'Llegaron datos nuevos', reactions: 'Reacción: {{text}}', stoppedOn: 'Suspendida el {{date}}', startedOn: 'Desde {{date}}', resolvedOn: 'Terminada desde {{date}}',
    limited: 'Usted ve las partes de este historial que le compartieron.', allergyTag: 'Alergia: {{name}}',
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
  status: {
    active: 'Activo', resolved: 'Terminado', inactive: 'No activo', stopped: 'Suspendido', completed: 'Completado', planned: 'Planeado', finished: 'Terminado',
    'in-progress': 'En curso', 'on-hold': 'En pausa', draft: 'Borrador', preliminary: 'Aún no es definitivo', corrected: 'Corregido', amended: 'Cambiado después',
    booked: 'Prevista', arrived: 'Llegó', fulfilled: 'Terminada', noshow: 'No nos vimos', cancelled: 'Cancelado', revoked: 'Retirado', recurrence: 'Volvió', relapse: 'Volvió', remission: 'En remisión', final: 'Definitivo',
    intended: 'Planeado', unknown: 'Sin dato', 'entered-in-error': 'Anotado por error', 'not-done': 'No se hizo', current: 'Vigente', superseded: 'Reemplazado',
  },
  severity: { mild: 'Leve', moderate: 'Moderada', severe: 'Grave', high: 'Riesgo alto', low: 'Riesgo bajo', 'unable-to-assess': 'Riesgo sin dato', '24484000': 'Grave', '6736007': 'Moderada', '255604002': 'Leve' },
}

import type { Same } from '../shape'
import type { inbox as english } from '../en/inbox'

export const inbox: Same<typeof english> = {
  inbox: {
    notes: { title: 'Notas del equipo', who: 'Solo las ve el equipo de atención.', label: 'Nota para el equipo', add: 'Añadir nota' },
    page: 'Bandeja', views: 'Vistas', view: { all: 'Todos', mine: 'Míos', unclaimed: 'Sin responsable', done: 'Cerrados' }, count_one: '{{count}} abierto', count_other: '{{count}} abiertos', countDone_one: '{{count}} cerrado', countDone_other: '{{count}} cerrados',
    list: 'Mensajes, primero los que vencen antes', search: 'Buscar mensajes', searchHelp: 'Nombre o palabras', more: 'Ver más', patient: 'Sobre el paciente', moreFacts_one: '{{count}} más en el expediente', moreFacts_other: '{{count}} más en el expediente', none: 'Aquí no espera nada', noneText: 'Los mensajes nuevos de sus pacientes aparecen aquí al momento.', noMatch: 'Nada aquí coincide con “{{q}}”', noMatchText: 'Pruebe con una parte del nombre.',
    pick: 'No hay ningún mensaje abierto', pickText: 'Elija uno a la izquierda, o pulse Enter.', unread: 'Nuevo', due: 'Vence: {{date}}', late: 'Con retraso desde: {{date}}', waits: 'Le toca al paciente', owner: 'Lo tiene {{name}}', ownerYou: 'Usted', noOwner: 'Sin responsable', closed: 'Cerrado', photo: 'Foto o archivo',
    answerBy: 'Responder antes de: {{date}}', lateBy: 'Con retraso desde: {{date}}', claim: 'Tomarlo', release: 'Devolverlo', taken: '{{name}} ya lo tomó.', claimedYou: 'Lo tiene usted.', claimedBy: 'Lo tiene {{name}}.', done: 'Cerrar', reopen: 'Abrir de nuevo', closedUndo: 'Cerrado.', undo: 'Deshacer', chart: 'Abrir expediente', about: 'Sobre {{name}}', back: 'Bandeja',
    reply: 'Responder a {{list}}', replyLabel: 'Su respuesta', send: 'Enviar', sendClose: 'Enviar y cerrar', older: 'Ver mensajes anteriores', messages: 'Mensajes con {{name}}', forName: 'por {{name}}', born: 'nació el {{date}}', actsFor: '{{name}}, {{relation}}',
    results: 'Últimos resultados', medicines: 'Medicinas', problems: 'Problemas', next: 'Próximo', noneRecorded: 'Nada registrado', limited: 'El contenido médico no se muestra para su función.', hide: 'Ocultar', cannot: 'Su función lee aquí y no responde.',
    key: { move: 'siguiente, anterior', open: 'abrir', claim: 'tomarlo', reply: 'responder', done: 'cerrar', undo: 'deshacer', chart: 'expediente', find: 'buscar', go: 'ir a la bandeja', send: 'enviar y cerrar' },
  },
}

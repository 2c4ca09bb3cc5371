import type { Same } from '../shape'
import type { groups as english } from '../en/groups'

export const groups: Same<typeof english> = {
  groups: {
    page: 'Visitas en grupo', one: 'Visita en grupo', lead: 'Varios pacientes se ven con un médico por video. Cada uno tiene la visita en su propio expediente. Antes no se dice a nadie quién más viene.', none: 'No hay visitas en grupo', noneText: 'Cree una a una hora libre y añada pacientes.',
    make: 'Nueva visita en grupo', subject: 'De qué se trata', subjectHelp: 'Lo leen todos. No escriba nada de una sola persona, por ejemplo: Ejercicios de respiración.', places: 'Lugares', placesHelp: 'De 2 a 24.', who: 'Quién la dirige', anyone: 'Quien esté libre', when: 'Cuándo', go: 'Crear esta visita en grupo', pick: 'Primero elija una hora.',
    taken: '{{booked}} de {{places}} lugares ocupados', members: 'Participantes', membersNone: 'Todavía no hay nadie.', unseen_one: '{{count}} participante más cuyo expediente usted no ve', unseen_other: '{{count}} participantes más cuyos expedientes usted no ve', add: 'Añadir un paciente', addGo: 'Añadir a {{name}}', added: 'Añadido: {{name}}', born: 'Nacimiento: {{date}}', full: 'Todos los lugares están ocupados.',
    called: 'Los demás ven: {{name}}', for: 'por {{name}}', out: 'Quitar', outOf: 'Quitar a {{name}} del grupo', outSure: '¿Cancelar la visita de {{name}} en este grupo?', outGo: 'Sí, quitar', keep: 'Conservar', chart: 'Expediente', chartOf: 'Expediente de {{name}}, en otra pestaña', note: 'Nota', noteOf: 'Nota de {{name}}',
    cancel: 'Cancelar el grupo', cancelSure: '¿Cancelar esta visita en grupo para todos?', cancelGo: 'Sí, cancelar', cancelled: 'Esta visita en grupo se canceló.',
    start: 'Empezar la visita en grupo', join: 'Entrar', startText: 'Se encienden su cámara y su micrófono. No entra nadie antes de que usted lo deje pasar. Una visita en grupo no se puede grabar.', letAll: 'Dejar pasar a todos', waiting: 'En la puerta',
    state: { waiting: 'Espera', admitted: 'Puede entrar', in: 'En la visita', left: 'Salió', refused: 'No pasó', removed: 'Fuera de la visita', none: 'Aún no está', noteDraft: 'Nota empezada', noteSigned: 'Nota firmada' },
    panes: 'Partes de esta página', video: 'Video', side: 'Notas',
    notes: 'Notas', notesLead: 'Cada participante tiene su propia nota. Elija una en la lista, o empiece todas con el mismo texto.', same: 'El mismo texto para todos', sameLead: 'Se pone en la nota de cada participante que estuvo y aún no tiene ninguna. No escriba nada de una sola persona.', sameGo: 'Ponerlo en cada nota', subjective: 'De qué se habló', assessment: 'Valoración', plan: 'Plan', summary: 'Una frase para los pacientes',
    signAll: 'Firmar todas las notas empezadas', signText: 'Léalas antes. Cada una va a su propio expediente.', put_one: 'Está en {{count}} nota.', put_other: 'Está en {{count}} notas.', signed_one: '{{count}} nota firmada.', signed_other: '{{count}} notas firmadas.', keptOf: '{{name}}: {{why}}', back: 'Todas las notas',
    why: { incomplete: 'necesita una valoración, un plan y una frase para el paciente', signed: 'ya está firmada', changed: 'ya tiene su propio texto', live: 'la visita sigue', not_live: 'la visita no ha empezado', other: 'se dejó como está' },
  },
}

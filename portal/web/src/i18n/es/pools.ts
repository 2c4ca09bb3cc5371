import type { pools as english } from '../en/pools'
import type { Same } from '../shape'

export const pools: Same<typeof english> = {
  pools: {
    page: 'Grupos', lead: 'Quiénes responden juntos los mensajes, sobre qué, cuándo y en cuánto tiempo. Aquí ve números y ningún mensaje.', members_one: '{{count}} persona', members_other: '{{count}} personas', waiting_one: '{{count}} espera', waiting_other: '{{count}} esperan', standard: 'Para todos', off: 'Cerrado', nobody: 'No hay nadie en él', newName: 'Nombre de un grupo nuevo', make: 'Crear grupo',
    none: 'No existe ese grupo.', rules: 'Cómo funciona', saved: 'Guardado.', name: 'Nombre', topics: 'Qué responde', topicsHint: 'Ninguno elegido: todo.', hours: 'Cuándo está abierto', hoursHint: 'Ningún día elegido: siempre.', fromOn: '{{day}}, desde', toOn: '{{day}}, hasta', zone: 'Zona horaria', zoneHint: 'Por ejemplo America/New_York', holidays: 'Días festivos', holidaysHint: 'Por ejemplo 2026-12-25 2027-01-01',
    within: 'Horas hasta la respuesta', withinHint: 'Del tiempo en que está abierto. Los pacientes lo ven hasta que haya suficiente para medir.', soon: 'Horas para lo que se responde pronto', urgent: 'Minutos para lo urgente', save: 'Guardar', end: 'Cerrar este grupo', begin: 'Abrir de nuevo este grupo',
    who: 'Quién está en él', whoText: 'Ven los expedientes de los pacientes en cuyo equipo de atención está este grupo, mientras duren ambas cosas.', role: { clinician: 'médico', nurse: 'enfermería', frontdesk: 'recepción' }, isOut: 'ausente', remove: 'Quitar a {{name}}', add: 'Agregar a alguien', choose: 'Elija', addGo: 'Agregar',
  },
}

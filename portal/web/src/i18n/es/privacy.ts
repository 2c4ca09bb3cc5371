import type { Same } from '../shape'
import type { privacy as english } from '../en/privacy'

/** El informe de accesos para el responsable de privacidad. */
export const privacy: Same<typeof english> = {
  privacy: {
    page: 'Quién miró qué', lead: 'Cada acceso a cada expediente y cada inicio de sesión. También queda anotado cada vez que usted mira aquí; el paciente ve en su propia lista que usted preguntó por él.',
    filter: 'Qué mostrar', from: 'Desde', until: 'Hasta', all: 'Todo', takeOff: 'mostrar a todos otra vez',
    only: { refused: 'Solo lo rechazado', emergency: 'Solo emergencias', who: 'De {{name}}', patient: 'Expediente de {{name}}' }, onlyThis: '{{name}}: mostrar solo estos',
    unusual: 'Conviene mirarlo', unusualLead: 'Esto llama la atención. No significa que algo estuviera mal: pregunte antes de juzgar.', unusualNone: 'Nada llama la atención en este periodo.', unusualAll: 'Mostrar los {{count}}', unusualMore: 'Hay más de lo que cabe aquí. Elija menos días.',
    looked_one: 'miró el expediente de {{patient}}', looked_other: 'miró {{count}} veces el expediente de {{patient}}', somebody: 'alguien', nobody: 'Nadie con sesión', holder: 'Alguien con la fecha de nacimiento', show: 'Mostrar los accesos', showOf: 'Mostrar los accesos de {{who}}',
    hint: { surname: 'Mismo apellido', address: 'Misma dirección', street: 'Misma calle', colleague: 'Un colega', own: 'Expediente propio', many: 'Muchísimos expedientes', emergency: 'Emergencia', quiet: 'Sin actividad' },
    reason: {
      surname: 'Tiene el mismo apellido que {{patient}}.', address: 'Vive en la misma dirección que {{patient}}.', street: 'Vive en la misma calle que {{patient}}.', colleague: '{{patient}} también trabaja aquí.', own: 'Es su propio expediente, abierto en el trabajo.',
      many: 'Abrió {{count}} expedientes en una hora. Lo habitual son unos {{usual}}.', emergency: 'Lo abrió como emergencia, fuera de sus equipos de atención.', quiet: 'No se reservó, escribió ni recibió nada en este expediente en los 30 días anteriores y posteriores.',
    },
    report: 'Todos los accesos', csv: 'Guardar como tabla (CSV)', none: 'Nada coincide. Elija otros días o menos condiciones.', sortBy: 'Ordenar por', turn: 'Invertir el orden', more: 'Más', damaged: 'Cambiado después',
    column: { time: 'Cuándo', who: 'Quién', role: 'Como qué', action: 'Qué hizo', data: 'Tipo de datos', patient: 'Expediente de', app: 'A través de', outcome: 'Resultado' },
    action: { read: 'Leyó', search: 'Buscó', open: 'Abrió', history: 'Leyó versiones anteriores', create: 'Añadió', update: 'Cambió', delete: 'Borró', export: 'Se llevó una copia', refused: 'Fue rechazado', login: 'Inició sesión', logout: 'Cerró la sesión', gap: 'Explicó un hueco' },
    role: { clinician: 'Médico', nurse: 'Enfermería', frontdesk: 'Recepción', privacy: 'Responsable de privacidad', admin: 'Administrador', self: 'Paciente', proxy: 'Cuidador', link: 'Con un enlace a una visita', guest: 'Invitado a una visita', app: 'Aplicación', system: 'Sistema', other: 'Otro' },
    outcome: { ok: 'Hecho', refused: 'Rechazado', failed: 'Fallido' },
    fact: { purpose: 'Finalidad', reason: 'Motivo', detail: 'Detalle', resource: 'Entrada', address: 'Dirección', session: 'Sesión', request: 'Solicitud', at: 'Exactamente', place: 'Fila' },
  },
}

import type { Same } from '../shape'
import type { today as english } from '../en/today'

export const today: Same<typeof english> = {
  day: {
    groups: 'Visitas en grupo',
    page: 'Hoy', nav: 'Hoy', count_one: '{{count}} visita', count_other: '{{count}} visitas', done_one: '{{count}} terminada', done_other: '{{count}} terminadas', toSign_one: '{{count}} nota por firmar', toSign_other: '{{count}} notas por firmar', ends: 'La última visita termina a las {{time}}',
    before: 'Día anterior', after: 'Día siguiente', mine: 'Mías', all: 'De todos', whose: 'De quién son las visitas', list: 'Visitas del día', now: 'Ahora, {{time}}', none: 'No hay visitas este día', noneText: 'Las visitas reservadas aparecen aquí al momento.',
    video: 'Video', clinic: 'En la clínica', with: 'con {{name}}', aside: 'Quién espera y lo que le toca', waiting: 'Sala de espera', nobody: 'Nadie está esperando.', waits_one: 'Espera {{count}} min', waits_other: 'Espera {{count}} min', justCame: 'Acaba de llegar', letIn: 'Hacer pasar a {{name}}', early: 'Para las {{time}}', asks: 'Quiere hablar de: {{text}}',
    sayLate: 'Decir “{{count}} minutos”', saidLate: 'Le avisamos a {{name}}: {{count}} minutos.', yourTurn: 'Le toca a usted', nothing: 'No queda nada pendiente.', noteOf: '{{name}}, {{time}}', signNote: 'Nota por firmar', inbox: 'Mensajes que esperan respuesta', inboxText: 'Abrir la bandeja',
    tag: { signed: 'Firmada', draft: 'Firmar hoy', ended: 'Escribir la nota', live: 'En visita', ready: 'Listo para el médico', cancelled: 'Cancelada', noshow: 'No vino', booked: 'Reservada', arrived: 'Llegó', fulfilled: 'Terminada', waiting: 'Espera', absent: 'No estuvo' },
    together: {
      members_one: '{{count}} participante', members_other: '{{count}} participantes', membersOf_one: '{{count}} participante de {{subject}}', membersOf_other: '{{count}} participantes de {{subject}}', nobody: 'Todavía no hay nadie.', came_one: '{{count}} ya llegó', came_other: '{{count}} ya llegaron', were_one: '{{count}} estuvo', were_other: '{{count}} estuvieron',
      waiting_one: '{{count}} espera', waiting_other: '{{count}} esperan', expected_one: 'Falta {{count}}', expected_other: 'Faltan {{count}}', absent_one: '{{count}} no estuvo', absent_other: '{{count}} no estuvieron', missed_one: '{{count}} no vino', missed_other: '{{count}} no vinieron', unseen_one: '{{count}} más cuyo expediente usted no ve', unseen_other: '{{count}} más cuyos expedientes usted no ve', saidLate: 'Avisamos a todos los que esperan: {{count}} minutos.',
    },
    missed: { say: 'No vino', sayOf: '{{name}} no vino a las {{time}}', sure: '¿Anotar que {{name}} no vino a las {{time}}?', text: 'Queda en su expediente. Le avisamos de que hay noticias sobre la visita, y puede reservar otra.', go: 'Sí, no vino', keep: 'No', done: 'Anotado: {{name}} no vino a las {{time}}.', came: 'Sí vino', cameOf: 'Sí vino: {{name}}, {{time}}', back: 'Deshecho: {{name}}, {{time}}.', who: '¿Quién no vino?', whoOf: '¿Quién no vino a {{subject}}?' },
    open: 'Abrir la visita', chart: 'Historial', cancel: 'Cancelar', link: 'Enlace', linkOf: 'Enlace para {{name}}, {{time}}', cancelOf: 'Cancelar la visita de {{name}} de las {{time}}', sure: '¿Cancelar {{name}}, {{time}}?', cancelGo: 'Cancelar la visita', keep: 'Conservarla', cancelled: 'Cancelada: {{name}}, {{time}}. Le avisaremos.',
    find: 'Reservar para un paciente', findHelp: 'Nombre, nacimiento, teléfono o número', findNone: 'Nadie coincide.', book: 'Reservar una visita', bookFor: 'Reservar para {{name}}', back: 'Volver al día', planned: 'Visitas previstas', plannedNone: 'No hay visitas previstas', born: 'nacimiento: {{date}}',
    key: { open: 'abrir', chart: 'historial', today: 'hoy', days: 'día anterior, siguiente', find: 'buscar un paciente', whose: 'mías o de todos', go: 'ir a hoy' },
  },
}

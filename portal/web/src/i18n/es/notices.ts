import type { Same } from '../shape'
import type { notices as english } from '../en/notices'

export const notices: Same<typeof english> = {
  notices: {
    page: 'Avisos', title: 'Avisos', list: 'Lo que le avisamos', how: 'Cómo le avisamos', none: 'Todavía nada', noneText: 'Cuando llegue un mensaje, una visita o un resultado, lo encontrará aquí.', new: 'Nuevo', allSeen: 'Marcar todo como visto', more: 'Ver anteriores',
    kind: { message: 'Un mensaje nuevo', appointment: 'Novedades de una visita', visit: 'Una visita se acerca', note: 'El resumen de una visita', result: 'Un resultado nuevo', ask: 'Novedades de una solicitud', sharing: 'Cambió lo que se comparte', oversight: 'Algo espera su decisión' }, forName: 'Para {{name}}', forYou: 'Para usted',
    email: 'Enviarme correos', emailTo: 'A {{address}}. Solo dice que aquí hay algo para usted, nada más.', emailNone: 'Su cuenta no tiene correo electrónico.', emailOff: 'El sitio de esta clínica no envía correos.', kinds: 'Enviarme correos sobre',
    kindOf: { message: 'Mensajes', appointment: 'Visitas pedidas o cambiadas', visit: 'Una visita que se acerca', note: 'Resúmenes de visitas', result: 'Resultados nuevos', ask: 'Solicitudes', sharing: 'Lo que se comparte' },
    quiet: 'Horas de silencio', quietHelp: 'En estas horas no enviamos correos. Llegan cuando terminan. Si una visita se acerca, se avisa igual.', from: 'Desde', to: 'Hasta', zone: 'Las horas son de {{zone}}.', saved: 'Guardado.', lead: 'En Housecall siempre le avisamos. Los correos los decide usted.',
  },
}

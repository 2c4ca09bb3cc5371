import type { Same } from '../shape'
import type { delivery as english } from '../en/delivery'

export const delivery: Same<typeof english> = {
  delivery: {
    page: 'Cómo llegan los avisos', title: 'Cómo llegan los avisos', lead: 'Solo cantidades: ningún nombre y nada de lo que se dijo.', days: 'Desde hace', last_one: '{{count}} día', last_other: '{{count}} días',
    networks: 'Redes', on: 'Activa', off: 'Inactiva', dead_one: 'Se olvidó {{count}} lugar: ya no hay nadie', dead_other: 'Se olvidaron {{count}} lugares: ya no hay nadie', network: { webpush: 'Web Push', apns: 'iPhone (APNs)', fcm: 'Android (FCM)', mail: 'Correo electrónico', sms: 'Mensajes de texto' },
    places: 'Lugares adonde se puede avisar', place: { browsers: 'Navegadores', phones: 'Teléfonos con la aplicación', numbers: 'Números confirmados', failing: 'Direcciones de correo que fallan', noNumber: 'Números que fallan' },
    counts: 'Qué fue de ellos', head: { by: 'Por', kind: 'Sobre', state: 'Estado', n: 'Cuántos' }, kind: { ask: 'Solicitudes', signin: 'Intentos de entrar', moved: 'Sesiones usadas en otra parte', message: 'Mensajes', appointment: 'Visitas pedidas', visit: 'Visitas que se acercan', note: 'Resúmenes de visitas', result: 'Resultados', sharing: 'Lo que se comparte', oversight: 'Deberes de privacidad', reach: 'Maneras de avisar' },
    state: { waits: 'Se intenta más tarde', underWay: 'En camino', sent: 'Aceptado', dropped: 'Ya no hace falta', covered: 'Incluido en otro', refused: 'Abandonado', unknown: 'Sin respuesta', gathered: 'Espera el correo diario', gone: 'No hay nadie' },
    none: 'Nada en este tiempo', noneText: 'Cuando se avise a personas fuera de la aplicación, aquí verá cómo va.', failures: 'Lo último que falló', noFailure: 'Nada falló en este tiempo', code: 'Código {{code}}', lastAt: 'Último: {{when}}', class: { later: 'no aceptado, se intenta de nuevo', unknown: 'sin respuesta', refused: 'rechazado', gone: 'no hay nadie', setup: 'no aceptan nuestra configuración', bounced: 'devuelto' },
  },
}

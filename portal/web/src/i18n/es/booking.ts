import type { Same } from '../shape'
import type { booking as english } from '../en/booking'

export const booking: Same<typeof english> = {
  appointment: {
    late_one: 'La clínica lleva más o menos {{count}} minuto de retraso. Puede venir {{count}} minuto más tarde.', late_other: 'La clínica lleva más o menos {{count}} minutos de retraso. Puede venir {{count}} minutos más tarde.', questions: 'Responder preguntas para esta visita', questionsDone: 'Cambiar sus respuestas para esta visita',
    page: 'Visitas', title: 'Sus visitas', titleFor: 'Visitas de {{name}}', book: 'Pedir una visita', bookFor: 'Pedir para {{name}}',
    coming: 'Próximas', past: 'Anteriores', video: 'Visita por video', clinic: 'Visita en la clínica', group: 'Visita en grupo', groupMost: 'Participan {{count}} pacientes como máximo', openGroup: 'Abrir el grupo', with: 'Con {{name}}', about: 'Motivo: {{text}}',
    none: 'No hay visitas previstas', noneText: 'Cuando pida una, la encontrará aquí, con la hora y la entrada.', noneTextFor: 'Cuando pida una para {{name}}, la encontrará aquí, con la hora y la entrada.',
    opens: 'La sala de espera abre {{day}} a las {{time}}.', opensToday: 'La sala de espera abre a las {{time}}.', yourTurn: 'Le toca a usted.', openNow: 'La sala de espera está abierta.',
    waiting: 'Usted está en la sala de espera.', waitingFor: 'Alguien está en la sala de espera.', live: 'La visita ya empezó.', arrive: 'Llegue 10 minutos antes y traiga sus medicinas.', clinicTurn: 'Todavía no hay nada que hacer.',
    join: 'Ir a la sala de espera', rejoin: 'Ir a la visita', summary: 'Leer el resumen', link: 'Enlace para el paciente', linkTo: 'Enlace para el paciente a la visita {{when}}', bring: 'Traer a alguien', bringTo: 'Traer a alguien a la visita {{when}}', change: 'Cambiar la hora', cancel: 'Cancelar la visita', cancelAt: 'Cancelar la visita, {{when}}', changeAt: 'Cambiar la hora, {{when}}',
    sure: '¿Cancelar esta visita, {{day}} a las {{time}}?', sureText: 'La hora quedará para otra persona. Usted puede pedir otra.', cancelGo: 'Sí, cancelar', keep: 'Conservarla',
    cancelled: 'Cancelada: la visita, {{day}} a las {{time}}.', booked: 'Su visita está reservada. Le avisaremos el día antes y 15 minutos antes.', moved: 'La visita tiene su nueva hora.',
    missed: 'A esa hora no nos vimos. Puede pasar.', again: 'Reservar otra hora',
    state: { fulfilled: 'Terminada', ended: 'Terminada', cancelled: 'Cancelada', noshow: 'No nos vimos', booked: 'Prevista', arrived: 'Llegó' },
    clinicTime: '{{time}} en la clínica', more: 'Mostrar visitas anteriores', at: '{{day}}, {{time}}', hidden: 'Estas visitas no se comparten con usted', hiddenText: '{{name}} o la clínica pueden cambiarlo.',
  },
  book: {
    title: 'Pedir una visita', titleFor: 'Pedir una visita para {{name}}', change: 'Cambiar la hora', changeLead: 'Ahora: {{when}}. Conserva esta hora hasta que elija otra.', back: 'Visitas',
    why: '¿De qué se trata?', whyHelp: 'Bastan unas palabras. Se leen antes de la visita.', how: 'Cómo', video: 'Por video', clinic: 'En la clínica', who: 'Con quién', anyone: 'Quien esté libre primero', anyoneText: 'Las primeras horas de todos',
    when: 'Cuándo', day: 'Horarios: {{day}}', moreTimes_one: 'Ver {{count}} horario más', moreTimes_other: 'Ver {{count}} horarios más', later: 'Mostrar días siguientes', zone: 'Las horas son las de donde está usted. En la clínica son las {{time}}.', earliest: 'La primera',
    chosen: '{{day}} a las {{time}}', chosenWith: 'con {{name}}', atClinic: '{{time}} en la clínica', go: 'Pedir esta visita', goFor: 'Pedir para {{name}}', goChange: 'Tomar esta hora',
    taken: 'Alguien acaba de tomar esa hora', takenText: 'No se perdió nada de lo que escribió. Elegimos para usted la siguiente hora libre: {{when}}.', takenNone: 'No se perdió nada de lo que escribió. Mire otros días u otras personas.',
    none: 'No hay horas libres', noneText: 'Pruebe con otra persona o con la otra forma de visita.', noneLater: 'No hay horas libres en estos días.', sooner: '¿Nada a tiempo? Llámenos.', emergency: 'En una emergencia, llame al {{phone}}.',
    notYou: 'Aquí usted no puede pedir visitas', notYouText: 'No tiene este permiso para {{name}}. La clínica puede pedirla por teléfono.', notYouOwn: 'La clínica le reserva las visitas por teléfono.', pick: 'Elija primero una hora.', gone: 'Esta visita ya no se puede cambiar.',
    same: 'La hora que tiene ahora',
  },
}

import type { Same } from '../shape'
import type { messages as english } from '../en/messages'

export const messages: Same<typeof english> = {
  message: {
    page: 'Mensajes', title: 'Mensajes', titleFor: 'Mensajes para {{name}}', new: 'Nuevo mensaje', newFor: 'Nuevo mensaje para {{name}}', thread: 'Conversación', list: 'Conversaciones',
    none: 'Todavía no hay mensajes', noneText: 'Escriba aquí a su equipo médico. Puede añadir fotos.', noneTextFor: 'Escriba aquí al equipo médico de {{name}}. Puede añadir fotos.',
    hidden: 'Estos mensajes no se comparten con usted', hiddenText: '{{name}} o la clínica pueden cambiarlo.', cannot: 'Aquí puede leer, pero no escribir', cannotText: 'Puede llamar a la clínica por teléfono.',
    topic: { question: 'Una pregunta', medicine: 'Medicinas', appointment: 'Visitas', results: 'Resultados', billing: 'Cuentas', other: 'Otra cosa' },
    unread_one: '{{count}} nuevo', unread_other: '{{count}} nuevos', from: '{{name}}: {{text}}', fromYou: 'Usted: {{text}}', withFile: 'Foto o archivo',
    role: { patient: 'paciente', proxy: 'actúa por el paciente', clinician: 'médico o clínico', nurse: 'enfermería', frontdesk: 'recepción', system: 'la clínica' },
    kin: { self: 'paciente', mother: 'madre', father: 'padre', parent: 'padre o madre', child: 'hijo o hija', son: 'hijo', daughter: 'hija', brother: 'hermano', sister: 'hermana', wife: 'esposa', husband: 'esposo', friend: 'persona amiga', spouse: 'cónyuge', partner: 'pareja', sibling: 'hermano o hermana', grandparent: 'abuelo o abuela', guardian: 'tutor o tutora', other: 'actúa por el paciente' },
    you: 'Usted', kinOf: '{{name}} ({{relation}})', forName: 'por {{name}}', photoFrom: 'Foto de {{name}}', photoFromYou: 'Foto suya', openFile: 'Abrir {{title}}', newTab: '(se abre en otra pestaña)',
    sending: 'Enviando', sent: 'Enviado', notSent: 'No se envió', later: 'Se enviará sin que haga nada cuando tenga conexión.', tryAgain: 'Intentar de nuevo', readBy: 'Leído por {{names}} a las {{when}}', readByOn: 'Leído por {{names}}. {{when}}',
    turn: {
      yours: 'Le toca a usted.', answer: 'La clínica le escribió. Responda cuando pueda: no hay fecha.', theirs: 'Le toca a la clínica.', until: 'Le responderemos antes del {{date}}.', noDate: 'Todavía sin fecha.',
      late: 'La respuesta se retrasa.', lateText: 'Era para el {{date}}. Si no puede esperar, llámenos.', lateCall: 'Era para el {{date}}. Si no puede esperar, llame al {{phone}}.',
      urgent: 'La clínica ya sabe que es urgente.', has: '{{name}} se ocupa de esto.', nobodyHas: 'Todavía no se ocupa nadie.', worse: 'Si empeora, no espere: llame al {{phone}}.',
      closed: 'Esta conversación está cerrada.', closedText: 'Si escribe otra vez, se abre de nuevo.', person: 'Le toca a {{name}}.', personText: 'La clínica preguntó a {{name}}. No hay fecha.', none: 'No le toca a nadie.', noneText: 'Aquí no queda nada pendiente.',
      shortYou: 'Le toca a usted', shortClinic: 'Le responderemos antes del {{date}}', shortClosed: 'Cerrada', shortLate: 'La respuesta se retrasa',
    },
    readers: 'Pueden leer esto: {{list}}', readersMore_one: 'Pueden leer esto: {{list}} y {{count}} persona más de la clínica', readersMore_other: 'Pueden leer esto: {{list}} y {{count}} personas más de la clínica', readersTeam: 'El equipo médico puede leer esto', readersOthers: 'También otras personas a quienes {{name}} dio acceso', readersPart_one: '{{list}} no ve los mensajes sobre temas privados, como la salud mental', readersPart_other: '{{list}} no ven los mensajes sobre temas privados, como la salud mental', self: 'usted',
    close: 'Cerrar esta conversación', closed: 'Cerrada. Puede abrirla de nuevo.', reopen: 'Abrirla de nuevo', earlier: 'Ver conversaciones anteriores', older: 'Ver mensajes anteriores', newBelow_one: '{{count}} mensaje nuevo', newBelow_other: '{{count}} mensajes nuevos',
    emergency: '¿Dolor de pecho, desmayo o le cuesta respirar?', callEmergency: 'Llame al {{phone}}',
    call: {
      emergency: 'Primero llame para pedir ayuda', crisis: 'Hable con alguien ahora', text: 'Puede que lo que escribió no pueda esperar. Quizás nadie lo lea por un rato. Si ocurre ahora mismo, llame.',
      then: 'Todavía no se envió. Si lo envía, la clínica sabrá que es urgente.', atOnce: 'Entonces sale enseguida, no a la hora que eligió.', send: 'Enviarlo también a la clínica', sendNow: 'Enviarlo ahora a la clínica', drop: 'No enviarlo',
    },
    about: '¿De qué se trata?', text: 'Su mensaje', write: 'Escriba un mensaje', writeFor: 'Escriba por {{name}}', pace: 'La mitad de estos mensajes se responde en {{half}} y nueve de cada diez en {{most}}, contando el tiempo en que estamos abiertos.', paceMinutes_one: '{{count}} minuto', paceMinutes_other: '{{count}} minutos', paceHours_one: '{{count}} hora', paceHours_other: '{{count}} horas', paceDays_one: '{{count}} día', paceDays_other: '{{count}} días', answerHours_one: 'Le responderemos en {{count}} hora.', answerHours_other: 'Le responderemos en {{count}} horas.', answerDays_one: 'Le responderemos en {{count}} día laborable.', answerDays_other: 'Le responderemos en {{count}} días laborables.',
    send: 'Enviar', sendFor: 'Enviar por {{name}}', saved: 'Guardado', saving: 'Guardando', notSaved: 'Sin guardar todavía', add: 'Añadir foto', files: 'Fotos y archivos', needText: 'Escriba algo primero, o añada una foto.', needTopic: 'Elija de qué se trata.', wait: 'La foto todavía se está enviando. Espere un momento y envíe después.', tooLong: 'Tiene más de {{count}} letras. Escríbalo más corto.',
    draft: { title: 'También escribió esto en otro dispositivo', use: 'Usar este texto', add: 'Añadirlo al mío', drop: 'No usarlo' },
    held: {
      title: 'Por enviar', in_one: 'Se envía en {{count}} segundo', in_other: 'Se envía en {{count}} segundos', undo: 'Deshacer', now: 'Enviar ahora', at: 'Se envía el {{date}}', takeBack: 'Retirarlo', change: 'Cambiar la hora',
      later: 'Enviar más tarde', when: '¿Cuándo se envía?', choose: 'Enviar a esa hora', save: 'Guardar esta hora', needTime: 'Elija una hora dentro de los próximos 90 días.',
    },
    link: '(abre {{host}})', mark: { bold: 'Negrita', italic: 'Cursiva', list: 'Lista' },
    correct: { do: 'Corregir', label: 'Su corrección. Lo que envió se queda, y se muestran los dos.', send: 'Añadir la corrección', cancel: 'Dejarlo', need: 'Escriba lo que debe decir.', of: 'Corrige: {{text}}', earlier: 'Corrige un mensaje anterior', at: 'Corregido. {{when}}' },
    search: { label: 'Buscar en sus mensajes', do: 'Buscar', results: 'Lo que se encontró', none: 'No se encontró nada.', found_one: '{{count}} mensaje', found_other: '{{count}} mensajes', more: 'Buscar más atrás' },
    record: { do: 'Grabar', stop: 'Parar', recording: 'Grabando. {{time}}', title: 'Grabación', refused: 'El micrófono está bloqueado. Permítalo en su navegador para grabar.' },
    presence: { people_one: '{{list}} también tiene esto abierto', people_other: '{{list}} también tienen esto abierto', team: 'Alguien del equipo médico tiene esto abierto ahora' },
    typing: { clinic: 'El equipo de atención está escribiendo', patient: 'Alguien del lado del paciente está escribiendo', tell: 'Mostrar que estoy aquí y que escribo' },
    file: {
      photo: 'Foto', document: 'Documento', preparing: 'Preparando', sending: '{{percent}} % enviado', ready: 'Lista', remove: 'Quitar {{title}}', again: 'Intentar de nuevo',
      unreadable: 'No podemos leer esta foto. Guárdela como JPEG o PNG y elíjala otra vez.', kind: 'Solo se pueden añadir fotos, archivos PDF y grabaciones.', photoLarge: 'La foto es muy grande. Elija una de menos de 60 MB.', documentLarge: 'El archivo es muy grande. Elija uno de menos de 25 MB.', tooMany_one: 'Puede añadir {{count}} archivo a un mensaje.', tooMany_other: 'Puede añadir {{count}} archivos a un mensaje.',
    },
  },
}

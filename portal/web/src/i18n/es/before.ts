import type { before as english } from '../en/before'
import type { Same } from '../shape'

export const before: Same<typeof english> = {
  line: {
    reach: { direct: 'Directa a la clínica', relay: 'Por un rodeo que funciona', blocked: 'Esta red la bloquea' }, speed: 'Entran {{down}}, salen {{up}}', mega: '{{count}} Mbit/s', kilo: '{{count}} kbit/s', trip: 'responde en {{count}} ms',
    short: { relay: 'por un rodeo', blocked: 'la red bloquea el video' }, slow: 'línea lenta', late: 'responde despacio',
    on: '{{browser}} en {{system}}', browser: { chrome: 'Chrome', edge: 'Edge', firefox: 'Firefox', safari: 'Safari', samsung: 'Navegador de Samsung', other: 'Navegador' }, system: { android: 'Android', iphone: 'iPhone o iPad', mac: 'Mac', windows: 'Windows', linux: 'Linux', other: 'otro dispositivo' },
  },
  help: {
    title: 'Deje que esta página use su cámara y su micrófono.', lead: 'Por ahora este navegador dice que no. Puede cambiarlo aquí:', other: 'Uso otro navegador', which: '¿Qué navegador es?', picture: 'Dibujo del paso {{n}}',
    name: { chrome: 'Chrome o Edge en una computadora', android: 'Chrome en Android', iphone: 'Safari en un iPhone o iPad', mac: 'Safari en un Mac', firefox: 'Firefox' },
    chrome: { one: 'Haga clic en el signo a la izquierda de la dirección, arriba.', two: 'Encienda la cámara y el micrófono.', three: 'Vuelva a esta página y haga clic en Intentar otra vez.' },
    android: { one: 'Toque el signo a la izquierda de la dirección, arriba.', two: 'Toque Permisos y encienda la cámara y el micrófono.', three: 'Vuelva a esta página y toque Intentar otra vez.' },
    iphone: { one: 'Toque el signo junto a la dirección y luego Configuración del sitio web.', two: 'Ponga Cámara y Micrófono en Permitir.', three: 'Vuelva a esta página y toque Intentar otra vez.' },
    mac: { one: 'Elija Safari arriba en la pantalla y luego Ajustes para este sitio web.', two: 'Ponga Cámara y Micrófono en Permitir.', three: 'Vuelva a esta página y haga clic en Intentar otra vez.' },
    firefox: { one: 'Haga clic en la cámara tachada a la izquierda de la dirección.', two: 'Haga clic en la cruz detrás de Bloqueado, en la cámara y en el micrófono.', three: 'Haga clic aquí en Intentar otra vez y luego en Permitir.' },
  },
  place: {
    title: '¿Es usted?', titleFor: 'Usted viene por {{name}}', born: 'Fecha de nacimiento: {{date}}', yes: 'Sí, soy yo', yesFor: 'Sí, estoy aquí por {{name}}', no: 'No, no soy yo', noFor: 'No, por otra persona', wrong: 'Cierre esta página y llámenos, por favor. Averiguamos qué pasó.',
    where: '¿Dónde está ahora?', whereFor: '¿Dónde está ahora {{name}}?', lead: 'Si pasa algo durante la visita, enviamos ayuda allí. Su médico solo puede atenderle en algunos lugares.', country: 'País', state: 'Estado', chooseState: 'Elija un estado',
    address: 'Dirección, o cómo encontrarle', addressFor: 'Dirección, o cómo encontrar a {{name}}', addressHelp: 'Calle y ciudad. Fuera de casa: qué hay que buscar.', phone: 'Número de teléfono para llamarle', phoneHelp: 'Le llamamos si el video se corta.', go: 'Es correcto, continuar', kept: 'Solo lo ven las personas que le atienden en esta visita.',
    outside: 'No podemos atenderle donde está ahora', outsideText: 'La ley solo permite a esta clínica atender por video en algunos lugares. Llámenos: buscamos otra manera u otro momento.', change: 'Estoy en otro lugar', needYes: 'Diga primero si esto es correcto.',
  },
  queue: {
    next: 'Usted es el siguiente', place: 'Usted es el número {{place}}', before_one: 'Hay {{count}} persona antes que usted', before_other: 'Hay {{count}} personas antes que usted', at: 'Probablemente a las {{time}}', lateVisit_one: 'La clínica lleva más o menos {{count}} minuto de retraso.', lateVisit_other: 'La clínica lleva más o menos {{count}} minutos de retraso.',
    letIn: 'Ahora le hacen pasar.', stop: 'No quiero una visita por video', stopSure: '¿Retirar su aceptación y salir de la sala de espera? Puede aceptar otra vez.', stopGo: 'Sí, retirarla', stopKeep: 'No, espero',
  },
  lobby: { open: 'Escribir a la clínica', openNew_one: 'Escribir a la clínica, {{count}} línea nueva', openNew_other: 'Escribir a la clínica, {{count}} líneas nuevas', none: 'Todavía no hay nada escrito. Solo la clínica puede leerlo.', field: 'Escriba a la clínica', title: 'Usted y la clínica' },
  form: {
    card: 'Responda unas preguntas', cardText: 'Su médico las lee antes de hablar con usted. Tarda unos {{count}} minutos.', cardDraft: 'Siga con sus preguntas', cardDone: 'La clínica tiene sus respuestas', cardDoneText: 'Todavía puede cambiarlas.', open: 'Responder ahora', goOn: 'Seguir', change: 'Cambiar respuestas', page: 'Preguntas antes de la visita',
    lead: 'Responda lo que pueda. Guardamos lo que ya respondió.', leadFor: 'Responda por {{name}} lo mejor que pueda. Guardamos lo que ya respondió.', several: 'Puede elegir más de una.', need: 'Responda esta pregunta, por favor.', send: 'Enviar a la clínica', later: 'Más tarde', saved: 'Guardado', saving: 'Guardando', notSaved: 'Todavía no está guardado. Lo intentamos otra vez.', sent: 'Su médico tiene sus respuestas.', back: 'Volver', notAsked: 'No hay preguntas para esta visita', notAskedText: 'Su clínica no pregunta nada antes. No tiene que hacer nada.',
    notMay: 'Aquí no puede responder por otra persona', notMayText: 'Pídale que comparta con usted sus formularios y visitas.',
  },
  seen: {
    where: 'Dónde está ahora {{name}}', outside: 'Fuera de los lugares donde esta clínica puede atender', call: 'Llamar al {{phone}}', saidAt: 'Dicho a las {{time}}', said: 'Por {{name}}',
    answers: 'Respondido antes de la visita', answersBy: '{{name}}, {{when}}', was: 'la última vez: {{text}}', changed_one: '{{count}} respuesta no es la del {{when}}', changed_other: '{{count}} respuestas no son las del {{when}}', same: 'Las mismas respuestas que el {{when}}', waits: 'Las preguntas todavía no están respondidas.', draft: 'El paciente está respondiendo las preguntas.',
    lines: 'Escrito con {{name}}', answer: 'Responder', answerNew_one: 'Responder, {{count}} línea nueva', answerNew_other: 'Responder, {{count}} líneas nuevas', answerTo: 'Responder a {{name}}', write: 'Escribir', writeTo: 'Escribir a {{name}}', quick: 'Respuestas rápidas', soon: 'En unos minutos estamos con usted.', hold: 'Quédese en esta página, por favor. Hemos visto su mensaje.', phone: 'Ahora le llamamos por teléfono.', field: 'Su respuesta a {{name}}',
    lateWhose: 'El día de', lateMine: 'Mi propio día', lateOf: '¿Va con retraso {{name}}?',
    late: '¿Con retraso?', lateBy: '{{count}} min de retraso: decirlo a todos los que esperan o vienen pronto', lateMin: '{{count}} min', onTime: 'A tiempo', onTimeSay: 'A tiempo otra vez: decirlo a todos los que esperan o vienen pronto', lateTold_one: 'Se avisó a {{count}} paciente.', lateTold_other: 'Se avisó a {{count}} pacientes.', lateNone: 'Nadie espera ni viene en las próximas horas.', lateNow_one: '{{count}} minuto de retraso', lateNow_other: '{{count}} minutos de retraso',
  },
  rules: {
    page: 'Reglas para las visitas', licence: 'Dónde puede atender por video', licenceText: 'Los pacientes dicen dónde están antes de esperar. Deje la lista vacía si puede atender en todas partes.', add: 'Añadir un lugar', whole: 'Todo el país', places: 'Puede atender en', everywhere: 'En todas partes', remove: 'Quitar {{name}}', outside: 'Un paciente que está en otro lugar', warn: 'puede esperar, y a usted se le avisa', refuse: 'tiene que llamarle', save: 'Guardar', saved: 'Guardado.',
    forms: 'Preguntas antes de una visita', formsText: 'El paciente las responde en el teléfono, y usted las lee al lado de la imagen.', video: 'Visitas por video', clinic: 'Visitas en la clínica', videoOf: 'Por video, {{field}}', clinicOf: 'En la clínica, {{field}}', none: 'Sin preguntas', sameAs: 'Como para todas', look: 'Preguntas de «{{name}}»',
  },
}

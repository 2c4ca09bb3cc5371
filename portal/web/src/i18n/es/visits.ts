import type { Same } from '../shape'
import type { visits as english } from '../en/visits'

export const visits: Same<typeof english> = {
  visit: {
    page: 'Consulta', back: 'Consultas', with: '{{name}}, {{day}} a las {{time}}', stage: 'Imagen', controls: 'Controles de la llamada', muted: 'sin sonido', pictureOff: 'La imagen está apagada', reconnecting: 'Reconectando',
    mute: 'Silenciar', unmute: 'Activar sonido', cameraOff: 'Apagar cámara', cameraOn: 'Encender cámara', flip: 'Girar cámara', share: 'Compartir', unshare: 'Dejar de compartir', chat: 'Chat', leave: 'Salir', newChat_one: '{{count}} línea nueva', newChat_other: '{{count}} líneas nuevas',
    chatKin: { mother: '{{name}}, por su madre', father: '{{name}}, por su padre', parent: '{{name}}, por su padre o madre', child: '{{name}}, por su hijo o hija', son: '{{name}}, por su hijo', daughter: '{{name}}, por su hija', brother: '{{name}}, por su hermano', sister: '{{name}}, por su hermana', wife: '{{name}}, por su esposa', husband: '{{name}}, por su esposo', friend: '{{name}}, por una amistad', spouse: '{{name}}, por su cónyuge', partner: '{{name}}, por su pareja', sibling: '{{name}}, por su hermano o hermana', grandparent: '{{name}}, por su abuelo o abuela', guardian: '{{name}}, por el paciente', other: '{{name}}, por el paciente' }, chatLines: 'Lo que se escribió', chatNone: 'Todavía no hay nada escrito. Todos en la consulta pueden leerlo.', chatField: 'Escriba a todos en la consulta', chatKept: 'Su texto sigue aquí.', send: 'Enviar',
    moveSelf: 'Mover las imágenes pequeñas', joining: 'Le estamos conectando.', alone: '{{name}} no está en la imagen ahora. Quédese aquí, no tiene que hacer nada.', soundOn: 'Encender el sonido', onlySound: 'Su conexión es muy débil. Apagamos las imágenes para que el sonido se mantenga. Volverán solas.',
    line: { joining: 'Conectando', good: 'Buena conexión', weak: 'Débil: la imagen puede verse borrosa', bad: 'Muy débil: solo sonido', lost: 'Reconectando: le volvemos a llamar' },
  },
  check: {
    title: '¿Puede verse?', titleFail: 'Todavía no le vemos', cameraOk: 'La cámara funciona', cameraFail: 'La cámara no funciona', cameraWait: 'Encendiendo la cámara', micSay: 'Diga unas palabras', micOk: 'Le oímos', micFail: 'El micrófono no funciona', meterQuiet: 'Nivel del micrófono: bajo', meterHeard: 'Nivel del micrófono: bueno',
    hear: '¿Nos oye?', hearYes: 'Nos oye', hearNo: 'Suba el volumen y vuelva a reproducirlo.', tune: 'Reproduzca una melodía corta.', play: 'Reproducir', heardYes: 'La oigo', heardNo: 'No oigo nada', works: 'Funciona', fails: 'Todavía no funciona',
    network: { testing: 'Probando la conexión', good: 'Buena conexión', slow: 'Conexión lenta', fail: 'La conexión no funciona' }, networkText: { testing: 'Tarda unos segundos.', good: 'Imagen y sonido claros.', slow: 'La imagen puede verse borrosa. Acérquese al wifi.', fail: 'Abajo dice qué ayuda.' },
    go: 'Sí, ir a la sala de espera', next: 'Sí, continuar', goAnyway: 'Continuar así', help: 'No, ayúdeme a arreglarlo', which: 'Elegir otra cámara o micrófono', whichCamera: 'Cámara', whichMic: 'Micrófono',
  },
  fix: {
    title: 'Qué ayuda', again: 'Intentar otra vez',
    missing: 'No encontramos cámara ni micrófono en este dispositivo. Conecte uno o use un teléfono.', busy: 'Otra aplicación usa la cámara o el micrófono. Cierre otras aplicaciones de video e inténtelo otra vez.', unsupported: 'Este navegador no puede hacer videollamadas. Abra la consulta en Chrome, Safari, Edge o Firefox.', quiet: 'Suba el volumen con las teclas de su dispositivo. ¿Tiene auriculares conectados? Entonces el sonido está allí.', closed: 'La red de aquí bloquea las videollamadas. Use otro wifi, o apáguelo y use los datos móviles.',
    general: { one: '¿Imagen negra? Vea si hay una tapa sobre la cámara.', two: 'Cierre otras aplicaciones que hacen videollamadas.', three: 'Acérquese al wifi o use los datos móviles.', four: 'Reinicie el dispositivo. Esta página le trae de vuelta aquí.' },
  },
  consent: {
    title: 'Antes de empezar', lead: 'Esta consulta es por video. Lea esto una vez, por favor.', leadFor: 'Usted participa en la consulta de {{name}}. Lea esto una vez, por favor.',
    video: 'Nos vemos y oímos por video. Una consulta por video no puede reemplazar todas las exploraciones. Su médico le dice cuándo debe venir.', private: 'Esté en un lugar donde nadie escuche que no deba. La clínica hace lo mismo. No se graba nada.', record: 'Lo importante se escribe en la historia, como en toda consulta. Después puede leerlo.', emergency: 'Díganos dónde está cuando preguntemos, para poder enviar ayuda en una emergencia.', stop: 'Puede parar cuando quiera y pedir una consulta en la clínica.',
    kept: 'Guardamos cuándo aceptó y con qué texto.', agree: 'Acepto, continuar', no: 'Ahora no',
  },
  wait: {
    knows: '{{name}} sabe que está aquí', telling: 'Le decimos a {{name}} que está aquí', early: 'Llega temprano', earlyText: 'La sala de espera abre {{day}} a las {{time}}. Entonces le hacemos pasar.', live: '{{name}} ha empezado la consulta y le hace pasar ahora.', notYet: 'Desde aquí le hacen pasar. No tiene que hacer nada.',
    yours: 'Su espera', soon: 'No debería tardar mucho', minutes_one: 'Alrededor de {{count}} minuto', minutes_other: 'Alrededor de {{count}} minutos', putDown: 'Puede dejar el teléfono. Suena cuando es su turno. Deje esta página abierta.', putDownEarly: 'Puede dejar el teléfono. Deje esta página abierta.',
    late_one: '{{name}} lleva {{count}} minuto de retraso. Siga esperando o llámenos.', late_other: '{{name}} lleva {{count}} minutos de retraso. Siga esperando o llámenos.', device: 'Su cámara y su sonido', soundOn: 'El sonido está encendido', soundOff: 'El sonido está apagado', pictureOn: 'La imagen está encendida', pictureOff: 'La imagen está apagada', here: '{{name}} está aquí', phone: 'Mejor por teléfono: {{phone}}',
  },
  join: {
    page: 'Su consulta', title: 'Su consulta por video', lead: '{{clinic}} le invita a una consulta por video. No necesita contraseña.', open: 'Abrir mi consulta',
    hello: 'Hola, {{name}}', yours: 'Esta es su consulta por video. Se ven y se oyen en este dispositivo.', when: '{{day}} a las {{time}}', from: 'Vuelva a esta página {{day}}, a partir de las {{time}}. Guarde su carta: el enlace abre esta página otra vez.',
    go: 'Ir a la consulta', try: 'Probar ahora la cámara y el sonido', notYou: '¿No es usted? Cierre esta página y llame a la clínica.',
    gone: 'Este enlace ya no sirve', goneText: 'La clínica lo cerró, la consulta terminó o hay un enlace más nuevo. Llame a la clínica y le ayudamos.', dead: 'Este enlace está cerrado', deadText: 'Hubo demasiadas fechas de nacimiento equivocadas. Llame a la clínica y le damos un enlace nuevo.',
    closed: 'Su consulta no está abierta aquí', closedText: 'Se abrió en otro dispositivo, o la clínica cerró el enlace.', noLink: 'Abra otra vez el enlace de su carta, o llame a la clínica.', again: 'Abrirla en este dispositivo',
  },
  end: {
    left: 'Usted salió de la consulta', leftText: 'Continúa sin usted, y puede volver a entrar.', goBack: 'Volver a la consulta', refused: 'No pudimos hacerle pasar', refusedText: 'La clínica no le hizo pasar a esta consulta. Llámenos y averiguamos por qué.',
    over: 'La consulta ha terminado', overText: 'El resumen llega en cuanto {{name}} lo firme. Lo encuentra aquí y entre sus consultas.', summaryReady: 'El resumen está listo.', readSummary: 'Leer el resumen', cancelled: 'Esta consulta se canceló', cancelledText: 'Puede reservar otra.', toVisits: 'A sus consultas',
    thanks: 'Gracias. La consulta ha terminado.', thanksText: 'Ya puede cerrar esta página. Si tiene alguna pregunta, llámenos.', cancelledCall: 'Llámenos si necesita otra.',
  },
  bye: {
    lost: 'No pudimos volver a llamarle', lostText: 'No hay conexión. Revise el wifi o los datos móviles. Le guardamos su lugar en la consulta.', ended: 'La consulta ha terminado', endedText: 'El médico la terminó. El resumen llega en cuanto esté firmado.', removed: 'Ya no está en esta consulta', removedText: 'Llame a la clínica si es un error.',
    signed_out: 'Su sesión se cerró', signed_outText: 'Entre otra vez y vuelva a la consulta.', elsewhere: 'Está en la consulta en otro dispositivo', elsewhereText: 'Solo un dispositivo a la vez puede ocupar su lugar.', here: 'Usar este dispositivo', closed: 'La consulta está cerrada aquí', closedText: 'Se abrió en otro dispositivo, o la clínica cerró el enlace. Abra su enlace otra vez o llame a la clínica.',
  },
  summary: {
    page: 'Resumen de la consulta', title: 'Resumen de su consulta', titleFor: 'Resumen de la consulta de {{name}}', with: 'Con {{name}}, {{date}}', yourTurn: 'Le toca a usted', callIf: 'Llame al {{phone}} si', next: 'Qué viene después.', signed: 'Firmado por {{name}}, {{when}}.', addendum: 'Añadido después', addedBy: '{{name}}, {{when}}', ask: 'Hacer una pregunta', new: 'Nuevo desde las {{time}}',
    notYet: 'El resumen todavía no está', notYetText: 'Llega en cuanto esté firmado. Entonces le avisamos.',
  },
  cockpit: {
    page: 'Consulta', back: 'Volver al día', video: 'Video', chart: 'Historia', note: 'Nota', panes: 'Partes de la consulta', start: 'Empezar la consulta', startText: 'Se encienden su cámara y su micrófono. Con eso nadie entra todavía.', end: 'Terminar', endSure: '¿Terminar la consulta para todos?', endGo: 'Sí, terminar', endKeep: 'Continuar', ended: 'La consulta ha terminado.', endedAfter: 'La consulta ha terminado. Hablaron {{minutes}}.', talk: 'Tiempo hablado', notStarted: 'Sin empezar', notVideo: 'Esta consulta es en la clínica.',
    waiting: 'Esperan', waits: '{{name}} espera', since: 'desde las {{time}}', asks: 'Quiere hablar de', letIn: 'Hacer pasar', letInName: 'Hacer pasar a {{name}}', refuse: 'Ahora no', nobody: 'Todavía no espera nadie', nobodyText: 'Oirá un sonido cuando llegue alguien.', inRoom: 'En la consulta', left: 'Salió de la consulta', checkOk: 'Cámara, sonido y conexión funcionan', checkNo: 'Sin probar', checkFail: 'Problemas con: {{list}}', checkPart: { camera: 'cámara', microphone: 'micrófono', speaker: 'altavoz', network: 'conexión' },
    late: 'Con retraso', lateBy: '¿Cuánto retraso lleva?', lateMinutes: '{{count}} min', lateTold: 'Todos los que esperan ven: {{count}} minutos de retraso.', lateNone: 'Otra vez a tiempo',
    tabs: 'Partes de la historia', forVisit: 'Para esta consulta', results: 'Resultados', medicines: 'Medicinas', notes: 'Notas', reason: 'Motivo', facts: 'De la historia', noReason: 'No se dio ningún motivo', proxy: 'actúa por {{name}}',
    noteTitle: 'Nota de la consulta', subjective: 'Qué nos contaron', objective: 'Qué vimos', assessment: 'Valoración', plan: 'Plan', forPatient: 'Para {{name}}', summary: 'En una frase sencilla', summaryHelp: 'Es lo primero que lee.', instructions: 'Qué hace ahora', instructionsHelp: 'Cada línea es un paso.', callIf: 'Llamar al {{phone}} si', callIfHelp: 'Cada línea es una señal.', followUp: 'Qué viene después y cuándo',
    fill: 'Rellenar desde la historia', filled: 'Rellenado desde la historia', saved: 'Guardado a las {{time}}', saving: 'Guardando', unsaved: 'Sin guardar', saveFailed: 'No se guardó. Lo intentamos otra vez, su texto está aquí.', conflict: 'Esta nota se cambió en otro lugar', conflictText: 'Alguien escribió en ella en otro lugar. Ambos textos se guardan hasta que usted elija.', mine: 'Conservar lo de aquí', theirs: 'Tomar el otro', sign: 'Firmar y enviar a {{name}}', signHelp: 'Después de firmarla, la nota no se puede cambiar, solo añadir algo.', needs: 'Antes de firmar', needAssessment: 'Escriba la valoración', needPlan: 'Escriba el plan', needSummary: 'Escriba una frase para {{name}}',
    signed: 'Firmado por {{name}}, {{when}}', frozen: 'Esta nota está firmada. Se puede añadir algo, pero no cambiarla.', addendum: 'Añadido', addAddendum: 'Añadir algo', addendumField: 'Qué añadir', addendumSign: 'Firmar lo añadido', sent: 'Firmado. {{name}} ya puede leer el resumen.', added: 'Lo añadido está firmado.', seeSummary: 'Qué lee {{name}}', none: 'Nada escrito', noNote: 'No puede ver la nota de esta consulta.',
    key: { letIn: 'hacer pasar', order: 'añadir u ordenar', mute: 'silenciar', pane: 'parte siguiente', sign: 'firmar', back: 'día' },
  },
}

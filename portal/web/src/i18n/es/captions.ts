import type { Same } from '../shape'
import type { captions as english } from '../en/captions'

export const captions: Same<typeof english> = {
  captions: {
    word: 'Subtí\u00ADtulos', lines: 'Lo que se dice, por escrito',
    asked_one: '{{names}} pidió subtítulos de lo que se dice.', asked_other: '{{names}} pidieron subtítulos de lo que se dice.',
    text: 'Si usted acepta, su navegador convierte sus palabras en texto, aquí en su aparato. Lo ven, con su nombre, las personas de esta visita que pidan subtítulos. Su voz no se envía a nadie para esto. No se guarda nada.',
    yes: 'Mostrar mis palabras', no: 'Mis palabras no', load: 'Descargarlo y mostrar mis palabras', loadText: 'Su navegador tiene que descargar antes un archivo de voz. Lo hace una sola vez, y el archivo es grande.', busy: 'Su navegador está descargando el archivo de voz. Puede tardar unos minutos.',
    on: 'Sus palabras se muestran como texto a {{names}}.', off: 'Sus palabras no se muestran como texto.', stop: 'Parar', again: 'Mostrar mis palabras',
    youCannot: 'Este navegador no puede convertir sus palabras en texto en su aparato. Nunca enviamos su voz a otro lugar para eso, así que no hay subtítulos de usted. Las demás personas lo ven.', seen: 'De acuerdo',
    alone: 'Los subtítulos están activados. Todavía no hay nadie más.',
    given: {
      yes_one: 'Subtítulos de: {{names}}', yes_other: 'Subtítulos de: {{names}}', open_one: 'Preguntado, aún sin respuesta: {{names}}', open_other: 'Preguntado, aún sin respuestas: {{names}}', loading_one: 'Aceptó, su navegador se prepara: {{names}}', loading_other: 'Aceptaron, sus navegadores se preparan: {{names}}',
      no_one: 'No quiere subtítulos de sus palabras: {{names}}', no_other: 'No quieren subtítulos de sus palabras: {{names}}', cannot_one: 'Su navegador no puede hacer subtítulos: {{names}}', cannot_other: 'Sus navegadores no pueden hacer subtítulos: {{names}}',
    },
  },
  small: {
    title: 'Su visita', with: 'Está en una visita con {{name}}', alone: 'Está en una visita. Ahora no hay nadie más.', back: 'Volver a la visita', backTo: 'Volver a la visita con {{name}}', own: 'Ventana pequeña', here: 'Mostrarla aquí otra vez', inWindow: 'La imagen está en una ventana pequeña.',
    words: 'Sus palabras se muestran como texto.', lost: 'Se perdió la conexión con su visita.', elsewhere: 'Está en una visita con {{name}}. Si empieza esta, sale de aquella.',
    others: 'Otras páginas', question: 'Le preguntan algo. Vuelva a la visita para responder.',
    waiting: 'Está en la sala de espera', number: 'número {{place}}', minutes_one: 'unos {{count}} min', minutes_other: 'unos {{count}} min', late_one: 'La clínica va {{count}} min tarde', late_other: 'La clínica va {{count}} min tarde', lines_one: '{{count}} mensaje nuevo', lines_other: '{{count}} mensajes nuevos',
    backShort: 'Volver', backWaiting: 'Volver a la sala de espera', leaveWaiting: 'Salir de la sala de espera', called: 'Le llaman', lets: '{{name}} le hace pasar ahora.', join: 'Entrar ahora', out: 'Ya no está en la sala de espera.',
    picture: 'Imagen pequeña', pictureBack: 'Imagen aquí otra vez',
  },
}

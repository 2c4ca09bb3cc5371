import type { Same } from '../shape'
import type { chat as english } from '../en/chat'

export const chat: Same<typeof english> = {
  chat: {
    share: 'Compartir una foto', shareWith: 'Compartir una foto con {{name}}', photo: 'Foto de {{name}}', mine: 'Su foto', larger: 'Verla grande', small: 'Volver al chat', tab: 'Abrir en otra pestaña', gone: 'Esta foto no se puede mostrar ahora.',
    preparing: 'Preparando', sending: 'Enviando, {{percent}} %', again: 'Intentar de nuevo', drop: 'Quitar', underway: 'Fotos en camino', kind: 'Aquí solo se pueden compartir fotos.', large: 'La foto es muy grande. Elija otra.', unreadable: 'La foto no se puede leer. Tome una nueva o elija otra.',
    files: 'Lo que se escribe aquí queda en el expediente del paciente con la nota de la visita.', filesLobby: 'Las líneas se borran después de 30 días. Una foto que usted comparte queda en el expediente con la nota de la visita.',
    sealed: 'La privacidad extra protege el sonido y la imagen. No protege este chat: nuestro servidor puede leerlo.',
    lines_one: '{{count}} línea', lines_other: '{{count}} líneas', images_one: '{{count}} imagen', images_other: '{{count}} imágenes',
    goes: 'Chat: {{list}} para el expediente', stays: 'Fuera del expediente: {{list}}', staysAll: 'Nada del chat queda en el expediente.',
    change: 'Dejar fuera', keepAll: 'Incluir todo', leaveAll: 'Dejar fuera todo el chat', leaveImage: 'Dejar fuera la imagen {{count}}, de {{name}}', reason: 'Por qué se deja fuera', reasonHelp: 'Esto queda en el registro de accesos. Lo que se deja fuera se borra 30 días después de la visita.', needReason: 'Escriba por qué se deja fuera una parte del chat.',
    record: 'Lo que se escribió en la visita', recordText: 'El chat de la visita, con sus imágenes.',
  },
  chatRules: {
    title: 'Chat de la visita', text: 'Estas reglas valen para todas las visitas.',
    room: 'Lo que se escribe y se muestra en la sala queda en el expediente cuando se firma la nota. El médico puede dejar fuera imágenes, o todo, y dice por qué.',
    lobby: 'Las líneas de la sala de espera no quedan en el expediente. Una imagen que comparte allí el lado del paciente sí queda.',
    rest: 'Lo que no está en el expediente se borra 30 días después de la visita.',
    who: 'En el expediente consta quién escribió cada línea. Los invitados e intérpretes aparecen como tales.',
  },
}

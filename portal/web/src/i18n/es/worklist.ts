import type { Same } from '../shape'
import type { worklist as english } from '../en/worklist'

/** Lo que la clínica tiene que decidir. */
export const worklist: Same<typeof english> = {
  work: {
    page: 'Por decidir', lead: 'Nada de esto se hace solo. Usted decide.', parts: 'Listas', more: 'Mostrar más', reason: 'Por qué (se guarda con el expediente)', reasonMissing: 'Diga en pocas palabras por qué.', compare: 'Las dos personas, una al lado de la otra', differs: 'no coincide',
    held: 'El paciente aún no lo ve', heldNone: 'Ningún resultado espera.', harmTag: 'Retenido', harm: 'Un médico lo retiene hasta el {{date}}.', harmBy: '{{name}} lo retiene hasta el {{date}}.', wish: 'El paciente pidió escuchar primero su explicación. El {{date}} lo verá en todo caso.', because: 'Por qué: {{text}}', release: 'Dejar que el paciente lo vea',
    imports: 'De otros, sobre alguien desconocido', importsNone: 'No llegó nada sobre personas que no conocemos.', noName: 'Alguien sin nombre', came: 'Llegó el', dated: 'Con fecha', holds: 'Qué es', onlyPerson: 'Solo quién es la persona', whose: '¿Quién es?', score: '{{grade}}, {{score}} de 100',
    sent: 'Como se envió', here: 'En nuestros expedientes', find: '¿Quién es? Búsquelo aquí', findOther: 'Buscar a otra persona', findNone: 'Ninguno de sus pacientes coincide. Revise cómo está escrito, o pruebe la fecha de nacimiento así: 1952-03-02.',
    take: 'Es {{name}}', begin: 'Es una persona nueva', refuse: 'No tomarlo', takeHelp: 'Si es alguien que usted conoce, se muestra como uno solo con su expediente y se puede volver a separar. Lo que no toma se borra aquí; el remitente lo conserva.',
    same: 'Quizás la misma persona', sameNone: 'No hay dudas sobre nadie.', grade: { certain: 'Mismo número', probable: 'Muy parecidos', possible: 'Parecidos' },
    keeps: 'Expediente que continúa', other: 'Otro expediente', from: 'Vino de', entries: 'Anotaciones', sex: 'Sexo', join: 'Unir los dos expedientes', apart: 'Son dos personas',
    assign: 'Escrito mientras los expedientes estaban unidos', assignNone: 'No hay nada que asignar.', nowIn: 'Ahora está con', maybeIn: 'Puede ser de', stay: 'Está donde debe', move: 'Trasladarlo al otro',
  },
  move: {
    page: 'Trasladar a otra persona', whose: '¿De quién es? Busque a la persona correcta', other: 'Elegir a otra persona', from: 'Está con', to: 'Pasa a', then: 'Qué ocurre',
    then1: '{{name}} ya no lo ve, ni nadie que mire su expediente.', then2: '{{name}} lo ve en su expediente.', then3: 'Los dos expedientes guardan que se trasladó, quién lo hizo y por qué. Puede trasladarlo de vuelta.',
    along_one: 'Otra anotación ({{count}}) le pertenece y va con ella.', along_other: 'Otras {{count}} anotaciones le pertenecen y van con ella.', alongFound: 'Otras anotaciones le pertenecen y tienen que ir juntas: {{list}}. Pulse otra vez para trasladarlas juntas.',
    go: 'Trasladarlo a {{name}}', cancel: 'Dejarlo aquí', back: 'volver a la anotación', done: 'Ahora está en el expediente de {{name}}.', openThere: 'Abrirlo allí, con {{name}}',
  },
  joined: {
    page: 'Expedientes unidos', lead: 'Son dos expedientes de una persona. Se muestran como uno solo, y cada uno conserva lo suyo.', by: 'Los unió {{name}} el {{date}}.', since: 'Unidos el {{date}}.', this: 'Este expediente', other: 'El otro expediente',
    thisFirst: 'Este expediente es el que continúa.', otherFirst: 'El otro expediente es el que continúa.', open: 'Abrir el otro expediente', none: 'Este expediente no está unido a otro.',
    part: 'Volver a separarlos', then1: 'Desde entonces cada expediente muestra solo sus propias anotaciones.', then2: 'Quien atiende a una sola de las dos personas ve solo ese expediente.', then3_one: 'Desde entonces se escribió {{count}} anotación. Alguien tiene que decir dónde va.', then3_other: 'Desde entonces se escribieron {{count}} anotaciones. Alguien tiene que decir dónde va cada una.', then3None: 'Desde entonces no se escribió nada, así que no hay nada que asignar.',
    written: 'Escrito desde que se unieron', inThis: 'en este expediente', inOther: 'en el otro expediente', more_one: 'y {{count}} más', more_other: 'y {{count}} más', go: 'Separar los dos expedientes', keep: 'Dejarlos unidos',
    parted_one: 'Vuelven a ser dos expedientes. Hay {{count}} anotación por asignar.', parted_other: 'Vuelven a ser dos expedientes. Hay {{count}} anotaciones por asignar.', partedNone: 'Vuelven a ser dos expedientes. No hay nada que asignar.', toAssign: 'Asignarlas',
  },
}

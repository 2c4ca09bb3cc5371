import type { entrance as en } from '../en/entrance'
import type { Same } from '../shape'

export const entrance: Same<typeof en> = {
  enter: {
    page: 'Entrar', welcome: 'Le damos la bienvenida a {{clinic}}', back: 'Cómo volver a entrar',
    lead: 'Le invitamos a crear una cuenta. Tarda más o menos un minuto.', leadBack: 'Elija una nueva manera de entrar. Las anteriores dejan de servir.',
    loading: 'Estamos mirando su enlace',
    birthTitle: '¿Cuándo nació?', birthHelp: 'Así nadie más entra con su enlace. Por ejemplo: 3, 2, 1952.', month: 'Mes', day: 'Día', year: 'Año (4 cifras)', needBirth: 'Escriba el mes, el día y el año de su nacimiento, en números.',
    triesLeft_one: 'Le queda {{count}} intento.', triesLeft_other: 'Le quedan {{count}} intentos.', goOn: 'Seguir', start: 'Empezar',
    hello: 'Hola, {{name}}', choose: '¿Cómo quiere entrar de ahora en adelante?', passkey: 'Usar mi cara o mi dedo', passkeyHelp: 'La manera más segura y rápida. No hay nada que recordar.', passkeyWaiting: 'Siga los pasos en su dispositivo', passkeyRefused: 'No se creó la llave de acceso. Inténtelo de nuevo o elija una contraseña.',
    or: 'O elija una contraseña', staffOr: 'O una contraseña y una aplicación de códigos', staffHelp: 'Después entra con ellas y conecta allí la aplicación de códigos.', withPassword: 'Usar esta contraseña',
    gone: 'Este enlace ya no sirve', goneText: 'Ya se usó, es demasiado viejo o se hizo uno más nuevo. Pida otro a la clínica.', dead: 'Este enlace está cerrado', deadText: 'Hubo demasiadas fechas de nacimiento incorrectas. Pida otro enlace a la clínica.', toSignIn: 'Ir a la entrada',
    mine: 'Ya tengo una cuenta aquí', mineTitle: 'Para su cuenta', mineLead: 'Escriba otra vez la fecha de nacimiento y la invitación pasa a la cuenta en la que está.', mineDone: 'Listo. Ya está en su cuenta.',
  },
  reset: {
    page: 'Contraseña nueva', forgot: '¿Olvidó su contraseña?', title: 'Pedir una contraseña nueva', lead: 'Escriba el correo de su cuenta. Si está confirmado, le enviamos un enlace.', send: 'Enviarme el enlace',
    sentTitle: 'Mire su correo', sent: 'Si es el correo confirmado de una cuenta con contraseña, el enlace ya va en camino. Sirve durante una hora.', none: '¿No llegó nada? Llámenos y le ayudamos a entrar.',
    chooseTitle: 'Elija una contraseña nueva', chooseLead: 'Después se cierran todas sus sesiones y entra con ella.', save: 'Guardar la contraseña', done: 'Su contraseña nueva está guardada.', recoveryHelp: '¿Perdió su teléfono? Escriba uno de sus códigos de recuperación.', recoveryInstead: 'No tengo mi llave de acceso', recoveryCode: 'Código de recuperación', needRecovery: 'Escriba un código de recuperación: 16 letras y números.',
  },
  staffSignIn: {
    title: 'Cómo entra el personal', on: 'Solo con una llave de acceso', off: 'Con una llave de acceso, o con contraseña y código',
    why: 'Una página que solo se parece a la suya puede pedir la contraseña y el código. Con una llave de acceso no puede: funciona solo con este sitio.',
    count_one: '{{count}} de {{staff}} del personal tiene una llave de acceso.', count_other: '{{count}} de {{staff}} del personal tienen una llave de acceso.', rest: 'Si solo se entra con llave de acceso, los demás crean la suya la próxima vez que entren. Quien la pierda recibe ayuda más abajo.',
    must: 'Desde ahora, solo con llave de acceso', may: 'Permitir otra vez contraseña y código', ownFirst: 'Cree primero una llave de acceso propia, para no quedarse fuera.', ownGo: 'A mis llaves de acceso', unavailable: 'Las llaves de acceso necesitan un sitio con nombre. A este se llega por un número.',
  },
  verify: { page: 'Confirmar su correo', title: '¿Es suyo este correo?', lead: 'Pulse el botón para confirmar que recibió nuestro correo.', yes: 'Sí, es mío', done: 'Gracias. Su correo está confirmado.' },
  safety: {
    codes: 'Códigos de recuperación', codesLead: 'Cada código le deja entrar una vez cuando no tiene su teléfono.', left_one: 'Queda {{count}} código', left_other: 'Quedan {{count}} códigos', noneYet: 'Todavía no tiene ninguno. Hágalos ahora para poder entrar también sin su teléfono.', make: 'Hacer códigos de recuperación', makeNew: 'Hacer códigos nuevos', makeNewText: 'Los códigos que tiene ahora dejan de servir.', shown: 'Imprima estos códigos o anótelos. Solo se muestran ahora.', print: 'Imprimir', download: 'Guardar como archivo', file: 'codigos-de-recuperacion.txt', kept: 'Ya los guardé',
    address: 'Correo', verified: 'Confirmado', notVerified: 'Sin confirmar', verify: 'Enviarme un enlace para confirmarlo', verifySent: 'Un enlace va en camino a {{email}}.', change: 'Cambiar el correo', newEmail: 'Correo nuevo', changeHelp: 'Cambia cuando abra el enlace que enviamos allí. También avisamos a la dirección anterior.', changeSent: 'Si se puede usar, un enlace va en camino a {{email}}. Nada cambia hasta que lo abra.', noMail: 'Este sitio no envía correos.',
    enrollTitle: 'Configure su segundo paso', enrollLead: 'Usted ve historiales de otras personas; por eso no basta una contraseña.', enrollPasskey: 'Configurar con su cara o su dedo', enrollOr: 'O use una aplicación de códigos',
  },
  invite: {
    page: 'Invitaciones', title: 'Invitaciones', lead: 'Personas invitadas a crear una cuenta que todavía no lo hicieron.', for: 'Acceso para este paciente', chart: 'Cuentas e invitaciones',
    has: 'El paciente tiene una cuenta.', hasNot: 'El paciente todavía no tiene cuenta.', who: '¿A quién se invita?', patient: 'Al paciente', caregiver: 'A alguien que ayuda', staff: 'Invitar a personal', name: 'Nombre', birth: 'Fecha de nacimiento', birthHelp: 'Se le pregunta: 1980-06-07', email: 'Correo', optional: 'Correo (no hace falta)', how: '¿Cómo llega el enlace?', mail: 'Por correo', print: 'Impreso, se entrega aquí', language: 'Idioma', roles: 'Función',
    role: { clinician: 'Médico', nurse: 'Enfermería', frontdesk: 'Recepción', privacy: 'Privacidad', admin: 'Administración' },
    make: 'Hacer la invitación', mailed: 'El enlace va en camino.', onceSent: 'Este enlace solo se muestra ahora. Cópielo y envíelo.', once: 'Este enlace solo se muestra ahora. Imprímalo y entréguelo.', qr: 'Imagen para escanear con un teléfono', printIt: 'Imprimir', copyIt: 'Copiar el enlace', copied: 'El enlace está copiado.', done: 'Listo',
    none: 'No hay invitaciones abiertas', noneText: 'Aquí aparece quien fue invitado y todavía no entró.', until: 'Hasta el {{date}}', again: 'Enlace nuevo', againMail: 'Enviar un enlace nuevo', withdraw: 'Retirar', more: 'Ver más',
    state: { open: 'En espera', dead: 'Cerrada: demasiadas fechas de nacimiento incorrectas', expired: 'Demasiado vieja', accepted: 'Aceptada', withdrawn: 'Retirada' }, kind: { patient: 'Paciente', caregiver: 'Ayuda', staff: 'Personal' },
    needName: 'Escriba un nombre.', needBirth: 'Escriba la fecha de nacimiento así: 1980-06-07', needEmail: 'Escriba un correo o imprima el enlace.', needRole: 'Elija una función.',
    recover: 'Ayudar a volver a entrar', recoverLead: 'Para quien perdió todas las maneras de entrar. Mire primero un documento de identidad. Cuando se usa el enlace, todas las maneras anteriores dejan de servir.', reason: '¿Cómo sabe que es esa persona?', reasonHelp: 'Por ejemplo: vi su licencia de conducir', needReason: 'Diga en pocas palabras cómo sabe que es esa persona.', recoverGo: 'Hacer el enlace', recoverEmail: 'Correo de la cuenta',
  },
  visitLink: {
    page: 'Enlace a una visita', title: 'Un enlace para el paciente', lead: 'Para quien no tiene cuenta. Lo abre en un teléfono o una computadora, escribe su fecha de nacimiento y llega a esta visita como paciente. No se abre nada más de la historia.',
    state: { none: 'Todavía no hay enlace', open: 'Sirve', dead: 'Cerrado: demasiadas fechas equivocadas', expired: 'Demasiado viejo' }, used: 'Ya se abrió', until: 'Hasta el {{date}}, {{time}}', make: 'Crear el enlace', again: 'Crear un enlace nuevo', againText: 'Un enlace nuevo cierra el anterior, y quien esté en la visita con él queda fuera.',
    drop: 'Retirar el enlace', dropped: 'El enlace está cerrado. Ya nadie puede entrar con él.', letter: 'Su visita por video: {{when}}, con {{name}}. Apunte la cámara de su teléfono a la imagen, o escriba la dirección en su navegador. Después escriba su fecha de nacimiento. No necesita contraseña. No le diga esta dirección a nadie.', call: '¿Preguntas? Llame al {{phone}}.',
  },
}

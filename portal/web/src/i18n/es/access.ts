import type { Same } from '../shape'
import type { access as english } from '../en/access'

/** Pedir acceso a la clínica, papeles de un juez, invitados de una visita y aplicaciones que se abren desde un expediente. */
export const access: Same<typeof english> = {
  ask: {
    page: 'Pedir acceso', title: 'Pedir acceso al expediente de alguien', lead: 'Para alguien que no puede compartirlo por sí mismo: un niño, o una persona de quien usted es tutor o tiene un poder notarial. Revisamos sus papeles y le respondemos aquí.',
    other: 'Quien puede decidir solo le invita desde su propia cuenta. Entonces no necesita esta página.', yours: 'Lo que ha pedido', new: 'Pedir para alguien', name: 'Su nombre completo', birth: '¿Cuándo nació?', birthHelp: 'Por ejemplo: 31, 5, 2019.', relation: '¿Quién es?', choose: 'Elija',
    basis: '¿Por qué puede actuar en su nombre?', basisOf: { parent: 'Soy su padre o madre', guardian: 'Soy su tutor', 'power-of-attorney': 'Tengo un poder notarial' },
    basisMore: { parent: 'De un hijo menor de edad', guardian: 'Lo decidió un juez', 'power-of-attorney': 'Lo firmó esa persona, o un juez' },
    note: '¿Qué necesita y qué debemos saber?', noteHelp: 'Por ejemplo: ver resultados y reservar visitas. Puede dejarlo vacío.', paper: 'Su documento', paperHelp: 'Una foto o un PDF del acta de nacimiento, de la orden del juez o del poder notarial. Hasta 10 MB.', later: 'También puede enviarlo más tarde.',
    go: 'Enviar la solicitud', needName: 'Escriba su nombre.', needBirth: 'Escriba la fecha de nacimiento con tres números: día, mes y año.', needRelation: 'Elija quién es.', needBasis: 'Elija por qué puede actuar en su nombre.', needPaper: 'Elija una foto o un PDF.', tooBig: 'Este archivo es muy grande. Elija uno de menos de 10 MB.',
    sent: 'Recibimos su solicitud. Le avisaremos cuando hayamos decidido.', paperSent: 'Recibimos su documento.', paperFailed: 'Recibimos su solicitud, pero su documento no llegó. Envíelo otra vez abajo.', withdrawn: 'Usted retiró su solicitud.',
    clinicTurn: 'Le toca a la clínica.', checking: 'Revisamos su documento. Aún no hay fecha. Le avisamos cuando hayamos decidido.', yourTurn: 'Le toca a usted.', sendPaper: 'Envíenos su documento. Podremos decidir cuando lo tengamos.', paperGo: 'Enviar el documento', withdraw: 'Retirarla', withdrawOf: 'Retirarla: {{name}}',
    state: { waiting: 'Espera nuestra respuesta', approved: 'Tiene acceso', refused: 'No concedida', withdrawn: 'Retirada' }, openPeople: 'Ver por quién está aquí', refused: 'Lo sentimos: no pudimos darle acceso.', clinicSays: 'La clínica escribe:', stillAsk: 'Si cree que no es correcto, llámenos. Con gusto hablamos con usted.', asked: 'Pedida el {{date}}', born: 'Fecha de nacimiento: {{date}}', has: 'Su documento: {{title}}', back: 'Volver',
  },
  requests: {
    page: 'Solicitudes de acceso', lead: 'De quienes cuidan a personas que no pueden compartir su expediente. Nunca se les dice si alguien es paciente aquí.', none: 'No hay solicitudes pendientes.', more: 'Mostrar más', asks: '{{name}} pide acceso', since: 'Pedida el {{date}}',
    wrote: 'Escribió', record: 'El expediente dice', patient: 'Nombre', born: 'Fecha de nacimiento', differs: 'es distinto', is: 'El paciente es su', relation: { child: 'hija o hijo', mother: 'madre', father: 'padre', spouse: 'cónyuge', partner: 'pareja', sibling: 'hermana o hermano', grandparent: 'abuela o abuelo', other: 'otra persona' }, why: 'Puede actuar por', basis: { parent: 'Padre o madre de un menor', guardian: 'Tutor por orden de un juez', 'power-of-attorney': 'Poder notarial' }, note: 'Su nota',
    paper: 'Abrir su documento', noPaper: 'Aún no hay documento. Sin él no se puede conceder.', whose: '¿De quién es el expediente?', whoseElse: 'Primero la recepción o el equipo dice de quién es el expediente. Si no es de nadie, recházela.', pick: 'Buscar al paciente', matched: 'Se encontró el expediente.', another: 'Es otra persona',
    give: 'Dar acceso', notYours: 'Pueden concederlo el responsable de privacidad o los médicos y enfermeras del equipo del paciente.', sees: 'Lo que puede ver', can: 'Lo que puede hacer',
    power: { messages: 'Escribir mensajes por el paciente', scheduling: 'Reservar visitas para el paciente', medicines: 'Pedir recetas para el paciente', documents: 'Añadir documentos del paciente', visits: 'Participar en visitas por video', share: 'Compartir el expediente' },
    until: 'Último día', untilHelp: 'El acceso de un padre termina solo cuando el hijo es mayor de edad.', rules: '¿Qué reglas de edad valen?', rulesUsual: 'Las habituales', seen: '¿Qué documento vio?', seenHelp: 'Por ejemplo: acta de nacimiento 26-118 de Hill County', identity: '¿Cómo comprobó quién lo pide?', identityHelp: 'Por ejemplo: licencia de conducir, en la recepción',
    identityKept: 'Identidad: {{how}}', giveGo: 'Dar este acceso', cancel: 'Cancelar', refuse: 'Rechazar', refuseFor: '¿Por qué no? Esa persona lo lee.', refuseHelp: 'Escriba con amabilidad y no diga si existe ese paciente.', refuseGo: 'Rechazar la solicitud',
    needSeen: 'Diga qué documento vio.', needIdentity: 'Diga cómo comprobó quién lo pide.', needUntil: 'Elija el último día.', needSees: 'Elija al menos una parte del expediente.', needReason: 'Escriba una frase que pueda leer.', given: '{{name}} ya tiene acceso.', wasRefused: '{{name}} lee su respuesta.', papers: 'Papeles de un juez sobre este paciente',
  },
  blocks: {
    page: 'Papeles de un juez', lead: 'Quién no debe entrar en un expediente porque lo dijo un juez. A la persona no se le dice: para ella el expediente simplemente no está.', all: 'Todos los papeles', none: 'No hay nadie excluido.', of: 'Papeles de un juez', find: 'Buscar al paciente', more: 'Mostrar más', for: 'Para este expediente', born: 'nació el {{date}}',
    out: '{{name}} queda fuera', state: { planned: 'Aún no', holds: 'Vale', ended: 'Terminó', lifted: 'Levantado' }, paper: 'Documento', reason: 'Motivo', time: 'Desde, hasta', span: '{{from}} a {{until}}', open: 'desde el {{from}}, hasta que se levante', set: 'Anotado', by: '{{name}}, {{date}}', lifted: 'Levantado', somebody: 'Alguien que ya no está',
    add: 'Dejar fuera a alguien', email: 'Correo de la persona', emailHelp: 'De la cuenta con la que entra. Quien no tiene cuenta no puede entrar.', why: 'Motivo, en pocas palabras', whyHelp: 'Por ejemplo: orden de protección', which: '¿Qué documento?', whichHelp: 'El juzgado, el número, la fecha y dónde se guarda', from: 'Primer día', fromHelp: 'Vacío: desde ahora', until: 'Último día', untilHelp: 'Vacío: hasta que alguien lo levante', go: 'Dejar fuera',
    needEmail: 'Escriba el correo de su cuenta.', needWhy: 'Diga el motivo en pocas palabras.', needWhich: 'Nombre el juzgado, el número y la fecha.', added: '{{name}} queda fuera de este expediente.', lift: 'Levantar', liftFor: 'Levantar: {{name}}', liftWhy: '¿Por qué se levanta?', liftGo: 'Levantarlo', keep: 'Dejarlo', nowLifted: 'El documento sobre {{name}} ya no vale.',
    share: 'Quién tiene acceso', shareNone: 'No se comparte con nadie.', untilDate: 'hasta el {{date}}', grant: { active: 'Tiene acceso', ended: 'Terminó', revoked: 'Retirado' }, rowText: 'Quién no debe entrar en qué expediente',
  },
  guests: {
    page: 'Traer a alguien', title: 'Traer a alguien a esta visita', lead: 'Ve esta visita y de quién es, nada más del expediente. Puede entrar cuando se abre la puerta, y termina con la visita.', back: 'Visitas', backChart: 'Volver al expediente', none: 'No hay nadie más invitado.', who: 'Quién puede venir', add: 'Invitar a alguien',
    state: { invited: 'Aún sin aceptar', active: 'Puede venir', ended: 'Terminó', revoked: 'Retirado' }, take: 'Retirar', takeFor: 'Retirar: {{name}}', taken: '{{name}} ya no puede venir.', name: 'Su nombre', relation: '¿Quién es para el paciente?', yours: '¿Quién es?', go: 'Crear la invitación', ready: 'El enlace para {{name}} está listo', readyLead: 'Solo lo mostramos una vez. Envíelo solo a {{name}}.', another: 'Listo',
    helper: { parent: 'Hija o hijo', child: 'Padre o madre', spouse: 'Cónyuge', partner: 'Pareja', sibling: 'Hermana o hermano', grandparent: 'Nieta o nieto', friend: 'Amistad', other: 'Otra persona' },
  },
  starts: {
    one: 'Abrir {{app}}', many: 'Abrir una aplicación', hint: 'Sobre este paciente, en una ventana nueva', blocked: 'Su navegador no dejó abrir la ventana nueva. Permita ventanas nuevas para esta página e inténtelo otra vez.', list: 'Aplicaciones para este paciente',
  },
  welcome: {
    page: 'Bienvenida', title: 'Ya está dentro', lead: 'Una cosa más, para que siempre pueda volver.', leadNone: 'Usted entra con una contraseña. Una llave de acceso o una aplicación de códigos lo hace más seguro.', thenCodes: 'Después le damos códigos para el día en que no tenga su teléfono.', go: 'Continuar', later: 'Ahora no', laterText: 'Puede hacerlo cuando quiera en “Cómo entra”.', kept: 'Muy bien. Guarde los códigos donde solo usted los encuentre.',
  },
}

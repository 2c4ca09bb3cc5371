import type { Same } from '../shape'
import type { sharing as english } from '../en/sharing'

/** Dar acceso a alguien, y aceptarlo. */
export const sharing: Same<typeof english> = {
  deeds: { title: 'Qué hizo {{name}}', none: 'Nada todavía, salvo mirar.', message: 'Envió un mensaje', booked: 'Reservó una visita', changed: 'Cambió o canceló una visita', asked: 'Pidió algo a la clínica', answered: 'Respondió o retiró una solicitud', form: 'Llenó un cuestionario', more: 'Mostrar anteriores' },
  offer: {
    title: 'Compartir con alguien', lead: 'Usted elige qué ve esa persona y hasta cuándo. No se comparte nada antes de que acepte.', open: 'Compartir con alguien',
    name: 'Su nombre', relation: '¿Quién es?', choose: 'Elija', sees: 'Lo que puede ver', sensitive: 'También notas y temas privados', sensitiveMore: 'Por ejemplo salud mental, embarazo, VIH',
    can: 'Lo que puede hacer por usted', until: 'Último día', untilHelp: 'Compartir siempre termina. Puede volver a compartir, y dejar de hacerlo cuando quiera.', go: 'Crear el enlace',
    needName: 'Escriba su nombre.', needRelation: 'Elija quién es.', needSees: 'Elija al menos una parte de su expediente.', needUntil: 'Elija el último día.',
    readyTitle: 'El enlace para {{name}} está listo', readyLead: 'Envíelo usted mismo. Solo lo mostramos una vez.', link: 'Enlace', copy: 'Copiar el enlace', copied: 'Copiado', mail: 'Enviarlo por correo',
    mailSubject: 'Una invitación', mailBody: 'Me gustaría que me ayude con mi atención. Abra este enlace y entre:\n{{link}}',
    readyText: 'Quien abra el enlace y entre puede aceptarlo, así que envíelo solo a {{name}}. Sirve una vez, hasta el {{date}}. Le avisamos cuando se acepte.', back: 'Volver a compartir',
    waiting: 'Invitaciones', notYet: 'Aún sin aceptar', waitsUntil: 'El enlace sirve hasta el {{date}}.', takeBack: 'Retirar', taken: 'Se retiró la invitación para {{name}}. Su enlace ya no sirve.',
    less: 'Compartir menos', lessTitle: 'Compartir menos con {{name}}', lessLead: 'Quite lo que {{name}} ya no debe ver o hacer. Vale de inmediato.', lessUntil: 'Un último día más temprano, si quiere',
    lessNone: 'Para no compartir nada, deje de compartir.', lessGo: 'Compartir solo esto', lessKeep: 'Dejarlo como está', lessened: 'Ahora comparte menos con {{name}}.', invitedAs: 'Usted invitó a “{{name}}”.',
  },
  accept: {
    page: 'Invitación', title: '{{name}} quiere compartir su expediente con usted', until: 'Hasta el {{date}}.', sees: 'Usted ve {{list}}', visit: 'Puede participar en una visita por video con esa persona', hides: 'No ve notas ni temas privados',
    can: { messages: 'Puede escribir mensajes en su nombre', scheduling: 'Puede reservar visitas en su nombre', medicines: 'Puede pedir recetas en su nombre', documents: 'Puede añadir documentos en su nombre', visits: 'Puede participar en visitas por video', share: 'Puede compartir su expediente' },
    seen: '{{name}} puede ver lo que usted mira, y puede dejar de compartir cuando quiera. Usted también.', go: 'Aceptar', later: 'Ahora no', as: 'Entró como {{name}}. Si no es usted, salga primero.',
    early: 'Puede venir a la visita con {{name}}', earlyText: 'La puerta se abre el {{when}}. Entonces entre y mire en “¿Por quién está aquí?”.', people: '¿Por quién está aquí?',
    gone: 'Este enlace no funciona', goneText: 'Abra el enlace otra vez desde su mensaje. Si sigue sin funcionar, pida otro.',
  },
}

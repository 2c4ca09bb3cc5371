import type { Same } from '../shape'
import type { room as english } from '../en/room'

export const room: Same<typeof english> = {
  room: {
    called: { guest: '{{name}} (invitado)', interpreter: '{{name}} (intérprete)' }, role: { guest: 'Invitado', interpreter: 'Intérprete' }, team: 'El equipo médico',
    relation: { child: 'Hija o hijo', parent: 'Madre o padre', spouse: 'Cónyuge', partner: 'Pareja', sibling: 'Hermano o hermana', grandchild: 'Nieto o nieta', friend: 'Amigo o amiga', other: 'Otra persona' },
    saysSelf: 'Según dice: {{relation}}. Pregunte quién es antes de hacerle pasar.', saysName: 'Dio este nombre por su cuenta. Pregunte quién es antes de hacerle pasar.', otherDevice: 'Ahora en otro dispositivo que antes. Pregunte quién es.',
    muted: '{{name}} apagó su micrófono. Usted puede volver a encenderlo.', youLarge: 'Ahora todos le ven en grande.', leads: 'Ahora {{name}} dirige esta visita.', youLead: 'Usted dirige esta visita.',
    muteAll: 'Silenciar a todos', lock: 'Cerrar la sala', unlock: 'Abrir la sala', isLockedGroup: 'Cerrada. Nadie nuevo puede llegar a la sala de espera.', isLocked: 'Cerrada. Nadie nuevo puede llegar a la sala de espera, pero el paciente sí.', locked: 'Ahora no puede entrar nadie más',
    invite: 'Invitar a alguien', inviteText: 'La llamada sigue mientras tanto. Quien abra el enlace espera en la puerta hasta que usted le deje entrar.',
    mute: 'Silenciar', muteOf: 'Silenciar a {{name}}', large: 'Ver en grande', largeOf: 'Mostrar a {{name}} en grande a todos', small: 'Ya no en grande', smallOf: 'No mostrar más a {{name}} en grande',
    remove: 'Sacar', removeOf: 'Sacar a {{name}} de la visita', removeSure: '¿Sacar a {{name}} de esta visita?', removeText: 'No puede volver, a menos que usted le haga pasar otra vez.', removeGo: 'Sí, sacar a {{name}}', removeKeep: 'No, que se quede',
    removed: 'Fuera de la visita', letBack: 'Hacer pasar otra vez', letBackOf: 'Hacer pasar otra vez a {{name}}',
    join: 'Entrar en la visita', ready: 'El médico puede venir', readySaid: 'Se pidió al médico que venga.', readyForYou: 'Enfermería ha terminado. El paciente está listo.', handTo: 'Pasar la visita a {{name}}', takeOver: 'Tomar la visita',
  },
  guestLink: {
    title: 'Con un enlace, sin cuenta', lead: 'Abren el enlace y esperan en la puerta. El equipo médico les hace pasar. Solo ven la visita, y nada del expediente.', who: '¿Quién es?', guest: 'Familia o una amistad', interpreter: 'Un intérprete',
    name: 'Su nombre', nameHelp: 'Puede dejarlo vacío. Entonces lo dicen ellos.', relation: '¿Qué relación tiene con el paciente?', choose: 'Elija', go: 'Crear el enlace', again: 'Enlace nuevo', againOf: 'Enlace nuevo para {{name}}', take: 'Retirar', takeOf: 'Retirar: {{name}}', taken: 'Retirada. El enlace ya no sirve.',
    unnamed: 'Alguien', selfNamed: 'dio su nombre por su cuenta', state: { invited: 'Sin abrir', opened: 'Abierta', removed: 'Fuera de la visita', ended: 'Retirada' }, letter: '{{clinic}}\nTiene una invitación a una visita por video: {{when}}. Abra este enlace en su teléfono o computadora. No necesita contraseña.', account: 'Con una cuenta',
  },
  joinGuest: {
    title: 'Tiene una invitación a una visita por video', lead: '{{clinic}} le hace pasar. No necesita contraseña.', name: 'Su nombre', nameHelp: 'Todos en la visita lo ven.', needName: 'Escriba su nombre.', relation: '¿Qué relación tiene con el paciente?', needRelation: 'Elija qué relación tiene con el paciente.', choose: 'Elija',
    open: 'Abrirla en este dispositivo', hello: 'Tiene una invitación a esta visita', text: 'Se ven y se oyen en este dispositivo. El equipo médico le hace pasar.', once: 'Está abierta en un solo dispositivo. En otro tiene que esperar a que le hagan pasar otra vez.',
    closed: 'La visita no está abierta aquí', closedText: 'La visita terminó, se retiró su invitación o se abrió en otro dispositivo.', 
  },
}

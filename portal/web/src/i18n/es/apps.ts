import type { apps as english } from '../en/apps'
import type { Same } from '../shape'

export const apps: Same<typeof english> = {
  apps: {
    page: 'Aplicaciones', lead: 'Aplicaciones y sistemas que pueden pedir datos a las personas o a la clínica.', back: 'Aplicaciones', add: 'Registrar una aplicación', more: 'Mostrar más', none: 'Todavía no hay aplicaciones registradas', noneText: 'Registre la primera cuando alguien le pida conectar su aplicación.',
    own: 'Housecall mismo', ownText: 'Es de Housecall. Está en todas las instalaciones y no se puede cambiar.', off: 'Sin acceso', on: 'Con acceso', byOn: 'Registrada por {{name}} el {{date}}', onDate: 'Registrada el {{date}}',
    kind: { native: 'En los aparatos de las personas, sin secreto', web: 'En el navegador, sin secreto', symmetric: 'Se identifica con un secreto', asymmetric: 'Se identifica con claves', backend: 'Un sistema que actúa por sí mismo' },
    choose: '¿Qué es?', choice: {
      native: 'Una aplicación en teléfonos u ordenadores de las personas', web: 'Una página en el navegador, sin servidor propio', symmetric: 'Una aplicación web cuyo servidor guarda un secreto', asymmetric: 'Una aplicación web cuyo servidor firma con su propia clave', backend: 'Un sistema que trabaja solo, sin que nadie entre',
    },
    choiceText: {
      native: 'Las personas entran y le dan permiso. Lo que está instalado en un aparato se puede desarmar, por eso no recibe secreto.', web: 'Las personas entran y le dan permiso. Lo que corre en un navegador no puede guardar un secreto.', symmetric: 'Las personas entran y le dan permiso. Usted recibe un secreto para entregarlo a quienes la hacen. Se muestra una sola vez.', asymmetric: 'Las personas entran y le dan permiso. Quienes la hacen le dan claves públicas, así no hay que entregar ningún secreto. Es lo más seguro para una aplicación web.', backend: 'Por ejemplo, datos para investigación o informes de calidad. Aquí decide usted qué puede leer; no se pregunta a ningún paciente. Firma con su propia clave.',
    },
    name: 'Nombre', nameHelp: 'Como lo leen las personas cuando se les pregunta.', publisher: 'Quién la hace', homepage: 'Su sitio web', launchUrl: 'Dirección con la que se abre desde un expediente', launchHelp: 'Solo si se abre dentro del expediente.',
    logoutUrl: 'Dirección a la que se avisa cuando alguien cierra la sesión', logoutHelp: 'Su servidor termina entonces su propia sesión (cierre de sesión OpenID por canal posterior).',
    redirects: 'Direcciones a las que vuelven las personas después de entrar', postLogout: 'Direcciones a las que vuelven las personas después de salir', lines: 'Una en cada línea.', scopes: 'Qué puede pedir', scopesHelp: 'Permisos SMART, uno en cada línea, por ejemplo patient/Observation.rs', scopesBackend: 'Qué puede hacer', scopesBackendHelp: 'Permisos SMART, uno en cada línea, por ejemplo system/Observation.rs. Nunca podrá hacer más de lo que está aquí.',
    offline: 'Puede seguir conectada cuando la persona no está', offlineHelp: 'También se le pregunta a la persona.', keysUrl: 'Dirección de sus claves públicas', keysUrlHelp: 'Lo mejor: quienes la hacen pueden cambiar las claves por su cuenta.', keys: 'O las propias claves públicas', keysHelp: 'Un conjunto JSON Web Key. Solo claves públicas.',
    secretWay: 'Cómo envía el secreto', basic: 'En una cabecera (client_secret_basic)', post: 'En el formulario (client_secret_post)', save: 'Guardar', register: 'Registrarla', saved: 'Guardado.', registered: 'Está registrada y tiene acceso.',
    id: 'Su client ID', secret: 'Su secreto', secretOnce: 'Copie el secreto ahora y entréguelo de forma segura. Solo se muestra esta vez.', secretMade: 'Hecho el {{date}}. No se puede mostrar otra vez.', secretNew: 'Hacer un secreto nuevo', secretNewText: 'El anterior deja de funcionar enseguida.', copy: 'Copiar', copied: 'Copiado.', details: 'Qué es y qué puede hacer', open: 'Abrir la aplicación',
    disable: 'Quitarle el acceso', disableTitle: '¿Quitar el acceso a esta aplicación?', disableText: 'Las conexiones de todas las personas con ella terminan enseguida, y lo que esté haciendo se corta. Puede darle acceso otra vez; entonces hay que preguntar de nuevo a las personas.', disabled: 'Ya no tiene acceso. Todas sus conexiones terminaron.', enable: 'Darle acceso otra vez', enabled: 'Tiene acceso. Hay que preguntar de nuevo a las personas.', ends: 'Si puede hacer menos que antes, todas sus conexiones terminan al guardar.',
  },
}

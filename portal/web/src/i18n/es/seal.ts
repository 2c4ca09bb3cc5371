import type { Same } from '../shape'
import type { seal as english } from '../en/seal'

export const seal: Same<typeof english> = {
  seal: {
    title: 'Privacidad extra', on: 'La privacidad extra está activada', by: 'La activó {{name}}.', off: 'La privacidad extra está desactivada',
    what: 'El sonido y la imagen se cierran con llave en su dispositivo. Solo las personas de la visita pueden abrirlos. Nuestro servidor no puede.',
    ask: 'Activarla para esta visita', takeBack: 'Desactivarla', hostOff: 'Desactivarla para esta visita',
    more: 'Qué protege y qué no', protects: 'Protege su imagen y su sonido de nuestro servidor y de la red. Una visita con privacidad extra no se puede grabar aquí.',
    protectsNot: 'No oculta que ustedes se reunieron, cuándo hablaron ni quién está en la sala. No cubre el chat ni lo que se escribe en su expediente. Alguien puede filmar una pantalla. Depende de que esta página sea la verdadera: nuestro servidor le envía la página.',
    check: 'Revisar el código', checkText: 'Léanse estos números en voz alta. Si son iguales para todos, no hay nadie en medio.', code: 'Código', devices: 'Vale para {{count}} dispositivos.',
    wait: 'Estamos acordando un código. Tarda un momento.', alone: 'El código aparece cuando haya otra persona.', same: 'Son iguales', differ: 'Si son distintos: deténgase y llame a la clínica.', checked: 'Usted revisó el código.',
    changed: 'El código es nuevo, porque alguien llegó, se fue o volvió. Léanselo otra vez.', missing: 'Alguien aquí todavía no envió una llave. Hasta entonces no podrá oír ni ver a esa persona.',
    cannot: 'Este navegador no puede usar la privacidad extra de esta visita', cannotText: 'Su equipo médico lo ve. Abra esta visita en un Chrome, Edge, Firefox o Safari nuevo, o pida a su equipo que desactive la privacidad extra.',
    theyCannot: 'El navegador de {{name}} no puede hacerlo. Desactive la privacidad extra o pídale que use otro navegador.', youCannot: 'Su navegador no puede hacerlo. Desactive la privacidad extra o use otro navegador.',
    dropped: 'Se desactivó la privacidad extra', droppedText: '{{name}} la desactivó. Si sigue, nuestro servidor podría oír y ver esta visita.', goOn: 'Seguir sin ella',
  },
}

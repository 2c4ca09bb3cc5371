import type { recording as en } from '../en/recording'
import type { Same } from '../shape'

export const recording: Same<typeof en> = {
  recording: {
    title: 'Grabación de la visita', controls: 'Ver la grabación', play: 'Ver', pause: 'Pausa', back: 'Atrás {{count}} segundos', on: 'Adelante {{count}} segundos', place: 'Lugar en la grabación', placeOf: '{{at}} de {{length}}',
    broken: 'Un servidor se paró durante la grabación. Falta una parte.', agreed: 'A quién se preguntó', answer: { yes: '{{name}} aceptó, {{when}}', no: '{{name}} dijo que no, {{when}}', withdrawn: '{{name}} la terminó, {{when}}' },
    files: 'Guardar un archivo', kind: { audio: 'Sonido de {{name}}', camera: 'Imagen de {{name}}', screen: 'Pantalla de {{name}}' }, save: 'Guardar', saveOf: 'Guardar: {{what}}', expires: 'Se borra el {{date}}.',
  },
}

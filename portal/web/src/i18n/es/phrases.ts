import type { phrases as english } from '../en/phrases'
import type { Same } from '../shape'

export const phrases: Same<typeof english> = {
  phrases: {
    page: 'Frases', lead: 'Textos que escribe a menudo. En una respuesta, escriba un punto y el nombre, y luego un espacio: .gracias', mine: 'Suyas', clinic: 'Para todos', none: 'Todavía no hay frases', noneText: 'Escriba una y úsela en cada respuesta por su nombre.', add: 'Escribir una frase', over: 'La suya va primero',
    new: 'Una frase nueva', name: 'Nombre', nameHint: 'Minúsculas, cifras y guiones. Por ejemplo: lab-bien', text: 'Texto', fields: 'Poner del expediente', everybody: 'Para todos en la clínica', save: 'Guardar', saved: 'Guardado.', remove: 'Quitar', removed: 'Quitada.', undo: 'Deshacer', copy: 'Hacer una propia a partir de esta', fixed: 'Un administrador escribe las frases para todos.', list: 'Todas las frases',
    preview: 'Cómo se lee', previewText: 'Con una persona inventada. Lo que falta en el expediente se vuelve ___ para que usted lo complete.', empty: 'Escriba algo arriba.', unknown: '{{list}} no se puede completar. Use los campos de la lista.', needName: 'Dele un nombre de minúsculas, cifras y guiones.', needText: 'Escriba el texto.', test: 'Nombre de un resultado', testHint: 'Como está en el expediente. Por ejemplo: potasio', testGo: 'Poner', needTest: 'Escriba el nombre de un resultado.',
    field: { patient: 'Nombre completo', first: 'Nombre', age: 'Edad', visit: 'Próxima cita', medicines: 'Medicinas', today: 'Hoy', me: 'Nombre de usted' },
    example: { patient: 'Ida Ejemplo', first: 'Ida', age: '74', visit: '{{date}}, 9:30', medicines: '- Metformina 500 mg, dos veces al día\n- Lisinopril 10 mg, por la mañana', result: '4.3 mmol/L ({{date}})' },
  },
}

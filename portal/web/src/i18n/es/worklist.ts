import type { Same } from '../shape'
import type { worklist as english } from '../en/worklist'

/** Lo que la clínica tiene que decidir. */
export const worklist: Same<typeof english> = {
  work: {
    page: 'Por decidir', lead: 'Nada de esto se hace solo. Usted decide.', more: 'Mostrar más', reason: 'Por qué (el paciente puede leerlo)',
    same: 'Quizás la misma persona', sameNone: 'No hay dudas sobre nadie.', grade: { certain: 'Mismo número', probable: 'Muy parecidos', possible: 'Parecidos' },
    keeps: 'Expediente que continúa', other: 'Otro expediente', from: 'Vino de', entries: 'Anotaciones', join: 'Unir los dos expedientes', apart: 'Son dos personas',
    assign: 'Escrito mientras los expedientes estaban unidos', assignNone: 'No hay nada que asignar.', isIn: 'está en el expediente de {{name}}', stay: 'Está donde debe', move: 'Trasladar a {{name}}',
    held: 'Resultados que los pacientes aún no ven', heldNone: 'Nada espera.', harm: 'Retenido por un médico hasta el {{date}}.', wish: 'El paciente pidió esperar su explicación. Se verá a más tardar el {{date}}.', because: 'Por qué: {{text}}', release: 'Dejar que el paciente lo vea',
  },
}

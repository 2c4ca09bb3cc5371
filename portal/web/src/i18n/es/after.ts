import type { Same } from '../shape'
import type { after as english } from '../en/after'

export const after: Same<typeof english> = {
  after: {
    vitals: 'Lo que medimos', problems: 'De qué se trató', medicines: 'Sus medicinas', orders: 'Pruebas y derivaciones', next: 'Su próxima visita', book: 'Elegir una hora',
    vital: { pressure: 'Presión arterial', pulse: 'Pulso', temperature: 'Temperatura', breathing: 'Respiraciones por minuto', saturation: 'Oxígeno en la sangre', weight: 'Peso', height: 'Estatura' },
    take: '{{dose}}, {{often}}', lasts_one: 'Para {{count}} día.', lasts_other: 'Para {{count}} días.', refills_one: '{{count}} resurtido.', refills_other: '{{count}} resurtidos.', stop: 'Deje de tomar {{name}}',
    dose: { tablet_one: '{{count}} tableta', tablet_other: '{{count}} tabletas', capsule_one: '{{count}} cápsula', capsule_other: '{{count}} cápsulas', puff_one: '{{count}} inhalación', puff_other: '{{count}} inhalaciones', unit_one: '{{count}} unidad', unit_other: '{{count}} unidades', application_one: 'aplíquelo', application_other: 'aplíquelo {{count}} veces', dose_one: '{{count}} dosis', dose_other: '{{count}} dosis', ml_one: '{{count}} mL', ml_other: '{{count}} mL', drop_one: '{{count}} gota', drop_other: '{{count}} gotas' },
    form: { tablet: 'tableta', capsule: 'cápsula', puff: 'inhalación', unit: 'unidad', application: 'para aplicar', dose: 'dosis', ml: 'mL', drop: 'gota' },
    often: { daily: 'una vez al día', morning: 'por la mañana', evening: 'por la noche', bedtime: 'al acostarse', twice: '2 veces al día', three: '3 veces al día', four: '4 veces al día', weekly: 'una vez por semana', needed: 'cuando lo necesite' },
    group: { lab: 'Prueba', imaging: 'Imagen', referral: 'Vea a un especialista' }, nextVideo: 'Por video, alrededor del {{date}}', nextClinic: 'En la clínica, alrededor del {{date}}',
    written: 'Su médico escribió esto en este idioma: {{language}}.', wanted: 'Pedimos una traducción. Aparece aquí.', translatedBy: 'Traducido por {{name}}, {{when}}.', original: 'Como lo escribió su médico',
    rate: '¿Cómo estuvo esta visita?', stars: '{{stars}} de 5 estrellas', comment: '¿Quiere contarnos más?', commentHelp: 'Lo lee el equipo médico de esta visita, con su nombre. Si tiene preguntas sobre su salud, escriba un mensaje.', send: 'Enviar', thanks: 'Gracias. Su equipo médico lo lee.', rated: 'Usted dio {{stars}} de 5 estrellas.', change: 'Cambiar',
  },
}

import type { Same } from '../shape'
import type { plan as english } from '../en/plan'

export const plan: Same<typeof english> = {
  plan: {
    lines: {
      title: 'Cómo fue la conexión', good: 'La conexión fue buena.', poor_one: 'La conexión fue mala durante {{count}} de {{of}} minutos.', poor_other: 'La conexión fue mala durante {{count}} de {{of}} minutos.',
      onlySound_one: 'Durante {{count}} minuto solo hubo sonido.', onlySound_other: 'Durante {{count}} minutos solo hubo sonido.', freezes_one: 'La imagen se detuvo una vez.', freezes_other: 'La imagen se detuvo {{count}} veces.',
      breaks_one: 'La conexión se cortó una vez y volvió.', breaks_other: 'La conexión se cortó {{count}} veces y volvió.', figures: 'Cifras', time: 'En la sala', minutes_one: '{{count}} minuto', minutes_other: '{{count}} minutos',
      lost: 'Perdido', lostOf: '{{out}} % de lo que enviaron, {{in}} % de lo que se les envió', delay: 'Ida y vuelta', delayOf: '{{mean}} ms; en el peor momento, {{worst}} ms', jitter: 'Irregularidad', pictures: 'Imágenes', picturesOf: '{{large}} % grandes, {{small}} % pequeñas, {{held}} % sin mostrar',
      way: 'Camino', direct: 'Directo, {{over}}', relay: 'Por el relé, {{over}}',
    },
    title: 'Hallazgos y decisiones', add: 'Añadir un problema, medicina, prueba o derivación', addHelp: 'Escriba unas letras y pulse Intro.', options: 'Lo que coincide',
    as: { problem: '“{{text}}” como problema', medicine: '“{{text}}” como medicina', lab: '“{{text}}” como prueba', referral: '“{{text}}” como derivación' }, kind: { problem: 'Problema', medicine: 'Medicina', lab: 'Prueba', imaging: 'Imagen', referral: 'Derivación' }, known: 'en la historia',
    added: 'Añadido: {{name}}', remove: 'Quitar', removeOf: 'Quitar {{name}}', list: 'Lo que se firma con la nota', dose: 'Dosis', doseOf: 'Dosis de {{name}}', often: 'Frecuencia', oftenOf: 'Frecuencia: {{name}}', days: 'Días', daysOf: 'Días de {{name}}', repeats: 'Resurtidos', repeatsOf: 'Resurtidos de {{name}}', form: 'Forma', formOf: 'Forma de {{name}}', remark: 'Nota', remarkOf: 'Nota sobre {{name}}', urgent: 'Urgente', urgentOf: 'Urgente: {{name}}', stop: 'Suspender una medicina', stopped: 'Suspender', stopReason: 'Por qué se suspende {{name}}',
    vitals: 'Mediciones', unitOf: 'Unidad de {{name}}', wrong: 'Revise esta medición: {{name}}', next: 'Próxima visita', in: { days_one: 'en {{count}} día', days_other: 'en {{count}} días', weeks_one: 'en {{count}} semana', weeks_other: 'en {{count}} semanas', months_one: 'en {{count}} mes', months_other: 'en {{count}} meses' }, by: { video: 'Video', clinic: 'Clínica' }, nextBy: 'Cómo se ven',
    template: 'Plantilla', templateNone: 'Elegir una plantilla', keep: 'Guardar esta nota como plantilla', keepName: 'Nombre de la plantilla', keepGo: 'Guardar', kept: 'La plantilla .{{name}} está guardada.', phrases: 'Escriba .nombre y un espacio para una frase', gap: 'Complete el hueco ___', copy: 'Copiar del {{date}}', copyOf: 'Copiar del {{date}}: {{part}}', copied: 'Copiado de la nota del {{date}}, {{name}}',
    versions: 'Versiones anteriores', versionsNone: 'Todavía no hay versiones anteriores.', versionOf: '{{when}}, {{name}}', look: 'Ver', bringBack: 'Recuperar esta versión', lookAt: 'Como estaba {{when}}', broughtBack: 'La versión anterior está de vuelta. Lo que había aquí queda entre las versiones.', empty: 'Nada escrito',
    ready: { vitals_one: '{{count}} medición', vitals_other: '{{count}} mediciones', problems_one: '{{count}} problema', problems_other: '{{count}} problemas', medicines_one: '{{count}} medicina', medicines_other: '{{count}} medicinas', orders_one: '{{count}} orden', orders_other: '{{count}} órdenes' }, readyTitle: 'Se firma todo junto',
    endAndSign: 'Terminar, firmar y enviar a {{name}}', later: 'Firmar después', endLater: 'Terminar la visita, firmar después', nextUp: 'Siguiente', letInNext: 'Hacer pasar a {{name}}', toDay: 'Volver al día', nobodyNext: 'Ahora no espera nadie.',
    people: 'En la visita', sendBack: 'A la sala de espera', sendBackOf: 'Enviar a {{name}} a la sala de espera',
    translate: 'Traducir el resumen', translateText: '{{name}} lee en este idioma: {{language}}. Escriba el texto libre en ese idioma; el resto ya está.', translateGo: 'Enviar la traducción', translated: 'La traducción está lista.', ratings: 'Cómo les fue', rating: '{{stars}} de 5', wantsTranslation: 'Resumen por traducir',
  },
}

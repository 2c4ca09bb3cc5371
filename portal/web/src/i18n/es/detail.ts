import type { Same } from '../shape'
import type { detail as english } from '../en/detail'

export const detail: Same<typeof english> = {
  result: {
    page: 'Resultado', your: 'El resultado', over: 'A lo largo del tiempo', howFar: 'Cuánto tiempo', y1: '1 año', y2: '2 años', all: 'Todo',
    date: 'Fecha', value: 'Valor', compared: 'Comparado', table: 'Los mismos valores en números',
    once: 'Por ahora hay un solo valor. Con el próximo verá cómo cambia.', noneInSpan: 'No hay valores en este tiempo. Elija uno más largo.',
    plotLabel_one: '{{title}}: {{count}} valor, de {{from}} a {{to}}. Después hay una tabla con los mismos valores.',
    plotLabel_other: '{{title}}: {{count}} valores, de {{from}} a {{to}}. El último es {{last}}, {{level}}. Después hay una tabla con los mismos valores.',
    plotHelp: 'Use las flechas izquierda y derecha para oír cada valor.', point: '{{date}}: {{value}}. {{level}}.',
    up: 'Ha subido desde {{date}}.', down: 'Ha bajado desde {{date}}.', steady: 'Se ha mantenido casi igual desde {{date}}.',
    what: 'Qué es', codes: 'Laboratorio, método y códigos', noAbout: 'Pregunte a su equipo qué significa este valor para usted.', note: 'Nota', noteFrom: 'De {{who}}',
    parts: 'En este análisis', outFirst: 'Fuera de lo normal', usualRest: 'Normales', members: 'Valores de este análisis', code: 'Código', more: 'Más sobre este dato', perPart: '{{title}}: {{value}}',
    event: { 'medicine-start': 'Empezó {{title}}', 'medicine-stop': 'Terminó {{title}}', 'medicine-change': 'Cambió {{title}}' },
    notEmergency: 'Está muy lejos de lo normal. Si se siente mal, llame al {{phone}}. En una emergencia, llame al {{emergency}}.',
  },
  entry: {
    page: 'Dato', visitPage: 'Visita', documentPage: 'Documento', summary: 'Resumen', related: 'De esta visita', relatedOther: 'Pertenece a esto',
    details: 'Códigos y detalles', source: 'De dónde viene', corrected_one: 'Este dato se cambió {{count}} vez.', corrected_other: 'Este dato se cambió {{count}} veces.',
    with: 'Con {{who}}', at: 'En {{place}}', openDocument: 'Abrir el documento', size: '{{type}}, {{size}}', noText: 'Este documento solo se puede abrir como archivo.',
    noContent: 'No nos han enviado el texto de este documento.', why: 'Por qué', stopWhy: 'Por qué se suspendió', dosage: 'Cómo tomarla', reaction: 'Reacción', severity: 'Gravedad', status: 'Estado', started: 'Desde', ended: 'Hasta', when: 'Cuándo', who: 'Quién', where: 'Dónde',
    detail: {
      status: 'Estado', performer: 'Hecho por', lab: 'Laboratorio', method: 'Método', code: 'Código', specimen: 'Muestra', issued: 'Enviado', recorded: 'Registrado', identifier: 'Número',
      category: 'Tipo', site: 'Parte del cuerpo', route: 'Cómo se da', lot: 'Número de lote', manufacturer: 'Fabricante', expires: 'Vence', dose: 'Dosis', intent: 'Propósito', verification: 'Confirmado', clinical: 'Estado', type: 'Tipo', class: 'Tipo de visita', period: 'Tiempo', author: 'Escrito por', custodian: 'Guardado por', location: 'Lugar', service: 'Servicio', requester: 'Pedido por', prescriber: 'Recetado por', dispense: 'Cantidad', criticality: 'Riesgo', onset: 'Empezó', abatement: 'Terminó',
    },
  },
}

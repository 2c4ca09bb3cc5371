import type { coverage as english } from '../en/coverage'
import type { Same } from '../shape'

export const coverage: Same<typeof english> = {
  coverage: {
    page: 'Quién está ausente', lead: 'Mientras alguien está ausente, sus mensajes van a quien le suple. Nadie ve por eso un expediente que antes no podía abrir: lo que no puede ver va al grupo.',
    now: 'Ausentes ahora', later: 'Ausentes más adelante', nobody: 'Nadie está ausente', nobodyText: 'Indique abajo cuándo estará ausente, antes de irse.', span: '{{from}} a {{until}}', by: 'Suplente: {{name}}.', you: 'Usted', back: 'Ya volví', backFor: '{{name}} ya volvió', cancel: 'Me quedo aquí', cancelFor: '{{name}} se queda aquí',
    say: 'Indicar cuándo alguien está ausente', sayMe: 'Indicar cuándo está usted ausente', who: 'Quién está ausente', me: '{{name}} (usted)', first: 'Primer día', last: 'Último día', standsIn: 'Quién suple', choose: 'Elija', people: 'Personas', pools: 'Grupos', go: 'Guardar', said: '{{name}} estará ausente desde: {{from}}, hasta: {{until}}. Suplente: {{by}}.',
    needLast: 'Elija el último día.', needFirst: 'Elija el primer día, hoy o más adelante.', early: 'El último día no puede ser anterior al primero.', needBy: 'Elija quién suple.',
  },
}

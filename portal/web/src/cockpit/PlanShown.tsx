import { useWords } from '../ui/useWords'
import { nextText, takeText, vitalText } from '../visits/planWords'
import type { VisitPlan } from '../visits/types'
import planCss from './plan.module.css'

/** What was signed with a note. */
export function PlanShown({ plan }: { plan: VisitPlan }) {
  const { t } = useWords()
  const lines = [
    ...(plan.vitals ?? []).map((one) => `${t(`after.vital.${one.kind}`)}: ${vitalText(one)}`),
    ...(plan.problems ?? []).map((one) => `${t('plan.kind.problem')}: ${one.text}${one.code ? ` (${one.code})` : ''}`),
    ...(plan.medicines ?? []).map((one) => `${one.name}: ${takeText(one, t)}. ${t('after.lasts', { count: one.days })} ${t('after.refills', { count: one.repeats ?? 0 })}${one.note ? ` ${one.note}` : ''}`),
    ...(plan.stops ?? []).map((one) => `${t('after.stop', { name: one.name })}${one.reason ? `: ${one.reason}` : ''}`),
    ...(plan.orders ?? []).map((one) => `${t(`plan.kind.${one.group}`)}: ${one.text}${one.urgent ? ` (${t('plan.urgent')})` : ''}${one.note ? `. ${one.note}` : ''}`),
    ...(plan.next ? [`${t('plan.next')}: ${nextText(plan.next, t)}, ${t(`plan.by.${plan.next.mode}`)}`] : []),
  ]
  if (lines.length === 0) return null
  return (
    <div className={planCss.shown}>
      <h3>{t('plan.title')}</h3>
      <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
    </div>
  )
}

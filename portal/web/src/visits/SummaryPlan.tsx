import { longDate } from '../format/date'
import { LinkButton } from '../ui/Button'
import { Card, Dot } from '../ui/Card'
import { Icon, type IconName } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { plainText, takeText, vitalText } from './planWords'
import css from './summary.module.css'
import type { Summary } from './types'

/** What was found and decided, in the reader's own language: it needs no translator. */
export function SummaryPlan({ summary, patient }: { summary: Summary; patient: string }) {
  const { t, locale } = useWords()
  const { vitals, problems, medicines, stops, orders, next, nextDay } = summary
  return (
    <>
      {problems.length > 0 && <Part title={t('after.problems')}>{problems.map((one) => <Line key={one.text} icon="heart" title={plainText(one, locale)} />)}</Part>}
      {medicines.length + stops.length > 0 && (
        <Part title={t('after.medicines')}>
          {medicines.map((one) => <Line key={one.name} icon="pill" title={`${one.name}: ${takeText(one, t)}`} text={[t('after.lasts', { count: one.days }), one.repeats ? t('after.refills', { count: one.repeats }) : '', one.note].filter(Boolean).join(' ')} />)}
          {stops.map((one) => <Line key={one.id} icon="cross" title={t('after.stop', { name: one.name })} text={one.reason} />)}
        </Part>
      )}
      {orders.length > 0 && <Part title={t('after.orders')}>{orders.map((one) => <Line key={one.text} icon={one.group === 'referral' ? 'people' : one.group === 'imaging' ? 'camera' : 'flask'} title={plainText(one, locale)} text={[one.group && t(`after.group.${one.group}`), one.note].filter(Boolean).join('. ')} />)}</Part>}
      {vitals.length > 0 && <Part title={t('after.vitals')}>{vitals.map((one) => <Line key={one.kind} icon="pulse" title={`${t(`after.vital.${one.kind}`)}: ${vitalText(one)}`} />)}</Part>}
      {next && nextDay && (
        <Card pad>
          <h2>{t('after.next')}</h2>
          <p className={css.nextDay}>{t(next.mode === 'video' ? 'after.nextVideo' : 'after.nextClinic', { date: longDate(nextDay, locale) })}</p>
          <div className="no-print"><LinkButton variant="default" icon="calendar" to="/p/$patient/visits/book" params={{ patient }}>{t('after.book')}</LinkButton></div>
        </Card>
      )}
    </>
  )
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return <Card pad><h2>{title}</h2><ul className={css.todo}>{children}</ul></Card>
}

function Line({ icon, title, text }: { icon: IconName; title: string; text?: string }) {
  return <li><Dot><Icon name={icon} size={20} /></Dot><div><p>{title}</p>{text && <span className="meta">{text}</span>}</div></li>
}

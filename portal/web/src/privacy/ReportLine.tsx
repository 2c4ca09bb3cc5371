import { Link } from '@tanstack/react-router'
import { moment } from '../format/date'
import { listOf } from '../format/locale'
import { isCategory } from './kinds'
import { Tag } from '../ui/Card'
import { useWords } from '../ui/useWords'
import type { ReportRow } from './calls'
import type { Picked } from './PrivacyPage'
import { actionWord, outcomeWord, roleWord } from './words'
import css from './privacy.module.css'

/** One row; pressing a name shows only theirs, and the rest opens below it. */
export function ReportLine({ row, onOnly }: { row: ReportRow; onOnly: (who?: Picked, patient?: Picked) => void }) {
  const { t, locale, day, clock } = useWords()
  const kinds = listOf(row.what.filter(isCategory).map((kind) => t(`inline.${kind}`)), locale)
  const who = row.who || (row.kind === 'visitor' ? t('privacy.holder') : row.kind === 'anonymous' ? t('privacy.nobody') : row.account || t('privacy.nobody'))
  const cell = (name: Parameters<typeof label>[0]) => ({ 'data-label': label(name) })
  const label = (name: 'time' | 'who' | 'role' | 'action' | 'data' | 'patient' | 'app' | 'outcome') => t(`privacy.column.${name}`)
  return (
    <tr data-emergency={row.emergency || undefined}>
      <td {...cell('time')}>{moment(row.at, locale, day, clock)}</td>
      <td {...cell('who')}>{row.account ? <button type="button" className={css.name} onClick={() => onOnly({ id: row.account!, name: who })} aria-label={t('privacy.onlyThis', { name: who })}>{who}</button> : who}</td>
      <td {...cell('role')}>{roleWord(t, row.role)}</td>
      <td {...cell('action')}>
        {actionWord(t, row.action)}{row.count > 1 && <span className={`meta ${css.times}`}> × {row.count}</span>}
        <Details row={row} />
      </td>
      <td {...cell('data')}>{kinds || row.type}</td>
      <td {...cell('patient')}>{row.patient && <button type="button" className={css.name} onClick={() => onOnly(undefined, { id: row.patient!, name: row.name || row.patient! })} aria-label={t('privacy.onlyThis', { name: row.name || row.patient })}>{row.name || t('privacy.somebody')}</button>}</td>
      <td {...cell('app')}>{row.app}</td>
      <td {...cell('outcome')}>
        {row.outcome === 'ok' ? outcomeWord(t, row.outcome) : <Tag tone="look">{outcomeWord(t, row.outcome)}</Tag>}
        {row.emergency && <> <Tag tone="look">{t('privacy.hint.emergency')}</Tag></>}
        {row.damaged && <> <Tag tone="urgent">{t('privacy.damaged')}</Tag></>}
      </td>
    </tr>
  )
}

function Details({ row }: { row: ReportRow }) {
  const { t } = useWords()
  const facts = [
    ['purpose', row.purpose], ['reason', row.reason], ['detail', row.detail], ['resource', row.type && row.id ? `${row.type}/${row.id}` : row.type],
    ['address', row.address], ['session', row.session], ['request', row.request], ['at', row.at], ['place', row.place],
  ] as const
  return (
    <details className={css.details}>
      <summary>{t('privacy.more')}</summary>
      <dl>{facts.map(([name, value]) => value && <div key={name}><dt>{t(`privacy.fact.${name}`)}</dt><dd>{value}</dd></div>)}</dl>
      {row.patient && <Link to="/clinic/blocks/$patient" params={{ patient: row.patient }}>{t('clinic.nav.blocks')}</Link>}
    </details>
  )
}

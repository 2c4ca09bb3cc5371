import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { chartQuery } from '../api/queries'
import { isTimelineKind, timelineKinds, type TimelineKind } from '../format/entry'
import { Glance } from '../home/Glance'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Icon } from '../ui/Icon'
import { useLookup } from '../ui/useLookup'
import { useWords } from '../ui/useWords'
import css from './record.module.css'
import { RecordViews } from './RecordViews'
import { Timeline } from './Timeline'

/** The record by date: search, kinds, months; beside it what one should know at once. */
export function RecordPage() {
  const { t } = useWords()
  const { patient, acting, name } = useSubject()
  usePageTitle(t('record.page'), acting ? name : undefined)
  const search = useSearch({ from: '/gate/p/$patient/record' })
  const navigate = useNavigate({ from: '/p/$patient/record' })
  const chart = useQuery(chartQuery(patient))
  const kind: TimelineKind = search.kind && isTimelineKind(search.kind) ? search.kind : 'everything'
  const { typed, type, words } = useLookup()
  const show = (next: TimelineKind) =>
    void navigate({ search: (before) => ({ ...before, kind: next === 'everything' ? undefined : next }), hash: true, replace: true, resetScroll: false })
  const reset = () => {
    type('')
    void navigate({ search: { kind: undefined }, replace: true })
  }
  const sees = chart.data?.view.sees ?? []
  const kinds = timelineKinds.filter((one) => one !== 'conditions').filter((one) => one === 'everything' || sees.length === 0 || sees.includes(one))
  return (
    <div className={css.columns}>
      <div className={css.mainColumn}>
        <PageHead title={acting ? t('record.titleFor', { name }) : t('record.title')} text={chart.data?.view.limited ? t('record.limited') : undefined} />
        <RecordViews patient={patient} />
        <div className={`${css.find} no-print`} role="search">
          <Icon name="search" />
          <label className="sr" htmlFor="find">{t('record.search')}</label>
          <input id="find" type="search" value={typed} placeholder={t('record.searchHint')} maxLength={100} onChange={(event) => type(event.target.value)} autoComplete="off" enterKeyHint="search" />
          {typed && (
            <button type="button" className={css.clear} aria-label={t('record.clearSearch')} onClick={() => type('')}><Icon name="cross" size={20} /></button>
          )}
        </div>
        <div className={`${css.chips} no-print`} role="group" aria-label={t('record.show')}>
          {kinds.map((one) => (
            <button key={one} type="button" aria-pressed={one === kind} onClick={() => show(one)}>
              {one === 'everything' ? t('record.everything') : one === 'documents' ? t('record.letters') : t(`category.${one}`)}
            </button>
          ))}
        </div>
        <Timeline patient={patient} kind={kind} q={words} onReset={reset} />
      </div>
      {chart.data && (
        <aside className={css.aside} aria-label={t('record.glance')}>
          <Glance chart={chart.data} patient={patient} />
        </aside>
      )}
    </div>
  )
}

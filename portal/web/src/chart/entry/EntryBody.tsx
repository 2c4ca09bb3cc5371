import { lazy, Suspense } from 'react'
import type { EntryDetail, Trend } from '../../api/types'
import { loadWords } from '../../i18n'
import { Skeleton } from '../../ui/Skeleton'
import { useWords } from '../../ui/useWords'
import { Codes } from '../result/Codes'
import css from '../result/result.module.css'
import { ResultView } from '../result/ResultView'
import { DocumentView } from './DocumentView'
import { Facts } from './Facts'
import { Notes } from './Notes'
import { Panel } from './Panel'
import { Related } from './Related'

const Player = lazy(async () => {
  await Promise.all([loadWords('recording'), loadWords('account')])
  return { default: (await import('../../recording')).Player }
})

/** What stands on an entry's page, by what it is. The same for patient and clinic; the clinic's is denser. */
export function EntryBody({ patient, detail, trend, dense = false }: { patient: string; detail: EntryDetail; trend?: Trend; dense?: boolean }) {
  const { t } = useWords()
  const { entry } = detail
  const members = entry.children ?? []
  const others = detail.related.filter((one) => !members.some((member) => member.ref === one.ref))
  const values = entry.section === 'results' || entry.section === 'vitals'
  if (values && members.length === 0 && entry.value) {
    return (
      <>
        <ResultView patient={patient} entry={entry} detail={detail} trend={trend} dense={dense} />
        <Related patient={patient} entries={others} title={t('entry.relatedOther')} dense={dense} />
      </>
    )
  }
  const facts = members.length === 0 && <Facts entry={entry} history={detail.history} />
  const codes = <Codes entry={entry} details={detail.details} title={t('entry.details')} />
  const content = members.length > 0 || detail.document !== undefined || (detail.note?.length ?? 0) > 0 || others.length > 0
  if (!content) return <div className={`${css.cards} ${css.page}`}>{facts}{codes}</div>
  return (
    <div className={dense ? css.cards : css.columns}>
      <div className={`${css.cards} ${css.first}`}>
        {members.length > 0 && <Panel patient={patient} entry={entry} members={members} dense={dense} />}
        {detail.document?.recording && <div className={css.card}><Suspense fallback={<Skeleton heights={[240, 60]} />}><Player patient={patient} id={detail.document.recording} /></Suspense></div>}
        {detail.document && !detail.document.recording && <DocumentView document={detail.document} />}
        {detail.note?.length ? <Notes notes={detail.note} /> : null}
        <Related patient={patient} entries={others} title={entry.section === 'visits' ? t('entry.related') : t('entry.relatedOther')} dense={dense} />
      </div>
      <div className={css.beside}>
        {facts && <div className={css.notes}>{facts}</div>}
        <div className={css.codes}>{codes}</div>
      </div>
    </div>
  )
}

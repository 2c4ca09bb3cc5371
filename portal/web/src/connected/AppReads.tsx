import { useInfiniteQuery } from '@tanstack/react-query'
import type { AppRead } from '../api/types'
import { deedOf } from '../format/access'
import { moment } from '../format/date'
import { listOf } from '../format/locale'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords, type Words } from '../ui/useWords'
import css from './connected.module.css'
import { appReadsQuery } from './queries'

/** What an app did, newest first, as it stands in the log that nobody can change. */
export function AppReads({ id, name }: { id: string; name: string }) {
  const words = useWords()
  const { t, locale, day, clock } = words
  const { people } = useMe()
  const pages = useInfiniteQuery(appReadsQuery(id))
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? []
  if (pages.error && !pages.data) return <LoadError error={pages.error} onRetry={() => void pages.refetch()} />
  if (!pages.data) return <Skeleton heights={[44, 44]} />
  if (rows.length === 0) return <p className="dim">{t('connected.list.didNothing')}</p>
  return (
    <>
      <table className={css.reads}>
        <caption className="sr">{`${t('connected.list.did')}: ${name}`}</caption>
        <thead className="sr"><tr><th scope="col">{t('connected.list.when')}</th><th scope="col">{t('connected.list.what')}</th></tr></thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={`${row.at}-${at}`}>
              <td className="meta">{moment(row.at, locale, day, clock)}</td>
              <td>
                {deedText(row, words)}
                {people.length > 1 && <span className="meta"> · {people.find(({ patient }) => patient === row.patient)?.name}</span>}
                {row.count > 1 && <span className="meta"> · {t('connected.list.times', { count: row.count })}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {pages.hasNextPage && <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('showMore')}</Button>}
    </>
  )
}

const manyKinds = 5

function deedText(row: AppRead, { t, locale }: Words): string {
  const deed = deedOf(row.action)
  if (deed === 'signedIn') return t('connected.list.deed.signedIn')
  const what = row.what.length === 0 || row.what.length > manyKinds ? t('connected.list.theRecord') : listOf(row.what.map((kind) => t(`inline.${kind}`)), locale)
  return t(`connected.list.deed.${deed}`, { what })
}

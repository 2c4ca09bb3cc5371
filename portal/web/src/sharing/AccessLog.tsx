import { useInfiniteQuery } from '@tanstack/react-query'
import { accessQuery } from '../api/queries'
import { moment } from '../format/date'
import { Button } from '../ui/Button'
import { SectionHead } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import type { Integrity } from '../api/types'
import { AccessRowLine } from './AccessRowLine'
import { TakeLog } from './TakeLog'
import css from './sharing.module.css'

/** Everyone, every time, newest first; and whether the list itself is whole. */
export function AccessLog({ patient }: { patient: string }) {
  const { t } = useWords()
  const pages = useInfiniteQuery(accessQuery(patient))
  const title = t('sharing.looked')
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? []
  const integrity = pages.data?.pages[0]?.integrity
  return (
    <section aria-labelledby="looked">
      <SectionHead id="looked" title={title} />
      {pages.error && !pages.data ? <LoadError error={pages.error} onRetry={() => void pages.refetch()} />
        : !pages.data ? <Skeleton heights={[64, 64, 64, 64]} />
        : rows.length === 0 ? <Empty icon="eye" title={t('sharing.emptyLog')} text={t('sharing.emptyLogText')} />
        : (
          <>
            <p className={`small dim ${css.lead}`}>{t('sharing.lookedLead')}</p>
            <div className={css.log}>
              <table>
                <caption className="sr">{title}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t('sharing.when')}</th><th scope="col">{t('sharing.who')}</th><th scope="col">{t('sharing.did')}</th><th scope="col">{t('sharing.why')}</th>
                  </tr>
                </thead>
                <tbody>{rows.map((row, at) => <AccessRowLine key={`${row.at}-${row.who}-${at}`} row={row} />)}</tbody>
              </table>
              {integrity && <IntegrityLine integrity={integrity} />}
            </div>
            <TakeLog patient={patient} />
            {pages.hasNextPage && (
              <p className={css.more}>
                <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>{t('showMore')}</Button>
              </p>
            )}
          </>
        )}
    </section>
  )
}

function IntegrityLine({ integrity }: { integrity: Integrity }) {
  const { t, locale, dayInside, clock } = useWords()
  const when = moment(integrity.checkedAt, locale, dayInside, clock)
  return (
    <div className={css.chain} data-broken={!integrity.complete || undefined}>
      <Icon name={integrity.complete ? 'shield' : 'alert'} />
      <div className="grow">
        <b>{integrity.complete ? t('sharing.complete') : t('sharing.incomplete')}</b>{' '}
        <span className="dim">
          {integrity.complete ? (when && t('sharing.completeText', { when })) : t('sharing.incompleteText')}
          {integrity.pending > 0 && ` ${t('sharing.pending', { count: integrity.pending })}`}
        </span>
        <details className={css.how}>
          <summary>{t('sharing.how')}</summary>
          <p className="dim measure">{t('sharing.howText')}</p>
        </details>
      </div>
    </div>
  )
}

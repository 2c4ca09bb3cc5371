import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { poolsQuery } from './calls'
import { Members } from './Members'
import css from './pools.module.css'
import { Rules } from './Rules'

/** One pool: what it answers, when it is open, how soon it answers, and who is in it. */
export function PoolPage() {
  const { t } = useWords()
  const { pool: id } = useParams({ from: '/gate/clinic/pools/$pool' })
  const pools = useQuery(poolsQuery)
  const pool = pools.data?.items.find((one) => one.id === id)
  usePageTitle(pool?.name ?? t('pools.page'))
  return (
    <div className={css.page}>
      <PageHead title={pool?.name ?? t('pools.page')} back={<BackLink to="/clinic/pools" place={t('pools.page')} />} />
      {pools.error && !pools.data ? <LoadError error={pools.error} onRetry={() => void pools.refetch()} />
        : !pools.data ? <Skeleton heights={[200, 200]} />
        : !pool ? <p>{t('pools.none')}</p>
        : <><Members pool={id} /><Rules key={id} pool={pool} /></>}
    </div>
  )
}

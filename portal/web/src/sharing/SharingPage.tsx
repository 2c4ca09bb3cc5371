import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { grantsQuery } from '../api/queries'
import { ApiError, isNotFound } from '../api/problem'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { SectionHead } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError, Said } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { AccessLog } from './AccessLog'
import { GrantCard } from './GrantCard'
import css from './sharing.module.css'

export const notForUs = (error: unknown): boolean => isNotFound(error) || (error instanceof ApiError && error.status === 403)

/** Who helps and may see the record, and who looked at it. */
export function SharingPage() {
  const { t } = useWords()
  const { patient, acting, name } = useSubject()
  usePageTitle(t('sharing.page'), acting ? name : undefined)
  return (
    <>
      <PageHead title={t('sharing.title')} text={acting ? t('sharing.leadFor') : t('sharing.lead')} />
      <Helpers patient={patient} own={!acting} name={name} />
      <AccessLog patient={patient} own={!acting} name={name} />
    </>
  )
}

function Helpers({ patient, own, name }: { patient: string; own: boolean; name: string }) {
  const { t } = useWords()
  const grants = useQuery(grantsQuery(patient))
  const [stopped, setStopped] = useState('')
  if (grants.error && notForUs(grants.error)) return null
  const items = grants.data?.items ?? []
  const active = items.filter((grant) => grant.state === 'active')
  const past = items.filter((grant) => grant.state !== 'active')
  return (
    <section aria-labelledby="helpers">
      <SectionHead id="helpers" title={own ? t('sharing.people') : t('sharing.peopleFor', { name })} />
      {stopped && <Said>{t('sharing.stopped', { name: stopped })}</Said>}
      {grants.error && !grants.data ? <LoadError error={grants.error} onRetry={() => void grants.refetch()} />
        : !grants.data ? <Skeleton heights={[190]} />
        : active.length === 0 ? <Empty icon="people" title={t('sharing.none')} text={t('sharing.noneText')} />
        : <div className={css.grants}>{active.map((grant) => <GrantCard key={grant.id} patient={patient} grant={grant} own={own} onStopped={() => setStopped(grant.name)} />)}</div>}
      {past.length > 0 && (
        <details className={css.past}>
          <summary>{t('sharing.past')} ({past.length})</summary>
          <div className={css.grants}>{past.map((grant) => <GrantCard key={grant.id} patient={patient} grant={grant} own={own} onStopped={() => undefined} />)}</div>
        </details>
      )}
    </section>
  )
}

import { usePrefetchInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { accessQuery, grantsQuery } from '../api/queries'
import type { SubjectGrant } from '../api/types'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useMe, useSubject } from '../shell/useMe'
import { LinkButton } from '../ui/Button'
import { SectionHead } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError, Said } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { AccessLog } from './AccessLog'
import { GrantCard } from './GrantCard'
import { OfferList } from './OfferList'
import { teamQuery } from '../care/calls'
import { TeamCard } from '../care/TeamCard'
import { waitQuery } from '../worklist/calls'
import { offersQuery } from './calls'
import { WaitCard } from './WaitCard'
import css from './sharing.module.css'

/** Who helps and may see the record, and who looked at it. */
export function SharingPage() {
  const { t } = useWords()
  const { patient, acting, name, subject } = useSubject()
  usePageTitle(t('sharing.page'), acting ? name : undefined)
  return (
    <>
      <PageHead title={t('sharing.title')} text={acting ? t('sharing.leadFor') : t('sharing.lead')} back={<BackLink to="/p/$patient/you" params={{ patient }} place={t('shell.you')} />} />
      {acting ? <AsHelper patient={patient} grant={subject?.grant} name={name} /> : <AsOwner patient={patient} />}
    </>
  )
}

/** Who helps and who looked are for the owner alone; a helper is shown what was granted to them. */
function AsHelper({ patient, grant, name }: { patient: string; grant: SubjectGrant | undefined; name: string }) {
  const { t } = useWords()
  const me = useMe()
  return (
    <>
      {grant && (
        <section aria-labelledby="helpers">
          <SectionHead id="helpers" title={t('sharing.peopleFor', { name })} />
          <GrantCard patient={patient} grant={{ ...grant, name: me.account.name, state: 'active' }} own={false} helps={name} />
        </section>
      )}
      <section aria-labelledby="looked">
        <SectionHead id="looked" title={t('sharing.lookedFor', { name })} />
        <Empty icon="lock" title={t('sharing.notYours', { name })} text={t('sharing.notYoursText', { name })} />
      </section>
    </>
  )
}

function AsOwner({ patient }: { patient: string }) {
  const cards = useQuery(grantsQuery(patient))
  const wait = useQuery(waitQuery(patient))
  const team = useQuery(teamQuery(patient))
  usePrefetchInfiniteQuery(accessQuery(patient))
  // What stands below cards whose height is not known yet waits for them, or they would push it.
  const offers = useQuery(offersQuery(patient))
  const settled = !cards.isLoading && !wait.isLoading && !offers.isLoading && !team.isLoading
  return (
    <>
      <Helpers patient={patient} />
      {settled && <TeamCard patient={patient} />}
      {settled && <WaitCard patient={patient} />}
      {settled && <AccessLog patient={patient} />}
    </>
  )
}

function Helpers({ patient }: { patient: string }) {
  const { t } = useWords()
  const grants = useQuery(grantsQuery(patient))
  const [stopped, setStopped] = useState('')
  const [less, setLess] = useState('')
  const items = grants.data?.items ?? []
  const active = items.filter((grant) => grant.state === 'active')
  const past = items.filter((grant) => grant.state !== 'active')
  const said = useRef<HTMLDivElement>(null)
  // The card that held the focus goes away with the sharing.
  useEffect(() => {
    if (stopped) said.current?.focus()
  }, [stopped, active.length])
  return (
    <section aria-labelledby="helpers">
      <SectionHead id="helpers" title={t('sharing.people')}><LinkButton variant="default" icon="share" to="/p/$patient/sharing/invite" params={{ patient }}>{t('offer.open')}</LinkButton></SectionHead>
      {stopped && <div ref={said} tabIndex={-1}><Said>{t('sharing.stopped', { name: stopped })}</Said></div>}
      {less && !stopped && <Said>{t('offer.lessened', { name: less })}</Said>}
      {grants.error && !grants.data ? <LoadError error={grants.error} onRetry={() => void grants.refetch()} />
        : !grants.data ? <Skeleton heights={[190]} />
        : active.length === 0 ? <Empty icon="people" title={t('sharing.none')} text={t('sharing.noneText')} />
        : <div className={css.grants}>{active.map((grant) => <GrantCard key={grant.id} patient={patient} grant={grant} own onStopped={() => setStopped(grant.name)} onNarrowed={() => setLess(grant.name)} />)}</div>}
      <OfferList patient={patient} />
      {past.length > 0 && (
        <details className={css.past}>
          <summary>{t('sharing.past')} ({past.length})</summary>
          <div className={css.grants}>{past.map((grant) => <GrantCard key={grant.id} patient={patient} grant={grant} own />)}</div>
        </details>
      )}
    </section>
  )
}

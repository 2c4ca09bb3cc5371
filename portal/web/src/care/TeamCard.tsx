import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Card, SectionHead } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { teamQuery } from './calls'
import css from './care.module.css'
import { TeamLine } from './TeamLine'

/** The patient's own care team: who may open the record because they care for them, and since when. */
export function TeamCard({ patient }: { patient: string }) {
  const { t } = useWords()
  const team = useQuery(teamQuery(patient))
  const now = team.data?.items.filter(({ state }) => state !== 'past') ?? []
  const past = team.data?.items.filter(({ state }) => state === 'past') ?? []
  return (
    <section aria-labelledby="care-team" className={css.section}>
      <SectionHead id="care-team" title={t('care.yourTeam')} />
      {team.error && !team.data ? <LoadError error={team.error} onRetry={() => void team.refetch()} />
        : !team.data ? <Skeleton heights={[120]} />
        : <Card rows>{now.map((one) => <TeamLine key={one.account} member={one} />)}{now.length === 0 && <p className={css.line}>{t('care.teamNone')}</p>}</Card>}
      {past.length > 0 && (
        <details className={css.case}>
          <summary>{t('care.past')} ({past.length})</summary>
          <Card rows>{past.map((one) => <TeamLine key={one.account + one.from} member={one} />)}</Card>
        </details>
      )}
      <p><Link to="/p/$patient/restrictions" params={{ patient }}>{t('care.restrictionsLink')}</Link></p>
    </section>
  )
}

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError, isNotFound } from '../api/problem'
import { chartKey } from '../api/queries'
import { ActingBand } from '../shell/ActingBand'
import { ErrorPage } from '../shell/ErrorPage'
import { SessionGuard } from '../shell/SessionGuard'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { LinkButton } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { HomeLink } from './HomeLink'
import { Questions } from './Questions'
import { visitOf } from './queries'
import { askedOf, VisitFrom } from './source'
import css from './visit.module.css'

/** The questions before a visit, on a page of their own: they can be answered days ahead. */
export function QuestionsPage() {
  const { t } = useWords()
  const { patient, visit } = useParams({ from: '/gate/p/$patient/visits/$visit/questions' })
  const { subject, acting, name } = useSubject()
  usePageTitle(t('form.page'), acting ? name : undefined)
  const source = visitOf(patient, visit)
  const asked = useQuery({ ...askedOf(source), refetchOnWindowFocus: false })
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [sent, setSent] = useState(false)
  if (!subject) return <ErrorPage error={new ApiError({ status: 404 })} reset={() => undefined} />
  if (asked.error && isNotFound(asked.error)) return <ErrorPage error={asked.error} reset={() => void asked.refetch()} />
  const back = <LinkButton wide variant={sent ? 'filled' : 'default'} to="/p/$patient/visits" params={{ patient }}>{t('end.toVisits')}</LinkButton>
  const done = (sentNow: boolean) => {
    void queries.invalidateQueries({ queryKey: chartKey(patient) })
    if (sentNow) setSent(true)
    else void navigate({ to: '/p/$patient/visits', params: { patient } })
  }
  return (
    <div className={css.plain}>
      {acting && <ActingBand subject={subject} />}
      <VisitFrom value={source}>
        <header className={css.top}><HomeLink /></header>
        {asked.data?.form && asked.data.may && !sent ? <Questions asked={asked.data} form={asked.data.form} forName={acting ? name : undefined} onDone={done} /> : (
          <main id="content" tabIndex={-1} className={css.narrow}>
            <h1>{t('form.page')}</h1>
            {asked.error ? <LoadError error={asked.error} onRetry={() => void asked.refetch()} /> : !asked.data ? <Skeleton heights={[120, 120, 120]} />
              : sent ? <><p className={css.lead} role="status">{t('form.sent')}</p><div className={css.endButtons}>{back}</div></>
              : <><Empty icon="list" title={t(asked.data.form ? 'form.notMay' : 'form.notAsked')} text={t(asked.data.form ? 'form.notMayText' : 'form.notAskedText')} />{back}</>}
          </main>
        )}
      </VisitFrom>
      <SessionGuard />
    </div>
  )
}

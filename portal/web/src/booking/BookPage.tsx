import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { LinkButton } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { BookForm } from './BookForm'
import { appointmentQuery } from './queries'
import { useWhenWords } from './words'

/** A new visit, or another time for one that is planned: all on one page. */
export function BookPage() {
  const { t } = useWords()
  const { patient, acting, name } = useSubject()
  const { change } = useSearch({ from: '/gate/p/$patient/visits/book' })
  const title = change ? t('book.change') : acting ? t('book.titleFor', { name }) : t('book.title')
  usePageTitle(change ? t('book.change') : t('book.title'), acting ? name : undefined)
  const back = <BackLink to="/p/$patient/visits" params={{ patient }} place={t('book.back')} />
  const navigate = useNavigate()
  const done = () => void navigate({ to: '/p/$patient/visits', params: { patient }, search: { done: change ? 'moved' : 'booked' } })
  if (change) return <Change patient={patient} id={change} title={title} back={back} forName={acting ? name : undefined} onDone={done} />
  return (
    <>
      <PageHead title={title} back={back} />
      <BookForm patient={patient} forName={acting ? name : undefined} onDone={done} />
    </>
  )
}

function Change({ patient, id, title, back, forName, onDone }: { patient: string; id: string; title: string; back: React.ReactNode; forName?: string; onDone: () => void }) {
  const { t } = useWords()
  const { dayTitle, time } = useWhenWords()
  const visit = useQuery(appointmentQuery(patient, id))
  if (!visit.data) {
    return (
      <>
        <PageHead title={title} back={back} />
        {visit.error ? <LoadError error={visit.error} onRetry={() => void visit.refetch()} /> : <Skeleton heights={[56, 240]} />}
      </>
    )
  }
  const at = t('appointment.at', { day: dayTitle(visit.data.start), time: time(visit.data.start) })
  const fixed = visit.data.status !== 'booked' || Date.parse(visit.data.start) <= Date.now()
  return (
    <>
      <PageHead title={title} back={back} text={fixed ? undefined : t('book.changeLead', { when: at })} />
      {fixed ? (
        <Empty icon="calendar" title={t('book.gone')} text={at} action={<LinkButton to="/p/$patient/visits" params={{ patient }}>{t('appointment.page')}</LinkButton>} />
      ) : <BookForm patient={patient} forName={forName} change={visit.data} onDone={onDone} />}
    </>
  )
}

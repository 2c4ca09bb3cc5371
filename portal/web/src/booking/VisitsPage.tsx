import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { ApiError, isNotFound } from '../api/problem'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Button, LinkButton } from '../ui/Button'
import { Card, SectionHead } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError, Said } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './booking.module.css'
import { appointmentsQuery } from './queries'
import type { Appointment } from './types'
import { useNow } from './useNow'
import { doorOpen, useWhenWords } from './words'
import { PastVisit } from './PastVisit'
import { QuestionsLink, useQuestionsKnown } from './QuestionsLink'
import { VisitCard } from './VisitCard'

/** What is planned, what was, and the way to a new one. */
export function VisitsPage() {
  const { t } = useWords()
  const { patient, acting, name } = useSubject()
  usePageTitle(t('appointment.page'), acting ? name : undefined)
  const coming = useInfiniteQuery(appointmentsQuery(patient, 'coming'))
  const past = useInfiniteQuery(appointmentsQuery(patient, 'past'))
  const now = useNow()
  const ready = useQuestionsKnown(coming.data?.pages[0]?.items[0]) && coming.data
  const [cancelled, setCancelled] = useState<Appointment>()
  const title = acting ? t('appointment.titleFor', { name }) : t('appointment.title')
  const refused = coming.error && (isNotFound(coming.error) || (coming.error instanceof ApiError && coming.error.status === 403))
  if (refused) return <><PageHead title={title} /><Empty icon="lock" title={t('appointment.hidden')} text={t('appointment.hiddenText', { name })} /></>

  const next = coming.data?.pages.flatMap((page) => page.items) ?? []
  const before = past.data?.pages.flatMap((page) => page.items) ?? []
  // A view has one filled button: while a door is open, that is the way in.
  const open = next.some((visit) => doorOpen(visit, now))
  const book = (
    <LinkButton to="/p/$patient/visits/book" params={{ patient }} icon="plus" variant={open ? 'default' : 'filled'}>
      {acting ? t('appointment.bookFor', { name }) : t('appointment.book')}
    </LinkButton>
  )
  return (
    <>
      <PageHead title={title} />
      <div className={css.visits}>
        <News cancelled={cancelled} />
        {ready && next.length > 0 && <div className={css.bookTop}>{book}</div>}
        {coming.error && !coming.data ? <LoadError error={coming.error} onRetry={() => void coming.refetch()} />
          : !ready ? <Skeleton heights={[52, 220]} onRetry={() => void coming.refetch()} />
          : next.length === 0 ? (
            <Empty icon="calendar" title={t('appointment.none')} text={acting ? t('appointment.noneTextFor', { name }) : t('appointment.noneText')} action={book} />
          ) : (
            <section aria-labelledby="coming">
              <SectionHead id="coming" title={t('appointment.coming')} />
              <ul className={css.cards}>
                {next.map((visit, at) => <VisitCard key={visit.id} visit={visit} now={now} onCancelled={() => setCancelled(visit)}>{at === 0 && <QuestionsLink visit={visit} />}</VisitCard>)}
              </ul>
            </section>
          )}
        {/* Below cards whose height is not known yet; it waits for them, or they would push it. */}
        {ready && before.length > 0 && (
          <section aria-labelledby="past">
            <SectionHead id="past" title={t('appointment.past')} />
            <Card rows>{before.map((visit) => <PastVisit key={visit.id} visit={visit} />)}</Card>
            {past.hasNextPage && <div className={css.more}><Button variant="default" loading={past.isFetchingNextPage} onClick={() => void past.fetchNextPage()}>{t('appointment.more')}</Button></div>}
          </section>
        )}
      </div>
    </>
  )
}

/** What was just done, in words that take the focus: the card or the form that had it is gone. */
function News({ cancelled }: { cancelled: Appointment | undefined }) {
  const { t } = useWords()
  const { dayInText, time } = useWhenWords()
  const { done } = useSearch({ from: '/gate/p/$patient/visits' })
  const navigate = useNavigate()
  const box = useRef<HTMLDivElement>(null)
  const [said, setSaid] = useState<'booked' | 'moved' | undefined>(done)
  useEffect(() => {
    // Said once: a reload does not say it again.
    if (done) void navigate({ to: '.', search: {}, replace: true })
  }, [done, navigate])
  useEffect(() => {
    if (cancelled) setSaid(undefined)
    if (cancelled || said) box.current?.focus()
  }, [cancelled, said])
  const text = cancelled ? t('appointment.cancelled', { day: dayInText(cancelled.start), time: time(cancelled.start) }) : said ? t(`appointment.${said}`) : ''
  return text ? <div ref={box} tabIndex={-1} className={css.news}><Said>{text}</Said></div> : null
}

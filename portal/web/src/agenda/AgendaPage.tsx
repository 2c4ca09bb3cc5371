import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { useAskWords } from '../asks/words'
import { titleOf } from '../chart/entryWords'
import { fullDate } from '../format/date'
import { useTopic, useShell } from '../shell/context'
import { SessionGuard } from '../shell/SessionGuard'
import { usePageTitle } from '../shell/title'
import { BackLink, PageHead } from '../shell/PageHead'
import { Button } from '../ui/Button'
import { Card, Dot, SectionHead } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Icon, type IconName } from '../ui/Icon'
import { LinkRow } from '../ui/Row'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { useMe } from '../shell/useMe'
import css from './agenda.module.css'
import { agendaKey, agendaQuery, type AgendaPerson } from './calls'

/** What is to be done and what is to come, for everybody one cares for; each line says for whom. */
export function AgendaPage() {
  const { t, locale, clock } = useWords()
  const { when, title } = useAskWords()
  const me = useMe()
  const { live } = useShell()
  const queries = useQueryClient()
  usePageTitle(t('agenda.page'))
  const moved = () => void queries.invalidateQueries({ queryKey: agendaKey })
  useTopic('notices', moved)
  const charts = me.people.map((person) => person.patient).join(' ')
  useEffect(() => {
    const stops = charts.split(' ').filter(Boolean).slice(0, 8).flatMap((patient) => [`messages/${patient}`, `requests/${patient}`].map((topic) => live.follow(topic, () => void queries.invalidateQueries({ queryKey: agendaKey }))))
    return () => stops.forEach((stop) => stop())
  }, [charts, live, queries])
  const query = useInfiniteQuery(agendaQuery)
  const people = query.data?.pages.flatMap((page) => page.items) ?? []
  const forWhom = (person: AgendaPerson) => (person.relation === 'self' ? t('agenda.you') : t('agenda.for', { name: person.name }))
  const of = <T,>(pick: (person: AgendaPerson) => T[]) => people.flatMap((person) => pick(person).map((item) => ({ person, item })))
  const answers = of((person) => person.answers)
  const threads = of((person) => person.threads).sort((a, b) => Date.parse(b.item.lastAt) - Date.parse(a.item.lastAt))
  const visits = of((person) => person.visits).sort((a, b) => Date.parse(a.item.start) - Date.parse(b.item.start))
  const results = of((person) => person.results)
  const empty = answers.length + threads.length + visits.length + results.length === 0
  return (
    <div className={css.page}>
      <main id="content" tabIndex={-1}>
        <PageHead title={t('agenda.title')} text={t('agenda.lead')} back={<BackLink to="/people" place={t('agenda.people')} />} />
        {query.error && !query.data ? <LoadError error={query.error} onRetry={() => void query.refetch()} />
          : !query.data ? <Skeleton heights={[84, 84, 84]} onRetry={() => void query.refetch()} />
          : empty ? <Empty icon="done" title={t('agenda.none')} text={t('agenda.noneText')} />
          : (
            <>
              <Part title={t('agenda.answers')}>
                {answers.map(({ person, item }) => <LinkRow key={item.id} to="/p/$patient/asks/$id" params={{ patient: person.patient, id: item.id }} lead={<Lead icon="ask" look />} title={title(item)} text={forWhom(person)} below={item.reason} />)}
              </Part>
              <Part title={t('agenda.unread')}>
                {threads.map(({ person, item }) => (
                  <LinkRow key={item.id} to="/p/$patient/messages/$thread" params={{ patient: person.patient, thread: item.id }} lead={<Lead icon="chat" />} title={item.subject || t(`message.topic.${item.topic}`)} text={`${forWhom(person)}. ${when(item.lastAt)}`} below={t('message.unread', { count: item.unread })} />
                ))}
              </Part>
              <Part title={t('agenda.visits')}>
                {visits.map(({ person, item }) => <LinkRow key={item.id} to="/p/$patient/visits" params={{ patient: person.patient }} lead={<Lead icon={item.mode === 'video' ? 'video' : 'building'} />} title={when(item.start)} text={`${forWhom(person)}. ${t('appointment.with', { name: item.practitioner.name })}`} />)}
              </Part>
              <Part title={t('agenda.results')}>
                {results.map(({ person, item }) => {
                  const [type = '', id = ''] = item.ref.split('/')
                  return <LinkRow key={item.ref} to="/p/$patient/entries/$type/$id" params={{ patient: person.patient, type, id }} lead={<Lead icon="flask" />} title={titleOf(item, t)} text={`${forWhom(person)}. ${fullDate(item.at, locale, clock.zone)}`} />
                })}
              </Part>
            </>
          )}
        {query.hasNextPage && <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t('agenda.more')}</Button>}
      </main>
      <SessionGuard />
    </div>
  )
}

const Lead = ({ icon, look = false }: { icon: IconName; look?: boolean }) => <Dot tone={look ? 'look' : 'plain'}><Icon name={icon} /></Dot>

function Part({ title, children }: { title: string; children: ReactNode[] }) {
  if (children.length === 0) return null
  return <section aria-label={title}><SectionHead title={title} /><Card rows>{children}</Card></section>
}

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useNow } from '../booking/useNow'
import { addDays, dayOf, weekdayDate } from '../booking/when'
import { useKeyHints, useKeys } from '../clinic/keys'
import { timeOf } from '../format/date'
import { useTopic } from '../shell/context'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { LoadError, Said } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useClinic, useWords } from '../ui/useWords'
import { Aside } from './Aside'
import { DayRow } from './DayRow'
import { GroupRow } from './GroupRow'
import { lateDays } from './late'
import { dayQuery } from './queries'
import { isKept, isLineDone, linesOf, nowLine, wantsNote, whoseAtFirst, withoutNotes, type DayLine } from './state'
import css from './today.module.css'
import { useOpen } from './useOpen'

/** The day as a list with the present as a line in it; at the side who waits, and what is one's own turn. */
export function TodayPage() {
  const { t, locale, clock } = useWords()
  usePageTitle(t('day.page'))
  const now = useNow()
  const navigate = useNavigate()
  const { account } = useMe()
  const roles = account.roles ?? []
  const desk = roles.includes('frontdesk')
  const clinicZone = useClinic()?.timeZone
  // The clinic's day is the clinic's, wherever the reader sits.
  const today = dayOf(now, clinicZone)
  const search = useSearch({ from: '/gate/clinic/today' })
  const date = search.date ?? today
  const whose = search.whose ?? whoseAtFirst(roles)
  const day = useQuery(dayQuery(date, whose))
  const queries = useQueryClient()
  useTopic('day', () => void queries.invalidateQueries({ queryKey: ['clinic', 'day'] }))
  const notes = roles.some((role) => role === 'clinician' || role === 'nurse')
  const lines = day.data ? linesOf(notes ? day.data : { ...day.data, items: withoutNotes(day.data.items) }) : []
  // Who comes today can be told; of another day it is said on that day.
  const late = lateDays(date === today ? (day.data?.items ?? []) : [], { practitioner: account.practitioner, holds: !desk || roles.includes('clinician'), alone: whose === 'me' })
  const line = nowLine(lines, date, today, now)
  const [at, setAt] = useState<number>()
  const [said, setSaid] = useState('')
  const marked = at ?? (line >= 0 && line < lines.length ? line : -1)
  const list = useRef<HTMLOListElement>(null)
  const find = useRef<HTMLInputElement>(null)
  const { open, chart } = useOpen()

  const go = (next: { date?: string; whose?: 'me' | 'all' }) => {
    setAt(undefined)
    setSaid('')
    void navigate({ to: '/clinic/today', search: { ...search, ...next, ...(next.date === today && { date: undefined }) }, replace: true })
  }
  const move = (by: number) => setAt(Math.max(0, Math.min(lines.length - 1, marked + by)))
  useEffect(() => {
    if (at !== undefined) list.current?.querySelector('[data-at="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const act = (what: (one: DayLine) => void) => () => {
    const one = lines[marked]
    if (one) what(one)
  }
  useKeys({
    j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1), ArrowLeft: () => go({ date: addDays(date, -1) }), ArrowRight: () => go({ date: addDays(date, 1) }),
    Enter: act(desk ? chart : open), o: act(chart), t: () => go({ date: today }), m: () => go({ whose: whose === 'me' ? 'all' : 'me' }), '/': () => find.current?.focus(),
  })
  useKeyHints([
    { keys: ['J', 'K'], says: t('clinic.key.move') }, { keys: ['↵'], says: t('day.key.open') }, { keys: ['O'], says: t('day.key.chart') }, { keys: ['T'], says: t('day.key.today') },
    { keys: ['←', '→'], says: t('day.key.days') }, { keys: ['M'], says: t('day.key.whose') }, ...(desk ? [{ keys: ['/'], says: t('day.key.find') }] : []),
  ])

  return (
    <div className={css.page}>
      <div className={css.middle}>
        <div className={css.head}>
          <div className="grow">
            <h1>{weekdayDate(date, locale, clock)}</h1>
            <p className="dim">{day.data ? <Summary lines={lines} zone={clinicZone} /> : '\u00a0'}</p>
          </div>
          <div className={css.tools}>
            <div role="group" aria-label={t('day.whose')} className={css.whose}>
              {(['me', 'all'] as const).map((which) => <button key={which} type="button" aria-pressed={whose === which} onClick={() => go({ whose: which })}>{t(which === 'me' ? 'day.mine' : 'day.all')}</button>)}
            </div>
            <button type="button" className={css.step} aria-label={t('day.before')} onClick={() => go({ date: addDays(date, -1) })}><Icon name="back" size={20} /></button>
            <Button variant="default" onClick={() => go({ date: today })}>{t('day.page')}</Button>
            <button type="button" className={css.step} aria-label={t('day.after')} onClick={() => go({ date: addDays(date, 1) })}><Icon name="go" size={20} /></button>
          </div>
        </div>
        {said && <div className={css.said}><Said>{said}</Said></div>}
        {day.error && !day.data ? <LoadError error={day.error} onRetry={() => void day.refetch()} />
          : !day.data ? <Skeleton heights={[56, 56, 56, 56, 56]} onRetry={() => void day.refetch()} />
          : lines.length === 0 ? <Empty icon="calendar" title={t('day.none')} text={t('day.noneText')} />
          : (
            <ol className={css.day} ref={list} aria-label={t('day.list')}>
              {lines.map((one, n) => {
                const shared = { now, line: line === n, next: line === n && !isLineDone(one), marked: marked === n && at !== undefined, whose, desk, zone: clinicZone, ready: day.data!.ready, onSaid: setSaid }
                const cancelled = (name: string, start: string) => setSaid(t('day.cancelled', { name, time: timeOf(start, clinicZone) }))
                return one.group ? <GroupRow key={one.key} group={one.group} members={one.members} {...shared} onCancelled={cancelled} /> : <DayRow key={one.key} item={one.item} {...shared} onCancelled={cancelled} />
              })}
              {line === lines.length && <li className={css.lastLine}><NowLine now={now} zone={clinicZone} /></li>}
            </ol>
          )}
      </div>
      <Aside day={day.data} late={late} now={now} desk={desk} find={find} zone={clinicZone} />
    </div>
  )
}

export function NowLine({ now, zone }: { now: Date; zone: string | undefined }) {
  const { t } = useWords()
  const time = timeOf(now.toISOString(), zone)
  return <p className={css.now}><b aria-hidden="true">{time}</b><i aria-hidden="true" /><span className="sr">{t('day.now', { time })}</span></p>
}

function Summary({ lines, zone }: { lines: DayLine[]; zone: string | undefined }) {
  const { t } = useWords()
  const kept = lines.filter(isKept)
  const last = kept.map(({ end }) => end).sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1)
  const done = kept.filter(isLineDone).length
  const unsigned = kept.flatMap((line) => (line.group ? line.members : [line.item])).filter(wantsNote).length
  const first = [t('day.count', { count: kept.length }), done > 0 && t('day.done', { count: done })].filter(Boolean).join(', ')
  return [first, unsigned > 0 && t('day.toSign', { count: unsigned }), last && t('day.ends', { time: timeOf(last, zone) })].filter(Boolean).join('. ') + '.'
}

import { useEffect, useRef, useState } from 'react'
import type { CallView } from '../rtc/call'
import { useWords } from '../ui/useWords'
import type { Visit } from './types'
import css from './room.module.css'
import { useCalled } from './useCalled'

const staysMs = 20_000

/** What hosts did that concerns the reader: who turned their microphone off, that all see them large, who leads now. */
export function RoomNews({ visit, call, mic }: { visit: Visit; call: CallView; mic: boolean }) {
  const { t } = useWords()
  const called = useCalled()
  const nameOf = (seat?: string) => {
    const person = visit.people.find((one) => one.seat === seat)
    return person && called(person)
  }
  const lead = nameOf(visit.room?.lead)
  const known = useRef(lead)
  const [changed, setChanged] = useState<string>()
  useEffect(() => {
    if (lead === known.current) return undefined
    const first = known.current === undefined
    known.current = lead
    if (first) return undefined
    setChanged(lead)
    const timer = window.setTimeout(() => setChanged(undefined), staysMs)
    return () => window.clearTimeout(timer)
  }, [lead])
  const mine = visit.room?.lead === visit.me.seat
  const news = [
    call.mutedBy && !mic && t('room.muted', { name: nameOf(call.mutedBy) ?? t('room.team') }),
    changed && (mine ? t('room.youLead') : t('room.leads', { name: changed })),
    visit.room?.spotlight !== undefined && visit.room.spotlight === visit.me.seat && t('room.youLarge'),
  ].filter(Boolean)
  return <div className={css.news} role="status">{news.map((line) => <p key={String(line)}>{line}</p>)}</div>
}

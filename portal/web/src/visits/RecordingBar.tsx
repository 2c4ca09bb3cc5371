import { useState } from 'react'
import type { Recorded } from '../rtc/protocol'
import { listOf } from '../format/locale'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './recording.module.css'
import type { VisitAct } from './source'
import type { Recording, Visit } from './types'

const words = ['what', 'who', 'free', 'stopAny'] as const
const overFor = 60_000

/** What everybody sees and hears of it: the room itself says whether anything is kept now. */
export function recordedNow(visit: Visit, room: Recorded): 'on' | 'paused' | undefined {
  if (room !== 'off') return room
  const said = visit.recording?.state
  return said === 'on' || said === 'paused' ? 'paused' : undefined
}

const openOf = ({ recording }: Visit) => (recording && recording.state !== 'over' ? recording : undefined)

/** There is a question, and no yes to it from the reader. */
export const asksToRecord = (visit: Visit): boolean => {
  const open = openOf(visit)
  return open !== undefined && open.mine !== 'yes'
}

/** There is something to say of a recording now. */
export const hasRecordingNews = (visit: Visit, room: Recorded): boolean => recordedNow(visit, room) !== undefined || openOf(visit) !== undefined || (visit.recording !== undefined && justOver(visit, visit.recording))

/** Asked, recorded, paused or just over; and the one press that ends it. Nobody is asked why. */
export function RecordingBar({ visit, act, room, className = '' }: { visit: Visit; act: VisitAct; room: Recorded; className?: string }) {
  const { t, locale } = useWords()
  const said = useErrorText()
  const { recording } = visit
  const now = recordedNow(visit, room)
  const open = openOf(visit)
  const asks = open && asksToRecord(visit)
  const others = listOf(recording?.missing ?? [], locale)
  const line = now === 'on' ? t('rec.on')
    : now === 'paused' ? (others ? t('rec.pausedFor', { names: others }) : t('rec.paused'))
      : open ? (others ? t('rec.waitsFor', { names: others }) : t('rec.begins'))
        : recording && justOver(visit, recording) ? t(`rec.over.${recording.why ?? 'stopped'}`) : ''
  const answer = (yes: boolean) => open && act.mutate({ do: 'recordAnswer', recording: open.id, text: open.text, yes })
  return (
    <div className={`${css.place} ${className}`}>
      <div className={css.bar} data-state={now ?? (open ? 'asked' : 'over')} hidden={!line}>
        <p role="status"><i aria-hidden="true" />{line}</p>
        {open && !asks && (visit.me.host
          ? <Button variant="default" loading={act.isPending} onClick={() => act.mutate({ do: 'recordStop' })}>{t('rec.stop')}</Button>
          : <Button variant="default" loading={act.isPending} onClick={() => answer(false)}>{t('rec.withdraw')}</Button>)}
      </div>
      {asks && (
        <section className={css.ask} role="alertdialog" aria-label={t('rec.title', { name: open.askedBy })} aria-describedby="rec-words">
          <h2>{t('rec.title', { name: open.askedBy })}</h2>
          <RecordingWords visit={visit} />
          {act.error && <p role="alert">{said(act.error)}</p>}
          <div className={css.buttons}>
            <Button loading={act.isPending} onClick={() => answer(true)}>{t('rec.yes')}</Button>
            <Button variant="default" onClick={() => answer(false)}>{t('rec.no')}</Button>
          </div>
        </section>
      )}
    </div>
  )
}

const justOver = ({ now }: Visit, { endedAt }: Recording): boolean => endedAt !== undefined && Date.parse(now) - Date.parse(endedAt) < overFor

function RecordingWords({ visit }: { visit: Visit }) {
  const { t } = useWords()
  return <ul id="rec-words">{words.map((word) => <li key={word}>{t(`rec.${word}`, { name: visit.patientName })}</li>)}</ul>
}

/** Who holds the visit asks; asking is agreeing. */
export function AskToRecord({ visit, act }: { visit: Visit; act: VisitAct }) {
  const { t } = useWords()
  const said = useErrorText()
  const [open, setOpen] = useState(false)
  if (!visit.mayRecord || (visit.recording && visit.recording.state !== 'over')) return null
  const go = () => act.mutate({ do: 'recordAsk', text: recordingText }, { onSuccess: () => setOpen(false) })
  if (!open) return <div className={css.offer}><Button variant="default" onClick={() => setOpen(true)}>{t('rec.ask')}</Button></div>
  return (
    <section className={`${css.ask} ${css.offer}`} aria-label={t('rec.askTitle')}>
      <h2>{t('rec.askTitle')}</h2>
      <RecordingWords visit={visit} />
      {act.error && <p role="alert">{said(act.error)}</p>}
      <div className={css.buttons}>
        <Button autoFocus loading={act.isPending} onClick={go}>{t('rec.askGo')}</Button>
        <Button variant="subtle" onClick={() => setOpen(false)}>{t('rec.askNo')}</Button>
      </div>
    </section>
  )
}

/** Of the words above; it changes with what they mean. */
const recordingText = '2026-11'

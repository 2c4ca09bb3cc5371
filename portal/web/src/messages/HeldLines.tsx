import { useEffect, useId, useState } from 'react'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { Attachments } from './Attachments'
import css from './conversation.module.css'
import { RichText } from './RichText'
import { SendTime } from './SendTime'
import type { Held } from './types'
import { useHeldActs } from './useHeld'
import { useWritten } from './useWritten'

/** Seconds until a moment, counted down while somebody looks. */
function useSeconds(until: string): number {
  const left = () => Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000))
  const [seconds, setSeconds] = useState(left)
  useEffect(() => {
    setSeconds(left())
    const timer = window.setInterval(() => setSeconds(left()), 1000)
    return () => window.clearInterval(timer)
    // The moment is all that it hangs on.
  }, [until])
  return seconds
}

/** An own message that nobody has yet: for some seconds, until its time, or because it could not go. */
export function HeldLine({ patient, held, face, acting, onTaken }: { patient: string; held: Held; face: boolean; acting: string | undefined; onTaken?: () => Promise<void> }) {
  const { t } = useWords()
  const { time, until } = useWritten()
  const me = useMe()
  const id = useId()
  const says = useErrorText()
  const acts = useHeldActs(patient)
  const seconds = useSeconds(held.due)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const [choosing, setChoosing] = useState(false)
  const stuck = held.state === 'stuck'
  const act = (what: () => Promise<void>) => {
    setBusy(true)
    setError('')
    what().catch((failed: unknown) => setError(says(failed))).finally(() => setBusy(false))
  }
  return (
    <article className={css.line} data-going={stuck ? 'failed' : 'held'} aria-label={t('message.from', { name: t('message.you'), text: time(held.sentAt) })}>
      {face && <Face name={me.account.name} size="s" />}
      <div className={css.box}>
        <p className={css.head} data-named><b>{t('message.you')}</b>{acting && `, ${t('message.forName', { name: acting })}`}{'. '}<time dateTime={held.sentAt}>{time(held.sentAt)}</time></p>
        <div className={css.bubble}>
          <RichText text={held.text} lang={held.language} />
          <Attachments patient={patient} files={held.attachments} from={t('message.photoFromYou')} />
        </div>
        <p id={id} className={css.state} data-failed={stuck || undefined}>
          <Icon name={stuck ? 'alert' : 'clock'} size={16} />
          {stuck ? `${t('message.notSent')}. ${held.why ?? ''}` : held.scheduled ? t('message.held.at', { date: until(held.due) })
            : seconds > 0 ? t('message.held.in', { count: seconds }) : t('message.sending')}
        </p>
        <div className={css.heldActs}>
          {(stuck || held.scheduled || seconds > 0) && <Button variant="default" icon="back" loading={busy} aria-describedby={id} onClick={() => act(() => acts.takeBack(held, onTaken))}>{held.scheduled || stuck ? t('message.held.takeBack') : t('message.held.undo')}</Button>}
          {held.scheduled && !stuck && <Button variant="default" icon="clock" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>{t('message.held.change')}</Button>}
          {stuck ? <Button variant="default" icon="refresh" loading={busy} onClick={() => act(() => acts.change(held, {}))}>{t('message.tryAgain')}</Button>
            : <Button variant="subtle" loading={busy} onClick={() => act(() => acts.sendNow(held))}>{t('message.held.now')}</Button>}
        </div>
        {choosing && <SendTime label={t('message.held.when')} choose={t('message.held.save')} start={held.due} onChoose={(at) => act(async () => { await acts.change(held, { at }); setChoosing(false) })} />}
        {error && <p className={css.state} data-failed role="alert">{error}</p>}
      </div>
    </article>
  )
}

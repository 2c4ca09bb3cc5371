import { useEffect, useRef, useState } from 'react'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { Attachments } from './Attachments'
import css from './conversation.module.css'
import { Corrected, Correcting } from './Correction'
import { HeldLine } from './HeldLines'
import { lastMine, namesDay, sameAuthor, stillGoing } from './lines'
import { RedFlag } from './Emergency'
import { outbox, type Outgoing } from './outbox'
import { RichText } from './RichText'
import type { Message } from './types'
import { Typing } from './Typing'
import { useHeld } from './useHeld'
import { useWritten } from './useWritten'

interface Props {
  patient: string
  /** For whom the reader writes, when it is somebody else. */
  acting?: string
  messages: Message[]
  outgoing: readonly Outgoing[]
  look: 'bubbles' | 'list'
  older?: { loading: boolean; load: () => void }
  onAgain: (id: string) => void
}

/** What was written, oldest first; below it what is still on its way. */
export function Conversation({ patient, acting, messages, outgoing, look, older, onAgain }: Props) {
  const { t, clock } = useWords()
  const { dayName } = useWritten()
  const going = stillGoing(outgoing, messages)
  const state = lastMine(messages)
  const newest = messages.at(-1)
  const thread = newest?.thread
  const held = useHeld(patient, thread ?? '').filter(({ id }) => !messages.some((message) => message.id === id))
  return (
    <div className={css.conversation} data-look={look} data-acting={acting ? true : undefined}>
      {older && <div className={css.older}><Button variant="subtle" loading={older.loading} onClick={older.load}>{t('message.older')}</Button></div>}
      <ol className={css.lines} aria-label={t('message.thread')}>
        {messages.map((message, at) => {
          const before = messages[at - 1]
          const day = namesDay(message.at, before?.at, clock)
          return (
            <li key={message.id} data-mine={message.mine || undefined}>
              {day && <h2 className={css.day}>{dayName(message.at)}</h2>}
              <Line patient={patient} message={message} named={day || !sameAuthor(before?.from, message.from)} messages={messages} stated={message.id === state && going.length === 0 && held.length === 0} face={look === 'list'} />
            </li>
          )
        })}
        {held.map((one) => <li key={one.id} data-mine><HeldLine patient={patient} held={one} face={look === 'list'} acting={acting} /></li>)}
        {going.map((message) => (
          <li key={message.id} data-mine>
            {newest && namesDay(message.at, newest.at, clock) && <h2 className={css.day}>{dayName(message.at)}</h2>}
            <Going patient={patient} acting={acting} message={message} face={look === 'list'} onAgain={() => onAgain(message.id)} />
          </li>
        ))}
      </ol>
      {thread && <Typing patient={patient} thread={thread} newest={newest.id} clinic={look === 'list'} />}
      <Announced messages={messages} />
    </div>
  )
}

function Line({ patient, message, messages, named, stated, face }: { patient: string; message: Message; messages: Message[]; named: boolean; stated: boolean; face: boolean }) {
  const { t } = useWords()
  const [correcting, setCorrecting] = useState(false)
  const { role, forName, readBy, time } = useWritten()
  const { from, mine } = message
  const under = [forName(message), !mine && from.side === 'clinic' ? role(from) : ''].filter(Boolean).join(', ')
  return (
    <article className={css.line} aria-label={t('message.from', { name: mine ? t('message.you') : from.name, text: time(message.at) })}>
      {face && <Face name={from.name} size="s" acting={from.role === 'proxy'} />}
      <div className={css.box}>
        <p className={css.head} data-named={named || undefined}>
          {named && <><b>{mine ? t('message.you') : from.name}</b>{under && `, ${under}`}{'. '}</>}<time dateTime={message.at}>{time(message.at)}</time>
        </p>
        <div className={css.bubble}>
          <RichText text={message.text} lang={message.language} />
          <Attachments patient={patient} files={message.attachments} from={mine ? t('message.photoFromYou') : t('message.photoFrom', { name: from.name })} />
          <Corrected message={message} messages={messages} />
        </div>
        {stated && <p className={css.state}><Icon name="check" size={16} />{readBy(message) || t('message.sent')}</p>}
        {mine && !message.corrects && message.text && !correcting && <button type="button" className={css.correct} onClick={() => setCorrecting(true)}>{t('message.correct.do')}</button>}
        {correcting && <Correcting patient={patient} message={message} onDone={() => setCorrecting(false)} />}
      </div>
    </article>
  )
}

/** One's own message before the clinic has it: it says so, and is never lost. */
function Going({ patient, acting, message, face, onAgain }: { patient: string; acting: string | undefined; message: Outgoing; face: boolean; onAgain: () => void }) {
  const { t } = useWords()
  const { time } = useWritten()
  const me = useMe()
  const failed = message.state === 'failed'
  return (
    <article className={css.line} data-going={message.state} aria-label={t('message.from', { name: t('message.you'), text: time(message.at) })}>
      {face && <Face name={me.account.name} size="s" />}
      <div className={css.box}>
        <p className={css.head} data-named><b>{t('message.you')}</b>{acting && `, ${t('message.forName', { name: acting })}`}{'. '}<time dateTime={message.at}>{time(message.at)}</time></p>
        <div className={css.bubble}>
          <RichText text={message.text} lang={message.language} />
          <Attachments patient={patient} files={message.attachments} from={t('message.photoFromYou')} />
          {message.call && <RedFlag call={message.call} later={Boolean(message.goes)} onSend={onAgain} onDrop={() => outbox.arrived(message.thread, message.id)} />}
          {failed && !message.call && <div className={css.again}><Button variant="default" icon="refresh" onClick={onAgain}>{t('message.tryAgain')}</Button></div>}
        </div>
        <p className={css.state} role="status" data-failed={failed || undefined}>
          <Icon name={failed ? 'alert' : 'clock'} size={16} />
          {message.call ? `${t('message.notSent')}.` : failed ? `${t('message.notSent')}. ${message.unreachable ? t('message.later') : (message.why ?? '')}` : t('message.sending')}
        </p>
      </div>
    </article>
  )
}

/** Says aloud what somebody else wrote while the conversation is open. */
function Announced({ messages }: { messages: Message[] }) {
  const { t } = useWords()
  const known = useRef<string | undefined>(undefined)
  const [said, setSaid] = useState('')
  const newest = messages.at(-1)
  useEffect(() => {
    if (newest && known.current !== undefined && known.current !== newest.id && !newest.mine) setSaid(t('message.from', { name: newest.from.name, text: newest.text }))
    known.current = newest?.id ?? ''
  }, [newest, t])
  return <p className="sr" role="log" aria-live="polite">{said}</p>
}

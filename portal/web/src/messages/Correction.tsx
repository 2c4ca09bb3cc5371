import { useId, useState } from 'react'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './conversation.module.css'
import { plainOf } from './markup'
import { RichText } from './RichText'
import type { Message } from './types'
import { useSend } from './useSend'
import { useWritten } from './useWritten'

/** Adds a correction to an own message: what was sent stays, and both are shown together. */
export function Correcting({ patient, message, onDone }: { patient: string; message: Message; onDone: () => void }) {
  const { t } = useWords()
  const id = useId()
  const { send } = useSend(patient, message.thread)
  const [text, setText] = useState(message.text)
  const [problem, setProblem] = useState('')
  const press = () => {
    const words = text.trim()
    const why = !words || words === message.text.trim() ? t('message.correct.need') : words.length > 10_000 ? t('message.tooLong', { count: 10_000 }) : ''
    setProblem(why)
    if (why) return
    void send(words, [], { corrects: message.id })
    onDone()
  }
  return (
    <div className={css.correcting}>
      <label htmlFor={id}>{t('message.correct.label')}</label>
      <textarea id={id} rows={3} value={text} autoFocus aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined} onChange={(event) => setText(event.target.value)} />
      {problem && <p id={`${id}-problem`} className={css.state} data-failed role="alert">{problem}</p>}
      <div className={css.heldActs}>
        <Button variant="default" onClick={press}>{t('message.correct.send')}</Button>
        <Button variant="subtle" onClick={onDone}>{t('message.correct.cancel')}</Button>
      </div>
    </div>
  )
}

/** The corrections of a message stand under it, and each says what it corrects. */
export function Corrected({ message, messages }: { message: Message; messages: Message[] }) {
  const { t } = useWords()
  const { time, dayName } = useWritten()
  const by = (message.correctedBy ?? []).map((id) => messages.find((one) => one.id === id)).filter((one) => one !== undefined)
  const of = message.corrects ? messages.find(({ id }) => id === message.corrects) : undefined
  return (
    <>
      {message.corrects && <p className={css.corrects}><Icon name="pen" size={16} />{of ? t('message.correct.of', { text: short(of.text) }) : t('message.correct.earlier')}</p>}
      {by.map((one) => (
        <div key={one.id} className={css.corrected}>
          <p className="meta">{t('message.correct.at', { when: `${dayName(one.at)}, ${time(one.at)}` })}</p>
          <RichText text={one.text} lang={one.language} />
        </div>
      ))}
    </>
  )
}

const short = (text: string): string => {
  const line = plainOf(text)
  return line.length > 80 ? `${line.slice(0, 79).trimEnd()}…` : line
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState, type FormEvent } from 'react'
import { timeOf } from '../format/date'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './answer.module.css'
import { LargePicture, Picture } from './Picture'
import { PhotosUnderway, SharePhoto } from './SharePhoto'
import { chatOf, type VisitSource } from './source'
import { useShare } from './useShare'

const quick = ['soon', 'hold', 'phone'] as const

interface AnswerProps { source: VisitSource; seat: string; name: string; asks?: number; /** Nothing but words, in a group. */ plain?: boolean }

/** The clinic's side of what somebody who waits writes: one press opens it, a second one answers. */
export function Answer({ source, seat, name, asks = 0, plain }: AnswerProps) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const words = asks > 0 ? t('seen.answerNew', { count: asks }) : t('seen.write')
  if (!open) {
    return <Button variant="default" icon="chat" className={asks > 0 ? css.asks : ''} onClick={() => setOpen(true)}><span aria-hidden="true">{words}</span><span className="sr">{t(asks > 0 ? 'seen.answerTo' : 'seen.writeTo', { name })}</span></Button>
  }
  return <Lines {...{ source, seat, name, plain }} onClose={() => setOpen(false)} />
}

function Lines({ source, seat, name, plain, onClose }: AnswerProps & { onClose: () => void }) {
  const { t, clock } = useWords()
  const said = useErrorText()
  const queries = useQueryClient()
  const lines = (useQuery(chatOf(source)).data?.items ?? []).filter((line) => line.seat === seat)
  const share = useShare(source, seat)
  const [large, setLarge] = useState<string>()
  const [text, setText] = useState('')
  const id = useRef(crypto.randomUUID())
  const send = useMutation({
    mutationFn: (line: string) => source.say({ id: id.current, text: line, seat }),
    onSuccess: () => {
      id.current = crypto.randomUUID()
      setText('')
      void queries.invalidateQueries({ queryKey: ['clinic', 'day'] })
      void queries.invalidateQueries({ queryKey: source.key })
      return queries.invalidateQueries({ queryKey: chatOf(source).queryKey })
    },
  })
  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    if (text.trim() && !send.isPending) send.mutate(text.trim())
  }
  const field = `answer-${seat}`
  return (
    <section className={css.answer} aria-label={t('seen.lines', { name })} onKeyDown={(event) => { if (event.key === 'Escape') onClose() }}>
      {lines.length > 0 && <div role="log" tabIndex={0} aria-label={t('seen.lines', { name })}><ul>{lines.map((line) => <li key={line.id} data-mine={line.from.name !== name || undefined}><b>{line.mine ? t('you') : line.from.name}, {timeOf(line.at, clock.zone)}</b>{line.image ? <Picture at={source.images.at(line.id)} contentType={line.image.contentType} alt={t('chat.photo', { name: line.from.name })} onLarge={() => setLarge(line.id)} /> : line.text}</li>)}</ul></div>}
      {large && <div className={css.large}><LargePicture at={source.images.at(large)} alt={t('chat.photo', { name })} tab onClose={() => setLarge(undefined)} /></div>}
      <PhotosUnderway share={share} />
      {send.error && <p className={css.error} role="alert">{said(send.error)}</p>}
      <div className={css.quick} role="group" aria-label={t('seen.quick')}>{quick.map((word) => <button key={word} type="button" onClick={() => send.mutate(t(`seen.${word}`))}>{t(`seen.${word}`)}</button>)}</div>
      <form onSubmit={submit}>
        <label htmlFor={field} className="sr">{t('seen.field', { name })}</label>
        <textarea id={field} rows={2} maxLength={2_000} value={text} onChange={(event) => setText(event.target.value)} onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); submit() } }} />
        <Button type="submit" variant="default" loading={send.isPending}>{t('visit.send')}</Button>
        {!plain && <SharePhoto share={share} name={name} />}
        <Button variant="subtle" onClick={onClose}>{t('close')}</Button>
      </form>
    </section>
  )
}

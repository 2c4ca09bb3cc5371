import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { timeOf } from '../format/date'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { relationOf } from '../shell/relation'
import css from './chat.module.css'
import { LargePicture, Picture } from './Picture'
import pics from './picture.module.css'
import { PhotosUnderway, SharePhoto } from './SharePhoto'
import { chatOf, stateOf, type VisitSource } from './source'
import type { ChatLine } from './types'
import { useCalled } from './useCalled'
import { useShare } from './useShare'

const longest = 2_000

/** How many lines of others were seen of each chat: what is unread on a page of a visit is so in the strip under others. */
const seen = new Map<string, number>()

/** How many lines of others came since the chat was last open. */
export function useUnreadChat(source: VisitSource, on: boolean, open: boolean): number {
  const lines = useQuery({ ...chatOf(source), enabled: on }).data?.items
  const chat = source.key.join(' ')
  const others = lines?.filter((line) => !line.mine).length
  const known = others === undefined || open ? others : Math.min(seen.get(chat) ?? others, others)
  // What stood there before is not new.
  useEffect(() => {
    if (known !== undefined) seen.set(chat, known)
  }, [chat, known])
  return others === undefined || known === undefined ? 0 : others - known
}

/** In the room, or between who waits and the clinic. The clinic reads all of it; its window in the room shows what everybody there reads. */
export function Chat({ source, lobby = false, room = false, onClose }: { source: VisitSource; lobby?: boolean; room?: boolean; onClose: () => void }) {
  const { t } = useWords()
  const said = useErrorText()
  const queries = useQueryClient()
  const chat = useQuery(chatOf(source))
  const visit = useQuery(stateOf(source)).data
  const sealed = visit?.sealing?.on
  const share = useShare(source)
  const [large, setLarge] = useState<{ at: string; alt: string }>()
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const end = useRef<HTMLLIElement>(null)
  // The same line sent twice is said once.
  const id = useRef(crypto.randomUUID())
  const send = useMutation({
    mutationFn: (line: { id: string; text: string }) => source.say(line),
    onSuccess: (_, line) => {
      id.current = crypto.randomUUID()
      setText((now) => (now.trim() === line.text ? '' : now))
      return queries.invalidateQueries({ queryKey: chatOf(source).queryKey })
    },
  })
  const lines = (chat.data?.items ?? []).filter((line) => !room || !line.seat)
  useEffect(() => {
    field.current?.focus()
  }, [])
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' })
  }, [lines.length, share.list.length])
  const submit = (event?: FormEvent) => {
    event?.preventDefault()
    const line = text.trim()
    if (line && !send.isPending) send.mutate({ id: id.current, text: line })
  }
  return (
    <section className={css.chat} aria-label={t('visit.chat')} onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); onClose() } }}>
      <header className={css.head}>
        <h2>{lobby ? t('lobby.title') : t('visit.chat')}</h2>
        <Button variant="subtle" onClick={onClose}>{t('close')}</Button>
      </header>
      {sealed && <p className={pics.warn} role="note">{t('chat.sealed')}</p>}
      <div className={css.lines} tabIndex={0} role="log" aria-label={t('visit.chatLines')}>
        {lines.length === 0 && <p className={css.none}>{t(lobby ? 'lobby.none' : 'visit.chatNone')}</p>}
        <p className={css.files}>{t(lobby ? 'chat.filesLobby' : 'chat.files')}</p>
        <ul>
          {lines.map((line) => <Line key={line.id} line={line} at={source.images.at(line.id)} onLarge={setLarge} />)}
          <li ref={end} aria-hidden="true" />
        </ul>
      </div>
      <PhotosUnderway share={share} />
      {send.error && <p className={css.error} role="alert">{said(send.error)} {t('visit.chatKept')}</p>}
      <form className={css.form} onSubmit={submit}>
        {/* What is shown to a group is in nobody's record. */}
        {!visit?.appointment.group && <SharePhoto share={share} />}
        <label htmlFor="chat-text" className="sr">{t(lobby ? 'lobby.field' : 'visit.chatField')}</label>
        <textarea
          id="chat-text" ref={field} rows={2} value={text} maxLength={longest} onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); submit() } }}
        />
        <Button type="submit" loading={send.isPending}>{t('visit.send')}</Button>
      </form>
      {large && <LargePicture {...large} tab={room} onClose={() => setLarge(undefined)} />}
    </section>
  )
}

function Line({ line, at, onLarge }: { line: ChatLine; at: string; onLarge(shown: { at: string; alt: string }): void }) {
  const { t, clock } = useWords()
  const called = useCalled()
  const relation = relationOf(line.from.relation)
  // Somebody who acts for the patient is not taken for them.
  const who = line.from.role === 'proxy' ? t(`visit.chatKin.${relation === 'self' ? 'other' : relation}`, { name: line.from.name }) : called(line.from)
  const alt = line.mine ? t('chat.mine') : t('chat.photo', { name: who })
  return (
    <li className={css.line} data-mine={line.mine || undefined}>
      <p className={css.who}>{line.mine ? t('you') : who}, {timeOf(line.at, clock.zone)}</p>
      {line.image ? <Picture at={at} contentType={line.image.contentType} alt={alt} onLarge={() => onLarge({ at, alt })} /> : <p className={css.text}>{line.text}</p>}
    </li>
  )
}

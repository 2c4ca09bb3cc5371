import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { visitOf } from '../visits/queries'
import { chatOf } from '../visits/source'
import type { LeftOut, Visit } from '../visits/types'
import css from './chatfiles.module.css'

/** What is left out as the server takes it; undefined: all of the chat goes to the record. */
export const leavesOut = (left: LeftOut): LeftOut | undefined => (left.all ? { all: true, reason: left.reason } : left.images?.length ? { images: left.images, reason: left.reason } : undefined)

/** Something is left out, and nobody has said why. */
export const lacksReason = (left: LeftOut): boolean => leavesOut(left) !== undefined && !left.reason?.trim()

/** One line says what of the chat goes to the record with the note; behind it is what may stay out. */
export function ChatFiles({ visit, left, onLeave }: { visit: Visit; left: LeftOut; onLeave(left: LeftOut): void }) {
  const { t, locale } = useWords()
  const [open, setOpen] = useState(false)
  const source = visitOf(visit.patient, visit.id)
  const lines = (useQuery({ ...chatOf(source), enabled: visit.appointment.mode === 'video' }).data?.items ?? []).filter(({ files }) => files)
  if (lines.length === 0) return null
  const pictures = lines.filter(({ image }) => image)
  const out = left.images ?? []
  const list = (texts: number, images: number) =>
    new Intl.ListFormat(locale).format([...(texts > 0 ? [t('chat.lines', { count: texts })] : []), ...(images > 0 ? [t('chat.images', { count: images })] : [])])
  const stay = pictures.filter(({ id }) => out.includes(id)).length
  const going = list(lines.length - pictures.length, pictures.length - stay)
  const toggle = (id: string) => onLeave({ ...left, images: out.includes(id) ? out.filter((one) => one !== id) : [...out, id] })
  return (
    <div className={css.chat} data-chat-files>
      <p className={css.line}>
        <Icon name="chat" size={16} />
        <span className="grow" role="status">{left.all || !going ? t('chat.staysAll') : t('chat.goes', { list: going })}{!left.all && going && stay > 0 && `. ${t('chat.stays', { list: list(0, stay) })}`}</span>
        <Button variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>{t('chat.change')}</Button>
      </p>
      {(open || leavesOut(left)) && (
        <div className={css.choose}>
          <label><input type="checkbox" checked={left.all ?? false} onChange={(event) => onLeave({ ...left, all: event.target.checked })} />{t('chat.leaveAll')}</label>
          {!left.all && pictures.map((line, at) => (
            <label key={line.id}>
              <input type="checkbox" checked={out.includes(line.id)} onChange={() => toggle(line.id)} />
              <img src={`${source.images.at(line.id)}/thumbnail`} alt="" width={56} height={42} />
              {t('chat.leaveImage', { count: at + 1, name: line.from.name })}
            </label>
          ))}
          {leavesOut(left) && (
            <>
              <label className={css.why} htmlFor="chat-reason">{t('chat.reason')}</label>
              <input id="chat-reason" type="text" maxLength={300} value={left.reason ?? ''} aria-describedby="chat-reason-help" onChange={(event) => onLeave({ ...left, reason: event.target.value })} />
              <p id="chat-reason-help" className="meta">{t('chat.reasonHelp')}</p>
              <Button variant="subtle" onClick={() => onLeave({})}>{t('chat.keepAll')}</Button>
            </>
          )}
        </div>
      )}
    </div>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type Ref } from 'react'
import { take } from '../api/client'
import { api } from '../messages/calls'
import { notesKey, notesQuery } from '../messages/queries'
import { RichText } from '../messages/RichText'
import { useWritten } from '../messages/useWritten'
import { Button } from '../ui/Button'
import { useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './inbox.module.css'

/** What the care team notes about a conversation for itself. The patient's side never sees it. */
export function StaffNotes({ patient, thread, can, box }: { patient: string; thread: string; can: boolean; box?: Ref<HTMLTextAreaElement> }) {
  const { t } = useWords()
  const { time, dayName, role } = useWritten()
  const says = useErrorText()
  const id = useId()
  const queries = useQueryClient()
  const notes = useQuery(notesQuery(patient, thread)).data ?? []
  const [text, setText] = useState('')
  // One id for one text: a second try is no second note.
  const [own, setOwn] = useState(() => crypto.randomUUID() as string)
  const add = useMutation({
    mutationFn: () => take(api.POST('/clinic/inbox/{patient}/{thread}/notes', { params: { path: { patient, thread } }, body: { id: own, text } })),
    onSuccess: () => {
      setText('')
      setOwn(crypto.randomUUID())
      void queries.invalidateQueries({ queryKey: notesKey(patient, thread) })
    },
  })
  if (notes.length === 0 && !can) return null
  return (
    <section className={css.notes} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}><Icon name="lock" size={16} />{t('inbox.notes.title')}</h3>
      <p className="meta">{t('inbox.notes.who')}</p>
      {notes.length > 0 && (
        <ol aria-label={t('inbox.notes.title')}>
          {notes.map((note) => (
            <li key={note.id} className={css.note}>
              <p className="meta"><b>{note.author.name}</b>, {role(note.author)}. {dayName(note.at)}, <time dateTime={note.at}>{time(note.at)}</time></p>
              <RichText text={note.text} />
            </li>
          ))}
        </ol>
      )}
      {can && (
        <form onSubmit={(event) => { event.preventDefault(); if (text.trim()) add.mutate() }}>
          <label htmlFor={id} className="sr">{t('inbox.notes.label')}</label>
          <textarea
            id={id} ref={box} rows={1} value={text} placeholder={t('inbox.notes.label')} maxLength={4000}
            onChange={(event) => {
              setText(event.target.value)
              if (add.isError) setOwn(crypto.randomUUID())
            }}
          />
          <Button type="submit" variant="default" loading={add.isPending}>{t('inbox.notes.add')}</Button>
          {add.error && <p className={css.refused} role="alert"><Icon name="alert" size={18} />{says(add.error)}</p>}
        </form>
      )}
    </section>
  )
}

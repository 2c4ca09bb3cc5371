import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { asWritten, phrasesQuery } from '../cockpit/calls'
import { emptyBody } from '../cockpit/draft'
import { NoteField } from '../cockpit/NoteField'
import { Templates } from '../cockpit/Templates'
import { Button } from '../ui/Button'
import { useClinic, useWords } from '../ui/useWords'
import type { NoteBody } from '../visits/types'
import css from './groups.module.css'

const parts = ['subjective', 'objective', 'assessment', 'plan', 'summary', 'instructions', 'callIf', 'followUp'] as const
const always = ['subjective', 'assessment', 'plan', 'summary'] as const
type Part = (typeof parts)[number]
const isAlways = (part: Part): part is (typeof always)[number] => always.some((one) => one === part)

/** What is written once for all. What it names of a record stays in braces here, and is filled for each member from their own. */
export function SameText({ pending, onPut }: { pending: boolean; onPut(text: NoteBody): void }) {
  const { t } = useWords()
  const emergency = useClinic()?.emergency ?? ''
  const phrases = useQuery(phrasesQuery).data
  const fill = asWritten(phrases?.items ?? [])
  const [text, setText] = useState<NoteBody>(emptyBody)
  const [all, setAll] = useState(false)
  const write = (change: Partial<NoteBody>) => setText((before) => ({ ...before, ...change }))
  const shown = parts.filter((part) => all || isAlways(part) || text[part].length > 0)
  const label = (part: Part) => (isAlways(part) ? t(`groups.${part}`) : part === 'callIf' ? t('cockpit.callIf', { phone: emergency }) : t(`cockpit.${part}`))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!pending) onPut({ ...text, instructions: text.instructions.filter((line) => line.trim()) })
  }
  return (
    <form className={css.form} onSubmit={submit} aria-label={t('groups.same')}>
      <h3>{t('groups.same')}</h3>
      <p className="meta">{t('groups.sameLead')}</p>
      <Templates fill={fill} current={() => text} write={write} />
      {phrases && phrases.fields.length > 0 && <p className="meta">{t('groups.fields', { list: phrases.fields.map((field) => (field.endsWith(':') ? `{${field}${t('groups.fieldName')}}` : `{${field}}`)).join(' ') })}</p>}
      {shown.map((part) => (
        <NoteField
          key={part} id={`same-${part}`} label={label(part)} fill={fill} value={part === 'instructions' ? text.instructions.join('\n') : text[part]}
          help={part === 'instructions' ? t('cockpit.instructionsHelp') : part === 'callIf' ? t('cockpit.callIfHelp') : undefined}
          onChange={(typed) => write({ [part]: part !== 'instructions' ? typed : typed === '' ? [] : typed.split('\n') })}
        />
      ))}
      <div className={css.buttons}>
        <Button type="submit" variant="default" loading={pending}>{t('groups.sameGo')}</Button>
        {shown.length < parts.length && <Button variant="subtle" onClick={() => setAll(true)}>{t('groups.moreParts')}</Button>}
      </div>
    </form>
  )
}

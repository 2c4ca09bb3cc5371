import { useMutation } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useRef, useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { ApiError } from '../api/problem'
import { Field, LineField } from '../care/Field'
import { work, type Phrase } from '../inbox/calls'
import { nameOf } from '../pools/calls'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { ErrorSummary, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { ChartFields } from './ChartFields'
import css from './phrases.module.css'
import { Reading } from './Reading'

interface Props { phrase: Phrase; admin: boolean; removing: boolean; onSaved: (phrase: Phrase) => void; onRemove: () => void; onCopy: (phrase: Phrase) => void }

/** One phrase: its text, what it takes from the chart, and how it reads. */
export function PhraseForm({ phrase, admin, removing, onSaved, onRemove, onCopy }: Props) {
  const { t } = useWords()
  const says = useErrorText()
  const fresh = !phrase.version
  const mayChange = !phrase.clinic || admin
  const [name, setName] = useState(phrase.name)
  const [text, setText] = useState(phrase.text)
  const [clinic, setClinic] = useState(phrase.clinic)
  const [errors, setErrors] = useState<FieldError[]>([])
  const heading = useRef<HTMLHeadingElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const caret = useRef<number>(undefined)
  useEffect(() => heading.current?.focus(), [])
  const save = useMutation({
    mutationFn: () => take(work.PUT('/clinic/phrases/{name}', { params: { path: { name } }, body: { text, clinic, ...(phrase.version && { version: phrase.version }) } })),
    onSuccess: (saved) => { setText(saved.text); onSaved(saved) },
    onError: (error) => setErrors([{ field: error instanceof ApiError && error.fields[0]?.location === 'body.name' ? 'phrase-name' : 'phrase-text', message: says(error) }]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong: FieldError[] = []
    if (!nameOf.test(name)) wrong.push({ field: 'phrase-name', message: t('phrases.needName') })
    if (!text.trim()) wrong.push({ field: 'phrase-text', message: t('phrases.needText') })
    setErrors(wrong)
    save.reset()
    if (wrong.length === 0) save.mutate()
  }
  const put = (field: string) => {
    const at = area.current
    const [from, to] = at ? [at.selectionStart, at.selectionEnd] : [text.length, text.length]
    caret.current = from + field.length
    setText(text.slice(0, from) + field + text.slice(to))
  }
  useLayoutEffect(() => {
    if (caret.current === undefined) return
    area.current?.focus()
    area.current?.setSelectionRange(caret.current, caret.current)
    caret.current = undefined
  }, [text])
  const write = (field: string, set: () => void) => { setErrors(errors.filter((error) => error.field !== field)); set() }
  const saidOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <h2 ref={heading} tabIndex={-1}>{fresh ? t('phrases.new') : `.${phrase.name}`}</h2>
      <ErrorSummary errors={errors} />
      {mayChange ? (
        <>
          {fresh && <LineField id="phrase-name" label={t('phrases.name')} hint={t('phrases.nameHint')} error={saidOf('phrase-name')} value={name} maxLength={40} autoCapitalize="none" spellCheck={false} onValue={(next) => write('phrase-name', () => setName(next.toLowerCase()))} />}
          <Field id="phrase-text" label={t('phrases.text')} error={saidOf('phrase-text')}>{(ids) => <textarea {...ids} ref={area} rows={6} maxLength={5000} value={text} onChange={(event) => write('phrase-text', () => setText(event.target.value))} />}</Field>
          <ChartFields onPut={put} />
          {fresh && admin && <label className={css.tick}><input type="checkbox" checked={clinic} onChange={(event) => setClinic(event.target.checked)} />{t('phrases.everybody')}</label>}
        </>
      ) : <p className="dim">{t('phrases.fixed')}</p>}
      <SectionCard title={t('phrases.preview')} level={3}><Reading text={text} /></SectionCard>
      {save.isSuccess && <Said>{t('phrases.saved')}</Said>}
      <div className={css.acts}>
        {mayChange && <Button type="submit" loading={save.isPending}>{t('phrases.save')}</Button>}
        {!mayChange && <Button variant="default" onClick={() => onCopy(phrase)}>{t('phrases.copy')}</Button>}
        {mayChange && !fresh && <Button variant="quiet-danger" loading={removing} onClick={onRemove}>{t('phrases.remove')}</Button>}
      </div>
    </form>
  )
}

import { useState, type FormEvent } from 'react'
import { useFiles } from '../messages/useFiles'
import { FileList } from '../messages/FileList'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useClinic, useWords } from '../ui/useWords'
import css from './asks.module.css'
import { Choices, Field } from './Fields'
import type { Ask } from './types'
import { useAsk } from './useAsking'

type Other = 'visit' | 'record' | 'form'

/** A visit, copies of the record, or a form: only the fields of that kind. */
export function OtherForm({ patient, kinds, forName, onDone }: { patient: string; kinds: Other[]; forName?: string; onDone: (ask: Ask) => void }) {
  const { t } = useWords()
  const says = useErrorText()
  const clinic = useClinic()
  const [kind, setKind] = useState<Other>(kinds[0] ?? 'visit')
  const [mode, setMode] = useState<'either' | 'video' | 'clinic'>('either')
  const [text, setText] = useState({ note: '', when: '', documents: '', recipient: '', purpose: '' })
  const [errors, setErrors] = useState<FieldError[]>([])
  const files = useFiles(patient, () => undefined)
  const form = files.ready[0]
  const ask = useAsk(patient, onDone)
  const put = (name: keyof typeof text) => (value: string) => setText((before) => ({ ...before, [name]: value }))
  const faultOf = (field: string) => errors.find((error) => error.field === field)?.message
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found: FieldError[] = []
    if (kind === 'visit' && !text.note.trim()) found.push({ field: 'note', message: t('asks.needWhy') })
    if (kind === 'record' && !text.documents.trim()) found.push({ field: 'documents', message: t('asks.needCopies') })
    if (kind === 'record' && !text.recipient.trim()) found.push({ field: 'recipient', message: t('asks.needWhom') })
    if (kind === 'form' && !form) found.push({ field: 'form', message: t(files.busy ? 'asks.formWait' : 'asks.needForm') })
    setErrors(found)
    if (found.length > 0 || ask.isPending) return
    const some = (names: (keyof typeof text)[]) => Object.fromEntries(names.map((name) => [name, text[name].trim()]).filter(([, value]) => value))
    if (kind === 'visit') ask.mutate({ kind, mode, ...some(['note', 'when']) })
    else if (kind === 'record') ask.mutate({ kind, ...some(['documents', 'recipient', 'purpose', 'note']) })
    else if (form) ask.mutate({ kind, form: form.id, ...some(['note']) })
  }
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      {ask.error && <ErrorSummary errors={[{ message: says(ask.error) }]} />}
      <ErrorSummary errors={errors} />
      {kinds.length > 1 && (
        <Choices
          legend={t('asks.need')} name="kind" value={kind} options={kinds.map((one) => ({ value: one, label: t(`asks.pick.${one}`), text: t(`asks.pickText.${one}`) }))}
          onChange={(next) => { setKind(next); setErrors([]) }}
        />
      )}
      {kind === 'visit' && (
        <>
          <Field id="note" label={t('asks.whyVisit')} error={faultOf('note')} value={text.note} onChange={put('note')} lines={3} most={1000} />
          <Choices legend={t('asks.how')} name="mode" value={mode} onChange={setMode} options={(['either', 'video', 'clinic'] as const).map((one) => ({ value: one, label: t(`asks.mode.${one}`) }))} />
          <Field id="when" label={t('asks.when')} help={t('asks.whenHelp')} value={text.when} onChange={put('when')} />
        </>
      )}
      {kind === 'record' && (
        <>
          <Field id="documents" label={t('asks.whichCopies')} error={faultOf('documents')} value={text.documents} onChange={put('documents')} lines={3} most={1000} />
          <Field id="recipient" label={t('asks.forWhom')} help={t('asks.forWhomHelp')} error={faultOf('recipient')} value={text.recipient} onChange={put('recipient')} />
          <Field id="purpose" label={t('asks.whatFor')} help={t('asks.optional')} value={text.purpose} onChange={put('purpose')} />
        </>
      )}
      {kind === 'form' && (
        <div>
          <label htmlFor="form" className={css.label}>{t('asks.addForm')}</label>
          <p id="form-help" className={css.help}>{t('asks.addFormHelp')}</p>
          {faultOf('form') && <p id="form-error" className={css.fault}>{faultOf('form')}</p>}
          <input
            id="form" type="file" accept="image/*,application/pdf" aria-describedby={faultOf('form') ? 'form-help form-error' : 'form-help'} aria-invalid={Boolean(faultOf('form')) || undefined}
            onChange={(event) => { files.clear(); files.add(event.target.files ?? []); event.target.value = '' }}
          />
          <FileList patient={patient} files={files} />
        </div>
      )}
      {kind !== 'visit' && <Field id="note" label={t('asks.note')} help={t('asks.noteHelp')} value={text.note} onChange={put('note')} lines={3} most={1000} />}
      {clinic?.phone && <p className="meta">{t('asks.emergency', { phone: clinic.phone })}</p>}
      <div className={css.buttons}><Button type="submit" loading={ask.isPending}>{forName ? t('asks.sendFor', { name: forName }) : t('asks.send')}</Button></div>
    </form>
  )
}

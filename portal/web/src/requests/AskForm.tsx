import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { birthOf } from '../entrance/birth'
import { BirthFields, type Birth } from '../entrance/BirthFields'
import choices from '../sharing/choices.module.css'
import type { Relation } from '../shell/relation'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, bases, sendPaper, type Basis } from './calls'
import { PaperField, paperFault } from './PaperField'

const relations: Relation[] = ['child', 'mother', 'father', 'spouse', 'partner', 'sibling', 'grandparent', 'other']
const noBirth: Birth = { month: '', day: '', year: '' }

/** Who is meant, why one may act for them, and the paper that shows it. */
export function AskForm({ onSent }: { onSent: (whole: boolean) => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const [name, setName] = useState('')
  const [birth, setBirth] = useState(noBirth)
  const [relation, setRelation] = useState<Relation | ''>('')
  const [basis, setBasis] = useState<Basis>()
  const [note, setNote] = useState('')
  const [paper, setPaper] = useState<File>()
  const [sent, setSent] = useState(0)
  const [errors, setErrors] = useState<FieldError[]>([])
  const send = useMutation({
    mutationFn: async ({ birthDate, why }: { birthDate: string; why: Basis }) => {
      const made = await take(api.POST('/me/requests', { body: { patientName: name.trim(), birthDate, relation, basis: why, ...(note.trim() && { note: note.trim() }) } }))
      // The request is there: a paper that did not arrive is sent from its card.
      return !paper || sendPaper(made.id, paper).then(() => true, () => false)
    },
    onSuccess: (whole) => {
      setName('')
      setBirth(noBirth)
      setRelation('')
      setBasis(undefined)
      setNote('')
      setPaper(undefined)
      setSent((before) => before + 1)
      onSent(whole)
    },
    onError: (error) => setErrors([{ message: text(error) }]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const missing: FieldError[] = []
    const birthDate = birthOf(birth.month, birth.day, birth.year)
    const fault = paper && paperFault(paper)
    if (!name.trim()) missing.push({ field: 'ask-name', message: t('ask.needName') })
    if (!birthDate) missing.push({ field: 'birth-month', message: t('ask.needBirth') })
    if (!relation) missing.push({ field: 'ask-relation', message: t('ask.needRelation') })
    if (!basis) missing.push({ field: `ask-${bases[0]}`, message: t('ask.needBasis') })
    if (fault) missing.push({ field: 'ask-paper', message: t(fault) })
    setErrors(missing)
    if (missing.length === 0 && birthDate && basis && !send.isPending) send.mutate({ birthDate, why: basis })
  }
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <form className={choices.form} onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      <TextInput id="ask-name" label={t('ask.name')} value={name} onChange={(event) => setName(event.target.value)} error={errorOf('ask-name')} autoComplete="off" maxLength={200} />
      <BirthFields value={birth} onChange={setBirth} error={errorOf('birth-month')} other={{ legend: t('ask.birth'), help: t('ask.birthHelp') }} />
      <NativeSelect id="ask-relation" label={t('ask.relation')} value={relation} onChange={(event) => setRelation(event.target.value as Relation)} error={errorOf('ask-relation')}>
        <option value="">{t('ask.choose')}</option>
        {relations.map((one) => <option key={one} value={one}>{t(`relation.${one}`)}</option>)}
      </NativeSelect>
      <fieldset className={choices.group}>
        <legend>{t('ask.basis')}</legend>
        <div className={choices.boxes}>
          {bases.map((one) => (
            <label key={one} className={choices.box}>
              <input id={`ask-${one}`} type="radio" name="basis" checked={basis === one} onChange={() => setBasis(one)} />
              <span>{t(`ask.basisOf.${one}`)}<span className="meta">{t(`ask.basisMore.${one}`)}</span></span>
            </label>
          ))}
        </div>
      </fieldset>
      <Textarea id="ask-note" label={t('ask.note')} description={t('ask.noteHelp')} value={note} onChange={(event) => setNote(event.target.value)} maxLength={1000} autosize minRows={2} />
      {/* A file field cannot be emptied: after a request was sent it is a new one. */}
      <PaperField key={sent} id="ask-paper" label={t('ask.paper')} help={`${t('ask.paperHelp')} ${t('ask.later')}`} onFile={setPaper} error={errorOf('ask-paper')} />
      <div className={choices.buttons}><Button type="submit" icon="send" loading={send.isPending}>{t('ask.go')}</Button></div>
    </form>
  )
}

import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { sections } from '../format/entry'
import { withNeeded } from '../sharing/calls'
import choices from '../sharing/choices.module.css'
import { WhatToShare, type Choice } from '../sharing/WhatToShare'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, type ClinicRequest } from './calls'
import css from './requests.module.css'

// The places whose ages the server knows (records/access/age.go); what is not here follows the usual ones.
const places = ['US', 'US-AL', 'US-CA', 'US-IL', 'US-MS', 'US-NE', 'US-OR', 'US-WA', 'CA', 'GB', 'IE', 'AU', 'NZ']

/** What is given, until when, and on which paper; the access keeps who looked at it. */
export function ApproveForm({ one, patient, onDone, onClose }: { one: ClinicRequest; patient: string; onDone: () => void; onClose: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const [choice, setChoice] = useState<Choice>({ sees: [...sections], can: [], sensitive: false })
  const [until, setUntil] = useState('')
  const [seen, setSeen] = useState('')
  const [identity, setIdentity] = useState('')
  const [place, setPlace] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const at = (field: string) => `${field}-${one.id}`
  const give = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/clinic/access-requests/{id}/approve', {
      params: { path: { id: one.id } },
      body: { patient, sees: withNeeded(choice.sees, choice.can), can: choice.can, sensitive: choice.sensitive, until, evidence: `${seen.trim()}. ${t('requests.identityKept', { how: identity.trim() })}`, ...(place && { jurisdiction: place }) },
    }))),
    onSuccess: (done) => {
      if (done !== 'cancelled') onDone()
    },
    onError: (error) => setErrors([{ message: text(error) }]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const missing: FieldError[] = []
    if (choice.sees.length === 0) missing.push({ field: 'sees', message: t('requests.needSees') })
    if (!until) missing.push({ field: at('until'), message: t('requests.needUntil') })
    if (!seen.trim()) missing.push({ field: at('seen'), message: t('requests.needSeen') })
    if (!identity.trim()) missing.push({ field: at('identity'), message: t('requests.needIdentity') })
    setErrors(missing)
    if (missing.length === 0 && !give.isPending) give.mutate()
  }
  const errorOf = (field: string) => errors.find((error) => error.field === at(field))?.message
  return (
    <form className={`${choices.form} ${css.step}`} onSubmit={submit} noValidate>
      <h3>{t('requests.give')}</h3>
      <ErrorSummary errors={errors} />
      <WhatToShare choice={choice} onChange={setChoice} says={{ sees: t('requests.sees'), can: t('requests.can'), power: (power) => t(`requests.power.${power}`) }} />
      <TextInput id={at('until')} type="date" label={t('requests.until')} description={one.basis === 'parent' ? t('requests.untilHelp') : undefined} value={until} onChange={(event) => setUntil(event.target.value)} error={errorOf('until')} />
      {one.basis === 'parent' && (
        <NativeSelect id={at('place')} label={t('requests.rules')} value={place} onChange={(event) => setPlace(event.target.value)}>
          <option value="">{t('requests.rulesUsual')}</option>
          {places.map((code) => <option key={code} value={code}>{code}</option>)}
        </NativeSelect>
      )}
      <TextInput id={at('seen')} label={t('requests.seen')} description={t('requests.seenHelp')} value={seen} onChange={(event) => setSeen(event.target.value)} error={errorOf('seen')} maxLength={200} autoComplete="off" />
      <TextInput id={at('identity')} label={t('requests.identity')} description={t('requests.identityHelp')} value={identity} onChange={(event) => setIdentity(event.target.value)} error={errorOf('identity')} maxLength={150} autoComplete="off" />
      <div className={css.acts}>
        <Button type="submit" loading={give.isPending}>{t('requests.giveGo')}</Button>
        <Button variant="default" onClick={onClose}>{t('requests.cancel')}</Button>
      </div>
      {stepUp.dialog}
    </form>
  )
}

import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { useStepUp } from '../account/StepUp'
import { sections } from '../format/entry'
import { BackLink, PageHead } from '../shell/PageHead'
import type { Relation } from '../shell/relation'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Button, LinkButton } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, offersQuery, withNeeded, type Offer } from './calls'
import { LinkCard } from './LinkCard'
import { WhatToShare, type Choice } from './WhatToShare'
import css from './choices.module.css'

// What the patient is to the person, as a grant says it; the page words it the other way round.
const relations: Relation[] = ['parent', 'child', 'spouse', 'partner', 'sibling', 'grandparent', 'friend', 'other']
const aYearFrom = (now: Date) => `${now.getFullYear() + 1}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(Math.min(now.getDate(), 28)).padStart(2, '0')}`

/** One question a page: whom, what, until when. Then the link, which is shown this once. */
export function InvitePage() {
  const { t } = useWords()
  const { patient } = useSubject()
  const [made, setMade] = useState<Offer & { secret: string }>()
  usePageTitle(t('offer.title'))
  return (
    <>
      <PageHead title={made ? t('offer.readyTitle', { name: made.name }) : t('offer.title')} text={made ? t('offer.readyLead') : t('offer.lead')} back={<BackLink to="/p/$patient/sharing" params={{ patient }} place={t('sharing.title')} />} />
      {made ? <LinkCard offer={made}><LinkButton variant="subtle" to="/p/$patient/sharing" params={{ patient }}>{t('offer.back')}</LinkButton></LinkCard> : <InviteForm patient={patient} onMade={setMade} />}
    </>
  )
}

function InviteForm({ patient, onMade }: { patient: string; onMade: (made: Offer & { secret: string }) => void }) {
  const { t, clock } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [name, setName] = useState('')
  const [relation, setRelation] = useState<Relation | ''>('')
  const [until, setUntil] = useState(() => aYearFrom(clock.now))
  const [choice, setChoice] = useState<Choice>({ sees: [...sections], can: [], sensitive: false })
  const [errors, setErrors] = useState<FieldError[]>([])
  const send = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/charts/{patient}/offers', { params: { path: { patient } }, body: { name: name.trim(), relation, sees: withNeeded(choice.sees, choice.can), can: choice.can, sensitive: choice.sensitive, until } }))),
    onSuccess: (made) => {
      if (made === 'cancelled') return
      onMade(made)
      void queries.invalidateQueries({ queryKey: offersQuery(patient).queryKey })
    },
    onError: (error) => setErrors([{ message: text(error) }]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const missing: FieldError[] = []
    if (!name.trim()) missing.push({ field: 'name', message: t('offer.needName') })
    if (!relation) missing.push({ field: 'relation', message: t('offer.needRelation') })
    if (choice.sees.length === 0) missing.push({ field: 'sees', message: t('offer.needSees') })
    if (!until) missing.push({ field: 'until', message: t('offer.needUntil') })
    setErrors(missing)
    if (missing.length === 0 && !send.isPending) send.mutate()
  }
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      <TextInput id="name" label={t('offer.name')} value={name} onChange={(event) => setName(event.target.value)} error={errorOf('name')} autoComplete="off" maxLength={100} />
      <NativeSelect id="relation" label={t('offer.relation')} value={relation} onChange={(event) => setRelation(event.target.value as Relation)} error={errorOf('relation')}>
        <option value="">{t('offer.choose')}</option>
        {relations.map((one) => <option key={one} value={one}>{t(`helper.${one}`)}</option>)}
      </NativeSelect>
      <WhatToShare choice={choice} onChange={setChoice} />
      <TextInput id="until" type="date" label={t('offer.until')} description={t('offer.untilHelp')} value={until} onChange={(event) => setUntil(event.target.value)} error={errorOf('until')} />
      <div className={css.buttons}><Button type="submit" loading={send.isPending}>{t('offer.go')}</Button></div>
      {stepUp.dialog}
    </form>
  )
}

import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import type { Offer } from '../sharing/calls'
import choices from '../sharing/choices.module.css'
import { LinkCard } from '../sharing/LinkCard'
import { relationOf } from '../shell/relation'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, guestsQuery, type Guest } from './calls'
import css from './guests.module.css'

/** Who can come to one visit, taking that away, and the way to invite one more. */
export function Guests({ patient, visit, own = false }: { patient: string; visit: string; own?: boolean }) {
  const { t } = useWords()
  const list = useQuery(guestsQuery(patient, visit))
  const [made, setMade] = useState<Offer & { secret: string }>()
  const [taken, setTaken] = useState('')
  const said = useRef<HTMLDivElement>(null)
  // The button that held the focus goes away.
  useEffect(() => {
    if (taken) said.current?.focus()
  }, [taken])
  if (made) {
    return (
      <section aria-labelledby="ready" className={css.section}>
        <h2 id="ready">{t('guests.ready', { name: made.name })}</h2>
        <p className="dim">{t('guests.readyLead', { name: made.name })}</p>
        <LinkCard offer={made}><Button variant="default" onClick={() => setMade(undefined)}>{t('guests.another')}</Button></LinkCard>
      </section>
    )
  }
  return (
    <>
      <section aria-labelledby="guests" className={css.section}>
        <h2 id="guests">{t('guestLink.account')}</h2>
        {taken && <div ref={said} tabIndex={-1}><Said>{t('guests.taken', { name: taken })}</Said></div>}
        {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
          : !list.data ? <Skeleton heights={[72]} />
          : list.data.items.length === 0 ? <p className="dim">{t('guests.none')}</p>
          : <Card rows>{list.data.items.map((one) => <GuestRow key={one.id} patient={patient} visit={visit} one={one} onTaken={() => setTaken(one.name)} />)}</Card>}
      </section>
      {list.data && <Invite patient={patient} visit={visit} own={own} onMade={setMade} />}
    </>
  )
}

const tones = { invited: 'outline', active: 'accent', ended: 'outline', revoked: 'outline' } as const
// What the patient is to the guest, as the access says it; the page words it the other way round.
const relations = ['parent', 'child', 'spouse', 'partner', 'sibling', 'grandparent', 'friend', 'other'] as const
const relationWord = (relation: string) => relations.find((one) => one === relationOf(relation)) ?? 'other'

function GuestRow({ patient, visit, one, onTaken }: { patient: string; visit: string; one: Guest; onTaken: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const drop = useMutation({
    mutationFn: () => stepUp.run(() => take(api.DELETE('/charts/{patient}/visits/{id}/guests/{guest}', { params: { path: { patient, id: visit, guest: one.id } } }))),
    onSuccess: (done) => {
      if (done === 'cancelled') return
      onTaken()
      void queries.invalidateQueries({ queryKey: guestsQuery(patient, visit).queryKey })
    },
  })
  return (
    <div className={css.line}>
      <Face name={one.name} />
      <div className="grow">
        <b>{one.name}</b>
        <p className="meta">{one.relation === 'interpreter' ? t('room.role.interpreter') : t(`guests.helper.${relationWord(one.relation)}`)}</p>
        {drop.error && <p role="alert" className={css.error}>{text(drop.error)}</p>}
      </div>
      <Tag tone={tones[one.state]}>{t(`guests.state.${one.state}`)}</Tag>
      {(one.state === 'invited' || one.state === 'active') && <Button variant="quiet-danger" aria-label={t('guests.takeFor', { name: one.name })} loading={drop.isPending} onClick={() => drop.mutate()}>{t('guests.take')}</Button>}
      {stepUp.dialog}
    </div>
  )
}

function Invite({ patient, visit, own, onMade }: { patient: string; visit: string; own: boolean; onMade: (made: Offer & { secret: string }) => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [name, setName] = useState('')
  const [relation, setRelation] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const invite = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/charts/{patient}/visits/{id}/guests', { params: { path: { patient, id: visit } }, body: { name: name.trim(), relation } }))),
    onSuccess: (made) => {
      if (made === 'cancelled') return
      onMade(made)
      void queries.invalidateQueries({ queryKey: guestsQuery(patient, visit).queryKey })
    },
    onError: (error) => setErrors([{ message: text(error) }]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const missing: FieldError[] = []
    if (!name.trim()) missing.push({ field: 'guest-name', message: t('offer.needName') })
    if (!relation) missing.push({ field: 'guest-relation', message: t('offer.needRelation') })
    setErrors(missing)
    if (missing.length === 0 && !invite.isPending) invite.mutate()
  }
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <section aria-labelledby="invite" className={css.section}>
      <h2 id="invite">{t('guests.add')}</h2>
      <form className={choices.form} onSubmit={submit} noValidate>
        <ErrorSummary errors={errors} />
        <TextInput id="guest-name" label={t('guests.name')} value={name} onChange={(event) => setName(event.target.value)} error={errorOf('guest-name')} autoComplete="off" maxLength={100} />
        <NativeSelect id="guest-relation" label={t(own ? 'guests.yours' : 'guests.relation')} value={relation} onChange={(event) => setRelation(event.target.value)} error={errorOf('guest-relation')}>
          <option value="">{t('offer.choose')}</option>
          {relations.map((one) => <option key={one} value={one}>{t(own ? `helper.${one}` : `guests.helper.${one}`)}</option>)}
          <option value="interpreter">{t('room.role.interpreter')}</option>
        </NativeSelect>
        <div className={choices.buttons}><Button type="submit" loading={invite.isPending}>{t('guests.go')}</Button></div>
        {stepUp.dialog}
      </form>
    </section>
  )
}

import { NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { appointmentQuery } from '../booking/queries'
import { useWhenWords } from '../booking/words'
import { LinkShown } from '../invite/LinkShown'
import choices from '../sharing/choices.module.css'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { Skeleton } from '../ui/Skeleton'
import { useClinic, useWords } from '../ui/useWords'
import { guestRelation, guestRelations } from '../visits/guestRelation'
import { api, guestLinksQuery, type GuestLink, type GuestLinkMade } from './calls'
import css from './guests.module.css'

/** Invitations to one visit by a link, for who has no account: the family, or an interpreter. */
export function GuestLinks({ patient, visit, inCall = false }: { patient: string; visit: string; inCall?: boolean }) {
  const { t } = useWords()
  const list = useQuery(guestLinksQuery(patient, visit))
  const [made, setMade] = useState<GuestLinkMade>()
  const [taken, setTaken] = useState(false)
  const { dayTitle, time } = useWhenWords()
  const clinic = useClinic()?.name ?? ''
  const known = useQuery(appointmentQuery(patient, visit)).data
  const when = known ? t('appointment.at', { day: dayTitle(known.start), time: time(known.start) }) : ''
  const items = list.data?.items ?? []
  if (made) {
    return (
      <section className={css.section} aria-labelledby="by-link">
        <h2 id="by-link">{t('guestLink.title')}</h2>
        <Card pad><LinkShown link={made.link} name={made.name} letter={t('guestLink.letter', { clinic, when })} sent={inCall} onDone={() => setMade(undefined)} /></Card>
      </section>
    )
  }
  return (
    <section className={css.section} aria-labelledby="by-link">
      <h2 id="by-link">{t('guestLink.title')}</h2>
      <p className="dim measure">{t('guestLink.lead')}</p>
      {taken && <Said>{t('guestLink.taken')}</Said>}
      {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
        : !list.data ? <Skeleton heights={[72]} />
        : items.length > 0 && <Card rows>{items.map((one) => <Line key={one.id} patient={patient} visit={visit} one={one} onMade={setMade} onTaken={() => setTaken(true)} />)}</Card>}
      {list.data && <Make patient={patient} visit={visit} onMade={setMade} />}
    </section>
  )
}

const tones = { invited: 'outline', opened: 'accent', removed: 'look', ended: 'outline' } as const

function Line({ patient, visit, one, onMade, onTaken }: { patient: string; visit: string; one: GuestLink; onMade: (made: GuestLinkMade) => void; onTaken: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const name = one.name || t('guestLink.unnamed')
  const path = { params: { path: { patient, id: visit, guest: one.id } } }
  const known = { queryKey: guestLinksQuery(patient, visit).queryKey }
  const renew = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/charts/{patient}/visits/{id}/guest-links/{guest}', path))),
    onSuccess: (made) => {
      if (made === 'cancelled') return
      onMade(made)
      void queries.invalidateQueries(known)
    },
  })
  const drop = useMutation({
    mutationFn: () => take(api.DELETE('/charts/{patient}/visits/{id}/guest-links/{guest}', path)),
    onSuccess: () => {
      onTaken()
      void queries.invalidateQueries(known)
    },
  })
  const error = renew.error ?? drop.error
  const what = one.role === 'interpreter' ? t('room.role.interpreter') : one.relation ? guestRelation(one.relation, t) : t('room.role.guest')
  return (
    <div className={css.line}>
      <Face name={name} />
      <div className="grow">
        <b>{name}</b>
        <p className="meta">{[what, one.selfNamed && one.name && t('guestLink.selfNamed')].filter(Boolean).join(', ')}</p>
        {error && <p role="alert" className={css.error}>{text(error)}</p>}
      </div>
      <Tag tone={tones[one.state]}>{t(`guestLink.state.${one.state}`)}</Tag>
      {one.state !== 'ended' && (
        <>
          <Button variant="subtle" aria-label={t('guestLink.againOf', { name })} loading={renew.isPending} onClick={() => renew.mutate()}>{t('guestLink.again')}</Button>
          <Button variant="quiet-danger" aria-label={t('guestLink.takeOf', { name })} loading={drop.isPending} onClick={() => drop.mutate()}>{t('guestLink.take')}</Button>
        </>
      )}
      {stepUp.dialog}
    </div>
  )
}

function Make({ patient, visit, onMade }: { patient: string; visit: string; onMade: (made: GuestLinkMade) => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [role, setRole] = useState<GuestLink['role']>('guest')
  const [name, setName] = useState('')
  const [relation, setRelation] = useState('')
  const make = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/charts/{patient}/visits/{id}/guest-links', { params: { path: { patient, id: visit } }, body: { role, name: name.trim(), relation: role === 'guest' ? relation : '' } }))),
    onSuccess: (made) => {
      if (made === 'cancelled') return
      onMade(made)
      void queries.invalidateQueries({ queryKey: guestLinksQuery(patient, visit).queryKey })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!make.isPending) make.mutate()
  }
  return (
    <form className={choices.form} onSubmit={submit} noValidate>
      {make.error && <ErrorSummary errors={[{ message: text(make.error) }]} />}
      <NativeSelect id="link-role" label={t('guestLink.who')} value={role} onChange={(event) => setRole(event.target.value as GuestLink['role'])}>
        <option value="guest">{t('guestLink.guest')}</option>
        <option value="interpreter">{t('guestLink.interpreter')}</option>
      </NativeSelect>
      <TextInput id="link-name" label={t('guestLink.name')} description={t('guestLink.nameHelp')} value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" maxLength={80} />
      {role === 'guest' && (
        <NativeSelect id="link-relation" label={t('guestLink.relation')} value={relation} onChange={(event) => setRelation(event.target.value)}>
          <option value="">{t('guestLink.choose')}</option>
          {guestRelations.map((one) => <option key={one} value={one}>{t(`room.relation.${one}`)}</option>)}
        </NativeSelect>
      )}
      <div className={choices.buttons}><Button type="submit" loading={make.isPending}>{t('guestLink.go')}</Button></div>
      {stepUp.dialog}
    </form>
  )
}

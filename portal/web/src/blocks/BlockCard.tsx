import { Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { longDate } from '../format/date'
import { lastDayOf } from '../sharing/calls'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, type Block } from './calls'
import css from './blocks.module.css'

const tones = { planned: 'plain', holds: 'look', ended: 'outline', lifted: 'outline' } as const

/** One paper: whom it keeps out, why, from when, who wrote it down, and the way to lift it. */
export function BlockCard({ one, named, onLifted }: { one: Block; named: boolean; onLifted: () => void }) {
  const { t, locale, clock } = useWords()
  const [asking, setAsking] = useState(false)
  const day = (at: string) => longDate(at, locale, clock.zone)
  const title = t('blocks.out', { name: one.name })
  const by = (name: string | undefined, at: string) => t('blocks.by', { name: name || t('blocks.somebody'), date: day(at) })
  const facts = [
    [t('blocks.paper'), one.evidence], [t('blocks.reason'), one.reason], [t('blocks.time'), one.end ? t('blocks.span', { from: day(one.start), until: day(lastDayOf(one.end)) }) : t('blocks.open', { from: day(one.start) })],
    [t('blocks.set'), by(one.setBy, one.createdAt)], [t('blocks.lifted'), one.liftedAt && [by(one.lifter, one.liftedAt), one.liftReason].join('. ')],
  ]
  return (
    <Card pad label={title} className={css.card}>
      <div className={css.head}><h2>{title}</h2><Tag tone={tones[one.state]}>{t(`blocks.state.${one.state}`)}</Tag></div>
      {named && <p><Link to="/clinic/blocks/$patient" params={{ patient: one.patient }} className={css.whom}>{[one.patientName, one.birthDate && t('blocks.born', { date: longDate(one.birthDate, locale) })].filter(Boolean).join(', ') || t('blocks.for')}</Link></p>}
      <dl className={css.facts}>{facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {(one.state === 'holds' || one.state === 'planned') && (asking
        ? <LiftForm one={one} onClose={() => setAsking(false)} onLifted={onLifted} />
        : <div><Button variant="quiet-danger" aria-label={t('blocks.liftFor', { name: one.name })} onClick={() => setAsking(true)}>{t('blocks.lift')}</Button></div>)}
    </Card>
  )
}

function LiftForm({ one, onClose, onLifted }: { one: Block; onClose: () => void; onLifted: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const lift = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/clinic/blocks/{id}/lift', { params: { path: { id: one.id } }, body: { reason: reason.trim() } }))),
    onSuccess: (done) => {
      if (done !== 'cancelled') onLifted()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMissing(!reason.trim())
    if (reason.trim() && !lift.isPending) lift.mutate()
  }
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      {lift.error && <p role="alert" className={css.error}>{text(lift.error)}</p>}
      <Textarea label={t('blocks.liftWhy')} value={reason} onChange={(event) => setReason(event.target.value)} error={missing ? t('blocks.needWhy') : undefined} maxLength={500} autosize minRows={2} />
      <div className={css.acts}>
        <Button type="submit" variant="danger" loading={lift.isPending}>{t('blocks.liftGo')}</Button>
        <Button variant="default" onClick={onClose}>{t('blocks.keep')}</Button>
      </div>
      {stepUp.dialog}
    </form>
  )
}

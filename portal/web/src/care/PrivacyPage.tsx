import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import type { Page } from '../api/types'
import { deedOf, kindsOf } from '../format/access'
import { longDate, moment } from '../format/date'
import { listOf } from '../format/locale'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, decideQuery, openedQuery, privacyKey, reviewQuery, type Glass, type Restriction } from './calls'
import css from './care.module.css'
import { Field } from './Field'

/** What waits for the privacy officer's word: records opened in an emergency, and what patients ask not to show. */
export function PrivacyPage() {
  const { t } = useWords()
  usePageTitle(t('care.privacy'))
  const glass = useQuery(reviewQuery(false))
  const done = useQuery(reviewQuery(true))
  const asked = useQuery(decideQuery(false))
  const decided = useQuery(decideQuery(true))
  const pending = [glass, done, asked, decided].some((query) => query.isPending)
  return (
    <div className={css.page}>
      <div>
        <h1>{t('care.privacy')}</h1>
        <p className="dim">{t('care.privacyLead')}</p>
      </div>
      {pending ? <Skeleton heights={[32, 160, 32, 160]} /> : (
        <>
          <List id="glass" title={t('care.review')} none={t('care.reviewNone')} query={glass}>{(one) => <GlassCase key={one.id} one={one} />}</List>
          <List id="asked" title={t('care.asks')} none={t('care.asksNone')} query={asked}>{(one) => <AskCase key={one.id} one={one} />}</List>
          <Past title={t('care.reviewed')} query={done}>{(one) => <GlassCase key={one.id} one={one} />}</Past>
          <Past title={t('care.decided')} query={decided}>{(one) => <AskCase key={one.id} one={one} />}</Past>
        </>
      )}
    </div>
  )
}

function List<T>({ id, title, none, query, children }: { id: string; title: string; none: string; query: UseQueryResult<Page<T>>; children: (item: T) => ReactNode }) {
  const items = query.data?.items ?? []
  return (
    <section aria-labelledby={id} className={css.section}>
      <h2 id={id}>{title}</h2>
      {query.error && !query.data ? <LoadError error={query.error} onRetry={() => void query.refetch()} />
        : items.length === 0 ? <p className="dim">{none}</p>
        : <div className={css.items}>{items.map(children)}</div>}
    </section>
  )
}

function Past<T>({ title, query, children }: { title: string; query: UseQueryResult<Page<T>>; children: (item: T) => ReactNode }) {
  const items = query.data?.items ?? []
  if (items.length === 0) return null
  return (
    <details className={css.case}>
      <summary>{title} ({items.length})</summary>
      <div className={css.items}>{items.map(children)}</div>
    </details>
  )
}

function GlassCase({ one }: { one: Glass }) {
  const { t, locale, day, clock } = useWords()
  const [open, setOpen] = useState(false)
  return (
    <Card pad className={css.case} label={`${one.who}, ${one.patientName}`}>
      <h3>{one.who} <span className="meta">{t(`role.${one.role}`)}</span></h3>
      <p>{t('care.openedOf', { name: one.patientName || t('care.someone') })}{one.birthDate && <span className="dim">, {t('clinic.identity', { date: longDate(one.birthDate, locale) })}</span>}</p>
      <p className="dim">{moment(one.from, locale, day, clock)} – {moment(one.until, locale, day, clock)}</p>
      <p className={css.quote}>{one.reason}</p>
      {one.state !== 'open' && <p><Tag tone={one.state === 'justified' ? 'outline' : 'urgent'}>{t(`care.state.${one.state}`)}</Tag> {one.note} <span className="dim">{one.reviewer}</span></p>}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('care.opened')}</summary>
        {open && <Opened id={one.id} />}
      </details>
      {one.state === 'open' && <Judge label={t('care.note')} yes={t('care.justified')} no={t('care.unjustified')} noteFor="both"
        send={(justified, note) => take(api.POST('/privacy/glass/{id}/review', { params: { path: { id: one.id } }, body: { justified, note } }))} />}
    </Card>
  )
}

function Opened({ id }: { id: string }) {
  const { t, locale, day, clock } = useWords()
  const query = useQuery(openedQuery(id))
  if (query.error && !query.data) return <LoadError error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data) return <Skeleton heights={[32]} />
  return (
    <ul className={css.opened}>
      {query.data.opened.map((row, at) => {
        const deed = deedOf(row.action)
        const what = listOf(kindsOf(row).map((kind) => t(`inline.${kind}`)), locale) || t('care.theRecord')
        return <li key={at}><span className="dim">{moment(row.at, locale, day, clock)}</span> {deed === 'signedIn' ? '' : t(`sharing.deed.${deed}`, { what })}{row.count > 1 && <span className="meta">{t('sharing.times', { count: row.count })}</span>}</li>
      })}
    </ul>
  )
}

function AskCase({ one }: { one: Restriction }) {
  const { t, locale, day, clock } = useWords()
  return (
    <Card pad className={css.case} label={`${one.patientName ?? ''}, ${t(`care.towards.${one.towards}`)}`}>
      <h3>{one.patientName || t('care.someone')} <span className="meta">{moment(one.askedAt, locale, day, clock)}</span></h3>
      <p>{t('care.notFor', { who: [t(`care.towards.${one.towards}`), one.name].filter(Boolean).join(': '), list: listOf(one.categories.map((kind) => t(`inline.${kind}`)), locale) })}</p>
      {one.words && <p className={css.quote}>{one.words}</p>}
      <p className="dim small">{one.towards === 'insurer' ? t('care.insurerRule') : one.enforced ? t('care.enforced') : t('care.duty')}</p>
      {one.state === 'asked'
        ? <Judge label={t('care.answer')} yes={t('care.agree')} no={t('care.decline')} noteFor="no"
          send={(agree, reason) => take(api.POST('/privacy/restrictions/{id}/decide', { params: { path: { id: one.id } }, body: { agree, ...(reason && { reason }) } }))} />
        : <p><Tag tone="outline">{t(`care.ask.${one.state}`)}</Tag> {one.reason} <span className="dim">{one.decidedBy}</span></p>}
    </Card>
  )
}

/** A yes or a no, with words for it. */
function Judge({ label, yes, no, noteFor, send }: { label: string; yes: string; no: string; noteFor: 'both' | 'no'; send: (yes: boolean, note: string) => Promise<unknown> }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [note, setNote] = useState('')
  const [missing, setMissing] = useState(false)
  const judge = useMutation({
    mutationFn: (value: boolean) => stepUp.run(() => send(value, note.trim())),
    onSuccess: (done) => (done === 'cancelled' ? undefined : Promise.all([queries.invalidateQueries({ queryKey: privacyKey }), queries.invalidateQueries({ queryKey: ['notices'] })])),
  })
  const press = (value: boolean) => {
    const short = !note.trim() && (noteFor === 'both' || !value)
    setMissing(short)
    if (!short) judge.mutate(value)
  }
  return (
    <div className={css.form}>
      {judge.error && <p role="alert" className={css.error}>{text(judge.error)}</p>}
      <Field label={label} error={missing ? t('care.noteMissing') : undefined}>
        {(ids) => <textarea {...ids} value={note} maxLength={1000} onChange={(event) => setNote(event.target.value)} />}
      </Field>
      <div className={css.acts}>
        <Button variant="default" loading={judge.isPending} onClick={() => press(true)}>{yes}</Button>
        <Button variant="quiet-danger" loading={judge.isPending} onClick={() => press(false)}>{no}</Button>
      </div>
      {stepUp.dialog}
    </div>
  )
}

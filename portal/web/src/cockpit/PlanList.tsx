import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { chartQuery } from '../api/queries'
import { clinicalTitle } from '../chart/entryWords'
import { splitRef } from '../format/entry'
import { Icon, type IconName } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { forms, oftens, type NoteBody, type Order, type Prescribed } from '../visits/types'
import css from './plan.module.css'

interface ListProps { patient: string; body: NoteBody; write(change: Partial<NoteBody>): void }

/** What is signed with the note, each line with what has to be said about it. */
export function PlanList({ patient, body, write }: ListProps) {
  const { t } = useWords()
  const medicines = body.medicines ?? []
  const orders = body.orders ?? []
  const without = <T,>(list: T[] | undefined, at: number) => (list ?? []).filter((_, n) => n !== at)
  const set = <T,>(list: T[], at: number, change: Partial<T>) => list.map((one, n) => (n === at ? { ...one, ...change } : one))
  return (
    <>
      <ul className={css.list} aria-label={t('plan.list')}>
        {(body.problems ?? []).map((one, at) => (
          <Line key={`p${one.code ?? ''}${one.text}`} icon="heart" name={one.text} meta={one.id ? t('plan.known') : one.code} onRemove={() => write({ problems: without(body.problems, at) })} />
        ))}
        {medicines.map((one, at) => (
          <Line key={`m${at}${one.name}`} icon="pill" name={one.name} onRemove={() => write({ medicines: without(medicines, at) })}>
            <Dosage one={one} change={(more) => write({ medicines: set(medicines, at, more) })} />
          </Line>
        ))}
        {(body.stops ?? []).map((one, at) => (
          <Line key={`s${one.id}`} icon="cross" name={one.name} meta={t('plan.stopped')} onRemove={() => write({ stops: without(body.stops, at) })}>
            <div className={css.dosage}><label className={css.fill}>{t('plan.stopReason', { name: one.name })}<input maxLength={500} value={one.reason ?? ''} onChange={(event) => write({ stops: set(body.stops ?? [], at, { reason: event.target.value }) })} /></label></div>
          </Line>
        ))}
        {orders.map((one, at) => (
          <Line key={`o${one.code ?? ''}${one.text}`} icon={one.group === 'lab' ? 'flask' : one.group === 'imaging' ? 'camera' : 'people'} name={one.text} meta={t(`plan.kind.${one.group}`)} onRemove={() => write({ orders: without(orders, at) })}>
            <Ordered one={one} change={(more) => write({ orders: set(orders, at, more) })} />
          </Line>
        ))}
      </ul>
      <StopMedicine patient={patient} body={body} write={write} />
    </>
  )
}

function Line({ icon, name, meta, children, onRemove }: { icon: IconName; name: string; meta?: string; children?: ReactNode; onRemove(): void }) {
  const { t } = useWords()
  return (
    <li className={css.line}>
      <Icon name={icon} size={18} />
      <div className="grow">
        <p><b>{name}</b>{meta && <span className="meta"> {meta}</span>}</p>
        {children}
      </div>
      <button type="button" className={css.bare} onClick={onRemove}><span aria-hidden="true">{t('plan.remove')}</span><span className="sr">{t('plan.removeOf', { name })}</span></button>
    </li>
  )
}

const whole = (text: string, least: number, most: number) => Math.max(least, Math.min(most, Math.floor(Number(text)) || least))

function Dosage({ one, change }: { one: Prescribed; change(more: Partial<Prescribed>): void }) {
  const { t } = useWords()
  const { name } = one
  return (
    <div className={css.dosage}>
      <label>{t('plan.dose')}<input type="number" min={0.25} max={1000} step="any" aria-label={t('plan.doseOf', { name })} value={one.dose || ''} onChange={(event) => change({ dose: Number(event.target.value) || 0 })} /></label>
      <label>{t('plan.form')}<select aria-label={t('plan.formOf', { name })} value={one.form} onChange={(event) => change({ form: event.target.value as Prescribed['form'] })}>{forms.map((form) => <option key={form} value={form}>{t(`after.form.${form}`)}</option>)}</select></label>
      <label>{t('plan.often')}<select aria-label={t('plan.oftenOf', { name })} value={one.often} onChange={(event) => change({ often: event.target.value as Prescribed['often'] })}>{oftens.map((often) => <option key={often} value={often}>{t(`after.often.${often}`)}</option>)}</select></label>
      <label>{t('plan.days')}<input type="number" min={1} max={365} aria-label={t('plan.daysOf', { name })} value={one.days} onChange={(event) => change({ days: whole(event.target.value, 1, 365) })} /></label>
      <label>{t('plan.repeats')}<input type="number" min={0} max={11} aria-label={t('plan.repeatsOf', { name })} value={one.repeats ?? 0} onChange={(event) => change({ repeats: whole(event.target.value, 0, 11) })} /></label>
      <label className={css.fill}>{t('plan.remark')}<input aria-label={t('plan.remarkOf', { name })} maxLength={500} value={one.note ?? ''} onChange={(event) => change({ note: event.target.value })} /></label>
    </div>
  )
}

function Ordered({ one, change }: { one: Order; change(more: Partial<Order>): void }) {
  const { t } = useWords()
  const name = one.text
  return (
    <div className={css.dosage}>
      <label className={css.tick}><input type="checkbox" aria-label={t('plan.urgentOf', { name })} checked={one.urgent ?? false} onChange={(event) => change({ urgent: event.target.checked })} />{t('plan.urgent')}</label>
      <label className={css.fill}>{t('plan.remark')}<input aria-label={t('plan.remarkOf', { name })} maxLength={500} value={one.note ?? ''} onChange={(event) => change({ note: event.target.value })} /></label>
    </div>
  )
}

/** What the patient takes now and should not any more. */
function StopMedicine({ patient, body, write }: ListProps) {
  const { t } = useWords()
  const taken = (useQuery(chartQuery(patient)).data?.medicines ?? []).filter((entry) => entry.active && entry.ref.startsWith('MedicationRequest/') && !body.stops?.some(({ id }) => id === splitRef(entry.ref).id))
  if (taken.length === 0) return null
  const stop = (ref: string) => {
    const entry = taken.find((one) => one.ref === ref)
    if (entry) write({ stops: [...(body.stops ?? []), { id: splitRef(ref).id, name: clinicalTitle(entry, t) }] })
  }
  return (
    <select className={css.stop} aria-label={t('plan.stop')} value="" onChange={(event) => stop(event.target.value)}>
      <option value="">{t('plan.stop')}</option>
      {taken.map((entry) => <option key={entry.ref} value={entry.ref}>{clinicalTitle(entry, t)}</option>)}
    </select>
  )
}

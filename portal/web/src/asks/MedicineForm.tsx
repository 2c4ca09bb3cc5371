import { useState, type FormEvent } from 'react'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useClinic, useWords } from '../ui/useWords'
import css from './asks.module.css'
import { Choices, Field } from './Fields'
import type { Ask, AskOffer } from './types'
import { useAsk } from './useAsking'

/** A refill or a renewal: how long it lasts, from where, and a word. */
export function MedicineForm({ patient, medicine, offer, forName, onDone }: { patient: string; medicine: string; offer: AskOffer & { kind: 'refill' | 'renewal' }; forName?: string; onDone: (ask: Ask) => void }) {
  const { t } = useWords()
  const says = useErrorText()
  const clinic = useClinic()
  const [days, setDays] = useState('')
  const [pharmacy, setPharmacy] = useState(offer.pharmacies[0] ?? '')
  const [other, setOther] = useState('')
  const [note, setNote] = useState('')
  const [wrong, setWrong] = useState(false)
  const ask = useAsk(patient, onDone)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const count = Number(days.trim())
    const fault = days.trim() !== '' && !(/^\d{1,3}$/.test(days.trim()) && count <= 365)
    setWrong(fault)
    const from = (pharmacy || other).trim()
    if (!fault && !ask.isPending) ask.mutate({ kind: offer.kind, medicine, ...(days.trim() && { daysLeft: count }), ...(from && { pharmacy: from }), ...(note.trim() && { note: note.trim() }) })
  }
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      {ask.error && <ErrorSummary errors={[{ message: says(ask.error) }]} />}
      {wrong && <ErrorSummary errors={[{ field: 'days', message: t('asks.needDays') }]} />}
      {offer.why && <p>{offer.why === 'left' ? t('asks.offer.left', { count: offer.left ?? 0 }) : t(`asks.offer.${offer.why}`)}</p>}
      <Field id="days" label={t('asks.days')} help={t('asks.daysHelp')} error={wrong ? t('asks.needDays') : undefined} value={days} onChange={setDays} most={3} short />
      {offer.pharmacies.length > 0 ? (
        <Choices
          legend={t('asks.choosePharmacy')} name="pharmacy" value={pharmacy} onChange={setPharmacy}
          options={[...offer.pharmacies.map((one) => ({ value: one, label: one })), { value: '', label: t('asks.otherPharmacy') }]}
        >
          {pharmacy === '' && <div className={css.panel}><Field id="other" label={t('asks.pharmacy')} value={other} onChange={setOther} /></div>}
        </Choices>
      ) : <Field id="other" label={t('asks.choosePharmacy')} help={t('asks.optional')} value={other} onChange={setOther} />}
      <Field id="note" label={t('asks.note')} help={t('asks.noteHelp')} value={note} onChange={setNote} lines={3} most={1000} />
      {clinic?.phone && <p className="meta">{t('asks.emergency', { phone: clinic.phone })}</p>}
      <div className={css.buttons}><Button type="submit" loading={ask.isPending}>{forName ? t('asks.sendFor', { name: forName }) : t('asks.send')}</Button></div>
    </form>
  )
}

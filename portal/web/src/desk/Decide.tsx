import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import css from '../asks/asks.module.css'
import { Field } from '../asks/Fields'
import type { Ask } from '../asks/types'
import type { useAnswer } from '../asks/useAsking'
import { useAskWords } from '../asks/words'
import { appointmentsQuery } from '../booking/queries'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'

export type Choice = 'accepted' | 'in-progress' | 'completed' | 'on-hold' | 'rejected'

/** What belongs to a decision: words for the patient, the new prescription, the visit that was booked. */
export function Decide({ ask, to, answer, onCancel }: { ask: Ask; to: Choice; answer: ReturnType<typeof useAnswer>; onCancel: () => void }) {
  const { t } = useWords()
  const says = useErrorText()
  const issues = to === 'completed' && ask.issues === true
  const [text, setText] = useState('')
  const [issue, setIssue] = useState(issues)
  const [days, setDays] = useState('90')
  const [repeats, setRepeats] = useState('3')
  const [visit, setVisit] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector<HTMLElement>('textarea, input')?.focus(), [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const words = text.trim()
    const found: FieldError[] = []
    const inside = (value: string, least: number, most: number) => /^\d{1,3}$/.test(value.trim()) && Number(value) >= least && Number(value) <= most
    if (!words && to !== 'completed') found.push({ field: 'say', message: t('clinicAsks.needText') })
    if (issue && !inside(days, 1, 365)) found.push({ field: 'supply', message: t('clinicAsks.needDays') })
    if (issue && !inside(repeats, 0, 11)) found.push({ field: 'repeats', message: t('clinicAsks.needRepeats') })
    if (to === 'completed' && ask.kind === 'renewal' && !issue) found.push({ message: t('clinicAsks.needIssue') })
    setErrors(found)
    if (found.length > 0 || answer.isPending) return
    answer.mutate({ ask, to, ...(words && { text: words }), ...(issue && { issue: { days: Number(days), repeats: Number(repeats) } }), ...(visit && { results: [{ type: 'Appointment' as const, id: visit }] }) })
  }
  const faultOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <form ref={form} className={css.decide} onSubmit={submit} onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); onCancel() } }} noValidate aria-label={t(`clinicAsks.do.${to}`)}>
      {answer.error && <ErrorSummary errors={[{ message: says(answer.error) }]} />}
      <ErrorSummary errors={errors} />
      {issues && (
        <>
          <label className={css.check}><input type="checkbox" checked={issue} onChange={(event) => setIssue(event.target.checked)} /><span><b>{t('clinicAsks.issue')}</b> <span className="meta">{t('clinicAsks.issueText')}</span></span></label>
          {issue && (
            <div className={css.two}>
              <Field id="supply" label={t('clinicAsks.days')} value={days} onChange={setDays} error={faultOf('supply')} most={3} short />
              <Field id="repeats" label={t('clinicAsks.repeats')} value={repeats} onChange={setRepeats} error={faultOf('repeats')} most={2} short />
            </div>
          )}
        </>
      )}
      {to === 'completed' && ask.kind === 'visit' && <VisitPick patient={ask.patient} value={visit} onChange={setVisit} />}
      <Field id="say" label={t(to === 'on-hold' ? 'clinicAsks.ask' : to === 'rejected' ? 'clinicAsks.why' : 'clinicAsks.say')} value={text} onChange={setText} error={faultOf('say')} lines={2} most={1000} />
      <div className={css.buttons}>
        <Button type="submit" loading={answer.isPending}>{t(`clinicAsks.do.${to}`)}</Button>
        <Button variant="default" onClick={onCancel}>{t('clinicAsks.cancel')}</Button>
      </div>
    </form>
  )
}

function VisitPick({ patient, value, onChange }: { patient: string; value: string; onChange: (id: string) => void }) {
  const { t } = useWords()
  const { when } = useAskWords()
  const coming = useInfiniteQuery(appointmentsQuery(patient, 'coming')).data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div>
      <label htmlFor="visit" className={css.label}>{t('clinicAsks.link')}</label>
      <select id="visit" className={css.words} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t('clinicAsks.linkNone')}</option>
        {coming.map((visit) => <option key={visit.id} value={visit.id}>{`${when(visit.start)}, ${visit.practitioner.name}`}</option>)}
      </select>
    </div>
  )
}

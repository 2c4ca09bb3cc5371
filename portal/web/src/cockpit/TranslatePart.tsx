import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { chartKey } from '../api/queries'
import { Button } from '../ui/Button'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, of } from '../visits/calls'
import { summaryQuery } from '../visits/queries'
import type { Visit } from '../visits/types'
import css from './note.module.css'
import planCss from './plan.module.css'

const fields = ['summary', 'instructions', 'callIf', 'followUp'] as const

/** The free text of a summary in the language of who reads it, beside the words that were signed. */
export function TranslatePart({ visit }: { visit: Visit }) {
  const { t, locale } = useWords()
  const said = useErrorText()
  const queries = useQueryClient()
  const summary = useQuery(summaryQuery(visit.patient, visit.id)).data
  const [texts, setTexts] = useState({ summary: '', instructions: '', callIf: '', followUp: '' })
  const send = useMutation({
    mutationFn: () => take(api.POST('/charts/{patient}/visits/{id}/summary/translation', { ...of(visit.patient, visit.id), body: { ...texts, instructions: texts.instructions.split('\n').filter((line) => line.trim()) } })),
    onSuccess: () => Promise.all([queries.invalidateQueries({ queryKey: chartKey(visit.patient) }), queries.invalidateQueries({ queryKey: ['clinic', 'day'] })]),
  })
  if (send.isSuccess) return <Said>{t('plan.translated')}</Said>
  if (!summary || summary.translation?.state !== 'wanted') return null
  const language = new Intl.DisplayNames([locale], { type: 'language' }).of(summary.translation.language) ?? summary.translation.language
  const original = { summary: summary.summary, instructions: summary.instructions.join('\n'), callIf: summary.callIf, followUp: summary.followUp }
  return (
    <section className={planCss.up} aria-label={t('plan.translate')}>
      <h3>{t('plan.translate')}</h3>
      <p>{t('plan.translateText', { name: visit.patientName, language })}</p>
      {fields.filter((part) => original[part]).map((part) => (
        <div key={part} className={css.field}>
          <label htmlFor={`translate-${part}`}>{original[part]}</label>
          <textarea id={`translate-${part}`} rows={2} lang={summary.translation?.language} value={texts[part]} maxLength={20_000} onChange={(event) => setTexts({ ...texts, [part]: event.target.value })} />
        </div>
      ))}
      {send.error && <ErrorSummary errors={[{ message: said(send.error) }]} />}
      <Button variant="default" loading={send.isPending} onClick={() => send.mutate()}>{t('plan.translateGo')}</Button>
    </section>
  )
}

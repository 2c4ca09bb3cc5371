import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Field } from '../care/Field'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { formsQuery, saveForms, type FormChoice, type FormChoices } from './calls'
import css from './rules.module.css'

/** Which questions are put before which kind of visit; what is chosen for a field goes before what is for all. */
export function FormRules({ known }: { known: FormChoices }) {
  const { t, locale } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const [choices, setChoices] = useState(known.choices)
  const save = useMutation({
    mutationFn: () => saveForms({ choices, version: known.version }),
    onSuccess: (now) => {
      queries.setQueryData(formsQuery.queryKey, now)
      setChoices(now.choices)
    },
  })
  const forms = known.forms ?? []
  const kinds = ['', ...(known.specialties ?? [])].flatMap((specialty) => (['video', 'clinic'] as const).map((mode) => ({ mode, specialty })))
  const chosen = (kind: Omit<FormChoice, 'form'>) => choices.find(({ mode, specialty = '' }) => mode === kind.mode && specialty === kind.specialty)?.form ?? ''
  const choose = (kind: Omit<FormChoice, 'form'>, form: string) => {
    const rest = choices.filter(({ mode, specialty = '' }) => mode !== kind.mode || specialty !== kind.specialty)
    setChoices(form ? [...rest, { ...kind, form }] : rest)
  }
  return (
    <SectionCard title={t('rules.forms')}>
      <p className="dim">{t('rules.formsText')}</p>
      {save.error && <ErrorSummary errors={[{ message: text(save.error) }]} />}
      <div className={css.kinds}>
        {kinds.map((kind) => (
          <Field key={`${kind.mode} ${kind.specialty}`} label={kind.specialty ? t(`rules.${kind.mode}Of`, { field: kind.specialty }) : t(`rules.${kind.mode}`)}>
            {(ids) => (
              <select {...ids} value={chosen(kind)} onChange={(event) => choose(kind, event.target.value)}>
                <option value="">{t(kind.specialty ? 'rules.sameAs' : 'rules.none')}</option>
                {forms.map(({ key, title }) => <option key={key} value={key}>{title[locale]}</option>)}
              </select>
            )}
          </Field>
        ))}
      </div>
      <div className={css.save}><Button variant="default" loading={save.isPending} onClick={() => save.mutate()}>{t('rules.save')}</Button>{save.isSuccess && JSON.stringify(choices) === JSON.stringify(known.choices) && <Said>{t('rules.saved')}</Said>}</div>
      {forms.map(({ key, title, items }) => (
        <details key={key} className={css.look}>
          <summary>{t('rules.look', { name: title[locale] })}</summary>
          <ol>{items.map((item) => <li key={item.id}>{item.text[locale]}{item.options && <span className="dim"> {item.options.map(({ text: option }) => option[locale]).join(', ')}</span>}</li>)}</ol>
        </details>
      ))}
    </SectionCard>
  )
}

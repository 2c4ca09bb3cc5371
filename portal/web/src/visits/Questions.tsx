import { useState } from 'react'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import type { Asked, FormItem, VisitForm } from './beforeTypes'
import css from './place.module.css'
import { useSource } from './source'
import { isAsked, missing, useAnswers } from './useAnswers'
import visit from './visit.module.css'

interface QuestionsProps { asked: Asked; form: VisitForm; forName?: string; onDone: (sent: boolean) => void }

/** All questions on one page, few and in plain words; kept while they are answered. */
export function Questions({ asked, form, forName, onDone }: QuestionsProps) {
  const { t, locale } = useWords()
  const said = useErrorText()
  const { answers, set, send, saving, saved, error, drafts } = useAnswers(useSource(), asked, form)
  const [errors, setErrors] = useState<FieldError[]>([])
  // Once it is answered nothing is said about it any more.
  const wrong = new Set(errors.length > 0 ? missing(form, answers) : [])
  const submit = () => {
    const left = missing(form, answers)
    if (left.length > 0) return setErrors(left.map((id) => ({ field: `form-${id}`, message: `${form.items.find((item) => item.id === id)!.text[locale]} ${t('form.need')}` })))
    setErrors([])
    send().then(() => onDone(true), (problem: unknown) => setErrors([{ message: said(problem) }]))
  }
  return (
    <>
      <main id="content" tabIndex={-1} className={visit.narrow}>
        <h1>{form.title[locale]}</h1>
        <p className={visit.lead}>{forName ? t('form.leadFor', { name: forName }) : t('form.lead')}</p>
        <ErrorSummary errors={errors} />
        <div className={css.questions}>
          {form.items.filter((item) => isAsked(form, item, answers)).map((item) => <Question key={item.id} item={item} given={answers[item.id] ?? []} wrong={wrong.has(item.id)} onGiven={(given) => set(item.id, given)} />)}
        </div>
        <p className={css.state} role="status">{!drafts ? '' : error ? t('form.notSaved') : saving ? t('form.saving') : saved ? t('form.saved') : ''}</p>
      </main>
      <footer className={visit.foot}>
        <Button wide loading={saving && errors.length === 0} onClick={submit}>{t('form.send')}</Button>
        <Button wide variant="subtle" onClick={() => onDone(false)}>{t('form.later')}</Button>
      </footer>
    </>
  )
}

function Question({ item, given, wrong, onGiven }: { item: FormItem; given: string[]; wrong: boolean; onGiven: (given: string[]) => void }) {
  const { t, locale } = useWords()
  const id = `form-${item.id}`
  const ask = item.text[locale]
  const need = wrong && <p className={css.wrong} id={`${id}-need`}>{t('form.need')}</p>
  if (item.kind === 'choice' || item.kind === 'several') {
    const several = item.kind === 'several'
    const press = (code: string, on: boolean) => {
      if (!several) return onGiven([code])
      // "None of these" and any of them do not go together.
      const rest = given.filter((one) => one !== code && (code === 'none' ? false : one !== 'none'))
      onGiven(on ? [...rest, code] : given.filter((one) => one !== code))
    }
    return (
      <fieldset aria-describedby={wrong ? `${id}-need` : undefined}>
        <legend>{ask}</legend>
        {several && <p className={css.help}>{t('form.several')}</p>}
        {need}
        <div className={css.choices}>
          {item.options?.map(({ code, text }, at) => (
            <label key={code} className={css.choice}>
              <input id={at === 0 ? id : undefined} type={several ? 'checkbox' : 'radio'} name={id} checked={given.includes(code)} onChange={(event) => press(code, event.target.checked)} />
              <span>{text[locale]}</span>
            </label>
          ))}
        </div>
      </fieldset>
    )
  }
  const same = { id, value: given[0] ?? '', 'aria-invalid': wrong || undefined, 'aria-describedby': wrong ? `${id}-need` : undefined, onChange: (event: { target: { value: string } }) => onGiven([event.target.value]) }
  return (
    <div>
      <label htmlFor={id} className={css.ask}>{ask}</label>
      {need}
      {item.kind === 'words' ? <textarea {...same} className={css.words} style={{ marginTop: 8 }} rows={2} maxLength={500} /> : (
        <div className={css.number}><input {...same} className={css.words} inputMode="decimal" maxLength={8} autoComplete="off" />{item.unit && <span>{item.unit}</span>}</div>
      )}
    </div>
  )
}

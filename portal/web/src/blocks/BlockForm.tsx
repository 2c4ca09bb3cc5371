import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { Button } from '../ui/Button'
import { ErrorSummary, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, blocksKey } from './calls'
import css from './blocks.module.css'

/** Writes a court's paper down. It holds at once, or from the day that it names. */
export function BlockForm({ patient }: { patient: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const empty = { email: '', why: '', which: '', from: '', until: '' }
  const [typed, setTyped] = useState(empty)
  const [errors, setErrors] = useState<FieldError[]>([])
  const [done, setDone] = useState('')
  const add = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/clinic/blocks', {
      body: { patient, email: typed.email.trim(), reason: typed.why.trim(), evidence: typed.which.trim(), ...(typed.from && { from: typed.from }), ...(typed.until && { until: typed.until }) },
    }))),
    onSuccess: (made) => {
      if (made === 'cancelled') return
      setDone(made.name)
      setTyped(empty)
      void queries.invalidateQueries({ queryKey: blocksKey })
    },
    onError: (error) => setErrors([{ message: text(error) }]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const missing: FieldError[] = []
    if (!typed.email.trim()) missing.push({ field: 'block-email', message: t('blocks.needEmail') })
    if (!typed.why.trim()) missing.push({ field: 'block-why', message: t('blocks.needWhy') })
    if (!typed.which.trim()) missing.push({ field: 'block-which', message: t('blocks.needWhich') })
    setErrors(missing)
    setDone('')
    if (missing.length === 0 && !add.isPending) add.mutate()
  }
  const field = (name: keyof typeof empty) => ({
    id: `block-${name}`, value: typed[name], onChange: (event: { target: { value: string } }) => setTyped({ ...typed, [name]: event.target.value }), error: errors.find((error) => error.field === `block-${name}`)?.message, autoComplete: 'off',
  })
  return (
    <section aria-labelledby="keep-out" className={css.section}>
      <h2 id="keep-out">{t('blocks.add')}</h2>
      {done && <Said>{t('blocks.added', { name: done })}</Said>}
      <form className={css.form} onSubmit={submit} noValidate>
        <ErrorSummary errors={errors} />
        <TextInput {...field('email')} type="email" label={t('blocks.email')} description={t('blocks.emailHelp')} autoCapitalize="none" spellCheck={false} maxLength={254} />
        <TextInput {...field('why')} label={t('blocks.why')} description={t('blocks.whyHelp')} maxLength={500} />
        <TextInput {...field('which')} label={t('blocks.which')} description={t('blocks.whichHelp')} maxLength={500} />
        <div className={css.two}>
          <TextInput {...field('from')} type="date" label={t('blocks.from')} description={t('blocks.fromHelp')} />
          <TextInput {...field('until')} type="date" label={t('blocks.until')} description={t('blocks.untilHelp')} />
        </div>
        <div className={css.acts}><Button type="submit" icon="lock" loading={add.isPending}>{t('blocks.go')}</Button></div>
        {stepUp.dialog}
      </form>
    </section>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useRef, useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { ApiError } from '../api/problem'
import { Field } from '../care/Field'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { Card, SectionCard } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { afters, api, begins, clocks, ends, escalationsQuery, saveEscalation, urgent, type EscalationInput } from './calls'
import css from './pools.module.css'
import { Steps, stepsOf, type Step } from './Steps'

/** One escalation: when it begins and ends, its steps, and what comes after them. */
export function EscalationPage() {
  const { t } = useWords()
  const { name } = useParams({ from: '/gate/clinic/escalations/$name' })
  usePageTitle(name)
  const list = useQuery(escalationsQuery)
  const found = list.data?.items.find((one) => one.name === name)
  // One that was just removed can be taken back.
  const last = useRef(found)
  if (found) last.current = found
  const shown = found ?? (last.current?.name === name ? last.current : undefined)
  return (
    <div className={css.page}>
      <PageHead title={name} back={<BackLink to="/clinic/escalations" place={t('escalations.page')} />} />
      {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
        : !list.data ? <Skeleton heights={[160, 240]} />
        : shown ? <Editor key={name} escalation={shown} />
        : <p>{t('escalations.none')}</p>}
    </div>
  )
}

function Editor({ escalation }: { escalation: EscalationInput }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const { name } = escalation
  const [version, setVersion] = useState(escalation.version)
  const [rules, setRules] = useState(escalation)
  const [steps, setSteps] = useState<Step[]>(() => stepsOf(escalation.steps))
  const [errors, setErrors] = useState<FieldError[]>([])
  const again = () => queries.invalidateQueries({ queryKey: escalationsQuery.queryKey })
  const refused = (error: unknown) => {
    const at = error instanceof ApiError ? /^body\.steps\[(\d+)\]/.exec(error.fields[0]?.location ?? '')?.[1] : undefined
    setErrors([{ ...(at && { field: `step-${at}-whom` }), message: at ? `${t('escalations.step', { n: Number(at) + 1 })}: ${text(error)}` : text(error) }])
  }
  const drop = useMutation({
    mutationFn: () => take(api.DELETE('/clinic/escalations/{name}', { params: { path: { name } } })),
    onSuccess: again,
    onError: refused,
  })
  const save = useMutation({
    mutationFn: () => saveEscalation({
      name, from: rules.from, until: rules.until, clock: rules.clock, then: rules.then, version: drop.isSuccess ? 0 : version,
      steps: steps.map(({ whom, minutes, give }) => {
        const [kind, id = ''] = whom.split(':')
        return { minutes: Math.round(Number(minutes)), ...(id && { [kind === 'pool' ? 'pool' : 'account']: id, give }) }
      }),
    }),
    onSuccess: (saved) => { setVersion(saved.version); drop.reset(); void again() },
    onError: refused,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong = steps.flatMap(({ minutes }, n) => (Number(minutes) >= 1 && Number(minutes) <= 100_000 ? [] : [{ field: `step-${n}-minutes`, message: t('escalations.wrongMinutes', { n: n + 1 }) }]))
    setErrors(wrong)
    save.reset()
    if (wrong.length === 0) save.mutate()
  }
  const choice = <T extends string>(label: string, value: T, of: readonly T[], says: (one: T) => string, onValue: (one: T) => void) => (
    <Field label={label}>{(ids) => <select {...ids} value={value} onChange={(event) => onValue(event.target.value as T)}>{of.map((one) => <option key={one} value={one}>{says(one)}</option>)}</select>}</Field>
  )
  if (drop.isSuccess) {
    return (
      <>
        <ErrorSummary errors={errors} />
        <Said>{t('escalations.dropped')}</Said>
        <div><Button variant="default" icon="refresh" loading={save.isPending} onClick={() => save.mutate()}>{t('escalations.undo')}</Button></div>
      </>
    )
  }
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      <SectionCard title={t('escalations.when')}>
        <div className={css.two}>
          {choice(t('escalations.from'), rules.from, begins, (one) => t(`escalations.froms.${one}`), (from) => setRules({ ...rules, from }))}
          {choice(t('escalations.until'), rules.until, ends, (one) => t(`escalations.untils.${one}`), (until) => setRules({ ...rules, until }))}
          {choice(t('escalations.clock'), rules.clock, clocks, (one) => t(`escalations.clocks.${one}`), (clock) => setRules({ ...rules, clock }))}
        </div>
      </SectionCard>
      <Steps steps={steps} wrong={(field) => errors.some((error) => error.field === field)} onSteps={setSteps} />
      <Card pad>
        {choice(t('escalations.then'), rules.then, afters, (one) => t(`escalations.thens.${one}`), (then) => setRules({ ...rules, then }))}
      </Card>
      {save.isSuccess && <Said>{t('escalations.saved')}</Said>}
      <div className={css.acts}>
        <Button type="submit" loading={save.isPending}>{t('escalations.save')}</Button>
        {name !== urgent && <Button variant="quiet-danger" loading={drop.isPending} onClick={() => drop.mutate()}>{t('escalations.drop')}</Button>}
      </div>
    </form>
  )
}

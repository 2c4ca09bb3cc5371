import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { ApiError } from '../api/problem'
import { Field, LineField } from '../care/Field'
import { longDate } from '../format/date'
import { outQuery, work, type Outs } from '../inbox/calls'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { ErrorSummary, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './out.module.css'

// Where the server says that something is wrong, by the field it is typed in.
const fieldOf: Record<string, string> = { 'body.by': 'out-by', 'body.until': 'out-last', 'body.from': 'out-first', 'body.account': 'out-who' }
const dayOf = (at: Date) => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`

/** Says of oneself, or of those whom one leads, when they are out and who stands in. */
export function OutForm({ all }: { all: Outs }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const me = useMe().account.id
  const queries = useQueryClient()
  const today = dayOf(clock.now)
  const [who, setWho] = useState(me)
  const [first, setFirst] = useState(today)
  const [last, setLast] = useState('')
  const [by, setBy] = useState('')
  const [errors, setErrors] = useState<FieldError[]>([])
  const go = useMutation({
    mutationFn: () => {
      const [kind, id = ''] = by.split(':')
      // A last day is over when its night begins.
      return take(work.POST('/clinic/coverage', { body: { account: who, from: new Date(`${first}T00:00`).toISOString(), until: new Date(`${last}T23:59:59`).toISOString(), ...(kind === 'pool' ? { byPool: id } : { byAccount: id }) } }))
    },
    onSuccess: () => {
      setLast('')
      setBy('')
      void queries.invalidateQueries({ queryKey: outQuery.queryKey })
    },
    onError: (error) => setErrors([{ field: error instanceof ApiError ? fieldOf[error.fields[0]?.location ?? ''] : undefined, message: text(error) }]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong: FieldError[] = []
    if (!first || first < today) wrong.push({ field: 'out-first', message: t('coverage.needFirst') })
    if (!last) wrong.push({ field: 'out-last', message: t('coverage.needLast') })
    else if (last < first) wrong.push({ field: 'out-last', message: t('coverage.early') })
    if (!by) wrong.push({ field: 'out-by', message: t('coverage.needBy') })
    setErrors(wrong)
    go.reset()
    if (wrong.length === 0) go.mutate()
  }
  const write = (field: string, set: () => void) => { setErrors(errors.filter((error) => error.field !== field)); set() }
  const saidOf = (field: string) => errors.find((error) => error.field === field)?.message
  const others = all.for.length > 1
  const day = (at: string) => longDate(at, locale, clock.zone)
  return (
    <section aria-labelledby="say-out" className={css.section}>
      <h2 id="say-out">{t(others ? 'coverage.say' : 'coverage.sayMe')}</h2>
      {go.data && <Said>{t('coverage.said', { name: go.data.name, from: day(go.data.from), until: day(go.data.until), by: go.data.byName })}</Said>}
      <form className={css.form} onSubmit={submit} noValidate>
        <ErrorSummary errors={errors} />
        {others && (
          <Field id="out-who" label={t('coverage.who')} error={saidOf('out-who')}>
            {(ids) => <select {...ids} value={who} onChange={(event) => setWho(event.target.value)}>{all.for.map((one) => <option key={one.id} value={one.id}>{one.id === me ? t('coverage.me', { name: one.name }) : one.name}</option>)}</select>}
          </Field>
        )}
        <div className={css.two}>
          <LineField id="out-first" type="date" label={t('coverage.first')} error={saidOf('out-first')} min={today} value={first} onValue={(next) => write('out-first', () => setFirst(next))} />
          <LineField id="out-last" type="date" label={t('coverage.last')} error={saidOf('out-last')} min={first || today} value={last} onValue={(next) => write('out-last', () => setLast(next))} />
        </div>
        <Field id="out-by" label={t('coverage.standsIn')} error={saidOf('out-by')}>
          {(ids) => (
            <select {...ids} value={by} onChange={(event) => write('out-by', () => setBy(event.target.value))}>
              <option value="">{t('coverage.choose')}</option>
              <optgroup label={t('coverage.people')}>{all.people.filter(({ id }) => id !== who).map((one) => <option key={one.id} value={`account:${one.id}`}>{one.name}</option>)}</optgroup>
              <optgroup label={t('coverage.pools')}>{all.pools.map((one) => <option key={one.id} value={`pool:${one.id}`}>{one.name}</option>)}</optgroup>
            </select>
          )}
        </Field>
        <div><Button type="submit" loading={go.isPending}>{t('coverage.go')}</Button></div>
      </form>
    </section>
  )
}

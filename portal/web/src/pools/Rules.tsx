import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { Field, LineField } from '../care/Field'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { ErrorSummary, Said, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, escalationsQuery, poolsKey, topics, type Pool } from './calls'
import { Days } from './Days'
import css from './pools.module.css'
import { hoursOf, minutesOf, Promises, promisesOf, rulesOf } from './Promises'

const languages = ['en', 'es'] as const
const most = 100_000

/** What a pool answers, when it is open, how soon it answers, and what is done when it does not. */
export function Rules({ pool }: { pool: Pool }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const { hours, within = {} } = pool.rules
  // What somebody types stays while others change the pool; saved over their change it is refused.
  const [version, setVersion] = useState(pool.version)
  const [name, setName] = useState(pool.name)
  const [about, setAbout] = useState(pool.rules.topics ?? [])
  const [spoken, setSpoken] = useState(pool.rules.languages ?? [])
  const [zone, setZone] = useState(hours.zone ?? '')
  const [week, setWeek] = useState(hours.week ?? [])
  const [holidays, setHolidays] = useState((hours.holidays ?? []).join(' '))
  const [usual, setUsual] = useState(hoursOf(within[''] ?? 48 * 60))
  const [soon, setSoon] = useState(hoursOf(pool.rules.soon))
  const [urgent, setUrgent] = useState(pool.rules.urgent ? String(pool.rules.urgent) : '')
  const [promises, setPromises] = useState(promisesOf(pool.rules))
  const [escalation, setEscalation] = useState(pool.escalation ?? '')
  const [errors, setErrors] = useState<FieldError[]>([])
  const all = useQuery(escalationsQuery).data?.items ?? []
  const save = useMutation({
    mutationFn: (active: boolean) => take(api.PUT('/clinic/pools/{pool}', {
      params: { path: { pool: pool.id } },
      body: {
        name: name.trim(), standard: pool.standard, active, version, ...(escalation && { escalation }),
        rules: {
          ...pool.rules, topics: about, languages: spoken, ...rulesOf(promises, usual), soon: minutesOf(soon) ?? 0, urgent: Math.round(Number(urgent)),
          hours: { ...(zone.trim() && { zone: zone.trim() }), week, holidays: holidays.split(/[\s,]+/).filter(Boolean) },
        },
      },
    })),
    onSuccess: (saved) => {
      setVersion(saved.version)
      void queries.invalidateQueries({ queryKey: poolsKey })
    },
    onError: (error) => setErrors([{ message: text(error) }]),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wrong: FieldError[] = []
    const right = (hoursTyped: string) => { const n = minutesOf(hoursTyped); return n !== undefined && n >= 1 && n <= most }
    if (!right(usual)) wrong.push({ field: 'pool-usual', message: t('pools.wrongHours', { what: t('pools.within') }) })
    for (const topic of topics) if (promises[topic].hours && !right(promises[topic].hours)) wrong.push({ field: `pool-${topic}`, message: t('pools.wrongHours', { what: t(`message.topic.${topic}`) }) })
    if (soon && !right(soon)) wrong.push({ field: 'pool-soon', message: t('pools.wrongHours', { what: t('pools.soon') }) })
    if (urgent && !(Number(urgent) >= 1 && Number(urgent) <= most)) wrong.push({ field: 'pool-urgent', message: t('pools.wrongMinutes') })
    setErrors(wrong)
    save.reset()
    if (wrong.length === 0) save.mutate(pool.active)
  }
  const tick = <T extends string>(list: T[], one: T, on: boolean) => (on ? [...list, one] : list.filter((each) => each !== one))
  const saidOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <SectionCard title={t('pools.rules')}>
      <form className={css.form} onSubmit={submit} noValidate>
        <ErrorSummary errors={errors} />
        <LineField label={t('pools.name')} value={name} maxLength={80} required onValue={setName} />
        <fieldset className={css.choices}>
          <legend>{t('pools.topics')}</legend>
          <p className="dim small">{t('pools.topicsHint')}</p>
          {topics.map((topic) => (
            <label key={topic}><input type="checkbox" checked={about.includes(topic)} onChange={(event) => setAbout(tick(about, topic, event.target.checked))} />{t(`message.topic.${topic}`)}</label>
          ))}
        </fieldset>
        <fieldset className={css.choices}>
          <legend>{t('pools.languages')}</legend>
          <p className="dim small">{t('pools.languagesHint')}</p>
          {languages.map((language) => (
            <label key={language}><input type="checkbox" checked={spoken.includes(language)} onChange={(event) => setSpoken(tick(spoken, language, event.target.checked))} />{t(`pools.language.${language}`)}</label>
          ))}
        </fieldset>
        <Days week={week} onWeek={setWeek} />
        <LineField label={t('pools.zone')} hint={t('pools.zoneHint')} value={zone} maxLength={60} onValue={setZone} />
        <LineField label={t('pools.holidays')} hint={t('pools.holidaysHint')} value={holidays} maxLength={1200} onValue={setHolidays} />
        <LineField id="pool-usual" label={t('pools.within')} hint={t('pools.withinHint')} error={saidOf('pool-usual')} inputMode="decimal" value={usual} onValue={setUsual} />
        <Promises promises={promises} wrong={saidOf} onPromises={setPromises} />
        <LineField id="pool-soon" label={t('pools.soon')} error={saidOf('pool-soon')} inputMode="decimal" value={soon} onValue={setSoon} />
        <LineField id="pool-urgent" label={t('pools.urgent')} error={saidOf('pool-urgent')} inputMode="numeric" value={urgent} onValue={setUrgent} />
        <Field label={t('pools.escalation')} hint={t('pools.escalationHint')}>
          {(ids) => (
            <select {...ids} value={escalation} onChange={(event) => setEscalation(event.target.value)}>
              <option value="">{t('pools.noEscalation')}</option>
              {[...new Set([...all.map((one) => one.name), ...(escalation ? [escalation] : [])])].map((one) => <option key={one} value={one}>{one}</option>)}
            </select>
          )}
        </Field>
        {save.isSuccess && <Said>{t('pools.saved')}</Said>}
        <div className={css.acts}>
          <Button type="submit" loading={save.isPending}>{t('pools.save')}</Button>
          {!pool.standard && <Button variant={pool.active ? 'quiet-danger' : 'default'} loading={save.isPending} onClick={() => save.mutate(!pool.active)}>{pool.active ? t('pools.end') : t('pools.begin')}</Button>}
        </div>
      </form>
    </SectionCard>
  )
}

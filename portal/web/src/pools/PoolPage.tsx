import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { LineField } from '../care/Field'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, poolsKey, poolsQuery, topics, type Pool, type Span } from './calls'
import { Members } from './Members'
import css from './pools.module.css'

/** One pool: what it answers, when it is open, how soon it answers, and who is in it. */
export function PoolPage() {
  const { t } = useWords()
  const { pool: id } = useParams({ from: '/gate/clinic/pools/$pool' })
  const pools = useQuery(poolsQuery)
  const pool = pools.data?.items.find((one) => one.id === id)
  usePageTitle(pool?.name ?? t('pools.page'))
  return (
    <div className={css.page}>
      <PageHead title={pool?.name ?? t('pools.page')} back={<BackLink to="/clinic/pools" place={t('pools.page')} />} />
      {pools.error && !pools.data ? <LoadError error={pools.error} onRetry={() => void pools.refetch()} />
        : !pools.data ? <Skeleton heights={[200, 200]} />
        : !pool ? <p>{t('pools.none')}</p>
        : <><Members pool={id} /><Rules key={pool.version} pool={pool} /></>}
    </div>
  )
}

const days = [1, 2, 3, 4, 5, 6, 0]

function Rules({ pool }: { pool: Pool }) {
  const { t, locale } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const { hours, within = {} } = pool.rules
  const [name, setName] = useState(pool.name)
  const [about, setAbout] = useState(pool.rules.topics ?? [])
  const [zone, setZone] = useState(hours.zone ?? '')
  const [week, setWeek] = useState<Span[]>(hours.week ?? [])
  const [holidays, setHolidays] = useState((hours.holidays ?? []).join(' '))
  const [usual, setUsual] = useState(String((within[''] ?? 48 * 60) / 60))
  const [soon, setSoon] = useState(pool.rules.soon ? String(pool.rules.soon / 60) : '')
  const [urgent, setUrgent] = useState(pool.rules.urgent ? String(pool.rules.urgent) : '')
  const weekday = (day: number) => new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2026, 1, 1 + day)))
  const of = (day: number) => week.find((span) => span.day === day)
  const set = (day: number, span?: Omit<Span, 'day'>) => setWeek([...week.filter((one) => one.day !== day), ...(span ? [{ day, ...span }] : [])])
  const save = useMutation({
    mutationFn: (active: boolean) => take(api.PUT('/clinic/pools/{pool}', {
      params: { path: { pool: pool.id } },
      body: {
        name: name.trim(), standard: pool.standard, active, version: pool.version, ...(pool.escalation && { escalation: pool.escalation }),
        rules: {
          ...pool.rules, topics: about, within: { ...within, '': Math.round(Number(usual) * 60) }, soon: Math.round(Number(soon) * 60), urgent: Math.round(Number(urgent)),
          hours: { ...(zone.trim() && { zone: zone.trim() }), week, holidays: holidays.split(/[\s,]+/).filter(Boolean) },
        },
      },
    })),
    onSettled: () => queries.invalidateQueries({ queryKey: poolsKey }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate(pool.active)
  }
  return (
    <SectionCard title={t('pools.rules')}>
      <form className={css.form} onSubmit={submit}>
        {save.error && <ErrorSummary errors={[{ message: text(save.error) }]} />}
        {save.isSuccess && <Said>{t('pools.saved')}</Said>}
        <LineField label={t('pools.name')} value={name} maxLength={80} required onValue={setName} />
        <fieldset className={css.choices}>
          <legend>{t('pools.topics')}</legend>
          <p className="dim small">{t('pools.topicsHint')}</p>
          {topics.map((topic) => (
            <label key={topic}><input type="checkbox" checked={about.includes(topic)} onChange={(event) => setAbout(event.target.checked ? [...about, topic] : about.filter((one) => one !== topic))} />{t(`message.topic.${topic}`)}</label>
          ))}
        </fieldset>
        <fieldset className={css.days}>
          <legend>{t('pools.hours')}</legend>
          <p className="dim small">{t('pools.hoursHint')}</p>
          {days.map((day) => (
            <div key={day} className={css.day}>
              <label><input type="checkbox" checked={Boolean(of(day))} onChange={(event) => set(day, event.target.checked ? { from: '08:00', to: '17:00' } : undefined)} />{weekday(day)}</label>
              {of(day) && (
                <>
                  <input type="time" aria-label={t('pools.fromOn', { day: weekday(day) })} value={of(day)?.from} onChange={(event) => set(day, { from: event.target.value, to: of(day)?.to ?? '17:00' })} />
                  <input type="time" aria-label={t('pools.toOn', { day: weekday(day) })} value={of(day)?.to} onChange={(event) => set(day, { from: of(day)?.from ?? '08:00', to: event.target.value })} />
                </>
              )}
            </div>
          ))}
        </fieldset>
        <LineField label={t('pools.zone')} hint={t('pools.zoneHint')} value={zone} maxLength={60} onValue={setZone} />
        <LineField label={t('pools.holidays')} hint={t('pools.holidaysHint')} value={holidays} maxLength={1200} onValue={setHolidays} />
        <LineField label={t('pools.within')} hint={t('pools.withinHint')} type="number" min={0.1} step="any" required value={usual} onValue={setUsual} />
        <LineField label={t('pools.soon')} type="number" min={0} step="any" value={soon} onValue={setSoon} />
        <LineField label={t('pools.urgent')} type="number" min={0} step={1} value={urgent} onValue={setUrgent} />
        <div className={css.acts}>
          <Button type="submit" loading={save.isPending}>{t('pools.save')}</Button>
          {!pool.standard && <Button variant={pool.active ? 'quiet-danger' : 'default'} loading={save.isPending} onClick={() => save.mutate(!pool.active)}>{pool.active ? t('pools.end') : t('pools.begin')}</Button>}
        </div>
      </form>
    </SectionCard>
  )
}

import { useWords } from '../ui/useWords'
import type { Span } from './calls'
import css from './pools.module.css'

const days = [1, 2, 3, 4, 5, 6, 0]

/** On which days of the week a pool is open, and when. */
export function Days({ week, onWeek }: { week: Span[]; onWeek: (week: Span[]) => void }) {
  const { t, locale } = useWords()
  const weekday = (day: number) => new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2026, 1, 1 + day)))
  const of = (day: number) => week.find((span) => span.day === day)
  const set = (day: number, span?: Omit<Span, 'day'>) => onWeek([...week.filter((one) => one.day !== day), ...(span ? [{ day, ...span }] : [])])
  return (
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
  )
}

import { useWords } from '../ui/useWords'
import { nextText } from '../visits/planWords'
import type { NextVisit, NoteBody } from '../visits/types'
import css from './plan.module.css'

const usual = [[1, 'weeks'], [2, 'weeks'], [1, 'months'], [3, 'months'], [6, 'months']] as const

/** When one meets again: one press. It asks for the visit; the patient chooses the time. */
export function NextVisitPick({ body, mode, write }: { body: NoteBody; mode: NextVisit['mode']; write(change: Partial<NoteBody>): void }) {
  const { t } = useWords()
  const now = body.next
  const is = (count: number, unit: NextVisit['unit']) => now?.count === count && now.unit === unit
  return (
    <div className={css.next}>
      <div role="group" aria-label={t('plan.next')} className={css.chips}>
        {usual.map(([count, unit]) => (
          <button key={`${count}${unit}`} type="button" aria-pressed={is(count, unit)} onClick={() => write({ next: is(count, unit) ? undefined : { count, unit, mode: now?.mode ?? mode } })}>{nextText({ count, unit, mode }, t)}</button>
        ))}
      </div>
      {now && (
        <div role="group" aria-label={t('plan.nextBy')} className={css.chips}>
          {(['video', 'clinic'] as const).map((by) => <button key={by} type="button" aria-pressed={now.mode === by} onClick={() => write({ next: { ...now, mode: by } })}>{t(`plan.by.${by}`)}</button>)}
        </div>
      )}
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { useWords } from '../ui/useWords'
import { colleaguesQuery, poolsQuery, type Rung } from './calls'
import css from './pools.module.css'

/** A step as it is typed: whom as "account:id" or "pool:id", empty for whoever has the message. */
export interface Step { key: number; whom: string; give: boolean; minutes: string }
const most = 10

let keys = 0
const stepOf = ({ account, pool, give, minutes }: Rung): Step => ({ key: keys++, whom: account ? `account:${account}` : pool ? `pool:${pool}` : '', give: give ?? false, minutes: String(minutes) })
export const stepsOf = (rungs: Rung[]): Step[] => rungs.map(stepOf)

/** Whom each step tells, how long it gives them, and in which order. */
export function Steps({ steps, wrong, onSteps }: { steps: Step[]; wrong: (field: string) => boolean; onSteps: (steps: Step[]) => void }) {
  const { t } = useWords()
  const people = (useQuery(colleaguesQuery).data?.items ?? []).filter(({ roles }) => roles.includes('clinician') || roles.includes('nurse'))
  const pools = (useQuery(poolsQuery).data?.items ?? []).filter(({ active }) => active)
  const known = ['', ...people.map(({ account }) => `account:${account}`), ...pools.map(({ id }) => `pool:${id}`)]
  const set = (n: number, change: Partial<Step>) => onSteps(steps.map((step, at) => (at === n ? { ...step, ...change } : step)))
  const swap = (n: number, m: number) => onSteps(steps.map((step, at) => (at === n ? (steps[m] ?? step) : at === m ? (steps[n] ?? step) : step)))
  return (
    <SectionCard title={t('escalations.stepsTitle')}>
      <p className="dim">{t('escalations.stepsHint')}</p>
      <div className={css.steps}>
        {steps.map((step, at) => {
          const n = at + 1
          return (
            <fieldset key={step.key} className={css.step}>
              <legend>{t('escalations.step', { n })}</legend>
              <div>
                <label htmlFor={`step-${at}-whom`}>{t('escalations.whom')}</label>
                <select id={`step-${at}-whom`} aria-invalid={wrong(`step-${at}-whom`) ? true : undefined} value={step.whom} onChange={(event) => set(at, { whom: event.target.value, give: event.target.value ? step.give : false })}>
                  <option value="">{t('escalations.owner')}</option>
                  {!known.includes(step.whom) && <option value={step.whom}>{t('escalations.gone')}</option>}
                  <optgroup label={t('escalations.people')}>{people.map((one) => <option key={one.account} value={`account:${one.account}`}>{one.name}</option>)}</optgroup>
                  <optgroup label={t('escalations.pools')}>{pools.map((one) => <option key={one.id} value={`pool:${one.id}`}>{one.name}</option>)}</optgroup>
                </select>
              </div>
              <div>
                <label htmlFor={`step-${at}-minutes`}>{t('escalations.minutes')}</label>
                <input id={`step-${at}-minutes`} inputMode="numeric" autoComplete="off" aria-invalid={wrong(`step-${at}-minutes`) ? true : undefined} value={step.minutes} onChange={(event) => set(at, { minutes: event.target.value })} />
              </div>
              {step.whom && <label className={css.give}><input type="checkbox" checked={step.give} onChange={(event) => set(at, { give: event.target.checked })} />{t('escalations.give')}</label>}
              <div className={css.acts}>
                {at > 0 && <Button variant="subtle" icon="up" aria-label={t('escalations.up', { n })} onClick={() => swap(at, at - 1)}>{t('escalations.earlier')}</Button>}
                {at < steps.length - 1 && <Button variant="subtle" icon="down" aria-label={t('escalations.down', { n })} onClick={() => swap(at, at + 1)}>{t('escalations.later')}</Button>}
                {steps.length > 1 && <Button variant="quiet-danger" aria-label={t('escalations.removeStep', { n })} onClick={() => onSteps(steps.filter((one) => one !== step))}>{t('escalations.remove')}</Button>}
              </div>
            </fieldset>
          )
        })}
      </div>
      {steps.length < most && <div className={css.addStep}><Button variant="default" icon="plus" onClick={() => onSteps([...steps, stepOf({ minutes: 30 })])}>{t('escalations.addStep')}</Button></div>}
    </SectionCard>
  )
}

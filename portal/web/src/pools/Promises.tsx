import { useWords } from '../ui/useWords'
import { topics, type Rules } from './calls'
import type { Topic } from '../messages/types'
import css from './pools.module.css'

export interface Promised { hours: string; begins: string }
export type PromisesByTopic = Record<Topic, Promised>
const hurries = ['routine', 'soon', 'urgent'] as const

/** Minutes as hours to be read and changed: 100 are 1.67, which are 100 again. */
export const hoursOf = (minutes: number | undefined): string => (minutes ? String(Math.round((minutes / 60) * 100) / 100) : '')
export const minutesOf = (hours: string): number | undefined => {
  const n = Number(hours.trim().replace(',', '.'))
  return hours.trim() && Number.isFinite(n) ? Math.round(n * 60) : undefined
}

export const promisesOf = ({ within = {}, priorities = {} }: Rules): PromisesByTopic =>
  Object.fromEntries(topics.map((topic) => [topic, { hours: hoursOf(within[topic]), begins: priorities[topic] ?? 'routine' }])) as PromisesByTopic

export function rulesOf(promises: PromisesByTopic, usual: string): Pick<Rules, 'within' | 'priorities'> {
  const within: Record<string, number> = { '': minutesOf(usual) ?? 0 }
  const priorities: Record<string, string> = {}
  for (const topic of topics) {
    const minutes = minutesOf(promises[topic].hours)
    if (minutes) within[topic] = minutes
    if (promises[topic].begins !== 'routine') priorities[topic] = promises[topic].begins
  }
  return { within, priorities }
}

/** What is promised for each topic, and how much a new message about it hurries. */
export function Promises({ promises, wrong, onPromises }: { promises: PromisesByTopic; wrong: (field: string) => string | undefined; onPromises: (next: PromisesByTopic) => void }) {
  const { t } = useWords()
  const set = (topic: Topic, change: Partial<Promised>) => onPromises({ ...promises, [topic]: { ...promises[topic], ...change } })
  return (
    <fieldset className={css.promises}>
      <legend>{t('pools.promises')}</legend>
      <p className="dim small" id="pool-promises">{t('pools.promisesHint')}</p>
      <table>
        <thead><tr><th scope="col">{t('pools.topic')}</th><th scope="col">{t('pools.within')}</th><th scope="col">{t('pools.begins')}</th></tr></thead>
        <tbody>
          {topics.map((topic) => {
            const name = t(`message.topic.${topic}`)
            return (
              <tr key={topic}>
                <th scope="row">{name}</th>
                <td><input id={`pool-${topic}`} inputMode="decimal" autoComplete="off" aria-label={t('pools.hoursFor', { topic: name })} aria-describedby="pool-promises" aria-invalid={wrong(`pool-${topic}`) ? true : undefined} value={promises[topic].hours} onChange={(event) => set(topic, { hours: event.target.value })} /></td>
                <td><select aria-label={t('pools.beginsFor', { topic: name })} value={promises[topic].begins} onChange={(event) => set(topic, { begins: event.target.value })}>{hurries.map((one) => <option key={one} value={one}>{t(`pools.hurry.${one}`)}</option>)}</select></td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </fieldset>
  )
}

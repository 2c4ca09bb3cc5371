import { useId, useState } from 'react'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './composer.module.css'
import { furthest, localTime, nextMorning } from './times'

interface Props {
  label: string
  choose: string
  start?: string
  onChoose: (at: string) => void
}

/** When a message goes: within 90 days, in the reader's own time. */
export function SendTime({ label, choose, start, onChoose }: Props) {
  const { t } = useWords()
  const id = useId()
  const [value, setValue] = useState(() => localTime(start ? new Date(start) : nextMorning(new Date())))
  const [problem, setProblem] = useState('')
  const press = () => {
    const at = new Date(value)
    const now = Date.now()
    const why = Number.isNaN(at.getTime()) || at.getTime() <= now || at.getTime() > furthest(now) ? t('message.held.needTime') : ''
    setProblem(why)
    if (!why) onChoose(at.toISOString())
  }
  return (
    <div className={css.later}>
      <label htmlFor={id}>{label}</label>
      <input id={id} type="datetime-local" value={value} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined} onChange={(event) => setValue(event.target.value)} />
      <Button variant="default" icon="clock" onClick={press}>{choose}</Button>
      {problem && <p id={`${id}-problem`} className={css.problem} role="alert">{problem}</p>}
    </div>
  )
}

import { useState } from 'react'
import { listOf } from '../format/locale'
import { useWords } from '../ui/useWords'
import css from './conversation.module.css'
import { tells } from './tells'
import { usePresence } from './usePresence'
import { useTyping } from './useTyping'

/** Says that the other side is writing, else who is there; the place for it is always there, so that nothing jumps. */
export function Typing({ patient, thread, newest, clinic }: { patient: string; thread: string; newest: string | undefined; clinic: boolean }) {
  const { t, locale } = useWords()
  const typing = useTyping(patient, thread, newest)
  const { people, team } = usePresence(patient, thread, clinic)
  const there = people.length > 0 ? t('message.presence.people', { list: listOf(people, locale), count: people.length }) : team ? t('message.presence.team') : ''
  return <p className={css.typing} role="status">{typing ? t(clinic ? 'message.typing.patient' : 'message.typing.clinic') : there}</p>
}

/** Staff decide whether patients see that they are writing. */
export function TellsTyping() {
  const { t } = useWords()
  const [on, setOn] = useState(tells.on)
  return (
    <label className={css.tells}>
      <input type="checkbox" checked={on} onChange={(event) => { tells.set(event.target.checked); setOn(event.target.checked) }} />
      {t('message.typing.tell')}
    </label>
  )
}

import { useState } from 'react'
import { useWords } from '../ui/useWords'
import css from './conversation.module.css'
import { tells } from './tells'
import { useTyping } from './useTyping'

/** Says that the other side is writing; the place for it is always there, so that nothing jumps. */
export function Typing({ patient, thread, newest, clinic }: { patient: string; thread: string; newest: string | undefined; clinic: boolean }) {
  const { t } = useWords()
  const typing = useTyping(patient, thread, newest)
  return <p className={css.typing} role="status">{typing ? t(clinic ? 'message.typing.patient' : 'message.typing.clinic') : ''}</p>
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

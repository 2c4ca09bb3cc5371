import { useState } from 'react'
import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import { Chat, useUnreadChat } from './Chat'
import { useSource } from './source'
import css from './visit.module.css'

/** Who waits writes to the clinic, and reads what it answers; nobody else reads it. */
export function Lobby() {
  const { t } = useWords()
  const source = useSource()
  const [open, setOpen] = useState(false)
  const unread = useUnreadChat(source, true, open)
  const words = unread > 0 ? t('lobby.openNew', { count: unread }) : t('lobby.open')
  return (
    <section className={css.lobby} aria-label={t('lobby.title')}>
      {open ? <div className={css.lobbyChat}><Chat source={source} lobby onClose={() => setOpen(false)} /></div>
        : <Button wide variant={unread > 0 ? 'filled' : 'default'} icon="chat" onClick={() => setOpen(true)}>{words}</Button>}
      <p className="sr" aria-live="polite">{!open && unread > 0 ? words : ''}</p>
    </section>
  )
}

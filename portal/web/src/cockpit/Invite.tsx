import { lazy, Suspense, useState } from 'react'
import { loadWords } from '../i18n'
import { Button } from '../ui/Button'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './host.module.css'

// Few calls need it: it comes with the first press, with its words.
const GuestLinks = lazy(async () => {
  const [{ GuestLinks: one }] = await Promise.all([import('../guests'), loadWords('entrance'), loadWords('access'), loadWords('sharing')])
  return { default: one }
})

/** Somebody is brought into the visit while it goes on: the same links as before it, and let in at the same door. */
export function Invite({ patient, visit }: { patient: string; visit: string }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  // A link is shown once: folded away it stays what it was.
  const [begun, setBegun] = useState(false)
  const turn = () => {
    setBegun(true)
    setOpen(!open)
  }
  return (
    <div className={css.invite}>
      <Button variant="default" icon="people" aria-expanded={open} onClick={turn}>{t('room.invite')}</Button>
      {begun && (
        <div hidden={!open}>
          <p className="dim">{t('room.inviteText')}</p>
          <Suspense fallback={<Skeleton heights={[72, 48, 48]} />}><GuestLinks inCall patient={patient} visit={visit} /></Suspense>
        </div>
      )}
    </div>
  )
}

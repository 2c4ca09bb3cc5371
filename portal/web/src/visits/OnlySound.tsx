import { useEffect, useState } from 'react'
import type { CallView } from '../rtc/call'
import type { LocalMedia, MediaView } from '../rtc/media'
import { AnchorButton, Button } from '../ui/Button'
import { useClinic, useWords } from '../ui/useWords'
import css from './trouble.module.css'
import { listOf } from '../format/locale'
import type { Visit } from './types'

interface Props { visit: Visit; now: CallView; media: LocalMedia; view: MediaView; /** Beside the picture, not over it. */ inline?: boolean }

/** Who gets no picture, and why: for the one whose line it is, and for the others. */
export function OnlySound({ visit, now, media, view, inline }: Props) {
  const { t, locale } = useWords()
  const names = new Map(visit.people.map(({ seat, name }) => [seat, name]))
  const deaf = now.seats.filter(({ seat, only, in: seated }) => only && seated && seat !== now.seat).flatMap(({ seat }) => names.get(seat) ?? [])
  const own = view.onlySound ? t('visit.onlySoundYours') : now.onlySound ? t('visit.onlySound') : ''
  const others = deaf.length > 0 ? t('visit.theyHear', { list: listOf(deaf, locale), count: deaf.length }) : ''
  const here = now.phase === 'in'
  return (
    <div className={css.trouble} data-on={(here && Boolean(own || others)) || undefined} data-inline={inline || undefined} role="status">
      {here && own && <p>{own}</p>}
      {here && others && <p>{others}</p>}
      {here && view.onlySound && <Button variant="default" icon="video" onClick={() => media.setOnlySound(false)}>{t('visit.picturesOn')}</Button>}
    </div>
  )
}

/** One may choose it, too: it costs less, and holds where a picture does not. */
export function OnlySoundButton({ media, view }: Pick<Props, 'media' | 'view'>) {
  const { t } = useWords()
  if (view.onlySound) return null
  return <button type="button" className={css.choose} onClick={() => media.setOnlySound(true)}>{t('visit.onlySoundGo')}</button>
}

const troubleMs = 12_000

/** When there is no connection for a while, there is the telephone. */
export function ByPhone({ phase }: { phase: CallView['phase'] }) {
  const { t } = useWords()
  const phone = useVisitPhone()
  const apart = phase === 'joining' || phase === 'reconnecting'
  const [long, setLong] = useState(false)
  useEffect(() => {
    setLong(false)
    if (!apart) return undefined
    const timer = window.setTimeout(() => setLong(true), troubleMs)
    return () => window.clearTimeout(timer)
  }, [apart])
  return (
    <div role="status" className={css.trouble} data-on={(long && phone) || undefined}>
      {long && phone && <><p>{t('visit.byPhone')}</p><PhoneButton phone={phone} /></>}
    </div>
  )
}

/** The number by which a visit goes on when nothing else does. */
export function useVisitPhone(): string | undefined {
  const clinic = useClinic()
  return clinic?.visit || clinic?.phone || undefined
}

export function PhoneButton({ phone, wide = false }: { phone: string; wide?: boolean }) {
  const { t } = useWords()
  return <AnchorButton wide={wide} icon="phone" href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{t('call', { phone })}</AnchorButton>
}

import { LinkButton } from '../ui/Button'
import { Card, Dot } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { LinkRow } from '../ui/Row'
import { useWords } from '../ui/useWords'
import home from '../home/home.module.css'
import { visitPath } from './paths'
import type { Appointment } from './types'
import { useNow } from './useNow'
import { soon } from './when'
import { doorOpen, underway, useWhenWords } from './words'

/** The next visit: near, it is the petrol card of the page; further away, a line. */
export default function VisitHero({ visit, near }: { visit: Appointment; near: boolean }) {
  const { t, locale } = useWords()
  const now = useNow()
  const { dayTitle, time, dayInText } = useWhenWords()
  const open = doorOpen(visit, now)
  const video = visit.mode === 'video'
  const title = t(video ? 'home.videoWith' : 'home.visitWith', { name: visit.practitioner.name })
  if (!near) {
    return (
      <div className={home.later}>
        <Card rows>
          <LinkRow
            to="/p/$patient/visits" params={{ patient: visit.patient }} title={title} text={t('home.visitAt', { day: dayTitle(visit.start), time: time(visit.start) })}
            lead={<Dot tone="accent"><Icon name={video ? 'video' : 'calendar'} /></Dot>}
          />
        </Card>
      </div>
    )
  }
  return (
    <section className={home.hero} aria-labelledby="next-visit">
      <p className={home.over}>{[t('home.visitAt', { day: dayTitle(visit.start), time: time(visit.start) }), soon(visit.start, locale, now)].filter(Boolean).join(', ')}</p>
      <h2 id="next-visit">{title}</h2>
      {(visit.behindMinutes ?? 0) > 0 && <p className={home.heroText}><Icon name="clock" size={16} /> {t('home.late', { count: visit.behindMinutes })}</p>}
      {open ? (
        <LinkButton to={visitPath(visit)} wide className={home.heroButton} icon="video">{t(underway(visit) ? 'home.goIn' : 'home.getReady')}</LinkButton>
      ) : (
        <>
          <p className={home.heroText}>
            <Icon name="clock" size={16} /> {video && visit.joinFrom ? t('home.doorsAt', { day: dayInText(visit.joinFrom), time: time(visit.joinFrom) }) : visit.place}
          </p>
          <LinkButton to="/p/$patient/visits" params={{ patient: visit.patient }} wide className={home.heroButton} icon="calendar">{t('home.seeVisit')}</LinkButton>
        </>
      )}
    </section>
  )
}

import { useNavigate } from '@tanstack/react-router'
import { ApiError } from '../api/problem'
import { useWhenWords } from '../booking/words'
import type { LocalMedia, MediaView } from '../rtc/media'
import { AnchorButton, Button, LinkButton } from '../ui/Button'
import { Card } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { Row } from '../ui/Row'
import { useClinic, useWords } from '../ui/useWords'
import { useSource, type VisitAct } from './source'
import { SealAsk } from './Seal'
import { minutesLeft } from './step'
import { Lobby } from './Lobby'
import { QuestionsCard } from './QuestionsCard'
import { StopVideo } from './StopVideo'
import { Tile } from './Tile'
import type { Visit } from './types'
import { useSeal } from './useSeal'
import css from './visit.module.css'
import { VisitIcon } from './VisitIcon'

interface WaitProps { visit: Visit; media: LocalMedia; view: MediaView; act: VisitAct; early: boolean; onQuestions: () => void; /** One does not come back by itself after this. */ onLeave: () => void }

/** Who knows that one is here, how long it takes, and that nothing has to be done meanwhile. */
export function WaitStep({ visit, media, view, act, early, onQuestions, onLeave }: WaitProps) {
  const { t } = useWords()
  const { dayInText, time } = useWhenWords()
  const said = useErrorText()
  const navigate = useNavigate()
  const phone = useClinic()?.phone
  const { home, leave: away } = useSource()
  const seal = useSeal(visit, act)
  const name = visit.appointment.practitioner.name
  const known = visit.me.state === 'waiting'
  const others = visit.people.filter((person) => !person.me && (person.state === 'waiting' || person.state === 'in' || person.state === 'admitted'))
  const minutes = minutesLeft(visit)
  const late = visit.behindMinutes ?? 0
  const back = () => {
    if (home) void navigate({ to: '/p/$patient/visits', params: { patient: home } })
    else away?.()
  }
  const leave = () => {
    onLeave()
    if (known) act.mutate({ do: 'leaveWaiting' }, { onSettled: back })
    else back()
  }
  const { joinFrom } = visit.appointment
  return (
    <>
      <header className={css.top}>{known && home && <LinkButton variant="subtle" to="/p/$patient" params={{ patient: home }}>{t('small.others')}</LinkButton>}<span className="grow" /><Button variant="subtle" onClick={leave}>{t('visit.leave')}</Button></header>
      <main id="content" tabIndex={-1} className={css.narrow}>
        <div className={css.greet}>
          <span className={css.big}><Face name={name} size="l" tone="accent" /></span>
          <h1>{isLocked(act.error) ? t('room.locked') : known ? t('wait.knows', { name }) : early ? t('wait.early') : t('wait.telling', { name })}</h1>
          {early && joinFrom && <p>{t('wait.earlyText', { day: dayInText(joinFrom), time: time(joinFrom) })}</p>}
          {known && <p>{visit.state === 'live' ? t('wait.live', { name }) : t('wait.notYet')}</p>}
        </div>
        {act.error && (
          <div className={css.problem} role="alert">
            <p>{said(act.error)}</p>
            <Button variant="default" onClick={() => act.mutate({ do: 'wait' })}>{t('tryAgain')}</Button>
          </div>
        )}
        <section className={css.wait} aria-label={t('wait.yours')} role="status">
          <Ring />
          <div>
            {known && visit.place && visit.state !== 'live' && <span>{visit.place === 1 ? t('queue.next') : `${t('queue.place', { place: visit.place })}. ${t('queue.before', { count: visit.place - 1 })}`}</span>}
            <b>{minutes === undefined ? t('wait.soon') : t('wait.minutes', { count: minutes })}</b>
            {visit.expectedAt && minutes !== undefined && minutes >= 5 && <span>{t('queue.at', { time: time(visit.expectedAt) })}. </span>}
            <span>{t(early ? 'wait.putDownEarly' : home ? 'wait.putDownAny' : 'wait.putDown')}</span>
          </div>
        </section>
        <div role="status">{late > 0 && <p className={css.late}>{t('wait.late', { name, count: late })}</p>}</div>
        {visit.me.places && <QuestionsCard onOpen={onQuestions} />}
        {known && <Lobby />}
        <section className={css.selfBox} aria-label={t('wait.device')}>
          <Tile name={t('you')} track={view.tracks.camera} self mirrored={media.mirrored()} muted={!view.mic} className={css.selfSmall} />
          <div className={css.toggles}>
            <button type="button" onClick={() => media.setMic(!view.mic)} aria-pressed={view.mic}><VisitIcon name={view.mic ? 'mic' : 'micOff'} />{view.mic ? t('wait.soundOn') : t('wait.soundOff')}</button>
            <button type="button" onClick={() => media.setCam(!view.cam)} aria-pressed={view.cam}><VisitIcon name={view.cam ? 'camera' : 'cameraOff'} />{view.cam ? t('wait.pictureOn') : t('wait.pictureOff')}</button>
          </div>
        </section>
        {seal.cannot && <div className={css.late} role="status">{t('seal.cannot')}. {t('seal.cannotText')}</div>}
        <SealAsk visit={visit} act={act} />
        {(others.length > 0 || phone) && (
          <Card rows className={css.block}>
            {others.map((person) => <Row key={person.seat} lead={<Face name={person.name} size="s" acting={person.role === 'proxy'} />} title={t('wait.here', { name: person.name })} />)}
            {phone && <div className={css.byPhone}><AnchorButton variant="subtle" icon="phone" href={`tel:${phone}`}>{t('wait.phone', { phone })}</AnchorButton></div>}
          </Card>
        )}
        {known && <StopVideo act={act} />}
      </main>
    </>
  )
}

const isLocked = (error: unknown): boolean => error instanceof ApiError && error.code === 'locked'

/** Turns slowly: somebody is on it. Without motion it stands still and says the same. */
function Ring() {
  return (
    <svg className={css.ring} viewBox="0 0 52 52" aria-hidden="true">
      <circle cx="26" cy="26" r="22" fill="none" stroke="var(--hc-line)" strokeWidth="5" />
      <circle cx="26" cy="26" r="22" fill="none" stroke="var(--hc-accent)" strokeWidth="5" strokeLinecap="round" strokeDasharray="58 140" transform="rotate(-90 26 26)" />
    </svg>
  )
}

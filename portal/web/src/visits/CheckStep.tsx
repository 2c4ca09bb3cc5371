import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { LocalMedia, MediaView } from '../rtc/media'
import { testNetwork, type NetworkFound } from '../rtc/network'
import { meter, playTune } from '../rtc/sound'
import { testSpeed, type Speed } from '../rtc/speed'
import { pageTimers } from '../rtc/timers'
import { Button } from '../ui/Button'
import { Card, Dot } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { browserOf } from './browser'
import css from './check.module.css'
import { lineWords } from './checkWords'
import { DevicePicks } from './DevicePicks'
import { Fix, type Problem } from './Fix'
import { Tile } from './Tile'
import type { CheckResult } from './types'
import { HomeLink } from './HomeLink'
import { useSource } from './source'
import { newPeer } from './useCall'
import visit from './visit.module.css'
import { VisitIcon, type VisitIconName } from './VisitIcon'

interface CheckProps { over: string; media: LocalMedia; view: MediaView; last: boolean; busy: boolean; onDone(result: CheckResult): void }

// A voice at arm's length is over this; the hum of a room is not.
const heardAt = 0.35

/** See yourself, be heard, hear a tune, and a line that holds. Nothing of it must pass: one may always go on. */
export function CheckStep({ over, media, view, last, busy, onDone }: CheckProps) {
  const { t } = useWords()
  const source = useRef(useSource())
  const [found, setFound] = useState<NetworkFound>()
  const [speed, setSpeed] = useState<Speed>()
  const network = found?.word
  const [run, setRun] = useState(0)
  const [heard, setHeard] = useState<'yes' | 'no' | 'played'>()
  const [spoke, setSpoke] = useState(false)
  const [fixing, setFixing] = useState(false)
  const audio = view.tracks.audio
  const camera = view.tracks.camera

  useEffect(() => {
    let gone = false
    setFound(undefined)
    setSpeed(undefined)
    const now = () => performance.now()
    void testNetwork({ ask: () => source.current.read(), newPeer, now, timers: pageTimers }).then((line) => {
      if (gone) return
      setFound(line)
      // What the line carries is looked at afterwards, and nobody waits for it.
      void testSpeed({ ...source.current.line, now }).then((carries) => { if (!gone) setSpeed(carries) })
    })
    return () => { gone = true }
  }, [run])

  const problems: Problem[] = [
    ...(view.faults.camera ? [{ part: 'camera', fault: view.faults.camera } as const] : []),
    ...(view.faults.audio ? [{ part: 'audio', fault: view.faults.audio } as const] : []),
    ...(heard === 'no' ? [{ part: 'speaker', fault: 'quiet' } as const] : []),
    ...(network === 'fail' ? [{ part: 'network', fault: 'closed' } as const] : []),
  ]
  const result: CheckResult = {
    camera: camera ? 'ok' : view.faults.camera ? 'fail' : 'skipped',
    microphone: view.faults.audio ? 'fail' : spoke ? 'ok' : 'skipped',
    speaker: heard === 'yes' ? 'ok' : heard === 'no' ? 'fail' : 'skipped',
    network: network === undefined ? 'skipped' : network === 'fail' ? 'fail' : 'ok',
    ...(found?.reach && { reach: found.reach }), ...(found?.roundTrip && { roundTrip: found.roundTrip }), ...speed, ...browserOf(navigator.userAgent, navigator.maxTouchPoints),
  }
  const cameras = view.devices.filter(({ kind }) => kind === 'videoinput').length
  const cameraWords = camera ? t('check.cameraOk') : view.faults.camera ? t('check.cameraFail') : view.cam ? t('check.cameraWait') : t('visit.pictureOff')
  const help = (fixing || problems.some(({ part }) => part !== 'speaker')) && <Fix problems={problems} onAgain={() => { void media.start(); setRun(run + 1) }} />
  return (
    <>
      <header className={visit.top}><HomeLink /><p className={visit.over}>{over}</p></header>
      <main id="content" tabIndex={-1} className={visit.narrow}>
        <h1>{view.faults.camera ? t('check.titleFail') : t('check.title')}</h1>
        {/* There is nothing to see then, and the help has to be seen. */}
        {view.faults.camera ? help : (
          <div className={css.self}>
            <Tile name={t('you')} track={camera} self mirrored={media.mirrored()} className={css.tile} />
            {cameras > 1 && <Button className={css.flip} icon="refresh" onClick={() => void media.flip()}>{t('visit.flip')}</Button>}
          </div>
        )}
        <Card rows className={css.rows}>
          <Line icon="camera" state={result.camera} title={cameraWords} text={camera?.label || undefined} />
          <MicLine track={audio} fault={Boolean(view.faults.audio)} onSpoke={() => setSpoke(true)} spoke={spoke} />
          <Line
            icon="speaker" state={result.speaker} title={heard === 'yes' ? t('check.hearYes') : t('check.hear')} text={heard === 'yes' ? undefined : heard === 'no' ? t('check.hearNo') : t('check.tune')}
            end={heard === undefined || heard === 'no' ? <Button variant="default" onClick={() => { playTune(); setHeard('played') }}>{t('check.play')}</Button> : undefined}
          >
            {heard === 'played' && (
              <span className={css.answers}>
                <Button variant="default" onClick={() => setHeard('yes')}>{t('check.heardYes')}</Button>
                <Button variant="subtle" onClick={() => { setHeard('no'); setFixing(true) }}>{t('check.heardNo')}</Button>
              </span>
            )}
          </Line>
          <Line icon="network" state={network === 'good' || network === 'slow' ? 'ok' : result.network} title={t(`check.network.${network ?? 'testing'}`)} text={[t(`check.networkText.${network ?? 'testing'}`), lineWords({ reach: found?.reach, ...speed }, t)].filter(Boolean).join(' ')} />
        </Card>
        <DevicePicks media={media} view={view} />
        {!view.faults.camera && help}
      </main>
      <footer className={visit.foot}>
        <Button wide loading={busy} onClick={() => onDone(result)}>{problems.length > 0 ? t('check.goAnyway') : last ? t('check.go') : t('check.next')}</Button>
        {!fixing && problems.length === 0 && <Button wide variant="subtle" onClick={() => setFixing(true)}>{t('check.help')}</Button>}
      </footer>
    </>
  )
}

function Line({ icon, state, title, text, end, children }: { icon: VisitIconName; state: 'ok' | 'fail' | 'skipped'; title: string; text?: string; end?: ReactNode; children?: ReactNode }) {
  const { t } = useWords()
  return (
    <div className={css.line}>
      <Dot tone={state === 'ok' ? 'accent' : state === 'fail' ? 'look' : 'plain'}><VisitIcon name={icon} /></Dot>
      <div className="grow">
        <p className={css.title}>{title}</p>
        {text && <p className={css.text}>{text}</p>}
        {children}
      </div>
      {end}
      {state === 'ok' && !end && <span className={css.ok}><Icon name="done" /><span className="sr">{t('check.works')}</span></span>}
      {state === 'fail' && !end && <span className={css.fail}><Icon name="alert" /><span className="sr">{t('check.fails')}</span></span>}
    </div>
  )
}

const bars = 16

function MicLine({ track, fault, spoke, onSpoke }: { track: MediaStreamTrack | undefined; fault: boolean; spoke: boolean; onSpoke: () => void }) {
  const { t } = useWords()
  const [level, setLevel] = useState(0)
  const tell = useRef(onSpoke)
  tell.current = onSpoke
  useEffect(() => {
    if (!track) return undefined
    return meter(track, (now) => {
      setLevel(now)
      if (now > heardAt) tell.current()
    })
  }, [track])
  const lit = Math.round(level * bars)
  return (
    <Line icon="mic" state={fault ? 'fail' : spoke ? 'ok' : 'skipped'} title={fault ? t('check.micFail') : spoke ? t('check.micOk') : t('check.micSay')}>
      {track && (
        <span className={css.meter} role="img" aria-label={t(spoke ? 'check.meterHeard' : 'check.meterQuiet')}>
          {Array.from({ length: bars }, (_, at) => <i key={at} data-on={at < lit || undefined} style={{ height: 6 + ((at * 7) % 5) * 3 }} />)}
        </span>
      )}
    </Line>
  )
}

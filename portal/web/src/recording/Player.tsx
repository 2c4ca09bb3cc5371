import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { Button } from '../ui/Button'
import { LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { maySave, playPath, recordingQuery, savePath, type Recorded, type Track } from './calls'
import css from './player.module.css'
import { Together } from './together'

/** The recording of a visit: everybody's picture and sound, in step. */
export function Player({ patient, id }: { patient: string; id: string }) {
  const recording = useQuery(recordingQuery(patient, id))
  if (recording.data) return <Loaded patient={patient} recording={recording.data} />
  if (recording.error) return <LoadError error={recording.error} onRetry={() => void recording.refetch()} />
  return <Skeleton heights={[240, 60]} />
}

const tickMs = 200
const step = 10
const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

function Loaded({ patient, recording }: { patient: string; recording: Recorded }) {
  const { t, locale } = useWords()
  const { files } = recording
  const together = useMemo(() => new Together(files, performance), [files])
  const [at, setAt] = useState(0)
  const [playing, setPlaying] = useState(false)
  useEffect(() => {
    if (!playing) return undefined
    const timer = window.setInterval(() => {
      const on = together.tick()
      setAt(together.position)
      if (!on) setPlaying(false)
    }, tickMs)
    return () => window.clearInterval(timer)
  }, [playing, together])
  useEffect(() => () => together.pause(), [together])
  const toggle = () => {
    if (together.playing) together.pause()
    else together.play()
    setPlaying(together.playing)
  }
  const seek = (to: number) => {
    together.seek(to)
    setAt(together.position)
  }
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' })
  return (
    <section className={css.player} aria-label={t('recording.title')}>
      <div className={css.pictures}>
        {files.filter(({ kind }) => kind !== 'audio').map((file) => (
          <figure key={file.binary}>
            <video ref={(element) => together.add(file.binary, element)} src={playPath(patient, file.binary)} preload="auto" muted playsInline tabIndex={-1} aria-hidden="true" />
            <figcaption>{nameOf(file, t)}</figcaption>
          </figure>
        ))}
        {files.filter(({ kind }) => kind === 'audio').map((file) => <audio key={file.binary} ref={(element) => together.add(file.binary, element)} src={playPath(patient, file.binary)} preload="auto" />)}
      </div>
      <div className={css.controls} role="group" aria-label={t('recording.controls')}>
        <Button onClick={toggle}>{playing ? t('recording.pause') : t('recording.play')}</Button>
        <Button variant="default" onClick={() => seek(together.position - step)}>{t('recording.back', { count: step })}</Button>
        <Button variant="default" onClick={() => seek(together.position + step)}>{t('recording.on', { count: step })}</Button>
        <input type="range" min={0} max={Math.max(together.length, 1)} step={1} value={Math.floor(at)} aria-label={t('recording.place')} aria-valuetext={t('recording.placeOf', { at: clock(at), length: clock(together.length) })} onChange={(event) => seek(Number(event.target.value))} />
        <span className="meta">{clock(at)} / {clock(together.length)}</span>
      </div>
      {recording.broken && <p className={css.broken} role="note">{t('recording.broken')}</p>}
      <h2>{t('recording.agreed')}</h2>
      <ul>{recording.agreed.map((one) => <li key={`${one.name} ${one.at}`}>{t(`recording.answer.${one.answer}`, { name: one.name, when: when.format(new Date(one.at)) })}</li>)}</ul>
      <h2>{t('recording.files')}</h2>
      <Saves patient={patient} files={files} />
      <p className="meta">{t('recording.expires', { date: when.format(new Date(recording.expiresAt)) })}</p>
    </section>
  )
}

const nameOf = ({ kind, name }: Track, t: ReturnType<typeof useWords>['t']): string => t(`recording.kind.${kind}`, { name })

/** One file a track, to keep: for who has just shown that it is them. */
function Saves({ patient, files }: { patient: string; files: Track[] }) {
  const { t } = useWords()
  const said = useErrorText()
  const stepUp = useStepUp()
  const [error, setError] = useState<unknown>()
  const save = async ({ binary }: Track) => {
    setError(undefined)
    try {
      if ((await stepUp.run(() => maySave(patient, binary))) === 'cancelled') return
      window.location.assign(savePath(patient, binary))
    } catch (problem) {
      setError(problem)
    }
  }
  return (
    <>
      <ul className={css.saves}>
        {files.map((file) => (
          <li key={file.binary}><span>{nameOf(file, t)}</span><Button variant="default" icon="download" onClick={() => void save(file)}><span aria-hidden="true">{t('recording.save')}</span><span className="sr">{t('recording.saveOf', { what: nameOf(file, t) })}</span></Button></li>
        ))}
      </ul>
      {error !== undefined && <p className={css.broken} role="alert">{said(error)}</p>}
      {stepUp.dialog}
    </>
  )
}

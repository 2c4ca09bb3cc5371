import { useEffect, useRef, useState } from 'react'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './composer.module.css'
import { clockOf, longestRecording, recorderType } from './recording'

/** Speaks a message instead of typing it. Nothing is there where the browser cannot record. */
export function Recorder({ onDone }: { onDone: (file: File) => void }) {
  const { t } = useWords()
  const [seconds, setSeconds] = useState<number>()
  const [refused, setRefused] = useState(false)
  const running = useRef<MediaRecorder | undefined>(undefined)
  const type = recorderType()
  const going = seconds !== undefined
  useEffect(() => {
    if (!going) return undefined
    const timer = window.setInterval(() => setSeconds((now = 0) => now + 1), 1000)
    return () => window.clearInterval(timer)
  }, [going])
  useEffect(() => {
    if ((seconds ?? 0) >= longestRecording) running.current?.stop()
  }, [seconds])
  useEffect(() => () => running.current?.stop(), [])
  if (!type) return null

  const begin = async () => {
    setRefused(false)
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32_000 })
      const parts: Blob[] = []
      recorder.ondataavailable = ({ data }) => parts.push(data)
      recorder.onstop = () => {
        stream.getTracks().forEach((track) => track.stop())
        running.current = undefined
        setSeconds(undefined)
        const kind = type.split(';')[0] ?? type
        if (parts.some(({ size }) => size > 0)) onDone(new File(parts, 'recording', { type: kind }))
      }
      running.current = recorder
      recorder.start()
      setSeconds(0)
    } catch {
      setRefused(true)
    }
  }
  return (
    <>
      <button type="button" className={css.add} data-recording={going || undefined} onClick={() => (going ? running.current?.stop() : void begin())}>
        <Icon name="mic" size={22} /><span>{going ? t('message.record.stop') : t('message.record.do')}</span>
      </button>
      <span className="meta" role="status">{going ? t('message.record.recording', { time: clockOf(seconds) }) : ''}</span>
      {refused && <p className={css.problem} role="alert">{t('message.record.refused')}</p>}
    </>
  )
}

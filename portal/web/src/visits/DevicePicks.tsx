import type { LocalMedia, MediaView } from '../rtc/media'
import { useWords } from '../ui/useWords'
import css from './check.module.css'

/** Which camera, which microphone: only where there is a choice. */
export function DevicePicks({ media, view }: { media: LocalMedia; view: MediaView }) {
  const { t } = useWords()
  const kinds = [
    { input: 'camera', kind: 'videoinput', label: t('check.whichCamera') },
    { input: 'audio', kind: 'audioinput', label: t('check.whichMic') },
  ] as const
  const offered = kinds.map((kind) => ({ ...kind, devices: view.devices.filter((device) => device.kind === kind.kind && device.label) })).filter(({ devices }) => devices.length > 1)
  if (offered.length === 0) return null
  return (
    <details className={css.picks}>
      <summary>{t('check.which')}</summary>
      {offered.map(({ input, label, devices }) => (
        <label key={input} className={css.pick}>
          <span>{label}</span>
          <select value={media.picked(input)} onChange={(event) => void media.pick(input, event.target.value)}>
            {devices.map((device) => <option key={device.id} value={device.id}>{device.label}</option>)}
          </select>
        </label>
      ))}
    </details>
  )
}

import { useRef } from 'react'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './picture.module.css'
import type { Share, Underway } from './useShare'

/** Takes or chooses photos for the chat. */
export function SharePhoto({ share, name }: { share: Share; name?: string }) {
  const { t } = useWords()
  const picker = useRef<HTMLInputElement>(null)
  const label = name ? t('chat.shareWith', { name }) : t('chat.share')
  return (
    <>
      <button type="button" className={css.share} aria-label={label} title={label} onClick={() => picker.current?.click()}><Icon name="camera" size={24} /></button>
      <input
        ref={picker} type="file" accept="image/*" multiple className="sr" tabIndex={-1} aria-hidden="true" data-share={name ? 'seat' : 'chat'}
        onChange={(event) => { share.add(event.target.files ?? []); event.target.value = '' }}
      />
    </>
  )
}

/** Photos that are not there yet, each with how far it is and why not. */
export function PhotosUnderway({ share }: { share: Share }) {
  const { t } = useWords()
  if (share.list.length === 0) return null
  return (
    <ul className={css.underway} aria-label={t('chat.underway')}>
      {share.list.map((one) => (
        <li key={one.id} data-bad={one.why ? true : undefined}>
          <span className="grow"><span role="status"><State one={one} /></span>{one.state === 'sending' && <progress max={1} value={one.progress} aria-label={t('chat.underway')} />}</span>
          {one.state === 'failed' && <Button variant="default" onClick={() => share.again(one.id)}>{t('chat.again')}</Button>}
          <button type="button" className={css.drop} aria-label={t('chat.drop')} onClick={() => share.drop(one.id)}><Icon name="cross" size={20} /></button>
        </li>
      ))}
    </ul>
  )
}

function State({ one }: { one: Underway }) {
  const { t } = useWords()
  if (one.why) return one.why
  return one.state === 'sending' ? t('chat.sending', { percent: Math.round(one.progress * 100) }) : t('chat.preparing')
}

import { useEffect, useRef, useState } from 'react'
import { AnchorButton, Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './picture.module.css'

// Of these a small picture is made; of the others the whole one is shown small.
const made = /^image\/(jpeg|png|gif)$/

/** A picture of the chat, small; a press shows it large in the place of the chat. */
export function Picture({ at, contentType, alt, onLarge }: { at: string; contentType: string; alt: string; onLarge(): void }) {
  const { t } = useWords()
  const [state, setState] = useState<'small' | 'whole' | 'gone'>(made.test(contentType) ? 'small' : 'whole')
  if (state === 'gone') return <p className="dim">{t('chat.gone')}</p>
  return (
    <button type="button" className={css.preview} onClick={onLarge}>
      <img src={state === 'small' ? `${at}/thumbnail` : at} alt={alt} width={220} height={165} onError={() => setState(state === 'small' ? 'whole' : 'gone')} />
      <span className="sr">{t('chat.larger')}</span>
    </button>
  )
}

/** One picture over the whole chat. The call beside it goes on. */
export function LargePicture({ at, alt, tab, onClose }: { at: string; alt: string; tab: boolean; onClose(): void }) {
  const { t } = useWords()
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => back.current?.focus(), [])
  return (
    <figure className={css.large} onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); onClose() } }}>
      <img src={at} alt={alt} />
      <figcaption>
        <span className="grow">{alt}</span>
        {tab && <AnchorButton variant="subtle" href={at} target="_blank" rel="noopener">{t('chat.tab')}</AnchorButton>}
        <Button ref={back} variant="default" onClick={onClose}>{t('chat.small')}</Button>
      </figcaption>
    </figure>
  )
}

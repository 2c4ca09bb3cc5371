import { Button } from '../ui/Button'
import { useWords } from '../ui/useWords'
import css from './composer.module.css'
import type { OtherText } from './types'

interface Props {
  others: OtherText[]
  /** In place of what is in the box, which is offered then. */
  onUse: (at: number) => void
  onAdd: (at: number) => void
  onDrop: (at: number) => void
}

/** What was written on another device at the same time: nothing of it is lost, and somebody decides. */
export function OtherTexts({ others, onUse, onAdd, onDrop }: Props) {
  const { t } = useWords()
  if (others.length === 0) return null
  return (
    <section className={css.others} aria-label={t('message.draft.title')}>
      <div role="status"><h2>{t('message.draft.title')}</h2></div>
      {others.map(({ text }, at) => (
        <div key={`${at}${text}`} className={css.other}>
          <p>{text}</p>
          <div className={css.otherActs}>
            <Button variant="default" onClick={() => onUse(at)}>{t('message.draft.use')}</Button>
            <Button variant="default" onClick={() => onAdd(at)}>{t('message.draft.add')}</Button>
            <Button variant="subtle" onClick={() => onDrop(at)}>{t('message.draft.drop')}</Button>
          </div>
        </div>
      ))}
    </section>
  )
}

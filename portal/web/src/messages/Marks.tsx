import { useWords } from '../ui/useWords'
import css from './composer.module.css'
import { TellsTyping } from './Typing'

/** What staff have at hand while they write: the little that a text can be formatted by, and whether the other side hears of it. */
export function Marks({ onMark }: { onMark: (sign: '**' | '_' | '- ') => void }) {
  const { t } = useWords()
  return (
    <>
      <TellsTyping />
      <button type="button" className={css.add} onClick={() => onMark('**')}><b>{t('message.mark.bold')}</b></button>
      <button type="button" className={css.add} onClick={() => onMark('_')}><i>{t('message.mark.italic')}</i></button>
      <button type="button" className={css.add} onClick={() => onMark('- ')}>{t('message.mark.list')}</button>
    </>
  )
}

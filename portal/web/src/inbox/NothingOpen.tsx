import { Empty } from '../ui/Empty'
import { useWords } from '../ui/useWords'
import css from './inbox.module.css'

/** The place of a conversation before one is chosen. */
export function NothingOpen() {
  const { t } = useWords()
  return <div className={css.nothing}><Empty icon="inbox" title={t('inbox.pick')} text={t('inbox.pickText')} /></div>
}

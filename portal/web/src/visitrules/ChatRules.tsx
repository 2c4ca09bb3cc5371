import { SectionCard } from '../ui/Card'
import { useWords } from '../ui/useWords'
import css from './rules.module.css'

/** What holds for the chat of every visit; there is nothing to choose. */
export function ChatRules() {
  const { t } = useWords()
  return (
    <SectionCard title={t('chatRules.title')}>
      <p className="dim">{t('chatRules.text')}</p>
      <ul className={css.points}>{(['room', 'lobby', 'rest', 'who'] as const).map((rule) => <li key={rule}>{t(`chatRules.${rule}`)}</li>)}</ul>
    </SectionCard>
  )
}

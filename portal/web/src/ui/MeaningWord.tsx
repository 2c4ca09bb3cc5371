import { useTranslation } from 'react-i18next'
import { sideOf, toneOf, type Level } from '../format/meaning'
import { Icon } from './Icon'
import css from './meaning.module.css'

/** How a value compares, as a word; out of usual it is amber with a diamond, critical red. Never colour alone. */
export function MeaningWord({ level }: { level: Level }) {
  const { t } = useTranslation()
  const tone = toneOf(level)
  return (
    <span className={css.word} data-tone={tone}>
      {tone !== 'plain' && <span className={css.mark} aria-hidden="true" />}
      {t(`levelShort.${level}`)}
    </span>
  )
}

/** The sentence that stands over a result. */
export function MeaningSentence({ level }: { level: Level }) {
  const { t } = useTranslation()
  const side = sideOf(level)
  return (
    <div className={css.say} data-tone={toneOf(level)}>
      <Icon name={side === 'high' ? 'up' : side === 'low' ? 'down' : level === 'usual' ? 'done' : level === 'unknown' ? 'ask' : 'alert'} size={30} />
      <p>{t(`level.${level}`)}</p>
    </div>
  )
}

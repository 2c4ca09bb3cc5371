import type { Difference } from '../api/types'
import { longDate } from '../format/date'
import { statusWord } from '../chart/entryWords'
import { Icon } from './Icon'
import css from './source.module.css'
import { useWords } from './useWords'

/** Where the sources of an entry contradict each other: each value, and who says it. */
export function DiffersLine({ differs }: { differs: Difference[] | undefined }) {
  const { t, locale, clock } = useWords()
  return (differs ?? []).map((one) => (
    <span key={one.about} className={css.differs}>
      <Icon name="alert" size={16} />
      <span>
        {t(`differs.${one.about}`)}{' '}
        {one.says.map(({ value, source }) => {
          const said = one.about === 'date' ? longDate(value, locale, clock.zone) : one.about === 'status' ? statusWord(value, t) : value
          return source.name ? t('differs.says', { place: source.name, value: said }) : said
        }).join('; ')}
      </span>
    </span>
  ))
}

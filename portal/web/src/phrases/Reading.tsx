import { longDate } from '../format/date'
import { listOf } from '../format/locale'
import { useMe } from '../shell/useMe'
import { useWords } from '../ui/useWords'
import css from './phrases.module.css'
import { readingOf } from './pieces'

const soonMs = 7 * 24 * 60 * 60 * 1000
const agoMs = 3 * 24 * 60 * 60 * 1000

/** How a phrase reads in a message, with an invented person: no record is opened for it. */
export function Reading({ text }: { text: string }) {
  const { t, locale, clock } = useWords()
  const me = useMe().account.name
  const day = (by: number) => longDate(new Date(clock.now.getTime() + by).toISOString(), locale, clock.zone)
  const pieces = readingOf(text, {
    patient: t('phrases.example.patient'), first: t('phrases.example.first'), age: t('phrases.example.age'), medicines: t('phrases.example.medicines'), me, today: day(0),
    visit: t('phrases.example.visit', { date: day(soonMs) }), result: t('phrases.example.result', { date: day(-agoMs) }),
  })
  const unknown = pieces.filter(({ kind }) => kind === 'unknown').map((piece) => piece.text)
  return (
    <>
      <p className="dim small">{t('phrases.previewText')}</p>
      {pieces.length === 0 ? <p className="dim">{t('phrases.empty')}</p> : (
        <p className={css.reading}>{pieces.map(({ text: piece, kind }, n) => (kind === 'written' ? piece : <mark key={n} data-kind={kind}>{piece}</mark>))}</p>
      )}
      {unknown.length > 0 && <p role="status" className={css.unknown}>{t('phrases.unknown', { list: listOf(unknown, locale) })}</p>}
    </>
  )
}

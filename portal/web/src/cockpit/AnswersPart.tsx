import { useQuery } from '@tanstack/react-query'
import { shortDate } from '../format/date'
import { Tag } from '../ui/Card'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { visitOf } from '../visits/queries'
import { askedOf } from '../visits/source'
import css from './before.module.css'

/** What was answered before the visit, in a few lines: what has to be seen at once first, and what is not as it was the last time. */
export function AnswersPart({ patient, visit }: { patient: string; visit: string }) {
  const { t, locale, clock } = useWords()
  const asked = useQuery({ ...askedOf(visitOf(patient, visit)), staleTime: 60_000 }).data
  if (!asked?.form) return null
  const { lines, state, by, finishedAt, before } = asked
  if (state !== 'done' || !lines) return <p className="dim">{t(state === 'draft' ? 'seen.draft' : 'seen.waits')}</p>
  const day = (at: string | undefined) => shortDate(at, locale, clock.zone)
  const changed = lines.filter(({ was }) => was).length
  return (
    <section className={css.answers} aria-labelledby="answers-title">
      <h2 id="answers-title">{t('seen.answers')}</h2>
      <p className="meta">{by && finishedAt && t('seen.answersBy', { name: by.name, when: day(finishedAt) })}{before && `. ${changed > 0 ? t('seen.changed', { count: changed, when: day(before) }) : t('seen.same', { when: day(before) })}`}</p>
      <dl>
        {lines.map(({ ask, said, was, look }) => (
          <div key={ask.en} data-look={look || undefined}>
            <dt>{ask[locale]}</dt>
            <dd>
              {look && <Icon name="alert" size={16} />} {said[locale]} {was && <Tag tone="look">{t('seen.was', { text: was[locale] })}</Tag>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

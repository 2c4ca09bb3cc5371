import { useWords } from '../ui/useWords'
import type { Visit } from '../visits/types'
import css from './video.module.css'

/** What people said about a visit that is over. */
export function Ratings({ visit }: { visit: Visit }) {
  const { t } = useWords()
  const { ratings = [] } = visit
  if (ratings.length === 0) return null
  return (
    <section className={css.here} aria-label={t('plan.ratings')}>
      <h2>{t('plan.ratings')}</h2>
      <ul>{ratings.map(({ at, role, stars }) => <li key={at}><span>{role === 'proxy' ? t('cockpit.proxy', { name: visit.patientName }) : visit.patientName}</span><b>{t('plan.rating', { stars })}</b></li>)}</ul>
      {ratings.filter(({ comment }) => comment).map(({ at, comment }) => <blockquote key={at}>“{comment}”</blockquote>)}
    </section>
  )
}

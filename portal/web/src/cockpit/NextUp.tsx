import { useQuery } from '@tanstack/react-query'
import { cockpitPath, lettingIn } from '../booking/paths'
import { dayOf } from '../booking/when'
import { useNow } from '../booking/useNow'
import { dayQuery } from '../today/queries'
import { LinkButton } from '../ui/Button'
import { useClinic, useWords } from '../ui/useWords'
import planCss from './plan.module.css'

/** After one visit the next one: who is next of those who wait, let in with one press. */
export function NextUp({ visit }: { visit: string }) {
  const { t } = useWords()
  const today = dayOf(useNow(), useClinic()?.timeZone)
  const day = useQuery(dayQuery(today, 'me'))
  const next = (day.data?.waiting ?? []).find(({ id, group }) => id !== visit && !group)
  return (
    <section className={planCss.up} aria-label={t('plan.nextUp')}>
      <h3>{t('plan.nextUp')}</h3>
      {next ? <LinkButton icon="video" to={cockpitPath(next)} hash={lettingIn}>{t('plan.letInNext', { name: next.patientName })}</LinkButton> : day.data && <p className="dim">{t('plan.nobodyNext')}</p>}
      <LinkButton variant="default" to="/clinic/today">{t('plan.toDay')}</LinkButton>
    </section>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useSubject } from '../shell/useMe'
import { LinkButton } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { useWords } from '../ui/useWords'
import css from './asks.module.css'
import { offerQuery } from './calls'
import { useAsksTopic } from './useAsking'

/** On a medicine's page: what can be asked for, and why; or the request that is open. */
export default function AskForMedicine({ patient, id }: { patient: string; id: string }) {
  const { t } = useWords()
  const { acting, name } = useSubject()
  useAsksTopic(patient)
  const offer = useQuery(offerQuery(patient, id)).data
  if (!offer?.kind || (!offer.canAsk && !offer.open)) return null
  return (
    <div className={css.medicine}><SectionCard title={t('asks.needMore')}>
      <div className={css.offer}>
        {offer.why && <p>{offer.why === 'left' ? t('asks.offer.left', { count: offer.left ?? 0 }) : t(`asks.offer.${offer.why}`)}</p>}
        {offer.open ? <LinkButton to="/p/$patient/asks/$id" params={{ patient, id: offer.open }} variant="default" icon="pill">{t('asks.seeOpen')}</LinkButton>
          : <LinkButton to="/p/$patient/asks/new" params={{ patient }} search={{ medicine: id }} icon="pill">{acting ? t(`asks.${offer.kind}For`, { name }) : t(`asks.${offer.kind}`)}</LinkButton>}
      </div>
    </SectionCard></div>
  )
}

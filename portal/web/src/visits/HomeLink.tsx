import { BackLink } from '../shell/PageHead'
import { useWords } from '../ui/useWords'
import { useSource } from './source'

/** Back to the visits, for who has some. */
export function HomeLink() {
  const { t } = useWords()
  const { home } = useSource()
  return home ? <BackLink to="/p/$patient/visits" params={{ patient: home }} place={t('visit.back')} /> : null
}

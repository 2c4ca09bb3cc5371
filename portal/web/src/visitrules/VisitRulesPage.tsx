import { useQuery } from '@tanstack/react-query'
import { PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { formsQuery, licenceQuery } from './calls'
import { ChatRules } from './ChatRules'
import { FormRules } from './FormRules'
import { LicenceRules } from './LicenceRules'
import css from './rules.module.css'

/** What an administrator chooses about visits: where the clinic may treat, and what is asked before; and what holds for their chat. */
export function VisitRulesPage() {
  const { t } = useWords()
  usePageTitle(t('rules.page'))
  const licence = useQuery(licenceQuery)
  const forms = useQuery(formsQuery)
  const error = licence.error ?? forms.error
  return (
    <div className={css.page}>
      <PageHead title={t('rules.page')} />
      {error ? <LoadError error={error} onRetry={() => { void licence.refetch(); void forms.refetch() }} />
        : !licence.data || !forms.data ? <Skeleton heights={[240, 240]} />
        : <><FormRules known={forms.data} /><LicenceRules known={licence.data} /><ChatRules /></>}
    </div>
  )
}

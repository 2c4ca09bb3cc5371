import { useParams } from '@tanstack/react-router'
import type { Section } from '../format/entry'
import { BackLink, PageHead, PrintButton } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { useWords } from '../ui/useWords'
import { EntryList } from './EntryList'
import css from './kinds.module.css'
import { ResultLines } from './ResultLines'

/** All of one kind: the newest value of each test, or every entry with what is over below. */
export function SectionPage() {
  const { t } = useWords()
  const { section } = useParams({ from: '/gate/p/$patient/record/$section' })
  const { patient, acting, name } = useSubject()
  usePageTitle(t('record.page'), acting ? name : undefined)
  const values = section === 'results' || section === 'vitals'
  return (
    <div className={css.page}>
      <PageHead
        back={<BackLink to="/p/$patient/kinds" params={{ patient }} place={t('record.page')} />}
        title={t(`category.${section}`)} text={t(`record.sectionLead.${section}`)} actions={<PrintButton />}
      />
      {values ? <ResultLines patient={patient} category={section} /> : <EntryList patient={patient} section={section as Exclude<Section, 'results' | 'vitals'>} />}
    </div>
  )
}

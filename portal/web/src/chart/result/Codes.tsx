import type { Detail, Entry } from '../../api/types'
import type { detail } from '../../i18n/en/detail'
import { capital } from '../../format/locale'
import { Icon } from '../../ui/Icon'
import { useWords, type Words } from '../../ui/useWords'
import { statusWord } from '../entryWords'
import css from './result.module.css'

function labelOf(label: string, t: Words['t']): string {
  const known = label as keyof typeof detail.entry.detail
  return t(`entry.detail.${known}`, { defaultValue: capital(label.replace(/([A-Z])/g, ' $1').toLowerCase()) })
}

/** Lab, method and codes, for who wants them; closed until asked. */
export function Codes({ entry, details, title }: { entry: Entry; details: Detail[]; title: string }) {
  const { t } = useWords()
  const code = entry.code ? [{ label: 'code', value: [entry.code.display, entry.code.code, systemName(entry.code.system)].filter(Boolean).join(' · ') }] : []
  const rows = details.some((detail) => detail.label === 'code') ? details : [...details, ...code]
  if (rows.length === 0) return null
  return (
    <section className={`${css.card} ${css.fold}`} aria-label={title}>
      <details>
        <summary>{title}<Icon name="open" size={20} /></summary>
        <dl>
          {rows.map((row, at) => (
            <div key={`${row.label}-${at}`} className={css.pair}>
              <dt>{labelOf(row.label, t)}</dt>
              <dd>{row.label === 'status' ? statusWord(row.value, t) : row.value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  )
}

const systems: Record<string, string> = {
  'http://loinc.org': 'LOINC', 'http://snomed.info/sct': 'SNOMED CT', 'http://www.nlm.nih.gov/research/umls/rxnorm': 'RxNorm', 'http://hl7.org/fhir/sid/cvx': 'CVX', 'http://hl7.org/fhir/sid/icd-10-cm': 'ICD-10',
}
const systemName = (system: string | undefined): string => (system ? (systems[system] ?? system) : '')

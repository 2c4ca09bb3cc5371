import { useState } from 'react'
import { usePageTitle } from '../shell/title'
import { useWords } from '../ui/useWords'
import type { Filter, Hint, Period } from './calls'
import { Filters } from './Filters'
import { Hints } from './Hints'
import { Report } from './Report'
import css from './privacy.module.css'

const dayOf = (date: Date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
const lastWeek = (): Period => {
  const from = new Date()
  from.setDate(from.getDate() - 6)
  return { from: dayOf(from), until: dayOf(new Date()) }
}
export interface Picked { id: string; name: string }

/** The audit of a period for the privacy officer: what stands out, then every row, sorted and filtered. */
export function PrivacyPage() {
  const { t } = useWords()
  usePageTitle(t('privacy.page'))
  const [period, setPeriod] = useState(lastWeek)
  const [filter, setFilter] = useState<Filter>({ sort: 'time', ascending: false })
  const [names, setNames] = useState<{ who?: string; patient?: string }>({})
  const change = (part: Partial<Filter>) => setFilter((before) => ({ ...before, ...part }))
  const only = (who?: Picked, patient?: Picked) => {
    setNames((before) => ({ who: who?.name ?? before.who, patient: patient?.name ?? before.patient }))
    change({ ...(who && { who: who.id }), ...(patient && { patient: patient.id }) })
  }
  const show = (hint: Hint) => {
    setNames({ who: hint.who, patient: hint.name })
    setFilter({ sort: 'time', ascending: false, who: hint.account, patient: hint.patient })
    document.getElementById('report')?.scrollIntoView()
  }
  return (
    <div className={css.page}>
      <div>
        <h1>{t('privacy.page')}</h1>
        <p className="dim measure">{t('privacy.lead')}</p>
      </div>
      <Filters period={period} onPeriod={setPeriod} filter={filter} onFilter={change} names={names} />
      <Hints period={period} onShow={show} />
      <Report period={period} filter={filter} onFilter={change} onOnly={only} />
    </div>
  )
}

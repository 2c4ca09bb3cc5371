import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listOf } from '../format/locale'
import { Panel } from '../clinic/Panel'
import { useWords } from '../ui/useWords'
import { restrictionsQuery, teamQuery } from './calls'
import css from './care.module.css'
import { TeamLine } from './TeamLine'

/** On the chart of staff: who may open it, and what the clinic promised its patient. */
export default function ChartPanels({ patient }: { patient: string }) {
  const { t, locale } = useWords()
  const team = useQuery(teamQuery(patient))
  const duties = useQuery(restrictionsQuery(patient))
  if (!team.data || !duties.data) return null
  const now = team.data.items.filter(({ state }) => state === 'now')
  return (
    <>
      {duties.data.items.length > 0 && (
        <Panel title={t('care.duties')} empty={false}>
          {duties.data.items.map((one) => (
            <div key={one.id} className={css.line}>
              <div className="grow">
                <p>{t('care.notFor', { who: [t(`care.towards.${one.towards}`), one.name].filter(Boolean).join(': '), list: listOf(one.categories.map((kind) => t(`inline.${kind}`)), locale) })}</p>
                {one.words && <p className={css.quote}>{one.words}</p>}
              </div>
            </div>
          ))}
        </Panel>
      )}
      <Panel title={t('care.mayOpen')} count={now.length} empty={false}>
        {now.map((one) => <TeamLine key={one.account} member={one} />)}
        <p className={css.line}><Link to="/clinic/team/$patient" params={{ patient }}>{t('care.teamAll')}</Link></p>
      </Panel>
    </>
  )
}

import { Link } from '@tanstack/react-router'
import type { Chart, Entry } from '../api/types'
import { recordedName, titleOf } from '../chart/entryWords'
import { EntryLink } from '../chart/EntryLink'
import { yearOf } from '../format/date'
import { splitActive, type Section } from '../format/entry'
import { saysNone } from '../format/titles'
import { SectionCard } from '../ui/Card'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import css from './glance.module.css'

const most = 5

/** What stands beside the home page, or under it. */
export function Aside({ chart, patient, title }: { chart: Chart; patient: string; title: string }) {
  return <><Glance chart={chart} patient={patient} /><Team team={chart.team} title={title} /></>
}

/** What somebody who opens the record should know at once: allergies, conditions, medicines. */
export function Glance({ chart, patient }: { chart: Chart; patient: string }) {
  const { t } = useWords()
  const sees = (section: Section) => chart.view.sees.length === 0 || chart.view.sees.includes(section)
  const conditions = splitActive(chart.conditions).now
  const medicines = splitActive(chart.medicines).now
  return (
    <div className={css.stack}>
      {sees('allergies') && (
        <Part patient={patient} title={t('category.allergies')} section="allergies" more={t('record.allAllergies')} none={t('record.noneAllergies')} entries={chart.allergies} urgent
          under={(entry) => [entry.text, yearOf(entry.at)].filter(Boolean).join(', ')} />
      )}
      {sees('conditions') && (
        <Part patient={patient} title={t('record.liveWith')} section="conditions" more={t('record.allConditions')} none={t('record.noneConditions')} entries={conditions}
          under={(entry) => [recordedName(entry), yearOf(entry.at) && t('since', { date: yearOf(entry.at) })].filter(Boolean).join('. ')} />
      )}
      {sees('medicines') && (
        <Part patient={patient} title={t('record.take')} section="medicines" more={t('record.allMedicines')} none={t('record.noneMedicines')} entries={medicines}
          under={(entry) => entry.text ?? ''} />
      )}
    </div>
  )
}

interface PartProps {
  patient: string
  title: string
  section: Section
  more: string
  none: string
  entries: Entry[]
  urgent?: boolean
  under: (entry: Entry) => string
}

function Part({ patient, title, section, more, none, entries, urgent = false, under }: PartProps) {
  const { t } = useWords()
  return (
    <SectionCard title={title} level={2}>
      {entries.length === 0 ? <p className="dim small">{none}</p> : (
        <ul className={css.list}>
          {entries.slice(0, most).map((entry) => (
            <li key={entry.ref}>
              <EntryLink patient={patient} entry={entry} className={css.item}>
                <span className={urgent && !saysNone(entry.code) ? css.urgent : undefined}>{titleOf(entry, t)}</span>
                {under(entry) && <span className="meta">{under(entry)}</span>}
              </EntryLink>
            </li>
          ))}
        </ul>
      )}
      {entries.length > 0 && <Link to="/p/$patient/record/$section" params={{ patient, section }} className={css.more}>{more}</Link>}
    </SectionCard>
  )
}

/** Who cares for this person. */
function Team({ team, title }: { team: Chart['team']; title: string }) {
  if (team.length === 0) return null
  return (
    <SectionCard title={title}>
      <ul className={css.list}>
        {team.slice(0, most).map((person) => (
          <li key={`${person.name}-${person.role}`} className={css.person}>
            <Face name={person.name} />
            <span className="grow">
              <b>{person.name}</b>
              {person.role && <span className={`meta ${css.block}`}>{person.role}</span>}
            </span>
          </li>
        ))}
      </ul>
    </SectionCard>
  )
}

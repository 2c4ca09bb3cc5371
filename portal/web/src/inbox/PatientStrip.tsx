import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { chartQuery } from '../api/queries'
import type { Entry } from '../api/types'
import { titleOf } from '../chart/entryWords'
import { ageSex } from '../clinic/words'
import { longDate } from '../format/date'
import { splitActive } from '../format/entry'
import { levelOfEntry, toneOf } from '../format/meaning'
import { plainTitle, saysNone } from '../format/titles'
import { AllergyTag } from '../ui/AllergyTag'
import { Button, LinkButton } from '../ui/Button'
import { Tag } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { MeaningWord } from '../ui/MeaningWord'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './inbox.module.css'

const shown = 5

/** Who writes, and what one should know before answering. */
export function PatientStrip({ patient, open, onClose }: { patient: string; open: boolean; onClose: () => void }) {
  const { t, locale } = useWords()
  const query = useQuery(chartQuery(patient))
  const chart = query.data
  return (
    <aside className={css.strip} data-shown={open || undefined} aria-label={chart ? t('inbox.about', { name: chart.patient.name }) : t('inbox.patient')}>
      <div className={css.stripClose}><Button variant="default" icon="cross" onClick={onClose}>{t('inbox.hide')}</Button></div>
      {query.error && !chart ? <LoadError error={query.error} onRetry={() => void query.refetch()} /> : !chart ? <Skeleton heights={[48, 120, 120]} /> : (
        <>
          <div className={css.person}>
            <Face name={chart.patient.name} tone="accent" />
            <p><b>{chart.patient.name}</b><span className="meta">{[ageSex(chart.patient, t), chart.patient.birthDate && t('inbox.born', { date: longDate(chart.patient.birthDate, locale) })].filter(Boolean).join(', ')}</span></p>
          </div>
          <div className={css.tags}>
            {chart.allergies.filter((entry) => entry.active).map((entry) => saysNone(entry.code) ? <Tag key={entry.ref} tone="outline">{plainTitle(entry.title)}</Tag> : <AllergyTag key={entry.ref} title={entry.title} reaction={entry.text} />)}
            {chart.allergies.length === 0 && chart.view.sees.includes('allergies') && <Tag tone="outline">{t('clinic.noAllergies')}</Tag>}
          </div>
          {chart.view.sees.includes('results') ? (
            <>
              <Part title={t('inbox.results')} none={t('inbox.noneRecorded')}>
                {chart.results.slice(0, shown).map((line) => (
                  <li key={line.key}>
                    <Link to="/clinic/p/$patient/results/$key" params={{ patient, key: line.key }}>{titleOf(line.latest, t)}</Link>
                    <span>{line.latest.value?.text} <Odd entry={line.latest} /></span>
                  </li>
                ))}
              </Part>
              <Facts title={t('inbox.medicines')} entries={splitActive(chart.medicines).now} under />
              <Facts title={t('inbox.problems')} entries={splitActive(chart.conditions).now} />
            </>
          ) : <p className="dim">{t('inbox.limited')}</p>}
          <LinkButton to="/clinic/p/$patient" params={{ patient }} variant="default" wide icon="record">{t('inbox.chart')}</LinkButton>
        </>
      )}
    </aside>
  )
}

/** A word where a value is not usual, and nothing else. */
function Odd({ entry }: { entry: Entry }) {
  const level = levelOfEntry(entry)
  return toneOf(level) === 'plain' ? null : <MeaningWord level={level} />
}

function Facts({ title, entries, under = false }: { title: string; entries: Entry[]; under?: boolean }) {
  const { t } = useWords()
  return (
    <Part title={title} none={t('inbox.noneRecorded')}>
      {entries.slice(0, shown).map((entry) => <li key={entry.ref}><span>{titleOf(entry, t)}</span>{under && entry.text && <span className="meta">{entry.text}</span>}</li>)}
      {entries.length > shown && <li className="meta">{t('inbox.moreFacts', { count: entries.length - shown })}</li>}
    </Part>
  )
}

function Part({ title, none, children }: { title: string; none: string; children: ReactNode }) {
  const empty = Array.isArray(children) && children.flat().filter(Boolean).length === 0
  return (
    <section className={css.part}>
      <h3>{title}</h3>
      {empty ? <p className="dim">{none}</p> : <ul>{children}</ul>}
    </section>
  )
}

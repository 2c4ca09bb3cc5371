import { useId, useState } from 'react'
import { take } from '../api/client'
import type { Category } from '../api/types'
import { longDate } from '../format/date'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, type Match, type Unplaced } from './calls'
import { PairTable, type Side } from './PairTable'
import { PersonFinder } from './PersonFinder'
import { Reason, shortest } from './Reason'
import { useDecision } from './useDecision'
import css from './worklist.module.css'

const categories: Partial<Record<string, Category>> = {
  Observation: 'results', DiagnosticReport: 'results', Condition: 'conditions', AllergyIntolerance: 'allergies', Immunization: 'immunizations',
  MedicationRequest: 'medicines', MedicationStatement: 'medicines', MedicationDispense: 'medicines', MedicationAdministration: 'medicines',
  Encounter: 'visits', DocumentReference: 'documents', Composition: 'documents', CarePlan: 'careplan', Goal: 'careplan', Coverage: 'coverage', Claim: 'coverage', ExplanationOfBenefit: 'coverage',
}
type Chosen = Side & { id: string; grade?: Match['grade']; score?: number }

/** What somebody sent about a person who is not known here, and whose it may be: somebody's, a new person's, nobody's. */
export function ImportCard({ item }: { item: Unplaced }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const group = useId()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const [found, setFound] = useState<Chosen>()
  const [picked, setPicked] = useState(item.candidates[0]?.id ?? '')
  const [looks, setLooks] = useState(item.candidates.length === 0)
  const people: Chosen[] = [...item.candidates, ...(found && !item.candidates.some(({ id }) => id === found.id) ? [found] : [])]
  const chosen = people.find(({ id }) => id === picked)
  const about = { source: item.source, party: item.party }
  const place = useDecision((chart?: string) => take(api.POST('/clinic/imports/place', { body: { ...about, ...(chart && { chart, reason: reason.trim() }) } })))
  const refuse = useDecision(() => take(api.POST('/clinic/imports/refuse', { body: { ...about, reason: reason.trim() } })))
  const error = place.error ?? refuse.error
  const withReason = (go: () => void) => () => {
    const short = reason.trim().length < shortest
    setMissing(short)
    if (!short) go()
  }
  const counts = new Map<Category, number>()
  for (const { type, count } of item.kinds) {
    const category = categories[type] ?? 'other'
    counts.set(category, (counts.get(category) ?? 0) + count)
  }
  const dates = [...new Set([item.first, item.last].filter(Boolean).map((at) => longDate(at, locale, clock.zone)))]
  const title = item.person.name || t('work.noName')
  const sent: Side = { ...item.person, name: title, source: item.source, count: undefined }
  return (
    <Card pad label={title}>
      <div className={css.head}>
        <h3>{title}</h3>
        {item.person.birthDate && <span className="dim">{t('clinic.identity', { date: longDate(item.person.birthDate, locale) })}</span>}
      </div>
      <dl className={css.facts}>
        <div><dt>{t('work.from')}</dt><dd>{item.source}</dd></div>
        <div><dt>{t('work.came')}</dt><dd>{longDate(item.since, locale, clock.zone)}</dd></div>
        {dates.length > 0 && <div><dt>{t('work.dated')}</dt><dd>{dates.join(' – ')}</dd></div>}
        <div><dt>{t('work.holds')}</dt><dd>{[...counts].map(([category, count]) => `${t(`category.${category}`)}: ${count}`).join(', ') || t('work.onlyPerson')}</dd></div>
      </dl>
      {people.length > 0 && (
        <fieldset className={css.choices}>
          <legend>{t('work.whose')}</legend>
          {people.map((one) => (
            <label key={one.id} data-picked={one.id === picked || undefined}>
              <input type="radio" name={group} value={one.id} checked={one.id === picked} onChange={() => setPicked(one.id)} />
              <span className="grow"><b>{one.name}</b> <span className="dim">{[one.birthDate && t('clinic.identity', { date: longDate(one.birthDate, locale) }), one.identifiers?.[0]?.value].filter(Boolean).join(', ')}</span></span>
              {one.grade && <Tag tone={one.grade === 'possible' ? 'outline' : 'look'}>{t('work.score', { grade: t(`work.grade.${one.grade}`), score: Math.round((one.score ?? 0) * 100) })}</Tag>}
            </label>
          ))}
        </fieldset>
      )}
      {chosen && <PairTable heads={[t('work.sent'), t('work.here')]} sides={[sent, { ...chosen, source: chosen.source, count: undefined }]} name={t('work.compare')} />}
      {looks ? (
        <PersonFinder
          label={people.length > 0 ? t('work.findOther') : t('work.find')}
          onPick={(person) => {
            setFound({ id: person.patient, name: person.name, birthDate: person.birthDate, sex: person.sex, identifiers: person.identifiers, phones: person.phone ? [person.phone] : [] })
            setPicked(person.patient)
            setLooks(false)
          }}
        />
      ) : <p><Button variant="subtle" icon="search" onClick={() => setLooks(true)}>{t('work.findOther')}</Button></p>}
      {error && <p role="alert" className={css.error}>{text(error)}</p>}
      <Reason value={reason} missing={missing} onChange={setReason} />
      <div className={css.acts}>
        {chosen && <Button variant="default" loading={place.isPending} onClick={withReason(() => place.mutate(chosen.id))}>{t('work.take', { name: chosen.name })}</Button>}
        <Button variant="default" loading={place.isPending} onClick={() => place.mutate(undefined)}>{t('work.begin')}</Button>
        <Button variant="quiet-danger" loading={refuse.isPending} onClick={withReason(() => refuse.mutate(undefined))}>{t('work.refuse')}</Button>
      </div>
      <p className={`meta ${css.help}`}>{t('work.takeHelp')}</p>
    </Card>
  )
}

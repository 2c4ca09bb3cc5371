import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { longDate } from '../format/date'
import { useMe } from '../shell/useMe'
import { AnchorButton, Button, LinkButton } from '../ui/Button'
import { Card } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { PersonFinder } from '../worklist/PersonFinder'
import { ApproveForm } from './ApproveForm'
import { api, paperAddress, requestsQuery, type ClinicRequest } from './calls'
import { RefuseForm } from './RefuseForm'
import css from './requests.module.css'

const careRoles = ['clinician', 'nurse', 'frontdesk'] as const

/** One request, step by step: whose record, what the paper says, yes or no. */
export function RequestCard({ one, onChanged }: { one: ClinicRequest; onChanged: (words: string) => void }) {
  const { t, locale, clock } = useWords()
  const me = useMe()
  const roles = me.account.roles ?? []
  const [answer, setAnswer] = useState<'give' | 'refuse'>()
  return (
    <Card pad label={`${t('requests.asks', { name: one.name })}: ${one.patientName}`} className={css.card}>
      <div>
        <h2>{t('requests.asks', { name: one.name })}</h2>
        <p className="dim">{[one.email, t('requests.since', { date: longDate(one.createdAt, locale, clock.zone) })].filter(Boolean).join('. ')}</p>
      </div>
      <Compare one={one} />
      {one.note && <div><p className="meta">{t('requests.note')}</p><p className={css.quote}>{one.note}</p></div>}
      {one.evidence ? <div><AnchorButton variant="default" icon="eye" href={paperAddress(one.id)} target="_blank" rel="noreferrer">{t('requests.paper')}</AnchorButton></div> : <p className="dim">{t('requests.noPaper')}</p>}
      <div className={css.step}><Match one={one} mayMatch={careRoles.some((role) => roles.includes(role))} /></div>
      {answer === 'give' && one.patient ? <ApproveForm one={one} patient={one.patient} onDone={() => onChanged(t('requests.given', { name: one.name }))} onClose={() => setAnswer(undefined)} />
        : answer === 'refuse' ? <RefuseForm one={one} onDone={() => onChanged(t('requests.wasRefused', { name: one.name }))} onClose={() => setAnswer(undefined)} />
        : (
          <div className={css.step}>
            {one.patient && !one.mayApprove && <p className="dim">{t('requests.notYours')}</p>}
            <div className={css.acts}>
              {one.patient && one.mayApprove && one.evidence && <Button variant="default" onClick={() => setAnswer('give')}>{t('requests.give')}</Button>}
              <Button variant="quiet-danger" onClick={() => setAnswer('refuse')}>{t('requests.refuse')}</Button>
              {one.patient && roles.includes('privacy') && <LinkButton variant="subtle" to="/clinic/blocks/$patient" params={{ patient: one.patient }}>{t('requests.papers')}</LinkButton>}
            </div>
          </div>
        )}
    </Card>
  )
}

const plain = (text: string | undefined): string => (text ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim()

/** What the caregiver wrote beside what the record says. */
function Compare({ one }: { one: ClinicRequest }) {
  const { t, locale } = useWords()
  const found = Boolean(one.patient)
  const facts = [
    { name: t('requests.patient'), wrote: one.patientName, says: one.foundName ?? '', differs: plain(one.patientName) !== plain(one.foundName) },
    { name: t('requests.born'), wrote: longDate(one.birthDate, locale), says: one.foundBirth ? longDate(one.foundBirth, locale) : '', differs: one.birthDate !== one.foundBirth },
  ]
  return (
    <table className={css.compare}>
      <thead><tr><td /><th scope="col">{t('requests.wrote')}</th>{found && <th scope="col">{t('requests.record')}</th>}</tr></thead>
      <tbody>
        {facts.map(({ name, wrote, says, differs }) => (
          <tr key={name} data-differs={(found && differs) || undefined}>
            <th scope="row">{name}</th>
            <td>{wrote}</td>
            {found && <td>{says}{differs && <span className={css.differs}>{t('requests.differs')}</span>}</td>}
          </tr>
        ))}
        <tr><th scope="row">{t('requests.is')}</th><td colSpan={found ? 2 : 1}>{t(`requests.relation.${relationWord(one.relation)}`)}</td></tr>
        <tr><th scope="row">{t('requests.why')}</th><td colSpan={found ? 2 : 1}>{t(`requests.basis.${one.basis}`)}</td></tr>
      </tbody>
    </table>
  )
}

const relationWords = ['child', 'mother', 'father', 'spouse', 'partner', 'sibling', 'grandparent'] as const
const relationWord = (relation: string) => relationWords.find((word) => word === relation) ?? 'other'

function Match({ one, mayMatch }: { one: ClinicRequest; mayMatch: boolean }) {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const [again, setAgain] = useState(false)
  const queries = useQueryClient()
  const match = useMutation({
    mutationFn: (patient: string) => stepUp.run(() => take(api.POST('/clinic/access-requests/{id}/match', { params: { path: { id: one.id } }, body: { patient } }))),
    onSuccess: (done) => {
      if (done !== 'cancelled') setAgain(false)
      return queries.invalidateQueries({ queryKey: requestsQuery.queryKey })
    },
  })
  if (one.patient && !again) {
    return <div className={css.acts}><p>{t('requests.matched')}</p>{mayMatch && <Button variant="subtle" onClick={() => setAgain(true)}>{t('requests.another')}</Button>}</div>
  }
  return (
    <>
      <h3>{t('requests.whose')}</h3>
      {mayMatch ? <PersonFinder label={t('requests.pick')} without={one.patient} onPick={({ patient }) => match.mutate(patient)} /> : <p className="dim">{t('requests.whoseElse')}</p>}
      {match.error && <p role="alert" className={css.error}>{text(match.error)}</p>}
      {stepUp.dialog}
    </>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { ApiError } from '../api/problem'
import { chartKey, chartQuery, entryQuery } from '../api/queries'
import type { ClinicPatient } from '../api/types'
import { clinicalTitle, subline } from '../chart/entryWords'
import { ChartHead } from '../clinic/ChartHead'
import { useKeyHints, useKeys } from '../clinic/keys'
import { fullDate } from '../format/date'
import { splitRef } from '../format/entry'
import { usePageTitle } from '../shell/title'
import { Button } from '../ui/Button'
import { LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, worklistKey } from './calls'
import { PairTable } from './PairTable'
import { PersonFinder } from './PersonFinder'
import { Reason, shortest } from './Reason'
import css from './worklist.module.css'

/** "This belongs to another person": to whom, both side by side, why, and what then happens. */
export function MovePage() {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const { patient, type, id } = useParams({ from: '/gate/clinic/p/$patient/entries/$type/$id/move' })
  usePageTitle(t('move.page'))
  const navigate = useNavigate()
  const queries = useQueryClient()
  // While it moves it is not asked for: the news of the change may be here before the answer.
  const [moving, setMoving] = useState(false)
  const detail = useQuery({ ...entryQuery(patient, type, id), enabled: !moving })
  const person = useQuery(chartQuery(patient)).data?.patient
  const [to, setTo] = useState<ClinicPatient>()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const [along, setAlong] = useState<string[]>([])
  const back = () => void navigate({ to: '/clinic/p/$patient/entries/$type/$id', params: { patient, type, id } })
  const entry = detail.data?.entry
  const from = detail.data?.chart ?? patient
  const refs = [...new Set([`${type}/${id}`, ...(entry?.children ?? []).map(({ ref }) => ref), ...along])]
  const move = useMutation({
    mutationFn: (target: ClinicPatient) => take(api.POST('/clinic/refile', { body: { from, to: target.patient, refs, reason: reason.trim() } })),
    onMutate: () => setMoving(true),
    onSuccess: () => {
      // What moved is no longer here: asking for it again would only be refused.
      queries.removeQueries({ queryKey: entryQuery(patient, type, id).queryKey })
      void Promise.all([queries.invalidateQueries({ queryKey: chartQuery(patient).queryKey }), queries.invalidateQueries({ queryKey: worklistKey }), ...(to ? [queries.invalidateQueries({ queryKey: chartKey(to.patient) })] : [])])
    },
    onError: (error) => {
      setMoving(false)
      if (error instanceof ApiError && error.status === 409) setAlong(error.fields.map(({ location }) => location ?? '').filter((ref) => ref.includes('/')))
    },
  })
  // What has moved is not here to go back to.
  useKeys({ b: move.data ? () => void navigate({ to: '/clinic/p/$patient', params: { patient } }) : back })
  useKeyHints([{ keys: ['B'], says: move.data ? t('clinic.back') : t('move.back') }])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const short = reason.trim().length < shortest
    setMissing(short)
    if (to && !short && !move.isPending) move.mutate(to)
  }
  if (move.data && to) {
    return (
      <>
        <ChartHead patient={patient} back="chart" />
        <div className={css.page}>
          <h1>{t('move.page')}</h1>
          <Said>{t('move.done', { name: to.name })}</Said>
          <p className={css.acts}>
            <Link to="/clinic/p/$patient/entries/$type/$id" params={{ patient: to.patient, type, id }} className={css.plainLink}>{t('move.openThere', { name: to.name })}</Link>
            <Link to="/clinic/p/$patient" params={{ patient }} className={css.plainLink}>{t('clinic.back')}</Link>
          </p>
        </div>
      </>
    )
  }
  return (
    <>
      <ChartHead patient={patient} back="chart" />
      <div className={css.page}>
        <h1>{t('move.page')}</h1>
        {detail.error && !entry ? <LoadError error={detail.error} onRetry={() => void detail.refetch()} />
          : !entry || !person ? <Skeleton heights={[64, 120]} />
          : (
            <form onSubmit={submit} noValidate className={css.form}>
              <div className={css.moved}>
                <h2>{clinicalTitle(entry, t)}</h2>
                <p className="dim">{[subline(entry, t), fullDate(entry.at, locale, clock.zone)].filter(Boolean).join(' · ')}</p>
                {refs.length > 1 && <p>{t('move.along', { count: refs.length - 1 })}</p>}
              </div>
              {to ? (
                <>
                  <PairTable
                    name={t('work.compare')} mark={false} heads={[t('move.from'), t('move.to')]}
                    sides={[{ ...person, phones: person.phones?.slice(0, 1), address: '', emails: [], identifiers: person.identifiers?.slice(0, 1) }, { name: to.name, birthDate: to.birthDate, sex: to.sex, identifiers: to.identifiers.slice(0, 1), phones: to.phone ? [to.phone] : [] }]}
                  />
                  <p><Button variant="subtle" icon="search" onClick={() => { setTo(undefined); setAlong([]); move.reset() }}>{t('move.other')}</Button></p>
                  <div>
                    <h2>{t('move.then')}</h2>
                    <ul className={css.then}>
                      <li>{t('move.then1', { name: person.name })}</li>
                      <li>{t('move.then2', { name: to.name })}</li>
                      <li>{t('move.then3')}</li>
                    </ul>
                  </div>
                  <Reason value={reason} missing={missing} onChange={setReason} />
                  {move.error && <p role="alert" className={css.error}>{along.length > 0 ? t('move.alongFound', { list: [...new Set(along.map((ref) => splitRef(ref).type))].join(', ') }) : text(move.error)}</p>}
                  <div className={css.acts}>
                    <Button type="submit" loading={move.isPending}>{t('move.go', { name: to.name })}</Button>
                    <Button variant="subtle" onClick={back}>{t('move.cancel')}</Button>
                  </div>
                </>
              ) : <PersonFinder label={t('move.whose')} without={from} onPick={setTo} />}
            </form>
          )}
      </div>
    </>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { chartKey, chartQuery } from '../api/queries'
import { headline, subline } from '../chart/entryWords'
import { ChartHead } from '../clinic/ChartHead'
import { useKeyHints, useKeys } from '../clinic/keys'
import { fullDate, longDate } from '../format/date'
import { usePageTitle } from '../shell/title'
import { Button, LinkButton } from '../ui/Button'
import { Card } from '../ui/Card'
import { LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, joinedQuery, worklistKey, type Joined } from './calls'
import { PairTable } from './PairTable'
import { Reason, shortest } from './Reason'
import css from './worklist.module.css'

/** The records that are shown as one with this one: whose they are, who joined them and why, and the way back. */
export function JoinedPage() {
  const { t } = useWords()
  const { patient } = useParams({ from: '/gate/clinic/p/$patient/joined' })
  usePageTitle(t('joined.page'))
  const navigate = useNavigate()
  useKeys({ b: () => void navigate({ to: '/clinic/p/$patient', params: { patient } }) })
  useKeyHints([{ keys: ['B'], says: t('clinic.back') }])
  const joined = useQuery(joinedQuery(patient))
  const [parted, setParted] = useState<number>()
  return (
    <>
      <ChartHead patient={patient} back="chart" />
      <div className={css.page}>
        <div>
          <h1>{t('joined.page')}</h1>
          <p className="dim measure">{t('joined.lead')}</p>
        </div>
        {parted !== undefined && (
          <>
            <Said>{parted > 0 ? t('joined.parted', { count: parted }) : t('joined.partedNone')}</Said>
            {parted > 0 && <p><LinkButton to="/clinic/work" hash="assign" variant="default" icon="list">{t('joined.toAssign')}</LinkButton></p>}
          </>
        )}
        {joined.error && !joined.data ? <LoadError error={joined.error} onRetry={() => void joined.refetch()} />
          : !joined.data ? <Skeleton heights={[280]} />
          : joined.data.items.length === 0 ? <p>{t('joined.none')}</p>
          : joined.data.items.map((one) => <JoinedCard key={one.id} patient={patient} joined={one} onParted={setParted} />)}
      </div>
    </>
  )
}

function JoinedCard({ patient, joined, onParted }: { patient: string; joined: Joined; onParted: (written: number) => void }) {
  const { t, locale, clock } = useWords()
  const person = useQuery(chartQuery(patient)).data?.patient
  const [asking, setAsking] = useState(false)
  return (
    <Card pad label={joined.with.name}>
      <p>{joined.by ? t('joined.by', { name: joined.by, date: longDate(joined.createdAt, locale, clock.zone) }) : t('joined.since', { date: longDate(joined.createdAt, locale, clock.zone) })} <span className="dim">{t('work.because', { text: joined.reason })}</span></p>
      {person && <PairTable name={t('work.compare')} heads={[t('joined.this'), t('joined.other')]} sides={[person, { ...joined.with, count: undefined }]} />}
      <p className="dim">{joined.first ? t('joined.otherFirst') : t('joined.thisFirst')}</p>
      <div className={css.acts}>
        <Link to="/clinic/p/$patient" params={{ patient: joined.with.id }} className={css.plainLink}>{t('joined.open')}</Link>
        {!asking && <Button variant="quiet-danger" onClick={() => setAsking(true)}>{t('joined.part')}</Button>}
      </div>
      {asking && <PartForm joined={joined} onEnd={() => setAsking(false)} onParted={onParted} />}
    </Card>
  )
}

/** What happens when the two are separated, before it happens. */
function PartForm({ joined, onEnd, onParted }: { joined: Joined; onEnd: () => void; onParted: (written: number) => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const part = useMutation({
    mutationFn: () => take(api.POST('/clinic/matches/part', { body: { survivor: joined.survivor, other: joined.other, reason: reason.trim() } })),
    onSuccess: ({ written }) => {
      onParted(written)
      return Promise.all([joined.survivor, joined.other].map((chart) => queries.invalidateQueries({ queryKey: chartKey(chart) })).concat(queries.invalidateQueries({ queryKey: worklistKey })))
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const short = reason.trim().length < shortest
    setMissing(short)
    if (!short && !part.isPending) part.mutate()
  }
  const more = joined.writtenCount - joined.written.length
  return (
    <form onSubmit={submit} noValidate className={css.form} aria-label={t('joined.part')}>
      <h2>{t('joined.part')}</h2>
      <ul className={css.then}>
        <li>{t('joined.then1')}</li>
        <li>{t('joined.then2')}</li>
        <li>{joined.writtenCount > 0 ? t('joined.then3', { count: joined.writtenCount }) : t('joined.then3None')}</li>
      </ul>
      {joined.written.length > 0 && (
        <Card rows label={t('joined.written')}>
          {joined.written.map((one) => <WrittenRow key={one.ref} one={one} />)}
          {more > 0 && <p className={`${css.line} dim`}>{t('joined.more', { count: more })}</p>}
        </Card>
      )}
      {part.error && <p role="alert" className={css.error}>{text(part.error)}</p>}
      <Reason value={reason} missing={missing} onChange={setReason} />
      <div className={css.acts}>
        <Button type="submit" variant="danger" loading={part.isPending}>{t('joined.go')}</Button>
        <Button variant="default" onClick={onEnd}>{t('joined.keep')}</Button>
      </div>
    </form>
  )
}

function WrittenRow({ one }: { one: Joined['written'][number] }) {
  const { t, locale, clock } = useWords()
  const title = one.entry ? headline(one.entry, t) : one.ref.split('/')[0]
  return (
    <p className={css.line}>
      <b>{title}</b> <span className="dim">{[one.entry && subline(one.entry, t), fullDate(one.entry?.at, locale, clock.zone), t(one.there ? 'joined.inOther' : 'joined.inThis')].filter(Boolean).join(' · ')}</span>
    </p>
  )
}

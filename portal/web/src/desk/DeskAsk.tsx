import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import css from '../asks/asks.module.css'
import { askQuery } from '../asks/calls'
import { Asked, Steps } from '../asks/Told'
import type { Ask, AskState } from '../asks/types'
import { useAnswer, useAsksTopic } from '../asks/useAsking'
import { useAskWords } from '../asks/words'
import { useKeys } from '../clinic/keys'
import frame from '../inbox/inbox.module.css'
import { PatientStrip } from '../inbox/PatientStrip'
import { useWatch } from '../shell/context'
import { Button } from '../ui/Button'
import { SectionCard, Tag } from '../ui/Card'
import { LoadError, useErrorText } from '../ui/ErrorSummary'
import { Icon, type IconName } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { Decide, type Choice } from './Decide'

/** The request that is open, the chart beside it, and the decision at its foot. */
export function DeskAsk() {
  const { patient, id } = useParams({ from: '/gate/clinic/asks/$patient/$id' })
  return <Opened key={id} patient={patient} id={id} />
}

const choices: { to: Choice; key: string; icon: IconName }[] = [
  { to: 'accepted', key: 'a', icon: 'check' }, { to: 'in-progress', key: 'b', icon: 'clock' }, { to: 'completed', key: 'd', icon: 'done' }, { to: 'on-hold', key: 'h', icon: 'ask' }, { to: 'rejected', key: 'x', icon: 'cross' },
]

function Opened({ patient, id }: { patient: string; id: string }) {
  const { t } = useWords()
  const { title, who } = useAskWords()
  const says = useErrorText()
  const navigate = useNavigate()
  const search = useSearch({ from: '/gate/clinic/asks' })
  useWatch(patient)
  useAsksTopic(patient)
  const query = useQuery(askQuery(patient, id))
  const ask = query.data
  const [choice, setChoice] = useState<Choice>()
  const [strip, setStrip] = useState(false)
  const answer = useAnswer(() => setChoice(undefined))
  useSeen(ask)
  const may = (to: AskState) => ask?.next.includes(to) === true
  const choose = (to: Choice) => {
    if (!ask || !may(to)) return
    // What needs no words is done at once.
    if (to === 'accepted' || to === 'in-progress') answer.mutate({ ask, to })
    else setChoice(to)
  }
  useKeys({ ...Object.fromEntries(choices.map(({ to, key }) => [key, () => choose(to)])), o: () => void navigate({ to: '/clinic/p/$patient', params: { patient } }) })
  if (!ask) return <div className={frame.thread}><div className={frame.pad}>{query.error ? <LoadError error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton heights={[44, 120, 160]} onRetry={() => void query.refetch()} />}</div></div>
  const open = choices.filter(({ to }) => may(to))
  return (
    <>
      <section className={frame.thread} aria-labelledby="ask-title">
        <header className={frame.head}>
          <Link to="/clinic/asks" search={search} className={frame.back}><Icon name="back" size={20} />{t('clinicAsks.back')}</Link>
          <div className={frame.headLine}>
            <h2 id="ask-title">{title(ask)}</h2>
            <span role="status"><Tag tone={ask.state === 'requested' ? 'accent' : 'plain'}>{t(`clinicAsks.state.${ask.state}`)}</Tag></span>
          </div>
          <p className="meta">{who(ask)}</p>
          <div className={frame.acts}>
            {open.map(({ to, key, icon }) => (
              <Button key={to} variant="default" icon={icon} aria-expanded={to === 'accepted' || to === 'in-progress' ? undefined : choice === to} loading={answer.isPending} onClick={() => choose(to)}>
                {t(`clinicAsks.do.${to}`)} <kbd aria-hidden="true">{key.toUpperCase()}</kbd>
              </Button>
            ))}
            <Button variant="default" icon="record" className={frame.about} aria-expanded={strip} onClick={() => setStrip(!strip)}>{t('inbox.patient')}</Button>
          </div>
          {answer.error && !choice && <p className={frame.refused} role="alert"><Icon name="alert" size={18} />{says(answer.error)}</p>}
          {open.length === 0 && ask.next.length === 0 && ask.state !== 'completed' && ask.state !== 'rejected' && ask.state !== 'cancelled' && <p className="meta">{t('clinicAsks.readOnly')}</p>}
        </header>
        {choice && may(choice) && <Decide key={`${choice} ${ask.version}`} ask={ask} to={choice} answer={answer} onCancel={() => setChoice(undefined)} />}
        <div className={css.body} tabIndex={0} role="region" aria-label={t('clinicAsks.one')}>
          <SectionCard title={t('asks.what')} level={3}><Asked ask={ask} /></SectionCard>
          {ask.results.length > 0 && (
            <SectionCard title={t('asks.came')} level={3}>
              <ul>{ask.results.map((result) => <li key={result.id}><Link to="/clinic/p/$patient/entries/$type/$id" params={{ patient, type: result.type, id: result.id }}>{result.title || t(`asks.result.${result.type}`)}</Link></li>)}</ul>
            </SectionCard>
          )}
          <SectionCard title={t('asks.steps')} level={3}><Steps steps={ask.steps} clinic /></SectionCard>
        </div>
      </section>
      <PatientStrip patient={patient} open={strip} onClose={() => setStrip(false)} />
    </>
  )
}

/** Who opens a new request and may answer it has seen it: the patient's side is told so, once. */
function useSeen(ask: Ask | undefined) {
  const seen = useAnswer()
  const told = useRef('')
  const { mutate } = seen
  useEffect(() => {
    if (!ask || ask.state !== 'requested' || !ask.next.includes('received') || told.current === ask.id) return
    told.current = ask.id
    mutate({ ask, to: 'received' })
  }, [ask, mutate])
}

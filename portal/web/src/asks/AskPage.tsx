import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Card, SectionCard, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { LinkRow } from '../ui/Row'
import { Skeleton } from '../ui/Skeleton'
import { TurnLine } from '../ui/TurnLine'
import { useClinic, useWords } from '../ui/useWords'
import css from './asks.module.css'
import { askQuery } from './calls'
import { Asked, Steps } from './Told'
import type { Ask, AskResult } from './types'
import { useAnswer, useAsksTopic } from './useAsking'
import { useAskWords } from './words'

/** One request: where it stands, what the clinic asks, what came of it, and every step. */
export function AskPage() {
  const { t } = useWords()
  const { title, who } = useAskWords()
  const { patient, id } = useParams({ from: '/gate/p/$patient/asks/$id' })
  const { acting, name } = useSubject()
  usePageTitle(t('asks.page'), acting ? name : undefined)
  useAsksTopic(patient)
  const query = useQuery(askQuery(patient, id))
  const ask = query.data
  return (
    <>
      <PageHead back={<BackLink to="/p/$patient/asks" params={{ patient }} place={t('asks.back')} />} title={ask ? title(ask) : '\u00a0'} text={ask && who(ask)} />
      {!ask ? (query.error ? <LoadError error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton heights={[60, 160, 200]} onRetry={() => void query.refetch()} />) : (
        <div className={css.page}>
          <div role="status"><Tag tone={ask.state === 'on-hold' ? 'look' : ask.state === 'completed' ? 'accent' : 'plain'}>{t(`asks.state.${ask.state}`)}</Tag></div>
          <Turn ask={ask} />
          {ask.reason && <div className={css.reason}><h2>{t(ask.state === 'rejected' ? 'asks.reasonNo' : 'asks.reasonAsk')}</h2><p>{ask.reason}</p></div>}
          {ask.next.includes('received') && <AnswerForm key={ask.version} ask={ask} />}
          {ask.results.length > 0 && (
            <section aria-label={t('asks.came')}>
              <h2 className={css.label}>{t('asks.came')}</h2>
              <Card rows>{ask.results.map((result) => <ResultRow key={result.id} patient={patient} result={result} />)}</Card>
            </section>
          )}
          <SectionCard title={t('asks.steps')}><Steps steps={ask.steps} /></SectionCard>
          <SectionCard title={t('asks.what')}><Asked ask={ask} /></SectionCard>
          {ask.next.includes('cancelled') && <TakeBack ask={ask} />}
        </div>
      )}
    </>
  )
}

/** Whose turn it is while it is open: the clinic's has no date, and says so. */
function Turn({ ask }: { ask: Ask }) {
  const { t } = useWords()
  const phone = useClinic()?.phone
  if (ask.state === 'on-hold') return <TurnLine whose="you" icon="pen" owner={t('message.turn.yours')}>{t('asks.turnYours')}</TurnLine>
  if (ask.state === 'completed' || ask.state === 'rejected' || ask.state === 'cancelled') return null
  return <TurnLine whose="them" owner={t('message.turn.theirs')}>{[t('asks.turnClinic'), phone && t('asks.emergency', { phone })].filter(Boolean).join(' ')}</TurnLine>
}

function ResultRow({ patient, result }: { patient: string; result: AskResult }) {
  const { t } = useWords()
  const text = t(`asks.result.${result.type}`)
  const title = result.title || text
  if (result.type === 'Appointment') return <LinkRow to="/p/$patient/visits" params={{ patient }} title={title} text={text} />
  return <LinkRow to="/p/$patient/entries/$type/$id" params={{ patient, type: result.type, id: result.id }} title={title} text={text} />
}

function AnswerForm({ ask }: { ask: Ask }) {
  const { t } = useWords()
  const says = useErrorText()
  const [text, setText] = useState('')
  const [missing, setMissing] = useState(false)
  const answer = useAnswer()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setMissing(!text.trim())
    if (text.trim() && !answer.isPending) answer.mutate({ ask, to: 'received', text: text.trim() })
  }
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      {answer.error && <ErrorSummary errors={[{ message: says(answer.error) }]} />}
      {missing && <ErrorSummary errors={[{ field: 'answer', message: t('asks.needAnswer') }]} />}
      <div>
        <label className={css.label} htmlFor="answer">{t('asks.answer')}</label>
        <textarea id="answer" className={css.words} value={text} maxLength={1000} rows={3} aria-invalid={missing || undefined} onChange={(event) => setText(event.target.value)} />
      </div>
      <div className={css.buttons}><Button type="submit" loading={answer.isPending}>{t('asks.sendAnswer')}</Button></div>
    </form>
  )
}

/** Asks once more before it is gone: in place, where the button was. */
function TakeBack({ ask }: { ask: Ask }) {
  const { t } = useWords()
  const says = useErrorText()
  const [sure, setSure] = useState(false)
  const back = useAnswer(() => setSure(false))
  if (!sure) return <div className={css.buttons}><Button variant="quiet-danger" onClick={() => setSure(true)}>{t('asks.takeBack')}</Button></div>
  return (
    <div className={css.panel}>
      {back.error && <ErrorSummary errors={[{ message: says(back.error) }]} />}
      <h2 className={css.label}>{t('asks.takeBackSure')}</h2>
      <p>{t('asks.takeBackText')}</p>
      <div className={css.buttons}>
        <Button variant="danger" loading={back.isPending} onClick={() => back.mutate({ ask, to: 'cancelled' })}>{t('asks.takeBack')}</Button>
        <Button variant="default" onClick={() => setSure(false)}>{t('asks.keep')}</Button>
      </div>
    </div>
  )
}

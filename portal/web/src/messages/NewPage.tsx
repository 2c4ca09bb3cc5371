import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { apiLanguage } from '../api/client'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { AnchorButton } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useClinic, useWords } from '../ui/useWords'
import { callOf, type Call } from './call'
import { AnswerTime } from './AnswerTime'
import { Composer } from './Composer'
import css from './messages.module.css'
import { RedFlag } from './Emergency'
import { handOver } from './handOver'
import { optionsQuery } from './queries'
import { Readers } from './Readers'
import type { Attachment, Topic } from './types'
import { isAway } from './useSend'

const submit = () => document.querySelector<HTMLFormElement>('form[data-compose]')?.requestSubmit()

/** Who reads it, what it is about, what it says. */
export function NewPage() {
  const { t } = useWords()
  const { patient, acting, name } = useSubject()
  usePageTitle(t('message.new'), acting ? name : undefined)
  const options = useQuery(optionsQuery(patient))
  const phone = useClinic()?.phone
  const back = <BackLink to="/p/$patient/messages" params={{ patient }} place={t('message.page')} />
  return (
    <div className={css.page} data-docked="">
      <PageHead back={back} title={acting ? t('message.newFor', { name }) : t('message.new')} />
      {options.error && !options.data ? <LoadError error={options.error} onRetry={() => void options.refetch()} />
        : !options.data ? <Skeleton heights={[48, 160, 180]} onRetry={() => void options.refetch()} />
        : !options.data.canSend ? (
          <Empty
            icon="lock" title={t('message.cannot')} text={t('message.cannotText')}
            action={phone ? <AnchorButton icon="phone" href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{t('call', { phone })}</AnchorButton> : undefined}
          />
        ) : <Form />}
    </div>
  )
}

function Form() {
  const { t } = useWords()
  const { patient, acting, name } = useSubject()
  const options = useQuery(optionsQuery(patient)).data
  const text = useErrorText()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const begin = useLocation({ select: ({ state }) => state.begin })
  const [topic, setTopic] = useState<Topic | undefined>(begin?.topic)
  const [missing, setMissing] = useState(false)
  const [error, setError] = useState<unknown>()
  const [call, setCall] = useState<{ whom: Call; later: boolean }>()
  const told = useRef('') // the text of which the writer knows whom to call
  const first = useRef<HTMLInputElement>(null)
  // One id for one text: sent twice it arrives once, and a changed text is another message.
  const last = useRef({ id: '', said: '' })
  const waiting = useRef<(() => void) | undefined>(undefined)
  useEffect(() => {
    const go = () => waiting.current?.()
    window.addEventListener('online', go)
    return () => window.removeEventListener('online', go)
  }, [])

  const send = async (words: string, files: Attachment[], _: unknown, goes?: string): Promise<boolean> => {
    waiting.current = undefined
    setMissing(!topic)
    setError(undefined)
    setCall(undefined)
    if (!topic) {
      first.current?.focus()
      return false
    }
    const attachments = files.map(({ id }) => id)
    const known = told.current === JSON.stringify([topic, words, attachments])
    const said = JSON.stringify([topic, words, attachments, goes])
    if (last.current.said !== said) last.current = { id: crypto.randomUUID(), said }
    const { id } = last.current
    try {
      await handOver(queries, patient, { id, topic, text: words, language: apiLanguage(), at: goes, ...(attachments.length > 0 && { attachments }), ...(known && { told: true }) })
      // After the composer has let go of its draft.
      window.setTimeout(() => void (goes && !known ? navigate({ to: '/p/$patient/messages', params: { patient }, replace: true }) : navigate({ to: '/p/$patient/messages/$thread', params: { patient, thread: id }, replace: true })))
      return true
    } catch (failed) {
      const whom = callOf(failed)
      if (whom) {
        setCall({ whom, later: Boolean(goes) })
        told.current = JSON.stringify([topic, words, attachments])
      } else setError(failed)
      if (isAway(failed)) waiting.current = submit
      return false
    }
  }
  return (
    <div className={css.form}>
      {error !== undefined && (
        <ErrorSummary errors={[{ message: isAway(error) ? `${t('message.notSent')}. ${t('message.later')}` : text(error) }]} />
      )}
      {call && <RedFlag call={call.whom} later={call.later} onSend={submit} />}
      <div className={css.facts}>
        <Readers options={options} owner={acting ? name : undefined} />
        <AnswerTime options={options} topic={topic} />
      </div>
      <fieldset className={css.topics} aria-describedby={missing ? 'topic-missing' : undefined}>
        <legend>{t('message.about')}</legend>
        {missing && <p id="topic-missing" className={css.problem} role="alert">{t('message.needTopic')}</p>}
        {options?.topics.map((one, at) => (
          <label key={one} className={css.topic}>
            <input
              type="radio" name="topic" value={one} checked={topic === one} ref={at === 0 ? first : undefined}
              onChange={() => {
                setTopic(one)
                setMissing(false)
              }}
            />
            {t(`message.topic.${one}`)}
          </label>
        ))}
      </fieldset>
      <Composer
        patient={patient} thread="new" side="patient" rows={5} begin={begin?.text} acting={acting ? name : undefined} label={t('message.text')} send={acting ? t('message.sendFor', { name }) : t('message.send')}
        more={{ topic }} onFound={(draft) => draft.topic && setTopic(draft.topic)} onSend={send} onWrite={() => setCall(undefined)}
      />
    </div>
  )
}

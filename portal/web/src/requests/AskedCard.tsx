import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { longDate } from '../format/date'
import { relationOf } from '../shell/relation'
import { useMe } from '../shell/useMe'
import { AnchorButton, Button, LinkButton } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { useErrorText } from '../ui/ErrorSummary'
import { TurnLine } from '../ui/TurnLine'
import { useWords } from '../ui/useWords'
import { api, sendPaper, type AccessRequest } from './calls'
import { PaperField, paperFault } from './PaperField'
import css from './requests.module.css'

const tones = { waiting: 'look', approved: 'accent', refused: 'plain', withdrawn: 'outline' } as const

/** One request: whose turn it is, or what the clinic said. */
export function AskedCard({ one, onChanged }: { one: AccessRequest; onChanged: (words: string) => void }) {
  const { t, locale, clock } = useWords()
  const { clinic } = useMe()
  const text = useErrorText()
  const withdraw = useMutation({ mutationFn: () => take(api.DELETE('/me/requests/{id}', { params: { path: { id: one.id } } })), onSuccess: () => onChanged(t('ask.withdrawn')) })
  return (
    <Card pad label={one.patientName} className={css.card}>
      <p><Tag tone={tones[one.state]}>{t(`ask.state.${one.state}`)}</Tag> <span className="meta">{t('ask.asked', { date: longDate(one.createdAt, locale, clock.zone) })}</span></p>
      <h3>{one.patientName}</h3>
      <p className="dim">{t(`relation.${relationOf(one.relation)}`)}. {t('ask.born', { date: longDate(one.birthDate, locale) })}. {t(`ask.basisOf.${one.basis}`)}.</p>
      {one.note && <p className={css.quote}>{one.note}</p>}
      {one.state === 'waiting' && one.evidence && <p className="dim">{t('ask.has', { title: one.evidence })}</p>}
      {one.state === 'waiting' && (one.evidence
        ? <TurnLine whose="them" owner={t('ask.clinicTurn')}>{t('ask.checking')}</TurnLine>
        : <><TurnLine whose="you" owner={t('ask.yourTurn')} icon="letter">{t('ask.sendPaper')}</TurnLine><SendPaper id={one.id} onSent={() => onChanged(t('ask.paperSent'))} /></>)}
      {one.state === 'approved' && <div><LinkButton variant="default" to="/people" icon="people">{t('ask.openPeople')}</LinkButton></div>}
      {one.state === 'refused' && (
        <>
          <p>{t('ask.refused')}</p>
          {one.answer && <p>{t('ask.clinicSays')}</p>}
          {one.answer && <p className={css.quote}>{one.answer}</p>}
          <p className="dim">{t('ask.stillAsk')}</p>
          {clinic.phone && <div><AnchorButton variant="default" icon="phone" href={`tel:${clinic.phone.replace(/[^+\d]/g, '')}`}>{t('call', { phone: clinic.phone })}</AnchorButton></div>}
        </>
      )}
      {withdraw.error && <p role="alert" className={css.error}>{text(withdraw.error)}</p>}
      {one.state === 'waiting' && <div><Button variant="quiet-danger" aria-label={t('ask.withdrawOf', { name: one.patientName })} loading={withdraw.isPending} onClick={() => withdraw.mutate()}>{t('ask.withdraw')}</Button></div>}
    </Card>
  )
}

function SendPaper({ id, onSent }: { id: string; onSent: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const [file, setFile] = useState<File>()
  const [problem, setProblem] = useState('')
  const send = useMutation({ mutationFn: (paper: File) => sendPaper(id, paper), onSuccess: onSent, onError: (error) => setProblem(text(error)) })
  const go = () => {
    const fault = file ? paperFault(file) : 'ask.needPaper'
    setProblem(fault ? t(fault) : '')
    if (file && !fault) send.mutate(file)
  }
  return (
    <>
      <PaperField id={`paper-${id}`} label={t('ask.paper')} help={t('ask.paperHelp')} onFile={setFile} error={problem} />
      <div><Button variant="default" icon="send" loading={send.isPending} onClick={go}>{t('ask.paperGo')}</Button></div>
    </>
  )
}

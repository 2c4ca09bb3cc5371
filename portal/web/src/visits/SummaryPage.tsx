import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { ApiError, isNotFound } from '../api/problem'
import { fullDate, moment, timeOf } from '../format/date'
import { splitRef } from '../format/entry'
import { BackLink, PageHead, PrintButton } from '../shell/PageHead'
import { ErrorPage } from '../shell/ErrorPage'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { AnchorButton, LinkButton } from '../ui/Button'
import { Card, Dot } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { TurnLine } from '../ui/TurnLine'
import { useClinic, useWords } from '../ui/useWords'
import { summaryQuery } from './queries'
import css from './summary.module.css'
import { SummaryPlan } from './SummaryPlan'
import type { Summary } from './types'

/** What the visit came to: one sentence, what to do, when to call for help, and who goes on with it. */
export function SummaryPage() {
  const { t, locale, clock } = useWords()
  const { patient, visit } = useParams({ from: '/gate/p/$patient/visits/$visit/summary' })
  const { acting, name } = useSubject()
  usePageTitle(t('summary.page'), acting ? name : undefined)
  const summary = useQuery(summaryQuery(patient, visit))
  const back = <BackLink to="/p/$patient/visits" params={{ patient }} place={t('visit.back')} />
  if (summary.error && !summary.data) {
    if (isNotFound(summary.error)) return <ErrorPage error={summary.error} reset={() => void summary.refetch()} />
    // Not signed yet is no mistake: it comes.
    if (summary.error instanceof ApiError && summary.error.status === 409) {
      return <>{back}<Empty level={1} icon="letter" title={t('summary.notYet')} text={t('summary.notYetText')} action={<LinkButton to="/p/$patient/visits" params={{ patient }}>{t('end.toVisits')}</LinkButton>} /></>
    }
    return <>{back}<LoadError error={summary.error} onRetry={() => void summary.refetch()} /></>
  }
  const data = summary.data
  return (
    <>
      <PageHead
        back={back} title={acting ? t('summary.titleFor', { name }) : t('summary.title')} actions={<PrintButton />}
        text={data && t('summary.with', { name: data.clinician.name, date: fullDate(data.at, locale, clock.zone) })}
      />
      {data ? <Parts summary={data} patient={patient} /> : <Skeleton heights={[110, 260, 160]} onRetry={() => void summary.refetch()} />}
    </>
  )
}

function Parts({ summary, patient }: { summary: Summary; patient: string }) {
  const { t, locale, dayInside, clock } = useWords()
  const emergency = useClinic()?.emergency ?? ''
  const { translation } = summary
  const mine = translation !== undefined && translation.language.toLowerCase().startsWith(locale)
  const other: FreeText | undefined = translation?.state === 'there' ? { summary: translation.summary ?? '', instructions: translation.instructions ?? [], callIf: translation.callIf ?? '', followUp: translation.followUp ?? '', language: translation.language } : undefined
  // Free words stay as they were signed; whoever reads in the language of the translation reads that first.
  const translated = mine && other !== undefined
  const words: FreeText = translated ? other : summary
  const callIf = linesOf(words.callIf)
  const language = (tag: string) => new Intl.DisplayNames([locale], { type: 'language' }).of(tag) ?? tag
  return (
    <div className={css.parts}>
      {words.summary && (
        <Card pad>
          <p className={css.sentence} lang={words.language}>{words.summary}</p>
          {translated && translation?.at && <p className="meta">{t('after.translatedBy', { name: translation.by ?? '', when: moment(translation.at, locale, dayInside, clock) })}</p>}
          {mine && !translated && <p className="meta">{t('after.written', { language: language(summary.language) })} {t('after.wanted')}</p>}
        </Card>
      )}
      {summary.addenda.map((addendum) => (
        <section key={addendum.at} className={css.addendum} aria-label={t('summary.addendum')}>
          <h2>{t('summary.addendum')}</h2>
          <p>{addendum.text}</p>
          <p className="meta">{t('summary.addedBy', { name: addendum.by, when: moment(addendum.at, locale, dayInside, clock) })}</p>
        </section>
      ))}
      {words.instructions.length > 0 && (
        <Card pad>
          <h2>{t('summary.yourTurn')}</h2>
          <ol className={css.todo} lang={words.language}>
            {words.instructions.map((line, at) => <li key={`${at}-${line}`}><Dot tone="accent"><b>{at + 1}</b></Dot><p>{line}</p></li>)}
          </ol>
        </Card>
      )}
      <SummaryPlan summary={summary} patient={patient} />
      {callIf.length > 0 && (
        <section className={css.warn} aria-labelledby="call-if">
          <h2 id="call-if"><Icon name="alert" />{t('summary.callIf', { phone: emergency })}</h2>
          <ul lang={words.language}>{callIf.map((line) => <li key={line}>{line}</li>)}</ul>
          <AnchorButton wide variant="danger" icon="phone" href={`tel:${emergency}`}>{t('call', { phone: emergency })}</AnchorButton>
        </section>
      )}
      {words.followUp && <TurnLine whose="them" owner={t('summary.next')}><span lang={words.language}>{words.followUp}</span></TurnLine>}
      {other && <InOther words={translated ? summary : other} title={translated ? t('after.original') : language(other.language)} />}
      {summary.chat && <p className="no-print"><LinkButton variant="default" icon="chat" to="/p/$patient/entries/$type/$id" params={{ patient, ...splitRef(summary.chat) }}>{t('chat.record')}</LinkButton></p>}
      <p className={css.signed}>{t('summary.signed', { name: summary.clinician.name, when: moment(summary.signedAt, locale, dayInside, clock) })}</p>
      <div className={`${css.ask} no-print`}>
        <LinkButton wide variant="default" to="/p/$patient/messages/new" params={{ patient }}>{t('summary.ask')}</LinkButton>
        <AddedNow at={summary.signedAt} />
      </div>
    </div>
  )
}

type FreeText = Pick<Summary, 'summary' | 'instructions' | 'callIf' | 'followUp'> & { language: string }

function InOther({ words, title }: { words: FreeText; title: string }) {
  return (
    <details className={css.original}>
      <summary>{title}</summary>
      <div lang={words.language}>{[words.summary, ...words.instructions, ...linesOf(words.callIf), words.followUp].filter(Boolean).map((line) => <p key={line}>{line}</p>)}</div>
    </details>
  )
}

const freshMs = 120_000

/** Says that it came just now to who watched for it. */
function AddedNow({ at }: { at: string }) {
  const { t, clock } = useWords()
  const [fresh, setFresh] = useState(() => clock.now.getTime() - Date.parse(at) < freshMs)
  useEffect(() => {
    if (!fresh) return undefined
    const timer = window.setTimeout(() => setFresh(false), freshMs)
    return () => window.clearTimeout(timer)
  }, [fresh])
  return fresh ? <p className="meta" role="status">{t('summary.new', { time: timeOf(at, clock.zone) })}</p> : null
}

/** One line of the note is one point. */
export const linesOf = (text: string): string[] => text.split('\n').map((line) => line.replace(/^[-•*]\s*/, '').trim()).filter(Boolean)

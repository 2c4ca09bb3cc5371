import { useMutation, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, take } from '../api/client'
import { isNotFound } from '../api/problem'
import type { AppAsks } from '../api/types'
import { longDate } from '../format/date'
import { usePageTitle } from '../shell/title'
import { SignInFrame } from '../signin/SignInFrame'
import { AnchorButton, Button } from '../ui/Button'
import { Card, Dot } from '../ui/Card'
import { ErrorSummary, LoadError, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { groupsOf, withTicks } from './groups'
import { LineGroup } from './LineGroup'
import css from './consent.module.css'

/** An app asks; the person says for whom, leaves out what they like, and allows or refuses. */
export function ConsentPage() {
  const { t } = useWords()
  const { request = '' } = useSearch({ from: '/gate/consent' })
  usePageTitle(t('connected.consent.page'))
  const asks = useQuery({ queryKey: ['consent', request], queryFn: () => take(api.GET('/consents/{request}', { params: { path: { request } } })), staleTime: Infinity, gcTime: 0, retry: false })
  if (asks.error && isNotFound(asks.error)) {
    return (
      <SignInFrame title={t('connected.consent.expiredTitle')} lead={t('connected.consent.expired')}>
        <AnchorButton wide variant="default" href="/">{t('errors.home')}</AnchorButton>
      </SignInFrame>
    )
  }
  if (asks.error) return <SignInFrame title={t('connected.consent.page')} lead=""><LoadError error={asks.error} onRetry={() => void asks.refetch()} /></SignInFrame>
  if (!asks.data) return <SignInFrame title={t('connected.consent.page')} lead=""><Skeleton heights={[96, 320]} /></SignInFrame>
  return <Question request={request} asks={asks.data} />
}

function Question({ request, asks }: { request: string; asks: AppAsks }) {
  const words = useWords()
  const { t, locale, clock } = words
  const text = useErrorText()
  const [ticked, setTicked] = useState(() => new Set(asks.lines.filter((line) => line.on).map((line) => line.id)))
  const only = asks.people.length === 1 ? asks.people[0] : undefined
  const [patient, setPatient] = useState(only?.patient ?? '')
  const [wrong, setWrong] = useState<FieldError[]>([])
  const decide = useMutation({
    mutationFn: (allow: boolean) => take(api.POST('/consents/{request}', { params: { path: { request } }, body: allow ? { allow, lines: [...ticked], ...(patient && { patient }) } : { allow } })),
    onSuccess: ({ next }) => window.location.assign(next),
    onError: (error) => setWrong([{ message: isNotFound(error) ? t('connected.consent.expired') : text(error) }]),
  })
  const several = asks.people.length > 1 ? asks.people : []
  const allow = () => {
    const missing: FieldError[] = []
    if (several[0] && !patient) missing.push({ field: `who-${several[0].patient}`, message: t('connected.consent.needWho') })
    if (asks.lines.length > 0 && ticked.size === 0) missing.push({ field: 'line-0', message: t('connected.consent.need') })
    setWrong(missing)
    if (missing.length === 0) decide.mutate(true)
  }
  const tick = (ids: string[], on: boolean) => setTicked((was) => withTicks(was, ids, on))
  const busy = decide.isPending || decide.isSuccess
  const groups = groupsOf(asks.lines, t)
  const data = asks.lines.some((line) => line.level)
  return (
    <SignInFrame title={t('connected.consent.title', { app: asks.app })} lead="">
      <ErrorSummary errors={wrong} />
      <div className={css.facts}>
        <p className="dim">{t('connected.consent.lead')}</p>
        <p className={css.site}><Icon name={asks.site ? 'globe' : 'device'} size={20} />{asks.site ? t('connected.consent.site', { site: asks.site }) : t('connected.consent.device')}</p>
        <p className="meta">{t('connected.consent.who', { name: asks.account })} <a href="/sign-out">{t('connected.consent.notYou')}</a></p>
      </div>
      {only && (
        <Card pad>
          <div className={css.person}>
            <Dot tone="accent"><Icon name="record" /></Dot>
            <div className="grow">
              <b>{only.own ? t('connected.consent.forOwn') : t('connected.consent.for', { name: only.name })}</b>
              {only.birthDate && <span className="meta">{only.own ? `${only.name}. ` : ''}{t('connected.consent.born', { date: longDate(only.birthDate, locale, clock.zone) })}</span>}
            </div>
          </div>
        </Card>
      )}
      {several.length > 0 && (
        <Card pad>
          <fieldset className={css.group}>
            <legend className={css.groupTitle}>{t('connected.consent.forWhom')}</legend>
            <div className={css.lines}>
              {several.map((person) => (
                <label key={person.patient} className={css.line}>
                  <input type="radio" name="who" id={`who-${person.patient}`} checked={patient === person.patient} onChange={() => setPatient(person.patient)} />
                  <span>
                    {person.name}
                    <span className="meta">{person.own && `${t('connected.consent.own')}. `}{person.birthDate && t('connected.consent.born', { date: longDate(person.birthDate, locale, clock.zone) })}</span>
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
        </Card>
      )}
      {groups.map((group, at) => <LineGroup key={group.title} {...group} first={at === 0} ticked={ticked} onTick={tick} />)}
      {data && !asks.lines.some((line) => line.id === 'housecall/sensitive') && <p className={`meta ${css.hidden}`}><Icon name="lock" size={18} />{t('connected.consent.hidden')}</p>}
      <div className={css.buttons}>
        <Button wide loading={busy && decide.variables} onClick={allow}>{t('connected.consent.allow')}</Button>
        <Button wide variant="default" loading={busy && !decide.variables} onClick={() => decide.mutate(false)}>{t('connected.consent.refuse')}</Button>
      </div>
    </SignInFrame>
  )
}

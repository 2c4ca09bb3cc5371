import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { grantsQuery } from '../api/queries'
import type { Category } from '../api/types'
import { longDate } from '../format/date'
import { capital, listOf } from '../format/locale'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Card, SectionHead, Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, restrictionsQuery, teamQuery, towards, type Restriction, type Towards } from './calls'
import css from './care.module.css'
import { Field, LineField } from './Field'

/** What the patient asks the clinic not to show or tell, and what became of it. */
export function RestrictionsPage() {
  const { t } = useWords()
  const { patient, acting, name } = useSubject()
  usePageTitle(t('care.restrictions'))
  return (
    <>
      <PageHead title={t('care.restrictions')} text={t('care.restrictionsLead')} back={<BackLink to="/p/$patient/sharing" params={{ patient }} place={t('shell.sharing')} />} />
      {acting ? <Empty icon="lock" title={t('sharing.notYours', { name })} text={t('sharing.notYoursText', { name })} /> : <Own patient={patient} />}
    </>
  )
}

function Own({ patient }: { patient: string }) {
  const { t } = useWords()
  const list = useQuery(restrictionsQuery(patient))
  return (
    <>
      <section aria-labelledby="asked" className={css.section}>
        <SectionHead id="asked" title={t('care.yourAsks')} />
        {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
          : !list.data ? <Skeleton heights={[96]} />
          : list.data.items.length === 0 ? <p className="dim">{t('care.yourAsksNone')}</p>
          : <div className={css.items}>{list.data.items.map((one) => <AskCard key={one.id} patient={patient} one={one} />)}</div>}
      </section>
      {list.data && <AskForm patient={patient} />}
    </>
  )
}

const tones = { asked: 'look', agreed: 'accent', declined: 'plain', withdrawn: 'outline' } as const

function AskCard({ patient, one }: { patient: string; one: Restriction }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const withdraw = useMutation({
    mutationFn: () => stepUp.run(() => take(api.DELETE('/charts/{patient}/restrictions/{id}', { params: { path: { patient, id: one.id } } }))),
    onSuccess: () => queries.invalidateQueries({ queryKey: restrictionsQuery(patient).queryKey }),
  })
  return (
    <Card pad className={css.case}>
      <p><Tag tone={tones[one.state]}>{t(`care.ask.${one.state}`)}</Tag> <span className="meta">{longDate(one.decidedAt ?? one.askedAt, locale, clock.zone)}</span></p>
      <p>{t('care.notFor', { who: [t(`care.towards.${one.towards}`), one.name].filter(Boolean).join(': '), list: listOf(one.categories.map((kind) => t(`inline.${kind}`)), locale) })}</p>
      {one.words && <p className={css.quote}>{one.words}</p>}
      {one.reason && <p>{t('care.clinicSays', { text: one.reason })}</p>}
      {withdraw.error && <p role="alert" className={css.error}>{text(withdraw.error)}</p>}
      {(one.state === 'asked' || one.state === 'agreed') && <div className={css.acts}><Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>{t('care.withdraw')}</Button></div>}
      {stepUp.dialog}
    </Card>
  )
}

const kinds: Category[] = ['conditions', 'allergies', 'medicines', 'immunizations', 'results', 'vitals', 'visits', 'documents', 'careplan', 'messages', 'appointments', 'coverage']

function AskForm({ patient }: { patient: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const team = useQuery(teamQuery(patient))
  const grants = useQuery(grantsQuery(patient))
  const [to, setTo] = useState<Towards>()
  const [one, setOne] = useState('')
  const [picked, setPicked] = useState<Category[]>([])
  const [words, setWords] = useState('')
  const [missing, setMissing] = useState<'to' | 'one' | 'kinds'>()
  const people = to === 'member' ? team.data?.items.filter(({ state }) => state !== 'past').map(({ account, name }) => ({ id: account, name }))
    : to === 'caregiver' ? grants.data?.items.filter(({ state }) => state === 'active').map(({ id, name }) => ({ id, name })) : undefined
  const outside = to === 'insurer' || to === 'organization' || to === 'person'
  const ask = useMutation({
    mutationFn: (about: Towards) => take(api.POST('/charts/{patient}/restrictions', {
      params: { path: { patient } },
      body: { towards: about, categories: picked, ...(about === 'member' && { account: one }), ...(about === 'caregiver' && { grant: one }), ...(outside && { name: one.trim() }), ...(words.trim() && { words: words.trim() }) },
    })),
    onSuccess: () => {
      setTo(undefined)
      setOne('')
      setPicked([])
      setWords('')
      return queries.invalidateQueries({ queryKey: restrictionsQuery(patient).queryKey })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const lacks = !to ? 'to' : (people || outside) && !one.trim() ? 'one' : picked.length === 0 ? 'kinds' : undefined
    setMissing(lacks)
    if (to && !lacks) ask.mutate(to)
  }
  return (
    <section aria-labelledby="ask" className={css.section}>
      <SectionHead id="ask" title={t('care.askTitle')} />
      <p className="dim measure">{t('care.askLead')}</p>
      {ask.isSuccess && !to && <Said>{t('care.askSent')}</Said>}
      <form className={css.form} onSubmit={submit} noValidate>
        {ask.error && <p role="alert" className={css.error}>{text(ask.error)}</p>}
        <Field label={t('care.askTo')} error={missing === 'to' ? t('care.askToMissing') : undefined}>
          {(ids) => (
            <select {...ids} value={to ?? ''} onChange={(event) => { setTo(towards.find((about) => about === event.target.value)); setOne('') }}>
              <option value="">{t('care.choose')}</option>
              {towards.map((about) => <option key={about} value={about}>{t(`care.towards.${about}`)}</option>)}
            </select>
          )}
        </Field>
        {people && (
          <Field label={t('care.askOne')} error={missing === 'one' ? t('care.askOneMissing') : undefined}>
            {(ids) => (
              <select {...ids} value={one} onChange={(event) => setOne(event.target.value)}>
                <option value="">{t('care.choose')}</option>
                {people.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
              </select>
            )}
          </Field>
        )}
        {outside && <LineField label={t('care.askName')} error={missing === 'one' ? t('care.askOneMissing') : undefined} value={one} maxLength={200} onValue={setOne} />}
        <fieldset className={css.choices}>
          <legend>{t('care.askKinds')}</legend>
          {missing === 'kinds' && <p role="alert" className={css.error}>{t('care.askKindsMissing')}</p>}
          {kinds.map((kind) => (
            <label key={kind}>
              <input type="checkbox" checked={picked.includes(kind)} onChange={(event) => setPicked(event.target.checked ? [...picked, kind] : picked.filter((other) => other !== kind))} />{capital(t(`inline.${kind}`))}
            </label>
          ))}
        </fieldset>
        <Field label={t('care.askWords')} hint={to === 'insurer' ? t('care.insurerHint') : undefined}>
          {(ids) => <textarea {...ids} value={words} maxLength={1000} onChange={(event) => setWords(event.target.value)} />}
        </Field>
        <div className={css.acts}><Button type="submit" loading={ask.isPending}>{t('care.askGo')}</Button></div>
      </form>
    </section>
  )
}

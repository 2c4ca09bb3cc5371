import { useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { ApiError } from '../api/problem'
import { Field, LineField } from '../care/Field'
import { longDate } from '../format/date'
import { AnchorButton, Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { ErrorSummary, LoadError, useErrorText, type FieldError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useClinic, useWords } from '../ui/useWords'
import type { Known } from './beforeTypes'
import { HomeLink } from './HomeLink'
import css from './place.module.css'
import { countriesIn, regionsOf } from './places'
import { useSource, type VisitAct } from './source'
import type { Visit } from './types'
import visitCss from './visit.module.css'

const fieldOf: Record<string, string> = { country: 'place-country', address: 'place-address', phone: 'place-phone' }

/** Whose visit it is, read back; then where the patient is, for help and for the law. */
export function PlaceStep({ over, visit, act }: { over: string; visit: Visit; act: VisitAct }) {
  const source = useSource()
  const known = useQuery({ queryKey: [...source.key, 'place'], queryFn: source.known, staleTime: Infinity, refetchOnWindowFocus: false })
  const [again, setAgain] = useState(false)
  return (
    <>
      <header className={visitCss.top}><HomeLink /><p className={visitCss.over}>{over}</p></header>
      {visit.me.outside && !again ? <Outside onAgain={() => setAgain(true)} />
        : known.data ? <Asks visit={visit} act={act} known={known.data} onSaid={() => setAgain(false)} />
        : <main id="content" tabIndex={-1} className={visitCss.narrow}>{known.error ? <LoadError error={known.error} onRetry={() => void known.refetch()} /> : <Skeleton heights={[40, 120, 240]} />}</main>}
    </>
  )
}

/** The law does not let them be treated there: kindly, and with a way on. */
function Outside({ onAgain }: { onAgain: () => void }) {
  const { t } = useWords()
  const phone = useClinic()?.phone
  return (
    <main id="content" tabIndex={-1} className={visitCss.narrow}>
      <h1>{t('place.outside')}</h1>
      <p className={visitCss.lead} role="status">{t('place.outsideText')}</p>
      <div className={visitCss.endButtons}>
        {phone && <AnchorButton wide icon="phone" href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{t('call', { phone })}</AnchorButton>}
        <Button wide variant="default" onClick={onAgain}>{t('place.change')}</Button>
      </div>
    </main>
  )
}

function Asks({ visit, act, known, onSaid }: { visit: Visit; act: VisitAct; known: Known; onSaid: () => void }) {
  const { t, locale } = useWords()
  const said = useErrorText()
  const { home } = useSource()
  const phone = useClinic()?.phone
  const other = visit.me.role === 'proxy'
  const name = known.name
  const [me, setMe] = useState<'yes' | 'no'>()
  const [place, setPlace] = useState({ country: known.place?.country || 'US', region: known.place?.region ?? '', address: known.place?.address ?? '', phone: known.place?.phone ?? '' })
  const [errors, setErrors] = useState<FieldError[]>([])
  const regions = regionsOf(place.country)
  const set = (some: Partial<typeof place>) => setPlace({ ...place, ...some })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (me !== 'yes') return setErrors([{ field: 'place-yes', message: t('place.needYes') }])
    setErrors([])
    act.mutate({ do: 'place', body: { ...place, region: regions.length > 0 ? place.region : '' } }, {
      onSuccess: onSaid,
      onError: (error) => setErrors([{ field: error instanceof ApiError ? fieldOf[error.code] : undefined, message: said(error) }]),
    })
  }
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <main id="content" tabIndex={-1} className={visitCss.narrow}>
        <h1>{other ? t('place.titleFor', { name }) : t('place.title')}</h1>
        <ErrorSummary errors={errors} />
        <Card pad className={visitCss.block}>
          <p className={css.name}>{name}</p>
          {known.birthDate && <p className="meta">{t('place.born', { date: longDate(known.birthDate, locale) })}</p>}
          <div className={css.yes} role="radiogroup" aria-label={other ? t('place.titleFor', { name }) : t('place.title')}>
            {(['yes', 'no'] as const).map((word) => (
              <label key={word}><input id={`place-${word}`} type="radio" name="place-me" checked={me === word} onChange={() => setMe(word)} /><span>{t(`place.${word}${other ? 'For' : ''}`, { name })}</span></label>
            ))}
          </div>
        </Card>
        {me === 'no' ? (
          <div className={visitCss.problem} role="alert">
            <p>{t('place.wrong')}</p>
            {phone && <AnchorButton variant="default" icon="phone" href={`tel:${phone.replace(/[^+\d]/g, '')}`}>{t('call', { phone })}</AnchorButton>}
          </div>
        ) : (
          <>
            <h2 className={css.where}>{other ? t('place.whereFor', { name }) : t('place.where')}</h2>
            <p className={visitCss.lead}>{t('place.lead')}</p>
            <div className={css.fields}>
              <Field id="place-country" label={t('place.country')}>{(ids) => <select {...ids} value={place.country} onChange={(event) => set({ country: event.target.value, region: '' })}>{countriesIn(locale).map(({ code, name: label }) => <option key={code} value={code}>{label}</option>)}</select>}</Field>
              {regions.length > 0 && <Field id="place-region" label={t('place.state')}>{(ids) => <select {...ids} value={place.region} onChange={(event) => set({ region: event.target.value })}><option value="">{t('place.chooseState')}</option>{regions.map(({ code, name: label }) => <option key={code} value={code}>{label}</option>)}</select>}</Field>}
              <Field id="place-address" label={other ? t('place.addressFor', { name }) : t('place.address')} hint={t('place.addressHelp')}>{(ids) => <textarea {...ids} rows={2} maxLength={300} autoComplete={other ? 'off' : 'street-address'} value={place.address} onChange={(event) => set({ address: event.target.value })} />}</Field>
              <LineField id="place-phone" type="tel" inputMode="tel" autoComplete="tel" maxLength={40} label={t('place.phone')} hint={t('place.phoneHelp')} value={place.phone} onValue={(value) => set({ phone: value })} />
            </div>
            <p className={visitCss.note}>{t('place.kept')}</p>
          </>
        )}
      </main>
      {me !== 'no' && <footer className={visitCss.foot}><Button type="submit" wide loading={act.isPending}>{t('place.go')}</Button></footer>}
      {me === 'no' && home && <footer className={visitCss.foot}><Button wide variant="subtle" onClick={() => setMe(undefined)}>{t('form.back')}</Button></footer>}
    </form>
  )
}

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Field } from '../care/Field'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { countriesIn, placeName, regionsOf } from '../visits/places'
import { licenceQuery, saveLicence, type Licence } from './calls'
import css from './rules.module.css'

const nameOf = (place: string, locale: string): string => {
  const [country = '', region] = place.split('-')
  return placeName({ country, region }, locale)
}

/** The places where the clinic may treat by video, and what happens to who is elsewhere. */
export function LicenceRules({ known }: { known: Licence }) {
  const { t, locale } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const [places, setPlaces] = useState(known.places)
  const [outside, setOutside] = useState(known.outside)
  const [country, setCountry] = useState('US')
  const [region, setRegion] = useState('')
  const save = useMutation({
    mutationFn: (next: string[]) => saveLicence({ places: next, outside, version: known.version }),
    onSuccess: (now) => {
      queries.setQueryData(licenceQuery.queryKey, now)
      setPlaces(now.places)
    },
  })
  const add = () => {
    const place = region ? `${country}-${region}` : country
    if (!places.includes(place)) setPlaces([...places, place])
  }
  const regions = regionsOf(country)
  return (
    <SectionCard title={t('rules.licence')}>
      <p className="dim">{t('rules.licenceText')}</p>
      {save.error && <ErrorSummary errors={[{ message: text(save.error) }]} />}
      <p className={css.head}>{t('rules.places')}</p>
      {places.length === 0 ? <p>{t('rules.everywhere')}</p> : (
        <ul className={css.places}>
          {places.map((place) => <li key={place}>{nameOf(place, locale)}<button type="button" aria-label={t('rules.remove', { name: nameOf(place, locale) })} onClick={() => setPlaces(places.filter((one) => one !== place))}><Icon name="cross" size={16} /></button></li>)}
        </ul>
      )}
      <div className={css.add}>
        <Field label={t('place.country')}>{(ids) => <select {...ids} value={country} onChange={(event) => { setCountry(event.target.value); setRegion('') }}>{countriesIn(locale).map(({ code, name }) => <option key={code} value={code}>{name}</option>)}</select>}</Field>
        {regions.length > 0 && <Field label={t('place.state')}>{(ids) => <select {...ids} value={region} onChange={(event) => setRegion(event.target.value)}><option value="">{t('rules.whole')}</option>{regions.map(({ code, name }) => <option key={code} value={code}>{name}</option>)}</select>}</Field>}
        <Button variant="default" icon="plus" onClick={add}>{t('rules.add')}</Button>
      </div>
      <fieldset className={css.outside}>
        <legend>{t('rules.outside')}</legend>
        {(['warn', 'refuse'] as const).map((word) => <label key={word}><input type="radio" name="outside" checked={outside === word} onChange={() => setOutside(word)} />{t(`rules.${word}`)}</label>)}
      </fieldset>
      <div className={css.save}><Button variant="default" loading={save.isPending} onClick={() => save.mutate(places)}>{t('rules.save')}</Button>{save.isSuccess && places.join() === known.places.join() && outside === known.outside && <Said>{t('rules.saved')}</Said>}</div>
    </SectionCard>
  )
}

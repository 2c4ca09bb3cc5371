import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { take } from '../api/client'
import { useStepUp } from '../account/StepUp'
import { longDate } from '../format/date'
import { relationOf } from '../shell/relation'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { Said, useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import { api, offersQuery, type Offer } from './calls'
import css from './choices.module.css'
import sharing from './sharing.module.css'

/** Invitations that nobody accepted yet, each with the way to take it back. */
export function OfferList({ patient }: { patient: string }) {
  const { t } = useWords()
  const offers = useQuery(offersQuery(patient))
  const [taken, setTaken] = useState('')
  const said = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (taken) said.current?.focus()
  }, [taken])
  const waiting = offers.data?.items.filter(({ state }) => state === 'waiting') ?? []
  return (
    <div className={css.offers}>
      {taken && <div ref={said} tabIndex={-1}><Said>{t('offer.taken', { name: taken })}</Said></div>}
      {waiting.length > 0 && (
        <Card rows label={t('offer.waiting')}>
          {waiting.map((offer) => <Waiting key={offer.id} patient={patient} offer={offer} onTaken={() => setTaken(offer.name)} />)}
        </Card>
      )}
    </div>
  )
}

function Waiting({ patient, offer, onTaken }: { patient: string; offer: Offer; onTaken: () => void }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const back = useMutation({
    mutationFn: () => stepUp.run(() => take(api.DELETE('/charts/{patient}/offers/{id}', { params: { path: { patient, id: offer.id } } }))),
    onSuccess: (done) => {
      if (done === 'cancelled') return
      onTaken()
      void queries.invalidateQueries({ queryKey: offersQuery(patient).queryKey })
    },
  })
  return (
    <div className={css.offer}>
      <Face name={offer.name} />
      <div className="grow">
        <b>{offer.name}</b>
        <p className="meta">{t(`helper.${relationOf(offer.relation)}`)}. {t('offer.waitsUntil', { date: longDate(offer.expiresAt, locale, clock.zone) })}</p>
        {back.error && <p role="alert" className={sharing.error}>{text(back.error)}</p>}
      </div>
      <Tag tone="outline">{t('offer.notYet')}</Tag>
      <Button variant="quiet-danger" loading={back.isPending} onClick={() => back.mutate()}>{t('offer.takeBack')}</Button>
      {stepUp.dialog}
    </div>
  )
}

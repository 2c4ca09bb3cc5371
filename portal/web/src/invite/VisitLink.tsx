import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { longDate, timeOf } from '../format/date'
import { Button } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { useClinic, useWords } from '../ui/useWords'
import { api, visitLinkQuery, type Handed, type LinkToVisit } from './calls'
import css from './invite.module.css'
import { LinkShown } from './LinkShown'

const tones = { none: 'outline', open: 'accent', dead: 'look', expired: 'outline' } as const

/** How it stands with the link, and the two things that can be done: make one, take it back. */
export function VisitLink({ patient, visit, link, start, name }: { patient: string; visit: string; link: LinkToVisit; start: string; name: string }) {
  const { t, locale, clock } = useWords()
  const clinic = useClinic()
  // It is kept, and read on another day: the whole date, by the clinic's clock.
  const zone = clinic?.timeZone ?? clock.zone
  const when = t('join.when', { day: longDate(start, locale, zone), time: timeOf(start, zone) })
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const [shown, setShown] = useState<Handed>()
  const [dropped, setDropped] = useState(false)
  const path = { params: { path: { patient, id: visit } } }
  const known = { queryKey: visitLinkQuery(patient, visit).queryKey }
  const make = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/charts/{patient}/visits/{id}/link', path))),
    onSuccess: (made) => {
      if (made === 'cancelled') return
      setDropped(false)
      setShown(made.link)
      void queries.invalidateQueries(known)
    },
  })
  const drop = useMutation({
    mutationFn: () => take(api.DELETE('/charts/{patient}/visits/{id}/link', path)),
    onSuccess: () => {
      setShown(undefined)
      setDropped(true)
      void queries.invalidateQueries(known)
    },
  })
  const error = make.error ?? drop.error
  const there = link.state === 'open' || link.state === 'dead'
  return (
    <Card pad>
      {error && <ErrorSummary errors={[{ message: text(error) }]} />}
      <p className={`${css.which} no-print`}>{when}. {name}</p>
      {shown ? <LinkShown link={shown} letter={[clinic?.name, t('visitLink.letter', { when, name }), clinic?.phone && t('visitLink.call', { phone: clinic.phone })].filter(Boolean).join('\n')} onDone={() => setShown(undefined)} /> : (
        <>
          {dropped && <Said>{t('visitLink.dropped')}</Said>}
          <p className={css.state}>
            <Tag tone={tones[link.state]}>{t(`visitLink.state.${link.state}`)}</Tag>
            {link.state === 'open' && <span className="meta">{[link.used && t('visitLink.used'), link.until && t('visitLink.until', { date: longDate(link.until, locale, clock.zone), time: timeOf(link.until, clock.zone) })].filter(Boolean).join('. ')}</span>}
          </p>
          <div className={css.buttons}>
            <Button loading={make.isPending} onClick={() => make.mutate()}>{t(there ? 'visitLink.again' : 'visitLink.make')}</Button>
            {there && <Button variant="quiet-danger" loading={drop.isPending} onClick={() => drop.mutate()}>{t('visitLink.drop')}</Button>}
          </div>
          {there && <p className="dim measure">{t('visitLink.againText')}</p>}
        </>
      )}
      {stepUp.dialog}
    </Card>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { take } from '../api/client'
import { meQuery } from '../api/queries'
import { longDate, timeOf } from '../format/date'
import { listOf } from '../format/locale'
import { relationOf } from '../shell/relation'
import { SessionGuard } from '../shell/SessionGuard'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { AnchorButton, Button, LinkButton } from '../ui/Button'
import { Card } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { BrandMark, Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, forgetSecret, keptSecret, lastDayOf, type Invited } from './calls'
import { parts } from './WhatToShare'
import css from './choices.module.css'

/** Where the link of an invitation leads, after the sign-in: for whom, what, and a button. Opening it uses nothing up. */
export function AcceptPage() {
  const { t } = useWords()
  const text = useErrorText()
  const [secret] = useState(keptSecret)
  usePageTitle(t('accept.page'))
  const offer = useQuery({ queryKey: ['invitation', secret], queryFn: () => take(api.POST('/me/offers/open', { body: { secret } })), enabled: secret !== '', retry: false, staleTime: Infinity })
  return (
    <div className={css.page}>
      <header><BrandMark />{t('brand')}</header>
      <main id="content" tabIndex={-1}>
        {secret === '' ? <Empty level={1} icon="share" title={t('accept.gone')} text={t('accept.goneText')} action={<AnchorButton variant="default" href="/">{t('errors.home')}</AnchorButton>} />
          : offer.error ? <Empty level={1} icon="share" title={t('accept.gone')} text={text(offer.error)} action={<AnchorButton variant="default" href="/">{t('errors.home')}</AnchorButton>} />
          : !offer.data ? <Skeleton heights={[60, 220]} />
          : <Accept secret={secret} offer={offer.data} />}
      </main>
      <SessionGuard />
    </div>
  )
}

function Accept({ secret, offer }: { secret: string; offer: Invited }) {
  const { t, locale, clock } = useWords()
  const text = useErrorText()
  const me = useMe()
  const queries = useQueryClient()
  const go = useNavigate()
  const [early, setEarly] = useState(false)
  const accept = useMutation({
    mutationFn: () => take(api.POST('/me/offers/accept', { body: { secret } })),
    onSuccess: async (done) => {
      forgetSecret()
      await queries.refetchQueries({ queryKey: meQuery.queryKey })
      // Before the doors of a visit open there is nothing to see yet.
      if (done.visit && !queries.getQueryData(meQuery.queryKey)?.people.some(({ patient }) => patient === done.patient)) setEarly(true)
      else if (done.visit) await go({ to: '/p/$patient/visits/$visit', params: { patient: done.patient ?? '', visit: done.visit } })
      else await go({ to: '/p/$patient', params: { patient: done.patient ?? '' } })
    },
  })
  if (early) {
    const at = offer.from ?? offer.until
    return <Empty level={1} icon="calendar" title={t('accept.early', { name: offer.patientName })} text={t('accept.earlyText', { when: `${longDate(at, locale, clock.zone)}, ${timeOf(at, clock.zone)}` })} action={<LinkButton variant="default" to="/people">{t('accept.people')}</LinkButton>} />
  }
  const sees = listOf(parts.filter((part) => offer.sees.includes(part)).map((part) => t(`inline.${part}`)), locale)
  return (
    <>
      <h1>{t('accept.title', { name: offer.patientName })}</h1>
      <p className="dim">{t(`relation.${relationOf(offer.relation)}`)}. {t('accept.until', { date: longDate(lastDayOf(offer.until), locale, clock.zone) })}</p>
      {accept.error && <ErrorSummary errors={[{ message: text(accept.error) }]} />}
      <Card pad>
        <ul className={css.gives}>
          <li><Icon name="eye" size={20} />{offer.visit ? t('accept.visit') : t('accept.sees', { list: sees })}</li>
          {offer.can.map((power) => <li key={power}><Icon name="check" size={20} />{t(`accept.can.${power}`)}</li>)}
          {offer.hides.includes('sensitive') && <li><Icon name="cross" size={20} />{t('accept.hides')}</li>}
        </ul>
      </Card>
      <p className="dim measure">{t('accept.seen', { name: offer.patientName })}</p>
      <div className={css.buttons}>
        <Button loading={accept.isPending} onClick={() => accept.mutate()}>{t('accept.go')}</Button>
        <AnchorButton variant="default" href="/">{t('accept.later')}</AnchorButton>
      </div>
      <p className="meta">{t('accept.as', { name: me.account.name })}</p>
    </>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, take } from '../api/client'
import { devicesQuery } from '../api/queries'
import type { Device } from '../api/types'
import { longDate, moment } from '../format/date'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Card, Dot, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './account.module.css'
import { useStepUp } from './StepUp'

/** Where this account is signed in, this device first. */
export function DevicesPage() {
  const { t } = useWords()
  const { patient } = useSubject()
  usePageTitle(t('account.devices'))
  const devices = useQuery(devicesQuery)
  const [ended, setEnded] = useState(false)
  const items = [...(devices.data?.items ?? [])].sort((a, b) => Number(b.current) - Number(a.current))
  return (
    <div className={css.page}>
      <PageHead
        title={t('account.devices')} text={t('account.devicesLead')}
        back={patient ? <BackLink to="/p/$patient/you" params={{ patient }} place={t('account.page')} /> : <BackLink to="/clinic/you" place={t('account.page')} />}
      />
      <div className={css.cards}>
        {ended && <Said>{t('account.ended')}</Said>}
        {devices.error && !devices.data ? <LoadError error={devices.error} onRetry={() => void devices.refetch()} />
          : !devices.data ? <Skeleton heights={[84, 84]} />
          : items.map((device) => <DeviceCard key={device.id} device={device} onEnded={() => setEnded(true)} />)}
      </div>
    </div>
  )
}

function DeviceCard({ device, onEnded }: { device: Device; onEnded: () => void }) {
  const { t, locale, dayInside, clock } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const end = useMutation({
    mutationFn: () => stepUp.run(() => take(api.DELETE('/me/sessions/{id}', { params: { path: { id: device.id } } }))),
    onSuccess: (done) => {
      if (done === 'cancelled') return
      onEnded()
      void queries.invalidateQueries({ queryKey: devicesQuery.queryKey })
    },
  })
  const when = device.lastSeenAt ? t('account.lastSeen', { when: moment(device.lastSeenAt, locale, dayInside, clock) }) : t('account.signedInOn', { date: longDate(device.createdAt, locale, clock.zone) })
  return (
    <Card pad>
      {stepUp.dialog}
      {end.error && <ErrorSummary errors={[{ message: text(end.error) }]} />}
      <div className={css.me}>
        <Dot tone={device.current ? 'accent' : 'plain'}><Icon name={device.app ? 'app' : 'device'} /></Dot>
        <div className="grow">
          <b className={css.name} style={{ fontSize: '1em' }}>{device.app || device.device || t('account.unknownDevice')}</b>
          <span className="meta" style={{ display: 'block' }}>{when}</span>
          {device.address && <span className="meta" style={{ display: 'block' }}>{t('account.address', { address: device.address })}</span>}
        </div>
        {device.current ? <Tag tone="accent">{t('account.current')}</Tag> : (
          <Button variant="quiet-danger" loading={end.isPending} aria-label={`${t('account.end')}: ${device.app || device.device}`} onClick={() => end.mutate()}>{t('account.end')}</Button>
        )}
      </div>
    </Card>
  )
}

import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { moment } from '../format/date'
import { deliveryQuery, type Delivery } from '../notices/queries'
import { usePageTitle } from '../shell/title'
import { Card, SectionHead, Tag } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './delivery.module.css'
import '@mantine/core/styles/SegmentedControl.css'

/** Counts by network, kind and state, what failed last, and places that were forgotten. */
export function DeliveryPage() {
  const { t } = useWords()
  const [days, setDays] = useState('7')
  usePageTitle(t('delivery.page'))
  const delivery = useQuery(deliveryQuery(Number(days)))
  return (
    <div className={css.page}>
      <div>
        <h1>{t('delivery.title')}</h1>
        <p className="dim">{t('delivery.lead')}</p>
      </div>
      <SegmentedControl aria-label={t('delivery.days')} value={days} onChange={setDays} data={['1', '7', '30', '90'].map((value) => ({ value, label: t('delivery.last', { count: Number(value) }) }))} />
      {delivery.error && !delivery.data ? <LoadError error={delivery.error} onRetry={() => void delivery.refetch()} /> : !delivery.data ? <Skeleton heights={[180, 180]} /> : <Numbers data={delivery.data} />}
    </div>
  )
}

function Numbers({ data }: { data: Delivery }) {
  const { t, locale, day, clock } = useWords()
  const places = [['browsers', data.browsers], ['phones', data.phones], ['numbers', data.numbers], ['failing', data.failing], ['noNumber', data.noNumber]] as const
  return (
    <>
      <SectionHead id="networks" title={t('delivery.networks')} />
      <Card rows>
        {data.networks.map(({ name, on, host, dead }) => (
          <div key={name} className={css.row}>
            <span className="grow"><b>{t(`delivery.network.${name}`)}</b><span className="meta">{[host, dead > 0 && t('delivery.dead', { count: dead })].filter(Boolean).join('. ')}</span></span>
            <Tag tone={on ? 'accent' : 'plain'}>{t(on ? 'delivery.on' : 'delivery.off')}</Tag>
          </div>
        ))}
      </Card>
      <SectionHead title={t('delivery.places')} />
      <Card pad><dl className={css.places}>{places.map(([name, n]) => <div key={name}><dt>{t(`delivery.place.${name}`)}</dt><dd>{n.toLocaleString(locale)}</dd></div>)}</dl></Card>
      <SectionHead id="counts" title={t('delivery.counts')} />
      {data.counts.length === 0 ? <Empty icon="bell" title={t('delivery.none')} text={t('delivery.noneText')} /> : (
        <Card pad>
          <div className={css.wide} role="region" aria-labelledby="counts" tabIndex={0}>
            <table className={css.table} aria-labelledby="counts">
              <thead><tr>{(['by', 'kind', 'state', 'n'] as const).map((head) => <th key={head} scope="col">{t(`delivery.head.${head}`)}</th>)}</tr></thead>
              <tbody>
                {data.counts.map(({ network, kind, state, n }) => (
                  <tr key={`${network} ${kind} ${state}`}><td>{t(`delivery.network.${network}`)}</td><td>{t(`delivery.kind.${kind}`)}</td><td>{t(`delivery.state.${state}`)}</td><td>{n.toLocaleString(locale)}</td></tr>
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
      <SectionHead id="failures" title={t('delivery.failures')} />
      {data.failures.length === 0 ? <Empty icon="done" title={t('delivery.noFailure')} text="" /> : (
        <Card rows>
          {data.failures.map((one) => (
            <div key={`${one.network} ${one.class} ${one.code}`} className={css.row}>
              <span className="grow">
                <b>{t(`delivery.network.${one.network}`)}: {t(`delivery.class.${one.class}`)}</b>
                <span className="meta">{[one.code > 0 && t('delivery.code', { code: one.code }), t('delivery.lastAt', { when: moment(one.last, locale, day, clock) })].filter(Boolean).join('. ')}</span>
              </span>
              <span>{one.n.toLocaleString(locale)}</span>
            </div>
          ))}
        </Card>
      )}
    </>
  )
}

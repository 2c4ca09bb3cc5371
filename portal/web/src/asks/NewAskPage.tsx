import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { entryQuery } from '../api/queries'
import { titleOf } from '../chart/entryWords'
import { BackLink, PageHead } from '../shell/PageHead'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Empty } from '../ui/Empty'
import { LinkButton } from '../ui/Button'
import { LoadError } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { asksQuery, offerQuery } from './calls'
import { MedicineForm } from './MedicineForm'
import { OtherForm } from './OtherForm'
import type { Ask } from './types'

const others = ['visit', 'record', 'form'] as const

/** A new request: about a medicine when the address names one, else one of the other kinds. */
export function NewAskPage() {
  const { t } = useWords()
  const { patient, acting, name } = useSubject()
  const { medicine } = useSearch({ from: '/gate/p/$patient/asks/new' })
  const navigate = useNavigate()
  const offer = useQuery({ ...offerQuery(patient, medicine ?? ''), enabled: medicine !== undefined })
  const list = useInfiniteQuery({ ...asksQuery(patient), enabled: medicine === undefined })
  const forName = acting ? name : undefined
  const done = (ask: Ask) => void navigate({ to: '/p/$patient/asks/$id', params: { patient, id: ask.id }, replace: true })
  const what = useQuery({ ...entryQuery(patient, 'MedicationRequest', medicine ?? ''), enabled: medicine !== undefined }).data?.entry
  const kind = offer.data?.kind
  const title = medicine ? (kind ? (forName ? t(`asks.${kind}For`, { name }) : t(`asks.${kind}`)) : '\u00a0') : forName ? t('asks.newFor', { name }) : t('asks.new')
  usePageTitle(medicine && kind ? t(`asks.${kind}`) : t('asks.new'), forName)
  const query = medicine ? offer : list
  const cannot = <Empty icon="lock" title={t('asks.notPossible')} text={t('asks.notPossibleText')} />
  const kinds = others.filter((one) => list.data?.pages[0]?.canAsk.includes(one))
  return (
    <>
      <PageHead
        title={title} text={medicine ? (what ? titleOf(what, t) : '\u00a0') : undefined}
        back={medicine ? <BackLink to="/p/$patient/entries/$type/$id" params={{ patient, type: 'MedicationRequest', id: medicine }} place={t('asks.medicine')} /> : <BackLink to="/p/$patient/asks" params={{ patient }} place={t('asks.back')} />}
      />
      {query.error && !query.data ? <LoadError error={query.error} onRetry={() => void query.refetch()} />
        : !query.data ? <Skeleton heights={[52, 120, 120]} onRetry={() => void query.refetch()} />
        : medicine && offer.data ? (
          offer.data.open ? <LinkButton to="/p/$patient/asks/$id" params={{ patient, id: offer.data.open }} variant="default">{t('asks.seeOpen')}</LinkButton>
            : kind && offer.data.canAsk ? <MedicineForm patient={patient} medicine={medicine} offer={{ ...offer.data, kind }} forName={forName} onDone={done} /> : cannot
        ) : kinds.length === 0 ? cannot : <OtherForm patient={patient} kinds={kinds} forName={forName} onDone={done} />}
    </>
  )
}

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { grantsQuery } from '../api/queries'
import { longDate } from '../format/date'
import { lastDayOf } from '../sharing/calls'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { Button, LinkButton } from '../ui/Button'
import { Card, Tag } from '../ui/Card'
import { Face } from '../ui/Face'
import { LoadError, Said } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { BlockCard } from './BlockCard'
import { BlockForm } from './BlockForm'
import { blocksKey, blocksQuery } from './calls'
import css from './blocks.module.css'

/** All court papers of the house. */
export function BlocksPage() {
  const { t } = useWords()
  const roles = useMe().account.roles ?? []
  usePageTitle(t('blocks.page'))
  return (
    <div className={css.page}>
      <div>
        <h1>{t('blocks.page')}</h1>
        <p className="dim">{t('blocks.lead')}</p>
      </div>
      {roles.includes('admin') && <div><LinkButton variant="default" icon="search" to="/clinic/lookup">{t('blocks.find')}</LinkButton></div>}
      <List patient="" />
    </div>
  )
}

/** With whom one patient's record is shared, and who must stay out of it. */
export function PatientBlocksPage() {
  const { t, locale } = useWords()
  const { patient } = useParams({ from: '/gate/clinic/blocks/$patient' })
  const roles = useMe().account.roles ?? []
  const whose = useInfiniteQuery(blocksQuery(patient)).data?.pages[0]
  usePageTitle(t('blocks.page'))
  return (
    <div className={css.page}>
      <div>
        <h1>{t('blocks.page')}</h1>
        <p className={css.whose}>{whose ? <><b>{whose.patientName}</b> {whose.birthDate && t('blocks.born', { date: longDate(whose.birthDate, locale) })}</> : '\u00a0'}</p>
        <p className="dim">{t('blocks.lead')}</p>
      </div>
      <List patient={patient} />
      {whose && <BlockForm patient={patient} />}
      {whose && roles.includes('privacy') && <Sharing patient={patient} />}
      <div><LinkButton variant="subtle" to="/clinic/blocks">{t('blocks.all')}</LinkButton></div>
    </div>
  )
}

function List({ patient }: { patient: string }) {
  const { t } = useWords()
  const queries = useQueryClient()
  const list = useInfiniteQuery(blocksQuery(patient))
  const [said, setSaid] = useState('')
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (said) box.current?.focus()
  }, [said])
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const lifted = (name: string) => {
    setSaid(t('blocks.nowLifted', { name }))
    void queries.invalidateQueries({ queryKey: blocksKey })
  }
  return (
    <section aria-label={t('blocks.page')} className={css.section}>
      {said && <div ref={box} tabIndex={-1}><Said>{said}</Said></div>}
      {list.error && !list.data ? <LoadError error={list.error} onRetry={() => void list.refetch()} />
        : !list.data ? <Skeleton heights={[150]} />
        : items.length === 0 ? <p className="dim">{t('blocks.none')}</p>
        : items.map((one) => <BlockCard key={one.id} one={one} named={!patient} onLifted={() => lifted(one.name)} />)}
      {list.hasNextPage && <p><Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t('blocks.more')}</Button></p>}
    </section>
  )
}

/** Who has access, for the privacy officer, who opens no chart by it. */
function Sharing({ patient }: { patient: string }) {
  const { t, locale, clock } = useWords()
  const grants = useQuery(grantsQuery(patient))
  return (
    <section aria-labelledby="shared" className={css.section}>
      <h2 id="shared">{t('blocks.share')}</h2>
      {grants.error && !grants.data ? <LoadError error={grants.error} onRetry={() => void grants.refetch()} />
        : !grants.data ? <Skeleton heights={[64]} />
        : grants.data.items.length === 0 ? <p className="dim">{t('blocks.shareNone')}</p>
        : (
          <Card rows>
            {grants.data.items.map((one) => (
              <div key={one.id} className={css.line}>
                <Face name={one.name} size="s" />
                <p className="grow"><b>{one.name}</b> <span className="dim">{t('blocks.untilDate', { date: longDate(lastDayOf(one.until), locale, clock.zone) })}</span></p>
                <Tag tone={one.state === 'active' ? 'accent' : 'outline'}>{t(`blocks.grant.${one.state}`)}</Tag>
              </div>
            ))}
          </Card>
        )}
    </section>
  )
}

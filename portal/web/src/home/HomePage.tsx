import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, type ReactNode } from 'react'
import { chartQuery } from '../api/queries'
import type { Attention, Chart, Entry } from '../api/types'
import { EntryRow } from '../chart/EntryRow'
import { fullDate, partOfDay } from '../format/date'
import { givenName } from '../format/names'
import { LoadError } from '../ui/ErrorSummary'
import { Card, Dot, SectionHead } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { Icon } from '../ui/Icon'
import { LinkRow } from '../ui/Row'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Hero } from './Hero'
import { NextVisit } from './NextVisit'
import css from './home.module.css'

// Below everything else on a phone: it comes after what is above it.
const Aside = lazy(() => import('./Glance').then(({ Aside: one }) => ({ default: one })))

const newShown = 3

/** The next thing as one card, then what to look at, then what is new. */
export function HomePage() {
  const { t, locale, clock } = useWords()
  const { patient, acting, name, subject } = useSubject()
  usePageTitle(t('home.page'), acting ? name : undefined)
  const chart = useQuery(chartQuery(patient))
  const greeting = acting ? t('home.forPerson', { name }) : t(`home.${partOfDay(clock)}`, { name: givenName(subject?.name ?? '', subject?.given) })
  return (
    <div className={css.page}>
      <div className={css.head}>
        <h1>{greeting}</h1>
        <p className="dim">{fullDate(localDay(clock.now), locale)}</p>
      </div>
      {chart.data ? <NextVisit patient={patient} urgent={chart.data.attention.some((item) => item.level === 'urgent')}>{(visit, near) => <HomeBody chart={chart.data} patient={patient} acting={acting} name={name} visit={visit} near={near} />}</NextVisit>
        : chart.error ? <LoadError error={chart.error} onRetry={() => void chart.refetch()} />
        : <Skeleton heights={[196, 148, 148]} onRetry={() => void chart.refetch()} />}
    </div>
  )
}

const localDay = (now: Date): string =>
  `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`

function HomeBody({ chart, patient, acting, name, visit, near }: { chart: Chart; patient: string; acting: boolean; name: string; visit: ReactNode; near: boolean }) {
  const { t } = useWords()
  const unread = useSubject().subject?.unread ?? 0
  const [first, rest] = firstThing(chart, near)
  const shown = new Set([first?.entry.ref, ...rest.map((item) => item.entry.ref)])
  // A panel whose one value to look at stands above already has nothing new to say.
  const said = (entry: Entry) => shown.has(entry.ref) || (entry.outOfRange === 1 && entry.children?.some((child) => shown.has(child.ref)))
  const fresh = chart.newest.filter((entry) => !said(entry))
  return (
    <div className={css.columns}>
      <div className={css.mainColumn}>
        {near ? visit : first ? <Hero patient={patient} attention={first.attention} entry={first.entry} /> : (
          <Empty icon="done" title={t('home.nothing')} text={t('home.nothingText')} />
        )}
        {unread > 0 && (
          <>
            <SectionHead title={t('home.yourTurn')} />
            <Card rows><LinkRow to="/p/$patient/messages" params={{ patient }} lead={<Dot tone="accent"><Icon name="chat" /></Dot>} title={t('home.wrote')} text={t('shell.unread', { count: unread })} /></Card>
          </>
        )}
        {!near && visit}
        {rest.length > 0 && (
          <>
            <SectionHead title={t(near ? 'home.heroLook' : 'home.lookToo')} />
            <Card rows>{rest.map((item) => <EntryRow key={item.entry.ref} patient={patient} entry={item.entry} />)}</Card>
          </>
        )}
        {fresh.length > 0 && (
          <>
            <SectionHead title={t('home.recent')}>
              <Link to="/p/$patient/record" params={{ patient }}>{t('seeAll')}</Link>
            </SectionHead>
            <Card rows>{fresh.slice(0, newShown).map((entry) => <EntryRow key={entry.ref} patient={patient} entry={entry} />)}</Card>
          </>
        )}
      </div>
      <aside className={css.aside} aria-label={t('home.glance')}>
        <Suspense fallback={null}><Aside chart={chart} patient={patient} title={acting ? t('home.teamFor', { name }) : t('home.team')} /></Suspense>
      </aside>
    </div>
  )
}

/** What stands in the one big card, unless a visit does: the most pressing thing to look at, else the newest entry. */
function firstThing(chart: Chart, near: boolean): [{ attention?: Attention; entry: Entry } | undefined, Attention[]] {
  const sorted = [...chart.attention].sort((a, b) => Number(b.level === 'urgent') - Number(a.level === 'urgent'))
  if (near) return [undefined, sorted.slice(0, newShown)]
  const [top, ...rest] = sorted
  if (top) return [{ attention: top, entry: top.entry }, rest.slice(0, newShown)]
  const entry = chart.newest[0]
  return [entry && { entry }, []]
}

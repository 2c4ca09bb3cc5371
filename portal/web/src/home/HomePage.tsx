import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { chartQuery } from '../api/queries'
import type { Attention, Chart, Entry } from '../api/types'
import { EntryRow } from '../chart/EntryRow'
import { fullDate, partOfDay } from '../format/date'
import { givenName } from '../format/names'
import { LoadError } from '../ui/ErrorSummary'
import { Card, SectionHead } from '../ui/Card'
import { Empty } from '../ui/Empty'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { usePageTitle } from '../shell/title'
import { useSubject } from '../shell/useMe'
import { Glance, Team } from './Glance'
import { Hero } from './Hero'
import css from './home.module.css'

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
      {chart.data ? <HomeBody chart={chart.data} patient={patient} acting={acting} name={name} />
        : chart.error ? <LoadError error={chart.error} onRetry={() => void chart.refetch()} />
        : <Skeleton heights={[196, 148, 148]} onRetry={() => void chart.refetch()} />}
    </div>
  )
}

const localDay = (now: Date): string =>
  `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`

function HomeBody({ chart, patient, acting, name }: { chart: Chart; patient: string; acting: boolean; name: string }) {
  const { t } = useWords()
  const [first, rest] = firstThing(chart)
  const shown = new Set([first?.entry.ref, ...rest.map((item) => item.entry.ref)])
  // A panel whose one value to look at stands above already has nothing new to say.
  const said = (entry: Entry) => shown.has(entry.ref) || (entry.outOfRange === 1 && entry.children?.some((child) => shown.has(child.ref)))
  const fresh = chart.newest.filter((entry) => !said(entry))
  return (
    <div className={css.columns}>
      <div className={css.mainColumn}>
        {first ? <Hero patient={patient} attention={first.attention} entry={first.entry} /> : (
          <Empty icon="done" title={t('home.nothing')} text={t('home.nothingText')} />
        )}
        {rest.length > 0 && (
          <>
            <SectionHead title={t('home.lookToo')} />
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
        <Glance chart={chart} patient={patient} />
        <Team team={chart.team} title={acting ? t('home.teamFor', { name }) : t('home.team')} />
      </aside>
    </div>
  )
}

/** What stands in the one big card: the most pressing thing to look at, else the newest entry. */
function firstThing(chart: Chart): [{ attention?: Attention; entry: Entry } | undefined, Attention[]] {
  const sorted = [...chart.attention].sort((a, b) => Number(b.level === 'urgent') - Number(a.level === 'urgent'))
  const [top, ...rest] = sorted
  if (top) return [{ attention: top, entry: top.entry }, rest.slice(0, newShown)]
  const entry = chart.newest[0]
  return [entry && { entry }, []]
}

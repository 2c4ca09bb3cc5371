import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import type { Subject } from '../api/types'
import { Face } from '../ui/Face'
import { BrandMark, Icon } from '../ui/Icon'
import css from './patient.module.css'
import { relationOf } from './relation'
import { useMe } from './useMe'

const Bell = lazy(() => import('../notices/Bell'))

const pages = [
  { to: '/p/$patient', icon: 'home', label: 'shell.home', exact: true },
  { to: '/p/$patient/record', icon: 'record', label: 'shell.record', exact: false },
  { to: '/p/$patient/messages', icon: 'chat', label: 'shell.messages', exact: false },
  { to: '/p/$patient/visits', icon: 'video', label: 'shell.visits', exact: false },
  { to: '/p/$patient/sharing', icon: 'share', label: 'shell.sharing', exact: false, desk: true },
  { to: '/p/$patient/you', icon: 'person', label: 'shell.you', exact: false },
] as const

// Kinds, results and entries are rooms of the record.
const inRecord = /^\/p\/[^/]+\/(record|kinds|results|entries|asks)/

function NavLinks({ patient, className, desk = false }: { patient: string; className: string | undefined; desk?: boolean }) {
  const { t } = useTranslation()
  const unread = useMe().people.find((person) => person.patient === patient)?.unread ?? 0
  return pages.filter((page) => desk || !('desk' in page)).map(({ to, icon, label, exact }) => (
    <Link
      key={to} to={to} params={{ patient }} className={className} activeOptions={{ exact, includeSearch: false }}
      {...(to === '/p/$patient/record' && inRecord.test(window.location.pathname) ? { 'aria-current': 'page' as const } : {})}
    >
      <span className={css.mark}><Icon name={icon} size={24} />{icon === 'chat' && unread > 0 && <span className={css.count} aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}</span>
      <span>{t(label)}</span>
      {icon === 'chat' && unread > 0 && <span className="sr">, {t('shell.unread', { count: unread })}</span>}
    </Link>
  ))
}

/** On a phone: at the thumb. */
export function TabBar({ patient }: { patient: string }) {
  const { t } = useTranslation()
  return (
    <nav className={`${css.tabs} no-print`} aria-label={t('shell.main')}>
      <NavLinks patient={patient} className={css.tab} />
    </nav>
  )
}

function Brand() {
  const { t } = useTranslation()
  return <Link to="/" className={css.brand}><BrandMark />{t('brand')}</Link>
}

/** On a desk: at the side, with who the record belongs to at its foot. */
export function SideBar({ subject }: { subject: Subject }) {
  const { t } = useTranslation()
  const me = useMe()
  const own = subject.relation === 'self'
  const who = (
    <>
      <Face name={subject.name} tone="accent" />
      <span className="grow">
        <b className={css.whoName}>{subject.name}</b>
        <span className="meta">{own ? t('shell.ownRecord') : t(`relation.${relationOf(subject.relation)}`)}</span>
      </span>
    </>
  )
  return (
    <header className={`${css.side} no-print`}>
      <div className={css.sideTop}><Brand /><Suspense><Bell patient={subject.patient} /></Suspense></div>
      <nav aria-label={t('shell.main')} className={css.sideNav}>
        <NavLinks patient={subject.patient} className={css.sideLink} desk />
      </nav>
      {me.people.length > 1 ? (
        <Link to="/people" className={css.who}>{who}<span className="sr">{t('shell.switchPerson')}</span><Icon name="open" size={18} /></Link>
      ) : (
        <div className={css.who}>{who}</div>
      )}
    </header>
  )
}

/** On a phone's home: the name of the house, and whose record this is. */
export function TopBar({ subject }: { subject: Subject }) {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <header className={`${css.top} no-print`}>
      <Brand />
      <span className="grow" />
      <Suspense><Bell patient={subject.patient} /></Suspense>
      {me.people.length > 1 && subject.relation === 'self' && (
        <Link to="/people" className={css.topWho}>
          <Face name={subject.name} tone="accent" />
          <Icon name="open" size={18} />
          <span className="sr">{t('shell.switchPerson')}</span>
        </Link>
      )}
    </header>
  )
}

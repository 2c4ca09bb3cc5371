import { Link, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Subject } from '../api/types'
import { ageOf } from '../format/age'
import { longDate } from '../format/date'
import { useShell } from '../shell/context'
import { relationOf } from '../shell/relation'
import { SessionGuard } from '../shell/SessionGuard'
import { usePageTitle } from '../shell/title'
import { useMe } from '../shell/useMe'
import { AnchorButton, Button, LinkButton } from '../ui/Button'
import { Empty } from '../ui/Empty'
import { Face } from '../ui/Face'
import { BrandMark, Icon } from '../ui/Icon'
import { Tag } from '../ui/Card'
import { useWords } from '../ui/useWords'
import css from './people.module.css'

/** Faces, one job each: the choice of whose record opens. */
export function PeoplePage() {
  const { t } = useTranslation()
  const me = useMe()
  const shell = useShell()
  const router = useRouter()
  usePageTitle(t('people.page'))
  const own = me.people.find((person) => person.relation === 'self')
  const helpsOthers = me.people.some((person) => person.relation !== 'self')
  return (
    <div className={css.page}>
      <header className={css.top}>
        <span className={css.brand}><BrandMark />{t('brand')}</span>
        {me.people.length > 0 && (
          <button type="button" className={css.close} aria-label={t('close')} onClick={() => (window.history.length > 1 ? router.history.back() : void router.navigate({ to: '/' }))}>
            <Icon name="cross" />
          </button>
        )}
      </header>
      <main id="content" tabIndex={-1}>
        {me.people.length === 0 ? (
          <Empty
            level={1} icon="people" title={t('people.empty')} text={t('people.emptyText')}
            action={me.clinic.phone ? <AnchorButton href={`tel:${me.clinic.phone.replace(/[^+\d]/g, '')}`} icon="phone">{t('call', { phone: me.clinic.phone })}</AnchorButton> : undefined}
          />
        ) : (
          <>
            <h1>{t('people.title')}</h1>
            <nav className={css.list} aria-label={t('people.page')}>
              {me.people.map((person) => <Person key={person.patient} person={person} self={person === own} />)}
            </nav>
            {helpsOthers && <div className={css.leave}><LinkButton variant="default" icon="list" to="/agenda">{t('agenda.open')}</LinkButton></div>}
            {helpsOthers && <p className={css.foot}>{t('people.foot')}</p>}
          </>
        )}
        <div className={css.leave}>
          <LinkButton variant="subtle" icon="key" to="/ask">{t('account.ask')}</LinkButton>
          <Button variant="subtle" icon="leave" onClick={() => shell.leave('signedOut')}>{t('account.signOut')}</Button>
        </div>
      </main>
      <SessionGuard />
    </div>
  )
}

const daysNear = 30

function Person({ person, self }: { person: Subject; self: boolean }) {
  const { t, locale, clock } = useWords()
  const age = ageOf(person.age)
  const ageText = age ? (age.unit === 'newborn' ? t('age.newborn') : t(`age.${age.unit}`, { count: age.count })) : ''
  const until = person.grant?.until
  const near = until !== undefined && Date.parse(until) - clock.now.getTime() < daysNear * 86_400_000
  return (
    <Link to="/p/$patient" params={{ patient: person.patient }} className={css.person} data-self={self || undefined}>
      <Face name={person.name} size="l" tone={self ? 'accent' : 'plain'} acting={false} />
      <span>
        <span className={css.name}>{self ? t('people.you') : person.name}</span>
        <span className={css.text}>{self ? [person.name, ageText].filter(Boolean).join(', ') : t('people.age', { relation: t(`relation.${relationOf(person.relation)}`), age: ageText }).replace(/, $/, '')}</span>
        <span className={css.tags}>
          {person.unread > 0 && <Tag tone="accent" icon={<Icon name="chat" size={16} />}>{t('shell.unread', { count: person.unread })}</Tag>}
          {person.deceased && <Tag tone="outline">{t('people.died')}</Tag>}
          {until && <Tag tone={near ? 'look' : 'plain'} icon={near ? <Icon name="clock" size={16} /> : undefined}>{t('people.until', { date: longDate(until, locale, clock.zone) })}</Tag>}
        </span>
      </span>
      <Icon name="go" size={20} className={css.go} />
    </Link>
  )
}

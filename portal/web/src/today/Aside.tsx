import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState, type RefObject } from 'react'
import { take } from '../api/client'
import { api } from '../booking/calls'
import { cockpitPath, lettingIn } from '../booking/paths'
import type { Day, DayGroup, DayWaiting } from '../booking/types'
import { ageSex } from '../clinic/words'
import { timeOf } from '../format/date'
import { Button, LinkButton } from '../ui/Button'
import { Dot } from '../ui/Card'
import { ErrorSummary, Said, useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import { unfinishedQuery } from '../cockpit/calls'
import { shortDate } from '../format/date'
import { FindPatient } from './FindPatient'
import type { LateOf } from './late'
import { LateDay } from './LateDay'
import { WaitingPerson } from './WaitingPerson'
import { minutesSince, waitingTogether } from './state'
import css from './today.module.css'

const lateMinutes = 5

/** Who waits, in the order that they are told; what is left over; for the front desk, the way to a new visit. */
export function Aside({ day, late, now, desk, find, zone }: { day: Day | undefined; /** Whose lateness the reader may tell. */ late: LateOf[]; now: Date; desk: boolean; find: RefObject<HTMLInputElement | null>; zone: string | undefined }) {
  const { t, locale } = useWords()
  const waiting = day?.waiting ?? []
  const left = useQuery({ ...unfinishedQuery, enabled: !desk }).data?.items ?? []
  return (
    <aside className={css.aside} aria-label={t('day.aside')}>
      {desk && <FindPatient field={find} />}
      <LinkButton variant="subtle" icon="people" to="/clinic/groups">{t('day.groups')}</LinkButton>
      <LateDay days={late} />
      <h2>{t('day.waiting')}{waiting.length > 0 && <span className={css.number}>{waiting.length}</span>}</h2>
      <div aria-live="polite">
        {waiting.length === 0 ? <p className="dim">{t('day.nobody')}</p> : (
          <ul className={css.waiting}>{waitingTogether(waiting, desk ? [] : (day?.groups ?? [])).map(({ group, items }, at) => (group ? <WaitingGroup key={group.id} group={group} items={items} first={at === 0} zone={zone} /> : <Waiting key={items[0]!.id} item={items[0]!} now={now} first={at === 0} desk={desk} zone={zone} />))}</ul>
        )}
      </div>
      {!desk && (
        <>
          <h2>{t('day.yourTurn')}</h2>
          {left.length === 0 ? <p className="dim">{t('day.nothing')}</p> : (
            <ul className={css.turns}>
              {left.map((item) => (
                <li key={item.visit}>
                  <Link to={cockpitPath({ patient: item.patient, id: item.visit })} className={css.turn}>
                    <Dot tone="look"><Icon name="pen" size={18} /></Dot>
                    <span className="grow"><b>{t(item.kind === 'translation' ? 'plan.wantsTranslation' : 'day.signNote')}</b><span className="meta">{t('day.noteOf', { name: item.patientName, time: `${shortDate(item.start, locale, zone)}, ${timeOf(item.start, zone)}` })}</span></span>
                    <Icon name="go" size={18} />
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </aside>
  )
}

const sayLate = ({ patient, id }: DayWaiting) => take(api.POST('/charts/{patient}/visits/{id}/late', { params: { path: { patient, id } }, body: { minutes: lateMinutes } }))

/** Those who wait for a group, in one card: they are answered and let in on its page. */
function WaitingGroup({ group, items, first, zone }: { group: DayGroup; items: DayWaiting[]; first: boolean; zone: string | undefined }) {
  const { t } = useWords()
  const text = useErrorText()
  const late = useMutation({ mutationFn: () => Promise.all(items.map(sayLate)) })
  return (
    <li className={css.waits} data-first={first || undefined}>
      <div className={css.waitsHead}>
        <span className={css.several} aria-hidden="true"><Icon name="people" size={18} /></span>
        <span className="grow"><b>{group.subject}</b><span className="meta">{`${t('appointment.group')}. ${t('day.early', { time: timeOf(group.start, zone) })}`}</span></span>
        <span className={css.since}>{t('day.together.waiting', { count: items.length })}</span>
      </div>
      <ul className={css.names}>{items.map((item) => <li key={item.id}><b>{item.patientName}</b>{item.people.map((person) => <WaitingPerson key={person.seat} item={item} person={person} answers={false} />)}</li>)}</ul>
      <div className={css.buttons}>
        <LinkButton to="/clinic/groups/$group" params={{ group: group.id }} icon="people" variant={first ? 'filled' : 'default'}>{t('appointment.openGroup')}</LinkButton>
        {!late.data && <Button variant="default" loading={late.isPending} onClick={() => late.mutate()}>{t('day.sayLate', { count: lateMinutes })}</Button>}
      </div>
      {late.data && <Said>{t('day.together.saidLate', { count: lateMinutes })}</Said>}
      {late.error && <ErrorSummary errors={[{ message: text(late.error) }]} />}
    </li>
  )
}

/** Whoever is next gets a card with the one thing to do. */
function Waiting({ item, now, first, desk, zone }: { item: DayWaiting; now: Date; first: boolean; desk: boolean; zone: string | undefined }) {
  const { t } = useWords()
  const text = useErrorText()
  const [told, setTold] = useState(false)
  const given = item.patientName.split(/\s+/)[0] ?? item.patientName
  const minutes = item.waitingSince ? minutesSince(item.waitingSince, now) : 0
  const since = minutes > 0 ? t('day.waits', { count: minutes }) : t('day.justCame')
  const late = useMutation({ mutationFn: () => sayLate(item), onSuccess: () => setTold(true) })
  return (
    <li className={css.waits} data-first={first || undefined}>
      <div className={css.waitsHead}>
        <Face name={item.patientName} size="s" tone="accent" />
        <span className="grow"><b>{item.patientName}</b><span className="meta">{[ageSex(item, t), t('day.early', { time: timeOf(item.start, zone) })].filter(Boolean).join('. ')}</span></span>
        <span className={css.since}>{since}</span>
      </div>
      {item.reason && <p className={css.asks}><Icon name="pen" size={16} />{t('day.asks', { text: item.reason })}</p>}
      {item.people.map((person) => <WaitingPerson key={person.seat} item={item} person={person} answers={!desk && !item.group} />)}
      {!desk && (
        <div className={css.buttons}>
          {item.group ? <LinkButton to={cockpitPath(item)} icon="people" variant={first ? 'filled' : 'default'}>{t('appointment.openGroup')}</LinkButton>
            : <LinkButton to={cockpitPath(item)} hash={lettingIn} icon="video" variant={first ? 'filled' : 'default'}>{t('day.letIn', { name: given })}</LinkButton>}
          {!told && <Button variant="default" loading={late.isPending} onClick={() => late.mutate()}>{t('day.sayLate', { count: lateMinutes })}</Button>}
        </div>
      )}
      {told && <Said>{t('day.saidLate', { name: given, count: lateMinutes })}</Said>}
      {late.error && <ErrorSummary errors={[{ message: text(late.error) }]} />}
    </li>
  )
}

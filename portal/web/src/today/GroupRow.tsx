import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { DayGroup, DayItem } from '../booking/types'
import { timeOf } from '../format/date'
import { groupOf, type GroupVisit } from '../groups/calls'
import { Missed } from '../groups/Missed'
import { Button } from '../ui/Button'
import { Tag } from '../ui/Card'
import { LoadError } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useWords, type Words } from '../ui/useWords'
import { stateOf } from '../visits/source'
import { DayRow, icons, type RowProps } from './DayRow'
import { isLineDone, linesOf, tagOfGroup, toneOf } from './state'
import css from './today.module.css'
import { NowLine } from './TodayPage'

/** A group visit is one row, which opens the host's page; its members are under it. The front desk, which works with each appointment, has them open. */
export function GroupRow({ group, members, ...row }: RowProps & { group: DayGroup; members: DayItem[] }) {
  const { t } = useWords()
  const list = useId()
  const [open, setOpen] = useState(row.desk)
  const tag = tagOfGroup(group, members)
  const icon = icons[tag]
  const [asking, setAsking] = useState(false)
  const absent = members.some(({ missable, status }) => missable && status === 'booked')
  const done = isLineDone(linesOf({ items: [], groups: [group] })[0]!)
  return (
    <li className={css.slot}>
      {row.line && <NowLine now={row.now} zone={row.zone} />}
      <div className={css.line}>
        <span className={css.time}>{timeOf(group.start, row.zone)}</span>
        <div className={css.visit} data-done={done || undefined} data-next={row.next || undefined} data-at={row.marked || undefined}>
          <span className={css.several} aria-hidden="true"><Icon name="people" size={18} /></span>
          <span className={css.who}>
            <Link to="/clinic/groups/$group" params={{ group: group.id }} className={css.open}>{group.subject}</Link>
            <span className={css.text}>{[t('appointment.group'), row.whose === 'all' && t('day.with', { name: group.practitioner.name })].filter(Boolean).join(', ')}</span>
          </span>
          <span className={css.why}>{countsOf(group, t)}</span>
          <span className={css.end}>
            <Tag tone={toneOf[tag]} icon={icon && <Icon name={icon} size={14} />}>{t(`day.tag.${tag === 'live' && row.ready.includes(group.id) ? 'ready' : tag}`)}</Tag>
            {absent && <Button variant="subtle" className={css.cancel} aria-expanded={asking} aria-label={t('day.missed.whoOf', { subject: group.subject })} onClick={() => setAsking(!asking)}>{t('day.missed.who')}</Button>}
            {members.length > 0 && <Button variant="subtle" className={`${css.cancel} ${css.fold}`} icon="go" aria-expanded={open} aria-controls={list} onClick={() => setOpen(!open)}><span aria-hidden="true">{t('day.together.members', { count: members.length })}</span><span className="sr">{t('day.together.membersOf', { subject: group.subject, count: members.length })}</span></Button>}
          </span>
          {asking && <div className={css.whoMissed}><WhoMissed id={group.id} onLater={() => setAsking(false)} /></div>}
        </div>
      </div>
      {open && members.length > 0 && (
        <ul id={list} className={css.inside} aria-label={t('day.together.membersOf', { subject: group.subject, count: members.length })}>
          {members.map((item) => <DayRow key={item.id} item={item} inside {...row} line={false} next={false} marked={false} />)}
        </ul>
      )}
    </li>
  )
}

/** Who did not come is asked as on the group's own page. */
function WhoMissed({ id, onLater }: { id: string; onLater: () => void }) {
  const group = useQuery(stateOf(groupOf(id)))
  if (group.error && !group.data) return <LoadError error={group.error} onRetry={() => void group.refetch()} />
  return group.data ? <Missed id={id} group={group.data as GroupVisit} onLater={onLater} /> : <Skeleton heights={[120]} />
}

/** "3 have come. 1 is waiting. 2 are expected." Who is not counted because the reader does not see them is said so. */
export function countsOf(group: DayGroup, t: Words['t']): string {
  const { booked, expected, waiting, came, missed } = group
  if (booked === 0) return t('day.together.nobody')
  const over = group.visit === 'ended'
  const said = [
    came > 0 && t(over ? 'day.together.were' : 'day.together.came', { count: came }),
    waiting > 0 && t('day.together.waiting', { count: waiting }),
    expected > 0 && t(over ? 'day.together.absent' : 'day.together.expected', { count: expected }),
    missed > 0 && t('day.together.missed', { count: missed }),
    booked > expected + waiting + came + missed && t('day.together.unseen', { count: booked - expected - waiting - came - missed }),
  ].filter(Boolean)
  return said.join('. ') + '.'
}

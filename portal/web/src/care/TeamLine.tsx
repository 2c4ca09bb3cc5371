import type { ReactNode } from 'react'
import { longDate } from '../format/date'
import { Tag } from '../ui/Card'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import type { TeamMember } from './calls'
import css from './care.module.css'

/** One who is, will be or was in the care team: as what, and since when. */
export function TeamLine({ member, children }: { member: TeamMember; children?: ReactNode }) {
  const { t, locale, clock } = useWords()
  const date = (text: string) => longDate(text, locale, clock.zone)
  const when = member.state === 'past' && member.until ? t('care.was', { from: date(member.from), until: date(member.until) })
    : [member.state === 'planned' ? t('care.from', { date: date(member.from) }) : t('care.since', { date: date(member.from) }), member.until && t('care.until', { date: date(member.until) })].filter(Boolean).join(', ')
  return (
    <div className={css.line}>
      <Face name={member.name} size="s" />
      <div className="grow"><b>{member.name}</b><p className="dim">{t(`role.${member.role}`)}, {when}</p></div>
      {member.state === 'planned' && <Tag tone="outline">{t('care.planned')}</Tag>}
      {children}
    </div>
  )
}

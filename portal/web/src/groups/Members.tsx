import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { api as bookings } from '../booking/calls'
import { longDate } from '../format/date'
import { Button } from '../ui/Button'
import { Tag } from '../ui/Card'
import { Said, useErrorText } from '../ui/ErrorSummary'
import { Face } from '../ui/Face'
import { useWords } from '../ui/useWords'
import { AddMember } from './AddMember'
import { api, groupOf, of, stateOfMember, type GroupVisit, type Member } from './calls'
import css from './groups.module.css'
import { useMissed } from './Missed'

/** Who comes, as far as the reader sees their records: on to each one's chart and note. */
export function Members({ id, group, chosen, onNote }: { id: string; group: GroupVisit; chosen: string | undefined; onNote?: (visit: string) => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const [said, setSaid] = useState('')
  const [sure, setSure] = useState(false)
  const here = group.members.filter(({ status }) => status !== 'cancelled')
  const open = group.appointment.status === 'booked' && (group.state === 'scheduled' || group.state === 'waiting' || group.state === 'live') && Date.parse(group.appointment.end) > Date.parse(group.now)
  const refresh = () => queries.invalidateQueries({ queryKey: groupOf(id).key })
  const out = useMutation({
    mutationFn: (member: Member) => take(bookings.POST('/charts/{patient}/appointments/{id}/cancel', { params: { path: { patient: member.patient, id: member.visit } }, body: {} })),
    onSuccess: refresh,
  })
  const cancel = useMutation({
    mutationFn: () => take(api.POST('/clinic/groups/{id}/cancel', of(id))),
    onSuccess: () => {
      setSure(false)
      void queries.invalidateQueries({ queryKey: ['clinic', 'groups'] })
      return refresh()
    },
  })
  const back = useMissed(id)
  const problem = out.error ?? cancel.error ?? back.error
  return (
    <div className={css.members}>
      <h2>{t('groups.members')}</h2>
      {said && <Said>{said}</Said>}
      {problem && <p className={css.problem} role="alert">{text(problem)}</p>}
      {group.booked === 0 && <p className="dim">{t('groups.membersNone')}</p>}
      <ul>{here.map((member) => <Row key={member.visit} member={member} group={group} marked={member.visit === chosen} onNote={onNote} onBack={group.me.host && member.status === 'noshow' ? () => back.mutate({ visits: [member.visit], missed: false }) : undefined} onOut={open && member.books && member.state === 'scheduled' ? () => out.mutate(member) : undefined} />)}</ul>
      {group.booked > here.length && <p className="dim">{t('groups.unseen', { count: group.booked - here.length })}</p>}
      {open && (group.booked < (group.appointment.group?.places ?? 0) ? <AddMember id={id} here={here} onAdded={(name) => { setSaid(t('groups.added', { name })); void refresh() }} /> : <p className="dim">{t('groups.full')}</p>)}
      {open && group.state !== 'live' && (
        sure ? (
          <div className={css.sure} role="group" aria-label={t('groups.cancelSure')}>
            <b>{t('groups.cancelSure')}</b>
            <div className={css.buttons}><Button variant="danger" autoFocus loading={cancel.isPending} onClick={() => cancel.mutate()}>{t('groups.cancelGo')}</Button><Button variant="default" onClick={() => setSure(false)}>{t('groups.keep')}</Button></div>
          </div>
        ) : <div><Button variant="quiet-danger" onClick={() => setSure(true)}>{t('groups.cancel')}</Button></div>
      )}
    </div>
  )
}

function Row({ member, group, marked, onNote, onBack, onOut }: { member: Member; group: GroupVisit; marked: boolean; onNote: ((visit: string) => void) | undefined; onBack: (() => void) | undefined; onOut: (() => void) | undefined }) {
  const { t, locale } = useWords()
  const [sure, setSure] = useState(false)
  const { name, visit } = member
  const called = group.people.filter((person) => person.visit === visit && person.called).map((person) => person.called).join(', ')
  return (
    <li className={css.member} data-at={marked || undefined}>
      <Face name={name} size="s" />
      <div className="grow">
        <p><b>{name}</b></p>
        {member.birthDate && <p className="meta">{t('groups.born', { date: longDate(member.birthDate, locale) })}</p>}
        <p className="meta">{[t(`groups.state.${stateOfMember(group, member)}`), called && t('groups.called', { name: called })].filter(Boolean).join('. ')}</p>
      </div>
      {member.note && <Tag tone={member.note === 'signed' ? 'accent' : 'outline'}>{t(member.note === 'signed' ? 'groups.state.noteSigned' : 'groups.state.noteDraft')}</Tag>}
      <div className={css.acts}>
        <a href={`/clinic/p/${member.patient}`} target="_blank" rel="noreferrer" aria-label={t('groups.chartOf', { name })}>{t('groups.chart')}</a>
        {member.writes && onNote && member.status !== 'noshow' && <Button variant="subtle" aria-pressed={marked} aria-label={t('groups.noteOf', { name })} onClick={() => onNote(visit)}>{t('groups.note')}</Button>}
        {onBack && <Button variant="subtle" aria-label={t('groups.missed.backOf', { name })} onClick={onBack}>{t('groups.missed.back')}</Button>}
        {onOut && !sure && <Button variant="quiet-danger" aria-label={t('groups.outOf', { name })} onClick={() => setSure(true)}>{t('groups.out')}</Button>}
      </div>
      {onOut && sure && (
        <div className={css.sure} role="group" aria-label={t('groups.outSure', { name })}>
          <b>{t('groups.outSure', { name })}</b>
          <div className={css.buttons}><Button variant="danger" autoFocus onClick={() => { onOut(); setSure(false) }}>{t('groups.outGo')}</Button><Button variant="default" onClick={() => setSure(false)}>{t('groups.keep')}</Button></div>
        </div>
      )}
    </li>
  )
}

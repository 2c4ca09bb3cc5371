import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { hasGap } from '../cockpit/plan'
import { listOf } from '../format/locale'
import { currentLocale } from '../i18n'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api as visits, of as ofVisit } from '../visits/calls'
import type { NoteBody } from '../visits/types'
import { api, groupOf, of, type GroupNote, type GroupVisit } from './calls'
import css from './groups.module.css'
import { SameText } from './SameText'

const whys = ['incomplete', 'gap', 'signed', 'changed', 'live', 'not_live'] as const

/** What is the same for all, put into each one's note; and all signed with one proof. */
export function Notes({ id, group }: { id: string; group: GroupVisit }) {
  const { t, locale } = useWords()
  const said = useErrorText()
  const queries = useQueryClient()
  const doctor = useMe().account.roles?.includes('clinician') ?? false
  const { run, dialog } = useStepUp()
  const [became, setBecame] = useState<{ what: 'put' | 'signed'; notes: GroupNote[] }>()
  const writes = group.me.host && group.members.some((member) => member.writes && member.status !== 'cancelled')
  const begun = group.members.filter(({ note, writes: mine }) => note === 'draft' && mine)
  const settle = (what: 'put' | 'signed') => ({ items }: { items: GroupNote[] }) => {
    setBecame({ what, notes: items })
    void queries.invalidateQueries({ queryKey: groupOf(id).key })
    // What was read of these notes before is old now.
    for (const { visit } of items) void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'visit' && queryKey[2] === visit, refetchType: 'all' })
  }
  const put = useMutation({ mutationFn: (text: NoteBody) => take(api.POST('/clinic/groups/{id}/notes', { ...of(id), body: { body: { ...text, language: currentLocale() } } })), onSuccess: settle('put') })
  const sign = useMutation({
    mutationFn: async () => {
      const read = await Promise.all(begun.map(({ patient, visit }) => take(visits.GET('/charts/{patient}/visits/{id}/note', ofVisit(patient, visit))).then(({ version, body }) => ({ visit, version, gap: hasGap(body) }))))
      // A gap that nobody has filled is signed for nobody.
      const kept = read.filter(({ gap }) => gap).map(({ visit, version }): GroupNote => ({ visit, version, state: 'kept', why: 'gap' }))
      const notes = read.filter(({ gap }) => !gap).map(({ visit, version }) => ({ visit, version }))
      if (notes.length === 0) return { items: kept }
      const answer = await run(() => take(api.POST('/clinic/groups/{id}/notes/sign', { ...of(id), body: { notes } })))
      return answer === 'cancelled' ? answer : { items: [...answer.items, ...kept] }
    },
    onSuccess: (answer) => answer !== 'cancelled' && settle('signed')(answer),
  })
  const problem = put.error ?? sign.error
  if (!writes) return <div className={css.notes}><h2>{t('groups.notes')}</h2><p className="dim">{t('cockpit.noNote')}</p></div>
  const nameOf = (visit: string) => group.members.find((member) => member.visit === visit)?.name ?? ''
  const missing = became?.notes.filter((note) => note.missing && note.missing.length > 0) ?? []
  const kept = became?.notes.filter(({ state }) => state === 'kept') ?? []
  return (
    <div className={css.notes}>
      <h2>{t('groups.notes')}</h2>
      <p className="dim">{t('groups.notesLead')}</p>
      {(group.state === 'scheduled' || group.state === 'waiting') && group.appointment.status === 'booked' && <p className="dim">{t('groups.sameLater')}</p>}
      {(group.state === 'live' || group.state === 'ended') && <SameText pending={put.isPending} onPut={(text) => put.mutate(text)} />}
      {/* Under the button, where whoever pressed it looks. */}
      {became && <Said>{t(`groups.${became.what}`, { count: became.notes.length - kept.length })}</Said>}
      {kept.length > 0 && <ul className={css.kept}>{kept.map(({ visit, why }) => <li key={visit}>{t('groups.keptOf', { name: nameOf(visit), why: t(`groups.why.${whys.find((one) => one === why) ?? 'other'}`) })}</li>)}</ul>}
      {problem && <p className={css.problem} role="alert">{said(problem)}</p>}
      {became && missing.length > 0 && <ul className={css.kept}>{missing.map(({ visit, missing: fields = [] }) => <li key={visit}>{t('groups.missingOf', { name: nameOf(visit), list: listOf(fields, locale) })}</li>)}</ul>}
      {doctor && group.state === 'ended' && begun.length > 0 && (
        <div className={css.signAll}>
          <p className="meta">{t('groups.signText')}</p>
          <Button icon="pen" loading={sign.isPending} onClick={() => sign.mutate()}>{t('groups.signAll')}</Button>
        </div>
      )}
      {dialog}
    </div>
  )
}

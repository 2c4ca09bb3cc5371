import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { emptyBody } from '../cockpit/draft'
import { currentLocale } from '../i18n'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api as visits, of as ofVisit } from '../visits/calls'
import { api, groupOf, of, type GroupNote, type GroupVisit } from './calls'
import css from './groups.module.css'

const parts = ['subjective', 'assessment', 'plan', 'summary'] as const
const whys = ['incomplete', 'signed', 'changed', 'live', 'not_live'] as const

/** What is the same for all, put into each one's note; and all signed with one proof. */
export function Notes({ id, group }: { id: string; group: GroupVisit }) {
  const { t } = useWords()
  const said = useErrorText()
  const queries = useQueryClient()
  const doctor = useMe().account.roles?.includes('clinician') ?? false
  const { run, dialog } = useStepUp()
  const [text, setText] = useState({ subjective: '', assessment: '', plan: '', summary: '' })
  const [became, setBecame] = useState<{ what: 'put' | 'signed'; notes: GroupNote[] }>()
  const writes = group.me.host && group.members.some((member) => member.writes && member.status !== 'cancelled')
  const begun = group.members.filter(({ note, writes: mine }) => note === 'draft' && mine)
  const settle = (what: 'put' | 'signed') => ({ items }: { items: GroupNote[] }) => {
    setBecame({ what, notes: items })
    void queries.invalidateQueries({ queryKey: groupOf(id).key })
    // What was read of these notes before is old now.
    for (const { visit } of items) void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'visit' && queryKey[2] === visit, refetchType: 'all' })
  }
  const put = useMutation({ mutationFn: () => take(api.POST('/clinic/groups/{id}/notes', { ...of(id), body: { body: { ...emptyBody, ...text, language: currentLocale() } } })), onSuccess: settle('put') })
  const sign = useMutation({
    mutationFn: async () => {
      const notes = await Promise.all(begun.map(({ patient, visit }) => take(visits.GET('/charts/{patient}/visits/{id}/note', ofVisit(patient, visit))).then(({ version }) => ({ visit, version }))))
      return run(() => take(api.POST('/clinic/groups/{id}/notes/sign', { ...of(id), body: { notes } })))
    },
    onSuccess: (answer) => answer !== 'cancelled' && settle('signed')(answer),
  })
  const problem = put.error ?? sign.error
  if (!writes) return <div className={css.notes}><h2>{t('groups.notes')}</h2><p className="dim">{t('cockpit.noNote')}</p></div>
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!put.isPending) put.mutate()
  }
  const kept = became?.notes.filter(({ state }) => state === 'kept') ?? []
  return (
    <div className={css.notes}>
      <h2>{t('groups.notes')}</h2>
      <p className="dim">{t('groups.notesLead')}</p>
      {became && <Said>{t(`groups.${became.what}`, { count: became.notes.length - kept.length })}</Said>}
      {kept.length > 0 && <ul className={css.kept}>{kept.map(({ visit, why }) => <li key={visit}>{t('groups.keptOf', { name: group.members.find((member) => member.visit === visit)?.name ?? '', why: t(`groups.why.${whys.find((one) => one === why) ?? 'other'}`) })}</li>)}</ul>}
      {problem && <p className={css.problem} role="alert">{said(problem)}</p>}
      {(group.state === 'live' || group.state === 'ended') && (
        <form className={css.form} onSubmit={submit} aria-label={t('groups.same')}>
          <h3>{t('groups.same')}</h3>
          <p className="meta">{t('groups.sameLead')}</p>
          {parts.map((part) => (
            <div key={part}>
              <label htmlFor={`same-${part}`}>{t(`groups.${part}`)}</label>
              <textarea id={`same-${part}`} rows={2} maxLength={20_000} value={text[part]} onChange={(event) => setText({ ...text, [part]: event.target.value })} />
            </div>
          ))}
          <div><Button type="submit" variant="default" loading={put.isPending}>{t('groups.sameGo')}</Button></div>
        </form>
      )}
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

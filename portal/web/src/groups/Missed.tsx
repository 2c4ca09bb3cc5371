import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { take } from '../api/client'
import { Button } from '../ui/Button'
import { Said, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { api, groupOf, of, type GroupVisit } from './calls'
import css from './groups.module.css'

/** Notes of members that they did not come to a group that is over, or takes it back. */
export function useMissed(id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: { visits: string[]; missed: boolean }) => take(api.POST('/clinic/groups/{id}/missed', { ...of(id), body })),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ['clinic', 'day'] })
      return queries.invalidateQueries({ queryKey: groupOf(id).key })
    },
  })
}

/** After the end, or of a group that nobody began after its time: who did not come, ticked. It is noted only by the press, and can be left for later or altogether. */
export function Missed({ id, group, onLater }: { id: string; group: GroupVisit; onLater?: () => void }) {
  const { t } = useWords()
  const said = useErrorText()
  const [ticks, setTicks] = useState<Record<string, boolean>>({})
  const [later, setLater] = useState(false)
  const [none, setNone] = useState(false)
  const mark = useMissed(id)
  const absent = group.members.filter((member) => member.absent && member.status === 'booked')
  const ticked = absent.filter(({ visit, absent: how }) => ticks[visit] ?? how === 'missed')
  const count = mark.isSuccess ? mark.variables.visits.length : 0
  if (absent.length === 0 || later) return count > 0 ? <Said>{t('groups.missed.done', { count })}</Said> : null
  const put = () => {
    setLater(true)
    onLater?.()
  }
  const go = () => {
    setNone(ticked.length === 0)
    if (ticked.length > 0) mark.mutate({ visits: ticked.map(({ visit }) => visit), missed: true })
  }
  return (
    <section className={css.missed} aria-label={t('groups.missed.title')}>
      <h2>{t('groups.missed.title')}</h2>
      <p className="meta">{t('groups.missed.lead')}</p>
      {count > 0 && <Said>{t('groups.missed.done', { count })}</Said>}
      <ul>
        {absent.map(({ visit, name, absent: how }) => (
          <li key={visit}>
            <label><input type="checkbox" checked={ticked.some((one) => one.visit === visit)} onChange={(event) => setTicks({ ...ticks, [visit]: event.target.checked })} /><span><b>{name}</b>{how === 'door' && <span className="meta">{t('groups.missed.door')}</span>}</span></label>
          </li>
        ))}
      </ul>
      {none && ticked.length === 0 && <p className={css.problem} role="alert">{t('groups.missed.none')}</p>}
      {mark.error && <p className={css.problem} role="alert">{said(mark.error)}</p>}
      <div className={css.buttons}>
        <Button loading={mark.isPending} onClick={go}>{t('groups.missed.go')}</Button>
        <Button variant="subtle" onClick={put}>{t('groups.missed.later')}</Button>
      </div>
    </section>
  )
}

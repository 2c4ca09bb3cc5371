import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { useMe } from '../shell/useMe'
import { Button } from '../ui/Button'
import { Card } from '../ui/Card'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { allPoolsQuery, api, teamPoolsQuery } from './calls'
import css from './care.module.css'
import { Field } from './Field'

/** Pools that belong to a care team; an administrator joins and parts them. */
export function TeamPools({ patient }: { patient: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const admin = useMe().account.roles?.includes('admin') ?? false
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const pools = useQuery(teamPoolsQuery(patient)).data?.items ?? []
  const all = useQuery({ ...allPoolsQuery, enabled: admin }).data?.items ?? []
  const [pool, setPool] = useState('')
  const again = () => queries.invalidateQueries({ queryKey: teamPoolsQuery(patient).queryKey })
  const join = useMutation({ mutationFn: () => stepUp.run(() => take(api.POST('/charts/{patient}/pools', { params: { path: { patient } }, body: { pool } }))), onSuccess: () => { setPool(''); void again() } })
  const part = useMutation({ mutationFn: (id: string) => stepUp.run(() => take(api.DELETE('/charts/{patient}/pools/{pool}', { params: { path: { patient, pool: id } } }))), onSuccess: again })
  const free = all.filter((one) => one.active && !pools.some(({ id }) => id === one.id))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (pool) join.mutate()
  }
  if (pools.length === 0 && !admin) return null
  return (
    <section aria-labelledby="team-pools" className={css.section}>
      <h2 id="team-pools">{t('care.pools')}</h2>
      {(join.error ?? part.error) && <ErrorSummary errors={[{ message: text(join.error ?? part.error) }]} />}
      {pools.length > 0 && (
        <Card rows>
          {pools.map((one) => (
            <div key={one.id} className={css.line}><span><b>{one.name}</b> <span className="meta">{t('care.poolMembers', { count: one.members })}</span></span>{admin && <Button variant="quiet-danger" loading={part.isPending} onClick={() => part.mutate(one.id)}>{t('care.endFor', { name: one.name })}</Button>}</div>
          ))}
        </Card>
      )}
      {admin && free.length > 0 && (
        <form className={css.form} onSubmit={submit}>
          <Field label={t('care.poolAdd')}>{(ids) => <select {...ids} value={pool} onChange={(event) => setPool(event.target.value)}><option value="">{t('care.poolChoose')}</option>{free.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</select>}</Field>
          <div><Button type="submit" variant="default" loading={join.isPending}>{t('care.poolGo')}</Button></div>
        </form>
      )}
      {stepUp.dialog}
    </section>
  )
}

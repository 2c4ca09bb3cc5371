import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { Field } from '../care/Field'
import { Button } from '../ui/Button'
import { SectionCard } from '../ui/Card'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, colleaguesQuery, membersQuery, poolsKey, type Role } from './calls'
import css from './pools.module.css'

/** Who is in a pool. By it they see the patients to whose care teams it is joined. */
export function Members({ pool }: { pool: string }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const members = useQuery(membersQuery(pool))
  const colleagues = useQuery(colleaguesQuery).data?.items ?? []
  const [who, setWho] = useState('')
  const again = () => queries.invalidateQueries({ queryKey: poolsKey })
  const add = useMutation({
    mutationFn: ([account = '', role = 'nurse']: string[]) => stepUp.run(() => take(api.POST('/clinic/pools/{pool}/members', { params: { path: { pool } }, body: { account, role: role as Role } }))),
    onSuccess: () => { setWho(''); void again() },
  })
  const end = useMutation({
    mutationFn: (account: string) => stepUp.run(() => take(api.DELETE('/clinic/pools/{pool}/members/{account}', { params: { path: { pool, account } } }))),
    onSuccess: again,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (who) add.mutate(who.split(' '))
  }
  return (
    <SectionCard title={t('pools.who')}>
      {(add.error ?? end.error) && <ErrorSummary errors={[{ message: text(add.error ?? end.error) }]} />}
      <p className="dim">{t('pools.whoText')}</p>
      {members.error ? <LoadError error={members.error} onRetry={() => void members.refetch()} /> : !members.data ? <Skeleton heights={[48]} /> : (
        <ul className={css.members}>
          {members.data.items.map((one) => (
            <li key={one.account}><span><b>{one.name}</b> <span className="meta">{t(`pools.role.${one.role}`)}{one.out && `, ${t('pools.isOut')}`}</span></span><Button variant="quiet-danger" loading={end.isPending} onClick={() => end.mutate(one.account)}>{t('pools.remove', { name: one.name })}</Button></li>
          ))}
          {members.data.items.length === 0 && <li className="dim">{t('pools.nobody')}</li>}
        </ul>
      )}
      <form className={css.form} onSubmit={submit}>
        <Field label={t('pools.add')}>
          {(ids) => (
            <select {...ids} value={who} onChange={(event) => setWho(event.target.value)}>
              <option value="">{t('pools.choose')}</option>
              {colleagues.flatMap((one) => one.roles.map((role) => <option key={one.account + role} value={`${one.account} ${role}`}>{one.name}, {t(`pools.role.${role}`)}</option>))}
            </select>
          )}
        </Field>
        <div><Button type="submit" variant="default" loading={add.isPending}>{t('pools.addGo')}</Button></div>
      </form>
      {stepUp.dialog}
    </SectionCard>
  )
}

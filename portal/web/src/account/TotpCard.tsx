import { TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, take } from '../api/client'
import { totpQuery } from '../api/queries'
import type { TotpSetup } from '../api/types'
import { Button } from '../ui/Button'
import { SectionCard, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './account.module.css'
import { Enrollment } from './Enrollment'
import { useStepUp } from './StepUp'

/** The app with 30-second codes: on by scanning and one right code, off by one right code. */
export function TotpCard() {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const state = useQuery(totpQuery)
  const [setup, setSetup] = useState<TotpSetup | undefined>()
  const [turningOff, setTurningOff] = useState(false)
  const [said, setSaid] = useState('')
  const begin = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/me/totp/begin'))),
    onSuccess: (made) => {
      if (made !== 'cancelled') setSetup(made)
    },
  })
  const done = (words: string) => {
    setSetup(undefined)
    setTurningOff(false)
    setSaid(words)
    void queries.invalidateQueries({ queryKey: totpQuery.queryKey })
  }
  const enabled = state.data?.enabled ?? false
  return (
    <SectionCard title={t('account.totp')} more={state.data && <Tag tone={enabled ? 'accent' : 'plain'}>{enabled ? t('account.totpOn') : t('account.totpOff')}</Tag>}>
      <p className="dim">{t('account.totpLead')}</p>
      <div className={css.gap}>
        {said && <Said>{said}</Said>}
        {begin.error && <ErrorSummary errors={[{ message: text(begin.error) }]} />}
        {state.error && !state.data ? <LoadError error={state.error} onRetry={() => void state.refetch()} />
          : !state.data ? <Skeleton heights={[48]} />
          : setup ? (
            <div className={css.form}>
              <p>{t('account.totpScan')}</p>
              <Enrollment setup={setup} />
              <CodeForm button={t('account.totpFinish')} onCancel={() => setSetup(undefined)} onDone={() => done(t('account.totpEnabled'))} send={(code) => take(api.POST('/me/totp/finish', { body: { code } }))} />
            </div>
          ) : turningOff ? (
            <div className={css.form}>
              <p>{t('account.totpDisableText')}</p>
              <CodeForm button={t('account.totpDisable')} onCancel={() => setTurningOff(false)} onDone={() => done(t('account.totpDisabled'))} send={(code) => stepUp.run(() => take(api.DELETE('/me/totp', { body: { code } })))} />
            </div>
          ) : enabled ? <Button variant="default" onClick={() => { setSaid(''); setTurningOff(true) }}>{t('account.totpDisable')}</Button>
          : <Button variant="default" loading={begin.isPending} onClick={() => { setSaid(''); begin.mutate() }}>{t('account.totpSetUp')}</Button>}
      </div>
      {stepUp.dialog}
    </SectionCard>
  )
}

function CodeForm({ button, send, onDone, onCancel }: { button: string; send: (code: string) => Promise<unknown>; onDone: () => void; onCancel: () => void }) {
  const { t } = useWords()
  const text = useErrorText()
  const [code, setCode] = useState('')
  const [missing, setMissing] = useState(false)
  const finish = useMutation({
    mutationFn: () => send(code.replace(/\s/g, '')),
    onSuccess: (answer) => {
      if (answer !== 'cancelled') onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const fits = /^\d{6}$/.test(code.replace(/\s/g, ''))
    setMissing(!fits)
    if (fits) finish.mutate()
  }
  const errors = missing ? [{ field: 'totp-code', message: t('signIn.needCode') }] : finish.error ? [{ field: 'totp-code', message: text(finish.error) }] : []
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      <ErrorSummary errors={errors} />
      <TextInput id="totp-code" label={t('signIn.code')} value={code} onChange={(event) => setCode(event.target.value)} error={errors[0]?.message} inputMode="numeric" autoComplete="one-time-code" maxLength={10} />
      <div className={css.buttons}>
        <Button type="submit" loading={finish.isPending}>{button}</Button>
        <Button variant="subtle" onClick={onCancel}>{t('cancel')}</Button>
      </div>
    </form>
  )
}

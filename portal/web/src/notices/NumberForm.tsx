import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { take } from '../api/client'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './notices.module.css'
import { api, tellingQuery, type Telling } from './queries'

/** A telephone number, which a code that is sent there confirms. */
export function NumberForm({ now }: { now: Telling }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const [step, setStep] = useState<'shown' | 'number' | 'code'>('shown')
  const [number, setNumber] = useState('')
  const [code, setCode] = useState('')
  const renew = () => queries.invalidateQueries({ queryKey: tellingQuery.queryKey })
  const give = useMutation({ mutationFn: () => take(api.POST('/me/notifications/number', { body: { number } })), onSuccess: async () => { setStep('code'); await renew() } })
  const confirm = useMutation({
    mutationFn: () => take(api.POST('/me/notifications/number/confirm', { body: { code } })),
    onSuccess: async () => { await renew(); setStep('shown'); setCode(''); setNumber('') },
  })
  const drop = useMutation({ mutationFn: () => take(api.DELETE('/me/notifications/number', {})), onSuccess: renew })
  const submit = (send: () => void) => (event: FormEvent) => {
    event.preventDefault()
    send()
  }
  const error = step === 'number' ? give.error : step === 'code' ? confirm.error : drop.error
  const field = step === 'number' ? 'sms-number' : 'sms-code'
  return (
    <div className={css.under}>
      {error && <ErrorSummary errors={[{ field, message: text(error) }]} />}
      {step === 'shown' && now.sms.failing && <div className={css.trouble}><Icon name="alert" size={20} /><p>{t('notices.smsFails')}</p></div>}
      {step === 'shown' && (
        <div className={css.buttons}>
          <Button variant="default" onClick={() => setStep('number')}>{t(now.sms.number ? 'notices.smsOther' : 'notices.smsGive')}</Button>
          {now.sms.number && <Button variant="subtle" loading={drop.isPending} onClick={() => drop.mutate()}>{t('notices.smsDrop')}</Button>}
        </div>
      )}
      {step === 'number' && (
        <form className={css.form} noValidate onSubmit={submit(() => give.mutate())}>
          <TextInput id="sms-number" type="tel" autoComplete="tel" label={t('notices.smsNumber')} description={t('notices.smsNumberHelp')} value={number} onChange={(event) => setNumber(event.target.value)} maxLength={30} />
          <div className={css.buttons}><Button type="submit" loading={give.isPending}>{t('notices.smsSend')}</Button><Button variant="subtle" onClick={() => setStep('shown')}>{t('cancel')}</Button></div>
        </form>
      )}
      {step === 'code' && (
        <form className={css.form} noValidate onSubmit={submit(() => confirm.mutate())}>
          <TextInput id="sms-code" inputMode="numeric" autoComplete="one-time-code" label={t('notices.smsCode')} description={t('notices.smsCodeHelp')} value={code} onChange={(event) => setCode(event.target.value)} maxLength={10} />
          <div className={css.buttons}><Button type="submit" loading={confirm.isPending}>{t('notices.smsConfirm')}</Button><Button variant="subtle" onClick={() => setStep('number')}>{t('notices.smsBack')}</Button></div>
        </form>
      )}
    </div>
  )
}

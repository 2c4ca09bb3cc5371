import { TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, take } from '../api/client'
import { addressQuery } from '../api/queries'
import { Button } from '../ui/Button'
import { SectionCard, Tag } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './account.module.css'
import { useStepUp } from './StepUp'

/** The address: whether it was confirmed, and another one, which counts once its mail was read. */
export function AddressCard() {
  const { t } = useWords()
  const text = useErrorText()
  const stepUp = useStepUp()
  const known = useQuery(addressQuery)
  const [open, setOpen] = useState(false)
  const [email, setEmail] = useState('')
  const [missing, setMissing] = useState(false)
  const [said, setSaid] = useState('')
  const verify = useMutation({ mutationFn: () => take(api.POST('/me/address/verify')), onSuccess: () => setSaid(t('safety.verifySent', { email: known.data?.email ?? '' })) })
  const change = useMutation({
    mutationFn: () => stepUp.run(() => take(api.POST('/me/address', { body: { email: email.trim() } }))),
    onSuccess: (done) => {
      if (done === 'cancelled') return
      setSaid(t('safety.changeSent', { email: email.trim() }))
      setOpen(false)
      setEmail('')
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const fits = /^\S+@\S+$/.test(email.trim())
    setMissing(!fits)
    if (fits) change.mutate()
  }
  const errors = missing ? [{ field: 'address-new', message: t('signIn.needEmail') }] : change.error ? [{ field: 'address-new', message: text(change.error) }] : verify.error ? [{ message: text(verify.error) }] : []
  const address = known.data
  return (
    <SectionCard title={t('safety.address')} more={address?.email && <Tag tone={address.verified ? 'accent' : 'look'}>{address.verified ? t('safety.verified') : t('safety.notVerified')}</Tag>}>
      {known.error && !address ? <LoadError error={known.error} onRetry={() => void known.refetch()} />
        : !address ? <Skeleton heights={[48]} />
        : (
          <>
            <p>{address.email || t('account.noEmail')}</p>
            {said && <Said>{said}</Said>}
            <div className={css.gap}>
              {!address.mail ? <p className="dim">{t('safety.noMail')}</p> : open ? (
                <form className={css.form} onSubmit={submit} noValidate>
                  <ErrorSummary errors={errors} />
                  <TextInput id="address-new" type="email" label={t('safety.newEmail')} description={t('safety.changeHelp')} value={email} onChange={(event) => setEmail(event.target.value)} error={errors[0]?.message} autoComplete="email" autoCapitalize="none" spellCheck={false} maxLength={200} />
                  <div className={css.buttons}>
                    <Button type="submit" loading={change.isPending}>{t('safety.change')}</Button>
                    <Button variant="subtle" onClick={() => setOpen(false)}>{t('cancel')}</Button>
                  </div>
                </form>
              ) : (
                <div className={css.buttons}>
                  <ErrorSummary errors={errors} />
                  {address.email && !address.verified && <Button variant="default" loading={verify.isPending} onClick={() => { setSaid(''); verify.mutate() }}>{t('safety.verify')}</Button>}
                  <Button variant="default" onClick={() => { setSaid(''); setOpen(true) }}>{t('safety.change')}</Button>
                </div>
              )}
            </div>
          </>
        )}
      {stepUp.dialog}
    </SectionCard>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useStepUp } from '../account/StepUp'
import { take } from '../api/client'
import { Button, LinkButton } from '../ui/Button'
import { ErrorSummary, LoadError, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import { api, staffSignInQuery } from './calls'
import css from './invite.module.css'

/** Whether staff sign in with a passkey only, and how many could. */
export function StaffSignIn() {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const stepUp = useStepUp()
  const known = useQuery(staffSignInQuery)
  const choose = useMutation({
    mutationFn: (passkeys: boolean) => stepUp.run(() => take(api.PUT('/admin/sign-in', { body: { passkeys } }))),
    onSuccess: (now) => { if (now !== 'cancelled') queries.setQueryData(staffSignInQuery.queryKey, now) },
  })
  if (known.error && !known.data) return <LoadError error={known.error} onRetry={() => void known.refetch()} />
  if (!known.data) return <Skeleton heights={[120]} />
  const { passkeys, available, own, staff, with: having } = known.data
  return (
    <div className={css.form}>
      <ErrorSummary errors={choose.error ? [{ message: text(choose.error) }] : []} />
      <p className={css.which} role="status">{t(passkeys ? 'staffSignIn.on' : 'staffSignIn.off')}</p>
      <p className="dim">{t('staffSignIn.why')}</p>
      <p className="dim">{t('staffSignIn.count', { count: having, staff })} {t('staffSignIn.rest')}</p>
      {!available ? <p>{t('staffSignIn.unavailable')}</p>
        : passkeys ? <div className={css.buttons}><Button variant="default" loading={choose.isPending} onClick={() => choose.mutate(false)}>{t('staffSignIn.may')}</Button></div>
        : own ? <div className={css.buttons}><Button loading={choose.isPending} onClick={() => choose.mutate(true)}>{t('staffSignIn.must')}</Button></div>
        : (
          <>
            <p>{t('staffSignIn.ownFirst')}</p>
            <div className={css.buttons}><LinkButton to="/clinic/you/security" variant="default" icon="key">{t('staffSignIn.ownGo')}</LinkButton></div>
          </>
        )}
      {stepUp.dialog}
    </div>
  )
}

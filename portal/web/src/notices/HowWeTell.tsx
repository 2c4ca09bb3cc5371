import { Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { take } from '../api/client'
import { Card, SectionHead } from '../ui/Card'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import css from './notices.module.css'
import { api, tellingQuery, type NoticeKind, type Telling } from './queries'
import '@mantine/core/styles/Switch.css'
import '@mantine/core/styles/InlineInput.css'

const kinds: Exclude<NoticeKind, 'oversight'>[] = ['message', 'appointment', 'visit', 'note', 'result', 'ask', 'sharing']

/** E-mail or not, about what, and when not. Each change is kept at once. */
export function HowWeTell() {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const telling = useQuery(tellingQuery)
  const save = useMutation({
    mutationFn: (body: Telling) => take(api.PUT('/me/notifications', { body })),
    onMutate: (body) => queries.setQueryData(tellingQuery.queryKey, body),
    onSuccess: (kept) => queries.setQueryData(tellingQuery.queryKey, kept),
    onError: () => queries.invalidateQueries({ queryKey: tellingQuery.queryKey }),
  })
  const now = telling.data
  const { email, quiet } = now ?? {}
  const help = !email ? '' : !email.address ? t('notices.emailNone') : email.works === false ? t('notices.emailOff') : t('notices.emailTo', { address: email.address })
  return (
    <>
      <SectionHead title={t('notices.how')} />
      {telling.error && !now ? <LoadError error={telling.error} onRetry={() => void telling.refetch()} /> : !now || !email || !quiet ? <Skeleton heights={[320]} /> : (
        <Card pad>
          <div className={css.how}>
            {save.error && <ErrorSummary errors={[{ message: text(save.error) }]} />}
            <Switch label={t('notices.email')} description={help} checked={email.on} onChange={(event) => save.mutate({ ...now, email: { ...email, on: event.currentTarget.checked } })} />
            {email.on && (
              <fieldset className={css.kinds}>
                <legend>{t('notices.kinds')}</legend>
                {kinds.map((kind) => (
                  <Switch
                    key={kind} label={t(`notices.kindOf.${kind}`)} checked={now.kinds[kind].email}
                    onChange={(event) => save.mutate({ ...now, kinds: { ...now.kinds, [kind]: { email: event.currentTarget.checked } } })}
                  />
                ))}
              </fieldset>
            )}
            {email.on && (
              <div className={css.kinds}>
                <Switch label={t('notices.quiet')} description={t('notices.quietHelp')} checked={quiet.on} onChange={(event) => save.mutate({ ...now, quiet: { ...quiet, on: event.currentTarget.checked } })} />
                {quiet.on && (
                  <>
                    <div className={css.hours}>
                      {(['from', 'to'] as const).map((edge) => (
                        <label key={edge}>
                          {t(`notices.${edge}`)}
                          <input type="time" value={quiet[edge]} onChange={(event) => event.target.value && save.mutate({ ...now, quiet: { ...quiet, [edge]: event.target.value } })} />
                        </label>
                      ))}
                    </div>
                    <p className="meta">{t('notices.zone', { zone: quiet.timeZone.replaceAll('_', ' ') })}</p>
                  </>
                )}
              </div>
            )}
            {save.isSuccess && <Said>{t('notices.saved')}</Said>}
          </div>
        </Card>
      )}
    </>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { changeStop, lookAtStop } from '../api/auth'
import { usePageTitle } from '../shell/title'
import { SignInFrame } from '../signin/SignInFrame'
import { AnchorButton, Button } from '../ui/Button'
import { ErrorSummary, LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Skeleton } from '../ui/Skeleton'
import { useWords } from '../ui/useWords'
import type { ToldKind } from './queries'

/** The link under a mail: no more of its kind, without signing in, and back again. A button does it, because mail servers open links too. */
export function UnsubscribePage() {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const { token } = useParams({ from: '/unsubscribe/$token' })
  usePageTitle(t('notices.stop.page'))
  const key = ['unsubscribe', token]
  const look = useQuery({ queryKey: key, queryFn: () => lookAtStop(token), gcTime: 0, retry: false })
  const change = useMutation({ mutationFn: (stop: boolean) => changeStop(token, stop), onSuccess: (now) => queries.setQueryData(key, now) })
  if (!look.data) {
    return <SignInFrame title={t('notices.stop.page')} lead="">{look.error ? <LoadError error={look.error} onRetry={() => void look.refetch()} /> : <Skeleton heights={[56]} />}</SignInFrame>
  }
  const { kind, stopped } = look.data
  const about = kind === 'all' ? t('notices.stop.all') : t(`notices.kindOf.${kind as ToldKind}`)
  return (
    <SignInFrame title={t(stopped ? 'notices.stop.doneTitle' : 'notices.stop.title')} lead={t(stopped ? 'notices.stop.done' : 'notices.stop.lead', { about })}>
      {change.error && <ErrorSummary errors={[{ message: text(change.error) }]} />}
      {change.isSuccess && !stopped && <Said>{t('notices.stop.undone')}</Said>}
      {stopped
        ? <Button wide variant="default" loading={change.isPending} onClick={() => change.mutate(false)}>{t('notices.stop.undo')}</Button>
        : <Button wide loading={change.isPending} onClick={() => change.mutate(true)}>{t('notices.stop.go')}</Button>}
      <AnchorButton wide variant="subtle" href="/">{t('notices.stop.home')}</AnchorButton>
    </SignInFrame>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from '../ui/Button'
import { ErrorSummary, useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import css from './notices.module.css'
import { PushRefused, ringHere, ringNoMore, ringsHere, thisBrowser } from './push'
import { tellingQuery, type Telling } from './queries'

/** This browser rings or not; the others are counted. */
export function RingHere({ now }: { now: Telling }) {
  const { t } = useWords()
  const text = useErrorText()
  const queries = useQueryClient()
  const key = now.push.key ?? ''
  const here = useQuery({ queryKey: ['me', 'rings'], queryFn: () => ringsHere(thisBrowser()), enabled: key !== '', retry: false, gcTime: 0 })
  const switchOver = useMutation({
    mutationFn: (on: boolean) => (on ? ringHere(thisBrowser(), key) : ringNoMore(thisBrowser())),
    onSettled: async () => {
      await here.refetch()
      await queries.invalidateQueries({ queryKey: tellingQuery.queryKey })
    },
  })
  const { browsers = 0, phones = 0 } = now.push
  const counted = [browsers > 0 && t('notices.browsers', { count: browsers }), phones > 0 && t('notices.phones', { count: phones })].filter(Boolean).join(', ')
  const error = switchOver.error
  return (
    <div className={css.under}>
      {error && <ErrorSummary errors={[{ message: error instanceof PushRefused ? t(`notices.ring.${error.why}`) : text(error) }]} />}
      <p className="meta">{counted || t('notices.noPlace')}</p>
      {key !== '' && !here.isPending && (
        <Button variant="default" loading={switchOver.isPending} onClick={() => switchOver.mutate(!here.data)}>{t(here.data ? 'notices.ringNoMore' : 'notices.ringHere')}</Button>
      )}
    </div>
  )
}

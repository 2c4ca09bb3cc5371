import { useQuery } from '@tanstack/react-query'
import { Navigate, useParams } from '@tanstack/react-router'
import { ErrorPage } from '../shell/ErrorPage'
import { useMe } from '../shell/useMe'
import { Skeleton } from '../ui/Skeleton'
import { placeOf } from './place'
import { noticeQuery } from './queries'

/** Where the link of a mail leads: the mail itself does not know. */
export function OpenNotice() {
  const { id } = useParams({ from: '/gate/n/$id' })
  const me = useMe()
  const notice = useQuery(noticeQuery(id))
  if (notice.data) return <Navigate to={placeOf(notice.data, me.account.kind === 'staff', me.people[0]?.patient)} replace />
  if (notice.error) return <ErrorPage error={notice.error} reset={() => void notice.refetch()} />
  return <main id="content"><Skeleton heights={[40, 160]} onRetry={() => void notice.refetch()} /></main>
}

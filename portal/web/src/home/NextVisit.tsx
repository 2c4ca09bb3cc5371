import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy, type ReactNode } from 'react'
import { nextVisitQuery } from '../booking/next'
import { Skeleton } from '../ui/Skeleton'

const VisitHero = lazy(() => import('../booking/VisitHero'))
const nearMs = 48 * 3_600_000

/**
 * Draws the page once it is known whether a visit comes next: a card that came later would push everything
 * down. A visit that is near is the thing of the page, unless something is urgent; one further away is a line.
 */
export function NextVisit({ patient, urgent, children }: { patient: string; urgent: boolean; children: (visit: ReactNode, near: boolean) => ReactNode }) {
  const next = useQuery(nextVisitQuery(patient))
  const wait = <Skeleton heights={[196, 148, 148]} />
  if (next.isPending) return wait
  const visit = next.data?.items[0]
  if (!visit) return children(null, false)
  const near = !urgent && Date.parse(visit.start) - Date.now() < nearMs
  return <Suspense fallback={wait}>{children(<VisitHero visit={visit} near={near} />, near)}</Suspense>
}

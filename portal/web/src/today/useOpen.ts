import { useNavigate } from '@tanstack/react-router'
import { cockpitPath } from '../booking/paths'
import type { DayItem } from '../booking/types'

/** Where a visit of the day leads. */
export function useOpen() {
  const navigate = useNavigate()
  const chart = (item: DayItem) => void navigate({ to: '/clinic/p/$patient', params: { patient: item.patient } })
  const open = (item: DayItem) => {
    if (item.mode === 'video' && item.status !== 'cancelled') void navigate({ to: cockpitPath(item) })
    else chart(item)
  }
  return { open, chart }
}

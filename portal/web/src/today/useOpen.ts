import { useNavigate } from '@tanstack/react-router'
import { cockpitPath } from '../booking/paths'
import type { DayLine } from './state'

/** Where a line of the day leads. */
export function useOpen() {
  const navigate = useNavigate()
  const group = (id: string) => void navigate({ to: '/clinic/groups/$group', params: { group: id } })
  const chart = (line: DayLine) => (line.group ? group(line.group.id) : void navigate({ to: '/clinic/p/$patient', params: { patient: line.item.patient } }))
  const open = (line: DayLine) => {
    if (!line.group && line.item.mode === 'video' && line.item.status !== 'cancelled') void navigate({ to: cockpitPath(line.item) })
    else chart(line)
  }
  return { open, chart }
}

import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useLayoutEffect, useSyncExternalStore } from 'react'
import { groupOf } from '../groups/calls'
import { useTopic } from '../shell/context'
import type { HeldVisits } from '../visits/held'
import { visitOf } from '../visits/queries'
import { SmallVisit } from '../visits/Strip'
import { Voices } from '../visits/Voices'
import { useRoom } from './useRoom'

/** A clinician's call, of a visit or of a group, beside whatever page is in front. */
export function HeldRoom({ held, patient, id }: { held: HeldVisits; patient: string; id: string }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const source = patient ? visitOf(patient, id) : groupOf(id)
  useTopic(patient ? `visit/${patient}/${id}` : `group/${id}`, () => void queries.invalidateQueries({ queryKey: source.key }))
  const open = useSyncExternalStore(held.subscribe, () => held.isOpen(id))
  const room = useRoom(source, id, held)
  useLayoutEffect(() => held.tell('clinic', id, room))
  if (!room.joined || !room.visit) return null
  const back = () => void (patient ? navigate({ to: '/clinic/visits/$patient/$visit', params: { patient, visit: id } }) : navigate({ to: '/clinic/groups/$group', params: { group: id } }))
  return (
    <>
      <Voices remotes={room.now.remotes} />
      <SmallVisit visit={room.visit} part={room} open={open} onBack={back} />
    </>
  )
}

import { useQueryClient } from '@tanstack/react-query'
import { useContext, useLayoutEffect, useSyncExternalStore } from 'react'
import { HeldContext, type HeldVisits } from '../clinic/held'
import { groupOf } from '../groups/calls'
import { useTopic } from '../shell/context'
import { visitOf } from '../visits/queries'
import { Voices } from '../visits/Voices'
import { SmallVisit } from './SmallVisit'
import { useRoom } from './useRoom'

/** The calls of visits live here, beside the pages: going to another page ends none. */
export function HeldRooms() {
  const held = useContext(HeldContext)
  const list = useSyncExternalStore(held.subscribe, held.list)
  return list.split(' ').filter(Boolean).map((place) => {
    const [patient, id] = place.split('/') as [string, string]
    return <HeldRoom key={id} held={held} patient={patient} id={id} />
  })
}

function HeldRoom({ held, patient, id }: { held: HeldVisits; patient: string; id: string }) {
  const queries = useQueryClient()
  const source = patient ? visitOf(patient, id) : groupOf(id)
  useTopic(patient ? `visit/${patient}/${id}` : `group/${id}`, () => void queries.invalidateQueries({ queryKey: source.key }))
  const open = useSyncExternalStore(held.subscribe, () => held.isOpen(id))
  const room = useRoom(source, id, held)
  useLayoutEffect(() => held.tell(id, room))
  if (!room.joined || !room.visit) return null
  return (
    <>
      <Voices remotes={room.now.remotes} />
      <SmallVisit visit={room.visit} room={room} open={open} />
    </>
  )
}

import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { lettingIn } from '../booking/paths'
import type { Room } from './useRoom'

/** Somebody pressed "let in" on the page before: that is done once, a reload does not do it again. Who is in another visit is told first. */
export function useLetIn(room: Room | undefined): void {
  const navigate = useNavigate()
  const asked = useLocation({ select: ({ hash }) => hash === lettingIn })
  const loaded = room?.visit !== undefined
  const first = useRef<() => void>(undefined)
  first.current = () => {
    if (room?.elsewhere === undefined) room?.letIn((room.waiting.find(({ role }) => role === 'patient') ?? room.waiting[0])?.seat)
  }
  useEffect(() => {
    if (!asked || !loaded) return
    void navigate({ to: '.', hash: '', replace: true })
    first.current?.()
  }, [asked, loaded, navigate])
}

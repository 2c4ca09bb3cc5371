import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { patientsQuery } from '../api/queries'

const typingMs = 250

/** The reader's patients that fit what is typed, a moment after the last key; none says that nobody does. */
export function usePeople() {
  const [typed, setTyped] = useState('')
  const [q, setQ] = useState('')
  useEffect(() => {
    const timer = window.setTimeout(() => setQ(typed.trim()), typingMs)
    return () => window.clearTimeout(timer)
  }, [typed])
  const found = useInfiniteQuery({ ...patientsQuery(q), enabled: q !== '', placeholderData: (before) => before })
  const people = q ? found.data?.pages[0]?.items ?? [] : []
  const answered = q !== '' && found.data !== undefined && !found.isPlaceholderData
  return { typed, setTyped, people, answered }
}

import { useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'

const typingMs = 300
const mark = 'q='

/**
 * What somebody looks for on a page, a moment after they typed it. It stands in the fragment of the address: a reload
 * keeps it, and a browser sends it to nobody (RFC 3986, section 3.5).
 */
export function useLookup(): { typed: string; type: (words: string) => void; words: string } {
  const navigate = useNavigate()
  const words = useLocation({ select: ({ hash }) => (hash.startsWith(mark) ? hash.slice(mark.length) : '') })
  const [typed, type] = useState(words)
  useEffect(() => {
    const timer = window.setTimeout(() => {
      const wanted = typed.trim()
      if (wanted !== words) void navigate({ to: '.', search: true, hash: wanted && mark + encodeURIComponent(wanted), replace: true, resetScroll: false, hashScrollIntoView: false })
    }, typingMs)
    return () => window.clearTimeout(timer)
  }, [typed, words, navigate])
  return { typed, type, words }
}

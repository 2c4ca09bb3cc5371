import { useSyncExternalStore, type JSX } from 'react'
import type { more } from './moreIcons'

// One line weight, one 24 px grid. An icon never stands alone: a word is beside it or in its name.
// These are what a start page draws; the others come when the first of them is asked for.
const shapes: Record<string, JSX.Element> = {
  home: <path d="M4 11.2 12 4.5l8 6.7V19a1 1 0 0 1-1 1h-4.5v-5.5h-5V20H5a1 1 0 0 1-1-1z" />,
  record: <><rect x="5" y="3.5" width="14" height="17" rx="2.500" /><path d="M9 8.500h6M9 12.500h6M9 16.500h3.500" /></>,
  chat: <path d="M5.500 4.500h13a2 2 0 0 1 2 2v8.500a2 2 0 0 1-2 2H11l-4.500 3.500V17h-1a2 2 0 0 1-2-2V6.500a2 2 0 0 1 2-2z" />,
  share: <><circle cx="6" cy="12" r="2.700" /><circle cx="17.500" cy="5.800" r="2.700" /><circle cx="17.500" cy="18.200" r="2.700" /><path d="m8.400 10.700 6.700-3.600M8.400 13.300l6.700 3.600" /></>,
  person: <><circle cx="12" cy="8.200" r="3.700" /><path d="M4.800 20c.6-3.900 3.500-6 7.200-6s6.600 2.100 7.200 6" /></>,
  people: <><circle cx="9" cy="8.500" r="3.300" /><path d="M2.800 19.500c.5-3.500 3-5.400 6.200-5.400s5.700 1.900 6.200 5.400M15.500 5.400a3.300 3.300 0 0 1 0 6.200M17.800 14.500c1.900.7 3.100 2.400 3.400 5" /></>,
  clock: <><circle cx="12" cy="12" r="8.500" /><path d="M12 7.200V12l3.200 2" /></>,
  done: <><circle cx="12" cy="12" r="8.500" /><path d="m8.200 12.200 2.700 2.700 5-5.300" /></>,
  heart: <path d="M12 20S3.500 15.300 3.500 9.300A4.600 4.600 0 0 1 12 6.800a4.600 4.600 0 0 1 8.500 2.500C20.500 15.300 12 20 12 20z" />,
  alert: <path d="M12 4 2.800 19.500h18.400zM12 10v4.500M12 17h.01" />,
  go: <path d="m9.500 5.500 6.500 6.500-6.500 6.500" />,
  open: <path d="m6 9.500 6 6 6-6" />,
  letter: <path d="M6 3.500h8l4.500 4.500v11A1.500 1.500 0 0 1 17 20.500H6A1.500 1.500 0 0 1 4.500 19V5A1.500 1.500 0 0 1 6 3.500zM14 3.500V8h4.500M8.500 12.500h6M8.500 16h4" />,
  flask: <path d="M9.500 3.500h5M10.500 3.500v5.700L5.300 18a1.700 1.700 0 0 0 1.500 2.500h10.400a1.700 1.700 0 0 0 1.500-2.500l-5.200-8.800V3.500M7.700 14.500h8.600" />,
  syringe: <path d="m14 4 6 6M17 7l-8.800 8.800-3-3L14 4M5.200 12.800 4 20l7.200-1.200M4 20l-1 1M10.500 8.500l2 2M8 11l2 2M17 7l3-3" />,
  check: <path d="m5 12.500 4.700 4.700L19.500 7" />,
  pill: <><rect x="2.800" y="8" width="18.400" height="8" rx="4" transform="rotate(-42 12 12)" /><path d="m9.300 9.300 5.400 5.900" /></>,
  building: <><rect x="4" y="4" width="16" height="16.500" rx="2" /><path d="M12 7.500v6M9 10.500h6M9.500 20.500V17h5v3.500" /></>,
  video: <><rect x="3" y="6.500" width="12.500" height="11" rx="2.500" /><path d="m15.500 10.700 5-2.700v8l-5-2.700z" /></>,
  calendar: <><rect x="4" y="5" width="16" height="15.500" rx="2.500" /><path d="M4 10h16M8.500 3v4M15.500 3v4" /></>,
  target: <><circle cx="12" cy="12" r="8.500" /><circle cx="12" cy="12" r="4" /><path d="M12 12h.01" /></>,
  pulse: <path d="M3 12.500h4l2.200-6 4.200 11.500 2.600-7.500 1.200 2H21" />,
  cloudOff: <path d="M7 18.500a4.500 4.500 0 0 1-.6-8.900M9.500 6.600A6 6 0 0 1 17.800 11a3.800 3.800 0 0 1 2.400 6M4 4l16 16" />,
  refresh: <path d="M4 9.500A8.200 8.200 0 0 1 19 8M20 14.500A8.200 8.200 0 0 1 5 16M19.500 4v4.500H15M4.500 20v-4.500H9" />,
}

export type IconName = keyof typeof more | 'home' | 'record' | 'chat' | 'share' | 'person' | 'people' | 'video' | 'calendar' | 'clock' | 'done' | 'alert' | 'refresh' | 'open' | 'go' | 'check' | 'cloudOff' | 'flask' | 'pulse' | 'pill' | 'syringe' | 'heart' | 'letter' | 'target' | 'building'

let asked = false
const listeners = new Set<() => void>()
function onMore(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
function ask(): void {
  if (asked) return
  asked = true
  import('./moreIcons').then(
    (loaded) => {
      Object.assign(shapes, loaded.more)
      listeners.forEach((listener) => listener())
    },
    () => {
      asked = false
    },
  )
}

export function Icon({ name, size = 22, strokeWidth = 1.75, className }: { name: IconName; size?: number; strokeWidth?: number; className?: string }) {
  const shape = useSyncExternalStore(onMore, () => shapes[name])
  if (!shape) ask()
  return (
    <svg
      className={className} viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false" fill="none"
      stroke="currentColor" strokeWidth={strokeWidth} strokeLinecap="round" strokeLinejoin="round" style={{ flex: 'none' }}
    >
      {shape}
    </svg>
  )
}

/** The house with a heart. */
export function BrandMark({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false" style={{ flex: 'none' }}>
      <rect width="32" height="32" rx="9" fill="var(--hc-accent)" />
      <path d="M7.500 16.200 16 8.500l8.500 7.700V24a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1z" fill="var(--hc-on-accent)" />
      <path d="M16 20.900c-2.500-1.500-3.600-2.900-3.600-4.200a1.900 1.900 0 0 1 3.600-.9 1.900 1.900 0 0 1 3.600.9c0 1.300-1.100 2.700-3.600 4.200z" fill="var(--hc-accent)" />
    </svg>
  )
}

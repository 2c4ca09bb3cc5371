import type { JSX } from 'react'

// One line weight, one 24 px grid. An icon never stands alone: a word is beside it or in its name.
const shapes = {
  home: <path d="M4 11.2 12 4.5l8 6.7V19a1 1 0 0 1-1 1h-4.5v-5.5h-5V20H5a1 1 0 0 1-1-1z" />,
  record: <><rect x="5" y="3.5" width="14" height="17" rx="2.500" /><path d="M9 8.500h6M9 12.500h6M9 16.500h3.500" /></>,
  share: <><circle cx="6" cy="12" r="2.700" /><circle cx="17.500" cy="5.800" r="2.700" /><circle cx="17.500" cy="18.200" r="2.700" /><path d="m8.400 10.700 6.700-3.600M8.400 13.300l6.700 3.600" /></>,
  person: <><circle cx="12" cy="8.200" r="3.700" /><path d="M4.800 20c.6-3.900 3.500-6 7.200-6s6.600 2.100 7.200 6" /></>,
  people: <><circle cx="9" cy="8.500" r="3.300" /><path d="M2.800 19.500c.5-3.500 3-5.400 6.200-5.400s5.700 1.900 6.200 5.400M15.500 5.400a3.300 3.300 0 0 1 0 6.200M17.800 14.500c1.900.7 3.100 2.400 3.400 5" /></>,
  search: <><circle cx="10.800" cy="10.800" r="6.300" /><path d="m15.500 15.500 5 5" /></>,
  up: <><circle cx="12" cy="12" r="8.500" /><path d="M12 16.200V8M8.500 11.300 12 7.800l3.500 3.500" /></>,
  down: <><circle cx="12" cy="12" r="8.500" /><path d="M12 7.800V16M8.500 12.700 12 16.200l3.500-3.500" /></>,
  clock: <><circle cx="12" cy="12" r="8.500" /><path d="M12 7.200V12l3.200 2" /></>,
  globe: <><circle cx="12" cy="12" r="8.500" /><path d="M3.500 12h17M12 3.500c2.500 2.600 3.700 5.400 3.700 8.500S14.500 17.900 12 20.500C9.500 17.900 8.300 15.100 8.300 12S9.500 6.100 12 3.500z" /></>,
  done: <><circle cx="12" cy="12" r="8.500" /><path d="m8.200 12.200 2.700 2.700 5-5.300" /></>,
  ask: <><circle cx="12" cy="12" r="8.500" /><path d="M9.600 9.700a2.500 2.500 0 1 1 3.600 2.300c-.8.400-1.200.9-1.200 1.700M12 16.800h.01" /></>,
  key: <><circle cx="8" cy="14.500" r="4" /><path d="m11 11.700 8.500-8.200M16 7l3 3M13.500 9.300l2 2" /></>,
  heart: <path d="M12 20S3.500 15.300 3.500 9.300A4.600 4.600 0 0 1 12 6.800a4.600 4.600 0 0 1 8.500 2.500C20.500 15.300 12 20 12 20z" />,
  shield: <><path d="M12 3.300 4.800 6v5.500c0 4.600 3 7.700 7.200 9.200 4.200-1.500 7.200-4.600 7.200-9.200V6z" /><path d="m8.800 12 2.300 2.300 4.200-4.400" /></>,
  alert: <path d="M12 4 2.800 19.500h18.400zM12 10v4.500M12 17h.01" />,
  download: <path d="M12 4v11.500M7 11l5 5 5-5M4.500 20h15" />,
  plus: <path d="M12 5v14M5 12h14" />,
  back: <path d="M14.500 5.500 8 12l6.500 6.500" />,
  go: <path d="m9.500 5.500 6.500 6.500-6.500 6.500" />,
  open: <path d="m6 9.500 6 6 6-6" />,
  eye: <><path d="M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z" /><circle cx="12" cy="12" r="3" /></>,
  sliders: <><path d="M4 7h9M17.500 7H20M4 17h2.500M11 17h9" /><circle cx="15" cy="7" r="2.300" /><circle cx="9" cy="17" r="2.300" /></>,
  pen: <path d="M4.500 19.500 5.300 15 16 4.300a1.800 1.800 0 0 1 2.600 0l1.100 1.100a1.800 1.800 0 0 1 0 2.600L9 18.700z" />,
  letter: <path d="M6 3.500h8l4.500 4.500v11A1.500 1.500 0 0 1 17 20.500H6A1.500 1.500 0 0 1 4.500 19V5A1.500 1.500 0 0 1 6 3.500zM14 3.500V8h4.500M8.500 12.500h6M8.500 16h4" />,
  print: <path d="M7 8.500V4h10v4.500M7 17H5a1.500 1.500 0 0 1-1.500-1.500v-5A2 2 0 0 1 5.500 8.500h13a2 2 0 0 1 2 2v5A1.500 1.500 0 0 1 19 17h-2M7 14h10v6.500H7z" />,
  phone: <path d="M8.500 4H5.700A1.700 1.700 0 0 0 4 5.800C4.500 13.500 10.500 19.500 18.200 20a1.700 1.700 0 0 0 1.800-1.700v-2.800l-4.500-1.800-1.800 2.300a12 12 0 0 1-5.700-5.700l2.300-1.800z" />,
  flask: <path d="M9.500 3.500h5M10.500 3.500v5.700L5.300 18a1.700 1.700 0 0 0 1.500 2.500h10.400a1.700 1.700 0 0 0 1.500-2.500l-5.200-8.800V3.500M7.700 14.500h8.600" />,
  syringe: <path d="m14 4 6 6M17 7l-8.800 8.800-3-3L14 4M5.200 12.800 4 20l7.200-1.200M4 20l-1 1M10.500 8.500l2 2M8 11l2 2M17 7l3-3" />,
  check: <path d="m5 12.500 4.700 4.700L19.500 7" />,
  cross: <path d="m6 6 12 12M18 6 6 18" />,
  pill: <><rect x="2.800" y="8" width="18.400" height="8" rx="4" transform="rotate(-42 12 12)" /><path d="m9.300 9.300 5.400 5.900" /></>,
  building: <><rect x="4" y="4" width="16" height="16.500" rx="2" /><path d="M12 7.500v6M9 10.500h6M9.500 20.500V17h5v3.500" /></>,
  app: <><rect x="4" y="4" width="7" height="7" rx="2" /><rect x="13" y="4" width="7" height="7" rx="2" /><rect x="4" y="13" width="7" height="7" rx="2" /><path d="M16.500 13.500v6M13.500 16.500h6" /></>,
  calendar: <><rect x="4" y="5" width="16" height="15.500" rx="2.500" /><path d="M4 10h16M8.500 3v4M15.500 3v4" /></>,
  lock: <><rect x="5" y="10.500" width="14" height="10" rx="2.500" /><path d="M8 10.500V8a4 4 0 0 1 8 0v2.500" /></>,
  leave: <path d="M10 4.500H6.500A1.500 1.500 0 0 0 5 6v12a1.500 1.500 0 0 0 1.500 1.500H10M15 8l4 4-4 4M9.500 12H19" />,
  device: <><rect x="7" y="3" width="10" height="18" rx="2.500" /><path d="M11 17.800h2" /></>,
  sun: <><circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M18.400 5.600 17 7M7 17l-1.400 1.400" /></>,
  list: <path d="M9 6.500h11M9 12h11M9 17.500h11M4.500 6.500h.01M4.500 12h.01M4.500 17.500h.01" />,
  target: <><circle cx="12" cy="12" r="8.500" /><circle cx="12" cy="12" r="4" /><path d="M12 12h.01" /></>,
  pulse: <path d="M3 12.500h4l2.200-6 4.200 11.500 2.600-7.500 1.200 2H21" />,
  cloudOff: <path d="M7 18.500a4.500 4.500 0 0 1-.6-8.900M9.500 6.600A6 6 0 0 1 17.800 11a3.800 3.800 0 0 1 2.400 6M4 4l16 16" />,
  refresh: <path d="M4 9.500A8.200 8.200 0 0 1 19 8M20 14.500A8.200 8.200 0 0 1 5 16M19.500 4v4.500H15M4.500 20v-4.500H9" />,
} satisfies Record<string, JSX.Element>

export type IconName = keyof typeof shapes

export function Icon({ name, size = 22, strokeWidth = 1.75, className }: { name: IconName; size?: number; strokeWidth?: number; className?: string }) {
  return (
    <svg
      className={className} viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false" fill="none"
      stroke="currentColor" strokeWidth={strokeWidth} strokeLinecap="round" strokeLinejoin="round" style={{ flex: 'none' }}
    >
      {shapes[name]}
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

import type { JSX } from 'react'

// What only a visit draws, on the same grid as the other icons.
const shapes = {
  mic: <><rect x="9" y="3" width="6" height="11.5" rx="3" /><path d="M5.500 11.500a6.500 6.500 0 0 0 13 0M12 18v3" /></>,
  micOff: <><path d="M9 8.500V6a3 3 0 0 1 6 0v5.500c0 .7-.2 1.300-.6 1.800M12 14.500a3 3 0 0 1-3-3" /><path d="M5.500 11.500a6.500 6.500 0 0 0 10.400 5.200M18.500 11.500c0 1.100-.3 2.100-.7 3M12 18v3M4 4l16 16" /></>,
  camera: <><rect x="3" y="6.500" width="12.500" height="11" rx="2.500" /><path d="m15.500 10.800 5.500-3v8.400l-5.500-3z" /></>,
  cameraOff: <><path d="M8 6.500h5a2.500 2.500 0 0 1 2.500 2.500v5.500M14 17.200a2.500 2.500 0 0 1-1 .3H5.500A2.500 2.500 0 0 1 3 15V9a2.500 2.500 0 0 1 1.600-2.300M15.500 10.800l5.500-3v8.400l-3-1.600M3.500 3.500l17 17" /></>,
  speaker: <path d="M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4 4 0 0 1 0 6M18 6.500a7.600 7.600 0 0 1 0 11" />,
  network: <path d="M3.500 9.500a12.500 12.500 0 0 1 17 0M6.500 13a8 8 0 0 1 11 0M9.500 16.300a3.600 3.600 0 0 1 5 0M12 19.500h.01" />,
  chat: <path d="M4 6.500A2.500 2.500 0 0 1 6.500 4h11A2.500 2.500 0 0 1 20 6.500V14a2.500 2.500 0 0 1-2.500 2.500H12l-4.500 4v-4h-1A2.500 2.500 0 0 1 4 14z" />,
  hangUp: <path d="M3 14.800c-.6-1.700.2-3.400 2-4.300 4.300-2.200 9.700-2.200 14 0 1.800.9 2.600 2.600 2 4.300l-.4 1.200-4.600-.9-.4-2.900a12 12 0 0 0-7.200 0L8 15.100l-4.600.9z" />,
  leave: <path d="M10.500 4H6a1.500 1.500 0 0 0-1.500 1.500v13A1.500 1.500 0 0 0 6 20h4.500M15 8l4 4-4 4M19 12H9.500" />,
  flip: <path d="M4 9.500A8.200 8.200 0 0 1 19 8M20 14.500A8.200 8.200 0 0 1 5 16M19.500 4v4.500H15M4.500 20v-4.500H9" />,
  screen: <><rect x="3" y="4.500" width="18" height="12" rx="2" /><path d="M8.500 20.500h7M12 13.500v-6M9.300 10 12 7.300l2.700 2.700" /></>,
  move: <path d="M12 3.500v17M3.500 12h17M9.500 6 12 3.500 14.500 6M9.500 18l2.500 2.500 2.500-2.500M6 9.500 3.500 12 6 14.500M18 9.500l2.500 2.500-2.500 2.500" />,
  captions: <><rect x="3" y="5" width="18" height="14" rx="2.5" /><path d="M10.800 10.300a2.300 2.300 0 1 0 0 3.400M17.300 10.300a2.300 2.300 0 1 0 0 3.400" /></>,
  pip: <><path d="M21 11V7a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h5" /><rect x="13" y="13.500" width="8" height="6" rx="1.200" /></>,
  back: <path d="M9 6 4 11l5 5M4 11h10.500a5.500 5.500 0 0 1 5.500 5.500V18" />,
  pin: <path d="M9 3.500h6l-.8 6.300 3.300 3.700v1.500h-11v-1.500l3.300-3.700zM12 15v5.500" />,
} satisfies Record<string, JSX.Element>

export type VisitIconName = keyof typeof shapes

export function VisitIcon({ name, size = 22 }: { name: VisitIconName; size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false" fill="none" stroke="currentColor" strokeWidth={1.75} strokeLinecap="round" strokeLinejoin="round" style={{ flex: 'none' }}>
      {shapes[name]}
    </svg>
  )
}

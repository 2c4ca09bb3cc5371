import type { JSX, ReactNode } from 'react'
import type { Help } from './browser'

// Small drawings of what a browser shows, made of boxes: no screenshot ages, and no word in them needs a language.
const ink = 'var(--hc-ink-2)'
const soft = 'var(--hc-fill)'
const hot = 'var(--hc-accent)'

const Sheet = ({ children }: { children: ReactNode }) => (
  <svg viewBox="0 0 160 90" width="160" height="90" fill="none" stroke={ink} strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
    <rect x="1" y="1" width="158" height="88" rx="10" fill="var(--hc-surface)" stroke="var(--hc-line-strong)" />
    {children}
  </svg>
)
/** Where to press. */
const Ring = ({ x, y, r = 11 }: { x: number; y: number; r?: number }) => <circle cx={x} cy={y} r={r} stroke={hot} strokeWidth="3" />
const Camera = ({ x, y, off }: { x: number; y: number; off?: boolean }) => (
  <g transform={`translate(${x} ${y})`}><rect x="0" y="2" width="11" height="9" rx="2" /><path d="m11 5.500 5-2.500v7l-5-2.500z" />{off && <path d="m-1 0 16 13" stroke={hot} strokeWidth="2" />}</g>
)
const Mic = ({ x, y }: { x: number; y: number }) => <g transform={`translate(${x} ${y})`}><rect x="4" y="0" width="6" height="9" rx="3" /><path d="M1 7a6 6 0 0 0 12 0M7 13v2" /></g>
const Switch = ({ x, y }: { x: number; y: number }) => <g transform={`translate(${x} ${y})`}><rect x="0" y="0" width="24" height="13" rx="6.500" fill={hot} stroke={hot} /><circle cx="17.500" cy="6.500" r="4.500" fill="var(--hc-surface)" stroke="none" /></g>
const Sliders = ({ x, y }: { x: number; y: number }) => <g transform={`translate(${x} ${y})`}><path d="M0 3h12M0 9h12" /><circle cx="4" cy="3" r="2" fill={soft} /><circle cx="8" cy="9" r="2" fill={soft} /></g>
const Bar = ({ y = 10, from = 34, to = 148 }: { y?: number; from?: number; to?: number }) => <rect x={from} y={y} width={to - from} height="18" rx="9" fill={soft} stroke="none" />
const Dots = () => <g fill={ink} stroke="none"><circle cx="10" cy="19" r="2.500" /><circle cx="18" cy="19" r="2.500" /><circle cx="26" cy="19" r="2.500" /></g>
const Lines = ({ y = 46 }: { y?: number }) => <path d={`M14 ${y}h92M14 ${y + 14}h70M14 ${y + 28}h84`} stroke="var(--hc-line)" strokeWidth="4" />
const Again = () => <Sheet><rect x="26" y="30" width="108" height="30" rx="8" stroke={hot} strokeWidth="3" /><path d="M50 45a9 9 0 1 1 3 6.700M50 54v-4h4" /><path d="M72 45h44" stroke={ink} strokeWidth="4" /></Sheet>
const Rows = ({ children, end }: { children?: ReactNode; end: (y: number) => ReactNode }) => <Sheet>{children}<Camera x={22} y={33} />{end(34)}<Mic x={23} y={60} />{end(61)}<path d="M46 40h50M46 67h42" stroke="var(--hc-line-strong)" strokeWidth="3" /></Sheet>

const address = <Sheet><Dots /><Bar /><Sliders x={41} y={13} /><Ring x={47} y={19} r={13} /><Lines /></Sheet>
const switches = <Rows end={(y) => <Switch x={114} y={y} />}><path d="M14 14h60" strokeWidth="3" /></Rows>
const allows = <Rows end={(y) => <g><rect x="104" y={y - 3} width="44" height="19" rx="6" stroke={hot} strokeWidth="2.500" /><path d={`m118 ${y + 6} 5 5 9-10`} stroke={hot} strokeWidth="2.500" /></g>} />

/** Three pictures to each browser, as its three steps. */
export const art: Record<Help, [JSX.Element, JSX.Element, JSX.Element]> = {
  chrome: [address, switches, <Again key="3" />],
  android: [<Sheet key="1"><Bar from={12} /><Sliders x={20} y={13} /><Ring x={26} y={19} r={13} /><Lines /></Sheet>, switches, <Again key="3" />],
  iphone: [<Sheet key="1"><Lines y={18} /><Bar y={64} from={12} /><path d="M22 69h10M22 73h10M22 77h6" strokeWidth="2" /><Ring x={27} y={73} r={13} /></Sheet>, allows, <Again key="3" />],
  mac: [<Sheet key="1"><path d="M1 18h158" /><circle cx="14" cy="9.500" r="3.500" fill={ink} stroke="none" /><path d="M28 10h24" strokeWidth="3" /><Ring x={40} y={10} r={9} /><rect x="28" y="24" width="88" height="52" rx="6" fill={soft} stroke="none" /><path d="M38 36h50M38 50h62M38 64h44" strokeWidth="3" /><rect x="33" y="43" width="78" height="14" rx="5" stroke={hot} strokeWidth="2.500" /></Sheet>, allows, <Again key="3" />],
  firefox: [<Sheet key="1"><Dots /><Bar /><Camera x={43} y={12} off /><Ring x={51} y={19} r={14} /><Lines /></Sheet>, <Rows key="2" end={(y) => <g><rect x="112" y={y - 3} width="34" height="19" rx="6" fill={soft} stroke="none" /><path d={`m124 ${y + 1} 10 10M134 ${y + 1} l-10 10`} stroke={hot} strokeWidth="2.500" /></g>} />, <Again key="3" />],
}

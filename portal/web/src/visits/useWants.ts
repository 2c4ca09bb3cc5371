import { useEffect } from 'react'
import type { Call } from '../rtc/call'
import type { Level } from '../rtc/protocol'
import type { Shown } from './people'

/** Asks for large pictures only where one is shown large, and for none where the line carries only sound. */
export function useWants(call: Call | undefined, main: Shown | undefined, minis: Shown[], level: Level): void {
  const wanted = [...(main ? [{ ...main, large: true }] : []), ...minis.map((mini) => ({ ...mini, large: false }))]
    .map(({ seat, kind, large }) => `${seat} ${kind} ${level === 'bad' && kind === 'camera' ? 'none' : large && level === 'good' ? 'high' : 'low'}`)
    .join('\n')
  useEffect(() => {
    if (!call || !wanted) return
    for (const line of wanted.split('\n')) {
      const [seat, kind, layer] = line.split(' ') as [string, Shown['kind'], 'high' | 'low' | 'none']
      call.want(seat, kind, layer)
    }
  }, [call, wanted])
}

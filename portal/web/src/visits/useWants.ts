import { useEffect } from 'react'
import type { Call } from '../rtc/call'
import type { Shown } from './people'

/** Asks for large pictures only where one is shown large. What the line carries of them, the room knows. */
export function useWants(call: Call | undefined, main: Shown | undefined, minis: Shown[]): void {
  const wanted = [...(main ? [{ ...main, large: true }] : []), ...minis.map((mini) => ({ ...mini, large: false }))]
    .map(({ seat, kind, large }) => `${seat} ${kind} ${large ? 'high' : 'low'}`)
    .join('\n')
  useEffect(() => {
    if (!call || !wanted) return
    for (const line of wanted.split('\n')) {
      const [seat, kind, layer] = line.split(' ') as [string, Shown['kind'], 'high' | 'low']
      call.want(seat, kind, layer)
    }
  }, [call, wanted])
}

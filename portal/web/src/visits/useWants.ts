import { useEffect } from 'react'
import type { Call } from '../rtc/call'
import type { Shown } from './people'

/** Asks for large pictures only where one is shown large. What the line carries of them, the room knows. */
export function useWants(call: Call | undefined, large: Shown[], small: Shown[]): void {
  const wanted = [...large.map((one) => `${one.seat} ${one.kind} high`), ...small.map((one) => `${one.seat} ${one.kind} low`)].join('\n')
  useEffect(() => {
    if (!call || !wanted) return
    for (const line of wanted.split('\n')) {
      const [seat, kind, layer] = line.split(' ') as [string, Shown['kind'], 'high' | 'low']
      call.want(seat, kind, layer)
    }
  }, [call, wanted])
}

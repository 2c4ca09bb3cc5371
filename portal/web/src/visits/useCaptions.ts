import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { tagOf } from '../format/locale'
import type { Call, CallView } from '../rtc/call'
import { Captions, noCaptions, type CaptionsView, type Kept } from '../rtc/captions/captions'
import { DeviceEars } from '../rtc/captions/ears'
import type { MediaView } from '../rtc/media'
import { pageTimers } from '../rtc/timers'
import { useWords } from '../ui/useWords'

const storeKey = 'housecall.captions'

/** What was said of captions holds for one visit, in this tab: a reload asks nobody again. */
const keptFor = (visit: string) => ({
  read(): Kept {
    try {
      const kept = JSON.parse(window.sessionStorage.getItem(storeKey) ?? '{}') as Kept & { visit?: string }
      return kept.visit === visit ? { wants: kept.wants === true, answer: kept.answer === 'yes' || kept.answer === 'no' ? kept.answer : undefined } : {}
    } catch {
      return {}
    }
  },
  write(kept: Kept) {
    try {
      window.sessionStorage.setItem(storeKey, JSON.stringify({ visit, ...kept }))
    } catch {
      // Then it holds until the page is closed.
    }
  },
})

const noSubscription = () => () => undefined

export interface CaptionsHere { view: CaptionsView; captions?: Captions }

/** The captions of a call, as long as there is one. */
export function useCaptions(visit: string, call: Call | undefined, now: CallView, { tracks: { audio }, mic }: MediaView): CaptionsHere {
  const { locale } = useWords()
  const [captions, setCaptions] = useState<Captions>()
  useEffect(() => {
    if (!call) return undefined
    const made = new Captions({
      tell: (data, to) => void call.tell(data, to), ears: new DeviceEars(window, navigator.languages, pageTimers), kept: keptFor(visit), timers: pageTimers, now: Date.now,
    })
    const deaf = call.listen((from, data) => made.hear(from, data))
    setCaptions(made)
    return () => {
      deaf()
      made.close()
      setCaptions(undefined)
    }
  }, [call, visit])
  const there = now.phase === 'in'
  useEffect(() => captions?.sit(now.seats, now.seat, there), [captions, now.seats, now.seat, there])
  useEffect(() => captions?.speak(mic ? audio : undefined, tagOf(locale)), [captions, audio, mic, locale])
  const current = useCallback(() => captions?.current() ?? noCaptions, [captions])
  return { captions, view: useSyncExternalStore(captions?.subscribe ?? noSubscription, current) }
}

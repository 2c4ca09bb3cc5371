import type { Timers } from '../timers'

/** Whether this browser makes text of speech on the device: now, after it loaded what it needs, or never. */
export type Ability = 'ready' | 'download' | 'cannot'

/** Makes text of what a microphone hears, on the device and nowhere else. */
export interface Ears {
  able(lang: string): Promise<Ability>
  install(lang: string): Promise<boolean>
  /** Goes on until it is stopped or fails for good. */
  listen(track: MediaStreamTrack, lang: string, on: { heard(text: string, end: boolean): void; failed(): void }): () => void
}

// The Web Speech API as far as it is used here: webaudio.github.io/web-speech-api
interface Alternative { transcript: string }
interface Result { readonly isFinal: boolean; readonly length: number; [at: number]: Alternative }
interface ResultEvent { resultIndex: number; results: { readonly length: number; [at: number]: Result } }
export interface Recognition {
  lang: string
  continuous: boolean
  interimResults: boolean
  processLocally: boolean
  onresult: ((event: ResultEvent) => void) | null
  onerror: ((event: { error: string }) => void) | null
  onend: (() => void) | null
  start(track?: MediaStreamTrack): void
  abort(): void
}
type Options = { langs: string[]; processLocally: true }
export interface RecognitionClass {
  new (): Recognition
  prototype: object
  available?(options: Options): Promise<'available' | 'downloadable' | 'downloading' | 'unavailable'>
  install?(options: Options): Promise<boolean>
}

/** No other word for it is asked for: the older one sends sound to a server. */
export const recognitionOf = (scope: object): RecognitionClass | undefined => (scope as { SpeechRecognition?: RecognitionClass }).SpeechRecognition

const hopeless: readonly string[] = ['not-allowed', 'service-not-allowed', 'language-not-supported', 'network']
const restartMs = [200, 1_000, 3_000]
/** What ran so long did not fail at its start. */
const ranMs = 2_000

/** Names under which browsers know the language that a person speaks: theirs first. */
export function namesOf(lang: string, navigator: readonly string[]): string[] {
  const base = lang.split('-')[0]!.toLowerCase()
  const own = navigator.filter((tag) => tag.toLowerCase().startsWith(`${base}-`))
  return [...new Set([...own, lang, ...(base === 'es' ? ['es-ES'] : base === 'en' ? ['en-US'] : [])])]
}

/** The recogniser of this browser, if it has one that works on the device. */
export class DeviceEars implements Ears {
  private readonly made: RecognitionClass | undefined
  private readonly languages: readonly string[]
  private readonly timers: Timers
  /** By the language that was asked for: the name under which there is one. */
  private readonly names = new Map<string, string>()

  constructor(scope: object, languages: readonly string[], timers: Timers) {
    const made = recognitionOf(scope)
    this.made = made && 'processLocally' in made.prototype && typeof made.available === 'function' ? made : undefined
    this.languages = languages
    this.timers = timers
  }

  async able(lang: string): Promise<Ability> {
    let later: string | undefined
    for (const name of this.made ? namesOf(lang, this.languages) : []) {
      const says = await this.made!.available!({ langs: [name], processLocally: true }).catch(() => 'unavailable' as const)
      if (says === 'available') {
        this.names.set(lang, name)
        return 'ready'
      }
      if (says !== 'unavailable') later ??= name
    }
    if (!later || typeof this.made?.install !== 'function') return 'cannot'
    this.names.set(lang, later)
    return 'download'
  }

  async install(lang: string): Promise<boolean> {
    const name = this.names.get(lang)
    if (!name || !this.made?.install) return false
    return this.made.install({ langs: [name], processLocally: true }).catch(() => false)
  }

  listen(track: MediaStreamTrack, lang: string, on: { heard(text: string, end: boolean): void; failed(): void }): () => void {
    const name = this.names.get(lang)
    const Made = this.made
    let stopped = false
    let failures = 0
    let timer: unknown
    let ran: unknown
    let now: Recognition | undefined
    const stop = () => {
      stopped = true
      this.timers.clear(timer)
      this.timers.clear(ran)
      now?.abort()
    }
    const fail = () => {
      if (stopped) return
      stop()
      on.failed()
    }
    const begin = () => {
      if (!Made || !name) return fail()
      const one = new Made()
      one.lang = name
      one.continuous = one.interimResults = one.processLocally = true
      // A browser that does not hold to it would send the sound away.
      if (one.processLocally !== true) return fail()
      one.onresult = (event) => {
        if (!stopped && now === one) read(event, on.heard)
      }
      one.onerror = ({ error }) => {
        if (hopeless.includes(error)) fail()
      }
      // It ends by itself after a silence, and begins again.
      one.onend = () => {
        if (stopped || now !== one) return
        this.timers.clear(ran)
        timer = this.timers.set(begin, restartMs[Math.min(failures++, restartMs.length - 1)]!)
      }
      now = one
      ran = this.timers.set(() => { failures = 0 }, ranMs)
      try {
        one.start(track)
      } catch {
        fail()
      }
    }
    // Not within the call that asked for it: who failed at once can be told so.
    timer = this.timers.set(begin, 0)
    return stop
  }
}

function read({ resultIndex, results }: ResultEvent, heard: (text: string, end: boolean) => void): void {
  let going = ''
  for (let at = resultIndex; at < results.length; at += 1) {
    const text = results[at]?.[0]?.transcript ?? ''
    if (results[at]?.isFinal) heard(text, true)
    else going += text
  }
  if (going.trim()) heard(going, false)
}

import { describe, expect, it } from 'vitest'
import { DeviceEars, namesOf, type Recognition } from './ears'

const timers = { set: (run: () => void, ms: number) => setTimeout(run, Math.min(ms, 5)), clear: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout) }
const soon = () => new Promise((done) => setTimeout(done, 20))
const track = { id: 'mic' } as MediaStreamTrack

/** The browser's class, as far as it is used. */
function browserWith(languages: Record<string, string>, { locally = true } = {}) {
  const made: (Recognition & { started: (MediaStreamTrack | undefined)[]; aborted: number })[] = []
  class SpeechRecognition {
    lang = ''
    continuous = false
    interimResults = false
    onresult = null
    onerror = null
    onend = null
    started: (MediaStreamTrack | undefined)[] = []
    aborted = 0
    private local = false
    get processLocally() { return this.local && locally }
    set processLocally(on: boolean) { this.local = on }
    constructor() { made.push(this as never) }
    start(from?: MediaStreamTrack) { this.started.push(from) }
    abort() { this.aborted += 1 }
    static available = ({ langs }: { langs: string[] }) => Promise.resolve(languages[langs[0]!] ?? 'unavailable')
    static install = ({ langs }: { langs: string[] }) => {
      languages[langs[0]!] = 'available'
      return Promise.resolve(true)
    }
  }
  return { scope: { SpeechRecognition }, made }
}
const noted = () => {
  const texts: string[] = []
  const on = { texts, fails: 0, heard: (text: string, end: boolean) => void texts.push(end ? `${text}.` : text), failed: () => { on.fails += 1 } }
  return on
}

describe('speech on the device', () => {
  it('is not there where a browser sends sound to a server', async () => {
    class Old { start() {} }
    for (const scope of [{}, { webkitSpeechRecognition: browserWith({ 'en-US': 'available' }).scope.SpeechRecognition }, { SpeechRecognition: Old }]) {
      expect(await new DeviceEars(scope, ['en-US'], timers).able('en-US')).toBe('cannot')
    }
    // It says that it can, and does not hold to it.
    const { scope, made } = browserWith({ 'en-US': 'available' }, { locally: false })
    const ears = new DeviceEars(scope, [], timers)
    await ears.able('en-US')
    const on = noted()
    ears.listen(track, 'en-US', on)
    await soon()
    expect([on.fails, made.flatMap(({ started }) => started)]).toEqual([1, []])
  })

  it('is found in the language of its person, however the browser calls it', async () => {
    expect(namesOf('es-US', ['en-GB', 'es-MX'])).toEqual(['es-MX', 'es-US', 'es-ES'])
    const { scope, made } = browserWith({ 'es-ES': 'available', 'en-US': 'downloadable' })
    const ears = new DeviceEars(scope, ['en-GB'], timers)
    expect(await ears.able('es-US')).toBe('ready')
    expect(await ears.able('en-US')).toBe('download')
    expect(await ears.install('en-US')).toBe(true)
    expect(await ears.able('en-US')).toBe('ready')
    ears.listen(track, 'es-US', noted())
    await soon()
    expect(made[0]).toMatchObject({ lang: 'es-ES', continuous: true, interimResults: true, processLocally: true, started: [track] })
  })

  it('goes on after a silence, and ends when it is stopped or refused', async () => {
    const { scope, made } = browserWith({ 'en-US': 'available' })
    const ears = new DeviceEars(scope, [], timers)
    await ears.able('en-US')
    const on = noted()
    const stop = ears.listen(track, 'en-US', on)
    await soon()
    const say = (from: number, ...results: [string, boolean][]) => made.at(-1)!.onresult!({ resultIndex: from, results: results.map(([transcript, isFinal]) => ({ isFinal, length: 1, 0: { transcript } })) })
    say(0, ['how are', false], [' you', false])
    say(0, ['how are you', true], [' today', false])
    expect(on.texts).toEqual(['how are you', 'how are you.', ' today'])
    made[0]!.onerror!({ error: 'no-speech' })
    made[0]!.onend!()
    await soon()
    expect(made.length).toBe(2)
    stop()
    made[1]!.onend!()
    say(0, ['after', true])
    await soon()
    expect([made.length, made[1]!.aborted, on.texts.length, on.fails]).toEqual([2, 1, 3, 0])

    ears.listen(track, 'en-US', on)
    await soon()
    made[2]!.onerror!({ error: 'not-allowed' })
    made[2]!.onend!()
    await soon()
    expect([made.length, on.fails]).toEqual([3, 1])
  })
})

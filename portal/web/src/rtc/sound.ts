let shared: AudioContext | undefined

/** One for the page. Browsers let it speak once somebody pressed something. */
export function audioContext(): AudioContext | undefined {
  if (typeof AudioContext === 'undefined') return undefined
  shared ??= new AudioContext()
  wakeSound()
  return shared
}

/** After a phone call or a locked screen it may stand still: suspended, or interrupted on phones that know that word. */
export function wakeSound(): void {
  if (shared && shared.state !== 'running' && shared.state !== 'closed') void shared.resume().catch(() => undefined)
}

/** Tells how loud a microphone is, 0 to 1, until it is stopped. */
export function meter(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  const context = audioContext()
  if (!context) return () => undefined
  const source = context.createMediaStreamSource(new MediaStream([track]))
  const analyser = context.createAnalyser()
  analyser.fftSize = 512
  source.connect(analyser)
  const wave = new Float32Array(analyser.fftSize)
  const timer = window.setInterval(() => {
    analyser.getFloatTimeDomainData(wave)
    tell(loudness(wave))
  }, 100)
  return () => {
    window.clearInterval(timer)
    source.disconnect()
  }
}

// Speech at arm's length is about -40 to -20 dB: that is the span of the bars.
const quietDb = -55
const loudDb = -15

export function loudness(wave: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < wave.length; at += 1) sum += wave[at]! ** 2
  const db = 10 * Math.log10(sum / Math.max(1, wave.length) + 1e-12)
  return Math.min(1, Math.max(0, (db - quietDb) / (loudDb - quietDb)))
}

/** A short tune of soft notes, through the speaker that the visit will use. */
export function playTune(notes: readonly number[] = [523.25, 659.25, 783.99]): void {
  const context = audioContext()
  if (!context) return
  notes.forEach((pitch, at) => {
    const start = context.currentTime + 0.05 + at * 0.28
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.type = 'sine'
    tone.frequency.value = pitch
    volume.gain.setValueAtTime(0, start)
    volume.gain.linearRampToValueAtTime(0.25, start + 0.04)
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.5)
    tone.connect(volume).connect(context.destination)
    tone.start(start)
    tone.stop(start + 0.55)
  })
}

/** Rings twice and shakes the phone: somebody who put it down comes back. */
export function ring(): void {
  playTune([659.25, 783.99, 659.25, 783.99, 659.25, 783.99])
  // Not every browser lets a page shake a phone, and some have no such thing.
  // Browsers refuse it on a page that nobody has touched yet, and complain.
  if ('vibrate' in navigator && navigator.userActivation?.hasBeenActive) navigator.vibrate([400, 200, 400])
}

import type { Tracks } from './publish'

/** Why a camera or microphone is not there, as far as a person can do something about it. */
export type Fault = 'denied' | 'missing' | 'busy' | 'unsupported'
type Input = 'audio' | 'camera'

export interface MediaView {
  tracks: Tracks
  mic: boolean
  cam: boolean
  /** Pictures are off in both directions, because their person wants it so. */
  onlySound: boolean
  faults: Partial<Record<Input, Fault>>
  devices: { id: string; kind: MediaDeviceKind; label: string }[]
  /** The browser has asked, and what it gave is here. */
  ready: boolean
}

export type Devices = Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices'> & Partial<Pick<MediaDevices, 'getDisplayMedia'>>

/** What was chosen is kept for this tab, so that a reload comes back as one was. */
export interface Choices { mic: boolean; cam: boolean; onlySound?: boolean; camBefore?: boolean; facing: 'user' | 'environment'; ids: Partial<Record<Input, string>> }
export interface ChoiceStore { read(): Partial<Choices>; write(choices: Choices): void }

export function faultOf(error: unknown): Fault {
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing'
  if (name === 'NotSupportedError' || name === 'TypeError') return 'unsupported'
  return 'busy'
}

/** The camera, microphone and screen of this device, and what its person wants of them. */
export class LocalMedia {
  private view: MediaView = { tracks: {}, mic: true, cam: true, onlySound: false, faults: {}, devices: [], ready: false }
  private choices: Choices = { mic: true, cam: true, facing: 'user', ids: {} }
  private readonly listeners = new Set<() => void>()
  private readonly devices: Devices | undefined
  private readonly store: ChoiceStore
  private stopped = false
  /** What the system took away for a while, as a phone call does. */
  private readonly taken = new Set<Input>()
  /** Each start of the camera has a number: what an older one brings is let go at once. */
  private turn: Record<Input, number> = { audio: 0, camera: 0 }

  constructor(devices: Devices | undefined, store: ChoiceStore) {
    this.devices = devices
    this.store = store
    this.choices = { ...this.choices, ...store.read() }
    this.view = { ...this.view, mic: this.choices.mic, cam: this.choices.cam, onlySound: Boolean(this.choices.onlySound) }
  }

  current = (): MediaView => this.view
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Both at once, so that the browser asks once; one of them failing does not cost the other. */
  async start(): Promise<void> {
    this.stopped = false
    await Promise.all([this.acquire('audio'), this.choices.cam ? this.acquire('camera') : undefined])
    await this.list()
    this.set({ ready: !this.stopped })
  }

  /** Muted, the track goes on in silence, so that coming back is at once. */
  setMic(on: boolean): void {
    this.choose({ mic: on })
    if (this.view.tracks.audio) this.view.tracks.audio.enabled = on
    this.set({ mic: on })
    if (on && !this.view.tracks.audio) void this.acquire('audio')
  }

  /** Off, the camera is let go: its light goes out. */
  setCam(on: boolean): void {
    this.choose({ cam: on })
    this.set({ cam: on })
    if (on) void this.acquire('camera')
    else this.drop('camera')
  }

  /** No pictures either way; afterwards the camera is as it was. */
  setOnlySound(on: boolean): void {
    const { cam, camBefore } = this.choices
    this.choose({ onlySound: on, camBefore: on && cam })
    this.set({ onlySound: on })
    if (on && cam) this.setCam(false)
    if (!on && camBefore) this.setCam(true)
  }

  async flip(): Promise<void> {
    this.choose({ facing: this.choices.facing === 'user' ? 'environment' : 'user', ids: { ...this.choices.ids, camera: undefined } })
    await this.acquire('camera')
  }
  mirrored(): boolean {
    return this.choices.facing === 'user'
  }

  async pick(input: Input, id: string): Promise<void> {
    this.choose({ ids: { ...this.choices.ids, [input]: id } })
    await this.acquire(input)
  }
  picked(input: Input): string {
    return this.view.tracks[input]?.getSettings().deviceId ?? ''
  }

  canShare(): boolean {
    return typeof this.devices?.getDisplayMedia === 'function'
  }
  async share(): Promise<void> {
    if (!this.devices?.getDisplayMedia) return
    let stream
    try {
      stream = await this.devices.getDisplayMedia({ video: { frameRate: { max: 8 } } })
    } catch {
      // The person thought better of it.
      return
    }
    const track = stream.getVideoTracks()[0]
    if (!track) return
    track.onended = () => this.unshare()
    this.set({ tracks: { ...this.view.tracks, screen: track } })
  }
  unshare(): void {
    this.view.tracks.screen?.stop()
    this.set({ tracks: { ...this.view.tracks, screen: undefined } })
  }

  /** After a phone call or a locked screen a device may have taken them away. */
  async recover(): Promise<void> {
    if (this.stopped) return
    const gone = (input: Input) => this.taken.has(input) || this.view.tracks[input]?.readyState === 'ended' || (!this.view.tracks[input] && this.view.faults[input] === 'busy')
    await Promise.all([gone('audio') ? this.acquire('audio') : undefined, this.choices.cam && gone('camera') ? this.acquire('camera') : undefined])
  }

  async list(): Promise<void> {
    if (!this.devices) return
    const found = await this.devices.enumerateDevices().catch(() => [])
    this.set({ devices: found.filter((device) => device.deviceId).map(({ deviceId, kind, label }) => ({ id: deviceId, kind, label })) })
  }

  stop(): void {
    this.stopped = true
    this.turn = { audio: this.turn.audio + 1, camera: this.turn.camera + 1 }
    for (const track of Object.values(this.view.tracks)) track?.stop()
    this.set({ tracks: {}, ready: false })
  }

  private async acquire(input: Input): Promise<void> {
    this.turn[input] += 1
    const turn = this.turn[input]
    if (!this.devices) {
      this.fail(input, 'unsupported')
      return
    }
    // A phone has one camera at a time: the old one must be free before the new one starts.
    if (input === 'camera') this.drop('camera')
    let stream: MediaStream
    try {
      stream = await this.devices.getUserMedia(this.wanted(input))
    } catch (error) {
      if (turn === this.turn[input]) this.fail(input, faultOf(error))
      return
    }
    const track = stream.getTracks()[0]
    if (!track) return
    if (this.stopped || turn !== this.turn[input] || (input === 'camera' && !this.choices.cam)) {
      track.stop()
      return
    }
    if (input === 'audio') {
      this.drop('audio')
      track.enabled = this.choices.mic
    }
    track.onended = () => void this.recover()
    // Whoever took it gives it back silent, on some phones: it is asked for anew then.
    track.onmute = () => void this.taken.add(input)
    track.onunmute = () => void this.recover()
    this.taken.delete(input)
    this.set({ tracks: { ...this.view.tracks, [input]: track }, faults: { ...this.view.faults, [input]: undefined } })
  }

  private wanted(input: Input): MediaStreamConstraints {
    const id = this.choices.ids[input]
    const device = id ? { deviceId: { ideal: id } } : {}
    if (input === 'audio') return { audio: { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true } }
    return { video: { ...device, ...(!id && { facingMode: this.choices.facing }), width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } } }
  }

  private fail(input: Input, fault: Fault): void {
    this.drop(input)
    this.set({ faults: { ...this.view.faults, [input]: fault } })
  }
  private drop(input: Input): void {
    const track = this.view.tracks[input]
    if (!track) return
    track.onended = track.onmute = track.onunmute = null
    track.stop()
    this.set({ tracks: { ...this.view.tracks, [input]: undefined } })
  }
  private choose(change: Partial<Choices>): void {
    this.choices = { ...this.choices, ...change }
    this.store.write(this.choices)
  }
  private set(change: Partial<MediaView>): void {
    this.view = { ...this.view, ...change }
    this.listeners.forEach((listener) => listener())
  }
}

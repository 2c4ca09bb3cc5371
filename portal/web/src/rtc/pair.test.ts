import { describe, expect, it, vi } from 'vitest'
import { Call, type CallDeps } from './call'
import type { LineSocket } from './line'
import type { ToServer } from './protocol'

/** A connection as far as the ladder looks at it. */
class FakePeer {
  connectionState: RTCPeerConnectionState = 'new'
  onconnectionstatechange: (() => void) | null = null
  ontrack: (() => void) | null = null
  localDescription: { sdp: string } | null = null
  closed = false
  restarts = 0
  private readonly places: { mid: string; sender: { getParameters(): { encodings: RTCRtpEncodingParameters[] } }; receiver: { track: { id: string } } }[] = []
  readonly name: string
  constructor(name: string) {
    this.name = name
    if (name.startsWith('sub')) this.addTransceiver()
  }
  addTransceiver(_kind?: string, init: { sendEncodings?: RTCRtpEncodingParameters[] } = {}) {
    const mid = String(this.places.length)
    let encodings = init.sendEncodings ?? []
    const sender = {
      track: null, replaceTrack: () => Promise.resolve(), getParameters: () => ({ encodings: encodings.map((one) => ({ ...one })) }),
      setParameters: (now: { encodings: RTCRtpEncodingParameters[] }) => { encodings = now.encodings; return Promise.resolve() },
    }
    const place = { mid, sender, receiver: { track: { id: `${this.name}-${mid}` } } }
    this.places.push(place)
    return place
  }
  getTransceivers() { return this.places }
  /** The layers of the camera that go out. */
  sends() { return this.places[1]!.sender.getParameters().encodings.filter(({ active }) => active !== false).map(({ rid }) => rid) }
  createOffer({ iceRestart }: { iceRestart?: boolean } = {}) {
    if (iceRestart) this.restarts += 1
    return Promise.resolve({ type: 'offer', sdp: this.name })
  }
  createAnswer() { return Promise.resolve({ type: 'answer', sdp: this.name }) }
  setLocalDescription(description: { sdp: string }) { this.localDescription = description; return Promise.resolve() }
  setRemoteDescription() { return Promise.resolve() }
  getConfiguration() { return {} }
  setConfiguration() {}
  getStats() { return Promise.resolve(new Map()) }
  close() { this.closed = true }
  become(state: RTCPeerConnectionState) {
    this.connectionState = state
    this.onconnectionstatechange?.()
  }
}

class Clock {
  now = 0
  private waiting: { at: number; run: () => void }[] = []
  set = (run: () => void, ms: number) => {
    const one = { at: this.now + ms, run }
    this.waiting.push(one)
    return one
  }
  clear = (one: unknown) => { this.waiting = this.waiting.filter((other) => other !== one) }
  async pass(ms: number) {
    const until = this.now + ms
    for (let next; (next = this.waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]);) {
      this.clear(next)
      this.now = next.at
      next.run()
      await settle()
    }
    this.now = until
  }
}
const settle = () => new Promise((done) => setTimeout(done, 0))

async function inCall(seal?: CallDeps['seal']) {
  const peers: FakePeer[] = []
  const sockets: (LineSocket & { said: ToServer[] })[] = []
  const clock = new Clock()
  const call = new Call({
    dial: () => {
      const socket = { said: [] as ToServer[], onopen: null, onmessage: null, onclose: null, send(text: string) { this.said.push(JSON.parse(text) as ToServer) }, close() {} } as LineSocket & { said: ToServer[] }
      sockets.push(socket)
      return socket
    },
    newPeer: () => {
      const peer = new FakePeer(`${peers.length % 2 ? 'sub' : 'pub'}${Math.floor(peers.length / 2)}`)
      peers.push(peer)
      return peer as unknown as RTCPeerConnection
    },
    shareTaken: () => undefined, silenced: () => undefined, timers: clock, seal,
  }, { tracks: {}, mic: true, cam: false })
  const last = () => sockets.at(-1)!
  const hear = async (frame: object) => {
    last().onmessage?.({ data: JSON.stringify(frame) })
    await settle()
  }
  const said = (t: string) => last().said.filter((one) => one.t === t)
  call.start()
  last().onopen?.()
  await hear({ t: 'joined', seat: 'me', resume: 'r1', resumed: false, seats: [{ seat: 'me', mic: true, cam: false }, { seat: 'you', mic: true, cam: true }] })
  const places = [{ mid: '0', seat: 'you', kind: 'audio' }]
  await hear({ t: 'pub-answer', n: 1, sdp: 'x' })
  await hear({ t: 'sub', n: 1, sdp: 'x', tracks: places })
  peers.forEach((peer) => peer.become('connected'))
  return { call, peers, sockets, clock, hear, said, places, last }
}

const heard = (call: Call) => call.current().remotes.map(({ track }) => track.id)

describe('the ladder', () => {
  it('goes from a restart to a second pair, and lets the old one go when the new one stands', async () => {
    const { call, peers, clock, hear, said, places } = await inCall()
    expect(call.current().phase).toBe('in')
    expect(heard(call)).toEqual(['sub0-0'])
    peers[1]!.become('disconnected')
    await clock.pass(2_900)
    expect(said('restart')).toEqual([])
    await clock.pass(200)
    expect(said('restart')).toEqual([{ t: 'restart' }])
    expect(peers[0]!.restarts).toBe(1)
    expect(call.current().phase).toBe('reconnecting')

    await clock.pass(5_000)
    expect(said('restart').at(-1)).toEqual({ t: 'restart', fresh: true })
    await hear({ t: 'sub', n: 3, sdp: 'x', tracks: [], fresh: true })
    const [pub0, sub0, pub1, sub1] = peers
    expect(said('pub').at(-1)).toMatchObject({ sdp: 'pub1', fresh: true, n: 3 })
    expect(said('sub-answer').at(-1)).toMatchObject({ sdp: 'sub1', n: 3 })
    expect([pub0!.closed, sub0!.closed]).toEqual([false, false])
    expect(heard(call)).toEqual(['sub0-0'])

    await hear({ t: 'pub-answer', n: 3, sdp: 'x' })
    pub1!.become('connected')
    expect(pub0!.closed).toBe(true)
    sub1!.become('connected')
    await hear({ t: 'map', tracks: places, by: 3 })
    expect(sub0!.closed).toBe(true)
    expect(heard(call)).toEqual(['sub1-0'])
    expect(call.current().phase).toBe('in')
    expect(said('join')).toHaveLength(1)
    await clock.pass(20_000)
    expect([pub1!.closed, sub1!.closed]).toEqual([false, false])
  })

  it('renews while the first pair works, and nobody notices', async () => {
    const { call, peers, clock, hear, said, places } = await inCall()
    call.renew()
    await settle()
    await hear({ t: 'sub', n: 2, sdp: 'x', tracks: [], fresh: true })
    expect(call.current().phase).toBe('in')
    await hear({ t: 'map', tracks: places, by: 2 })
    peers[3]!.become('connected')
    expect(call.current().phase).toBe('in')
    peers[2]!.become('connected')
    expect(peers.map(({ closed }) => closed)).toEqual([true, true, false, false])
    expect(said('pub').at(-1)).toMatchObject({ fresh: true })
    // What comes later says nothing of second connections any more.
    call.send({ tracks: { screen: { id: 's' } as MediaStreamTrack }, mic: true, cam: false })
    await settle()
    expect(call.current().phase).toBe('in')
    await clock.pass(10_000)
  })

  it('joins anew when the second pair comes to nothing', async () => {
    const { call, peers, clock, sockets, last } = await inCall()
    peers[0]!.become('failed')
    await settle()
    await clock.pass(5_000)
    await clock.pass(8_000)
    expect(peers.map(({ closed }) => closed)).toEqual([true, true, true])
    expect(call.current().phase).toBe('reconnecting')
    await clock.pass(100)
    expect(sockets).toHaveLength(2)
    last().onopen?.()
    expect(last().said[0]).toEqual({ t: 'join', mic: true, cam: false })
  })

  it('goes on with the second pair when the socket breaks meanwhile', async () => {
    const { call, peers, clock, hear, last } = await inCall()
    peers[1]!.become('failed')
    await clock.pass(5_100)
    await hear({ t: 'sub', n: 2, sdp: 'x', tracks: [], fresh: true })
    last().onclose?.()
    await clock.pass(0)
    last().onopen?.()
    expect(last().said[0]).toMatchObject({ t: 'join', resume: 'r1' })
    await hear({ t: 'joined', seat: 'me', resume: 'r2', resumed: true, seats: [] })
    expect(last().said.some(({ t }) => t === 'restart')).toBe(false)
    await hear({ t: 'map', tracks: [], by: 2 })
    peers.slice(2).forEach((peer) => peer.become('connected'))
    expect(call.current().phase).toBe('in')
  })
})

describe('a line that carries sound only', () => {
  it('is left to the voice, with all layers of the camera, until there is room again', async () => {
    const { call, peers, hear, said } = await inCall()
    const pub = peers[0]!
    call.send({ tracks: {}, mic: true, cam: true })
    expect(pub.sends()).toEqual(['l', 'h'])
    await hear({ t: 'layers', kind: 'camera', rids: ['h'] })
    expect(pub.sends()).toEqual(['h'])
    const held = [{ mid: '1', seat: 'you', kind: 'camera' }]
    await hear({ t: 'held', tracks: held, only: 'audio' })
    expect(pub.sends()).toEqual([])
    expect(said('mute').at(-1)).toEqual({ t: 'mute', kind: 'camera', on: true })
    // What is needed of it meanwhile counts when it is back.
    await hear({ t: 'layers', kind: 'camera', rids: ['l', 'h'] })
    expect(pub.sends()).toEqual([])
    await hear({ t: 'held', tracks: held })
    expect(pub.sends()).toEqual(['l', 'h'])
    expect(said('mute').at(-1)).toEqual({ t: 'mute', kind: 'camera', on: false })
    await hear({ t: 'held', tracks: [] })
    expect(said('mute')).toHaveLength(3)
  })

  it('says nothing of a camera that is off, and keeps one off that goes off meanwhile', async () => {
    const { call, hear, said } = await inCall()
    await hear({ t: 'held', tracks: [], only: 'audio' })
    expect(said('mute')).toEqual([])
    call.send({ tracks: {}, mic: true, cam: true })
    expect(said('mute')).toEqual([{ t: 'mute', kind: 'camera', on: true }])
    call.send({ tracks: {}, mic: true, cam: false })
    await hear({ t: 'held', tracks: [] })
    expect(said('mute').every((one) => one.t === 'mute' && one.on)).toBe(true)
  })

  it('stays so on a second pair, and after the socket broke', async () => {
    const { call, peers, hear, last, clock } = await inCall()
    call.send({ tracks: {}, mic: true, cam: true })
    await hear({ t: 'held', tracks: [], only: 'audio' })
    call.renew()
    await settle()
    expect(peers[2]!.sends()).toEqual([])
    last().onclose?.()
    await clock.pass(0)
    last().onopen?.()
    await hear({ t: 'joined', seat: 'me', resume: 'r2', resumed: true, seats: [] })
    expect(last().said).toContainEqual({ t: 'mute', kind: 'camera', on: true })
    await hear({ t: 'held', tracks: [] })
    expect(peers[2]!.sends()).toEqual(['l', 'h'])
  })
})

describe('words between pages', () => {
  const told = { t: 'told', from: 'you', data: 'hello' }
  it('go as they are where nothing is sealed', async () => {
    const { call, hear, said } = await inCall()
    const ears: string[] = []
    call.listen((from, words) => ears.push(`${from}: ${words}`))
    await call.tell('hi', 'you')
    await hear(told)
    expect([said('tell'), ears]).toEqual([[{ t: 'tell', to: 'you', data: 'hi' }], ['you: hello']])
  })
  it('are neither said nor taken in clear where the call is sealed', async () => {
    vi.stubGlobal('RTCRtpSender', {})
    const keyless = { sit() {}, hear() {}, sends() {}, receives() {}, isOf: () => true, close() {}, view: undefined, sealWords: () => Promise.resolve(undefined), openWords: () => Promise.resolve(undefined) }
    const { call, hear, said } = await inCall(() => keyless as never)
    const ears: string[] = []
    call.listen((_, words) => ears.push(words))
    await call.tell('hi')
    await hear(told)
    // While it joins anew there is not even somebody to seal them.
    await hear({ t: 'error', of: 'pub', n: 1 })
    await call.tell('hi')
    expect([said('tell'), ears]).toEqual([[], []])
    vi.unstubAllGlobals()
  })
})

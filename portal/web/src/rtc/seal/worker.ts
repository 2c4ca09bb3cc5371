import { fromText } from './bytes'
import { frameKey, lastNumber, openFrame, Replays, sealFrame, type FrameKey, type Sort } from './frame'

// Seals and opens the frames of a call, away from the page's own work. All senders of a page count
// in one row here: no number is used twice with a key.

/** What the page tells this worker. */
export type Order =
  | { do: 'send'; secret: string }
  | { do: 'open'; seat: string; secret: string }
  | { do: 'close'; seat: string }
  | { do: 'frames'; way: Way; readable: ReadableStream<Frame>; writable: WritableStream<Frame> }
/** Whose frames come by a place now, once it can be opened. */
export interface Word { mid: string; seat: string }

export type Way = { to: 'seal'; sort: Sort } | { to: 'open'; sort: Sort; mid: string }
interface Frame { data: ArrayBuffer }
interface Transformer { readable: ReadableStream<Frame>; writable: WritableStream<Frame>; options: Way; generateKeyFrame?(rid?: string): Promise<unknown> }

const scope = self as unknown as {
  onmessage: ((event: { data: Order }) => void) | null
  onrtctransform: ((event: { transformer: Transformer }) => void) | null
  postMessage(word: Word): void
}

const keptKeys = 3
const ring = new Map<number, FrameKey>()
const replays = new Replays()
const pictures: Transformer[] = []
let key: FrameKey | undefined
let number = 0

async function seal(frame: Frame, sort: Sort): Promise<Frame | undefined> {
  // What cannot be sealed is not sent.
  if (!key || number > lastNumber) return undefined
  const own = number
  number += 1
  frame.data = (await sealFrame(key, own, sort, new Uint8Array(frame.data))).buffer
  return frame
}

function opener(sort: Sort, mid: string) {
  let said = ''
  return async (frame: Frame): Promise<Frame | undefined> => {
    const open = await openFrame(ring, sort, new Uint8Array(frame.data))
    if (!open || !replays.fresh(open, sort)) return undefined
    if (open.seat !== said) {
      said = open.seat
      scope.postMessage({ mid, seat: said })
    }
    frame.data = open.data.buffer
    return frame
  }
}

function run(way: Way, readable: ReadableStream<Frame>, writable: WritableStream<Frame>): void {
  const step = way.to === 'seal' ? (frame: Frame) => seal(frame, way.sort) : opener(way.sort, way.mid)
  const through = new TransformStream<Frame, Frame>({
    async transform(frame, out) {
      const done = await step(frame).catch(() => undefined)
      if (done) out.enqueue(done)
    },
  })
  // It ends with the call.
  readable.pipeThrough(through).pipeTo(writable).catch(() => undefined)
}

async function order(what: Order): Promise<void> {
  switch (what.do) {
    case 'send': {
      const first = key === undefined
      key = await frameKey(fromText(what.secret)!, '')
      number = 0
      // Who came has no use for what refers to a picture before.
      if (!first) for (const one of pictures) for (const rid of [undefined, 'l', 'h']) void one.generateKeyFrame?.(rid).catch(() => undefined)
      return
    }
    case 'open': {
      const opens = await frameKey(fromText(what.secret)!, what.seat)
      ring.set(opens.id, opens)
      const theirs = [...ring.values()].filter(({ seat }) => seat === what.seat)
      for (const old of theirs.slice(0, -keptKeys)) forget(old.id)
      return
    }
    case 'close':
      for (const { id, seat } of ring.values()) if (seat === what.seat) forget(id)
      return
    case 'frames':
      run(what.way, what.readable, what.writable)
  }
}

function forget(id: number): void {
  ring.delete(id)
  replays.forget(id)
}

let orders: Promise<void> = Promise.resolve()
scope.onmessage = ({ data }) => {
  orders = orders.then(() => order(data)).catch(() => undefined)
}
scope.onrtctransform = ({ transformer }) => {
  const { options } = transformer
  if (options.to === 'seal' && options.sort === 'video') pictures.push(transformer)
  run(options, transformer.readable, transformer.writable)
}

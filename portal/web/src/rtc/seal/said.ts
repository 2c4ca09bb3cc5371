/** What a page says of its keys, as far as it makes sense. */
export interface Said {
  inst: string
  pub: string
  keys: Map<string, { gen: number; box: string }>
  got: Map<string, number>
  circle: string
  promise: string
  chance: string
  done: boolean
}

const longest = 200
const most = 32

type Loose = Record<string, unknown>
const text = (value: unknown): string => (typeof value === 'string' && value.length <= longest ? value : '')
const whole = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0)
const entries = (value: unknown): [string, unknown][] => (typeof value === 'object' && value !== null ? Object.entries(value).slice(0, most) : [])

/** Undefined for words about something else, and for nonsense. */
export function readSaid(data: string): Said | undefined {
  let said: Loose
  try {
    said = JSON.parse(data) as Loose
  } catch {
    return undefined
  }
  if (typeof said !== 'object' || said === null || said.k !== 'keys' || said.v !== 1) return undefined
  const inst = text(said.inst)
  const pub = text(said.pub)
  if (!inst || !pub) return undefined
  const keys = entries(said.keys).map(([to, one]): [string, { gen: number; box: string }] => [to, { gen: whole((one as Loose | null)?.gen), box: text((one as Loose | null)?.box) }])
  const got = entries(said.got).map(([to, gen]): [string, number] => [to, whole(gen)])
  return { inst, pub, keys: new Map(keys), got: new Map(got), circle: text(said.circle), promise: text(said.promise), chance: text(said.chance), done: said.done === true }
}

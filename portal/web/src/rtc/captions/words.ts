// What pages tell one another of captions: telehealth/sfu/PROTOCOL.md, "Captions".

/** What becomes of somebody's own words: not said yet, shown, not wanted by them, not possible, or possible in a while. */
export type Gives = 'open' | 'yes' | 'no' | 'cannot' | 'loading'
export interface State { wants: boolean; gives: Gives }
/** Something that was said: the same number until it ends. */
export interface Caption { n: number; text: string; end: boolean; lang: string }

/** Letters of one caption, so that nobody fills another one's screen. */
export const longest = 240
const mostPieces = 4
const gives: readonly string[] = ['open', 'yes', 'no', 'cannot', 'loading']

export const stateWord = (state: State): string => JSON.stringify({ k: 'captions', v: 1, ...state })
export const captionWord = (caption: Caption): string => JSON.stringify({ k: 'caption', v: 1, ...caption })

/** Reads what another page says; what is not of captions, or not of their form, is nothing. */
export function readWord(data: string): { state: State } | { caption: Caption } | undefined {
  let word: Record<string, unknown>
  try {
    word = JSON.parse(data) as Record<string, unknown>
  } catch {
    return undefined
  }
  if (typeof word !== 'object' || word === null || word.v !== 1) return undefined
  if (word.k === 'captions' && gives.includes(String(word.gives))) return { state: { wants: word.wants === true, gives: word.gives as Gives } }
  if (word.k !== 'caption' || typeof word.text !== 'string' || !Number.isSafeInteger(word.n)) return undefined
  const text = plain(word.text).slice(-longest)
  const lang = typeof word.lang === 'string' && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(word.lang) && word.lang.length < 20 ? word.lang : ''
  return { caption: { n: word.n as number, text, end: word.end === true, lang } }
}

/** One line of text: what moves the cursor or turns the direction of what follows is no word. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()

/** The end of a text that goes on, from the beginning of a word. */
export function tail(text: string, most: number): string {
  if (text.length <= most) return text
  const cut = text.slice(-most)
  const space = cut.indexOf(' ')
  return space < 0 ? cut : cut.slice(space + 1)
}

/** A text that has ended, in as many captions as it needs. */
export function pieces(text: string): string[] {
  const found: string[] = []
  let rest = plain(text)
  while (rest.length > longest && found.length < mostPieces - 1) {
    const space = rest.lastIndexOf(' ', longest)
    const at = space > 0 ? space : longest
    found.push(rest.slice(0, at))
    rest = rest.slice(at).trim()
  }
  return rest ? [...found, tail(rest, longest)] : found
}

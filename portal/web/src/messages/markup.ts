// What somebody writes is plain text and is kept as such. A few signs of it are shown as what they mean: no
// HTML is ever read or made, so there is nothing that could run.
export type Span =
  | { kind: 'text' | 'bold' | 'italic'; text: string }
  | { kind: 'link'; text: string; href: string; host: string }
export type Block = { kind: 'lines'; lines: Span[][] } | { kind: 'list'; ordered: boolean; items: Span[][] }

const bullet = /^\s*(?:[-*•])\s+(.*)$/
const number = /^\s*\d{1,3}[.)]\s+(.*)$/
// A link with words, a bare address, bold, italic. Each is bounded and stands on one line.
const signs = /\[([^[\]\n]{1,200})\]\((https?:\/\/[^\s()<>]{1,1000})\)|(https?:\/\/[^\s<>"']{1,1000})|\*\*(?=\S)([^*\n]{1,500}?\S)\*\*|(?<![\p{L}\p{N}_])_(?=\S)([^_\n]{1,500}?\S|\S)_(?![\p{L}\p{N}_])/gu

/** Where a link leads, if it leads to a page of the web. */
export function hostOf(href: string): string | undefined {
  try {
    const url = new URL(href)
    const web = (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password
    return web ? url.host : undefined
  } catch {
    return undefined
  }
}

export function spansOf(line: string): Span[] {
  const out: Span[] = []
  let at = 0
  const plain = (text: string) => {
    if (text) out.push({ kind: 'text', text })
  }
  for (const match of line.matchAll(signs)) {
    const [whole, label, target, bare, bold, italic] = match
    plain(line.slice(at, match.index))
    at = match.index + whole.length
    if (bold) out.push({ kind: 'bold', text: bold })
    else if (italic) out.push({ kind: 'italic', text: italic })
    else {
      // The stop of a sentence is none of the address.
      const tail = bare ? (/[.,;:!?)\]]+$/.exec(bare)?.[0] ?? '') : ''
      const href = target ?? (bare ?? '').slice(0, (bare ?? '').length - tail.length)
      const host = hostOf(href)
      if (host) out.push({ kind: 'link', text: label ?? href, href: new URL(href).href, host })
      else plain(whole.slice(0, whole.length - tail.length))
      plain(tail)
    }
  }
  plain(line.slice(at))
  return out
}

export function blocksOf(text: string): Block[] {
  const out: Block[] = []
  for (const line of text.split('\n')) {
    const item = bullet.exec(line)?.[1] ?? number.exec(line)?.[1]
    const ordered = number.test(line) && !bullet.test(line)
    const last = out.at(-1)
    if (item !== undefined) {
      if (last?.kind === 'list' && last.ordered === ordered) last.items.push(spansOf(item))
      else out.push({ kind: 'list', ordered, items: [spansOf(item)] })
    } else if (last?.kind === 'lines') last.lines.push(spansOf(line))
    else out.push({ kind: 'lines', lines: [spansOf(line)] })
  }
  return out
}

/** A text on one line without the signs, as lists show it. */
export const plainOf = (text: string): string =>
  blocksOf(text).flatMap((block) => (block.kind === 'list' ? block.items : block.lines)).map((line) => line.map((span) => span.text).join('')).join(' ').replace(/\s+/g, ' ').trim()

/** Puts signs around what is chosen in a text, and tells what is chosen then. */
export function mark(text: string, from: number, to: number, sign: '**' | '_' | '- '): { text: string; from: number; to: number } {
  if (sign === '- ') {
    const start = text.lastIndexOf('\n', from - 1) + 1
    const lines = text.slice(start, to).split('\n').map((line) => `- ${line}`).join('\n')
    return { text: text.slice(0, start) + lines + text.slice(to), from: start + lines.length, to: start + lines.length }
  }
  const chosen = text.slice(from, to)
  return { text: text.slice(0, from) + sign + chosen + sign + text.slice(to), from: from + sign.length, to: to + sign.length }
}

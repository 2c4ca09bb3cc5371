/** A piece of a phrase as it will read: as it was written, filled in, or not to be filled in. */
export interface Piece { text: string; kind: 'written' | 'filled' | 'unknown' }

const fieldOf = /\{([a-z]+)(?::([^{}\n]{1,60}))?\}/g

/** How a phrase reads with an example for each field; a result is named after a colon. */
export function readingOf(text: string, examples: Record<string, string>): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(fieldOf)) {
    const [whole, word = '', arg] = match
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), kind: 'written' })
    // Only a result is told which one.
    const example = (word === 'result') === (arg !== undefined) ? examples[word] : undefined
    pieces.push(example === undefined ? { text: whole, kind: 'unknown' } : { text: example, kind: 'filled' })
    end = match.index + whole.length
  }
  if (end < text.length) pieces.push({ text: text.slice(end), kind: 'written' })
  return pieces
}

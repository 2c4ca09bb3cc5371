const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** Every word of the filter stands somewhere in the row; accents and case do not matter. */
export function fits(filter: string, ...texts: (string | undefined)[]): boolean {
  const wanted = fold(filter).split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return true
  const row = fold(texts.filter(Boolean).join(' '))
  return wanted.every((word) => row.includes(word))
}

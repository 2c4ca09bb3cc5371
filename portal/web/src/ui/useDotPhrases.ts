import type { KeyboardEvent, RefObject } from 'react'

const offered = 6
const wordAt = /(?:^|\s)\.([a-z0-9][a-z0-9-]{0,39})?$/

export interface Filled { text: string; missing?: string[] }

/** What whoever types is told; each may be left out. */
interface Told {
  /** Phrases that begin like what stands after the dot; empty: none, or no dot. */
  fitting?: (names: string[]) => void
  /** What a phrase asks for and the chart does not hold. */
  missing?: (fields: string[]) => void
  failed?: (error: unknown) => void
}

/** What is put into the box is its form's, which hears of it as of something typed. */
function write(area: HTMLTextAreaElement, value: string, caret: number): void {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(area, value)
  area.dispatchEvent(new Event('input', { bubbles: true }))
  area.focus()
  area.setSelectionRange(caret, caret)
}

/** What stands after a dot before the caret; nothing: no dot. */
const begun = (area: HTMLTextAreaElement | null) => (area && area.selectionStart === area.selectionEnd ? wordAt.exec(area.value.slice(0, area.selectionStart)) : null)

const ends = ({ key }: KeyboardEvent) => key === ' ' || key === 'Tab'

/** `.name` before a space becomes the phrase of that name, with what it names of the chart. */
export function useDotPhrases(names: string[], fill: (name: string) => Promise<Filled>, box: RefObject<HTMLTextAreaElement | null>, told: Told = {}) {
  const put = (name: string, from: number, to: number) => {
    void fill(name).then(({ text, missing = [] }) => {
      const area = box.current
      if (!area) return
      write(area, area.value.slice(0, from) + text + area.value.slice(to), from + text.length)
      told.missing?.(missing)
    }, (error: unknown) => told.failed?.(error))
  }
  const onKey = (event: KeyboardEvent) => {
    const area = box.current
    if (!ends(event) || event.target !== area || !area) return
    const word = begun(area)?.[1]
    if (!word || !names.includes(word)) return
    event.preventDefault()
    put(word, area.selectionStart - word.length - 1, area.selectionStart)
  }
  const onKeyUp = (event: KeyboardEvent) => {
    if (event.target !== box.current || ends(event)) return
    const word = begun(box.current)
    told.fitting?.(word ? [...new Set(names)].filter((name) => name.startsWith(word[1] ?? '')).slice(0, offered) : [])
  }
  const insert = (name: string) => {
    const area = box.current
    if (area) put(name, area.selectionStart, area.selectionEnd)
  }
  /** Goes into the box and begins a phrase there. */
  const begin = () => {
    const area = box.current
    if (!area) return
    const next = `${area.value}${/\S$/.test(area.value) ? ' ' : ''}.`
    write(area, next, next.length)
  }
  return { onKey, onKeyUp, insert, begin }
}

import type { KeyboardEvent, RefObject } from 'react'

/** `.name` before a space becomes the phrase of that name, with what it names of the chart. */
export function useDotPhrases(names: string[], fill: (name: string) => Promise<{ text: string }>, box: RefObject<HTMLTextAreaElement | null>) {
  const put = (name: string, from: number, to: number) => {
    void fill(name).then(({ text }) => {
      const area = box.current
      if (!area) return
      // The box is whose form it is in: it hears of it as of something typed.
      const next = area.value.slice(0, from) + text + area.value.slice(to)
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(area, next)
      area.dispatchEvent(new Event('input', { bubbles: true }))
      area.setSelectionRange(from + text.length, from + text.length)
      area.focus()
    }, () => undefined)
  }
  const onKey = (event: KeyboardEvent) => {
    const area = box.current
    if ((event.key !== ' ' && event.key !== 'Tab') || event.target !== area || !area || area.selectionStart !== area.selectionEnd) return
    const word = /(?:^|\s)\.([a-z0-9][a-z0-9-]{0,39})$/.exec(area.value.slice(0, area.selectionStart))?.[1]
    if (!word || !names.includes(word)) return
    event.preventDefault()
    put(word, area.selectionStart - word.length - 1, area.selectionStart)
  }
  const insert = (name: string) => {
    const area = box.current
    if (area) put(name, area.selectionStart, area.selectionEnd)
  }
  return { onKey, insert }
}

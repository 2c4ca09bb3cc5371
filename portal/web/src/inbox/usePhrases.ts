import { useQuery } from '@tanstack/react-query'
import { useState, type KeyboardEvent, type RefObject } from 'react'
import { take } from '../api/client'
import { listOf } from '../format/locale'
import { useErrorText } from '../ui/ErrorSummary'
import { useWords } from '../ui/useWords'
import { phrasesQuery, work } from './calls'

const offered = 6
const wordAt = /(?:^|\s)\.([a-z0-9][a-z0-9-]{0,39})?$/

/** What is put into the box is the composer's: it hears of it as of something typed. */
function write(area: HTMLTextAreaElement, value: string, caret: number): void {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(area, value)
  area.dispatchEvent(new Event('input', { bubbles: true }))
  area.focus()
  area.setSelectionRange(caret, caret)
}

/** `.name` before a space becomes the phrase of that name, with what it names of the chart. */
export function usePhrases(patient: string, thread: string, box: RefObject<HTMLTextAreaElement | null>) {
  const { t, locale } = useWords()
  const says = useErrorText()
  const phrases = useQuery(phrasesQuery).data?.items ?? []
  const [said, setSaid] = useState('')
  const put = (name: string, from: number, to: number) => {
    void take(work.POST('/clinic/inbox/{patient}/{thread}/phrase', { params: { path: { patient, thread } }, body: { name, locale } })).then(({ text, missing }) => {
      const area = box.current
      if (!area) return
      write(area, area.value.slice(0, from) + text + area.value.slice(to), from + text.length)
      setSaid(missing.length > 0 ? t('inbox.missing', { list: listOf(missing, locale) }) : '')
    }, (error: unknown) => setSaid(says(error)))
  }
  /** What stands after a dot before the caret; undefined: no dot. */
  const begun = (area: HTMLTextAreaElement | null) => (area && area.selectionStart === area.selectionEnd ? wordAt.exec(area.value.slice(0, area.selectionStart)) : null)
  const onKey = (event: KeyboardEvent) => {
    const area = box.current
    if ((event.key !== ' ' && event.key !== 'Tab') || event.target !== area || !area) return
    const word = begun(area)?.[1]
    if (!word || !phrases.some(({ name }) => name === word)) return
    event.preventDefault()
    put(word, area.selectionStart - word.length - 1, area.selectionStart)
  }
  const onKeyUp = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.key === ' ' || event.key === 'Tab') return
    const word = begun(box.current)
    const fits = word ? [...new Set(phrases.map(({ name }) => name))].filter((name) => name.startsWith(word[1] ?? '')).slice(0, offered) : []
    setSaid(fits.length > 0 ? t('inbox.matching', { list: fits.map((name) => `.${name}`).join(' ') }) : '')
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
  return { phrases, onKey, onKeyUp, insert, begin, said }
}

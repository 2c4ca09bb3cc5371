import { useEffect, useRef, useState } from 'react'
import type { CallView } from '../rtc/call'
import { useWords } from '../ui/useWords'
import css from './visit.module.css'

type Word = 'joining' | 'good' | 'weak' | 'bad' | 'sound' | 'lost'
const bars: Record<Word, number> = { joining: 1, good: 3, weak: 2, bad: 1, sound: 1, lost: 0 }
// Read out at most this often; what is on the screen is always of now.
const sayEveryMs = 10_000

type Line = Pick<CallView, 'phase' | 'level' | 'onlySound'>

// While only sound goes, the line may look good: it carries little.
const wordOf = ({ phase, level, onlySound }: Line): Word =>
  phase === 'joining' ? 'joining' : phase !== 'in' ? 'lost' : onlySound ? 'sound' : level

/** Bars and words together. */
export function ConnectionWords({ view }: { view: Line }) {
  const { t } = useWords()
  const word = wordOf(view)
  const [said, setSaid] = useState<Word>(word)
  const last = useRef(0)
  useEffect(() => {
    const wait = Math.max(0, last.current + sayEveryMs - Date.now())
    const timer = window.setTimeout(() => {
      last.current = Date.now()
      setSaid(word)
    }, wait)
    return () => window.clearTimeout(timer)
  }, [word])
  return (
    <>
      <span className={css.connection} data-word={word} aria-hidden="true">
        <Signal on={bars[word]} />
        {t(`visit.line.${word}`)}
      </span>
      <span className="sr" role="status">{t(`visit.line.${said}`)}</span>
    </>
  )
}

export function Signal({ on }: { on: number }) {
  return <span className={css.signal}>{[1, 2, 3].map((bar) => <i key={bar} data-on={bar <= on || undefined} />)}</span>
}

import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { chartQuery } from '../api/queries'
import { useWords } from '../ui/useWords'
import type { Pick } from '../visits/types'
import { searchCodes } from './calls'
import { ofChart } from './plan'
import css from './plan.module.css'

type Choice = Pick & { id?: string; free?: 'problem' | 'medicine' | 'lab' | 'referral' }
const typingMs = 120

/** One field for everything that is decided: a few letters and Enter. What no list knows is written out. */
export function AddLine({ patient, onPick }: { patient: string; onPick(pick: Choice): void }) {
  const { t } = useWords()
  const conditions = useQuery(chartQuery(patient)).data?.conditions ?? []
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const [said, setSaid] = useState('')
  const words = useSettled(text.trim(), typingMs)
  const search = useQuery({ queryKey: ['clinic', 'codes', words], queryFn: () => searchCodes(words), enabled: words.length > 1, staleTime: Number.POSITIVE_INFINITY })
  const current = words === text.trim() && !search.isPending
  const list = useId()
  const choices = words.length > 1 ? choicesOf(words, ofChart(conditions, words), search.data ?? []) : []
  const box = useRef<HTMLInputElement>(null)

  const take = (choice: Choice | undefined) => {
    if (!choice) return
    onPick(choice)
    setSaid(t('plan.added', { name: choice.text }))
    setText('')
    setAt(0)
    box.current?.focus()
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setAt(Math.max(0, Math.min(choices.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1))))
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && text.trim()) {
      event.preventDefault()
      if (current) take(choices[at]) // what nobody has seen yet is not taken
    } else if (event.key === 'Escape' && text) {
      event.stopPropagation()
      setText('')
    }
  }
  const open = text.trim().length > 1
  return (
    <div className={css.add}>
      <label htmlFor="plan-add">{t('plan.add')}</label>
      <input
        id="plan-add" ref={box} role="combobox" aria-expanded={open && choices.length > 0} aria-controls={list} aria-autocomplete="list" aria-activedescendant={open && choices[at] ? `${list}-${at}` : undefined}
        autoComplete="off" maxLength={150} value={text} aria-describedby="plan-add-help" onKeyDown={onKey}
        onChange={(event) => { setText(event.target.value); setAt(0) }}
      />
      <p id="plan-add-help" className="meta">{t('plan.addHelp')}</p>
      <p className="sr" role="status">{said}</p>
      <ul id={list} role="listbox" aria-busy={(open && !current) || undefined} aria-label={t('plan.options')} className={css.options} hidden={!open || choices.length === 0}>
        {choices.map((choice, n) => (
          // The field keeps the focus: a press that took it would close the list.
          <li key={`${choice.kind} ${choice.code ?? ''} ${choice.text} ${choice.free ?? ''}`} id={`${list}-${n}`} role="option" aria-selected={n === at} onMouseDown={(event) => event.preventDefault()} onClick={() => take(choice)}>
            <span>{choice.free ? t(`plan.as.${choice.free}`, { text: choice.text }) : choice.text}</span>
            {!choice.free && <span className="meta">{[choice.kind === 'order' ? t(`plan.kind.${choice.group ?? 'lab'}`) : t(`plan.kind.${choice.kind}`), choice.id ? t('plan.known') : choice.code].filter(Boolean).join(', ')}</span>}
          </li>
        ))}
      </ul>
    </div>
  )
}

function choicesOf(words: string, known: Choice[], found: Pick[]): Choice[] {
  const listed = found.filter((one) => !known.some(({ text }) => text === one.text))
  const free = (kind: Pick['kind'], as: Choice['free'], group?: Pick['group']): Choice => ({ kind, text: words, free: as, ...(group && { group }) })
  return [...known, ...listed, free('problem', 'problem'), free('medicine', 'medicine'), free('order', 'lab', 'lab'), free('order', 'referral', 'referral')]
}

/** A value once it has stood still for a while. */
function useSettled(value: string, ms: number): string {
  const [settled, settle] = useState(value)
  useEffect(() => {
    const timer = window.setTimeout(() => settle(value), ms)
    return () => window.clearTimeout(timer)
  }, [value, ms])
  return settled
}

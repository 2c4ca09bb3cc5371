import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { useWords } from '../ui/useWords'
import css from './composer.module.css'
import { EmergencyLine } from './Emergency'
import { FileList } from './FileList'
import { mark } from './markup'
import { Marks } from './Marks'
import { OtherTexts } from './OtherTexts'
import { Recorder } from './Recorder'
import { SendTime } from './SendTime'
import type { Attachment, Draft } from './types'
import { useDraft } from './useDraft'
import { useFiles } from './useFiles'
import { useTellTyping } from './useTyping'

const longest = 10_000

interface Props {
  patient: string
  /** A thread, or "new". */
  thread: string
  label: string
  /** Stands over the box in place of the label. */
  head?: ReactNode
  /** Who it is written for, when that is not the writer: the button says it and is plum. */
  acting?: string
  side: 'patient' | 'clinic'
  send: string
  /** True when it is on its way, and the box is free for the next one. */
  onSend: (text: string, attachments: Attachment[], which: 'first' | 'second', goes?: string) => boolean | Promise<boolean>
  second?: string
  /** The first words, while nothing that was written before is found. */
  begin?: string
  /** What else belongs to the draft, and what a kept one had. */
  more?: Pick<Draft, 'topic'>
  onFound?: (draft: Draft) => void
  /** Something was typed: what was said of the text before is over. */
  onWrite?: () => void
  box?: Ref<HTMLTextAreaElement>
  rows?: number
}

/** Where one writes. What is typed is kept; sending leaves the focus where it was. */
export function Composer({ patient, thread, label, head, acting, side, send, onSend, second, begin = '', more, onFound, onWrite, box, rows = 2 }: Props) {
  const { t } = useWords()
  const id = useId()
  const [text, setText] = useState(begin)
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const [later, setLater] = useState(false)
  const own = useRef<HTMLTextAreaElement | null>(null)
  const picker = useRef<HTMLInputElement>(null)
  const files = useFiles(patient, (ready) => draft.save({ ...more, text, attachments: ready }))
  const draft = useDraft(patient, thread, (found) => {
    setText(found.text || (found.attachments?.length ? '' : begin))
    files.restore(found.attachments ?? [])
    onFound?.(found)
  })
  const topic = more?.topic
  const topicBefore = useRef(topic)
  useEffect(() => {
    if (topicBefore.current === topic) return
    topicBefore.current = topic
    if (text.trim()) draft.save({ topic, text, attachments: files.ready })
  })
  useEffect(() => {
    // The box grows with what is in it.
    const area = own.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight + 2}px`
  }, [text])

  const tell = useTellTyping(patient, thread)
  const write = (next: string) => {
    if (next.length > text.length) tell()
    setText(next)
    setProblem('')
    onWrite?.()
    draft.save({ ...more, text: next, attachments: files.ready })
  }
  const format = (sign: '**' | '_' | '- ') => {
    const area = own.current
    if (!area) return
    const next = mark(area.value, area.selectionStart, area.selectionEnd, sign)
    write(next.text)
    area.focus()
    requestAnimationFrame(() => area.setSelectionRange(next.from, next.to))
  }
  const submit = async (which: 'first' | 'second', goes?: string) => {
    const words = text.trim()
    const why = !words && files.ready.length === 0 ? t('message.needText') : files.busy ? t('message.wait') : words.length > longest ? t('message.tooLong', { count: longest }) : ''
    setProblem(why)
    own.current?.focus()
    if (why || busy) return
    const going = onSend(words, files.ready, which, goes)
    if (going !== true) {
      setBusy(true)
      const sent = await going
      setBusy(false)
      if (!sent) return
    }
    setText('')
    files.clear()
    draft.settle()
    setLater(false)
    own.current?.focus()
  }
  /** Somebody decides about a text of another device: it takes the place of this one, is added, or is let go. */
  const decide = (at: number, how: 'use' | 'add' | 'drop') => {
    const other = draft.others[at]
    if (!other) return
    const rest = draft.others.filter((_, n) => n !== at)
    const next = how === 'use' ? other.text : how === 'add' ? `${text.trimEnd()}\n\n${other.text}` : text
    if (how === 'use' && text.trim()) rest.push({ text, savedAt: new Date().toISOString() })
    setText(next)
    draft.decide(rest, { ...more, text: next, attachments: files.ready })
    own.current?.focus()
  }
  const keys = (event: KeyboardEvent) => {
    const sign = (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey ? ({ b: '**', i: '_' } as const)[event.key as 'b' | 'i'] : undefined
    if (sign) {
      event.preventDefault()
      format(sign)
    }
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault()
      void submit('first')
    }
  }
  return (
    <form className={css.composer} data-compose="" data-acting={acting ? true : undefined} onSubmit={(event) => { event.preventDefault(); void submit('first') }} noValidate>
      {side === 'patient' && <EmergencyLine />}
      <div className={css.box}>
        {head}
        <label htmlFor={id} className={head ? 'sr' : css.label}>{label}</label>
        <textarea
          id={id} rows={rows} value={text} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined}
          ref={(area) => {
            own.current = area
            if (typeof box === 'function') box(area)
            else if (box) box.current = area
          }}
          onChange={(event) => write(event.target.value)} onKeyDown={keys}
        />
        {problem && <p id={`${id}-problem`} className={css.problem} role="alert">{problem}</p>}
        <FileList patient={patient} files={files} />
        <OtherTexts others={draft.others} onUse={(at) => decide(at, 'use')} onAdd={(at) => decide(at, 'add')} onDrop={(at) => decide(at, 'drop')} />
        {later && <SendTime label={t('message.held.when')} choose={t('message.held.choose')} onChoose={(at) => void submit('first', at)} />}
        <div className={css.foot}>
          <input
            ref={picker} type="file" accept="image/*,application/pdf,audio/*" multiple className="sr" tabIndex={-1} aria-label={t('message.add')}
            onChange={(event) => {
              files.add(event.target.files ?? [])
              event.target.value = ''
            }}
          />
          <button type="button" className={css.add} onClick={() => picker.current?.click()}><Icon name="camera" size={22} /><span>{t('message.add')}</span></button>
          <Recorder onDone={(file) => files.add([file])} />
          <span className={`meta ${css.saved}`} role="status">{draft.saved === 'saved' ? t('message.saved') : draft.saved === 'failed' ? t('message.notSaved') : ''}</span>
          {side === 'clinic' && <Marks onMark={format} />}
          <button type="button" className={css.add} aria-expanded={later} onClick={() => setLater(!later)}><Icon name="clock" size={22} /><span>{t('message.held.later')}</span></button>
          {second && <Button variant="default" onClick={() => void submit('second')}>{second}</Button>}
          <Button type="submit" icon="send" loading={busy} className={acting ? css.actingSend : ''}>{send}</Button>
        </div>
      </div>
    </form>
  )
}

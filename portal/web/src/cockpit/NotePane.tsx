import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useStepUp } from '../account/StepUp'
import { ApiError } from '../api/problem'
import { timeOf } from '../format/date'
import { Button } from '../ui/Button'
import { Tag } from '../ui/Card'
import { LoadError, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useClinic, useWords } from '../ui/useWords'
import type { NoteBody, Visit } from '../visits/types'
import { missing, type NoteSaver } from './draft'
import css from './note.module.css'
import { SignedNote } from './SignedNote'
import { useNote, type OpenNote } from './useNote'

const clinical = ['subjective', 'objective', 'assessment', 'plan'] as const
const needed = { assessment: 'cockpit.needAssessment', plan: 'cockpit.needPlan', summary: 'cockpit.needSummary' } as const

export function NotePane({ patient, visit }: { patient: string; visit: Visit }) {
  const { t } = useWords()
  const open = useNote(patient, visit.id)
  const [sent, setSent] = useState(false)
  const { note, query, saver } = open
  if (query.error && !note) {
    const closed = query.error instanceof ApiError && (query.error.status === 403 || query.error.status === 404)
    return <div className={css.body}>{closed ? <p className="dim">{t('cockpit.noNote')}</p> : <LoadError error={query.error} onRetry={() => void query.refetch()} />}</div>
  }
  if (!note || !saver) return <div className={css.body}><Skeleton heights={[60, 120, 120]} /></div>
  if (note.state === 'signed') return <SignedNote note={note} open={open} visit={visit} fresh={sent} />
  return <Editor open={open} saver={saver} visit={visit} onSigned={() => setSent(true)} />
}

function Editor({ open, saver, visit, onSigned }: { open: OpenNote; saver: NoteSaver; visit: Visit; onSigned: () => void }) {
  const { t } = useWords()
  const said = useErrorText()
  const emergency = useClinic()?.emergency ?? ''
  const { run, dialog } = useStepUp()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const [needs, setNeeds] = useState<ReturnType<typeof missing>>([])
  const needsBox = useRef<HTMLDivElement>(null)
  const { body } = saver
  const { facts } = open.note!.prefill
  const filled = facts.length > 0 && body.objective.includes(facts[0]!)
  const write = (change: Partial<NoteBody>) => saver.write(change)
  const name = visit.patientName

  const sign = async () => {
    const lacking = missing(saver.body)
    setNeeds(lacking)
    setProblem(visit.state === 'live' ? t('cockpit.needEnd') : '')
    if (visit.state === 'live') return
    if (lacking.length > 0) {
      requestAnimationFrame(() => needsBox.current?.focus())
      return
    }
    setBusy(true)
    try {
      if ((await run(open.sign)) !== 'cancelled') onSigned()
    } catch (error) {
      setProblem(error instanceof ApiError ? said(error) : t('cockpit.saveFailed'))
    } finally {
      setBusy(false)
    }
  }
  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey) || busy) return
    event.preventDefault()
    void sign()
  }
  return (
    <div className={css.note} onKeyDown={keys}>
      <div className={css.body}>
        <div className={css.head}><h2>{t('cockpit.noteTitle')}</h2><Saved open={open} saver={saver} /></div>
        {open.theirs && open.theirs.state !== 'signed' && <Conflict open={open} saver={saver} />}
        {open.note!.prefill.reason && <div className={css.field}><h3>{t('cockpit.reason')}</h3><p>{open.note!.prefill.reason}</p></div>}
        {clinical.map((part) => (
          <Field
            key={part} id={`note-${part}`} label={t(`cockpit.${part}`)} value={body[part]} onChange={(text) => write({ [part]: text })}
            end={part !== 'objective' || facts.length === 0 ? undefined
              : filled ? <Tag>{t('cockpit.filled')}</Tag>
              : <button type="button" className={css.fill} onClick={() => write({ objective: [body.objective.trim(), ...facts].filter(Boolean).join('\n') })}>{t('cockpit.fill')}</button>}
          />
        ))}
        <h3 className={css.part}>{t('cockpit.forPatient', { name })}</h3>
        <Field id="note-summary" label={t('cockpit.summary')} help={t('cockpit.summaryHelp')} value={body.summary} onChange={(summary) => write({ summary })} />
        <Field id="note-instructions" label={t('cockpit.instructions')} help={t('cockpit.instructionsHelp')} value={body.instructions.join('\n')} onChange={(text) => write({ instructions: text === '' ? [] : text.split('\n') })} />
        <Field id="note-callIf" label={t('cockpit.callIf', { phone: emergency })} help={t('cockpit.callIfHelp')} value={body.callIf} onChange={(callIf) => write({ callIf })} />
        <Field id="note-followUp" label={t('cockpit.followUp')} value={body.followUp} onChange={(followUp) => write({ followUp })} />
      </div>
      <div className={css.sign}>
        {needs.length > 0 && (
          <div className={css.needs} ref={needsBox} tabIndex={-1} role="alert">
            <p className="strong">{t('cockpit.needs')}</p>
            <ul>{needs.map((part) => <li key={part}><a href={`#note-${part}`} onClick={(event) => { event.preventDefault(); document.getElementById(`note-${part}`)?.focus() }}>{t(needed[part], { name })}</a></li>)}</ul>
          </div>
        )}
        {problem && <p className={css.problem} role="alert">{problem}</p>}
        <Button wide icon="pen" variant={visit.state === 'ended' || visit.appointment.mode === 'clinic' ? 'filled' : 'default'} loading={busy} onClick={() => void sign()}>{t('cockpit.sign', { name })} <kbd aria-hidden="true">Ctrl ↵</kbd></Button>
        <p className="meta">{t('cockpit.signHelp')}</p>
      </div>
      {dialog}
    </div>
  )
}

function Saved({ open, saver }: { open: OpenNote; saver: NoteSaver }) {
  const { t, clock } = useWords()
  const at = open.note?.savedAt
  const text = saver.state === 'saving' ? t('cockpit.saving') : saver.state === 'failed' ? t('cockpit.saveFailed') : saver.state === 'saved' ? (at ? t('cockpit.saved', { time: timeOf(at, clock.zone) }) : '') : t('cockpit.unsaved')
  return <p className={css.saved} data-state={saver.state} role="status">{text}</p>
}

/** Two texts, and nothing lost: the person who writes chooses. */
function Conflict({ open, saver }: { open: OpenNote; saver: NoteSaver }) {
  const { t } = useWords()
  const other = open.theirs!
  const differing = ([...clinical, 'summary', 'callIf', 'followUp'] as const).filter((part) => other.body[part] !== saver.body[part] && other.body[part])
  return (
    <div className={css.conflict} role="alert">
      <p className="strong"><Icon name="alert" size={18} /> {t('cockpit.conflict')}</p>
      <p>{t('cockpit.conflictText')}</p>
      {differing.map((part) => <blockquote key={part}>{other.body[part]}</blockquote>)}
      <div>
        <Button onClick={() => saver.keepMine(other.version)}>{t('cockpit.mine')}</Button>
        <Button variant="default" onClick={() => saver.takeTheirs(other.version, other.body)}>{t('cockpit.theirs')}</Button>
      </div>
    </div>
  )
}

const longest = 20_000

interface FieldProps { id: string; label: string; help?: string; value: string; onChange(text: string): void; end?: ReactNode }
function Field({ id, label, help, value, onChange, end }: FieldProps) {
  return (
    <div className={css.field}>
      <div className={css.label}><label htmlFor={id}>{label}</label>{end}</div>
      {help && <p id={`${id}-help`} className="meta">{help}</p>}
      <textarea id={id} rows={2} value={value} maxLength={longest} aria-describedby={help ? `${id}-help` : undefined} onChange={(event) => onChange(event.target.value)} />
    </div>
  )
}

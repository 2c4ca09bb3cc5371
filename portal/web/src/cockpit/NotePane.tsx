import { useRef, useState, type KeyboardEvent } from 'react'
import { useStepUp } from '../account/StepUp'
import { ApiError } from '../api/problem'
import { timeOf } from '../format/date'
import { currentLocale } from '../i18n'
import { Button } from '../ui/Button'
import { LoadError, Said, useErrorText } from '../ui/ErrorSummary'
import { Icon } from '../ui/Icon'
import { Skeleton } from '../ui/Skeleton'
import { useClinic, useWords } from '../ui/useWords'
import type { LeftOut, NoteBody, Visit } from '../visits/types'
import { AddLine } from './AddLine'
import { filledFrom } from './calls'
import { lacksReason, leavesOut } from './ChatFiles'
import { ClinicalPart } from './ClinicalPart'
import type { NoteSaver } from './draft'
import { lacking, SignFoot, type Lack } from './SignFoot'
import { NextVisitPick } from './NextVisitPick'
import css from './note.module.css'
import { NoteField } from './NoteField'
import { withPick } from './plan'
import planCss from './plan.module.css'
import { PlanList } from './PlanList'
import { SignedNote } from './SignedNote'
import { Templates } from './Templates'
import { useNote, type OpenNote } from './useNote'
import type { Room } from './useRoom'
import { Versions } from './Versions'
import { useVitals, VitalFields } from './VitalFields'

const before = ['subjective', 'objective'] as const
const after = ['assessment', 'plan'] as const

export function NotePane({ patient, visit, room }: { patient: string; visit: Visit; room: Room }) {
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
  return <Editor open={open} saver={saver} visit={visit} room={room} onSigned={() => setSent(true)} />
}

function Editor({ open, saver, visit, room, onSigned }: { open: OpenNote; saver: NoteSaver; visit: Visit; room: Room; onSigned: () => void }) {
  const { t } = useWords()
  const said = useErrorText()
  const emergency = useClinic()?.emergency ?? ''
  const { run, dialog } = useStepUp()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const [lacks, setLacks] = useState<Lack[]>([])
  const [left, setLeft] = useState<LeftOut>({})
  const [versions, setVersions] = useState(false)
  const [back, setBack] = useState(false)
  const lacksBox = useRef<HTMLDivElement>(null)
  const note = open.note!
  const { body } = saver
  // The patient's part is in the language of who writes it.
  const write = (change: Partial<NoteBody>) => saver.write({ language: currentLocale(), ...change })
  const vitals = useVitals(body, write)
  const place = { patient: visit.patient, visit: visit.id }
  const fill = filledFrom(visit.patient, visit.id)
  const name = visit.patientName
  const live = visit.state === 'live' && !visit.appointment.group

  const sign = async () => {
    const found = lacking(saver.body, vitals.wrong)
    setLacks(found)
    setProblem('')
    if (found.length > 0) {
      requestAnimationFrame(() => lacksBox.current?.focus())
      return
    }
    if (lacksReason(left)) {
      setProblem(t('chat.needReason'))
      document.getElementById('chat-reason')?.focus()
      return
    }
    setBusy(true)
    try {
      if ((await run(() => open.sign(live, leavesOut(left)))) !== 'cancelled') {
        onSigned()
        if (live) room.leave()
      }
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
  const part = (which: (typeof before)[number] | (typeof after)[number]) => <ClinicalPart key={which} part={which} note={note} body={body} fill={fill} write={write} />
  return (
    <div className={`${css.note} ${css.editor}`} onKeyDown={keys}>
      <div className={css.body}>
        <div className={css.head}><h2>{t('cockpit.noteTitle')}</h2><button type="button" className={css.fill} aria-expanded={versions} onClick={() => setVersions(!versions)}>{t('plan.versions')}</button><Saved open={open} saver={saver} /></div>
        {versions && <Versions {...place} version={saver.version} onBack={(older) => void saver.bringBack(older).then(() => { vitals.reset(); setBack(true) }, () => undefined)} />}
        {back && <Said>{t('plan.broughtBack')}</Said>}
        {open.theirs && open.theirs.state !== 'signed' && <Conflict open={open} saver={saver} onTaken={vitals.reset} />}
        <Templates fill={fill} current={() => saver.body} write={write} />
        {note.prefill.reason && <div className={css.field}><h3>{t('cockpit.reason')}</h3><p>{note.prefill.reason}</p></div>}
        <VitalFields vitals={vitals} />
        {before.map(part)}
        <AddLine patient={visit.patient} onPick={(pick) => write(withPick(saver.body, pick))} />
        <PlanList patient={visit.patient} body={body} write={write} />
        {after.map(part)}
        <h3 className={planCss.part}>{t('plan.next')}</h3>
        <NextVisitPick body={body} mode={visit.appointment.mode} write={write} />
        <h3 className={css.part}>{t('cockpit.forPatient', { name })}</h3>
        <NoteField id="note-summary" fill={fill} label={t('cockpit.summary')} help={t('cockpit.summaryHelp')} value={body.summary} onChange={(summary) => write({ summary })} />
        <NoteField id="note-instructions" fill={fill} label={t('cockpit.instructions')} help={t('cockpit.instructionsHelp')} value={body.instructions.join('\n')} onChange={(text) => write({ instructions: text === '' ? [] : text.split('\n') })} />
        <NoteField id="note-callIf" fill={fill} label={t('cockpit.callIf', { phone: emergency })} help={t('cockpit.callIfHelp')} value={body.callIf} onChange={(callIf) => write({ callIf })} />
        <NoteField id="note-followUp" fill={fill} label={t('cockpit.followUp')} value={body.followUp} onChange={(followUp) => write({ followUp })} />
      </div>
      <SignFoot visit={visit} room={room} body={body} lacks={lacks} lacksBox={lacksBox} problem={problem} busy={busy} left={left} onLeave={setLeft} onSign={() => void sign()} flush={() => saver.flush()} />
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
function Conflict({ open, saver, onTaken }: { open: OpenNote; saver: NoteSaver; onTaken(): void }) {
  const { t } = useWords()
  const other = open.theirs!
  const differing = ([...before, ...after, 'summary', 'callIf', 'followUp'] as const).filter((part) => other.body[part] !== saver.body[part] && other.body[part])
  return (
    <div className={css.conflict} role="alert">
      <p className="strong"><Icon name="alert" size={18} /> {t('cockpit.conflict')}</p>
      <p>{t('cockpit.conflictText')}</p>
      {differing.map((part) => <blockquote key={part}>{other.body[part]}</blockquote>)}
      <div>
        <Button onClick={() => saver.keepMine(other.version)}>{t('cockpit.mine')}</Button>
        <Button variant="default" onClick={() => { saver.takeTheirs(other.version, other.body); onTaken() }}>{t('cockpit.theirs')}</Button>
      </div>
    </div>
  )
}
